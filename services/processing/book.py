"""Book of the record: its sentences, in each language."""

from functools import cache
from typing import Any

from states.language.catalogue import book


@cache
def _sentences() -> dict[str, Any]:
    return book("words", "services", "processing/processing.toml", "privacy.")


def names_in(table: str) -> list[str]:
    """The keys of *table*, in the order of the book."""
    return list(_sentences()[table])


def sentence(table: str, key: str, language: str, **filled: object) -> str:
    """The sentence *key* of *table* in *language*, filled in."""
    return str(_sentences()[table][key][language]).format(**filled)


def table_in(table: str, name: str, language: str) -> dict[str, str]:
    """Every sentence below *name* of *table* in *language*, by key."""
    return {key: str(said[language]) for key, said in _sentences()[table][name].items()}
