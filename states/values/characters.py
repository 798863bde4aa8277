"""Unicode characters: which can be seen, break a line, turn a text round, or cannot be kept."""

import re
import unicodedata

BREAKS = re.compile("\r\n|[\v\f\x85\u2028\u2029]")
"""What PowerPoint, Word and old printers write for a new line."""
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""The controls of direction (Unicode's Bidi_Control): in a name they show letters in another order than they stand."""
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\ufdd0-\ufdef\uffa0\ufffe\uffff\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Default_Ignorable_Code_Point of the Unicode character database, and what it says is no character at all."""
_BLANK = "\u2800"
"""Braille without a dot: a sign by its category, and nothing to see."""
_UNSEEN = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
_CONTROL = re.compile("[\x00-\x08\v-\x1f\x7f-\x9f\ud800-\udfff]")
"""Categories Cc and Cs, but for line break and tab."""


def with_breaks(text: str) -> str:
    """*text* with one kind of line break."""
    return BREAKS.sub("\n", text)


def visible_text(text: str) -> str:
    """*text* without what nobody sees: to compare names by, never to show."""
    return _IGNORABLE.sub("", text)


def has_sign(text: str) -> bool:
    """Whether there is anything to see in *text* (rules 39)."""
    return any(
        unicodedata.category(sign) not in _UNSEEN and sign != _BLANK
        for sign in visible_text(unicodedata.normalize("NFC", text))
    )


def control_in(text: str) -> int | None:
    """Where the first control character or half character of *text* stands, that cannot be kept; None without one."""
    found = _CONTROL.search(text)
    return found.start() if found else None
