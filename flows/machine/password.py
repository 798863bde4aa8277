"""
Server password: that of this machine's Prefect server, random, made once, in a file that nobody else may read.

Whoever reaches the server can start and stop runs, and any page in the operator's browser could try.
"""

import os
import secrets
from pathlib import Path

from config.file_permissions import LOGIN_FILE

USER = "weerklank"
SERVER, CLIENT = "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"
_BYTES = 24


def login_file(home: Path) -> Path:
    """Where the password of the server in *home* stands."""
    return home / LOGIN_FILE


def login(home: Path) -> str:
    """The password of the server in *home*, `user:secret` as Prefect wants it; made when there is none yet."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = login_file(home)
    if not file.exists() or not file.read_text(encoding="ascii").strip():
        _write(file, f"{USER}:{secrets.token_urlsafe(_BYTES)}")
    file.chmod(0o600)
    return file.read_text(encoding="ascii").strip()


def _write(file: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    draft = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text + "\n")
    draft.replace(file)
