"""Stakeholder form: reads one from what somebody typed, or says what is wrong with each field."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from notifications.language.words import language_in
from portal.http.errors import Incomplete
from portal.http.safe_hours_form import WHEN, Choice, Say, choice
from portal.manager.register.columns import (
    category_of,
    danger,
    handle,
    is_undecided,
    layer_of,
    read_by_us,
    yes_or_no,
)
from portal.manager.register.countries import country_of
from portal.manager.register.headings import plain
from portal.uploads.limits import UNRECKONED
from states.language.catalogue import N_
from states.model.dialogue import Dialogue
from states.model.people import WAYS, Stakeholder
from states.model.people import Mapping as Mapped
from states.values.addresses import same_address
from states.values.values import LINE_LIMIT, TEXT_LIMIT

NEEDED = {
    "name": N_("Fill in a name."),
    "organisation": N_("Fill in an organisation."),
    "category": N_("Choose a kind of organisation."),
    "country": N_("Choose a country."),
    "layer": N_("Choose how close somebody is to those affected."),
}
"""What has to be known of everybody, and what is said when it is not."""


_CHOICES: Mapping[str, Choice] = {
    "country": (
        country_of,
        N_("This country is not known; write its name or code, like NL."),
    ),
    "layer": (
        layer_of,
        N_("Choose: affected, representative, proxy or expert."),
    ),
    "category": (category_of, N_("Choose a kind of organisation.")),
    "language": (
        read_by_us,
        N_("We do not write in this language yet. Write one of: %(languages)s."),
    ),
    **WHEN,
    "critical": (yes_or_no, N_("Write yes or no.")),
    "at_risk": (
        danger,
        N_("Write yes or no, or leave it empty until it was considered."),
    ),
}
"""What is chosen rather than written: how it is read, and what is said when it is not understood."""


_NOTHING = frozenset(
    {"-", "–", "—", "n.v.t.", "nvt", "n/a", "geen", "none", "onbekend", "unknown", "?"}
)
"""What people write in a cell in which nothing stands."""
_MAY_LACK = (*WAYS, "critical", "speaks_for", "id")
_FAULT = re.compile(r"#[¡¿]?[A-ZÀ-Þ_]+(?:/[A-Z0][!?]?|[!?])|#NV|#GETTING_DATA")
"""`#N/B`, `#REF!`, `#DIV/0!` and the like, in any language."""


@dataclass
class Reading:
    """What was understood of one stakeholder, and what was not, field by field."""

    given: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def understand(raw: Mapping[str, str], dialogue: Dialogue, say: Say) -> Reading:
    """Read the fields of *raw*; *say* chooses the language of what is wrong."""
    raw = {name: cell for name, cell in raw.items() if not _is_nothing(name, cell)}
    reading = Reading(problems=_faults(raw, say))
    raw = {name: cell for name, cell in raw.items() if name not in reading.problems}
    for name, lacking in NEEDED.items():
        if not raw.get(name) and name not in reading.problems:
            reading.problems[name] = say(lacking)
    _texts(reading, raw, say)
    _choices(reading, raw, say)
    _risks(reading, raw, dialogue, say)
    if not reading.problems:
        _whole(reading, say)
    return reading


def ways_typed(
    given: Mapping[str, Any], dialogue: Dialogue, seat: Stakeholder, say: Say
) -> dict[str, Any]:
    """The ways to *seat* as typed in *given*. Raises Incomplete with what is wrong beside each field."""
    raw = seat.model_dump(include={"name", "organisation", "category", "country", "layer"})
    typed = {name: str(given[name]) for name in WAYS if name in given}
    reading = understand({**raw, **typed}, dialogue, say)
    if reading.problems:
        raise Incomplete(reading.problems)
    return {name: reading.given[name] for name in typed if name in reading.given}


def _is_nothing(name: str, cell: str) -> bool:
    if name == "at_risk":
        return is_undecided(cell)
    return name in _MAY_LACK and cell.strip().casefold() in _NOTHING


def _faults(raw: Mapping[str, str], say: Say) -> dict[str, str]:
    """Cells in which a program says that it could not reckon: nobody is called so."""
    return {
        name: say(
            "There is a formula without its outcome here. Save the file in your spreadsheet program, and choose it "
            "again."
        )
        if cell == UNRECKONED
        else say("There is an error of the spreadsheet program here. Correct the cell.")
        for name, cell in raw.items()
        if cell == UNRECKONED or (len(cell) > 1 and _FAULT.fullmatch(cell.strip()))
    }


def _texts(reading: Reading, raw: Mapping[str, str], say: Say) -> None:
    _keep(reading, "postal_address", raw.get("postal_address", "").strip(), TEXT_LIMIT, say)
    for name in ("name", "organisation", "email", "phone", "replaces", "id"):
        _keep(reading, name, _one_line(name, raw.get(name, "")), LINE_LIMIT, say)


def _keep(reading: Reading, name: str, text: str, most: int, say: Say) -> None:
    """*text* as what is known, unless it has more than *most* characters."""
    if len(text) > most:
        reading.problems[name] = say("This is too long: at most %(most)s characters.", most=most)
    elif text:
        reading.given[name] = text


def _one_line(name: str, text: str) -> str:
    """A cell can hold several lines, a name is one; an address may come with the name of a program before it."""
    line = " ".join(text.split())
    if name == "email":
        inside = re.search(r"<([^<>]+@[^<>]+)>\s*$", line)
        return (inside[1] if inside else line).removeprefix("mailto:").strip()
    return line


def _choices(reading: Reading, raw: Mapping[str, str], say: Say) -> None:
    given, problems = choice(raw, _CHOICES, say)
    reading.given |= given
    reading.problems |= problems
    if "language" not in reading.given:
        reading.given["language"] = language_in(reading.given.get("country", ""))


def _risks(reading: Reading, raw: Mapping[str, str], dialogue: Dialogue, say: Say) -> None:
    known = {plain(risk.id): risk.id for risk in dialogue.risks.values()}
    known |= {plain(risk.theme): risk.id for risk in dialogue.risks.values()}
    named = [part for part in raw.get("speaks_for", "").replace(",", ";").split(";") if plain(part)]
    if unknown := [part.strip() for part in named if plain(part) not in known]:
        reading.problems["speaks_for"] = say(
            "This risk is not named yet: %(unknown)s.", unknown=", ".join(unknown)
        )
    reading.given["speaks_for"] = tuple(dict.fromkeys(known.get(plain(part), "") for part in named))


def _whole(reading: Reading, say: Say) -> None:
    """What only the law can tell: addresses and signs that it does not take."""
    try:
        Mapped.model_validate({"id": "somebody", **reading.given})
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0])
            reading.problems[name] = _wrong(name, say, str(reading.given.get(name, "")))


def _wrong(name: str, say: Say, text: str = "") -> str:
    if name == "email" and text.count("@") > 1:
        return say("There are several addresses here. Keep one: a person has one address.")
    if name == "email" and not text.rpartition("@")[0].isascii():
        return say(
            "Before the @ are letters that not every email server can deliver. Ask for an address without them."
        )
    if name == "email":
        return say("Write it like name@organisation.org.")
    if name == "id":
        return say("Use small letters, digits and hyphens.")
    return say("There is a sign in it that cannot be used.")


def same_as(dialogue: Dialogue, given: Mapping[str, Any]) -> Stakeholder | None:
    """Whoever is mapped already and is meant by *given*: by id, by address, or by name and organisation."""
    if "id" in given:
        return dialogue.stakeholders.get(given["id"])
    seats = dialogue.stakeholders.values()
    by_address = next((s for s in seats if same_address(s.email, given.get("email"))), None)
    return by_address or next(
        (s for s in seats if _name_and_organisation(s) == _name_and_organisation(given)), None
    )


def _name_and_organisation(one: Stakeholder | Mapping[str, Any]) -> tuple[str, str]:
    name, organisation = (
        (one.name, one.organisation)
        if isinstance(one, Stakeholder)
        else (one["name"], one["organisation"])
    )
    return plain(name), plain(organisation)


def _share(owner: Stakeholder, given: Mapping[str, Any]) -> bool:
    """Whether two who have one address also have their name or their organisation in common: one is corrected."""
    pairs = zip(_name_and_organisation(owner), _name_and_organisation(given), strict=True)
    return any(one == other for one, other in pairs)


def conflict_of(dialogue: Dialogue, given: Mapping[str, Any], say: Say) -> dict[str, str]:
    """What is in the way when *given* would make two people of one seat, or one of two."""
    owner = next(
        (s for s in dialogue.stakeholders.values() if same_address(s.email, given.get("email"))),
        None,
    )
    if owner is None or owner.id == given.get("id") or _share(owner, given):
        return {}
    return {
        "email": say(
            "This address is already that of %(name)s (%(organisation)s). If it is the same person, write in "
            "the column reference: %(id)s.",
            name=owner.name,
            organisation=owner.organisation,
            id=owner.id,
        )
    }


def free_name(taken: Mapping[str, object], given: Mapping[str, Any]) -> str:
    """A short name for a new stakeholder, by organisation and country, that is not *taken*."""
    base = f"{handle(given['organisation']) or 'stakeholder'}-{given['country'].lower()}"
    return next(name for name in _numbered_names(base) if name not in taken)


def _numbered_names(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1
