"""Parent of the reading process: what the child found, or in which way the file cannot be read."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.uploads.limits import MOST_BYTES, SECONDS, Unreadable
from services.process_locks import LOCKS, READERS

_ROOT = Path(__file__).parents[2]
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); from portal.uploads.child import main; main()"
)
_NEEDED = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_GRACE = 2  # seconds beyond those that the child gives itself
_MOST_ANSWER = 40_000_000  # bytes


@dataclass(frozen=True)
class Sheet:
    """One sheet as read: its rows under the numbers that a spreadsheet shows, each cell as text."""

    title: str
    hidden: bool
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    broken: tuple[str, str] = ("", "")
    """Why what follows could not be read, and where; nothing when all was read."""
    notes: dict[str, Any] = field(default_factory=dict)


def read_sheets(data: bytes) -> list[Sheet]:
    """The sheets in *data*, all of them text, in the order of the file. Raises Unreadable, and nothing else."""
    if not data:
        raise Unreadable("empty")
    if len(data) > MOST_BYTES:
        raise Unreadable("too-large")
    found = _answer(data)
    if "error" in found:
        raise Unreadable(str(found["error"]), str(found.get("place", "")))
    return [_sheet(one) for one in found["sheets"]]


def _answer(data: bytes) -> dict[str, Any]:
    # A new program, no copy of this one: threads and locks of the portal stay out of it.
    command = [sys.executable, "-I", "-c", _CHILD, str(_ROOT)]
    try:
        with LOCKS.hold_any(READERS):  # whatever number of people bring one
            done = subprocess.run(
                command,
                input=data,
                capture_output=True,
                timeout=SECONDS + _GRACE,
                check=False,
                env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            )
        answer = json.loads(done.stdout[:_MOST_ANSWER])
    except (subprocess.TimeoutExpired, ValueError, RecursionError):
        raise Unreadable("too-heavy") from None
    except OSError:
        raise Unreadable("not-now") from None
    return answer if isinstance(answer, dict) else {"error": "damaged"}


def _sheet(one: dict[str, Any]) -> Sheet:
    rows = tuple((int(number), tuple(cells)) for number, cells in one["rows"])
    code, place = one["broken"]
    return Sheet(one["title"], one["hidden"], rows, (code, place), one["notes"])
