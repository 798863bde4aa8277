"""`weerklank backup`: a copy of the records, taken while everything runs."""

from pathlib import Path
from typing import Annotated

import typer

from cli import console
from cli.console import AsJson
from config.clock import utc_now
from config.settings import load_settings

Folder = Annotated[
    Path,
    typer.Argument(metavar="FOLDER", help="Where copies are kept, like /var/lib/weerklank/backup."),
]
Keep = Annotated[
    int | None,
    typer.Option("--keep", min=1, help="Keep so many copies there, like 14. Default: all of them."),
]


def backup(folder: Folder, keep: Keep = None, as_json: AsJson = False) -> None:
    """Copy the records into FOLDER while everything runs, and check the copy.

    SQLite: a file whose journal is verified. PostgreSQL: an archive of pg_dump. The copy holds everything: take it off
    this machine, encrypted. The key of one-time codes (WEERKLANK_KEY_FILE) is not in it.

    weerklank backup /var/lib/weerklank/backup --keep 14
    """
    from services.backup.copies import forget_old, make_copy

    url = load_settings().database_url
    with console.working("Copying …"):
        made = make_copy(url, folder, utc_now())
    forgotten = forget_old(folder, keep) if keep else []
    size = made.stat().st_size
    if as_json:
        removed = [str(one) for one in forgotten]
        console.say_json({"copy": str(made), "bytes": size, "removed": removed})
        return
    console.out(f"{made} ({size:,} bytes)")
    for one in forgotten:
        console.note(f"taken away: {one}")
