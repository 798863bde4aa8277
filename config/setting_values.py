"""Setting values: the kinds of text and number that a setting may hold, each saying how it is written."""

from email.utils import parseaddr
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field


def _sender(text: str) -> str:
    local, _, host = parseaddr(text)[1].rpartition("@")
    if not local or not host or not text.isprintable():
        message = "write it like 'Dialoog <dialoog@bedrijf.nl>'"
        raise ValueError(message)
    return text


def _bare(text: str) -> str:
    if parseaddr(text)[1] != text or not text.isascii() or text.count("@") != 1:
        message = "write it like bounces@bedrijf.nl"
        raise ValueError(message)
    return text


def _web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")) or not text.isprintable() or " " in text:
        message = "write it like https://dialoog.bedrijf.nl"
        raise ValueError(message)
    return text.rstrip("/")


def _database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        message = "write it like sqlite:////var/lib/weerklank/weerklank.db or postgresql+psycopg://user@host/name"
        raise ValueError(message)
    return text


def _several(given: object) -> object:
    return tuple(given.split()) if isinstance(given, str) else given


Port = Annotated[int, Field(ge=1, le=65_535)]
Seconds = Annotated[float, Field(gt=0, le=600)]
Sender = Annotated[str, AfterValidator(_sender)]
"""A From of mail, with or without a name before the address."""
BareAddress = Annotated[str, AfterValidator(_bare)]
"""An address of mail and nothing beside it."""
WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An address of the web, without a slash at its end."""
DatabaseAddress = Annotated[str, AfterValidator(_database)]
Several = BeforeValidator(_several)
"""Several values, written with spaces between them."""
