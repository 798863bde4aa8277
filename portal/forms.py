"""What was typed into a form, and the reading of it without ever taking more than a page allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from portal.faults import TooMuch

FIELDS = 1_000
FILES = 4
FIELD_LIMIT = 100_000
"""Characters; the law asks for far less, and says so beside the field."""
TOKEN = "token"  # noqa: S105 - the name of a field


@dataclass(frozen=True)
class Typed:
    """The fields of a form as they were typed; a field that is not there is empty."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """The names that files had."""

    def one(self, name: str) -> str:
        """The text of one field, without blanks around it and with line breaks of one kind."""
        return (self.values.get(name) or ("",))[-1]

    def many(self, name: str) -> tuple[str, ...]:
        """All that was ticked under one name."""
        return self.values.get(name, ())

    def some(self, *names: str) -> dict[str, str]:
        """The fields of *names* that are not empty."""
        return {name: text for name in names if (text := self.one(name))}

    def longer_texts(self) -> list[str]:
        """What somebody wrote in sentences, to be given back to them."""
        texts = (text for name, all_ in self.values.items() if name != TOKEN for text in all_)
        return [text for text in texts if " " in text]

    def day(self, name: str) -> date | None:
        """A date as browsers send it; None when there is none or it is not understood."""
        try:
            return date.fromisoformat(self.one(name))
        except ValueError:
            return None

    def moment(self, name: str) -> datetime | None:
        """A local date and time as browsers send them, naive; None when it is not understood."""
        try:
            return datetime.fromisoformat(self.one(name))
        except ValueError:
            return None


def lost(form: Typed, shown: bytes) -> list[str]:
    """What was written in *form* and does not stand on the page that is *shown*, its form being offered no more."""
    there = unescape(shown.decode())
    return [text for text in form.longer_texts() if text not in there]


async def read_form(request: Request, most: int) -> Typed:
    """The form that *request* brings. Raises TooMuch beyond *most* bytes or when it is no form."""
    request._body = await _body(request, most)  # noqa: SLF001 - so that the parser reads what was measured
    try:
        async with request.form(max_files=FILES, max_fields=FIELDS, max_part_size=most) as form:
            return await _typed(form)
    except HTTPException as error:
        raise TooMuch from error


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooMuch
    return bytes(body)


async def _typed(form: FormData) -> Typed:
    values: dict[str, tuple[str, ...]] = {}
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[name], names[name] = await value.read(), value.filename or ""
        elif len(value) > FIELD_LIMIT:
            raise TooMuch
        else:
            text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
            values[name] = (*values.get(name, ()), text)
    return Typed(values, files, names)
