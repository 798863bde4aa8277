"""
Neutral letter: that there is something, for somebody at risk or under seal; what it is stands on their page.

Whoever sees such a letter in a mailbox learns neither the company nor a word of its reader, and every one of them looks
like the next from outside. Source: rules 49.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from notifications.language.templates import Letter, language_for, write
from notifications.language.words import word
from notifications.views.to_participants import You, context_for_participant, keeper_for
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import PARTICIPANT, Person
from states.model.vocabulary import DutyKind, Template
from states.privacy.seals import is_veiled

NEUTRAL = "_neutral"
"""The letter in which all of this is said, whatever it is about."""
_ASKED: dict[str, DutyKind] = {
    Template.INVITATION: DutyKind.ANSWER_INVITATION,
    Template.PLEASE_ANSWER_INVITATION: DutyKind.ANSWER_INVITATION,
    Template.PLEASE_SHARE_EXPECTATION: DutyKind.SHARE_EXPECTATION,
    Template.SUMMARY_TO_CHECK: DutyKind.CHECK_SUMMARY,
    Template.PLEASE_CHECK_SUMMARY: DutyKind.CHECK_SUMMARY,
    Template.PLEASE_GIVE_VERDICT: DutyKind.GIVE_VERDICT,
}
"""What a message asks of its reader by a day."""
_LAST = Template.ERASURE_DONE
"""After it no page is left to lead to."""


@dataclass(frozen=True, slots=True)
class News:
    """That there is what *template* tells, and the day *by* which something is asked, if any."""

    template: str
    by: date | None = None


def is_neutral(notice: Notice, dialogue: Dialogue, reader: Person) -> bool:
    """Whether the mail of *notice* to *reader* may only say that there is something; what goes by hand is no mail."""
    if notice.role != PARTICIPANT or not reader.email or notice.template == Template.WAY_REPLACED:
        return False
    return is_veiled(dialogue, notice.to) or notice.template == Template.THERE_MAY_BE_NEWS


def neutral_subject(language: str) -> str:
    """The subject of all such letters: the same for every kind, so that none is a mark."""
    return word("voice", "discreet", language)


def write_neutral(
    told: Sequence[tuple[Notice, Dialogue]], frame: dict[str, Any], reader: Person
) -> tuple[Letter, dict[str, Any]]:
    """
    The neutral letter about all that is *told*, and what it was filled in from; nothing told: that there may be news.

    *frame* is what every letter to *reader* may use. Raises LetterIncomplete.
    """
    (notice, dialogue), *_ = told
    language = language_for(reader.language, NEUTRAL)
    context = frame | {"language": language, "journal_head": None}
    context |= context_for_participant(notice, dialogue, frame["now"], language)
    context["you"] = replace(context["you"], guarded=True)
    context |= {
        "own_zone": None,
        "contact": keeper_for(dialogue, notice.to),
        "news": list(dict.fromkeys(_news(told, context["you"]))),
        "leads": any(one.template != _LAST for one, _ in told),
    }
    return write(NEUTRAL, context), context


def _news(told: Iterable[tuple[Notice, Dialogue]], you: You) -> Iterable[News]:
    for notice, dialogue in told:
        kind = _ASKED.get(notice.template)
        theirs = replace(you, dialogue=dialogue, voice=notice.to)
        yield News(notice.template, theirs.asked_by(kind) if kind else None)
