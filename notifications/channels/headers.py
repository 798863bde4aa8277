"""
Mail headers (RFC 2047): written by us whole, so that readers of every make read back what was meant.

Plain ASCII stays as it is. All else becomes encoded words (RFC 2047), each of at most 75 bytes and of whole characters,
in lines of at most 76. No first line is blank: there some programs see no header at all.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import lru_cache

_LINE = 76  # bytes of a line that holds an encoded word, RFC 2047, section 2
_SOFT = 78  # characters of any other line, RFC 5322, section 2.1.1
_ENDLESS = 200  # characters of a word that is rather encoded than left over the edge of each line
_ROW = 48  # characters of base64 in a line, so that the name of the field fits before the first
_FRAME = len("=?utf-8?q??=")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTABLE = re.compile(r"[!#-\[\]-~]+(?: [!#-\[\]-~]+)*")
_FOR_ITSELF = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
"""What stands for itself in any place where an encoded word may stand, RFC 2047, section 5 (3)."""
_BREAK = re.compile(r"[\r\n]")
_BLANK_LINE = "a header cannot hold CR or LF"


def plain(name: str, value: str) -> str:
    """The line of a header that needs no encoding. Raises ValueError when *value* is not of ASCII in one line."""
    if _BREAK.search(value) or not value.isascii():
        raise ValueError(_BLANK_LINE)
    return f"{name}: {value}\r\n"


@lru_cache(maxsize=64)
def base64(name: str, value: str) -> str:
    """The header *name* with *value* in base64, in short lines: without its blanks it is *value* to the byte."""
    data = b64encode(value.encode()).decode()
    rows = (data[start : start + _ROW] for start in range(0, len(data), _ROW))
    return f"{name}: " + "\r\n ".join(rows) + "\r\n"


@lru_cache(maxsize=4096)
def text(name: str, value: str) -> str:
    """A header *name* that people read, such as Subject, with its line ends. Raises ValueError for a line break."""
    if _BREAK.search(value):
        raise ValueError(_BLANK_LINE)
    if _is_plain(value):
        return _fold(f"{name}:", value.split(" ")) + "\r\n"
    return f"{name}: {_words(value, len(name) + 2)}\r\n"


@lru_cache(maxsize=4096)
def mailbox(name: str, shown: str, address: str) -> str:
    """
    A header *name* with one mailbox: *address* as mail carries it, and the name that is *shown* before it, if any.

    Raises ValueError for a line break, and for an *address* outside ASCII.
    """
    if _BREAK.search(shown + address) or not address.isascii():
        raise ValueError(_BLANK_LINE)
    if not shown:
        return f"{name}: {address}\r\n"
    phrase = _phrase(shown, len(name) + 2)
    last = len(phrase) - phrase.rfind("\n") - 1 + (0 if "\n" in phrase else len(name) + 2)
    gap = " " if last + len(address) + 3 <= _LINE else "\r\n "
    return f"{name}: {phrase}{gap}<{address}>\r\n"


def _phrase(shown: str, used: int) -> str:
    if "=?" not in shown and len(shown) + used + 2 <= _LINE:
        if _ATOMS.fullmatch(shown):
            return shown
        if _QUOTABLE.fullmatch(shown):
            return f'"{shown}"'
    return _words(shown, used)


def _is_plain(value: str) -> bool:
    return (
        _PLAIN.fullmatch(value) is not None
        and "=?" not in value
        and max(map(len, value.split(" "))) < _ENDLESS
    )


def _fold(begin: str, words: list[str]) -> str:
    """*words* in lines, broken at their spaces; the first one stays on the first line whatever its length."""
    lines, line = [], f"{begin} {words[0]}"
    for word in words[1:]:
        if len(line) + 1 + len(word) > _SOFT:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])


def _words(value: str, used: int) -> str:
    """*value* as encoded words, the first on a line of which *used* characters are taken."""
    kind, measure, encode = _shortest(value)
    chunks = _chunks(value, measure, used)
    return "\r\n ".join(f"=?utf-8?{kind}?{encode(chunk)}?=" for chunk in chunks)


def _shortest(value: str) -> tuple[str, Callable[[bytes], int], Callable[[bytes], str]]:
    data = value.encode()
    if _as_q(data) <= _as_b(data):
        return "q", _as_q, _in_q
    return "b", _as_b, _in_b


def _chunks(value: str, measure: Callable[[bytes], int], used: int) -> Iterator[bytes]:
    """The bytes of *value* cut between characters, each part as long as its line takes when it is encoded."""
    room, chunk = _LINE - used - _FRAME, b""
    for character in _together(value):
        more = chunk + character
        if chunk and measure(more) > room:
            yield chunk
            room, more = _LINE - 1 - _FRAME, character
        chunk = more
    yield chunk


_MARKS = (
    "\\u0300-\\u036f\\u0591-\\u05bd\\u064b-\\u065f\\u093c-\\u094d\\u0981-\\u0983\\u09bc-\\u09cd"
    "\\u200d\\ufe0e\\ufe0f"
)
_CLUSTER = re.compile(f".[{_MARKS}]{{0,2}}", re.DOTALL)
"""A character with the marks upon it: a reader that shows each part by itself would show them alone."""


def _together(value: str) -> Iterator[bytes]:
    return (found[0].encode() for found in _CLUSTER.finditer(value))


def _as_q(data: bytes) -> int:
    return sum(1 if byte in _FOR_ITSELF or byte == ord(" ") else 3 for byte in data)


def _in_q(data: bytes) -> str:
    return "".join(_Q[byte] for byte in data)


_Q = [chr(byte) if byte in _FOR_ITSELF else f"={byte:02X}" for byte in range(256)]
_Q[ord(" ")] = "_"


def _as_b(data: bytes) -> int:
    return (len(data) + 2) // 3 * 4


def _in_b(data: bytes) -> str:
    return b64encode(data).decode()
