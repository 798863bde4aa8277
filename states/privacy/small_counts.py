"""Small counts: figures that would point at people are suppressed, and so is what would give them away."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from states.model.dialogue import Dialogue
from states.model.people import Role, Stakeholder
from states.model.policy import Policy
from states.model.vocabulary import DutyKind, FactName, Step
from states.privacy.readers import Reader
from states.privacy.seals import open_voices

PAIR = 2
"""One hidden figure beside a known total is no secret; two are."""
OWN, RELAYED = "own", "relayed"
HEARD = ("yes", "partly", "no")
_VERDICT = FactName.VERDICT_GIVEN


def least_in(policy: Policy) -> int:
    """How many people a figure must stand for to be shown, by *policy*."""
    return policy.limits.small_group


def least_of(dialogue: Dialogue) -> int:
    """How many people a figure about *dialogue* must stand for to be shown."""
    return least_in(dialogue.policy)


@dataclass(frozen=True, slots=True)
class Guarded:
    """The figures that may be shown, by side and group, and their total; what is not there is not shown."""

    shown: Mapping[str, Mapping[str, int]]
    total: int | None


def seats_counted(dialogue: Dialogue) -> list[Stakeholder]:
    """
    The seats of which counts are told to those invited: all, until somebody is invited; then those mapped by that time.

    Were one who came later counted in a later letter, a figure that was hidden until then could be derived: what
    stands there now less the one who came. Source: rules 36.
    """
    seats = list(dialogue.stakeholders.values())
    first = min((seat.invited_at for seat in seats if seat.invited_at), default=None)
    return [seat for seat in seats if first is None or seat.mapped_at <= first]


def suppress_small(counts: Mapping[str, Mapping[str, int]], least: int) -> Guarded:
    """
    The figures of *counts* (side, then group, then how many people) that point at nobody.

    Nothing under *least* is shown. Where what is hidden of one side could be derived from the total, or from a side
    that shows everything, the next smallest is hidden too. The total is that of the first side, in which everybody
    counts once.
    """
    shown = {side: _shown_counts(groups, least) for side, groups in counts.items()}
    whole = sum(next(iter(counts.values()), {}).values())
    return Guarded(shown, whole if whole >= least else None)


def _shown_counts(groups: Mapping[str, int], least: int) -> dict[str, int]:
    kept = {key: number for key, number in groups.items() if number >= least}
    hidden = [number for key, number in groups.items() if key not in kept]
    while hidden and kept and _is_known(hidden, least):
        smallest = min(kept.values())
        # All that are as small go along: which of two equal ones is hidden would tell them apart.
        hidden += [number for number in kept.values() if number == smallest]
        kept = {key: number for key, number in kept.items() if number > smallest}
    return kept


def _is_known(hidden: Sequence[int], least: int) -> bool:
    """
    Whether somebody who knows the sum of what is *hidden*, and this law, knows too much.

    Of one figure the sum is the figure; a small sum is itself one that points at people; and where the sum is the most
    that figures under *least* can reach, each is known to be one less than that.
    """
    return len(hidden) < PAIR or sum(hidden) < least or sum(hidden) == len(hidden) * (least - 1)


@dataclass(frozen=True, slots=True)
class OverdueCarrying:
    """How many answers under seal are late to arrive, and the longest by so many days; None: not to be told."""

    number: int | None
    days: int | None


def overdue_carrying(dialogue: Dialogue, reader: Reader, now: datetime) -> OverdueCarrying:
    """
    What *reader*, who stands above the moderator, may know of answers under seal that did not arrive in time by *now*.

    The confidant number and lateness, the board a number only from `small_group` on (rules 39).
    """
    late = [duty for duty in dialogue.owed(DutyKind.CARRY_ANSWER) if duty.first_due <= now]
    if reader.name != Role.CONFIDANT and len(late) < least_of(dialogue):
        return OverdueCarrying(None, None)
    return OverdueCarrying(
        len(late), max((x.late_days(now, dialogue.zone) for x in late), default=0)
    )


def undelivered_messages(dialogue: Dialogue) -> int | None:
    """
    How many messages to participants did not arrive by themselves since the session; None: not to be told.

    All that managers hear of them once there are seals (rules 35). Nothing to a voice under seal is counted, so that it
    says nothing of one; and it is a multiple of `small_group`, so that no two figures differ by fewer.
    """
    if not dialogue.seals:
        return None
    carried = [d for d in dialogue.duties.values() if d.kind is DutyKind.PASS_ON]
    by_hand = sum(len(d.covers) for d in carried if d.opened_at >= dialogue.session_at)
    failed = sum(name in dialogue.stakeholders for name in dialogue.failed_ways)
    least = least_of(dialogue)
    return (by_hand + failed) // least * least or None


def verdicts_heard(dialogue: Dialogue) -> dict[str, Counter[str]]:
    """
    How many found themselves heard, partly and not: those who said so themselves, and those for whom it was recorded.

    Recorded ones are counted apart only where neither they nor the others are fewer than `small_group`; else all count
    together. What is under seal always counts with those who spoke themselves (rules 36).
    """
    by_others = recorded_verdicts(dialogue)
    own = {voice for voice in dialogue.verdicts if voice not in by_others}
    least = least_of(dialogue)
    if len(by_others) < least or len(own) < least:
        own, by_others = set(dialogue.verdicts), set()
    sides = {OWN: own, RELAYED: by_others} if by_others else {OWN: own}
    return {
        side: Counter(dialogue.verdicts[voice].heard for voice in voices)
        for side, voices in sides.items()
    }


def recorded_verdicts(dialogue: Dialogue) -> set[str]:
    """The open voices whose verdict, as it stands, somebody else recorded for them."""
    given = [r for r in dialogue.relays.values() if r.step == Step.GIVE_VERDICT and r.stands]
    standing = open_voices(dialogue, (one.voice for one in given))
    return {voice for voice in standing if voice in dialogue.verdicts}


def verdicts_shown(dialogue: Dialogue) -> Mapping[str, Mapping[str, int]]:
    """How many were heard, partly and not, as far as no figure points at people; what others recorded stands apart."""
    counts = {
        side: {heard: given[heard] for heard in HEARD}
        for side, given in verdicts_heard(dialogue).items()
    }
    return suppress_small(counts, least_of(dialogue)).shown


def untold_of(dialogue: Dialogue, fact: str) -> tuple[str, ...]:
    """What an auditor is not told of a *fact*: verdicts where the figures over them would point at people."""
    if fact != _VERDICT:
        return ()
    figures = verdicts_shown(dialogue)
    whole = all(len(figures[side]) == len(HEARD) for side in figures)
    apart = () if RELAYED in figures and whole else ("relayed_by", "how", "said_on")
    return (*(() if whole else ("heard", "success_test")), *apart)
