"""Key option (`--key-file`): the moderator's own key, read for one command and kept nowhere."""

from pathlib import Path
from typing import Annotated

import typer

from records.seals.ciphertext import secret_in
from records.seals.keys import Unseal, as_stored, unseal_with

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="The moderator's own key, which opens who spoke under seal.",
    ),
]
_MOST = 64 * 1024
"""Bytes of a key file that are read; a key takes less than a hundred."""


def read_key_text(file: Path) -> str:
    """The text of a key *file*. Raises typer.BadParameter for one that cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST).decode(errors="replace")
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise typer.BadParameter(message, param_hint="--key-file") from None


def unseal_by(file: Path | None) -> Unseal:
    """What opens seals with the key in *file*; without one they stay as they are. Raises BadInput, BadParameter."""
    return as_stored if file is None else unseal_with(secret_in(read_key_text(file)))
