"""Quality values (RFC 9110): what a header asks for, and how much each thing weighs for whoever asks."""

from collections.abc import Iterator

_UNREADABLE = 1e-6  # behind all others, and yet wanted


def quality_values(header: str) -> Iterator[tuple[str, float]]:
    """Each thing that *header* names, in small letters, with its weight: what weighs nothing is not wanted."""
    for part in header.casefold().split(","):
        name, _, weight = part.partition(";")
        yield name.strip(), _weight(weight.strip().removeprefix("q="))


def _weight(said: str) -> float:
    try:
        return float(said or 1)
    except ValueError:
        return _UNREADABLE
