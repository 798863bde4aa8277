"""
Neutral news: where nobody here knows whose pseudonym it is, all alike hear that there may be news.

The letter says no more than that, to everybody who was invited, for whoever was may have spoken under seal; what it is
about opens on the page, to whoever has the code. It goes on the next morning, so that one letter covers all that was
written until then. Source: decision 46.
"""

from collections.abc import Collection
from datetime import date, datetime

from states.model.dialogue import Dialogue
from states.model.duties import Duty, duty_name
from states.model.facts import Notice
from states.model.people import PARTICIPANT
from states.model.vocabulary import DutyKind, Template
from states.steps.delivery.letters import morning
from states.steps.people.contact_ways import reads_mail


def next_news(dialogue: Dialogue, now: datetime) -> datetime:
    """When the neutral letter goes (aware UTC) that covers what waits at *now*."""
    today = morning(dialogue.calendar, dialogue.policy, now)
    return today if today > now else morning(dialogue.calendar, dialogue.policy, now, days=1)


def hearers(dialogue: Dialogue) -> list[str]:
    """
    Who hears that there may be news: all who were invited, also who said no or did not come.

    Their points are recorded too, by telephone or in writing. Were they left out, an answer to one of them would count
    as arrived without having gone anywhere, and that it must be brought could be said nowhere without a mark.
    """
    seats = dialogue.stakeholders.values()
    return [seat.id for seat in seats if seat.erased_at is None and seat.invited]


_WINDOWS = (DutyKind.CHECK_SUMMARY, DutyKind.GIVE_VERDICT)
_ASK = frozenset({Template.SUMMARY_TO_CHECK, Template.ANSWER})
"""What opens a window in which a voice is asked something."""


def is_kept_quiet(dialogue: Dialogue, notice: Notice) -> bool:
    """
    Whether *notice* is a reminder to a closed pseudonym of which no letter may go, and which is therefore not sent.

    Were all to hear of news on the day of a reminder, all would hear that this voice did not check or judge yet, or
    that its words were not carried. In its place comes the letter on the last day of each window, whatever they did.
    """
    quiet = {*_WINDOWS, DutyKind.CARRY_ANSWER}
    return dialogue.is_locked(notice.to) and notice.rung is not None and notice.kind in quiet


def all_news(dialogue: Dialogue, notice: Notice, now: datetime) -> list[Notice]:
    """The neutral letters because of *notice*, for a closed pseudonym; of what asks something also on its last day."""
    days = [next_news(dialogue, now)]
    if notice.template in _ASK:
        owed = (dialogue.latest(duty_name(kind, notice.to)) for kind in _WINDOWS)
        ends = (_morning_of(dialogue, duty) for duty in owed if duty is not None)
        days += [end for end in ends if end > days[0]]
    return [one for at in days for one in _news_for_all(dialogue, at)]


def _morning_of(dialogue: Dialogue, duty: Duty) -> datetime:
    return dialogue.calendar.at(dialogue.due_day(duty), dialogue.policy.notice_time)


def _news_for_all(dialogue: Dialogue, at: datetime) -> list[Notice]:
    """One neutral letter for each of the hearers who read mail; asked for twice before that morning it goes once."""
    detail = {"after": at.isoformat(), "day": dialogue.calendar.day_of(at).isoformat()}
    return [
        Notice(to=name, role=PARTICIPANT, template=Template.THERE_MAY_BE_NEWS, detail=detail)
        for name in hearers(dialogue)
        if reads_mail(dialogue, name)
    ]


def all_read_mail(dialogue: Dialogue) -> bool:
    """Whether the neutral letter reaches everybody who should hear it, so that no one need be called."""
    found = hearers(dialogue)
    return bool(found) and all(reads_mail(dialogue, name) for name in found)


def has_reached_all(dialogue: Dialogue, told: Collection[str]) -> bool:
    """Whether all who should hear of news are among those *told*: then the speaker is."""
    found = hearers(dialogue)
    return bool(found) and set(found) <= set(told)


def news_cause(day: date | str) -> str:
    """Why the neutral letters of the local *day* exist: one a day for each reader."""
    return f"{Template.THERE_MAY_BE_NEWS}:{day}"


def covers_news_of(notice: Notice) -> str | None:
    """The local day of which *notice* is the neutral letter; None: it is another message."""
    return str(notice.detail["day"]) if notice.template == Template.THERE_MAY_BE_NEWS else None
