"""
Sandboxed child process: reads one file from standard input and writes what it found as JSON.

It imports nothing of the house but its neighbours, so that it starts at once and has nothing to lose.
"""

import contextlib
import json
import signal
import sys
from typing import Any

from portal.uploads import kinds
from portal.uploads.limits import MEMORY, SECONDS, Unreadable


def main() -> None:
    """Read, answer, end."""
    with contextlib.suppress(OSError, ValueError):
        _limit()
    sys.stdout.write(json.dumps(_answer(sys.stdin.buffer.read())))


def _answer(data: bytes) -> dict[str, Any]:
    try:
        return {"sheets": kinds.sheets_of(data)}
    except Unreadable as error:
        return {"error": error.code, "place": error.place}
    except MemoryError:
        return {"error": "too-heavy", "place": ""}
    except Exception as error:  # noqa: BLE001 - whatever a broken file makes the readers stumble over
        return {"error": "damaged", "place": type(error).__name__}


def _limit() -> None:
    """No more memory, no more time, no file: also once nobody waits for the answer any more."""
    if hasattr(signal, "alarm"):
        signal.alarm(SECONDS)
    import resource  # noqa: PLC0415 - there is none on Windows

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS // 2, SECONDS // 2 + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
