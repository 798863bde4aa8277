"""Programme: a company's recurring dialogue, its roles and its own values."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from states.language.languages import FIRST, SOURCE
from states.language.validation_messages import wrong
from states.model.calendar import known_countries
from states.model.people import Former, Person, Role
from states.values.values import Country, Line, Name, ReaderLanguage, Value, ZoneName, is_stored


def _known_country(code: str, info: ValidationInfo) -> str:
    if code not in known_countries() and not is_stored(info):
        raise wrong("no-holidays")
    return code


HolidayCountry = Annotated[Country, AfterValidator(_known_country)]


class Programme(Value):
    """A company's recurring dialogue: roles, time zone, languages, schedule and its own policy values."""

    id: Name
    company: Line
    country: HolidayCountry
    time_zone: ZoneName
    languages: tuple[ReaderLanguage, ...] = (FIRST, SOURCE)
    """In which it writes; the first is that of its own words where nobody is manager."""
    schedule: Line
    """When the yearly cycle opens, as a cron line in the programme's time zone."""
    roles: dict[Role, Person]
    auditor: Person | None = None
    """Who audits it from outside and gets a checkpoint of the journals each week; no role, and signs in without it."""
    holidays: tuple[date, ...] = ()
    policy: dict[str, Any] = Field(default_factory=dict)
    """Policy values that differ from the defaults, in the shape of config/policy.toml."""
    owed_before: tuple[Former, ...] = ()
    """Who held a role that owes answers once somebody spoke, or was reached otherwise in it; no file says it."""
