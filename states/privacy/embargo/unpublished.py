"""
Unpublished points: that something was said under seal is known to moderator and speaker alone until the summary is out.

Its number, its place among others and its moment would tell who spoke. So its facts wait until the summary is
published, the dialogue is cancelled, or ten working days before the promise, whichever is first. Source: rules 35.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from states.model.dialogue import Dialogue, Phase
from states.model.duties import KINDS, kind_of
from states.model.facts import Fact
from states.model.people import Role
from states.model.vocabulary import DutyKind, FactName
from states.privacy.seals import has_seals, is_sealed

UNNUMBERED = "unnumbered-"
"""How the mark begins under which moderator and speaker know a point that has no number yet."""
BEFORE_PROMISE = 10  # working days
_DAY = timedelta(days=1)
_OF_CARRYING = frozenset({
    FactName.PARTICIPANT_ANSWERED, FactName.ANSWER_BOUNCED, FactName.NOTICE_UNDELIVERABLE,
    FactName.DELIVERY_RECORDED, FactName.REPORT_UNREAD, FactName.REPORT_LOOKED_AT, FactName.NOT_REACHED,
})  # fmt: skip
"""The facts that say how far words to a voice came."""
_CARRIED = frozenset({DutyKind.PASS_ON, DutyKind.CARRY_ANSWER})
"""The duties that are about how words come to a voice."""


def is_never_told(fact: str, subject: str) -> bool:
    """Whether *fact*, which happened to *subject* under seal, is about how words come there and is never told."""
    return fact in _OF_CARRYING or kind_of(subject) in _CARRIED


def is_unnumbered(name: str) -> bool:
    """Whether *name* is the mark of a point that has no number yet, or looks like one."""
    return name.startswith(UNNUMBERED)


def mark_number(name: str) -> str:
    """Which one of those without a number the mark *name* is: `1`."""
    return name.removeprefix(UNNUMBERED)


def free_number(dialogue: Dialogue) -> str:
    """The next free number of a point; what nobody knows of leaves no gap, unless it was named so by hand."""
    return next(free_numbers(dialogue))


def free_numbers(dialogue: Dialogue) -> Iterator[str]:
    """The numbers that points of *dialogue* may get from now on, in their order."""
    hidden = set(dialogue.unpublished_keys("contributions"))
    number = sum(name not in hidden for name in dialogue.contributions)
    while True:
        number += 1
        if f"c{number}" not in dialogue.contributions:
            yield f"c{number}"


def free_mark(dialogue: Dialogue) -> str:
    """The next free mark of a point that gets its number when the summary is out."""
    number = 1
    while f"{UNNUMBERED}{number}" in dialogue.contributions:
        number += 1
    return f"{UNNUMBERED}{number}"


def is_unpublished(dialogue: Dialogue, name: str) -> bool:
    """Whether others know nothing yet of the point, the voice or the duty *name*."""
    return any(
        name in dialogue.unpublished_keys(one) for one in ("contributions", "seals", "duties")
    )


def may_hold_seals(dialogue: Dialogue) -> bool:
    """
    Whether somebody speaks under seal in *dialogue*, or might, since points are there and the summary is not out.

    What protects who speaks under seal is asked so: a refusal that came with the first seal would tell of it.
    """
    return has_seals(dialogue) or (bool(dialogue.contributions) and _is_kept_back(dialogue))


def _is_kept_back(dialogue: Dialogue) -> bool:
    """Whether a moderator may know of more than others: the session began, and its summary is not out."""
    running = dialogue.phase is Phase.SESSION and dialogue.summary_published_at is None
    return running and dialogue.role(Role.MODERATOR) is not None


def is_silent(before: Dialogue, after: Dialogue, voice: str | None) -> bool:
    """Whether others hear of the step of *voice* from *before* to *after* only with the points under seal."""
    if voice is None or after.summary_published_at is not None:
        return False
    new = after.contributions.keys() - before.contributions.keys()
    spoke = any(is_sealed(after, after.contributions[name].voice) for name in new)
    return spoke or voice in before.unpublished_keys("seals")


def publishes(before: Dialogue, after: Dialogue) -> bool:
    """Whether the step from *before* to *after* makes known what was said under seal: the summary, or the end."""
    published = before.summary_published_at is None and after.summary_published_at is not None
    ended = before.phase is not Phase.CANCELLED and after.phase is Phase.CANCELLED
    return (published or ended) and any(held.awaits for held in before.held)


def silent_until(dialogue: Dialogue, until: datetime) -> datetime:
    """
    When others hear of what was said under seal if no summary is published before: *until*, the end of today, or later.

    Ten working days before what is promised, and in any case before time acts on it.
    """
    days = list[date]()
    for duty in dialogue.duties.values():
        if (
            KINDS[duty.kind].debt
            and duty.owed
            and duty.waiting
            and is_sealed(dialogue, duty.waiting)
        ):
            days.append(dialogue.calendar.shift(dialogue.due_day(duty), -BEFORE_PROMISE) - _DAY)
            if duty.next_at is not None:
                days.append(dialogue.calendar.day_of(duty.next_at) - _DAY)
    return max([until, *map(dialogue.calendar.end_of, [min(days)] if days else [])])


def without_unpublished(dialogue: Dialogue) -> Dialogue:
    """A copy of *dialogue* in which nothing waits for the summary any more."""
    copy = dialogue.copy()
    copy.held = tuple(held for held in dialogue.held if not held.awaits)
    return copy


def untold_last(dialogue: Dialogue, facts: Iterable[Fact]) -> list[Fact]:
    """*facts* of a step that makes known what is under seal in *dialogue*, those about it last, by its name."""
    hidden = {*dialogue.unpublished_keys("duties"), *dialogue.unpublished_keys("seals")}
    return sorted(
        facts, key=lambda fact: (fact.subject in hidden, fact.subject in hidden and fact.subject)
    )


def with_published(
    dialogue: Dialogue, numbers: Mapping[str, str], duties: Iterable[str], at: datetime
) -> Dialogue:
    """
    A copy of *dialogue* in which points and *duties* under seal are known since *at*, behind all others.

    *numbers* has the points in their order, each with the number that it has from now on.
    """
    copy, told = dialogue.copy(), {"recorded_at": at}
    for name, number in numbers.items():
        if (point := copy.contributions.pop(name, None)) is not None:
            copy.contributions[number] = point.model_copy(update={"id": number, **told})
    for name in duties:
        if (duty := copy.duties.pop(name, None)) is not None:
            copy.duties[name] = duty.model_copy(update={"opened_at": at})
    return copy
