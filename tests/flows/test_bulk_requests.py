"""What a busy Prefect refuses of many runs is asked again, and it alone."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

RUNS = [{"name": name} for name in ("first", "second", "third")]


class Busy:
    """A Prefect that refuses all from the second run on, as often as it is told to."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked: list[list[str]] = []

    async def request(self, _method: str, _path: str, *, json: list[dict[str, Any]]) -> "Busy":
        """Take note of what is asked."""
        self.asked.append([one["name"] for one in json])
        return self

    def json(self) -> dict[str, Any]:
        """Answer for each run that was asked for last."""
        busy = len(self.asked) <= self.times
        names = self.asked[-1]
        return {"results": [{"error": "locked" if busy and n != "first" else None} for n in names]}


@pytest.mark.parametrize(("times", "stands"), [(0, True), (1, True), (5, True), (6, False)])
def test_what_it_was_too_busy_for_is_asked_again(
    times: int, stands: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.prefect import bulk_requests

    monkeypatch.setattr(bulk_requests, "PAUSES", [0] * len(bulk_requests.PAUSES))
    server: Any = Busy(times)

    said = asyncio.run(bulk_requests.create_runs(server, uuid4(), RUNS))

    assert said == [None, *([None] * 2 if stands else ["locked"] * 2)]
    assert server.asked == [["first", "second", "third"], *[["second", "third"]] * min(times, 5)]
