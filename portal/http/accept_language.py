"""Accept-Language (RFC 9110): the language that a browser asks for, of those that there are."""

from collections.abc import Sequence

from states.language.languages import FIRST, LANGUAGES, SOURCE

_MOST = 300  # characters that are read of the header
_UNREADABLE = -1e-6  # behind all others; what weighs nothing is not wanted
_Asked = tuple[str, str, str]


def asked_language(header: str | None) -> str:
    """
    The code of the language that *header* likes best among those of the house, English when it names none of them.

    A browser that asks for nothing (None) gets the first one.
    """
    if header is None:
        return FIRST
    asked: list[_Asked] = [part.partition(";") for part in header[:_MOST].split(",")]
    liked = sorted((one for one in asked if _weight(one) < 0), key=_weight)
    codes = (code.strip().partition("-")[0].lower() for code, _, _ in liked)
    return next((code for code in codes if code in LANGUAGES), SOURCE)


def _weight(asked: _Asked) -> float:
    """How far behind it stands: in front what bears no weight of its own, at the end one that cannot be read."""
    weight = asked[2].strip().removeprefix("q=")
    try:
        return -float(weight or 1)
    except ValueError:
        return _UNREADABLE


def wished_language(
    chosen: str | None, reads: str | None, header: str | None, offered: Sequence[str]
) -> str:
    """What was *chosen*, else what the person *reads*, else what a *header* asks: English when it is not *offered*."""
    wished = chosen if chosen in LANGUAGES else reads or asked_language(header)
    return wished if wished in offered else SOURCE
