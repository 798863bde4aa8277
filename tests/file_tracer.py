"""
Call tracer: which files of the house a piece of work enters, and how often it goes from one into another.

A stranger who follows one mail through the code opens each of these files, and turns a page at each change.
"""

import dis
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

from tests.test_house import ROOMS, ROOT


@dataclass
class Trace:
    """
    Which files were entered while it watched, and from which into which calls went.

    It counts functions that begin: not modules that are imported, and not generators that go on. A call comes from the
    nearest function of the house above it, whatever stands between them (a library, a template); when there is none,
    from outside. Comprehensions are functions on some versions of Python and on others not, but stay in their file.
    """

    files: set[str] = field(default_factory=set)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many calls went from one file into another."""

    def __str__(self) -> str:
        return f"{len(self.files)} files entered, {self.changes.total()} changes of file"

    def notice(self, frame: FrameType, event: str, _argument: object) -> None:
        """Take note of what is called, as `sys.setprofile` tells it."""
        code = frame.f_code
        if event != "call" or not _is_ours(code) or frame.f_lasti != _beginning(code):
            return
        caller = _caller(frame)
        self.files.add(code.co_filename)
        if caller != code.co_filename:
            self.changes[caller, code.co_filename] += 1


@contextmanager
def traced() -> Iterator[Trace]:
    """Watch what is called in this thread, and in those that begin meanwhile."""
    trace, before = Trace(), sys.getprofile()
    threading.setprofile(trace.notice)
    sys.setprofile(trace.notice)
    try:
        yield trace
    finally:
        sys.setprofile(before)
        threading.setprofile(None)


@cache
def _is_ours(code: CodeType) -> bool:
    """Whether *code* is that of a function in a file of Python of this house."""
    file = Path(code.co_filename)
    if code.co_name == "<module>" or file.suffix != ".py" or ROOT not in file.parents:
        return False
    return file.relative_to(ROOT).parts[0] in ROOMS


@cache
def _beginning(code: CodeType) -> int:
    """Where a function of *code* begins; a generator that goes on does so further down."""
    return next(step.offset for step in dis.get_instructions(code) if step.opname == "RESUME")


def _caller(frame: FrameType) -> str:
    above = frame.f_back
    while above is not None and not _is_ours(above.f_code):
        above = above.f_back
    return "" if above is None else above.f_code.co_filename
