"""Checksums (SHA-256) of copies: written beside each in the format of `sha256sum`, and held against it before use."""

import hashlib
import os
import re
from pathlib import Path

from services.backup.errors import CopyUnfit

END = ".sha256"
_SUM = re.compile(r"\\?([0-9a-fA-F]{64})\b")
"""The first word of a line of `sha256sum`; it begins with a backslash where the name holds one."""


def beside(copy: Path) -> Path:
    """The file in which the checksum of *copy* stands."""
    return copy.with_name(copy.name + END)


def write_checksum(copy: Path, content: Path) -> None:
    """Write what *content* is, which will be *copy*, beside that, as `sha256sum` would. Raises OSError."""
    found = _checksum(content)
    written = beside(copy)
    written.touch(mode=0o600)
    with written.open("w", encoding="utf-8") as file:
        file.write(f"{found}  {copy.name}\n")
        file.flush()
        os.fsync(file.fileno())


def _checksum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def is_as_made(copy: Path) -> bool:
    """
    Whether *copy* is what its checksum says; False: there is none beside it.

    Raises CopyUnfit when it is another, or when what lies there is no checksum; OSError when one cannot be read.
    """
    written = beside(copy)
    if not written.is_file():
        return False
    said = _SUM.match(written.read_bytes()[:200].decode("ascii", errors="replace"))
    if said is None:
        raise CopyUnfit(f"{written} holds no checksum of sha256sum.")
    if said[1].lower() != _checksum(copy):
        raise CopyUnfit(
            f"{copy} is not what was copied: its checksum differs from {written.name}. Take an earlier copy."
        )
    return True
