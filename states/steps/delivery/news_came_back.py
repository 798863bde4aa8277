"""
Returned neutral letters: what waited behind one of them is to be carried again, by the moderator's hand.

Nobody here knows whose letter came back: it may be that of whoever speaks under seal. So a bounce reopens the carrying
of all that the letters of that morning stood for, and nothing else. Source: decision 46.
"""

from datetime import datetime
from typing import NamedTuple

from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import SYSTEM
from states.model.vocabulary import Template
from states.steps.delivery.receipts import carry_again
from states.steps.draft import Decision, Deliberation
from states.steps.people import contact_ways


class Behind(NamedTuple):
    """A message to a closed pseudonym behind a neutral letter, and when it counted as arrived; None: not yet."""

    notice: Notice
    arrived_at: datetime | None


def has_reacted(dialogue: Dialogue, behind: Behind) -> bool:
    """Whether its reader did since what only who read it does: whatever came back, they have it."""
    since, voice = behind.arrived_at, behind.notice.to
    if since is None:
        return False
    verdict = dialogue.verdicts.get(voice)
    named = behind.notice.detail.get("covers", ())
    objected = behind.notice.template == Template.ANSWER and any(
        point.dispute_round or point.asked_back
        for point in (dialogue.contributions[str(name)] for name in named)
    )
    return objected or (verdict is not None and verdict.at >= since)


def news_came_back(dialogue: Dialogue, behind: Behind, now: datetime) -> Decision:
    """What follows for *behind*, to which nobody reacted, when one of the letters it went by came back at *now*."""
    notice = behind.notice
    work = Deliberation(dialogue, SYSTEM, now, notice.to)
    if behind.arrived_at is not None:
        carry_again(work, notice)
    task = contact_ways.by_hand(dialogue, notice)
    work.notices += [task] if task else []
    return work.decision()
