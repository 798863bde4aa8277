"""Language tags: by which words say in what language they are written, and which way that runs (BCP 47, UAX 9)."""

from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError

from states.language.languages import LANGUAGES, languages

UNKNOWN = "und"
"""The tag of words of which nobody may know, or can know, the language."""


@lru_cache(maxsize=1024)
def direction(language: str) -> Literal["ltr", "rtl", "auto"]:
    """Which way *language* is written, from left or from right; `auto` where that is not known: the words tell."""
    if language == UNKNOWN:
        return "auto"
    if language in LANGUAGES:
        return languages()[language].direction
    try:
        order = Locale.parse(language, sep="-").character_order
    except (UnknownLocaleError, ValueError):
        return "auto"
    return "rtl" if order == "right-to-left" else "ltr"
