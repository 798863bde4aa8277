"""A real disk that is full, or may only be read: a small one in memory, mounted for the test (catalogue 6)."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import make_url

from notifications.channels.channels import Memory
from notifications.channels.maildir import Maildir
from records.engine.database import connect
from records.engine.errors import DatabaseUnavailable
from tests.faults.checker import problems
from tests.faults.conftest import NOW, Copies
from tests.faults.works import STEPS, deliver_once, drain, left_behind, sweep_in_chunks

KIB = 1024
PLENTY = 64 * KIB * KIB


@pytest.fixture
def database_kind() -> str:
    """The disk of PostgreSQL is its own server's; what it says then is read in records/engine/database.py."""
    return "sqlite"


@dataclass
class Disk:
    """A file system of its own at *folder*."""

    folder: Path

    def mount(self, options: str) -> None:
        """Mount it with these *options*, or change them; skips the test where that is not allowed."""
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("this machine has no mount")
        if done.returncode:
            pytest.skip(f"whoever runs this may not mount: {done.stderr.strip()}")

    def holding(self, url: str, room: int) -> str:
        """Put the file of *url* on a disk that has so many bytes of *room* left; its new address."""
        file = Path(str(make_url(url).database))
        self.mount(f"size={file.stat().st_size + room}")
        (self.folder / file.name).write_bytes(file.read_bytes())
        return f"sqlite:///{self.folder / file.name}"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", folder], capture_output=True, check=False)


def swept(url: str) -> object:
    """What a sweep leaves behind when nothing fails."""
    engine = connect(url)
    sweep_in_chunks(engine)
    found = left_behind(engine)
    engine.dispose()
    return found


@pytest.mark.parametrize("room", [0, 8, 24, 40, 56, 72])
def test_a_full_disk_is_said_and_the_work_goes_on_when_there_is_room(
    copies: Copies, disk: Disk, room: int
) -> None:
    wanted, url = swept(copies()), disk.holding(copies(), room * KIB)
    engine = connect(url)
    with pytest.raises(DatabaseUnavailable, match="disk"):
        sweep_in_chunks(engine)
    engine.dispose()

    disk.mount(f"remount,size={PLENTY}")
    engine = connect(url)
    assert problems(engine) == []
    sweep_in_chunks(engine)
    assert left_behind(engine) == wanted
    assert problems(engine, NOW) == []
    engine.dispose()


def test_a_disk_that_may_only_be_read_is_said_and_nothing_changes(
    copies: Copies, disk: Disk
) -> None:
    wanted, url, mail = swept(copies()), disk.holding(copies(), PLENTY), Memory()
    engine = connect(url)
    before = left_behind(engine)
    engine.dispose()
    disk.mount("remount,ro")
    engine = connect(url)
    for work in (sweep_in_chunks, STEPS[0].take, lambda engine: deliver_once(engine, mail)):
        with pytest.raises(DatabaseUnavailable, match=r"written|opened|read"):
            work(engine)
    engine.dispose()
    assert mail.posts == []

    disk.mount("remount,rw")
    engine = connect(url)
    assert left_behind(engine) == before
    sweep_in_chunks(engine)
    assert left_behind(engine) == wanted
    engine.dispose()


def test_a_maildir_on_a_full_disk_gets_each_mail_whole_and_once(world: str, disk: Disk) -> None:
    disk.mount(f"size={64 * KIB}")
    engine, box = connect(world), Maildir(disk.folder)
    sweep_in_chunks(engine)
    with suppress(DatabaseUnavailable):
        report = deliver_once(engine, box)
    assert "No space left" in str(report.stopped)
    assert report.sent
    assert problems(engine, NOW) == []

    disk.mount(f"remount,size={PLENTY}")
    drain(engine, box)
    mails = [message_from_bytes(one.read_bytes()) for one in disk.folder.glob("*/new/*")]
    names = {str(one["Message-ID"]) for one in mails}
    assert len(names) == len(mails) > report.sent
    assert [one for one in mails if not one.is_multipart() or one.defects] == []
    assert list(disk.folder.glob("*/tmp/*")) == []
    assert problems(engine, NOW) == []
    engine.dispose()
