"""Request models of the feedback: what is told in between, answers, verdicts and objections (rules 3)."""

from typing import Annotated

from pydantic import Field

from states.steps.requests import OnBehalf, YesPartlyNo
from states.values.values import Line, Name, Text, Value


class GiveInterimWord(Value):
    """What is decided, what is not, and who decides the rest by when."""

    decided: Text
    not_decided: Text
    who_decides_when: Text


class AnswerParticipant(Value):
    """The feedback to one participant; whose contributions they are follows from *covers*."""

    covers: Annotated[tuple[Name, ...], Field(min_length=1)]
    text: Text


class GiveVerdict(OnBehalf):
    """What a participant says of their answer."""

    voice: Line | None = None
    """Which answer they mean, when they speak under their own name and under seal: the name under which it came."""
    heard: YesPartlyNo
    success_test: YesPartlyNo | None = None
    comment: Text | None = None


class DisputeAnswer(OnBehalf):
    """Not my point."""

    contribution: Name
    reason: Text


class AskBack(OnBehalf):
    """A question about the answer."""

    contribution: Name
    question: Text


class SettleDispute(Value):
    """The answer to a dispute."""

    contribution: Name
    text: Text
