"""Record of processing: what this installation does with people's data, beside what the company wrote of itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from notifications.language.words import word
from records.custody import custody_of
from services.processing.book import names_in, sentence, table_in
from services.processing.company_file import Controller, Recipient, read_company_file
from services.processing.ways_out import ways_out
from states.model.programme import Programme
from states.privacy.small_counts import least_in

if TYPE_CHECKING:
    from services.house import House

_SMALL_GROUP = 5


@dataclass(frozen=True)
class Outside:
    """
    A recipient outside the company: by which *way* (of `DataWay`, or `role:` and its name), and which *data*.

    *row* is what the company wrote of it, None while it is to be filled in; *ended*: that contract is over.
    """

    way: str
    title: str
    data: str
    row: Recipient | None
    ended: bool


@dataclass(frozen=True)
class Record:
    """The record in one language; each activity holds title, purpose, people, data, recipients and term."""

    company: str
    made_on: date
    language: str
    programmes: list[str]
    controller: Controller | None
    activities: dict[str, dict[str, str]]
    outside: list[Outside]
    measures: list[str]


def record_of(house: "House", now: datetime, language: str) -> Record:
    """
    The record of the installation *house* at *now* (aware UTC), in *language*.

    Raises CompanyFileUnfit when the company's file cannot be used, RecordsError when the records cannot be read.
    """
    company = read_company_file(house.settings.privacy_record)
    today = now.date()
    programmes = [row.programme for row in house.ledger.programmes()]
    used = [(f"{o.way}", o.host, o.row) for o in ways_out(house.settings, company)]
    used += [(f"role:{role}", role, row) for role, row in company.roles.items()]
    return Record(
        company=company_names(programmes),
        made_on=today,
        language=language,
        programmes=[one.id for one in programmes],
        controller=company.controller,
        activities={name: table_in("activity", name, language) for name in names_in("activity")},
        outside=[_outside(way, about, row, today, language) for way, about, row in used],
        measures=_measures(house, programmes, language),
    )


def _outside(way: str, about: str, row: Recipient | None, today: date, language: str) -> Outside:
    kind = way.partition(":")[0]
    named = word("role", about, language) if kind == "role" else about
    title = sentence("way", kind, language, host=about, role=named)
    ended = row is not None and row.has_ended(today)
    return Outside(way, title, sentence("way-data", kind, language), row, ended)


def _measures(house: "House", programmes: list[Programme], language: str) -> list[str]:
    filled = {
        "tls": house.settings.smtp.tls.upper(),
        "small_group": small_group_of(house, programmes),
        "keyed": sum(custody_of(house.engine, one.id).key is not None for one in programmes),
        "programmes": len(programmes),
    }
    mails = house.settings.channel == "smtp" and house.settings.smtp.tls != "none"
    said = (name for name in names_in("measure") if name != "transport" or mails)
    return [sentence("measure", name, language, **filled) for name in said]


def company_names(programmes: Iterable[Programme]) -> str:
    """The companies of *programmes*, each once."""
    return ", ".join(dict.fromkeys(one.company for one in programmes)) or "…"


def small_group_of(house: "House", programmes: Iterable[Programme]) -> int:
    """The smallest group of which any of *programmes* shows a figure; five where there is none."""
    policies = (house.policies(one.policy) for one in programmes)
    return min(map(least_in, policies), default=_SMALL_GROUP)
