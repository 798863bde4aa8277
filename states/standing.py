"""What is so of a promise and of a check, said once: pages, letters and the command line all ask here."""

from collections.abc import Callable
from datetime import datetime

from states.contributions import Commitment, Outcome
from states.dialogue import Dialogue

_OPEN = frozenset({"promised", "under-way"})


def promise_standing(dialogue: Dialogue, promise: Commitment, now: datetime) -> str:
    """
    How *promise* stands at *now*: what was reported last, or `late` when its day is over and it is not ended.

    Source: trust.md 7, a promise whose day has passed is not under way.
    """
    over = now >= dialogue.calendar.end_of(promise.due)
    return "late" if over and promise.status in _OPEN else promise.status


About = Callable[[Dialogue], object]
_SUBJECTS: dict[str, About] = {
    "safety-considered": lambda d: d.stakeholders,
    "everyone-invited": lambda d: d.stakeholders,
    "answers-in": lambda d: any(s.invited for s in d.stakeholders.values()),
    "declined-replaced": lambda d: any(s.declined_at for s in d.stakeholders.values()),
    "attendance-recorded": lambda d: any(s.accepted for s in d.stakeholders.values()),
    "affected-represented": lambda d: d.risks,
    "summary-checked": lambda d: d.contributions,
    "everything-decided": lambda d: any(c.stands for c in d.contributions.values()),
    "adoptions-traced": lambda d: any(
        c.outcome in {Outcome.ADOPTED, Outcome.PARTLY} for c in d.contributions.values()
    ),
    "no-stock-phrases": lambda d: any(c.reason for c in d.contributions.values()),
    "everyone-answered": lambda d: d.contributions,
    "verdicts-in": lambda d: any(c.delivered_at for c in d.contributions.values()),
    "disputes-settled": lambda d: any(c.dispute_round for c in d.contributions.values()),
    "debts-carried": lambda d: any(x.kind == "answer-participant" for x in d.duties.values()),
}
"""What a check is about: while there is none of it, nothing is in order yet, however little is missing."""


def about_nothing(dialogue: Dialogue, check: str) -> bool:
    """Whether *check* has nothing to look at yet, so that it says nothing when it lacks nothing."""
    subject = _SUBJECTS.get(check)
    return subject is not None and not subject(dialogue)
