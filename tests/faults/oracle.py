"""
A second reader, beside the checker: what the debtor's hands did, who was silent, and how many letters a day came.

It asks rows and dialogues by rules of its own and knows nothing of how the law decides. Sources: rules 15, 21, 28,
30 and 40 to 42.
"""

# ruff: noqa: ANN401 - rows of a database

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import Engine

from config.policies import policy_of
from records.ledger import Ledger
from states.model.contributions import Contribution
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from tests.faults.checker import rows_of

DEBTORS = ("manager", "deputy", "sponsor")
DEBTS = ("answer-participant", "answer-dispute")
OWED = ("open", "lapsed")
DAYS_TO_ANSWER, LAST_BEFORE = 5, -3  # working days
ASKING = {
    "answer-invitation": "invitation",
    "share-expectation": "invitation-accepted",
    "check-summary": "summary-to-check",
}
"""Which message asks for what; its arrival sets the clock."""
AT_ONCE = frozenset(
    {
        "answer", "answer-is-late", "answer-postponed", "contact-changed", "dates-changed", "dialogue-cancelled",
        "dispute-settled", "erasure-declined", "erasure-done", "invitation-accepted", "invitation-declined",
        "new-link", "relayed", "session-moved", "there-may-be-news", "way-replaced",
    }
)  # fmt: skip
"""What participants may get beside the one letter of the day: what they asked for, answers, and what cannot wait."""


def hats_of(dialogue: Dialogue) -> set[str]:
    """Everybody under whose name one who owes the answers acts: roles, seats and helpers with their address."""
    held = (dialogue.role(role) for role in DEBTORS)
    theirs = {who.email.casefold() for who in held if who and who.email}
    addresses: dict[str, str | None] = {
        str(r): p.email for r, p in dialogue.programme.roles.items()
    }
    addresses |= {name: seat.email for name, seat in dialogue.stakeholders.items()}
    addresses |= {name: helper.email for name, helper in dialogue.helpers.items()}
    return {
        *DEBTORS,
        *(name for name, mail in addresses.items() if (mail or "").casefold() in theirs),
    }


def harmed(was: Dialogue, now: Dialogue, step: str) -> Iterator[str]:
    """What a step of somebody who owes took from anybody who waits."""
    for point in was.contributions.values():
        if point.line_verdict != "withdrawn":
            yield from _point_harmed(point, now.contributions.get(point.id))
    for name, duty in was.duties.items():
        if duty.kind in DEBTS and duty.owed:
            after = now.duties[name]
            given_up = step == "could-not-reach" and after.status == "not-reached"
            if not after.owed and not given_up and not _carried(now, duty):
                yield f"{step} ended the debt {name}: {after.status}"
            if after.first_due != duty.first_due and step != "reschedule-session":
                yield f"{step} forgot the first promise of {name}"
    if now.verdicts != was.verdicts:
        yield f"{step} changed what somebody said of their answer"
    yield from _seats_harmed(was, now, step)


def _carried(now: Dialogue, duty: Duty) -> bool:
    """Whether the words are written to a voice under seal, and owed by whoever carries them."""
    carry = now.latest(f"carry-answer/{duty.waiting}")
    return duty.waiting in now.seals and carry is not None and carry.owed


def _point_harmed(point: Contribution, now: Contribution | None) -> Iterator[str]:
    if now is None or now.line_verdict == "withdrawn" or now.text != point.text:
        yield f"{point.id} was taken from whoever said it"
    elif now.delivered_at and not point.delivered_at:
        yield f"{point.id} counts as answered by the word of whoever owes it"
    elif point.dispute_open and not (now.dispute_open or now.settlement_waits):
        yield f"the dispute about {point.id} was ended by whoever owes it"
    elif now.dispute_round != point.dispute_round:
        yield f"a dispute about {point.id} was made by whoever owes it"


def _seats_harmed(was: Dialogue, now: Dialogue, step: str) -> Iterator[str]:
    spoke = {point.voice for point in was.contributions.values()}
    for name, seat in was.stakeholders.items():
        after = now.stakeholders.get(name)
        if after is None:
            if seat.invited or name in spoke:
                yield f"{step} took away {name}"
        elif after.erased_at != seat.erased_at or after.erasure_wish != seat.erasure_wish:
            yield f"{step} erased {name}"
        elif name in spoke and (after.email, after.phone) != (seat.email, seat.phone):
            yield f"{step} moved where {name} is reached, who said something"


def untold(engine: Engine) -> list[str]:
    """What in the records of *engine* is silent without having been asked, was told too often, or never."""
    with engine.connect() as connection:
        tables = {name: rows_of(connection, name) for name in ("duties", "notices")}
        letters = rows_of(connection, "letters")
    found: list[str] = []
    for name in Ledger(engine, policy_of).dialogue_ids():
        dialogue = Ledger(engine, policy_of).read(name)
        mine = {t: [r for r in rows if r["dialogue_id"] == name] for t, rows in tables.items()}
        found += _silences(dialogue, mine)
        found += _left_out(dialogue, mine)
        found += _a_day(dialogue, mine["notices"], letters)
    return found


def _silences(dialogue: Dialogue, mine: dict[str, list[Any]]) -> Iterator[str]:
    """Nobody is on record as silent to whom what asks them had not come in time."""
    for duty in mine["duties"]:
        if duty["status"] != "no-answer" or duty["whom"] in dialogue.seals:
            continue
        if duty["kind"] == "give-verdict":
            if not any(c.delivered_at for c in dialogue.contributions_of(duty["whom"])):
                yield f"{duty['name']} is no answer, and nothing was answered"
            continue
        came = [
            n["sent_at"] for n in mine["notices"]
            if (n["to"], n["template"], n["status"]) == (duty["whom"], ASKING[duty["kind"]], "sent")
        ]  # fmt: skip
        if not came or not _time_enough(dialogue, min(came), duty["due"]):
            yield f"{duty['name']} is no answer, due {duty['due']}, asked {came}"


def _time_enough(dialogue: Dialogue, came: Any, due: Any) -> bool:
    free = holidays.country_holidays(dialogue.programme.country)
    zone = ZoneInfo(dialogue.programme.time_zone)
    day, last = (
        came.astimezone(zone).date(),
        (due - timedelta(microseconds=1)).astimezone(zone).date(),
    )
    for _ in range(DAYS_TO_ANSWER):
        day += timedelta(days=1)
        while day in free or day.weekday() in free.weekend:
            day += timedelta(days=1)
    return bool(day <= last)


def _left_out(dialogue: Dialogue, mine: dict[str, list[Any]]) -> Iterator[str]:
    """A rung of what is still owed is told, unless its reader cannot be reached or a later one says the same."""
    versions = {d["name"]: d["version"] for d in mine["duties"] if d["status"] in OWED}
    for n in mine["notices"]:
        who = f"{n['cause']} to {n['to']}"
        owed = n["rung"] and versions.get(n["duty"]) == n["version"]
        if owed and n["status"] == "withdrawn" and not dialogue.is_erased(n["to"]):
            yield f"{who} was withdrawn, and is still owed"
        if n["status"] == "skipped" and n["template"] == "duty-due-soon" and not _early(n["rung"]):
            yield f"{who} was skipped, and no other comes"
        # What was read back in the same call was heard, and what a pseudonym hears the moderator brings.
        heard = n["to"] in dialogue.seals or json.loads(n["detail"]).get("read_back")
        by_hand = n["status"] == "by-hand" and n["role"] == "participant" and not heard
        if by_hand and dialogue.latest(f"pass-on/{n['to']}") is None:
            yield f"{who} waits for a hand, and nobody was asked to lend it"


def _early(rung: str) -> bool:
    """Whether another reminder follows it before the due day: the last one is that of three days before."""
    return int(rung.removesuffix("wd")) < LAST_BEFORE


def _a_day(dialogue: Dialogue, notices: list[Any], letters: list[Any]) -> Iterator[str]:
    """One letter of alerts and one of tasks a day and reader; a participant one at all, but for what cannot wait."""
    sent = [n for n in notices if n["status"] == "sent" and n["message_id"]]
    names = {n["message_id"] for n in sent}
    zone = ZoneInfo(dialogue.programme.time_zone)
    daily: dict[Any, set[str]] = defaultdict(set)
    for one in letters:
        if one["message_id"] in names and one["kind"] in {"alerts", "tasks"}:
            day = one["made_at"].astimezone(zone).date()
            daily[one["reader"], one["kind"], day].add(one["message_id"])
    yield from (f"{len(many)} letters {key}" for key, many in daily.items() if len(many) > 1)
    yield from _a_participants_day(sent, letters, zone)


def _a_participants_day(sent: list[Any], letters: list[Any], zone: ZoneInfo) -> Iterator[str]:
    """What was there when the letter of the day was made goes in it; what is late and came after it may follow."""
    made = {one["message_id"]: one["made_at"] for one in letters}
    heard: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for n in sent:
        if n["role"] == "participant" and n["template"] not in AT_ONCE:
            day = made[n["message_id"]].astimezone(zone).date()
            heard[n["to"], day][n["message_id"]].append(n)
    for (to, day), many in heard.items():
        first = min(made[name] for name in many)
        with_first = [ns for ns in many.values() if min(n["at"] for n in ns) <= first]
        if len(with_first) > 1:
            yield f"{to} got {[n['template'] for ns in many.values() for n in ns]} on {day}"
