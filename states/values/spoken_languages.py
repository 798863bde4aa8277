"""Language codes (ISO 639, CLDR): in which languages people may speak, whether or not the house writes them."""

from functools import cache

from states.language.languages import SOURCE, languages

_LETTERS = 2


@cache
def spoken_languages() -> frozenset[str]:
    """The codes of two letters of all languages that CLDR names."""
    from babel import Locale  # noqa: PLC0415 - only who names a helper needs it

    named = map(str, Locale.parse(languages()[SOURCE].formats).languages)
    return frozenset(code for code in named if len(code) == _LETTERS)
