"""State machine: the table, run by `transitions`. The only file that knows that library."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from transitions import Machine, MachineError

from states.language.errors import StepNotAllowed
from states.model.dialogue import OPEN_PHASES, Phase
from states.model.vocabulary import Step
from states.steps.table import LEAVING, STEPS, TRANSITIONS

if TYPE_CHECKING:
    from transitions.core import Event


_ORDER = tuple(Phase)


class _Seat:
    """What the machine moves: a phase, and the gate that must be passed to leave it. One per step, never registered."""

    def __init__(self, phase: Phase, gate: Callable[[Phase], None]) -> None:
        self.state: str = phase.value
        self._gate = gate

    def may_leave(self) -> bool:
        """Ask the gate, which raises what is missing."""
        self._gate(Phase(self.state))
        return True


@lru_cache(maxsize=1)
def _machine() -> Machine:
    machine = Machine(
        model=None, states=[phase.value for phase in Phase], auto_transitions=False, initial=None
    )
    for transition in TRANSITIONS:
        machine.add_transition(
            transition.step,
            transition.source.value,
            transition.target.value if transition.target else None,
            conditions="may_leave" if transition.step in LEAVING else None,
        )
    return machine


def fitting_phases(step: Step) -> list[Phase]:
    """The phases in which *step* fits, in order."""
    return [Phase(source) for source in _event(step).transitions]


def advance(phase: Phase, step: Step, gate: Callable[[Phase], None]) -> Phase:
    """
    The phase after *step* is taken in *phase*.

    Asks *gate* when the step leaves the phase; the gate raises ChecksNotMet when it may not.
    Raises StepNotAllowed when the step does not fit the phase.
    """
    seat = _Seat(phase, gate)
    try:
        _event(step).trigger(seat)
    except MachineError:
        fits = [str(fit) for fit in fitting_phases(step)]
        raise StepNotAllowed("step-not-allowed", step=step, phase=phase, fits=fits) from None
    return Phase(seat.state)


def leaving_step(phase: Phase) -> Step | None:
    """The step that completes *phase*, None when it is an end."""
    return next((name for name in LEAVING if phase in STEPS[name].phases), None)


def require_fit(phase: Phase, step: Step) -> None:
    """Raise StepNotAllowed when *step* does not fit *phase*."""
    fits = fitting_phases(step)
    if phase not in fits:
        raise StepNotAllowed(
            "step-not-allowed", step=step, phase=phase, fits=[str(f) for f in fits]
        )


def misfit_of(step: Step, phase: Phase) -> Literal["moved-on", "too-early", "too-late"] | None:
    """How *step* does not fit *phase*: `moved-on` when it was taken already; None when it lies between its phases."""
    fits, here = [_ORDER.index(one) for one in fitting_phases(step)], _ORDER.index(phase)
    target = STEPS[step].leads_to
    if target is phase or (target and phase in OPEN_PHASES and max(fits) < here):
        return "moved-on"
    return "too-early" if min(fits) > here else "too-late" if max(fits) < here else None


def _event(step: Step) -> "Event":
    return _machine().events[step]
