"""Due dates in words: `12 weeks after the session of 16 June 2022, until the end of that day`."""

from datetime import date
from typing import TYPE_CHECKING

from notifications.language.words import count, fill, short_date, word
from states.model.duties import KINDS
from states.model.policy import span
from states.model.vocabulary import DutyKind

if TYPE_CHECKING:
    from states.model.dialogue import Dialogue
    from states.model.duties import Duty
    from states.values.promised_days import Reckoning


def reckoning(dialogue: "Dialogue", duty: "Duty", language: str) -> str:
    """How the due day of *duty* was computed, as half a sentence in *language*."""
    if duty.postponements:
        calendar, latest = dialogue.calendar, duty.postponements[-1]
        at = short_date(calendar.day_of(latest.at), language)
        return fill(
            "reckoning",
            "postponed",
            language,
            at=at,
            first=short_date(dialogue.first_day(duty), language),
        )
    parts = [_rule(dialogue, duty, language), word("reckoning", "end-of-day", language)]
    return "; ".join([", ".join(parts), *_holidays(duty.reckoning, language)])


def _rule(dialogue: "Dialogue", duty: "Duty", language: str) -> str:
    reckoning = duty.reckoning
    if reckoning.rule == "promised":
        return _promise(dialogue, duty, language)
    return from_rule(reckoning.rule, reckoning.start or dialogue.session_day, language)


def _promise(dialogue: "Dialogue", duty: "Duty", language: str) -> str:
    """A date that a person named; for an answer also how far from the session that is."""
    if duty.kind != DutyKind.ANSWER_PARTICIPANT:
        return word("reckoning", KINDS[duty.kind].dated_by, language)
    named, days = (
        word("reckoning", KINDS[duty.kind].dated_by, language),
        (duty.reckoning.end - dialogue.session_day).days,
    )
    if days <= 0:
        return named
    length = count(days, "day", language) if days % 7 else count(days // 7, "week", language)
    start = short_date(dialogue.session_day, language)
    return f"{named}, {fill('reckoning', 'after-session', language, span=length, start=start)}"


def from_rule(rule: str, start: date, language: str) -> str:
    """*rule* counted from *start*: `10 working days after 24 June 2022`."""
    number, unit = span(rule)
    direction = "before" if number < 0 else "after"
    key = f"{direction}-session" if rule.startswith("S") else direction
    length = count(abs(number), "week" if unit == "w" else "working-day", language)
    return fill("reckoning", key, language, span=length, start=short_date(start, language))


def term(dialogue: "Dialogue", kind: DutyKind, language: str) -> str:
    """How long *kind* takes by the policy: `15 working days`. Raises ValueError when a person names its date."""
    number, unit = span(dialogue.policy.due[kind])
    return count(abs(number), "week" if unit == "w" else "working-day", language)


def _holidays(reckoning: "Reckoning", language: str) -> list[str]:
    return [
        fill(
            "reckoning",
            "holiday",
            language,
            day=short_date(day, language),
            name=_name(name, language),
        )
        for day, name in reckoning.holidays
    ]


def _name(name: str, language: str) -> str:
    return word("reckoning", "day-off", language) if name == "programme" else name
