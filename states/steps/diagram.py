"""State diagram: the machine in Mermaid, made from the table."""

from itertools import groupby

from states.model.dialogue import OPEN_PHASES, Phase
from states.steps.table import TRANSITIONS, Transition


def mermaid() -> str:
    """The phases and the steps between them; steps that stay in a phase are left out."""
    moves = [t for t in TRANSITIONS if t.target and t.target is not Phase.CANCELLED]
    lines = ["stateDiagram-v2", f"    [*] --> {OPEN_PHASES[0]}: open"]
    lines += [_arrow(list(same)) for _, same in groupby(moves, key=lambda t: (t.source, t.target))]
    lines += [f"    {phase} --> {Phase.CANCELLED}: cancel-dialogue" for phase in OPEN_PHASES]
    lines += [f"    {phase} --> [*]" for phase in Phase if phase not in OPEN_PHASES]
    return "\n".join(lines) + "\n"


def _arrow(same: list[Transition]) -> str:
    first = same[0]
    return f"    {first.source} --> {first.target}: {', '.join(t.step for t in same)}"
