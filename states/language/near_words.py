"""Approximate string matching (difflib): which of the known words was most likely meant by one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches

_READ = 80  # characters of what was typed that are compared
_FAR = 0.6  # the share of letters that two words have in common, from which on they are near


def near_words(typed: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Up to *most* of the *known* words that are spelt most like *typed*, the nearest first, in capitals or not."""
    words = {word.casefold(): word for word in reversed(list(known))}
    near = get_close_matches(typed[:_READ].casefold(), list(words)[::-1], n=most, cutoff=_FAR)
    return [words[word] for word in near]
