"""
Letter templates: each message is a folder of one whole text per language, and of the page that holds any of them.

`text.nl.txt` is the letter as a Dutch reader gets it, its subject in the block `subject`; `page.html` says how it
looks. Files that start with `_` are shared. A text names them without a language, and gets those of its own.
"""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from jinja2 import (
    Environment,
    PackageLoader,
    StrictUndefined,
    Template,
    UndefinedError,
)
from jinja2.runtime import Context

from notifications.language.filters import FILTERS
from notifications.language.language_tags import direction
from notifications.language.layout import (
    UNWRAPPED,
    Block,
    Marked,
    blocks_of,
    cut,
    fold,
    inline,
    keep,
    link,
    mark,
    one_line,
    plain,
    quote,
    quote_inline,
    strip_marks,
    strong,
)
from states.language.languages import SOURCE, language_of

SUBJECT_LIMIT = 120  # characters


class LetterIncomplete(LookupError):
    """A letter cannot be written: it does not exist, or something that it needs is not there."""


class _Library(Environment):
    """Templates that find what they share in their own language."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # The standard one hands each template two dictionaries to look through; a letter is made of six templates.
        return {**self.globals, **(d or {})}

    def join_path(self, template: str, parent: str) -> str:
        """`_where.txt` within `text.nl.txt` is `_where.nl.txt`; what has no words of its own is one file for all."""
        return _shared_text(template, parent)


@lru_cache(maxsize=1024)
def _shared_text(template: str, parent: str) -> str:
    path = PurePosixPath(template)
    language = PurePosixPath(parent).suffixes[0]
    own = str(path.with_name(f"{path.stem}{language}{path.suffix}"))
    return own if own in _files() else template


def _print(value: object) -> object:
    """What a template prints: never nothing by accident, and never a line break that somebody else put in."""
    if value is None:
        message = "a value is empty"
        raise UndefinedError(message)
    if isinstance(value, Marked) or not isinstance(value, str):
        return value
    return one_line(value)


def _environment(*, html: bool) -> Environment:
    environment = _Library(
        loader=PackageLoader("notifications", "templates"),
        undefined=StrictUndefined,
        autoescape=html,
        finalize=None if html else _print,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= FILTERS
    return environment


@lru_cache(maxsize=1)
def _words() -> Environment:
    environment = _environment(html=False)
    environment.filters |= {"strong": strong, "link": link, "quoted": quote, "said": quote_inline}
    environment.filters |= {"mark": mark, "folded": fold, "verbatim": keep}
    return environment


@lru_cache(maxsize=1)
def _pages() -> Environment:
    environment = _environment(html=True)
    environment.filters |= {"inline": inline, "as_html": _as_html, "fact": _fact}
    environment.filters |= {"direction": direction}
    return environment


class PageText(str):
    """Text that is part of a page already, and escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        """Itself: the sign by which templates know."""
        return self


@lru_cache(maxsize=4096, typed=True)
def _fact(value: str) -> "PageText":
    """One line of a page beside its words: what others wrote in it keeps its language."""
    # Typed: a text in which somebody put what only we may put would else be taken for the one that we laid out.
    return PageText(inline(value if isinstance(value, Marked) else one_line(value)))


def _as_html(blocks: Iterable[Block]) -> "PageText":
    return PageText("\n".join(map(_part, blocks)))


@lru_cache(maxsize=1)
def _part_of_page() -> Callable[[Block], str]:
    # A macro: rendering a template takes longer than the block itself.
    found: Callable[[Block], str] = vars(_pages().get_template("_block.html").module)["part"]
    return found


@lru_cache(maxsize=4096)
def _part(block: Block) -> str:
    """The letters of a batch share most of their blocks."""
    return str(_part_of_page()(block))


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in one language: its *subject*, its words as *blocks*, and its *html* page."""

    subject: str
    blocks: tuple[Block, ...]
    html: str

    @property
    def text(self) -> str:
        """The letter as plain text."""
        return plain(self.blocks)

    @property
    def lines(self) -> str:
        """The letter with each paragraph on one line, to be set into another letter."""
        return plain(self.blocks, UNWRAPPED)


@lru_cache(maxsize=1)
def _files() -> frozenset[str]:
    """All files of the letters."""
    return frozenset(PackageLoader("notifications", "templates").list_templates())


def letter_files() -> list[str]:
    """The texts of all letters, in every language: `answer/text.nl.txt`."""
    return sorted(file for file in _files() if PurePosixPath(file).match("*/text.*.txt"))


@lru_cache(maxsize=256)
def languages_of(name: str) -> frozenset[str]:
    """The languages in which the letter *name* is written; none when there is no such letter."""
    paths = (PurePosixPath(file) for file in _files())
    texts = (path for path in paths if str(path.parent) == name and path.match("text.*.txt"))
    return frozenset(path.name.split(".")[1] for path in texts)


@lru_cache(maxsize=1024)
def language_for(reader: str, *letters: str) -> str:
    """
    The language of one message that says what *letters* say, to somebody who reads the language *reader*.

    It is English when any of them is not written in theirs: a message is whole, and never half in another language.
    """
    own = language_of(reader)
    return own if all(own in languages_of(name) for name in letters) else SOURCE


@lru_cache(maxsize=1024)
def _templates(name: str, language: str) -> tuple[Template, Template]:
    words, pages = _words(), _pages()
    text = words.get_template(f"{name}/text.{language}.txt")
    return text, pages.get_template(f"{name}/page.html")


def write(name: str, context: dict[str, Any], *, subject: str | None = None) -> Letter:
    """
    The letter *name* filled in from *context*, which names its `language`.

    A given *subject* replaces the letter's own. Raises LetterIncomplete when there is no such letter in that language
    or when something that it needs is missing.
    """
    try:
        words, page = _templates(name, context["language"])
        filled = words.new_context(context)
        subject, heading = heading_of(subject or _block("subject", words, filled))
        blocks = blocks_of("".join(words.root_render_func(filled)))
        html = page.render(context, subject=subject, heading=heading, blocks=blocks)
    except (UndefinedError, LookupError) as missing:
        message = f"{name}: {missing}"
        raise LetterIncomplete(message) from missing
    return Letter(subject, tuple(blocks), html)


def _block(name: str, template: Template, filled: Context) -> str:
    return "".join(template.blocks[name](filled))


def passage(name: str, context: dict[str, Any]) -> tuple[Marked, Marked]:
    """
    What the letter *name* says, to be set into a letter with others: its subject, and its words without what is around.

    Raises LetterIncomplete as `write` does.
    """
    try:
        words, _ = _templates(name, context["language"])
        filled = words.new_context(context)
        _, heading = heading_of(_block("subject", words, filled))
        said = _block("letter", words, filled)
    except (UndefinedError, LookupError) as missing:
        message = f"{name}: {missing}"
        raise LetterIncomplete(message) from missing
    return heading, Marked(said)


@lru_cache(maxsize=4096)
def heading_of(text: str) -> tuple[str, Marked]:
    """The subject *text* of a letter as one short line, and the same with what others wrote still marked as theirs."""
    line = " ".join(text.split())
    whole = strip_marks(line)
    subject = shorten(whole)
    fits = len(whole) <= SUBJECT_LIMIT
    return subject, Marked(line if fits else f"{cut(line, len(subject) - 1)}…")


def shorten(text: str, limit: int = SUBJECT_LIMIT) -> str:
    """*text* as one line of at most *limit* characters, cut at a word."""
    line = " ".join(one_line(text).split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
