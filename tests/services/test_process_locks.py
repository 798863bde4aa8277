"""Locks that several processes share: one holds a number at a time, and whoever dies holds none."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator

import pytest

from services.process_locks import CLOCK, READERS, ProcessLocks
from tests.patience import PATIENCE
from tests.test_house import ROOT

OTHER = """
import sys
from services.process_locks import ProcessLocks
locks = ProcessLocks()
locks.share(int(sys.argv[1]))
with locks.hold(int(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def file() -> Iterator[int]:
    with tempfile.TemporaryFile() as made:
        yield made.fileno()


def another(file: int, number: int) -> "subprocess.Popen[str]":
    """Another process that holds *number* by now."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(file), str(number)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, pass_fds=[file], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("ends", ["lets go", "is killed"])
def test_a_number_is_held_against_other_processes_until_they_let_go_or_die(
    file: int, ends: str
) -> None:
    locks, held = ProcessLocks(), threading.Event()
    locks.share(file)
    with another(file, 3) as process:
        waiting = threading.Thread(target=lambda: _hold(locks, 3, held))
        assert not locks._try(3)
        waiting.start()
        with locks.hold(4):
            assert not held.is_set()
        if ends == "is killed":
            process.kill()
        else:
            process.communicate("\n", timeout=PATIENCE)
        waiting.join(PATIENCE)
        assert held.is_set()


def _hold(locks: ProcessLocks, number: int, held: threading.Event) -> None:
    with locks.hold(number):
        held.set()


def test_of_several_numbers_any_that_is_free_is_held(file: int) -> None:
    locks = ProcessLocks()
    locks.share(file)
    with another(file, READERS[0]) as process:
        assert not locks._try(READERS[0])
        with locks.hold_any(READERS):
            assert locks._threads[READERS[1]].locked()
            assert not locks._try(READERS[1])
            assert not locks._try(READERS[0])
        process.communicate("\n", timeout=PATIENCE)
    with locks.hold_any(READERS), locks.hold_any(READERS):
        assert not any(locks._try(number) for number in READERS)


def test_a_process_alone_needs_no_file() -> None:
    locks = ProcessLocks()
    with locks.hold(CLOCK), locks.hold(0):
        assert not locks._try(CLOCK)
    assert locks._try(CLOCK)
