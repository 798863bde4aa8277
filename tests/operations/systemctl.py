"""Stand-in for systemctl in a root without systemd: starts and stops, as their user, what units say, and no more."""

import configparser
import os
import pwd
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path("/etc/systemd/system")
RUN = Path("/run/units")


def unit(name: str) -> Path:
    """The file of the service *name*, which may be one of many."""
    kind, at, _ = name.partition("@")
    return UNITS / f"{kind}{at}.service"


def service(name: str) -> configparser.SectionProxy:
    """The section of the service *name*; of repeated lines, the last one."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit(name).read_text())
    return parser["Service"]


def environment(name: str) -> dict[str, str]:
    """What the unit's files of variables say, and what systemd adds for its user."""
    user = pwd.getpwnam(service(name)["User"])
    given = {"HOME": user.pw_dir, "USER": user.pw_name, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    lines = unit(name).read_text().splitlines()
    for line in lines:
        if line.startswith("EnvironmentFile="):
            for pair in Path(line.partition("=")[2]).read_text().splitlines():
                if pair and pair[0] != "#":
                    key, _, value = pair.partition("=")
                    given[key] = "".join(shlex.split(value))
    return given


def command(name: str) -> list[str]:
    """What the service *name* starts, with what systemd puts in."""
    told = service(name)["ExecStart"].replace("%i", name.partition("@")[2]).replace("%H", "host")
    given = environment(name)
    return [
        re.sub(r"\$\{(\w+)\}", lambda found: given[found[1]], word) for word in shlex.split(told)
    ]


def start(name: str) -> None:
    """Start the service *name*; one that runs to its end is waited for."""
    told, user = service(name), pwd.getpwnam(service(name)["User"])
    RUN.mkdir(exist_ok=True)
    with (RUN / f"{name}.log").open("ab") as words:
        process = subprocess.Popen(
            command(name), env=environment(name), cwd=told["WorkingDirectory"],
            user=user.pw_uid, group=user.pw_gid, extra_groups=[], umask=int(told["UMask"], 8),
            stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True,
        )  # fmt: skip
    if told["Type"] == "oneshot":
        sys.exit(process.wait())
    (RUN / f"{name}.pid").write_text(str(process.pid))


def stop(name: str) -> None:
    """Ask the service *name* to end, and wait as long as its unit allows."""
    file = RUN / f"{name}.pid"
    if not file.exists():
        return
    number = int(file.read_text())
    os.kill(number, signal.SIGTERM)
    for _ in range(int(service(name)["TimeoutStopSec"]) * 10):
        if (
            not Path(f"/proc/{number}").exists()
            or "\nState:\tZ" in Path(f"/proc/{number}/status").read_text()
        ):
            file.unlink()
            return
        time.sleep(0.1)
    sys.exit(f"{name} did not end in time")


def main() -> None:
    """Do what `systemctl VERB [--now] UNIT…` does to services; a timer is enabled by being known."""
    verb, *names = (word for word in sys.argv[1:] if not word.startswith("-"))
    for name in names:
        if name.endswith(".timer"):
            (UNITS / name).read_text()
        if name.endswith(".timer") or verb not in {"enable", "start", "stop", "restart"}:
            continue
        if verb in {"stop", "restart"}:
            stop(name)
        if verb != "stop":
            start(name)


if __name__ == "__main__":
    main()
