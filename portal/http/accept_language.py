"""Accept-Language (RFC 9110): the language that a browser asks for, of those that there are."""

from collections.abc import Sequence

from portal.http.quality_values import quality_values
from states.language.languages import FIRST, LANGUAGES, SOURCE

_MOST = 300  # characters that are read of the header


def asked_language(header: str | None) -> str:
    """
    The code of the language that *header* likes best among those of the house, English when it names none of them.

    A browser that asks for nothing (None) gets the first one.
    """
    if header is None:
        return FIRST
    asked = [one for one in quality_values(header[:_MOST]) if one[1] > 0]
    liked = sorted(asked, key=lambda one: -one[1])
    codes = (name.partition("-")[0] for name, _ in liked)
    return next((code for code in codes if code in LANGUAGES), SOURCE)


def wished_language(
    chosen: str | None, reads: str | None, header: str | None, offered: Sequence[str]
) -> str:
    """What was *chosen*, else what the person *reads*, else what a *header* asks: English when it is not *offered*."""
    wished = chosen if chosen in LANGUAGES else reads or asked_language(header)
    return wished if wished in offered else SOURCE
