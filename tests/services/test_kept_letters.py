"""Letters that somebody kept show whether the journal was rewritten, and since when; nothing in them breaks it."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from mailbox import mbox
from pathlib import Path

import pytest
from sqlalchemy import text

from config.settings import load_settings
from notifications.channels.email import CHECKPOINT
from notifications.channels.maildir import Maildir
from records.engine.randomness import seeded_bytes
from services.checkpoints import CheckpointUnfit, make_checkpoint, signing_key_file
from services.delivery.outbound import Mailroom
from services.house import House
from services.signed_notes import Signer
from services.witness.kept_letters import NoMail, read_letters
from tests.records.test_rewritings import TRIGGERS
from tests.services.conftest import ID, NOW, act

DAY = timedelta(days=1)


@pytest.fixture
def letters(house: House, tmp_path: Path) -> Path:
    """The folder of letters of three days, in which the journal grew."""
    folder = tmp_path / "kept"
    house.mailroom = Mailroom(mail=lambda: Maildir(folder), sender="dialoog@klein.example")
    for day in range(3):
        now = NOW + day * DAY
        if day:
            act(
                house,
                "change-contact",
                "manager",
                now,
                stakeholder="ngo",
                email=f"n{day}@ngo.example",
            )
        house.sweep(now, pause_seconds=0)
        house.deliver(now + timedelta(minutes=1))
    return folder


def rewrite_rows(house: House, statement: str) -> None:
    """Change what is stored as whoever has the database can."""
    with house.engine.begin() as connection:
        for drop in list(connection.scalars(text(TRIGGERS["sqlite"]))):
            connection.execute(text(drop))
        connection.execute(text(statement))


def one_mail(folder: Path, name: str, header: bytes, date: bytes = b"") -> None:
    """Put a mail with *header* into the Maildir *folder*."""
    (folder / "new").mkdir(parents=True, exist_ok=True)
    (folder / "new" / name).write_bytes(header + date + b"Subject: x\r\n\r\nbody\r\n")


def field(note: str) -> bytes:
    """Write *note* as the header that carries it."""
    return f"{CHECKPOINT}: {b64encode(note.encode()).decode()}\r\n".encode()


def test_what_was_not_touched_fits_every_letter(house: House, letters: Path) -> None:
    read = read_letters(house.engine, house.settings, letters)
    assert read.counts == {"fits": len(read.letters)}
    assert len({one.said for one in read.letters}) == 3
    assert (read.unfit, read.differences, read.signers) == ([], [], [])
    assert all(one.date for one in read.letters)


def test_an_mbox_says_the_same(house: House, letters: Path, tmp_path: Path) -> None:
    box = mbox(tmp_path / "archive")
    for file in sorted(letters.rglob("*.eml")):
        box.add(file.read_bytes())
    box.close()
    before = (tmp_path / "archive").read_bytes()
    read = read_letters(house.engine, house.settings, tmp_path / "archive")
    assert read.counts == {"fits": len(list(letters.rglob("*.eml")))}
    assert (tmp_path / "archive").read_bytes() == before


def test_what_was_rewritten_is_named_with_the_letters_and_since_when(
    house: House, letters: Path
) -> None:
    rewrite_rows(
        house,
        "UPDATE facts SET hash = 'x' WHERE seq = (SELECT seq FROM anchors WHERE position = 1)",
    )
    read = read_letters(house.engine, house.settings, letters)
    days = sorted({f"{one.date:%d}" for one in read.unfit})
    assert days == [f"{NOW + DAY:%d}", f"{NOW + 2 * DAY:%d}"]
    assert read.fit_until
    assert read.fit_until.date() == NOW.date()
    assert {one.dialogue_id for one in read.differences} == {ID}
    assert read_letters(house.engine, house.settings, letters, None, "another").unfit == []


def test_a_list_that_was_rewritten_fits_no_letter(house: House, letters: Path) -> None:
    rewrite_rows(house, "UPDATE anchors SET head = 'x' WHERE position = 0")
    read = read_letters(house.engine, house.settings, letters)
    assert read.counts["fits"] == 0
    assert read.fit_until is None
    assert {one.row for one in read.differences} == {"anchors"}


def _odd() -> Iterator[tuple[bytes, str]]:
    stranger = Signer("weerklank/journal/ffffffff", seeded_bytes("x", "key", 32))
    note = stranger.sign_checkpoint(3, bytes(32))
    yield field(note), "foreign"
    yield b"", "without"
    for broken in (
        b"%%%",
        b"",
        b"\xff\xfe",
        b"=?utf-8?q?x?=",
        b64encode(b"no note"),
        b64encode(b"\xff"),
    ):
        yield CHECKPOINT.encode() + b": " + broken + b"\r\n", "damaged"
    yield b"no header at all\x00\r\n", "without"
    yield field(note[:-30]), "damaged"


def test_damaged_and_foreign_mails_are_counted_and_break_nothing(
    house: House, letters: Path
) -> None:
    dates = (
        b"",
        b"Date: never\r\n",
        b"Date: Mon, 1 Jan 0001 00:00:00 +2300\r\n",
        b"Date: \xff\r\n",
    )
    expected = {"foreign": 0, "without": 0, "damaged": 0}
    for number, (header, fate) in enumerate(_odd()):
        one_mail(letters, f"{number}", header, dates[number % len(dates)])
        expected[fate] += 1
    [first, *_] = sorted(letters.rglob("*.eml"))
    changed = first.read_bytes().replace(f"{CHECKPOINT}: ".encode(), f"{CHECKPOINT}: AAAA".encode())
    one_mail(letters, "changed", changed)
    expected["damaged"] += 1
    read = read_letters(house.engine, house.settings, letters)
    assert {fate: read.counts[fate] for fate in expected} == expected
    assert read.counts["differs"] == 0
    assert read.signers[0].startswith("weerklank/journal/ffffffff+")


def test_letters_outlive_a_key(house: House, letters: Path) -> None:
    signing_key_file(house.settings).unlink()
    make_checkpoint(house.engine, house.settings, NOW + 3 * DAY, new_key=True)
    read = read_letters(house.engine, house.settings, letters)
    assert read.counts["foreign"] == 0
    assert read.counts["fits"] == len(read.letters)


def test_letters_of_which_none_can_be_checked_are_no_proof(
    house: House, letters: Path, tmp_path: Path
) -> None:
    one_mail(tmp_path / "alone", "1", b"")
    with pytest.raises(CheckpointUnfit, match=r"1 read, 1 without one"):
        read_letters(house.engine, house.settings, tmp_path / "alone")
    other = Signer("weerklank/journal/ffffffff", seeded_bytes("x", "key", 32)).verifier.text
    with pytest.raises(CheckpointUnfit, match=r"signed by another key.*--key: weerklank/journal/"):
        read_letters(house.engine, house.settings, letters, other)
    with pytest.raises(CheckpointUnfit, match="no public key"):
        read_letters(house.engine, house.settings, letters, "x")
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "empty", signing_key_file(house.settings)):
        with pytest.raises(NoMail, match="holds no mail"):
            read_letters(house.engine, house.settings, place)
    elsewhere = load_settings(
        database_url=house.settings.database_url, checkpoint_key=tmp_path / "k"
    )
    assert read_letters(house.engine, elsewhere, letters).counts["fits"]
