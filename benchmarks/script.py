"""Workload: what the people of one programme do in its year, day by day; most managers answer in time."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal

Manner = Literal["in time", "late", "never", "never, and closed"]
Act = tuple[str, str, dict[str, Any]]
"""By whom, which step, and what is given."""
Days = dict[int, list[Act]]
"""What happens on which day after the opening."""

MANNERS: tuple[Manner, ...] = (
    "in time", "in time", "late", "in time", "in time",
    "never", "in time", "late", "in time", "never, and closed",
)  # fmt: skip
"""How managers answer, by turns."""
PEOPLE = 20
SESSION = 182
"""The schedule proposes the session after 26 weeks; the meeting itself is a few days later in case of a holiday."""
_PROMISED = SESSION + 84
_COMING, _DECLINING = range(14), range(14, 17)  # three others never say a word
_EXPECTING, _SPEAKING, _CHECKING = range(9), range(8), range(5)
_VOICES = tuple(f"voice-{number}" for number in range(PEOPLE))
_POINTS = tuple(f"c{number}" for number in _SPEAKING)
_LAYERS = ("representative", "affected", "proxy", "expert")
_COUNTRIES = ("BD", "NL", "TR", "IN")
_ATTRIBUTIONS = ("named", "sealed", "organisation", "region")


def script(opening: date, manner: Manner) -> Days:
    """All that people do in a dialogue that opens on *opening* and whose manager answers in this *manner*."""
    days: Days = defaultdict(list)
    for day, act in (*_before(opening), *_meeting(opening), *_after(manner)):
        days[day].append(act)
    return dict(days)


def _before(opening: date) -> Iterator[tuple[int, Act]]:
    for risk in ("wages", "safety"):
        given = {"id": risk, "theme": f"{risk} in the sewing rooms", "country": "BD", "tier": 1}
        yield 7, ("manager", "name-risk", {**given, "group": "garment workers", "weight": 5})
    for number in range(PEOPLE):
        yield 7 + number % 3, ("manager", "map-stakeholder", _seat(number))
    yield 10, ("manager", "give-information", _information(opening))
    yield 35, ("manager", "approve-analysis", {})
    yield 98, ("manager", "invite-all", {})
    for number in _COMING:
        yield 101 + number, (_VOICES[number], "accept-invitation", {})
    for number in _DECLINING:
        reason = "The harvest comes first this year."
        yield 103 + number, (_VOICES[number], "decline-invitation", {"reason": reason})
    for number in _EXPECTING:
        given = {"text": "Tell us which prices follow the wages, and from when on."}
        given["success_test"] = "A year and an amount stand in the strategy."
        yield 120 + number, (_VOICES[number], "share-expectation", given)
    changes = "Wages get an hour of their own; the second half is for how orders are placed."
    yield SESSION - 20, ("manager", "echo-expectations", {"changes": changes})


def _seat(number: int) -> dict[str, Any]:
    return {
        "id": _VOICES[number], "name": f"Voice {number}", "organisation": f"House of voice {number}",
        "category": "union" if number % 2 else "ngo", "country": _COUNTRIES[number % 4],
        "language": "nl" if number % 4 == 1 else "en", "layer": _LAYERS[number % 4],
        "critical": number == 0, "at_risk": number == 1, "speaks_for": ["wages", "safety"],
        "email": f"{_VOICES[number]}@house.example",
    }  # fmt: skip


def _information(opening: date) -> dict[str, Any]:
    return {
        "purpose": "To test the draft strategy for the coming three years against what you know.",
        "use_of_outcomes": "Each point gets a decision, and the board signs what changes.",
        "contribution_asked": "Criticism of the draft, three hours at the table.",
        "degree_of_influence": "involve", "decided_by": "The board, in its August meeting.",
        "feedback_by": (opening + timedelta(days=_PROMISED)).isoformat(),
        "confidentiality": "You choose for each point who sees your name.",
        "costs": "Travel and lodging are paid; an interpreter is there.",
    }  # fmt: skip


def _meeting(opening: date) -> Iterator[tuple[int, Act]]:
    day = SESSION + 4
    reason = "Nobody could replace those who declined on so short a notice."
    yield day, ("manager", "override-check", {"check": "declined-replaced", "reason": reason})
    yield day, ("manager", "open-session", {})
    yield day, ("moderator", "record-management", {"role": "sponsor", "present": True})
    for number in _COMING:
        given = {"stakeholder": _VOICES[number], "present": True}
        yield day, ("moderator", "record-attendance", given)
    for number, point in enumerate(_POINTS):
        said = {
            "id": point,
            "stakeholder": _VOICES[number],
            "text": f"Prices must follow wages ({point}).",
        }
        said["attribution"] = _ATTRIBUTIONS[number % 4]
        yield day, ("moderator", "record-contribution", said)
    lines = {point: f"Prices follow wages ({point})." for point in _POINTS}
    yield day + 4, ("moderator", "publish-summary", {"lines": lines})
    for number in _CHECKING:
        checked = {"contribution": _POINTS[number], "verdict": "confirmed"}
        yield day + 7 + number, (_VOICES[number], "check-line", checked)
    yield SESSION + 35, ("moderator", "close-session", {})
    for point in _POINTS:
        yield SESSION + 45, ("manager", "decide", _decision(point, opening))
    yield SESSION + 60, ("sponsor", "sign-strategy", {})


def _decision(point: str, opening: date) -> dict[str, Any]:
    decided = {"contribution": point, "owner": "manager"}
    decided["reason"] = (
        f"For {point} the prices are agreed until spring; then the new figures are in."
    )
    if point != "c0":
        return {**decided, "outcome": "not-now"}
    promise = {"id": "prices", "what": "Wages in each price talk.", "due": _iso(opening, 300)}
    return {**decided, "outcome": "adopted", "commitment": promise}


def _iso(opening: date, day: int) -> str:
    return (opening + timedelta(days=day)).isoformat()


def _after(manner: Manner) -> Iterator[tuple[int, Act]]:
    answered = {"in time": 8, "late": 8}.get(manner, 2)
    for number, point in enumerate(_POINTS[:answered]):
        day = _PROMISED + 18 if manner == "late" and number >= 2 else _PROMISED - 14
        text = (
            f"You said that prices must follow wages ({point}). This is what we decided, and why."
        )
        yield day, ("manager", "answer-participant", {"covers": [point], "text": text})
        if number in _CHECKING:
            yield day + 3 + number, (_VOICES[number], "give-verdict", {"heard": "partly"})
    if manner == "late":
        dispute = {"contribution": "c7", "reason": "That was not my point."}
        yield _PROMISED + 25, (_VOICES[7], "dispute-answer", dispute)
        settled = {"contribution": "c7", "text": "You are right: it was about the deadlines."}
        yield _PROMISED + 30, ("manager", "settle-dispute", settled)
    done = {"commitment": "prices", "status": "done", "evidence": "In the minutes of all talks."}
    yield 295, ("manager", "report-progress", done)
    yield from _ending(manner)


def _ending(manner: Manner) -> Iterator[tuple[int, Act]]:
    """Verdicts may be given for four weeks after an answer; then the year can be closed."""
    day = _PROMISED + 60 if manner == "late" else _PROMISED + 35
    if manner == "never":
        return
    yield day, ("manager", "note-lesson", {"text": "Answer in the week of the signature."})
    if manner == "never, and closed":
        yield day, ("sponsor", "close-with-debts", {"reason": "The year is over."})
    else:
        yield day, ("manager", "close-dialogue", {})
