"""Reading one stakeholder from what somebody typed: what the law takes, or what is wrong with each field."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from portal.manager_overview.columns import (
    category_of,
    country_of,
    handle,
    layer_of,
    plain,
    spoken_of,
    yes_or_no,
)
from states.dialogue import Dialogue
from states.people import Mapping as Mapped
from states.people import Stakeholder
from states.values import LINE_LIMIT

Say = Callable[[str, str], str]
"""One of two texts, Dutch or English, as the reader reads."""
NEEDED = {
    "name": ("Vul een naam in.", "Fill in a name."),
    "organisation": ("Vul een organisatie in.", "Fill in an organisation."),
    "category": ("Kies een soort organisatie.", "Choose a kind of organisation."),
    "country": ("Kies een land.", "Choose a country."),
    "layer": (
        "Kies hoe dicht iemand staat bij wie het raakt.",
        "Choose how close somebody is to those affected.",
    ),
}
"""What has to be known of everybody, and what is said when it is not."""


_CHOICES: dict[str, tuple[Callable[[str], str | bool | None], str, str]] = {
    "country": (
        country_of,
        "Dit land kennen wij niet; schrijf de naam of de code, zoals NL.",
        "This country is not known; write its name or code, like NL.",
    ),
    "layer": (
        layer_of,
        "Kies: getroffen, vertegenwoordiger, namens of deskundige.",
        "Choose: affected, representative, proxy or expert.",
    ),
    "category": (category_of, "Kies een soort organisatie.", "Choose a kind of organisation."),
    "language": (
        spoken_of,
        "Schrijf de taal als nl of en.",
        "Write the language as nl or en.",
    ),
    "critical": (yes_or_no, "Schrijf ja of nee.", "Write yes or no."),
    "at_risk": (
        yes_or_no,
        "Schrijf ja of nee, of laat het leeg tot het is bekeken.",
        "Write yes or no, or leave it empty until it was considered.",
    ),
}
"""What is chosen rather than written: how it is read, and what is said when it is not understood."""


@dataclass
class Reading:
    """What was understood of one stakeholder, and what was not, field by field."""

    given: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def understand(raw: Mapping[str, str], dialogue: Dialogue, say: Say) -> Reading:
    """Read the fields of *raw*; *say* chooses the language of what is wrong."""
    reading = Reading()
    for name, lacking in NEEDED.items():
        if not raw.get(name):
            reading.problems[name] = say(*lacking)
    _texts(reading, raw, say)
    _choices(reading, raw, say)
    _risks(reading, raw, dialogue, say)
    if not reading.problems:
        _whole(reading, say)
    return reading


def _texts(reading: Reading, raw: Mapping[str, str], say: Say) -> None:
    for name in ("name", "organisation", "email", "phone", "replaces", "id"):
        text = raw.get(name, "")
        if len(text) > LINE_LIMIT:
            reading.problems[name] = say(
                f"Dit is te lang: hoogstens {LINE_LIMIT} tekens.",
                f"This is too long: at most {LINE_LIMIT} characters.",
            )
        elif text:
            reading.given[name] = text


def _choices(reading: Reading, raw: Mapping[str, str], say: Say) -> None:
    for name, (read, dutch, english) in _CHOICES.items():
        if not raw.get(name):
            continue
        value = read(raw[name])
        if value is None or value == "":
            reading.problems[name] = say(dutch, english)
        else:
            reading.given[name] = value
    if "language" not in reading.given:
        reading.given["language"] = "nl" if reading.given.get("country") in {"NL", "BE"} else "en"


def _risks(reading: Reading, raw: Mapping[str, str], dialogue: Dialogue, say: Say) -> None:
    known = {plain(risk.id): risk.id for risk in dialogue.risks.values()}
    known |= {plain(risk.theme): risk.id for risk in dialogue.risks.values()}
    named = [part for part in raw.get("speaks_for", "").replace(",", ";").split(";") if plain(part)]
    if unknown := [part.strip() for part in named if plain(part) not in known]:
        reading.problems["speaks_for"] = say(
            f"Dit risico is nog niet benoemd: {', '.join(unknown)}.",
            f"This risk is not named yet: {', '.join(unknown)}.",
        )
    reading.given["speaks_for"] = tuple(dict.fromkeys(known.get(plain(part), "") for part in named))


def _whole(reading: Reading, say: Say) -> None:
    """What only the law can tell: addresses and signs that it does not take."""
    try:
        Mapped.model_validate({"id": "somebody", **reading.given})
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0])
            reading.problems[name] = _wrong(name, say)


def _wrong(name: str, say: Say) -> str:
    if name == "email":
        return say("Schrijf het als naam@organisatie.nl.", "Write it like name@organisation.org.")
    if name == "id":
        return say(
            "Gebruik kleine letters, cijfers en streepjes.",
            "Use small letters, digits and hyphens.",
        )
    return say("Hier staat een teken dat niet kan.", "There is a sign in it that cannot be used.")


def same_as(dialogue: Dialogue, given: Mapping[str, Any]) -> Stakeholder | None:
    """Whoever is mapped already and is meant by *given*: by id, by address, or by name and organisation."""
    if "id" in given:
        return dialogue.stakeholders.get(given["id"])
    address = plain(given.get("email") or "")
    called = plain(f"{given['name']} / {given['organisation']}")
    for seat in dialogue.stakeholders.values():
        if address and plain(seat.email or "") == address:
            return seat
        if plain(f"{seat.name} / {seat.organisation}") == called:
            return seat
    return None


def free_name(taken: Mapping[str, object], given: Mapping[str, Any]) -> str:
    """A short name for a new stakeholder, by organisation and country, that is not *taken*."""
    base = f"{handle(given['organisation']) or 'stakeholder'}-{given['country'].lower()}"
    return next(name for name in _numbered(base) if name not in taken)


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1
