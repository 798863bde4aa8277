"""
The soft checks that the lives in tests were built to meet, or to leave unmet on purpose.

One that is newer is passed by override before its phase is left, so that it reddens its own tests and not every life
that goes on after that phase. Whoever adds a soft check writes its tests where it is asked, and leaves this list alone
unless the lives are to meet it too.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from states.checks.checks import soft_checks
from states.model.vocabulary import CheckName
from states.steps.table import LEAVING, STEPS

KNOWN = frozenset(
    {
        CheckName.AFFECTED_REPRESENTED,
        CheckName.CRITICAL_VOICE,
        CheckName.DECLINED_REPLACED,
        CheckName.HOME_SHARE,
        CheckName.INDEPENDENT_MODERATOR,
        CheckName.LESSONS_NOTED,
        CheckName.MANAGEMENT_PRESENT,
        CheckName.NO_STOCK_PHRASES,
    }
)


def overrides_before(step: str) -> list[dict[str, str]]:
    """Return what `override-check` is given, for each newer check of the phase that *step* leaves."""
    phases = [phase for name in LEAVING if name == step for phase in STEPS[name].phases]
    newer = [check for phase in phases for check in soft_checks(phase) if check not in KNOWN]
    return [{"check": check.value, "reason": "This life is not about it."} for check in newer]


def overridden(acts: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put the overrides of newer checks before each act of a scenario that leaves a phase."""
    for one in acts:
        for given in overrides_before(str(one.get("do"))):
            yield one | {"by": "manager", "do": "override-check", "with": given}
        yield one
