"""Request models of words under seal: how others are to read what a sealed speaker wrote."""

from typing import Literal, Self

from pydantic import model_validator

from states.language.validation_messages import wrong
from states.values.values import Line, Name, Text, Value


class WordNeutrally(Value):
    """
    Words that others read in the place of those of a speaker under seal.

    Of a corrected *line* and of a *dispute* the contribution is named, of what stands beside a *verdict* the pseudonym.
    """

    about: Literal["line", "dispute", "verdict"]
    contribution: Name | None = None
    voice: Line | None = None
    text: Text

    @model_validator(mode="after")
    def _verdict_needs_voice(self) -> Self:
        needed, other = (
            ("voice", "contribution") if self.about == "verdict" else ("contribution", "voice")
        )
        if getattr(self, needed) is None or getattr(self, other) is not None:
            raise wrong("about-needs", about=self.about, field=needed)
        return self
