"""New key files: written for their owners, and taken away again when nothing was stored for the keys in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from cli import console
from cli.step_options.key_option import read_key_text
from records.custody import is_in_use
from records.engine.errors import RecordsError
from records.seals.ciphertext import Pair, public_half, secrets_in
from services.house import House
from services.key_files import make_key_file


@contextmanager
def of_no_use(out: Path, recovery_out: Path, house: House, pair: Pair) -> Iterator[None]:
    """
    Take the files away again when nothing was stored for their keys: else they pass for keys that open something.

    Where it is not known whether something was, they stay, and it is said where they are.
    """
    try:
        yield
    except BaseException:
        made = [file for file in (out, recovery_out) if _holds_one_of(file, pair)]
        if _is_taken(house, pair) is not False:
            _tell_left(made, "Seals may be stored for it by now, so these files stay")
            raise
        _tell_left([file for file in made if not _delete(file)], "Nothing is stored for it; delete")
        raise


def _holds_one_of(file: Path, pair: Pair) -> bool:
    """Whether *file* is one that was made here, and not one that was in the way."""
    try:
        return any(public_half(secret) in pair for secret in secrets_in(read_key_text(file)))
    except typer.BadParameter:
        return False


def _is_taken(house: House, pair: Pair) -> bool | None:
    """Whether *pair* is in use; None: it cannot be known."""
    try:
        return is_in_use(house.engine, pair)
    except RecordsError:
        return None


def _delete(file: Path) -> bool:
    try:
        file.unlink()
    except OSError:
        return False
    return True


def _tell_left(files: list[Path], why: str) -> None:
    if files:
        console.note(f"{why}: {', '.join(map(str, files))}")


def require_new(file: Path, option: str) -> None:
    """Raise typer.BadParameter, about *option*, where *file* is there already."""
    if file.exists():
        raise _is_there(file, option)


def _is_there(file: Path, option: str) -> typer.BadParameter:
    message = f"{file} is there already; nothing is written over a key"
    return typer.BadParameter(message, param_hint=option)


def write_new(file: Path, text: str, option: str) -> None:
    """Let *file* hold *text* for its owner alone. Raises typer.BadParameter, about *option*, when it cannot."""
    try:
        if not make_key_file(file, text.encode()):
            raise _is_there(file, option)
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}"
        raise typer.BadParameter(message, param_hint=option) from None
