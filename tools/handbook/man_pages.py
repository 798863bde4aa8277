"""
Manual pages (roff, man(7)): one for the command and one for each of its subcommands, from their own help.

Run it as `python -m tools.handbook.man_pages FOLDER`, or `make man`; `man -l FOLDER/man1/weerklank-act.1` shows one.
"""

import argparse
import inspect
import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from cli.app import load
from cli.main import COMMANDS, app

_NAME = "weerklank"
_STATUS = (
    ("0", "Done."),
    ("1", "Refused by a rule, or something is unhealthy."),
    ("2", "Used wrongly: an option, an id or a file is not as it must be."),
)
_COMMAND_LINE = re.compile(r"(WEERKLANK_\S+ )?weerklank ")
_CODE = re.compile(r"`([^`]*)`")


class Manual(NamedTuple):
    """A command as its page tells it: its *words* after the name of the program, and the library's *command*."""

    words: tuple[str, ...]
    command: Any

    @property
    def name(self) -> str:
        """How its page is called: `weerklank-programme-apply`."""
        return "-".join((_NAME, *self.words))

    @property
    def inner(self) -> list["Manual"]:
        """The commands of a group."""
        inner = getattr(self.command, "commands", {})
        return [Manual((*self.words, name), one) for name, one in inner.items()]


def manuals() -> list[Manual]:
    """The program and all its commands, each before those within it."""
    found = [Manual((name,), load(name, lazy)) for name, lazy in COMMANDS.items()]
    return [one for top in found for one in (top, *top.inner)]


def write_pages(folder: Path) -> list[Path]:
    """Write every page to `man1` in *folder*; the files."""
    section = folder / "man1"
    section.mkdir(parents=True, exist_ok=True)
    texts = {_NAME: overview()} | {manual.name: page(manual) for manual in manuals()}
    for name, text in texts.items():
        (section / f"{name}.1").write_text(text, encoding="utf-8")
    return [section / f"{name}.1" for name in texts]


def overview() -> str:
    """The page of the program itself, which lists its commands."""
    lines = [*_head(_NAME, str(app.info.help or _summary_of_program()))]
    lines += [".SH SYNOPSIS", f".B {_NAME}", r".I command", r"[\fIoption\fR ...]"]
    lines += [".SH DESCRIPTION", *_text(_summary_of_program()), ".SH COMMANDS"]
    for name, lazy in COMMANDS.items():
        lines += [".TP", rf"\fB{_plain(name)}\fR", _escape(lazy.summary)]
    lines += [*_status(), ".SH ENVIRONMENT", *_text(_ENVIRONMENT), *_see_also(_names_of(COMMANDS))]
    return _join_lines(lines)


_ENVIRONMENT = (
    "Every setting is a variable that begins with WEERKLANK_; weerklank config shows each with its value and where "
    "that comes from. WEERKLANK_DATABASE_URL names the records, WEERKLANK_CHANNEL how mail leaves."
)


def _summary_of_program() -> str:
    callback = app.registered_callback
    assert callback is not None  # noqa: S101 - a promise to the type checker
    return inspect.cleandoc(inspect.getdoc(callback.callback) or "")


def _names_of(commands: Iterable[str]) -> list[str]:
    return [f"{_NAME}-{name}" for name in commands]


def page(manual: Manual) -> str:
    """The page of one command: what it does, what is typed, and examples."""
    told, examples = _parts(manual.command.help or "")
    lines = [*_head(manual.name, told.partition("\n\n")[0]), ".SH SYNOPSIS", *_synopsis(manual)]
    lines += [".SH DESCRIPTION", *_text(told)]
    lines += [*_commands(manual), *_options(manual)]
    if examples:
        lines += [".SH EXAMPLES", ".nf", *(_escape(line) for line in examples), ".fi"]
    up = [_NAME] if len(manual.words) == 1 else [_NAME, "-".join((_NAME, *manual.words[:-1]))]
    return _join_lines([*lines, *_status(), *_see_also([*up, *(one.name for one in manual.inner)])])


def _parts(text: str) -> tuple[str, list[str]]:
    """What *text* tells, and the command lines in it."""
    told, examples = [], []
    for paragraph in inspect.cleandoc(text).replace("\b\n", "").split("\n\n"):
        if _COMMAND_LINE.match(paragraph):
            examples += paragraph.splitlines()
        else:
            told.append(" ".join(paragraph.split()))
    return "\n\n".join(told), examples


def _head(name: str, what: str) -> list[str]:
    version = metadata.version("weerklank")
    title = f'.TH "{_plain(name.upper())}" "1" "" "Weerklank {version}" "Weerklank"'
    return [title, ".SH NAME", rf"{_plain(name)} \- {_escape(what.strip().rstrip('.'))}"]


def _synopsis(manual: Manual) -> list[str]:
    words = rf".B {_plain(' '.join((_NAME, *manual.words)))}"
    if manual.inner:
        return [words, r".I command", r"[\fIoption\fR ...]"]
    places = [rf"\fI{_escape(_metavar(one))}\fR" for one in _params(manual, "argument")]
    return [words, r"[\fIoption\fR ...]", *places]


def _params(manual: Manual, kind: str) -> list[Any]:
    return [one for one in manual.command.params if one.param_type_name == kind]


def _metavar(param: Any) -> str:  # noqa: ANN401 - the types of Typer's own parameters are private
    return str(param.metavar or param.name.upper())


def _commands(manual: Manual) -> Iterator[str]:
    if manual.inner:
        yield ".SH COMMANDS"
    for one in manual.inner:
        told, _ = _parts(one.command.help or "")
        yield from (".TP", rf"\fB{_plain(one.words[-1])}\fR", _escape(told.partition("\n\n")[0]))


def _options(manual: Manual) -> Iterator[str]:
    if not manual.inner:
        yield ".SH OPTIONS"
        for one in [*_params(manual, "argument"), *_params(manual, "option")]:
            yield from (".TP", _signature(one), _escape(_about(one)))
        yield from (".TP", r"\fB\-h\fR, \fB\-\-help\fR", "Show what can be typed, and end.")


def _signature(param: Any) -> str:  # noqa: ANN401 - as above
    if param.param_type_name == "argument":
        return rf"\fI{_escape(_metavar(param))}\fR"
    names = ", ".join(rf"\fB{_plain(name)}\fR" for name in (*param.opts, *param.secondary_opts))
    return names if param.is_flag else rf"{names} \fI{_escape(_metavar(param))}\fR"


def _about(param: Any) -> str:  # noqa: ANN401 - as above
    must = " Required." if param.required else ""
    return f"{param.help or ''}{must}".strip() or "See the description."


def _status() -> Iterator[str]:
    yield ".SH EXIT STATUS"
    for status, what in _STATUS:
        yield from (".TP", rf"\fB{status}\fR", _escape(what))


def _see_also(names: Iterable[str]) -> list[str]:
    return [
        ".SH SEE ALSO",
        ",\n".join(rf".BR {_plain(name)} (1)" for name in names).replace("(1),\n", "(1),\n"),
    ]


def _text(told: str) -> Iterator[str]:
    for number, paragraph in enumerate(told.split("\n\n")):
        if number:
            yield ".PP"
        yield _escape(" ".join(paragraph.split()))


def _plain(text: str) -> str:
    """*text* with its hyphens as they are typed."""
    return text.replace("\\", r"\e").replace("-", r"\-")


def _escape(text: str) -> str:
    """*text* so that roff prints it as it stands."""
    shown = "".join(
        c if c.isascii() else f"\\[u{ord(c):04X}]" for c in _plain(_CODE.sub(r"\1", text))
    )
    return rf"\&{shown}" if shown.startswith((".", "'")) else shown


def _join_lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the pages to a folder."""
    parser = argparse.ArgumentParser(description="Write the manual pages.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("build/man"))
    files = write_pages(parser.parse_args().folder)
    print(f"written: {len(files)} pages in {files[0].parent}")


if __name__ == "__main__":
    main()
