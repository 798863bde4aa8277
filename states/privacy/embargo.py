"""
Embargo: what a step under seal brought about is known to others at the end of the day, or never.

The minute of an act, and the order of two, would tell who acts: whoever was seen at ten o'clock spoke as `sealed-2`.
So the facts of a step that a sealed voice takes, and those of a delivery to it, are held until the day is over in the
programme's zone. Until then others see the dialogue as it was. Source: rules 35.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from states.model.contributions import Commitment, Contribution, Verdict
from states.model.dialogue import Dialogue, Phase
from states.model.duties import KINDS, Duty, DutyStatus, kind_of, whom_of
from states.model.facts import Fact, HeldStep, Hold, Notice, RowChange
from states.model.people import PARTICIPANT, Role, Stakeholder
from states.model.relays import Relayed
from states.model.vocabulary import DutyKind, FactName
from states.privacy.readers import Reader
from states.privacy.seals import ABOUT_CARRYING, is_sealed, own_voices
from states.values.values import STORED, Value

DIALOGUE = "dialogue"
"""The name of the row that a dialogue is itself."""
_CARRYING = frozenset({
    FactName.PARTICIPANT_ANSWERED, FactName.ANSWER_BOUNCED, FactName.NOTICE_UNDELIVERABLE,
    FactName.DELIVERY_RECORDED, FactName.REPORT_UNREAD, FactName.REPORT_LOOKED_AT, FactName.NOT_REACHED,
})  # fmt: skip
"""The facts that say how far words to a voice came."""
_CARRIED = frozenset({DutyKind.PASS_ON, DutyKind.CARRY_ANSWER})
"""The duties that are about how words come to a voice."""
_KINDS: Mapping[str, type[Value]] = {
    "stakeholders": Stakeholder, "contributions": Contribution, "commitments": Commitment,
    "verdicts": Verdict, "relays": Relayed, "duties": Duty,
}  # fmt: skip
"""The collections in which a step under seal may change something that others see."""
_PLAIN: Mapping[str, Any] = {
    "phase": Phase, "phase_since": datetime, "signed_at": datetime | None,
    "failed_ways": dict[str, str],
}  # fmt: skip
"""What a dialogue has once, and such a step may change."""


def sealed_voice(dialogue: Dialogue, *names: str | None) -> str | None:
    """The first of *names* that is the pseudonym of somebody in *dialogue*."""
    return next((name for name in names if name and is_sealed(dialogue, name)), None)


def hold_of(fact: Fact, voice: str, today: date) -> Hold:
    """Until when *fact* is held, which an act of *voice* or a delivery to it brought about on the local day *today*."""
    return Hold(voice=voice, until=None if _is_of_carrying(fact) else today)


def _is_of_carrying(fact: Fact) -> bool:
    return fact.fact in _CARRYING or kind_of(fact.subject) in _CARRIED


def withhold(
    before: Dialogue,
    after: Dialogue,
    facts: list[Fact],
    notices: list[Notice],
    *,
    voice: str | None,
    today: date,
) -> tuple[list[Fact], list[Notice], tuple[HeldStep, ...]]:
    """
    The *facts* of a step that led from *before* to *after*, each with its hold, and its *notices* that go at once.

    Held are those of a step of *voice*, and what others did with what only a held fact made; with that, what others are
    to know later.
    """
    held = [_mark(fact, before, voice, today) for fact in facts]
    if voice is None:
        return held, notices, ()
    at_once = [one for one in notices if may_hear_at_once(one)]
    later = tuple(one for one in notices if not may_hear_at_once(one))
    step = HeldStep(Hold(voice=voice, until=today), tuple(_changes(before, after)), later)
    return held, at_once, (step,)


def _mark(fact: Fact, before: Dialogue, voice: str | None, today: date) -> Fact:
    whose = voice or _made_under_embargo(before, fact.subject) or carried_voice(fact)
    return fact.model_copy(update={"hold": hold_of(fact, whose, today)}) if whose else fact


def carried_voice(fact: Fact) -> str | None:
    """To whom words are carried, when *fact* is about that duty; whoever's step brought it about."""
    carried = kind_of(fact.subject) is DutyKind.CARRY_ANSWER
    return whom_of(fact.subject) if carried else None


def _made_under_embargo(dialogue: Dialogue, subject: str) -> str | None:
    """Whose embargo covers what *subject* names, which was not there before; nobody else may hear of it earlier."""
    new = {held.change.key: held.voice for held in dialogue.held if held.change.before is None}
    duty = duty_about(dialogue, subject)
    return new.get(subject) or (new.get(duty) if duty else None)


def duty_about(dialogue: Dialogue, subject: str) -> str | None:
    """The duty to answer an objection to the point *subject*, which the words of that answer are about."""
    found = dialogue.latest(f"{DutyKind.ANSWER_DISPUTE}/{subject}")
    return found.name if found else None


def may_hear_at_once(notice: Notice) -> bool:
    """Whether the reader of *notice*, which follows from a step under seal, knows of it: moderator and speaker do."""
    return notice.role in {Role.MODERATOR, PARTICIPANT} or notice.template in ABOUT_CARRYING


def _changes(before: Dialogue, after: Dialogue) -> Iterable[RowChange]:
    plain = {name: getattr(before, name) for name in _PLAIN}
    if changed := {name: was for name, was in plain.items() if was != getattr(after, name)}:
        yield RowChange(DIALOGUE, before.id, changed)
    for name in _KINDS:
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield from _row_changes(name, was, now)


def _row_changes(
    collection: str, was: Mapping[str, Value], now: Mapping[str, Value]
) -> Iterable[RowChange]:
    for key, value in now.items():
        old = was.get(key)
        if old is None:
            yield RowChange(collection, key, None)
        elif old is not value and (changed := _fields_before(old, value)):
            yield RowChange(collection, key, changed)


def _fields_before(old: Value, new: Value) -> dict[str, Any]:
    return {name: was for name, was in vars(old).items() if was != vars(new)[name]}


def as_others_know(dialogue: Dialogue, reader: Reader) -> None:
    """Put *dialogue*, a copy of one's own, back to what *reader* may know: no minute of what is under seal."""
    if reader.opens_seals or not dialogue.seals:
        return
    own = own_voices(dialogue, reader)
    _put_all_back(dialogue, own)
    _blur(dialogue, own)


def as_letters_know(dialogue: Dialogue, to: str) -> Dialogue:
    """*dialogue* as a letter to *to*, a role or a voice, may speak of it; itself while nothing is held."""
    if not dialogue.held or to == Role.MODERATOR:
        return dialogue
    seat = dialogue.stakeholder_of(to)
    known = dialogue.copy()
    _put_all_back(known, dialogue.voices_of(seat.id) if seat else ())
    return known


def _put_all_back(dialogue: Dialogue, own: Collection[str]) -> None:
    for held in reversed(dialogue.held):
        if held.voice not in own:
            _put_back(dialogue, held.change)
    dialogue.held = ()


def _put_back(dialogue: Dialogue, change: RowChange) -> None:
    if change.collection == DIALOGUE:
        _put_back_plain(dialogue, change.before or {})
        return
    rows = getattr(dialogue, change.collection)
    if change.before is None:
        rows.pop(change.key, None)
    elif change.key in rows:
        rows[change.key] = _with_fields(rows[change.key], change.before)


def _put_back_plain(dialogue: Dialogue, before: Mapping[str, Any]) -> None:
    for name, was in before.items():
        setattr(dialogue, name, was)


def _with_fields(row: Value, before: Mapping[str, Any]) -> Value:
    return row.model_copy(update=dict(before))


def fields_read(collection: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row of *collection* as values, from the plain data as which a change keeps them."""
    return {
        name: _adapter(collection, name).validate_python(was, context=STORED)
        for name, was in stored.items()
    }


@cache
def _adapter(collection: str, name: str) -> TypeAdapter[Any]:
    if collection == DIALOGUE:
        return TypeAdapter(_PLAIN[name])
    kind: Any = _KINDS[collection].model_fields[name].annotation
    return TypeAdapter(kind)


def _blur(dialogue: Dialogue, own: Collection[str]) -> None:
    """What is of a sealed voice has no minute, and no place among others that would tell one."""

    def whose_not_own(*names: str | None) -> str | None:
        return next((n for n in names if n not in own and is_sealed(dialogue, n)), None)

    for name, moments in _MOMENTS.items():
        rows = getattr(dialogue, name)
        whose = {key: whose_not_own(*_voices_of(row)) for key, row in rows.items()}
        blurred = {
            key: _without_minute(dialogue, row, moments) if whose[key] else row
            for key, row in rows.items()
        }
        setattr(dialogue, name, _in_order(blurred, whose, moments[0]))


_MOMENTS = {
    "duties": ("opened_at", "ended_at"),
    "contributions": ("recorded_at", "delivered_at"),
    "verdicts": ("at",),
}
"""The moments at which a sealed voice acted or was reached, by collection; the first orders its rows."""


def _voices_of(row: Any) -> tuple[str | None, ...]:  # noqa: ANN401 - a row of one of three kinds
    if isinstance(row, Duty):
        return row.whom, row.waiting
    return (row.voice if isinstance(row, Contribution) else row.id,)


def _without_minute(dialogue: Dialogue, row: Value, moments: Iterable[str]) -> Value:
    known = {
        name: at
        for name in moments
        if (at := getattr(row, name)) is not None and not _is_met_by_the_company(row, name)
    }
    ends = {name: end_of_day(dialogue, at) for name, at in known.items()}
    if "ended_at" in ends and isinstance(row, Duty) and row.status is DutyStatus.MET_LATE:
        # On which day counts here: 24:00 is of the next one.
        ends["ended_at"] -= _LEAST
    return row.model_copy(update=ends)


def _is_met_by_the_company(row: Value, moment: str) -> bool:
    """Whether *moment* is when the company paid a debt: by writing the answer, which is no act of who waits."""
    met = isinstance(row, Duty) and row.status in {DutyStatus.MET, DutyStatus.MET_LATE}
    return met and moment == "ended_at" and isinstance(row, Duty) and KINDS[row.kind].debt


def end_of_day(dialogue: Dialogue, at: datetime) -> datetime:
    """The end, in the programme's zone, of the day of *at*; what is the end of a day stays that."""
    return dialogue.calendar.end_of(dialogue.calendar.day_of(at - _LEAST))


_LEAST = timedelta(microseconds=1)


def _in_order(
    rows: Mapping[str, Value], whose: Mapping[str, str | None], moment: str
) -> dict[str, Value]:
    """*rows* by their moments; those of sealed voices at the end of their day, in order of pseudonym."""

    def place(key: str) -> tuple[datetime, tuple[int, str], str]:
        voice, at = whose[key], getattr(rows[key], moment)
        return (at, number_of(voice), key) if voice else (at, (0, ""), "")

    return {key: rows[key] for key in sorted(rows, key=place)}


def number_of(voice: str) -> tuple[int, str]:
    """By what pseudonyms are put in order: `sealed-2` comes before `sealed-10`."""
    number = voice.rpartition("-")[2]
    return (int(number) if number.isascii() and number.isdigit() else 0), voice
