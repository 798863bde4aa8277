"""Put the house on this machine: `.venv`, filled from a lock file, with every hash checked.

Needs nothing but Python. uv does the work in seconds; where it cannot be had, pip does the same in
minutes. Both are told the package index that pip is configured for on this machine, and only at run
time, so no host is ever written in a file. This script runs before anything is installed: standard
library only.
"""

import ast
import os
import re
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

# Places that hold just what fits this very machine: a lock made from them fits no other Python.
NEARBY = ("UV_INDEX", "UV_FIND_LINKS")

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"

# pip's setting → uv's variable of the same meaning, and what uv puts between several values.
SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}


def main(arguments: Sequence[str]) -> int:
    """Install the lock file named in *arguments*, or run the uv command that they spell."""
    if arguments[0] == "uv":
        run([str(BIN / "uv"), *arguments[1:]], leave_out=NEARBY)
    else:
        install(ROOT / arguments[0])
    return 0


def install(lock: Path) -> None:
    """Fill the environment from *lock*, then add the house itself, editable."""
    if not (BIN / "python").exists():
        say(f"making {VENV.name}")
        venv.create(VENV, with_pip=True, symlinks=True)
    bootstrap_uv(lock)
    say(f"installing {lock.name}")
    # The lock is complete: nothing needs resolving, and pip cannot match `a[b]` to a hashed `a`.
    run([*installer(), "--no-deps", "--require-hashes", "-r", str(lock)])
    run([*installer(), "--no-deps", "--no-build-isolation", "-e", str(ROOT)])


def bootstrap_uv(lock: Path) -> None:
    """Fetch the one uv that the lock names; a machine without it is slower, not broken."""
    if (BIN / "uv").exists():
        return
    pinned = re.search(r"^uv==(?:.*\\\n)*.*", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if pinned is None:
        return
    wanted = VENV / "bootstrap.txt"
    wanted.write_text(pinned[0] + "\n", encoding="utf-8")
    try:
        run([*pip(), "--only-binary", ":all:", "--require-hashes", "-r", str(wanted)])
    except subprocess.CalledProcessError:
        say("uv cannot be installed here: pip does its work")


def installer() -> list[str]:
    """Say how to call whichever of uv and pip this machine has."""
    if not (BIN / "uv").exists():
        return pip()
    return [str(BIN / "uv"), "pip", "install", "--quiet", "--python", str(BIN / "python")]


def pip() -> list[str]:
    """Say how to call the pip of the new environment."""
    return [str(BIN / "python"), "-m", "pip", "install", "-qq"]


def run(command: Sequence[str], leave_out: Sequence[str] = ()) -> None:
    """Run *command* with pip's index in uv's variables, without those to *leave_out*; raise if it fails."""
    found = {**uv_environment(), **os.environ}
    subprocess.run(command, check=True, env={k: v for k, v in found.items() if k not in leave_out})


def uv_environment() -> dict[str, str]:
    """Translate pip's configuration on this machine to uv's variables."""
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match"}  # as pip: all indexes equal, hashes decide
    for key, value in pip_settings().items():
        name, separator = SETTINGS[key]
        found[name] = separator.join(value.split())
    return found


def pip_settings() -> dict[str, str]:
    """Read what pip is configured with, the environment above the files as pip has it."""
    listing = subprocess.run(
        [str(BIN / "python"), "-m", "pip", "config", "list"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found: dict[str, str] = {}
    for scope in ("global", "install", ":env:"):
        for key, value in re.findall(rf"^{scope}\.([a-z-]+)=(.*)$", listing, re.MULTILINE):
            if key in SETTINGS:
                found[key] = str(ast.literal_eval(value))
    return found


def say(line: str) -> None:
    """Tell whoever waits what is going on."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
