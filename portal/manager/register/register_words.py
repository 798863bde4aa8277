"""Register vocabulary: what people write in registers, in whatever language they keep them; register_words.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def register_words() -> dict[str, dict[str, Any]]:
    """The tables of register_words.toml: `locales`, `languages` and `countries`."""
    book = files("portal.manager.register").joinpath("register_words.toml")
    return tomllib.loads(book.read_text(encoding="utf-8"))
