"""A PostgreSQL of one's own: started from this machine's programs, gone with the tests.

It listens on 127.0.0.1 alone, keeps its socket and its data in a folder of its own, asks for a
password that nobody knows beforehand, and waits for no disk: its data outlive a process that dies,
and a power cut is nothing that a test leaves to chance (`tests/faults` has servers of its own for that).
"""

import atexit
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg import sql

from flows.machine.processes import free_port
from tests.patience import PATIENCE

OWNER = "weerklank"
STOP_SECONDS = 30


class NoServer(Exception):
    """PostgreSQL cannot be started on this machine; the message says what is missing."""


@dataclass(frozen=True)
class Server:
    """A running server and how to reach it."""

    port: int
    password: str

    def url(self, database: str) -> str:
        """Give the address of *database* as SQLAlchemy reads it."""
        return f"postgresql+psycopg://{OWNER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make *database* as a copy of *template*, which nobody may be using; give its address."""
        self._say("CREATE DATABASE {} TEMPLATE {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove *database*, whoever still holds a connection to it."""
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _say(self, statement: str, *names: str) -> None:
        address = f"host=127.0.0.1 port={self.port} user={OWNER} password={self.password}"
        with psycopg.connect(f"{address} dbname=postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def server() -> Iterator[Server]:
    """Run a private server for as long as the block lasts, or the program if that dies first."""
    programs = find_programs()
    with ExitStack() as undo:
        atexit.register(undo.close)  # a generator that nobody finishes is cleaned up even so
        home = Path(tempfile.mkdtemp(prefix="weerklank-pg-"))
        undo.callback(shutil.rmtree, home, ignore_errors=True)
        password = secrets.token_hex(16)
        initialise(programs, home, password)
        process, port = start(programs, home, {"fsync": "off"})
        undo.callback(stop, process)
        yield Server(port, password)


def find_programs() -> Path:
    """Find the folder of `initdb` and `postgres`: the newest of Debian's, or what PATH knows."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda found: float(found.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    if found is None or not Path(found).with_name("postgres").exists():
        message = "a PostgreSQL server (no initdb found; Debian's package is called postgresql)"
        raise NoServer(message)
    return Path(found).parent


def initialise(programs: Path, home: Path, password: str) -> None:
    """Make an empty cluster in *home*, owned by whom the server will run as."""
    secret = home / "password"
    secret.write_text(password, encoding="ascii")
    if owner := unprivileged():
        for path in (secret, home):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    options = {
        "pgdata": home / "data",
        "username": OWNER,
        "pwfile": secret,
        "auth-local": "trust",  # its socket lies in a folder that only its owner may enter
        "auth-host": "scram-sha-256",
        "encoding": "UTF8",
        "locale": "C",
    }
    made = subprocess.run(
        [
            programs / "initdb",
            "--no-sync",
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        capture_output=True,
        text=True,
        check=False,
        **drop_privileges(home),
    )
    if made.returncode:
        message = f"a PostgreSQL server that starts (initdb: {made.stderr.strip()})"
        raise NoServer(message)


def start(
    programs: Path, home: Path, more: Mapping[str, str] | None = None
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server with *more* settings on a port that is free, trying another when somebody was faster."""
    for _ in range(5):
        port = free_port("127.0.0.1", 0)
        process = launch(programs, home, port, more)
        if answers(process, home, port):
            return process, port
        stop(process)
    log = (home / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
    message = f"a PostgreSQL server that starts:\n{log}"
    raise NoServer(message)


def launch(
    programs: Path, home: Path, port: int, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Run the server, with *more* settings, as a child that cannot outlive this process."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(home),
        "max_connections": "100",
        "timezone": "UTC",
        **(more or {}),
    }
    command = [str(programs / "postgres"), "-D", str(home / "data")]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "INT", *command]
    with (home / "log").open("ab") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **drop_privileges(home)
        )


def answers(process: subprocess.Popen[bytes], home: Path, port: int) -> bool:
    """Wait until the server takes connections; False when it ended instead."""
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        with suppress(psycopg.OperationalError):
            psycopg.connect(f"host={home} port={port} user={OWNER} dbname=postgres").close()
            return True
        time.sleep(0.02)
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server, closing whatever is still connected; harmless when it already ended."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def unprivileged() -> pwd.struct_passwd | None:
    """Name the user to run the server as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    message = "a user that is not root (neither postgres nor nobody is known here)"
    raise NoServer(message)


class Privileges(TypedDict, total=False):
    """What `subprocess` wants to know to run a program as somebody else."""

    user: int
    group: int
    extra_groups: list[int]
    cwd: Path


def drop_privileges(home: Path) -> Privileges:
    """Say how to start a program as that user, in a folder that it may enter."""
    owner = unprivileged()
    if owner is None:
        return {"cwd": home}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": home}
