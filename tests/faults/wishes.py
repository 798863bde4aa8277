"""What people may wish at each phase of a random life, and how often they think of it."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from states.checks.checks import checks_of
from states.model.dialogue import Dialogue, Phase

Wish = tuple[str, str, dict[str, Any]]
SELDOM = {
    "cancel-dialogue": 0.01, "could-not-reach": 0.02, "record-delivery": 0.5,
    "close-with-debts": 0.05, "dispute-answer": 0.2,
    "hand-over": 0.1, "postpone": 0.3, "reschedule-session": 0.1,
}  # fmt: skip
"""The share of the times that people think of what they could do; of anything else they always do."""


def wishes_of(dialogue: Dialogue, chance: random.Random, now: datetime) -> Iterator[Wish]:
    """What people may wish at this phase; the law refuses what it must."""
    for wish in _thinkable(dialogue, chance, now):
        if chance.random() < SELDOM.get(wish[0], 1.0):
            yield wish


def _thinkable(dialogue: Dialogue, chance: random.Random, now: datetime) -> Iterator[Wish]:
    yield from _OF_PHASE.get(dialogue.phase, _at_the_end)(dialogue)
    yield from _at_any_time(dialogue, chance, now)
    for check in checks_of(dialogue, now):
        if check.strength == "soft" and not check.ok:
            yield "override-check", "manager", {"check": check.name, "reason": "Not this year."}


def _analysis(_: Dialogue) -> Iterator[Wish]:
    yield "approve-analysis", "manager", {}


def _given_up(dialogue: Dialogue, to: str) -> dict[str, object]:
    """Two days of trying since somebody had to pass it on; refused while they lie ahead."""
    task = dialogue.latest(f"pass-on/{to}")
    since = task.opened_at if task else dialogue.opened_at
    days = (since + timedelta(days=number) for number in (1, 2))
    tries = [{"on": day.date().isoformat(), "how": "phone"} for day in days]
    return {"to": to, "tries": tries, "reason": "Nobody answers."}


def _gathering(dialogue: Dialogue) -> Iterator[Wish]:
    yield "invite-all", "manager", {}
    for who in dialogue.stakeholders.values():
        by = who.id if who.email else "manager"
        behalf = {} if who.email else {"stakeholder": who.id, "how": "phone"}
        if not who.email:
            yield (
                "record-delivery",
                "moderator",
                {"to": who.id, "how": "phone", "template": "invitation"},
            )
            yield "bring", "manager", {"to": who.id, "how": "phone"}
            yield "could-not-reach", "manager", _given_up(dialogue, who.id)
        yield "accept-invitation", by, behalf
        yield "share-expectation", by, {**behalf, "text": "Be clear."}
    yield "decline-invitation", "ngo-nl", {}
    yield "echo-expectations", "manager", {"changes": "Wages first."}
    yield "open-session", "manager", {}


def _session(dialogue: Dialogue) -> Iterator[Wish]:
    if not dialogue.management:
        yield "record-management", "moderator", {"role": "sponsor", "present": True}
    points = [
        ("c1", "ngo-nl", "named"),
        ("c2", "union-bd", "sealed"),
        ("c3", "letter", "organisation"),
    ]
    points = [one for one in points if one[1] in dialogue.stakeholders]
    for point, who, how in points:
        if dialogue.stakeholders[who].present is None:
            yield "record-attendance", "moderator", {"stakeholder": who, "present": True}
        said = {"id": point, "stakeholder": who, "attribution": how, "text": "Pay."}
        if point not in dialogue.contributions:
            yield "record-contribution", "moderator", said
    yield "publish-summary", "moderator", {"lines": dict.fromkeys(dialogue.contributions, "Pay.")}
    open_lines = [c.id for c in dialogue.contributions.values() if c.line and not c.line_verdict]
    for point, who, _ in (one for one in points if one[0] in open_lines):
        behalf = {"stakeholder": who, "how": "phone"} if who == "letter" else {}
        line = {**behalf, "contribution": point, "verdict": "confirmed"}
        yield "check-line", "manager" if behalf else who, line
    if "c1" in open_lines:
        yield "check-line", "ngo-nl", {"contribution": "c1", "verdict": "withdrawn"}
    yield "close-session", "moderator", {}


def _strategy(dialogue: Dialogue) -> Iterator[Wish]:
    for point in dialogue.contributions:
        reason = f"For {point} the prices are agreed until spring."
        done = {"contribution": point, "owner": "manager", "reason": reason}
        yield "decide", "manager", {**done, "outcome": "not-now"}
        promise = {"id": f"k-{point}", "what": "Pay more.", "due": "2022-12-01"}
        yield "decide", "manager", {**done, "outcome": "adopted", "commitment": promise}
    yield "sign-strategy", "sponsor", {}


def _feedback(dialogue: Dialogue) -> Iterator[Wish]:
    for point in dialogue.contributions.values():
        yield "answer-participant", "manager", {"covers": [point.id], "text": f"On {point.id}."}
        dispute = {"contribution": point.id, "reason": "Not my point."}
        yield "dispute-answer", point.voice, dispute
        for who in ("manager", "moderator"):
            yield "settle-dispute", who, {"contribution": point.id, "text": "Now it is."}
        yield "give-verdict", point.voice, {"heard": "partly"}
        for who in ("manager", "moderator"):
            yield "record-delivery", who, {"to": point.voice, "how": "phone", "template": "answer"}
    yield "note-lesson", "manager", {"text": "Begin earlier."}
    yield "close-dialogue", "manager", {}
    yield "close-with-debts", "sponsor", {"reason": "The year is over."}


def _at_the_end(dialogue: Dialogue) -> Iterator[Wish]:
    for name in dialogue.commitments:
        yield (
            "report-progress",
            "manager",
            {"commitment": name, "status": "done", "evidence": "Paid."},
        )
    if dialogue.contributions:
        yield from list(_feedback(dialogue))[:-3]


_OF_PHASE = {
    Phase.STAKEHOLDER_ANALYSIS: _analysis,
    Phase.EXPECTATION_GATHERING: _gathering,
    Phase.SESSION: _session,
    Phase.STRATEGY_UPDATE: _strategy,
    Phase.FEEDBACK: _feedback,
}


def _at_any_time(dialogue: Dialogue, chance: random.Random, now: datetime) -> Iterator[Wish]:
    if owed := sorted(name for name, duty in dialogue.duties.items() if duty.owed):
        duty = dialogue.duties[chance.choice(owed)]
        to = max(duty.due, now).date() + timedelta(days=chance.randint(1, 40))
        yield "postpone", "manager", {"duty": duty.name, "to": to.isoformat(), "reason": "Late."}
    day = now.date() + timedelta(days=chance.randint(2, 200))
    yield "reschedule-session", "manager", {"to": f"{day}T13:00", "reason": "The hall."}
    email = f"new{chance.randint(1, 3)}@life.example"
    person = {"name": "New", "email": email, "language": "en"}
    role = chance.choice(("manager", "deputy", "board"))
    yield "hand-over", "manager", {"role": role, "person": person}
    yield "cancel-dialogue", "manager", {"reason": "The company was sold."}
