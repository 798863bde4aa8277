"""
View of alerts: sentences of the law with people, points and dates by the names that readers know.

The law speaks in ids and in names of steps, which mean something on the command line alone.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from notifications.language.layout import Marked, one_line, quote_inline
from notifications.language.words import fill, land, long_date, word
from notifications.views.names import addressee, company_language, speaker
from states.checks.checks import Check
from states.language.messages import say_to_people
from states.model.dialogue import Dialogue
from states.model.vocabulary import CheckName
from states.privacy.seals import is_sealed, is_under_seal

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LINE = 60  # characters of a summary line that name a point
_ARRIVALS = frozenset({CheckName.EVERYONE_ANSWERED, CheckName.VERDICTS_IN})
"""What tells how far a letter came: of those under seal no single one, or it would show who has no email."""

Namer = Callable[[Dialogue, str, str], str]


def sentence_of(dialogue: Dialogue, code: str, details: Mapping[str, Any], language: str) -> str:
    """
    The sentence of *code* as a role may read it, with *details* by the names that people use.

    Raises KeyError when the phrasebook does not know *code*.
    """
    named = {key: _name_of(dialogue, code, key, value, language) for key, value in details.items()}
    return Marked(say_to_people(code, language, **named))


def lacking(dialogue: Dialogue, check: Check, language: str) -> list[str]:
    """What *check* lacks, one sentence each, as a role may read it."""
    return [sentence_of(dialogue, gap.code, gap.details, language) for gap in check.gaps]


def _name_of(dialogue: Dialogue, code: str, key: str, value: object, language: str) -> object:
    namer = _together if code in _ARRIVALS and key == "voices" else _NAMERS.get(key, _as_it_is)
    if isinstance(value, list | tuple | set | frozenset):
        names = (_plain(namer(dialogue, str(one), language)) for one in value)
        return list(dict.fromkeys(names))
    return _plain(namer(dialogue, value, language)) if isinstance(value, str) else value


def _plain(name: str) -> str:
    """*name* without what could pose as a mark of ours, unless we marked it."""
    return name if isinstance(name, Marked) else one_line(name)


def _as_it_is(_dialogue: Dialogue, name: str, language: str) -> str:
    return long_date(date.fromisoformat(name), language) if _DAY.fullmatch(name) else name


def _together(dialogue: Dialogue, voice: str, language: str) -> str:
    sealed = is_sealed(dialogue, voice)
    return word("voice", "confidential", language) if sealed else speaker(dialogue, voice, language)


def _point(dialogue: Dialogue, name: str, language: str) -> str:
    """A point by what the summary says of it, else by its number, as all that was said under seal (rules 49)."""
    point = dialogue.contributions.get(name)
    line = point.line if point and not is_under_seal(point) else None
    if not line:
        return fill("voice", "point", language, ids=name)
    shown = line if len(line) <= _LINE else line[: _LINE - 1].rstrip() + "…"
    return Marked(f"“{quote_inline(shown, company_language(dialogue))}”")


def _risk(dialogue: Dialogue, name: str, _language: str) -> str:
    risk = dialogue.risks.get(name)
    return quote_inline(risk.theme, company_language(dialogue)) if risk else name


def _duty(dialogue: Dialogue, name: str, language: str) -> str:
    duty = dialogue.latest(name)
    return word("duty", duty.kind, language) if duty else name


def _moment(dialogue: Dialogue, name: str, language: str) -> str:
    """A day, or a moment as the checks write it: `2022-06-16 13:00`."""
    try:
        when = datetime.fromisoformat(name)
    except ValueError:
        return name
    local = when.astimezone(dialogue.zone) if when.tzinfo else when
    said = long_date(local.date(), language)
    return said if len(name) == len("2022-06-16") else f"{said}, {local:%H:%M}"


def _in(table: str) -> Namer:
    return lambda _dialogue, name, language: word(table, name, language)


_NAMERS: dict[str, Namer] = {
    "stakeholder": addressee,
    "stakeholders": addressee,
    "to": addressee,
    "voice": speaker,
    "voices": speaker,
    "contribution": _point,
    "contributions": _point,
    "risk": _risk,
    "duty": _duty,
    "role": _in("role"),
    "roles": _in("role"),
    "owner": _in("role"),
    "who": _in("role"),
    "by": _in("role"),
    "fields": _in("information"),
    "phase": _in("phase"),
    "fits": _in("phase"),
    "check": _in("check"),
    "soft": _in("check"),
    "status": _in("status"),
    "country": lambda _dialogue, name, language: land(name, language),
    "session": _moment,
    "date": _moment,
    "today": _moment,
    "due": _moment,
    "until": _moment,
}
"""How what fills a sentence is named, by the name of its place."""
