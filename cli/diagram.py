"""`weerklank diagram`: the machine of phases, generated from its table."""

from cli import speech
from states.diagram import mermaid


def diagram() -> None:
    """Print the machine of phases as a Mermaid diagram."""
    speech.out(mermaid().rstrip("\n"))
