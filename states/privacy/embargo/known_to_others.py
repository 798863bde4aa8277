"""Known to others: a dialogue as it may be shown while acts under seal wait, and of the others no minute."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from states.model.contributions import Contribution, Verdict
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, Duty, DutyStatus
from states.model.people import Role
from states.privacy.embargo.row_changes import put_back
from states.privacy.embargo.windows import shown_at
from states.privacy.readers import Reader
from states.privacy.seals import is_pseudonym, is_sealed, own_voices
from states.values.values import Value


def as_others_know(dialogue: Dialogue, reader: Reader) -> None:
    """Put *dialogue*, a copy of one's own, back to what *reader* may know: no minute of what is under seal."""
    if reader.opens_seals or not dialogue.seals:
        return
    own = own_voices(dialogue, reader)
    _put_all_back(dialogue, own)
    _blur(dialogue, own)


def is_heard_of(dialogue: Dialogue, name: str) -> bool:
    """Whether *name* is no pseudonym, or one of which whoever knows *dialogue* as it is here has heard."""
    return name in dialogue.seals or not is_pseudonym(name)


def as_letters_know(dialogue: Dialogue, to: str) -> Dialogue:
    """*dialogue* as a letter to *to*, a role or a voice, may speak of it; itself while nothing is held."""
    if not dialogue.held or to == Role.MODERATOR:
        return dialogue
    seat = dialogue.stakeholder_of(to)
    known, own = dialogue.copy(), dialogue.voices_of(seat.id) if seat else ()
    untold = dialogue.unpublished_keys("seals")
    _put_all_back(known, [voice for voice in own if voice == to or voice not in untold])
    return known


def _put_all_back(dialogue: Dialogue, own: Collection[str]) -> None:
    for held in reversed(dialogue.held):
        if held.voice not in own:
            put_back(dialogue, held.change)
    dialogue.held = ()


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
    "verdicts": ("at",),  # first: in which window one was given, the moments of the duties say
    "duties": ("opened_at", "ended_at"),
    "contributions": ("recorded_at", "delivered_at"),
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
    if isinstance(row, Verdict) and (closed := shown_at(dialogue, row)):
        ends["at"] = closed
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
