"""`weerklank demo`: the case study of 2022, lived into a folder, with its mail, its records and its story."""

import os
import re
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from errno import ENOTDIR, ENOTEMPTY
from functools import cache
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console
from cli.rehearsal.language_option import Lang
from states.language.catalogue import Sentence, book
from states.model.vocabulary import DutyKind

if TYPE_CHECKING:
    from datetime import datetime

    from cli.rehearsal.simulator import Life
    from config.settings import Settings

CASE = "kledingmerk-2022.yaml"
_REASON = 300  # characters of why Prefect did not run
_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")
MARKER = ".weerklank-demo"
_OURS = (
    CASE,
    "mail",
    "maildir",
    "prefect",
    "story.txt",
    "weerklank.db",
    "weerklank.db-wal",
    "weerklank.db-shm",
    MARKER,
)
"""Everything that the demo makes in its folder; nothing else in it is ever touched."""

Folder = Annotated[
    Path,
    typer.Option(metavar="DIR", help="Where everything ends up. Its own files there are replaced."),
]
NoPrefect = Annotated[
    bool, typer.Option("--no-prefect", help="Leave out the run against a real Prefect server.")
]


class FolderTaken(OSError):
    """The folder holds something that the demo did not make."""


@dataclass(frozen=True)
class DemoFolder:
    """The folder of a demo and what lies where in it."""

    folder: Path

    @property
    def database(self) -> Path:
        """The records."""
        return self.folder / "weerklank.db"

    @property
    def mail(self) -> Path:
        """The mail of the year, a folder per recipient."""
        return self.folder / "mail"

    @property
    def story(self) -> Path:
        """The story as text."""
        return self.folder / "story.txt"

    @property
    def case(self) -> Path:
        """The scenario."""
        return self.folder / CASE

    @property
    def url(self) -> str:
        """The address of the records."""
        return f"sqlite:///{self.database.absolute()}"

    def clear(self) -> None:
        """
        Make the folder, or take out what an earlier demo left there.

        Raises FolderTaken when there is something else.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise FolderTaken(
                ENOTDIR, "is no folder; choose another with --folder", str(self.folder)
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        if any(self.folder.iterdir()) and not (self.folder / MARKER).is_file():
            what = "holds something that this demo did not make; choose another with --folder"
            raise FolderTaken(ENOTEMPTY, what, str(self.folder))
        for name in _OURS:
            _remove(self.folder / name)
        (self.folder / MARKER).write_text(
            "Made by 'weerklank demo', which replaces its own files here.\n", encoding="utf-8"
        )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@cache
def _phrases() -> dict[str, Sentence]:
    return book("words", "cli", "data/demo.toml", "demo.")


def _say(key: str, lang: str, **details: object) -> str:
    return _phrases()[key][lang].format(**details)


def command(
    folder: Folder = Path("demo"),
    *,
    no_prefect: NoPrefect = False,
    as_json: console.AsJson = False,
    lang: Lang = None,
) -> None:
    """Live the case study of 2022 and show what to look at. No question is asked, nothing leaves this machine."""
    place, words = DemoFolder(folder), lang or console.language()
    if not as_json:
        console.out(_say("hello", words))
        sys.stdout.flush()
    place.clear()
    with ExitStack() as stack:
        flows = None if no_prefect else Flows(place, stack)
        report = _live(place, words, quiet=as_json)
        now = report.pop("now")
        if flows:
            report["prefect"] = _run_flows(flows, now, words, quiet=as_json)
    if as_json:
        console.say_json(report)
    else:
        _point(place, words)
    if "error" in report.get("prefect", {}):
        raise typer.Exit(1)


class Flows:
    """The real flows and a Prefect server, which comes up while the year is lived; it ends with *stack*."""

    def __init__(self, place: DemoFolder, stack: ExitStack) -> None:
        self.place = place
        self.problem: Exception | None = None
        try:
            from flows.once.temporary_server import brief_server

            self.server = stack.enter_context(brief_server(place.folder))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong there, the year can be lived
            self.problem = error

    def run(self, now: "datetime") -> dict[str, Any]:
        """Run every flow once for the moment *now*. Raises whatever Prefect raises."""
        if self.problem:
            raise self.problem
        from flows.once.temporary_server import run_flows_once

        return run_flows_once(
            self._settings(), now=now, folder=self.place.folder, server=self.server
        )

    def _settings(self) -> "Settings":
        from config.settings import load_settings

        return load_settings(
            database_url=self.place.url,
            channel="maildir",
            maildir=(self.place.folder / "maildir").absolute(),
            base_url=None,
            chat_urls=(),
        )


def _live(place: DemoFolder, lang: str, *, quiet: bool) -> dict[str, Any]:
    from cli.rehearsal.mailbox import write_mailbox
    from cli.rehearsal.scenario import read_scenario
    from cli.rehearsal.simulator import new_life
    from cli.rehearsal.story import story_of, tell

    began = perf_counter()
    place.case.write_text(
        files("cli").joinpath(f"data/{CASE}").read_text(encoding="utf-8"), encoding="utf-8"
    )
    scenario = read_scenario(place.case)
    with new_life(scenario, database=place.url, language=lang) as life:
        life.live()
        shown = life.view()
        index = write_mailbox(place.mail, life.mail.posts, lang)
        report = _report(place, life, shown, index)
    lines = story_of(shown, scenario, lang)
    place.story.write_text("\n".join(str(line) for line in lines) + "\n", encoding="utf-8")
    if not quiet:
        tell(shown, scenario, lang)
    return {**report, "seconds": round(perf_counter() - began, 1)}


def _report(place: DemoFolder, life: "Life", shown: dict[str, Any], index: Path) -> dict[str, Any]:
    debts = [row for row in shown["duties"] if row["kind"] == DutyKind.ANSWER_PARTICIPANT]
    return {
        "folder": str(place.folder),
        "database": str(place.database),
        "mail": str(index),
        "story": str(place.story),
        "dialogues": [{"id": row["id"], "phase": row["phase"]} for row in shown["dialogues"]],
        "answers": {
            row["for"]: {"status": row["status"], "late_days": row["late_days"]} for row in debts
        },
        "messages": len(life.sent),
        "refused": len(shown["refused"]),
        "now": life.next_moment() or life.now,
    }


def _run_flows(flows: Flows, now: "datetime", lang: str, *, quiet: bool) -> dict[str, Any]:
    """Run the real flows once, at the moment at which something is due next; what fails is told, not raised."""
    if not quiet:
        console.out()
        console.out(f"  {console.tint(_say('prefect', lang), 'bold')}")
        sys.stdout.flush()
    try:
        ran = flows.run(now)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong there, the year was lived
        said = " ".join(str(error).split())[:_REASON] or type(error).__name__
        why = _SENTENCE.split(said, maxsplit=1)[0]
        if not quiet:
            console.complain(_say("prefect-failed", lang, why=why, folder=flows.place.folder))
        return {"error": why}
    if not quiet:
        _tell_runs(ran, lang)
    return ran


def _tell_runs(ran: dict[str, Any], lang: str) -> None:
    for run in ran["runs"]:
        good = run["state"] == "COMPLETED" or run["state"] == "Completed"
        console.out(
            f"    {console.tint(run['state'].lower(), 'good' if good else 'bad')}  {run['name']}"
        )
    console.paragraph(
        _say(
            "prefect-done", lang, artifacts=len(ran["artifacts"]), seconds=ran["seconds"]["flows"]
        ),
        "    ",
    )


def _point(place: DemoFolder, lang: str) -> None:
    console.out()
    console.out(f"  {console.tint(_say('look', lang), 'bold')}")
    rows = [(place.mail / "index.html", "look-mail"), (place.story, "look-story")]
    rows += (
        [(place.folder / "maildir", "look-flows")] if (place.folder / "maildir").exists() else []
    )
    rows += [(place.database, "look-records"), (place.case, "look-scenario")]
    for path, key in rows:
        console.out(f"    {path}")
        console.paragraph(_say(key, lang), "      ")
    console.out()
    console.out(f"  {console.tint(_say('next', lang), 'bold')}")
    records, itself = f"WEERKLANK_DATABASE_URL={place.url}", _itself()
    console.out(f"    {records} {itself} status kledingmerk-2022")
    console.out(f"    {records} {itself} journal verify")
    console.out(f"    {itself} rehearse {place.case} --until 2022-09-16")
    console.out(f"    {itself} up --demo")
    console.paragraph(_say("next-pages", lang), "      ")


def _itself() -> str:
    """The command as one can type it here: by its name when the shell finds it, else by its path."""
    if shutil.which("weerklank") or not sys.argv[0].endswith("weerklank"):
        return "weerklank"
    return os.path.relpath(sys.argv[0])
