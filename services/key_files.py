"""Key files: a secret that lies in a file of its own, for its owner alone (0600), there whole or not at all."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What systems of files without links answer when one is asked for."""


def make_key_file(file: Path, secret: bytes) -> bool:
    """
    Let *file* hold *secret*, unless it is there already: somebody else was first then, and theirs counts.

    Returns whether it holds *secret* because of this; a secret that is kept nowhere else is lost otherwise.

    Another process may read it at the same moment. Raises OSError when it cannot be made.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{token_hex(8)}")
    place = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(place, "wb") as made:
            made.write(secret)
            made.flush()
            os.fsync(made.fileno())
        with suppress(FileExistsError):
            _name_as(draft, file, secret)
            return True
        return False
    finally:
        draft.unlink()


def _name_as(draft: Path, file: Path, secret: bytes) -> None:
    """Let *file*, which must be new, be the *draft* that holds *secret*; a memory stick knows no second names."""
    try:
        os.link(draft, file)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(secret)
            made.flush()
            os.fsync(made.fileno())
