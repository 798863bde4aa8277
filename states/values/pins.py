"""
PIN strength: how a PIN is compared, and which PINs others would try first.

A PIN holds against somebody near its owner, who has a few tries a day; not against a machine.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import pairwise

FEWEST, MOST_DIGITS, LONGEST = 6, 12, 256
_FEWEST_KINDS = 3
"""Fewer different signs are guessed by trying."""
_DAYS = ("%d%m%y", "%d%m%Y", "%m%d%y", "%m%d%Y", "%y%m%d", "%Y%m%d")
_BETWEEN = re.compile(r"(?<=\d)[\s.\-/]+(?=\d)")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_COMMON = frozenset({
    "101112", "112233", "123321", "123654", "147258", "147852", "159357", "159753", "456123", "654123",
    "789456", "abcdef", "asdfgh", "azerty", "geheim", "iloveyou", "parola", "password", "pincode", "qwerty",
    "qwertyuiop", "secret", "şifre", "wachtwoord", "weerklank", "welkom",
})  # fmt: skip


class PinFault(StrEnum):
    """Why a PIN is refused."""

    SHORT = "short"
    LONG = "long"
    PLAIN = "plain"
    """One sign, a row, or one piece again and again."""
    COMMON = "common"
    DAY = "day"
    OWN = "own"


def plain_pin(pin: str) -> str:
    """*pin* as two are compared: without case, digits of any script as ours, without what parts groups of digits."""
    text = " ".join(unicodedata.normalize("NFKC", pin).casefold().split())
    text = "".join(str(unicodedata.decimal(s)) if s.isdecimal() else s for s in text)
    return _BETWEEN.sub("", text)


def fault_of(pin: str, *, days: Iterable[date], words: Iterable[str]) -> PinFault | None:
    """
    What is wrong with *pin*, six to twelve digits or any phrase; None when nothing is.

    *days* are those that everybody knows of, *words* the names that others would try for this person. Source: rules 35.
    """
    plain = plain_pin(pin)
    if len(plain) < FEWEST:
        return PinFault.SHORT
    if len(plain) > (MOST_DIGITS if plain.isdecimal() else LONGEST):
        return PinFault.LONG
    if _is_regular(plain):
        return PinFault.PLAIN
    if plain.isdecimal() and plain in {day.strftime(form) for day in days for form in _DAYS}:
        return PinFault.DAY
    told = {plain, _NO_LETTERS.sub("", plain)}
    if told & _COMMON:
        return PinFault.COMMON
    return PinFault.OWN if told & set(_tried_first(words)) else None


def _is_regular(plain: str) -> bool:
    """Whether *plain* has few signs, is one piece again and again (19841984), or goes on in equal steps (123456)."""
    size = len(plain)
    if len(set(plain)) < _FEWEST_KINDS:
        return True
    if any(plain == plain[:part] * (size // part) for part in range(1, size // 2 + 1)):
        return True
    steps = {(ord(b) - ord(a)) % 10 for a, b in pairwise(plain)}
    return plain.isdecimal() and len(steps) == 1


def _tried_first(words: Iterable[str]) -> Iterator[str]:
    """Each of *words*, whole and in its parts, with and without what is no letter."""
    for word in words:
        whole = plain_pin(word)
        for part in (whole, *re.split(r"[\s@.]+", whole)):
            yield part
            yield _NO_LETTERS.sub("", part)
