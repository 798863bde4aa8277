"""
Embargo: what a step under seal brought about is known to others at the end of the day, or never.

The minute of an act, and the order of two, would tell who acts: whoever was seen at ten o'clock spoke as `sealed-2`.
So the facts of a step that a sealed voice takes, and those of a delivery to it, are held until the day is over in the
programme's zone. Until then others see the dialogue as it was. Source: rules 35.
"""

from datetime import datetime

from states.model.dialogue import Dialogue
from states.model.duties import kind_of, whom_of
from states.model.facts import Fact, HeldStep, Hold, Notice
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import DutyKind
from states.privacy.embargo.row_changes import OF_A_VOICE, changes_of, split_by_window
from states.privacy.embargo.unpublished import (
    is_never_told,
    is_silent,
    is_unpublished,
    publishes,
    silent_until,
    untold_last,
    without_unpublished,
)
from states.privacy.embargo.windows import told_at
from states.privacy.seals import ABOUT_CARRYING, is_sealed


def sealed_voice(dialogue: Dialogue, *names: str | None) -> str | None:
    """The first of *names* that is the pseudonym of somebody in *dialogue*."""
    return next((name for name in names if name and is_sealed(dialogue, name)), None)


def hold_of(fact: Fact, voice: str, until: datetime) -> Hold:
    """How *fact* is held, which an act of *voice* or a delivery to it brought about: until *until*, or for ever."""
    return Hold(voice=voice, until=None if is_never_told(fact.fact, fact.subject) else until)


def withhold(
    before: Dialogue,
    after: Dialogue,
    facts: list[Fact],
    notices: list[Notice],
    *,
    voice: str | None,
    now: datetime,
) -> tuple[list[Fact], list[Notice], tuple[HeldStep, ...]]:
    """
    The *facts* of a step at *now* that led from *before* to *after*, with their holds, and its *notices* for at once.

    Held are those of a step of *voice*, and what others did with what only a held fact made; with that, what others are
    to know later.
    """
    over = _day_end(before, now)
    if publishes(before, after):
        before, facts = without_unpublished(before), untold_last(before, facts)
    silent = is_silent(before, after, voice)
    held = [_mark(fact, before, voice, now, silent=silent) for fact in facts]
    if voice is None:
        return held, notices, ()
    at_once = [one for one in notices if may_hear_at_once(one)]
    later = tuple(one for one in notices if not may_hear_at_once(one))
    changes = tuple(changes_of(before, after))
    if silent:
        hold = Hold(voice=voice, until=silent_until(after, over))
        return held, at_once, (HeldStep(hold, changes, later, awaits=True),)
    closing = next((at for fact in facts if (at := told_at(before, fact, voice, now))), None)
    if closing is None:
        return held, at_once, (HeldStep(Hold(voice=voice, until=over), changes, later),)
    said, rest = split_by_window(changes)
    on_closing = HeldStep(Hold(voice=voice, until=closing), said, later)
    return held, at_once, (on_closing, HeldStep(Hold(voice=voice, until=over), rest, ()))


def _day_end(dialogue: Dialogue, now: datetime) -> datetime:
    """When the day of *now* is over in the programme's zone; at midnight itself the new one."""
    return dialogue.calendar.end_of(dialogue.calendar.day_of(now))


def _mark(fact: Fact, before: Dialogue, voice: str | None, now: datetime, *, silent: bool) -> Fact:
    whose = voice or _made_under_embargo(before, fact.subject) or carried_voice(fact)
    if whose is None:
        return fact
    if silent or is_unpublished(before, fact.subject):
        return fact.model_copy(update={"hold": Hold(voice=whose, until=None)})
    closing = told_at(before, fact, voice, now) if voice else None
    hold = hold_of(fact, whose, closing or _day_end(before, now))
    return fact.model_copy(update={"hold": hold})


def carried_voice(fact: Fact) -> str | None:
    """To whom words are carried, when *fact* is about that duty; whoever's step brought it about."""
    carried = kind_of(fact.subject) is DutyKind.CARRY_ANSWER
    return whom_of(fact.subject) if carried else None


def _made_under_embargo(dialogue: Dialogue, subject: str) -> str | None:
    """Whose embargo covers what *subject* names, which was not there before; nobody else may hear of it earlier."""
    new = {
        held.change.key: held.voice
        for held in dialogue.held
        if held.change.before is None and held.change.collection not in OF_A_VOICE
    }
    duty = duty_about(dialogue, subject)
    return new.get(subject) or (new.get(duty) if duty else None)


def duty_about(dialogue: Dialogue, subject: str) -> str | None:
    """The duty to answer an objection to the point *subject*, which the words of that answer are about."""
    found = dialogue.latest(f"{DutyKind.ANSWER_DISPUTE}/{subject}")
    return found.name if found else None


def may_hear_at_once(notice: Notice) -> bool:
    """Whether the reader of *notice*, which follows from a step under seal, knows of it: moderator and speaker do."""
    return notice.role in {Role.MODERATOR, PARTICIPANT} or notice.template in ABOUT_CARRYING
