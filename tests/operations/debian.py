"""A Debian of its own in a folder (debootstrap), what runs in it, and how this machine reaches packages from there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.test_house import ROOT

PROGRAMS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CERTIFICATES = "opt/certificates-of-this-machine.pem"


def require(*programs: str) -> None:
    """Skip the test, or fail it where all must be there, unless it may make a Debian here."""
    if os.geteuid() != 0:
        pytest.skip("making a Debian takes root")
    for program in ("debootstrap", "unshare", *programs):
        if shutil.which(program, path=PROGRAMS) is None:
            missing(f"{program} (apt-get install {program})")


def bootstrap(folder: Path) -> Path:
    """A fresh Debian 12 in *folder*, with its least."""
    command = ["debootstrap", "--variant=minbase", "bookworm", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    _tell_ways(folder)
    return folder


def _tell_ways(folder: Path) -> None:
    """Names, certificates and pip's places as this machine has them: an operator's own machine knows its own."""
    shutil.copy("/etc/resolv.conf", folder / "etc")
    if given := os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE"):
        shutil.copy(given, folder / CERTIFICATES)


def ways(folder: Path) -> dict[str, str]:
    """Variables by which pip in *folder* reaches what pip here reaches over the network."""
    listing = [sys.executable, "-m", "pip", "config", "list"]
    known = subprocess.run(listing, capture_output=True, text=True, check=False).stdout
    pairs = (line.partition("=") for line in known.splitlines())
    found = {
        f"PIP_{name.rpartition('.')[2].upper().replace('-', '_')}": value.strip("'\"")
        for name, _, value in pairs
        if name.endswith((".index-url", ".trusted-host"))
    }
    if (folder / CERTIFICATES).exists():
        found |= dict.fromkeys(("PIP_CERT", "REQUESTS_CA_BUNDLE"), f"/{CERTIFICATES}")
    return found


@dataclass(frozen=True)
class Inside:
    """A root of its own: what is run in it sees its files alone, and of this machine the network and the processes."""

    root: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, script: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Let root run *script* (bash) in it, to the end."""
        return subprocess.run(
            ["chroot", self.root, "/bin/bash", "-e", "-c", script],
            env={"PATH": PROGRAMS, "HOME": "/root", "LANG": "C.UTF-8", **self.variables, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, script: str, **more: str) -> str:
        """What *script* says; fails with its complaint."""
        done = self.run(script, **more)
        assert done.returncode == 0, f"{script}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout


@contextmanager
def entered(root: Path) -> Iterator[Inside]:
    """*root* with devices and processes, for as long as the block lasts."""
    with ExitStack() as undo:
        for kind in ("proc", "dev"):
            subprocess.run(["mount", "--rbind", f"/{kind}", root / kind], check=True)
            subprocess.run(["mount", "--make-rslave", root / kind], check=True)
            undo.callback(_leave, root / kind)
        # Were this run killed, whoever clears its folder away would else take this machine's own devices with it.
        subprocess.run(["mount", "-o", "remount,bind,ro", root / "dev"], check=True)
        yield Inside(root, ways(root))


def _leave(place: Path) -> None:
    subprocess.run(["umount", "--recursive", "--lazy", place], check=True)


def copy_of_the_house(folder: Path) -> None:
    """What git keeps of this house, as a clone has it, without its history."""
    told = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    kept = subprocess.run(told, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, kept.split("\0")):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, place)
