"""
Page metrics (Prometheus): how long pages take and how they end, by the row of the route table, never by an address.

What only participants, their helpers and people of trust may open is counted under one name (`RouteRow.counted_as`).

Where several processes make the pages, each writes to a file of its own in a folder that they share, and any of them
reads all of these (the library's mode for several processes: decided when it is imported, by the variable `SHARED`).
"""

import os
from contextlib import suppress
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from portal.http.figure_files import SHARED

disable_created_metrics()  # type: ignore[no-untyped-call]  # as many figures again, of which nobody asks
_UPTO = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_REGISTRY = CollectorRegistry()
_SECONDS = Histogram(
    "weerklank_page_seconds",
    "Seconds to make a page, by the row of the route table where managers may open it.",
    ["route"],
    buckets=_UPTO,
    registry=_REGISTRY,
)
_ANSWERS = Counter(
    "weerklank_page_answers", "Pages by how they ended.", ["status"], registry=_REGISTRY
)


def note_page(row: str, status: int, seconds: float) -> None:
    """Count a page of *row*, as it is counted, that ended with *status* after so many *seconds*."""
    with suppress(OSError):  # the folder is gone, and nobody misses a page for it
        _SECONDS.labels(row).observe(seconds)
        _ANSWERS.labels(f"{status // 100}xx").inc()


def page_figures() -> bytes:
    """What was counted so far, by all processes that make the pages while their folder is there, for Prometheus."""
    registry = _REGISTRY
    if (folder := os.environ.get(SHARED)) and Path(folder).is_dir():
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
