"""Refusal details: what fills the sentences of the law; names instead of ids, days instead of codes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from notifications.language.words import clock, land, listing, long_date, tables, word
from notifications.views.dialogue_view import DialogueView
from notifications.views.names import seat, speaker
from portal.web.template_engine import words
from states.checks.gaps import Gap
from states.language.languages import capital_in
from states.language.messages import say_to_people
from states.language.validation_messages import Problem
from states.model.dialogue import Dialogue
from states.model.duties import kind_of
from states.model.people import AUDITOR, Role
from states.model.vocabulary import CheckName
from states.privacy.readers import Reader
from states.privacy.seals import is_sealed
from states.privacy.visibility import alias_of
from states.steps.phases.lead_time import UnfitDay

Tell = Callable[["Telling", Any], str]
Name = Callable[[str], str]
_ARRIVALS = frozenset({CheckName.EVERYONE_ANSWERED, CheckName.VERDICTS_IN})
"""What checks lack as long as an answer did not arrive, or arrived of late."""


@dataclass(frozen=True)
class Telling:
    """Tells in *language*, of *dialogue* where there is one; *guest* and *voice* name people as the reader may know."""

    language: str
    dialogue: Dialogue | None
    guest: Name
    voice: Name
    together: Name
    """Names a voice where how its answer travels would tell who it is."""

    def line(self, gap: Gap) -> str:
        """What a check lacks, as a sentence."""
        told = replace(self, voice=self.together) if gap.code in _ARRIVALS else self
        return say_to_people(gap.code, self.language, **told.fill(gap.details))

    def fill(self, details: Mapping[str, Any]) -> dict[str, str]:
        """*details* in words: each as the table says, what it does not name as it stands."""
        return {name: TELLERS.get(name, _plain)(self, value) for name, value in details.items()}

    def problem(self, problem: Problem) -> str:
        """What is wrong with one field, by what it is called on pages."""
        parts = [part for part in problem.place.split(".") if part]
        names = (problem.place, *reversed(parts))
        label = next((found for n in names if (found := words("field", n, self.language))), "")
        what = words("wrong", problem.code, self.language) or problem.what(self.language)
        return f"{label}: {what}" if label else capital_in(self.language, what)

    def many(self, of: Name, values: Iterable[Any]) -> str:
        """*values* in words, as a sentence lists them, each once."""
        return listing(list(dict.fromkeys(of(str(one)) for one in values)), self.language)

    def holder(self, role: str) -> str:
        """Who holds *role*, by name where somebody does; a guest by theirs."""
        if self.dialogue is None:
            return word("role", role, self.language)
        if role in self.dialogue.stakeholders or is_sealed(self.dialogue, role):
            return self.voice(role)
        return DialogueView(self.dialogue, self.language).held_by(role)


def _plain(telling: Telling, value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return telling.many(str, value)
    return str(value)


def _word(table: str) -> Tell:
    def tell(telling: Telling, value: Any) -> str:  # noqa: ANN401 - a code, or several
        several = isinstance(value, list | tuple)
        return telling.many(
            lambda one: word(table, one, telling.language), value if several else [value]
        )

    return tell


def _day(telling: Telling, value: Any) -> str:  # noqa: ANN401 - a date in ISO form
    return long_date(date.fromisoformat(str(value)[:10]), telling.language)


def _moment(telling: Telling, value: Any) -> str:  # noqa: ANN401 - a moment in ISO form
    at = datetime.fromisoformat(str(value))
    said = long_date(at.date(), telling.language)
    if telling.dialogue is None or at.time() == at.time().min:
        return said
    zone = telling.dialogue.zone
    aware = at if at.tzinfo else at.replace(tzinfo=zone)
    return f"{said}, {clock(aware, zone, telling.language)}"


def _duty(telling: Telling, value: Any) -> str:  # noqa: ANN401 - the name of a duty
    return word("duty", kind_of(str(value)) or str(value), telling.language)


def _over(telling: Telling, value: Sequence[UnfitDay]) -> str:
    days = [f"{_duty(telling, one.kind)} ({_day(telling, one.day)})" for one in value]
    return listing(days, telling.language)


def _commitment(telling: Telling, value: Any) -> str:  # noqa: ANN401 - the id of a commitment
    known = telling.dialogue.commitments.get(str(value)) if telling.dialogue else None
    return known.what if known else ""


def _risk(telling: Telling, value: Any) -> str:  # noqa: ANN401 - the id of a risk
    known = telling.dialogue.risks.get(str(value)) if telling.dialogue else None
    return known.theme if known else ""


def _status(telling: Telling, value: Any) -> str:  # noqa: ANN401 - of a duty or of a commitment
    table = "progress" if str(value) in tables()["progress"] else "status"
    return word(table, str(value), telling.language)


def _check(telling: Telling, value: Any) -> str:  # noqa: ANN401 - a name that a form brings, so perhaps none of ours
    return word("check", str(value), telling.language) if value in tables()["check"] else str(value)


TELLERS: dict[str, Tell] = {
    "by": lambda telling, value: telling.holder(str(value)),
    "check": _check,
    "commitment": _commitment,
    "country": lambda telling, value: land(str(value), telling.language),
    "date": _day,
    "days": _over,
    "due": _day,
    "earliest": _day,
    "duty": _duty,
    "fields": _word("information"),
    "fits": _word("phase"),
    "owner": lambda telling, value: telling.holder(str(value)),
    "phase": _word("phase"),
    "problems": lambda telling, value: " ".join(map(telling.problem, value)),
    "risk": _risk,
    "role": _word("role"),
    "roles": _word("role"),
    "session": _moment,
    "soft": _word("check"),
    "stakeholder": lambda telling, value: telling.guest(str(value)),
    "stakeholders": lambda telling, value: telling.many(telling.guest, value),
    "status": _status,
    "template": _word("message"),
    "time": _moment,
    "to": lambda telling, value: telling.holder(str(value)),
    "today": _day,
    "until": _day,
    "voice": lambda telling, value: telling.voice(str(value)),
    "voices": lambda telling, value: telling.many(telling.voice, value),
    "who": lambda telling, value: telling.many(telling.holder, value),
}
"""How each detail of a refusal or of a check is told."""


def telling_to(role: str, dialogue: Dialogue | None, language: str) -> Telling:
    """How things are told to whoever holds *role*, who may know no more than their view of *dialogue*."""
    if dialogue is None:
        return Telling(language, None, _nobody(language), _nobody(language), _nobody(language))
    known = dialogue

    def voice(name: str) -> str:
        return name_of(known, role, name, language)

    def guest(name: str) -> str:
        someone = known.stakeholders.get(name)
        if someone is None:
            return name if role == AUDITOR else word("voice", "unknown", language)
        return someone.name if role == AUDITOR else seat(someone)

    def together(name: str) -> str:
        """Of those under seal no single one: how their answer travels would tell who has no email."""
        if role == Role.MODERATOR or not is_sealed(known, name):
            return voice(name)
        return word("voice", "confidential", language)

    return Telling(language, known, guest, voice, together)


def _nobody(language: str) -> Name:
    return lambda _: word("voice", "unknown", language)


def name_of(dialogue: Dialogue, role: str, voice: str, language: str) -> str:
    """Who *voice* is, as far as whoever holds *role* may know."""
    reader = Reader.by_name(role)
    if not reader.knows_people:
        return alias_of(dialogue, voice)
    return speaker(dialogue, voice, language, reader)
