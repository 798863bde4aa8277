"""Facts and notices: what has happened, in the past tense and never changed; and what must now be said to whom."""

from typing import Any

from pydantic import Field

from states.values.values import Value


class Fact(Value):
    """One entry of the journal before it is chained; it carries ids, dates, counts and the company's own reasons."""

    fact: str
    actor: str
    subject: str
    detail: dict[str, Any] = Field(default_factory=dict)


class Notice(Value):
    """One message to one person because of one rung or one fact."""

    to: str
    """A role, a stakeholder id or the pseudonym of a sealed speaker; never an address."""
    role: str
    """In which capacity they get it: a role, or `participant`."""
    template: str
    duty: str | None = None
    kind: str | None = None
    rung: str | None = None
    version: int = 1
    detail: dict[str, Any] = Field(default_factory=dict)
    """What the message needs beyond the dialogue as it stands: the old date, the reason, the answer's text."""


FACTS: tuple[str, ...] = (
    "dialogue-opened",
    "debt-carried",
    "phase-entered",
    "check-overridden",
    "information-given",
    "risk-named",
    "risk-dropped",
    "stakeholder-mapped",
    "stakeholder-dropped",
    "contact-changed",
    "way-marked-unsafe",
    "chain-dialogue-linked",
    "participant-invited",
    "invitation-accepted",
    "invitation-declined",
    "expectation-shared",
    "expectations-echoed",
    "session-rescheduled",
    "attendance-recorded",
    "management-recorded",
    "contribution-recorded",
    "summary-published",
    "line-checked",
    "contribution-decided",
    "decision-reopened",
    "strategy-signed",
    "answer-written",
    "participant-answered",
    "answer-bounced",
    "notice-undeliverable",
    "report-unread",
    "report-looked-at",
    "delivery-recorded",
    "brought",
    "could-not-reach",
    "helper-named",
    "helper-ended",
    "verdict-given",
    "answer-disputed",
    "settlement-written",
    "dispute-settled",
    "commitment-reported",
    "lesson-noted",
    "hand-over-agreed",
    "role-handed-over",
    "step-undone",
    "erasure-asked",
    "erasure-granted",
    "erasure-declined",
    "participant-erased",
    "duty-opened",
    "duty-met",
    "duty-lapsed",
    "duty-postponed",
    "duty-rescheduled",
    "duty-reopened",
    "duty-withdrawn",
    "no-answer-recorded",
    "not-reached",
    "rung-reached",
    "rung-skipped",
    "dialogue-closed",
    "dialogue-cancelled",
)
"""All facts, in the order of a dialogue's life (docs/json.md lists them for those who rely on them)."""
