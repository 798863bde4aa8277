"""`weerklank diagram`: the machine of phases, generated from its table."""

from cli import console
from states.steps.diagram import mermaid


def diagram() -> None:
    """Print the machine of phases as a Mermaid diagram."""
    console.out(mermaid().rstrip("\n"))
