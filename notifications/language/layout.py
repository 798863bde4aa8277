"""
Letter layout: the words of a letter become blocks, and blocks plain lines or the parts of an HTML page.

A letter is written once, as plain text; the HTML is made of the same blocks, so the two can never say something else.
What people wrote themselves is only ever set in as a quotation or as one line, so nobody's text can pose as ours.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise
from typing import Literal

from notifications.language.language_tags import UNKNOWN, direction

WIDTH = 72  # characters of a line of plain text
UNWRAPPED = 1_000_000
_RULE = 40  # characters
_INDENTS = {"paragraph": ("", ""), "list": ("- ", "  "), "quote": ("> ", "> ")}
"""How the first and the other lines of a block begin."""
_STRONG = "\x02", "\x03"
_LINK = "\x0e", "\x0f"
_SAID = "\x14", "\x15", "\x16"
"""Around the language of words that somebody else wrote, and around the words."""
_QUOTE, _FOLD, _VERBATIM = "\x11", "\x12", "\x13"
"""Before a quotation, with its language; before what a page folds away; before lines that stay as they are."""
_MARKS = str.maketrans("", "", "".join((*_STRONG, *_LINK, _SAID[2])))
_LANGUAGE = re.compile(f"{_SAID[0]}[^{_SAID[1]}]*{_SAID[1]}")
_AROUND = re.compile(f"({_SAID[0]}[^{_SAID[1]}]*{_SAID[1]}|{_SAID[2]})")
_EMPTY = re.compile(f"{_SAID[0]}[^{_SAID[1]}]*{_SAID[1]}{_SAID[2]}")
_BREAKS = re.compile("[\x00-\x1f\x7f\x85\u2028-\u202e]+")
"""Controls, line breaks of all kinds, and marks that turn the direction of what follows."""
_GAP = re.compile(r"\n\s*\n")
_PIECES = re.compile(
    f"{_STRONG[0]}(?P<strong>[^{_STRONG[1]}]*){_STRONG[1]}|{_LINK[0]}(?P<link>[^{_LINK[1]}]*){_LINK[1]}"
    f"|{_SAID[0]}(?P<language>[^{_SAID[1]}]*){_SAID[1]}(?P<said>[^{_SAID[2]}]*){_SAID[2]}"
)

Kind = Literal["paragraph", "heading", "list", "quote", "folded", "rule", "verbatim"]
_GROUP, _SHOWN = 4, 12  # signs of a number that people see together, and in all


class Marked(str):
    """Text that a filter of ours has laid out; everything else that a template prints becomes one plain line."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """
    A part of a letter and its *items*: the points of a list, the paragraphs of a quotation, else one text.

    What is folded away has two: what it is called, and what it is. A quotation has the *language* of who said it.
    The same words are the same block (`blocks_of`), so that nobody compares them again to find what was made of it.
    """

    kind: Kind
    items: tuple[str, ...]
    language: str | None = None

    @property
    def direction(self) -> str:
        """Which way a quotation runs."""
        return direction(self.language or UNKNOWN)


def one_line(text: str) -> str:
    """*text* without control characters and line breaks, so that it cannot change the layout around it."""
    return text if text.isprintable() else _BREAKS.sub(" ", text)


def strong(text: object) -> Marked:
    """*text* as one line that stands out on a page."""
    return Marked(f"{_STRONG[0]}{one_line(str(text))}{_STRONG[1]}")


def link(text: str) -> Marked:
    """A web or mail address that can be followed on a page."""
    return Marked(f"{_LINK[0]}{one_line(text)}{_LINK[1]}")


def quote_inline(text: str, language: str) -> Marked:
    """Words in a sentence of ours that somebody else wrote, in their *language* (WCAG 3.1.2)."""
    return Marked(f"{_SAID[0]}{language}{_SAID[1]}{one_line(text)}{_SAID[2]}")


def quote(text: str | None, language: str) -> Marked:
    """
    What somebody wrote in their *language*, in their own lines, marked as theirs.

    Raises LookupError when there is nothing: what was to be quoted is no longer so.
    """
    if text is None:
        message = "what was to be quoted is not there"
        raise LookupError(message)
    lines = (one_line(line).strip() for line in text.splitlines())
    return Marked(f"{_QUOTE}{language}\n" + "\n".join(f"> {line}".rstrip() for line in lines))


def group(number: str) -> str:
    """*number* in groups of four signs, as people read and say it."""
    return " ".join(number[start : start + _GROUP] for start in range(0, len(number), _GROUP))


def mark(number: str) -> str:
    """The first twelve signs of a long *number*, for people; the whole of it is folded away."""
    return group(number[:_SHOWN])


def fold(number: str, called: str) -> Marked:
    """The whole *number* under the name by which it is *called*, folded away where that can be done."""
    return Marked(f"{_FOLD}{called}\n{group(number)}")


def keep(text: str) -> Marked:
    """*text* in its own lines, to be copied to the byte: nothing is wrapped, and an empty line stays."""
    lines = (one_line(line) or _VERBATIM for line in text.strip().split("\n"))
    return Marked(f"{_VERBATIM}\n" + "\n".join(lines))


def blocks_of(letter: str) -> list[Block]:
    """The blocks of *letter*: parts between blank lines, told apart by how their first line begins."""
    return [_block(part) for part in _GAP.split(letter.strip()) if part.strip()]


@lru_cache(maxsize=4096)
def _block(part: str) -> Block:
    lines = [line.strip() for line in part.strip().split("\n")]
    first = lines[0]
    if first.startswith(_QUOTE):
        words = tuple(_paragraphs(line.removeprefix(">").strip() for line in lines[1:]))
        return Block("quote", words, first.removeprefix(_QUOTE))
    if first == _VERBATIM:
        return Block("verbatim", tuple(line.strip(_VERBATIM) for line in lines[1:]))
    if first.startswith(_FOLD):
        return Block("folded", (first.removeprefix(_FOLD), " ".join(lines[1:])))
    if first.startswith("- "):
        return Block("list", tuple(_points(lines)))
    if first.startswith("## "):
        return Block("heading", (" ".join(lines).removeprefix("## "),))
    return Block("rule", ()) if first == "***" else Block("paragraph", (" ".join(lines),))


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Each line of a quotation stands by itself; of empty ones in a row one is kept."""
    return (line for before, line in pairwise(("", *lines)) if line or before)


def _points(lines: Iterable[str]) -> list[str]:
    points: list[str] = []
    for line in lines:
        if line.startswith("- "):
            points.append(line.removeprefix("- "))
        else:
            points[-1] += f" {line}"
    return points


@lru_cache(maxsize=4096)
def inline(text: str) -> str:
    """*text* as HTML: escaped, with what stands out and what can be followed marked up."""
    return _PIECES.sub(_marked_up, escape(text))


def _marked_up(match: re.Match[str]) -> str:
    if match["strong"] is not None:
        return f"<strong>{match['strong']}</strong>"
    if match["said"] is not None:
        language = match["language"]
        return f'<span lang="{language}" dir="{direction(language)}">{match["said"]}</span>'
    address = match["link"]
    target = address if "://" in address else f"mailto:{address}"
    return f'<a href="{target}">{address}</a>'


def strip_marks(text: str) -> str:
    """*text* as it is read, without what says how a page shows it."""
    return _LANGUAGE.sub("", text).translate(_MARKS)


def cut(text: str, length: int) -> str:
    """The first *length* characters of *text*, with the marks of whoever wrote them."""
    pieces, left = [], length
    for place, piece in enumerate(_AROUND.split(text)):
        kept = piece if place % 2 else piece[:left]
        left -= 0 if place % 2 else len(kept)
        pieces.append(kept)
    return _EMPTY.sub("", "".join(pieces))


def plain(blocks: Iterable[Block], width: int = WIDTH) -> str:
    """The blocks as lines of at most *width* characters; a longer word, such as an address, stays whole."""
    return "\n\n".join(_wrap_lines(block, width) for block in blocks) + "\n"


@lru_cache(maxsize=4096)
def _wrap_lines(block: Block, width: int) -> str:
    """The letters of a batch share most of their blocks."""
    return "\n".join(_lines(block, width))


def _lines(block: Block, width: int) -> Iterator[str]:
    texts = [strip_marks(item) for item in block.items]
    if block.kind == "heading":
        yield texts[0]
        yield "-" * min(len(texts[0]), WIDTH)
    elif block.kind == "rule":
        yield "-" * _RULE
    elif block.kind == "verbatim":
        yield from texts
    elif block.kind == "folded":
        yield texts[0]
        yield from _wrap(texts[1], "", "", width)
    else:
        first, rest = _INDENTS[block.kind]
        for text in texts:
            yield from _wrap(text, first, rest, width)


def _wrap(text: str, first: str, rest: str, width: int) -> Iterator[str]:
    """A plain greedy wrap; the standard one is ten times slower, and a batch wraps some hundred thousand lines."""
    line, empty = first, True
    for word in text.split(" "):
        if not empty and len(line) + 1 + len(word) > width:
            yield line.rstrip()
            line, empty = rest, True
        line, empty = (line + word, False) if empty else (f"{line} {word}", False)
    yield line.rstrip()
