"""
Event replay of duties: what the journal alone tells of each duty, by its own arithmetic and nothing of the law.

Rewriting a row does not rewrite what the facts say of it, so the two are held against each other.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from records.journal.journal import Entry
from states.model.duties import DutyStatus
from states.model.vocabulary import DutyKind, FactName

_ASKED = frozenset(
    {
        DutyKind.ANSWER_INVITATION,
        DutyKind.SHARE_EXPECTATION,
        DutyKind.CHECK_SUMMARY,
        DutyKind.GIVE_VERDICT,
    }
)
"""Duties of people who are asked something: that nothing reached them is no lateness of theirs."""
_ENDED = {
    FactName.NO_ANSWER_RECORDED: DutyStatus.NO_ANSWER,
    FactName.NOT_REACHED: DutyStatus.NOT_REACHED,
    FactName.DUTY_WITHDRAWN: DutyStatus.WITHDRAWN,
}


@dataclass
class DutyStory:
    """What the journal tells of one duty."""

    kind: str
    whom: str | None
    due: datetime
    first_due: datetime
    opened_at: datetime
    status: str = DutyStatus.OPEN
    version: int = 1
    lapsed_at: datetime | None = None
    """Which promise went by first."""
    met_at: datetime | None = None
    reasons: list[str] = field(default_factory=list)
    """Why it was postponed, each time."""


def replay_duty(duties: dict[str, DutyStory], entry: Entry) -> None:
    """Let *entry* happen to *duties*, by their names; what is no fact about a duty changes nothing."""
    if entry.fact == FactName.DUTY_OPENED:
        due, detail = datetime.fromisoformat(entry.detail["due"]), entry.detail
        duties[entry.subject] = DutyStory(detail["kind"], detail["for"], due, due, entry.at)
    change, story = _CHANGES.get(FactName(entry.fact)), duties.get(entry.subject)
    if change and story:
        change(story, entry)


def _lapse(story: DutyStory, _entry: Entry) -> None:
    story.status, story.lapsed_at = DutyStatus.LAPSED, story.lapsed_at or story.due


def _end(story: DutyStory, entry: Entry) -> None:
    story.status = _ENDED[FactName(entry.fact)]


def _meet(story: DutyStory, entry: Entry) -> None:
    unreached = story.status == DutyStatus.NOT_REACHED and story.kind in _ASKED
    # A window under seal closes at its due moment, with what was done in it.
    past = entry.at > story.first_due or (
        entry.at == story.first_due and entry.detail.get("late_days") != 0
    )
    late = (story.lapsed_at is not None or past) and not unreached
    story.status = DutyStatus.MET_LATE if late else DutyStatus.MET
    story.met_at = entry.at


def _reopen(story: DutyStory, entry: Entry) -> None:
    story.status = DutyStatus.LAPSED if story.lapsed_at else DutyStatus.OPEN
    story.version, story.met_at = entry.detail["version"], None
    if "due" in entry.detail:
        story.due = datetime.fromisoformat(entry.detail["due"])


def _postpone(story: DutyStory, entry: Entry) -> None:
    """The first promise stands."""
    story.due = datetime.fromisoformat(entry.detail["to"])
    story.version = entry.detail["version"]
    story.reasons.append(entry.detail["reason"])


def _reschedule(story: DutyStory, entry: Entry) -> None:
    """What had not come due moves as a whole; what asked for it came too late: there was no earlier promise."""
    due, by_time = datetime.fromisoformat(entry.detail["due"]), entry.actor == _SYSTEM
    stands = story.lapsed_at or story.reasons or story.first_due <= entry.at
    # A promise to report is decided anew, and keeps its first date however that moves.
    if by_time or not (stands or story.kind == DutyKind.REPORT_PROGRESS):
        story.first_due = due
    story.due, story.version = due, entry.detail["version"]


_SYSTEM = "system"
_CHANGES: dict[FactName, Any] = {
    FactName.DUTY_LAPSED: _lapse,
    FactName.NO_ANSWER_RECORDED: _end,
    FactName.NOT_REACHED: _end,
    FactName.DUTY_WITHDRAWN: _end,
    FactName.DUTY_MET: _meet,
    FactName.DUTY_REOPENED: _reopen,
    FactName.DUTY_POSTPONED: _postpone,
    FactName.DUTY_RESCHEDULED: _reschedule,
}
