"""View of a dialogue: its phase, what its checks ask and why, and every date with how it was computed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from notifications.views.names import travels_sealed
from portal.manager.overview.duty_links import way_to_fix
from portal.manager.overview.open_duties import TOGETHER, Owed
from portal.shared.points_by_role import Seen, seen_by
from portal.web.request import Visit
from states.checks.checks import Check, checks_of
from states.checks.status import stage_of
from states.model.dialogue import OPEN_PHASES, Dialogue, Phase
from states.model.vocabulary import CheckName, Step
from states.steps.machine import leaving_step
from states.steps.permissions import may_take

_ELSEWHERE = {Step.SIGN_STRATEGY: "/dialogues/{dialogue}/strategy#sign"}
"""Where a phase is left on a page of its own: what is signed is to be read first."""


@dataclass(frozen=True, slots=True)
class AskedCheck:
    """One check: what is missing, why it is asked, where that can be given, and who passed it by hand."""

    check: Check
    missing: list[str]
    source: str
    fix: str | None
    reason: str | None
    by: str | None

    @property
    def waits(self) -> bool:
        """Whether it keeps the phase from being left."""
        return not self.check.passes

    @property
    def soft(self) -> bool:
        """Whether it may be passed by hand."""
        return self.check.strength == "soft"


@dataclass(frozen=True, slots=True)
class PhaseStage:
    """One phase on the way through the year, and whether it is over, now, or to come."""

    phase: Phase
    when: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The step that completes the phase, and whether whoever looks may take it now."""

    step: Step
    ready: bool
    theirs: bool
    elsewhere: str | None = None
    """The address of the page on which it is taken, when that is not the page of the dialogue."""


def asked_of(visit: Visit, dialogue: Dialogue) -> list[AskedCheck]:
    """The checks of the phase, those that wait first."""
    seen = seen_by(visit, dialogue)
    asked = [_check_row(visit, seen, check) for check in checks_of(dialogue, visit.now)]
    return sorted(asked, key=lambda one: (not one.waits, one.soft))


def _check_row(visit: Visit, seen: Seen, check: Check) -> AskedCheck:
    dialogue = seen.dialogue
    override = dialogue.overrides.get(f"{dialogue.phase}/{check.name}")
    passed, told = override if check.overridden else None, seen.lack_of(check)
    return AskedCheck(
        check,
        list(told.lines),
        told.source,
        None if check.ok else way_to_fix(visit, dialogue, check),
        passed.reason if passed else None,
        passed.name if passed else None,
    )


def stages_of(dialogue: Dialogue) -> list[PhaseStage]:
    """The five phases; after the end they are all over."""
    return [PhaseStage(phase, stage_of(dialogue, phase)) for phase in OPEN_PHASES]


def leave_of(visit: Visit, dialogue: Dialogue, asked: Iterable[AskedCheck]) -> Leave | None:
    """How the phase is left; None for an ended dialogue."""
    step = leaving_step(dialogue.phase)
    if step is None:
        return None
    ready = not any(one.waits for one in asked if one.check.name != CheckName.STRATEGY_SIGNED)
    elsewhere = _ELSEWHERE.get(step)
    there = elsewhere.format(dialogue=dialogue.id) if elsewhere else None
    return Leave(step, ready, may_take(visit.me.name, step), there)


def dates_of(visit: Visit, dialogue: Dialogue, *, owed: bool) -> list[Owed]:
    """The duties that are still owed, or those that are not, next first; those that are alike stand in one line."""
    told = (duty for duty in dialogue.duties.values() if not travels_sealed(dialogue, duty))
    return list(_alike(Owed(visit, dialogue, duty) for duty in told if duty.owed == owed))


def _alike(lines: Iterable[Owed]) -> Iterator[Owed]:
    def same(one: Owed) -> tuple[datetime, str, str]:
        return one.duty.due, one.duty.kind, one.duty.status

    for _, group in groupby(sorted(lines, key=same), key=same):
        alike = list(group)
        if len(alike) < TOGETHER:
            yield from alike
        else:
            yield Owed(alike[0].visit, alike[0].dialogue, alike[0].duty, len(alike))
