"""PostgreSQL's own programs (`pg_dump`, `pg_restore`): started without a password on their command line."""

import os
import shutil
import subprocess
from urllib.parse import unquote, urlsplit, urlunsplit

from services.backup.errors import CopyUnfit

DUMP_BEGINS = b"PGDMP"
"""The first bytes of an archive of `pg_dump --format=custom`."""


def run_program(program: str, *options: str, url: str | None = None) -> str:
    """
    Run *program* with *options*, on the database at *url* if there is one; what it printed.

    Raises CopyUnfit with its own words when it is not there or fails.
    """
    found = shutil.which(program)
    if found is None:
        raise CopyUnfit(f"{program} is not on the path (Debian's package is postgresql-client).")
    address, secret = plain_address(url) if url else ("", {})
    command = [found, *options, *([f"--dbname={address}"] if address else [])]
    environment = {**os.environ, **secret}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CopyUnfit(f"{program}: {done.stderr.strip()}")
    return done.stdout


def plain_address(url: str) -> tuple[str, dict[str, str]]:
    """The address that PostgreSQL's own programs take, and the password apart: a process list shows the first."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    secret = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    return urlunsplit(("postgresql", user + place, *parts[2:])), secret
