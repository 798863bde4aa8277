"""Column types (SQLAlchemy): aware instants in UTC, words of the law, and nested values as JSON."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A counting key; SQLite only counts in INTEGER."""


def to_stored(moment: datetime) -> int:
    """*moment* as SQLite keeps it: whole microseconds since 1970 in UTC. Raises ValueError when it is naive."""
    return (_aware(moment) - EPOCH) // _MICROSECOND


def from_stored(stored: int) -> datetime:
    """The aware UTC instant that SQLite keeps as *stored* microseconds."""
    return EPOCH + timedelta(microseconds=stored)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        message = f"{moment.isoformat()} names no time zone; the records keep aware instants only"
        raise ValueError(message)
    return moment


Processor = Callable[[Any], Any]
"""What turns a value into what is stored, or back. Called for each value of each row: it decides how fast we load."""


@lru_cache(maxsize=65_536)
def _moment_read(stored: int | None) -> datetime | None:
    return None if stored is None else from_stored(stored)


@lru_cache(maxsize=4096)
def _moment_written(moment: datetime | None) -> int | None:
    return None if moment is None else to_stored(moment)


def _utc_read(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _utc_written(moment: datetime | None) -> datetime | None:
    return None if moment is None else _aware(moment).astimezone(UTC)


class Moment(TypeDecorator[datetime]):
    """An aware instant: integer microseconds on SQLite (compared and indexed as numbers), timestamptz on PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that *dialect* stores."""
        whole: TypeEngine[Any] = BigInteger()
        stored = whole if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(stored)

    def bind_processor(self, dialect: Dialect) -> Processor:
        """What is written; a naive instant is refused."""
        return _moment_written if dialect.name == "sqlite" else _utc_written

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        """What was read, aware and in UTC."""
        del coltype
        return _moment_read if dialect.name == "sqlite" else _utc_read


class Word(TypeDecorator[StrEnum]):
    """A word of one of the law's lists, such as a phase, kept as its text."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def bind_processor(self, dialect: Dialect) -> Processor:
        """The plain text of the word."""
        del dialect
        return _WordTable({word.value: word.value for word in self.words}).__getitem__

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        """The member that the text names; an unknown text is a KeyError, so that nothing passes unseen."""
        del dialect, coltype
        known: dict[str | None, StrEnum | None] = {None: None}
        known.update({word.value: word for word in self.words})
        return known.__getitem__


class OpenWord(Word):
    """A word of a vocabulary that grows; a text that it does not know stays, so that a bad row stops itself alone."""

    impl = Text
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        """The member that the text names, or the text."""
        del dialect, coltype
        return _WordTable({word.value: word for word in self.words}).__getitem__


class _WordTable(dict[Any, Any]):
    """What is known is looked up without a call of Python; for some rows that is done twenty times."""

    def __init__(self, known: Mapping[Any, Any]) -> None:
        super().__init__({None: None, **known})

    def __missing__(self, text: str) -> str:
        return str(text)


class Packed(TypeDecorator[Any]):
    """A nested immutable value as JSON text; equal texts share one value, which is what makes loading fast."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:  # noqa: ANN401 - any type form that pydantic knows
        super().__init__()
        self.kind = kind

    def bind_processor(self, dialect: Dialect) -> Processor:
        """The JSON text of the value."""
        del dialect
        return _packing(self.kind)[0]

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        """The value of the JSON text."""
        del dialect, coltype
        return _packing(self.kind)[1]


@lru_cache(maxsize=64)
def _packing(kind: Any) -> tuple[Processor, Processor]:  # noqa: ANN401
    adapter = TypeAdapter[Any](kind)

    def dump(value: Any) -> str | None:  # noqa: ANN401
        if value == ():  # most of what people have several of, they have none of
            return "[]"
        return None if value is None else adapter.dump_json(value).decode()

    @lru_cache(maxsize=16_384)
    def load(text: str | None) -> Any:  # noqa: ANN401
        return None if text is None else adapter.validate_json(text)

    return dump, load


class JsonDocument(TypeDecorator[dict[str, Any]]):
    """A free mapping as canonical JSON text; read afresh each time, because it can be changed."""

    impl = Text
    cache_ok = True

    def process_bind_param(
        self, value: dict[str, Any] | str | None, dialect: Dialect
    ) -> str | None:
        """The canonical JSON text of *value*; a text is that already."""
        del dialect
        return value if value is None or isinstance(value, str) else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """The mapping of the JSON text."""
        del dialect
        return None if value is None else cast("dict[str, Any]", json.loads(value))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return instant_text(value) if value.tzinfo else value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    message = f"a {type(value).__name__} cannot be kept in the records: {value!r}"
    raise TypeError(message)


_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain
).encode


def canonical(value: object) -> str:
    """*value* as JSON in its one canonical form: keys in order, no spaces, instants in UTC. Raises TypeError."""
    return _encode(value)


def instant_text(moment: datetime) -> str:
    """*moment* in UTC with fixed width: `2022-09-08T22:00:00.000000Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def can_be_key(text: str) -> bool:
    """Whether a database takes *text* at all; what it does not take cannot name anything in it."""
    return text.isprintable()
