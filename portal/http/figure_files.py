"""
Metric files (mmap): room for what one of several processes counts, taken before it counts anything.

The library writes to its files as if they were memory. Where the disk turns out to be full then, the system ends the
process (SIGBUS): one after the other, until nobody serves the pages. And a file that was made and is still empty, or
stays so because its process was killed, can be read by none of the others.
"""

import os
from pathlib import Path

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder of all processes."""
ROOM = 1 << 19
"""Bytes: more than the figures of all rows of the route table take."""
_KINDS = ("counter", "histogram")


def take_room() -> None:
    """Take it, before the library is imported; without room or a folder this process counts for itself alone."""
    folder = os.environ.get(SHARED)
    try:
        for kind in _KINDS if folder else ():
            _make(Path(str(folder), f"{kind}_{os.getpid()}.db"))
    except OSError:
        del os.environ[SHARED]


def _make(file: Path) -> None:
    """Make *file* of zeros that lie on the disk; under its own name it is whole from the beginning."""
    made = file.with_suffix(".new")
    made.write_bytes(bytes(ROOM))
    made.rename(file)
