"""Form parser: reads what was typed into a form, without ever taking more than a page allows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from portal.http.errors import TooMuch

FIELDS = 1_000
FILES = 4
FIELD_LIMIT = 100_000
"""Characters; the law asks for far less, and says so beside the field."""
READ_LIMIT = 4 * 1024 * 1024
"""Bytes up to which a form that is too large is still read, so that its words can be given back."""
_SWALLOWED = 64 * 1024 * 1024
"""Bytes that are let pass unread: a browser that is cut off while it sends shows no answer."""
TOKEN = "token"  # noqa: S105 - the name of a field
FORM = "form"
"""The field with the id that each form has of its own."""
SHOWN = "shown"
"""The field with the mark of what an editing form showed."""
OURS = frozenset({TOKEN, FORM, SHOWN})
SECRET = frozenset(
    {"password", "code", "password_now", "proof_password", "proof_code", "passkey"}
    | {"pin", "new_pin", "new_pin_again", "proof_pin"}
    | {"seal_key", "seal_code"}
)
"""What is never shown back to anybody."""
_WORD_OF_OURS = re.compile(r"[a-z0-9]*(?:[-_./:][a-z0-9]+)*")


@dataclass(frozen=True)
class Typed:
    """The fields of a form as they were typed; a field that is not there is empty."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """The names that files had."""
    too_much: bool = False
    """More was sent than the page takes."""

    def one(self, name: str) -> str:
        """The text of one field, without blanks around it and with line breaks of one kind."""
        return (self.values.get(name) or ("",))[-1]

    def many(self, name: str) -> tuple[str, ...]:
        """All that was ticked under one name."""
        return self.values.get(name, ())

    def some(self, *names: str) -> dict[str, str]:
        """The fields of *names* that are not empty."""
        return {name: text for name in names if (text := self.one(name))}

    def fields(self) -> list[tuple[str, str]]:
        """Every field that may be shown back, in the order in which it came: not the token, nothing secret."""
        hidden = SECRET | {TOKEN}
        return [(n, text) for n, all_ in self.values.items() if n not in hidden for text in all_]

    def texts(self) -> list[str]:
        """What somebody typed, as far as that can be told from a word of ours that was chosen."""
        return [text for name, text in self.fields() if is_typed(name, text)]

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


Field = tuple[str, str]


@dataclass(frozen=True, slots=True)
class GivenBack:
    """
    The fields of a form that did nothing.

    *at* is where it can be sent again, None when that would not help; *token* goes with it, None: that of this page.
    *texts* can be read and changed, *rest* are choices. *again*: sign in before it is sent.
    """

    at: str | None
    token: str | None
    texts: list[Field]
    rest: list[Field]
    files: list[str]
    again: bool = False

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.texts or self.files or self.at)


def tidy(text: str) -> str:
    """*text* without blanks around it and with line breaks of one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def is_typed(name: str, text: str) -> bool:
    """Whether *text* of field *name* may be somebody's own: anything but a small word as choices send them."""
    return name not in OURS and _WORD_OF_OURS.fullmatch(text) is None


async def read_form(request: Request, most: int) -> Typed:
    """
    The form that *request* brings, read a good deal beyond *most* bytes so that its words can be given back.

    Raises TooMuch far beyond that, or when it is no form; ClientDisconnect when its sender went away.
    """
    limit = max(most, READ_LIMIT)
    request._body = body = await _body(request, limit)  # noqa: SLF001 - so that the parser reads what was measured
    try:
        async with request.form(max_files=FILES, max_fields=FIELDS, max_part_size=limit) as form:
            typed = await _read(form)
    except HTTPException as error:
        raise TooMuch from error
    return replace(typed, too_much=typed.too_much or len(body) > most)


async def _body(request: Request, limit: int) -> bytes:
    body, passed = bytearray(), 0
    async for chunk in request.stream():
        passed += len(chunk)
        if passed <= limit:
            body += chunk
        elif passed > _SWALLOWED:
            break
    if passed > limit:
        raise TooMuch
    return bytes(body)


async def _read(form: FormData) -> Typed:
    values: dict[str, tuple[str, ...]] = {}
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    too_much = False
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[name], names[name] = await value.read(), value.filename or ""
            continue
        too_much = too_much or len(value) > FIELD_LIMIT
        values[name] = (*values.get(name, ()), tidy(value))
    return Typed(values, files, names, too_much)
