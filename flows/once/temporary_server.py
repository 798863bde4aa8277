"""
Temporary Prefect server: the real flows, once, against a server that lives only for `weerklank demo`.

The flows run in a process of their own, which imports Prefect while the server comes up; whoever asks for
them never imports it.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.clock import set_clock
from config.settings import Settings
from flows.machine.processes import Child, free_port, start, stop
from flows.machine.server import ServerAddress, answers, environment, start_server
from flows.machine.site import variables_for

PATIENCE = 90.0  # seconds that the server and the flows may take together
LOOK_EVERY = 0.1
# A server for a minute needs no catalogue of block types, and its scheduler has nothing to do.
_BRIEF = {
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "0.5",
}


class NoPrefect(Exception):
    """The server or the flows did not come through; the message says what they said last."""


@dataclass(frozen=True)
class Brief:
    """A server that is coming up, or is up, for a short while."""

    place: ServerAddress
    child: Child
    began: float


@contextmanager
def brief_server(folder: Path, extra: Mapping[str, str] | None = None) -> Iterator[Brief]:
    """
    A hardened Prefect server in *folder* as long as the `with` lasts; it comes up while you do something else.

    Its first start writes its tables, which takes ten seconds of processor time: begin early. *extra* settings are
    Prefect's own.
    """
    place = ServerAddress("127.0.0.1", free_port("127.0.0.1", 0), folder.absolute() / "prefect")
    child = start_server(place, place.home / "server.log", _BRIEF | dict(extra or {}))
    try:
        yield Brief(place, child, time.monotonic())
    finally:
        stop([child])


def run_flows_once(
    settings: Settings, *, now: datetime, folder: Path, server: Brief | None = None
) -> dict[str, Any]:
    """
    Run every flow once for the moment *now* (aware), with the records and the channel of *settings*.

    Returns plain data: `runs` (flow, name, state, tags), `artifacts` (key, type), `events` (how many of each
    kind of ours), `programmes` (how many) and `seconds` (`server`, `flows`). Raises NoPrefect.
    """
    if server is None:
        with brief_server(folder) as started:
            return run_flows_once(settings, now=now, folder=folder, server=started)
    report = server.place.home / "report.json"
    words = environment(server.place)
    clock = server.place.home / "weerklank.clock"
    set_clock(clock, now)
    words |= variables_for(settings.model_copy(update={"clock_file": clock}))
    log = server.place.home / "flows.log"
    actor = start("Flows", "flows.once.run_all", [str(report)], words, log)
    try:
        came_up = _came_up(server, actor)
        _wait_for(lambda: actor.ended, server, actor)
    finally:
        stop([actor])
    if not report.exists():
        raise NoPrefect(f"The flows did not finish. {actor.last_words()}")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    took = time.monotonic() - came_up
    seconds = {"server": round(came_up - server.began, 1), "flows": round(took, 1)}
    return found | {"seconds": seconds}


def _came_up(server: Brief, actor: Child) -> float:
    """The moment (monotonic) at which the server was healthy."""
    _wait_for(lambda: answers(server.place.api), server, actor)
    return time.monotonic()


def _wait_for(condition: Callable[[], bool], server: Brief, actor: Child) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if server.child.ended:
            raise NoPrefect(f"The Prefect server ended by itself. {server.child.last_words()}")
        if time.monotonic() > deadline:
            raise NoPrefect(f"Prefect took more than {PATIENCE:.0f} s. {actor.last_words()}")
        time.sleep(LOOK_EVERY)
