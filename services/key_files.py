"""Key files: a secret that lies in a file of its own, for its owner alone (0600), there whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


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
            os.link(draft, file)
            return True
        return False
    finally:
        draft.unlink()
