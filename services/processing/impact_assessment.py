"""Start of an impact assessment: what this installation knows of whom it holds data, and what could go wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from records.contents import PeopleKept, people_kept
from services.processing.book import names_in, sentence, table_in
from services.processing.record import company_names, small_group_of

if TYPE_CHECKING:
    from services.house import House

_SPECIAL = frozenset({"union", "ngo"})
"""Categories that may say what somebody believes or belongs to."""
_EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""Its countries (ISO 3166)."""


@dataclass(frozen=True)
class Assessment:
    """Its start in one language; each risk holds what could go wrong, what stands against it and what remains."""

    company: str
    made_on: date
    language: str
    why: list[str]
    questions: list[str]
    risks: dict[str, dict[str, str]]


def assessment_of(house: "House", now: datetime, language: str) -> Assessment:
    """The start of an assessment of the installation *house* at *now* (aware UTC). Raises RecordsError."""
    programmes = [row.programme for row in house.ledger.programmes()]
    return Assessment(
        company=company_names(programmes),
        made_on=now.date(),
        language=language,
        why=list(_why(people_kept(house.engine), small_group_of(house, programmes), language)),
        questions=[sentence("dpia-ask", name, language) for name in names_in("dpia-ask")],
        risks={name: table_in("dpia-risk", name, language) for name in names_in("dpia-risk")},
    )


def _why(people: PeopleKept, small: int, language: str) -> Iterator[str]:
    yield sentence(
        "dpia-why",
        "people" if people.number >= small else "few",
        language,
        invited=people.number,
        small_group=small,
        countries=len(people.countries),
    )
    yield sentence("dpia-why", "at-risk", language)
    if people.categories & _SPECIAL:
        yield sentence("dpia-why", "special", language)
    if people.countries - _EEA:
        yield sentence("dpia-why", "abroad", language)
