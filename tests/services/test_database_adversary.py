"""Whoever has the database file alone does no better than guessing which of those present spoke under seal."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from records.seals.codes import make_code
from tests.records.conftest import utc
from tests.services.conftest import Post
from tests.services.sealed_life import MORNING, Keys, Life, answered_with, begun

SEATS = ("union-bd", "ngo-nl")
PSEUDONYMS = ("sealed-1", "c2")
"""What names the sealed voice: its pseudonym, and its point."""
TOLD = {
    "contributions": "the point itself, without its speaker",
    "facts": "what happened, under the pseudonym",
    "held_facts": "the same, until its day is over or for ever",
    "held_changes": "what the pseudonym changed, until its day is over",
    "duties": "what is owed, to the pseudonym",
    "notices": "what waits for the pseudonym, or for all alike",
    "salts": "the salts of the words of the point",
    "seals": "the pseudonym with ciphertext",
    "seal_codes": "the pseudonym with the hash of its code",
    "verdicts": "what the pseudonym says",
}
"""The tables that may name the voice, and as what."""


@pytest.fixture
def life(migrated_file: Path, tmp_path: Path, post: Post) -> Iterator[Life]:
    with begun(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'w.sqlite')}", post) as made:
        yield made


def rows(file: Path) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with closing(sqlite3.connect(file)) as connection:
        names = [
            n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {n: [repr(r) for r in connection.execute(f'SELECT * FROM "{n}"')] for n in names}  # noqa: S608


def file_of(life: Life) -> Path:
    file = life.house.settings.sqlite_file
    assert file is not None
    return file


def with_either(text: str, names: tuple[str, ...]) -> bool:
    return any(re.search(rf"(?<![\w-]){name}(?![\w-])", text) for name in names)


def lived(life: Life, *, before: bool) -> Keys:
    """A life up to the neutral letters; the key was there before the session, or only after it."""
    keys = Keys()
    if before:
        answered_with(life, keys)
    else:
        life.memory.sign()
        life.memory.sweep(utc(2022, 9, 5, 9))
        life.house.deliver(life.memory.now)
        life.take(keys)
        life.memory.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})
    make_code(life.house.engine, life.memory.dialogue_id, "sealed-1")
    life.house.deliver(life.memory.now)
    life.memory.sweep(MORNING)
    life.house.deliver(MORNING)
    life.memory.now = MORNING + timedelta(hours=2)
    life.act("give-verdict", "union-bd", keys, heard="partly", voice="sealed-1")
    return keys


@pytest.mark.parametrize("before", [True, False], ids=["key before", "key after"])
def test_no_row_joins_a_seat_and_what_it_said_under_seal(life: Life, before: bool) -> None:
    lived(life, before=before)
    found = rows(file_of(life))
    for table, told in found.items():
        joined = [r for r in told if with_either(r, PSEUDONYMS) and with_either(r, SEATS)]
        assert joined == [], table
    named = {
        table for table, told in found.items() if any(with_either(r, PSEUDONYMS) for r in told)
    }
    assert named <= set(TOLD), named - set(TOLD)


@pytest.mark.parametrize("before", [True, False], ids=["key before", "key after"])
def test_no_page_of_the_file_holds_a_readable_seal(life: Life, before: bool) -> None:
    """Freed pages and the write-ahead log too: there the seat would stand right beside the pseudonym."""
    lived(life, before=before)
    file = file_of(life)
    held = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    for seat in SEATS:
        # In a row of the table the place in the order stands between the two.
        assert not re.search(rb"sealed-1.{0,9}" + seat.encode(), held, re.DOTALL)
        assert not re.search(seat.encode() + rb".{0,9}sealed-1", held, re.DOTALL)


@pytest.mark.parametrize("before", [True, False], ids=["key before", "key after"])
def test_what_is_kept_of_each_seat_is_alike(life: Life, before: bool) -> None:
    """How often each seat stands in each table says nothing of who spoke: the other spoke openly, with one point."""
    lived(life, before=before)
    found = rows(file_of(life))
    open_points = {"contributions", "facts", "duties", "notices", "verdicts", "salts", "letters"}
    for table in sorted(set(found) - open_points):
        counts = {seat: sum(with_either(r, (seat,)) for r in found[table]) for seat in SEATS}
        assert len(set(counts.values())) == 1, (table, counts)
    news = [r for r in found["notices"] if "there-may-be-news" in r]
    # On the morning after, and on the last day of the window.
    assert {seat: sum(seat in r for r in news) for seat in SEATS} == dict.fromkeys(SEATS, 2)
