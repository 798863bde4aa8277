"""An image, built by buildah on a Debian of its own, and its containers as an engine would start them."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.operations.debian import PROGRAMS, ways

USER = 10001
_ENTER = """
set -e
root=$1 data=$2 secrets=$3 folder=$4
shift 4
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/run/secrets"
mount --bind "$secrets" "$root/run/secrets"
mount --bind "$data" "$root/var/lib/weerklank"
mount -o remount,bind,ro "$root"
exec /usr/sbin/chroot --userspec=10001:10001 --groups= "$root" /bin/sh -c 'cd "$1"; shift; exec "$@"' - "$folder" "$@"
"""
"""What an engine does for a container: its root read-only, /tmp fresh, its volume, its secrets, its user."""


@dataclass(frozen=True)
class Builder:
    """Buildah with a store of its own in a folder."""

    folder: Path

    def call(self, *words: str | Path) -> str:
        """What `buildah` with *words* says; fails with its complaint."""
        store = ("--root", self.folder / "store", "--runroot", self.folder / "run")
        done = subprocess.run(
            ["buildah", "--storage-driver", "overlay", *store, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout.strip()

    def base(self, debian: Path) -> str:
        """An image of *debian*, which knows how this machine reaches packages."""
        made = self.call("from", "scratch")
        self.call("add", made, debian, "/")
        known = [word for pair in ways(debian).items() for word in ("--env", "=".join(pair))]
        self.call("config", *known, made)
        self.call("commit", made, "localhost/python")
        self.call("rm", made)
        return "localhost/python"

    def build(self, source: Path, base: str) -> "Image":
        """The image of *source*'s Containerfile on *base*."""
        given = ("--isolation", "chroot", "--format", "docker", "--build-arg", f"PYTHON={base}")
        file = ("--file", source / "Containerfile")
        self.call("bud", *given, *file, "--tag", "localhost/weerklank", source)
        seen = json.loads(self.call("inspect", "--type", "image", "localhost/weerklank"))
        root = self.call("mount", self.call("from", "localhost/weerklank"))
        return Image(Path(root), seen["Docker"]["config"])

    def clear(self) -> None:
        """Leave nothing mounted."""
        self.call("umount", "--all")
        self.call("rm", "--all")


@dataclass(frozen=True)
class Image:
    """A built image: where its files lie, and what it says of itself."""

    root: Path
    config: Mapping[str, Any]

    def variables(self, given: Mapping[str, str]) -> dict[str, str]:
        """What a container of it gets: its own variables with *given* over them, and nothing of this machine's."""
        own = dict(line.split("=", 1) for line in self.config["Env"])
        return {"HOME": "/var/lib/weerklank", **own, **given}


@dataclass(frozen=True)
class Container:
    """One container of *image*, with its volume and its secrets in folders of this machine."""

    image: Image
    data: Path
    secrets: Path
    variables: Mapping[str, str]
    folder: str = "/var/lib/weerklank"

    def line(self, command: Sequence[str]) -> list[str | Path]:
        """How this machine runs *command* in it."""
        alone: list[str | Path] = [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            _ENTER,
            "-",
        ]
        places: list[str | Path] = [self.image.root, self.data, self.secrets, self.folder]
        return [*alone, *places, *command]

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run *command* to its end, behind the entry of the image."""
        return subprocess.run(
            self.line([*self.image.config["Entrypoint"], *command]),
            env=self._given(),
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def running(self, command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Let *command* run behind the entry of the image while the block lasts; its words go to *log*."""
        with log.open("wb") as words:
            process = subprocess.Popen(
                self.line([*self.image.config["Entrypoint"], *command]),
                env=self._given(),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            # Whoever became another user is no longer killed with its parent: the whole group is.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def is_healthy(self, test: Sequence[str]) -> bool:
        """Whether the health check *test* is content; as an engine asks it, without the entry."""
        asked = self.line(test[1:])
        return subprocess.run(asked, env=self._given(), capture_output=True).returncode == 0  # noqa: PLW1510 - the status is the answer

    def _given(self) -> dict[str, str]:
        given = self.image.variables(self.variables)
        return {**given, "PATH": f"{given['PATH']}:{PROGRAMS}"}
