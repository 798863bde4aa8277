"""A machine for the units of `deploy/`: what systemd would start, in a folder of its own, and how it would end it."""

import configparser
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil

from tests.flows.prefect_watch import ROOT
from tests.patience import wait_for

DEPLOY = ROOT / "deploy"
_GROUP = "OPERATIONS_TEST_GROUP"


def sections(name: str) -> configparser.RawConfigParser:
    """The unit *name*, of whose repeated lines the last one is kept."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd heeds capitals
    parser.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return parser


def lines(name: str, key: str) -> list[str]:
    """Every value of *key* in the unit *name*."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)


def read_environment(text: str) -> dict[str, str]:
    """A file of variables as systemd reads it: comments apart, quotes around values taken away."""
    pairs = (line.partition("=") for line in text.splitlines() if line and line[0] != "#")
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


@dataclass(frozen=True)
class Machine:
    """A target machine below *root*; *changes* is what an operator would edit in its variables."""

    root: Path
    changes: Mapping[str, str]

    def here(self, text: str) -> str:
        """*text* with the places of the target machine moved below the root."""
        text = text.replace("/opt/weerklank/venv/bin", str(Path(sys.executable).parent))
        text = text.replace("/opt/weerklank/app", str(ROOT))
        return text.replace("/var/lib/weerklank", str(self.root))

    def environment(self, name: str) -> dict[str, str]:
        """What systemd gives the unit *name*: nothing of whoever calls but where programs are."""
        given = {"PATH": os.environ["PATH"], "HOME": str(self.root), "LANG": "C.UTF-8"}
        for file in lines(name, "EnvironmentFile"):
            text = (DEPLOY / Path(file).name).read_text(encoding="utf-8")
            given |= read_environment(self.here(text))
        known = {key: value for key, value in self.changes.items() if key in given}
        ours = {key: value for key, value in self.changes.items() if key.startswith("WEERKLANK_")}
        return {**given, **known, **ours, "PYTHONPATH": str(ROOT)}

    def command(self, name: str, instance: str = "") -> list[str]:
        """What its ExecStart starts."""
        given = self.environment(name)
        start = self.here(sections(name)["Service"]["ExecStart"])
        start = start.replace("%H", "machine").replace("%i", instance)
        return [re.sub(r"\$\{(\w+)\}", lambda m: given[m[1]], word) for word in shlex.split(start)]

    @contextmanager
    def running(self, name: str, instance: str = "") -> Iterator["Started"]:
        """The unit *name* as long as the block lasts; then it is stopped as systemd would, and nothing is left."""
        started = self._start(name, instance)
        try:
            yield started
            started.stop()
        finally:
            for one in started.group():
                one.kill()
            wait_for(lambda: started.process.poll() is not None)

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a unit of Type=oneshot to its end."""
        return subprocess.run(
            self.command(name),
            env=self.environment(name),
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )

    def _start(self, name: str, instance: str) -> "Started":
        mark = uuid4().hex
        log = self.root / f"{name}-{instance}.log"
        with log.open("wb") as words:
            process = subprocess.Popen(
                self.command(name, instance),
                env={**self.environment(name), _GROUP: mark},
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )
        patience = float(sections(name)["Service"].get("TimeoutStopSec", "90"))
        return Started(process, mark, log, patience)


@dataclass(frozen=True)
class Started:
    """A unit that runs."""

    process: subprocess.Popen[bytes]
    mark: str
    log: Path
    patience: float

    def words(self) -> str:
        """What it wrote so far; fails when it ended by itself."""
        said = self.log.read_text(encoding="utf-8", errors="replace")
        assert self.process.poll() is None, said
        return said

    def group(self) -> Sequence[psutil.Process]:
        """Every process of its control group: those that inherited its mark."""
        return [one for one in psutil.process_iter() if _mark(one) == self.mark]

    def stop(self) -> None:
        """SIGTERM to the main process alone (KillMode=mixed); it ends in time, well, and with all that it started."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(self.patience)
        said = self.log.read_text(encoding="utf-8", errors="replace")
        assert status in {0, -signal.SIGTERM, 128 + signal.SIGTERM}, said
        assert not self.group(), said


def _mark(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process.environ().get(_GROUP)
    except psutil.Error:
        return None
