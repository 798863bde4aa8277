"""Domain errors: what the law answers when something is not allowed, and what to do, in the reader's language."""

from collections.abc import Sequence
from typing import Any, Protocol

from states.language.languages import SOURCE
from states.language.messages import say


class Refused(Exception):
    """
    A step was refused; nothing has changed. *code* names the reason, *details* fill its sentence.

    *dialogue_id* says in which dialogue, when it was one.
    """

    dialogue_id: str | None = None

    def __init__(self, code: str, **details: Any) -> None:  # noqa: ANN401 - values of any printable kind
        super().__init__(code)
        self.code = code
        self.details = details

    @property
    def phrase(self) -> str:
        """The sentence that says it, in the phrasebook: by default that of the *code*."""
        return self.code

    def why(self, language: str = SOURCE) -> str:
        """The reason and what to do, as a sentence in *language*."""
        return say(self.phrase, language, **self.details)

    def __str__(self) -> str:
        return self.why()


class StepNotAllowed(Refused):
    """The step does not fit the phase in which the dialogue stands."""


class NotYours(Refused):
    """The step belongs to somebody else."""


class OwnHat(NotYours):
    """A seat's own step, by somebody who owes answers under another hat: the reason is the same, the way out is not."""

    @property
    def phrase(self) -> str:
        """The sentence for whoever sits there, perhaps by no more than the number of their company."""
        return "seat-of-debtor"


class NotKnown(Refused):
    """What the step names does not exist in this dialogue."""


class BadInput(Refused):
    """What was given with the step is not valid."""


class Unmet(Protocol):
    """A check that is not met, as far as a refusal needs to know it."""

    @property
    def name(self) -> str:
        """The name of the check."""

    def why(self, language: str = SOURCE) -> str:
        """What is missing and what to do."""


class ChecksNotMet(Refused):
    """The phase cannot be left yet; *checks* are the ones that are not met."""

    def __init__(self, step: str, checks: Sequence[Unmet]) -> None:
        super().__init__("checks-not-met", step=step)
        self.checks = tuple(checks)

    def why(self, language: str = SOURCE) -> str:
        """Each check that is not met, by name, with what is missing."""
        reasons = " ".join(f"{check.name}: {check.why(language)}" for check in self.checks)
        return f"{say(self.code, language, **self.details)} {reasons}"
