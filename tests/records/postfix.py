"""A Postfix of our own: on 127.0.0.1, with its own queue, its own bounces and a mailbox for what comes back."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
local unix - n n - - local
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """One that runs: at *port* it takes mail for *elsewhere*, where nobody lives; *returned* is a maildir."""

    port: int
    returned: Path

    def came_back(self) -> list[Path]:
        """The mails that came back so far."""
        return sorted((self.returned / "new").glob("*"))


def lacks() -> str | None:
    """What this machine has not that it would need; None when it has all."""
    if os.geteuid() != 0 or shutil.which("postfix", path="/usr/sbin:/usr/bin") is None:
        return "Postfix, or the rights to start one (apt-get install postfix)"
    return None


@contextmanager
def folder() -> Iterator[Path]:
    """Give it a folder with a short name: the path of a socket has a hundred signs at most."""
    with TemporaryDirectory(prefix="mail-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@contextmanager
def running(folder: Path, port: int, *, ours: str, elsewhere: str) -> Iterator[Postfix]:
    """Run one in *folder*: mail to nobody at *elsewhere* comes back to bounces at the domain *ours*."""
    for name in ("etc", "spool", "data", "box"):
        (folder / name).mkdir()
        (folder / name).chmod(0o755)
    place = folder
    while place != place.parent:  # its own user must get there
        place.chmod(place.stat().st_mode | 0o011)
        place = place.parent
        if place == Path("/tmp"):  # noqa: S108 - not ours to open
            break
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "box", "nobody")
    (folder / "etc" / "main.cf").write_text(_settings(folder, ours, elsewhere), encoding="utf-8")
    (folder / "etc" / "master.cf").write_text(SERVICES.format(port=port), encoding="utf-8")
    command = ["postfix", "-c", str(folder / "etc")]
    where = {**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    begun = subprocess.run(
        [*command, "start"], check=False, capture_output=True, env=where, text=True, umask=0o022
    )
    assert begun.returncode == 0, (begun.stdout, begun.stderr, _log(folder))
    try:
        yield Postfix(port, folder / "box" / "returned")
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True, env=where)


def _log(folder: Path) -> str:
    log = folder / "data" / "log"
    return log.read_text(encoding="utf-8") if log.exists() else ""


def _settings(folder: Path, ours: str, elsewhere: str) -> str:
    nobody = pwd.getpwnam("nobody")
    given = {
        "compatibility_level": "3.6",
        "queue_directory": folder / "spool",
        "data_directory": folder / "data",
        "command_directory": "/usr/sbin",
        "daemon_directory": _default("daemon_directory"),
        "shlib_directory": _default("shlib_directory"),
        "mail_owner": "postfix",
        "setgid_group": "postdrop",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "myhostname": f"mx.{elsewhere}",
        "mydestination": elsewhere,
        "mynetworks": "127.0.0.0/8",
        "local_recipient_maps": "",
        "alias_maps": "",
        "alias_database": "",
        "recipient_delimiter": "+",
        "virtual_mailbox_domains": ours,
        "virtual_mailbox_base": folder / "box",
        "virtual_mailbox_maps": f"inline:{{ {{bounces@{ours} = returned/}}, {{@{ours} = staff/}} }}",
        "virtual_minimum_uid": "1",
        "virtual_uid_maps": f"static:{nobody.pw_uid}",
        "virtual_gid_maps": f"static:{nobody.pw_gid}",
        "maillog_file": folder / "data" / "log",
        "maillog_file_prefixes": folder,
    }
    return "".join(f"{name} = {value}\n" for name, value in given.items())


def _default(name: str) -> str:
    found = subprocess.run(
        ["/usr/sbin/postconf", "-d", "-h", name], check=True, capture_output=True
    )
    return found.stdout.decode().strip()
