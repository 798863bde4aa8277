"""
Who can learn what of a voice under seal: the table of docs/portal.md, each cell tried.

A manager has the pages, the mailbox and `--json`; an operator has the database file. What shows only by comparing is
found by living a year twice: what differs to a reader when only that differs, the reader can learn. The same years are
lived once more with a key of the moderator's own.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from states.model.people import AUDITOR, Role
from tests.privacy_doors import rows_of
from tests.twins.cast import ONE, OTHER, WORDS, Cast, Seat
from tests.twins.surfaces import Seen, lived

pytestmark = pytest.mark.slow

WHEN = "2022-09-20T09:00"
WAY = Cast(
    one=Seat(mail=False, called_after=2), other=Seat(bounces=True, called_after=0, judges_after=2)
)
"""One has no mail and hears the answer two days later; both say on the same day what they think of it."""
DOORS = {
    "manager": re.compile(rf"(?:as|to) {Role.MANAGER}$|^journal$|^command journal verify$"),
    "auditor": re.compile(rf"as {AUDITOR}$|^journal$|^command journal verify$"),
    "engine": re.compile(r"^engine$|^metrics of work$|^command doctor$"),
    "database": re.compile(r"^database$"),
}
"""By which doors of a life somebody reads."""
LEARNS = {
    "that somebody spoke under seal": {"manager", "auditor", "database"},
    "in which words, and so in which language": {"database"},
    "who it was": {"database"},
    "how they were reached, and when it arrived": {"database"},
    "at which hour they did anything": {"database"},
}
"""What of a sealed voice can be learned, and by whom."""
KEYED = "with a moderator's key: "
LEARNS |= {
    f"{KEYED}{what}": readers - ({"database"} if what == "who it was" else set())
    for what, readers in LEARNS.items()
}
AGE = re.compile(r"'YWdl[\w+/=]+'|'age1\w+'|'[\w-]{43}'")
"""Ciphertext and public keys of age, and tokens, of which no two are the same anyway."""


class Pair(NamedTuple):
    """The same year twice, with the one and the other under seal."""

    one: Seen
    other: Seen

    def differs(self, doors: re.Pattern[str]) -> bool:
        """Whether somebody who reads at these *doors* can tell them apart."""
        return any(
            self.one.get(door) != self.other.get(door)
            for door in self.one.keys() | self.other.keys()
            if doors.search(door)
        )

    def tells(self, words: str, doors: re.Pattern[str]) -> bool:
        """Whether *words* stand behind one of these *doors*."""
        lines = (line for door, said in self.one.items() if doors.search(door) for line in said)
        return any(words in line for line in lines)


def pair(cast: Cast, folder: Path, *, whole: bool, keyed: bool) -> Pair:
    """Live *cast* twice."""
    seen = []
    for speaker in (ONE, OTHER):
        with lived(cast, speaker, folder, keyed=keyed) as life:
            found = life.look(WHEN, whole=whole)
            # Rows lie in the order of their keys, of which some are random.
            rows = sorted(life.plain(AGE.sub("'·'", row)) for row in rows_of(life.file))
            seen.append(found | {"database": rows})
    return Pair(*seen)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """By what differs in them, two years each, without a key and with one."""
    folder = tmp_path_factory.mktemp("pairs")
    casts = {"who": Cast(), "way": WAY, "hour": Cast(one=Seat(hour=9), other=Seat(hour=18))}
    return {
        f"{KEYED if keyed else ''}{name}": pair(cast, folder, whole=name == "who", keyed=keyed)
        for keyed in (False, True)
        for name, cast in casts.items()
    }


def learned(told: str, pairs: dict[str, Pair], doors: re.Pattern[str]) -> bool:
    """Whether somebody who reads at *doors* learns what is *told* in that row."""
    key, what = KEYED * told.startswith(KEYED), told.removeprefix(KEYED)
    if what == "that somebody spoke under seal":
        return pairs[f"{key}who"].tells("sealed-1", doors)
    if what == "in which words, and so in which language":
        return pairs[f"{key}who"].tells(WORDS["en"], doors)
    differs = {
        "who it was": "who",
        "how they were reached, and when it arrived": "way",
        "at which hour they did anything": "hour",
    }
    return pairs[f"{key}{differs[what]}"].differs(doors)


CELLS = [pytest.param(what, who, id=f"{who}: {what}") for what in LEARNS for who in DOORS]


@pytest.mark.parametrize(("what", "who"), CELLS)
def test_each_learns_what_the_table_says(what: str, who: str, pairs: dict[str, Pair]) -> None:
    assert learned(what, pairs, DOORS[who]) is (who in LEARNS[what])


def test_the_paper_says_what_is_tried() -> None:
    text = Path("docs/portal.md").read_text(encoding="utf-8")
    rows = [line.strip("| \n").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    told = {row[0]: row[1 : len(DOORS) + 1] for row in rows if row[0] in LEARNS}
    assert told == {
        what: ["yes" if who in LEARNS[what] else "no" for who in DOORS] for what in LEARNS
    }
