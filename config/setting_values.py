"""Setting values: the kinds of text and number that a setting may hold, each saying how it is written."""

from email.utils import parseaddr
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


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


def _watchman(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    closed = text.startswith("https://") or (text.startswith("http://") and host in THIS_MACHINE)
    if not host or not closed or not text.isprintable() or " " in text:
        message = "write it like https://hc-ping.com/…, over https or on this machine"
        raise ValueError(message)
    return url


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
WatchmanAddress = Annotated[SecretStr, AfterValidator(_watchman)]
"""A secret address of the web: whoever listened on the way to it could use it too."""
Several = BeforeValidator(_several)
"""Several values, written with spaces between them."""
