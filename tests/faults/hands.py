"""What people may wish to do in somebody else's name or for whom mail does not reach, and how people are reached."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from states.model.dialogue import Dialogue
from tests.faults.wishes import Wish

RELAYERS = ("manager", "deputy", "sponsor", "board", "moderator", "confidant", "helper-1")
"""Everybody who may try: the law knows who may."""
WAYS = ("phone", "in-person", "letter", "mail", "sms")
KEEPERS = ("moderator", "confidant")
MOST = 5


def hands_of(dialogue: Dialogue, chance: random.Random, now: datetime) -> list[Wish]:
    """A few of the wishes of this kind; the law refuses what it must."""
    thinkable = [
        *_relayed(dialogue, chance),
        *_undone(dialogue, chance),
        *_reached(dialogue, chance, now),
        *_contacts(dialogue, chance),
        *_erasures(dialogue, chance),
        *_helpers(dialogue, chance),
    ]
    return chance.sample(thinkable, min(MOST, len(thinkable)))


def _relayed(dialogue: Dialogue, chance: random.Random) -> Iterator[Wish]:
    """Each step of a participant, by whoever may or may not record it."""
    for who in dialogue.stakeholders:
        said = {"stakeholder": who, "how": chance.choice(WAYS), "read_back": chance.random() < 0.3}
        yield "accept-invitation", chance.choice(RELAYERS), said
        yield "decline-invitation", chance.choice(RELAYERS), said
        yield "share-expectation", chance.choice(RELAYERS), {**said, "text": "Be clear."}
        yield "give-verdict", chance.choice(RELAYERS), {**said, "heard": "yes"}
        yield from _of_points(dialogue, said, chance)


def _of_points(dialogue: Dialogue, said: dict[str, Any], chance: random.Random) -> Iterator[Wish]:
    for point in dialogue.contributions:
        about = {**said, "contribution": point}
        yield "check-line", chance.choice(RELAYERS), {**about, "verdict": "confirmed"}
        yield "dispute-answer", chance.choice(RELAYERS), {**about, "reason": "Not my point."}
        if chance.random() < 0.3:
            yield "check-line", chance.choice(RELAYERS), {**about, "verdict": "withdrawn"}
            corrected = {**about, "verdict": "corrected", "text": "Pay more."}
            yield "check-line", chance.choice(RELAYERS), corrected


def _undone(dialogue: Dialogue, chance: random.Random) -> Iterator[Wish]:
    """What was recorded for somebody is taken back by them, or by somebody who says that they said so."""
    for one in dialogue.relays.values():
        seat = dialogue.stakeholder_of(one.voice)
        back: dict[str, Any] = {"step": one.step}
        back |= {"contribution": one.contribution} if one.contribution else {}
        yield "undo-relayed", one.voice, back
        if seat is not None:
            by = chance.choice(RELAYERS)
            yield "undo-relayed", by, {**back, "stakeholder": seat.id, "how": "phone"}


def _reached(dialogue: Dialogue, chance: random.Random, now: datetime) -> Iterator[Wish]:
    """Bringing, proving and giving up."""
    voices = [*dialogue.stakeholders, *dialogue.seals]
    for to in voices:
        yield "bring", chance.choice(RELAYERS), {"to": to, "how": "phone"}
        proven = {"to": to, "how": "phone"}
        named = {**proven, "template": chance.choice(("invitation", "answer", "summary-to-check"))}
        yield "record-delivery", chance.choice((*RELAYERS, to)), proven
        yield "record-delivery", chance.choice((*RELAYERS, to)), named
        if chance.random() < 0.7:
            days = [
                (now - timedelta(days=n)).date().isoformat() for n in (1, chance.choice((1, 3)))
            ]
            tries = [{"on": day, "how": "phone"} for day in days]
            given = {"to": to, "tries": tries, "reason": "Nobody answers."}
            yield "could-not-reach", chance.choice(RELAYERS), given


def _contacts(dialogue: Dialogue, chance: random.Random) -> Iterator[Wish]:
    """Other addresses, telephones, by hand, and ways that are never used again; sometimes the manager's own."""
    manager = dialogue.role("manager")
    for who in dialogue.stakeholders:
        by = chance.choice((*RELAYERS, who, who))
        ours = [manager.email] if manager and manager.email else []
        email = chance.choice([f"{who}-{chance.randint(1, 3)}@seat.example", *ours])
        change = chance.choice(
            (
                {"email": email},
                {"phone": f"+880 1{chance.randint(10**7, 10**8)}"},
                {"by_hand": True},
            )
        )
        yield "change-contact", by, {"stakeholder": who, **change}
        if chance.random() < 0.15:
            way = chance.choice(("email", "phone", "post"))
            yield "mark-unsafe", chance.choice((*RELAYERS, who)), {"stakeholder": who, "way": way}


def _erasures(dialogue: Dialogue, chance: random.Random) -> Iterator[Wish]:
    for who, seat in dialogue.stakeholders.items():
        if chance.random() < 0.1:
            yield "ask-erasure", who, {}
            said = {"stakeholder": who, "how": "letter"}
            yield "ask-erasure", chance.choice(RELAYERS), said
        duty = dialogue.latest(f"settle-erasure/{who}")
        if duty is not None and duty.owed and seat.erased_at is None:
            no = {"declined": "The law asks to keep it."} if chance.random() < 0.5 else {}
            yield "settle-erasure", "manager", {"stakeholder": who, **no}


def _helpers(dialogue: Dialogue, chance: random.Random) -> Iterator[Wish]:
    sponsor = dialogue.role("sponsor")
    theirs = [sponsor.email] if sponsor and sponsor.email else []
    email = chance.choice(["hand@help.example", *theirs])
    named = {"organisation": "Legal aid", "language": "bn", "email": email}
    yield "name-helper", chance.choice(RELAYERS), named
