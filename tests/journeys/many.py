"""Whole years of many: an undisturbed edition, and ones that are left alone from some point on."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cli.rehearsal.simulator import Life
from tests.journeys.lives import Row, act, answer

_COUNTRIES = ("NL", "BD", "TR", "IN", "PT")
_LAYERS = ("proxy", "representative", "expert", "affected")
_KINDS = ("ngo", "union", "supplier", "worker")
PARTS = ("analysis", "gathering", "session", "summary", "strategy", "feedback")


def seats(number: int, *, by_hand: int = 0) -> list[Row]:
    """So many stakeholders, the last of them *by_hand*."""
    return [
        _seat(i, None if i >= number - by_hand else f"seat{i}@org{i}.example")
        for i in range(number)
    ]


def _seat(i: int, email: str | None) -> Row:
    return {
        "id": f"seat-{i:03}", "name": f"Persoon {i}", "organisation": f"Organisatie {i}", "category": _KINDS[i % 4],
        "country": _COUNTRIES[i % 5], "language": ("nl", "en")[i % 2], "layer": _LAYERS[i % 4],
        "critical": i % 3 == 0, "at_risk": False, "speaks_for": ["wages-bd"], "email": email,
        "phone": f"+31 20 55500{i % 90 + 10}",
    }  # fmt: skip


def year(number: int, through: str = "feedback") -> list[Row]:
    """What *number* people and their hosts do, up to and including the part called *through*."""
    acts: list[Row] = []
    for name in PARTS:
        acts += _ACTS[name](number)
        if name == through:
            break
    return acts


def _analysis(_number: int) -> Iterator[Row]:
    yield act("2022-01-10T10:00", "manager", "approve-analysis")


def _gathering(number: int) -> Iterator[Row]:
    yield act("2022-03-01T10:00", "manager", "invite-all")
    for i in range(number):
        who, day = f"seat-{i:03}", 2 + i % 20
        yield act(f"2022-03-{day:02}T11:00", who, "accept-invitation")
        words: dict[str, Any] = {"text": "Een jaartal.", "success_test": "Een bedrag."}
        yield act(f"2022-03-{day + 2:02}T11:00", who, "share-expectation", **words)


def _session(number: int) -> Iterator[Row]:
    yield act("2022-05-20T10:00", "manager", "echo-expectations", changes="Loon krijgt een uur.")
    yield act("2022-06-16T13:00", "manager", "open-session")
    yield act("2022-06-16T13:05", "manager", "record-management", role="sponsor", present=True)
    for i in range(number):
        who = f"seat-{i:03}"
        yield act(
            "2022-06-16T13:10", "moderator", "record-attendance", stakeholder=who, present=True
        )
        said: dict[str, Any] = {"id": f"c{i}", "stakeholder": who, "text": f"Punt {i}: loon."}
        yield act(
            "2022-06-16T14:00", "moderator", "record-contribution", attribution="named", **said
        )


def _summary(number: int) -> Iterator[Row]:
    lines = {f"c{i}": f"Regel {i}." for i in range(number)}
    yield act("2022-06-20T10:00", "moderator", "publish-summary", lines=lines)
    for i in range(number):
        given: dict[str, Any] = {"contribution": f"c{i}", "verdict": "confirmed"}
        yield act(f"2022-06-{21 + i % 5}T10:00", f"seat-{i:03}", "check-line", **given)
    yield act("2022-07-06T10:00", "moderator", "close-session")


def _strategy(number: int) -> Iterator[Row]:
    for i in range(number):
        reason = f"Voor {i} wachten wij op de nieuwe cijfers van afdeling {i}."
        given: dict[str, Any] = {"outcome": "not-now", "reason": reason, "owner": "manager"}
        yield act(f"2022-07-{11 + i % 3}T10:00", "manager", "decide", contribution=f"c{i}", **given)
    yield act("2022-07-18T10:00", "sponsor", "sign-strategy")


def _feedback(number: int) -> Iterator[Row]:
    for i in range(number):
        yield answer(f"2022-07-{20 + i % 5}T10:00", f"c{i}")
    for i in range(number):
        yield act(
            f"2022-08-{1 + i % 10:02}T10:00",
            f"seat-{i:03}",
            "give-verdict",
            heard="yes",
            success_test="yes",
        )
    yield act("2022-09-09T10:00", "manager", "note-lesson", text="Eerder beginnen.")
    yield act("2022-09-09T11:00", "manager", "close-dialogue")


_ACTS = {
    "analysis": _analysis, "gathering": _gathering, "session": _session, "summary": _summary,
    "strategy": _strategy, "feedback": _feedback,
}  # fmt: skip


def live_with_overviews(life: Life, weeks: int) -> None:
    """Live week by week, with the overview of each Monday morning, as the schedule writes it."""
    monday = life.moment("2021-12-13T07:30")
    for _ in range(weeks):
        life.live(monday)
        life.house.send_digest("klein", monday)
        monday += timedelta(days=7)
    life.live()


def busiest(letters: list[Row], kinds: tuple[str, ...] = ("alerts", "tasks", "own")) -> int:
    """The most letters of these *kinds* that anybody got on one day."""
    found = Counter((row["to"], row["at"][:10]) for row in letters if row["kind"] in kinds)
    return max(found.values(), default=0)


def in_a_year(letters: list[Row], to: str, begins: str = "2021-12-10") -> int:
    """How many letters *to* got in the year that *begins* on that day."""
    ends = (datetime.fromisoformat(begins) + timedelta(days=365)).date().isoformat()
    return sum(row["to"] == to and begins <= row["at"][:10] < ends for row in letters)
