"""`weerklank up` as a process of its own."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.flows.prefect_watch import ROOT
from tests.patience import PATIENCE, alive, wait_for


class Up:
    """A running `weerklank up` and what it said so far."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def says(self, words: str) -> bool:
        assert self.process.poll() is None or any(words in line for line in self.lines), self.lines
        return any(words in line for line in self.lines)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status


@contextmanager
def running(environment: dict[str, str]) -> Iterator[tuple[Up, list[psutil.Process]]]:
    up = Up(environment)
    family: list[psutil.Process] = []
    try:
        wait_for(lambda: up.says("Everything runs"))
        family = up.family()
        yield up, family
    finally:
        if up.process.poll() is None:
            up.process.terminate()
            up.process.wait(PATIENCE)
        for one in alive(family):
            one.kill()
        assert up.process.stdout is not None
        up._reader.join(PATIENCE)
        up.process.stdout.close()
