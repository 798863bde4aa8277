"""Terminal output: results on standard output, talk on standard error, colour only where it is seen."""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from textwrap import wrap
from typing import Annotated, Any, TextIO

import typer

WIDTH = 96  # columns at most, also in a wide terminal
_CODES = {"bold": "1", "dim": "2", "good": "32", "bad": "31;1", "warn": "33"}


@dataclass
class Speech:
    """What the user asked of the way we speak."""

    quiet: bool = False
    color: bool = True
    debug: bool = False
    as_json: bool = False
    answered: bool = False
    """Whether the one JSON document of this command was printed."""


SPEECH = Speech()


def begin(words: Iterable[str] = ()) -> None:
    """Start the command line of *words* afresh, with what the environment says of colour."""
    SPEECH.quiet = SPEECH.debug = SPEECH.answered = False
    # Known before the rest is understood: what is wrong with the rest is told in the same way.
    SPEECH.as_json = "--json" in words
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # a terminal that lacks a letter is no reason to stop
    SPEECH.color = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def language() -> str:
    """The language in which refusals are explained: what WEERKLANK_LANGUAGE says, else English."""
    # Not before a command runs: what is wrong with a language is then told as all that is wrong.
    from states.language.languages import SOURCE, whole_language_of

    return whole_language_of(os.environ.get("WEERKLANK_LANGUAGE", SOURCE))


def _hush(value: bool) -> bool:
    SPEECH.quiet = SPEECH.quiet or value
    return value


def _pale(value: bool) -> bool:
    SPEECH.color = SPEECH.color and not value
    return value


def _explain(value: bool) -> bool:
    SPEECH.debug = SPEECH.debug or value
    return value


Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", callback=_hush, expose_value=False, help="Only the result.")
]
NoColor = Annotated[
    bool,
    typer.Option(
        "--no-color",
        callback=_pale,
        expose_value=False,
        help="No colours; NO_COLOR=1 does the same.",
    ),
]
Debug = Annotated[
    bool,
    typer.Option(
        "--debug",
        callback=_explain,
        expose_value=False,
        help="Show where an unexpected error came from.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")]


def with_common_options(
    quiet: Quiet = False, no_color: NoColor = False, debug: Debug = False
) -> None:
    """Carries the options that every command takes; it is read for its signature only."""


def out(text: str = "") -> None:
    """Print one line of the result."""
    print(text)  # noqa: T201 - this is the one place that prints


def say_json(data: object) -> None:
    """Print *data* as the one JSON document of this command."""
    SPEECH.answered = True
    out(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> str:  # noqa: ANN401 - whatever JSON does not know
    if hasattr(value, "isoformat"):
        return stamp(value)
    return str(value)


def stamp(moment: Any) -> str:  # noqa: ANN401 - a datetime or a date
    """A moment as JSON has it: `2022-09-08T22:00:00Z`."""
    shown: str = moment.isoformat()
    return shown.replace("+00:00", "Z")


def note(text: str) -> None:
    """Say something to the user that is no result; --quiet leaves it out."""
    if not SPEECH.quiet:
        print(text, file=sys.stderr)  # noqa: T201 - as above


def suggest(command: str) -> None:
    """Name the command that most likely comes next."""
    note(f"Next: {command}")


def complain(line: str) -> None:
    """Say what is wrong, on standard error; control characters that came from outside are taken out."""
    print(clean(line), file=sys.stderr)  # noqa: T201 - as above


def number_with_noun(number: int, one: str, many: str) -> str:
    """A number with its noun: `1 day`, `3 days`."""
    return f"{number} {one if number == 1 else many}"


def clean(text: str) -> str:
    """*text* without characters that could steer a terminal."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" else c
        for c in text
    )


def tint(text: str, look: str, stream: TextIO | None = None) -> str:
    """*text* in the colour of *look* (good, bad, warn, bold, dim) when *stream* shows colours."""
    if not SPEECH.color or not (stream or sys.stdout).isatty():
        return text
    return f"\x1b[{_CODES[look]}m{text}\x1b[0m"


def width() -> int:
    """How many columns a line may take."""
    try:
        return min(os.get_terminal_size(sys.stdout.fileno()).columns, WIDTH)
    except (OSError, ValueError):
        return (
            min(int(os.environ.get("COLUMNS") or WIDTH), WIDTH)
            if (os.environ.get("COLUMNS") or "1").isdigit()
            else WIDTH
        )


def paragraph(text: str, indent: str = "", first: str | None = None) -> None:
    """Print *text* wrapped to the terminal, each line with *indent*, the first with *first*."""
    lines = wrap(
        clean(text),
        width(),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
    )
    for line in lines or [first or indent]:
        out(line)


def columns(rows: Iterable[tuple[str, ...]], indent: str = "  ") -> None:
    """Print *rows* with their cells one under the other; the last cell may run on."""
    table = list(rows)
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    for row in table:
        cells = [cell.ljust(size) for cell, size in zip(row, widths, strict=True)]
        out((indent + "  ".join(cells)).rstrip())


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that long work is under way, on a terminal only."""
    if SPEECH.quiet or not SPEECH.color or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
