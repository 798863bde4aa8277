"""Company file (TOML): what only the company knows: who is accountable, and each recipient of data outside it."""

import tomllib
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from babel import Locale
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from config.validation_messages import Unfit, complaints
from states.language.languages import SOURCE
from states.model.people import Role

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Filled = Annotated[Text, StringConstraints(min_length=1)]


class DataWay(StrEnum):
    """A way by which data may leave the company; the name of its row."""

    EMAIL = "email"
    DATABASE = "database"
    PREFECT = "prefect"
    CHAT = "chat"
    HOSTING = "hosting"


def _known_country(code: str) -> str:
    known = Locale.parse(SOURCE).territories
    if code.upper() not in known or not code.isalpha():
        message = "a country of two letters (ISO 3166), like NL"
        raise ValueError(message)
    return code.upper()


Country = Annotated[
    str, StringConstraints(min_length=2, max_length=2), AfterValidator(_known_country)
]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Controller(_Table):
    """Who is accountable: *joint* says with whom, and who of them is controller for what; empty: nobody else."""

    name: Filled
    contact: Filled
    ground: Filled
    officer: Text = ""
    joint: Text = ""


class Recipient(_Table):
    """A filled row: who gets data outside the company, where, under which contract; *ends_on* None: it has no term."""

    recipient: Filled
    country: Country
    safeguard: Filled
    contract_on: date
    ends_on: date | None = None
    measures: Filled

    def has_ended(self, today: date) -> bool:
        """Whether the contract was over before *today*."""
        return self.ends_on is not None and self.ends_on < today


class CompanyFile(_Table):
    """All that the company wrote; nothing: nobody wrote anything yet."""

    controller: Controller | None = None
    ways: dict[DataWay, Recipient] = Field(default_factory=dict)
    roles: dict[Role, Recipient] = Field(default_factory=dict)


class CompanyFileUnfit(Unfit):
    """The company's file cannot be used; each line names the place, the value and what is allowed."""


def read_company_file(file: Path | None) -> CompanyFile:
    """
    What the company wrote in *file*; None: nothing.

    Raises CompanyFileUnfit, which says what is wrong and where.
    """
    if file is None:
        return CompanyFile()
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CompanyFileUnfit([f"{file}: cannot be read ({error.strerror})"]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CompanyFileUnfit([f"{file}: is no TOML: {error}"]) from None
    try:
        return CompanyFile.model_validate(given)
    except ValidationError as error:
        raise CompanyFileUnfit(complaints(error)) from None


_ROW = """recipient = ""
country = ""
safeguard = ""
# contract_on = {today}
# ends_on = {today}
measures = ""
"""


def blank(ways: Iterable[DataWay], today: date) -> str:
    """The file as the company finds it: a row for each of *ways* with everything still to be filled in."""
    head = '[controller]\nname = ""\ncontact = ""\nground = ""\nofficer = ""\njoint = ""\n'
    note = "# Fill in every value; a row that nobody needs may go. A role abroad is a row too: [roles.moderator]\n"
    rows = (f"\n[ways.{way}]\n{_ROW.format(today=today.isoformat())}" for way in ways)
    return note + head + "".join(rows)
