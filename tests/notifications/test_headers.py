"""
What people read in the headers of our mails is what was meant, in readers of every make.

Python's two readers always; JavaScript's mailparser and Perl's MIME tools where they are there.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifications.channels import headers
from notifications.language.words import tables
from tests.conftest import missing

READERS = Path(__file__).with_name("readers")
AMOUNT = 7_500
ADDRESS = "rahima@solidarity-union.example"
NAMES = (
    "Nguyễn Thị Ánh Tuyết", "Đặng Trần Côn", "Phạm Hữu Nghĩa", "François Lefèbvre-d\u2019Aubigné", "Zoë Çelik",
    "Ayşe Gül Öztürk", "I\u011fd\u0131r Tekstil A.Ş.", "রহিমা খাতুন", "মোঃ শফিকুল ইসলাম",
    "জাতীয় গার্মেন্টস শ্রমিক ফেডারেশন", "فاطمة الزهراء", "محمد بن عبد الله", "اتحاد عمال النسيج",
    "Jan de Vries", "Wolk & Draad B.V.", 'Müller "Kleid" GmbH', "O'Neill (union)", "李小龍",
    "Société =?utf-8?q?x?= SA", "कामगार संघ", "நெசவாளர் சங்கம்", "สหภาพแรงงาน", "Ångström\u2013Ørsted",
    "Nữ công nhân \U0001f469\U0001f3fd\u200d\U0001f3ed miền Nam", "e\u0301te\u0301 combine\u0301", "Συνδικάτο",
    "Союз «Игла»", "עובדי הטקסטיל", "a=?b", "?=", "=", "_under_score_", "½ €, 100%", "\u00a0hard\u00a0spaces\u00a0",
)  # fmt: skip
"""Of people and companies, in the scripts of those who are invited, and with what headers stumble over."""
TEMPLATES = Path("notifications/templates")
_TAG = re.compile(r"\{%.*?%\}")
_SUBJECT = re.compile(r"\{% block subject %\}(.*?)\{% endblock %\}", re.DOTALL)
_PLACE = re.compile(r"\{\{.*?\}\}")


@cache
def patterns() -> list[str]:
    """The subjects of all letters, with `{}` where a name or a word is filled in."""
    lines = [
        _PLACE.sub("{}", line)
        for file in sorted(TEMPLATES.glob("*/text.*.txt"))
        for subject in _SUBJECT.findall(file.read_text(encoding="utf-8"))
        for line in _TAG.sub("", subject).splitlines()
        if line.strip()
    ]
    assert len(lines) > 50
    return [*lines, "{} | {}", *tables()["voice"]["discreet"].values()]


def made(amount: int, seed: int = 7) -> Iterator[str]:
    """So many subjects made of the letters' own patterns, of every length up to the limit of a line."""
    chance = Random(seed)  # noqa: S311 - the same ones each time
    for number in range(amount):
        pattern = patterns()[number % len(patterns())]
        subject = re.sub(r"\{\}", lambda _: chance.choice(NAMES), pattern)
        while chance.random() < 0.35 and len(subject) < 240:
            subject += chance.choice((" ", ": ", " – ", ", ", "")) + chance.choice(NAMES)
        yield " ".join(subject.split(" "))[:300].strip()


def raw_mail(subject: str, name: str) -> bytes:
    lines = [
        headers.mailbox("From", name, "dialoog@merk.example"),
        headers.mailbox("To", name, ADDRESS),
        headers.mailbox("Reply-To", name, "manager@merk.example"),
        headers.text("Subject", subject),
        "\r\ntext\r\n",
    ]
    return "".join(lines).encode("ascii")


def well_formed(raw: bytes) -> None:
    head = raw.partition(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n"):
        assert line.strip(), "a blank line"
        assert not re.match(rb"[A-Za-z-]+:\s*$", line), "the first line is blank"
        assert len(line) <= 998
        if b"=?utf-8?" in line:
            assert len(line) <= 76
    for word in re.findall(rb"=\?utf-8\?[qb]\?[^? ]*\?=", head):
        assert len(word) <= 75
        assert decode_header(word.decode())[0][0].decode("utf-8"), "a character in two halves"


def read_by_python(raw: bytes) -> Iterator[dict[str, object]]:
    new = message_from_bytes(raw, policy=policy.default)
    boxes = {"from": "From", "to": "To", "reply": "Reply-To"}
    first = {key: new[name].addresses[0] for key, name in boxes.items()}
    yield {
        "subject": str(new["Subject"]),
        **{key: [box.display_name, box.addr_spec] for key, box in first.items()},
    }
    old = message_from_bytes(raw)
    found: dict[str, object] = {"subject": _decoded(old["Subject"])}
    for key, name in boxes.items():
        shown, address = parseaddr(re.sub(r"\r?\n", "", old[name]))
        found[key] = [_decoded(shown), address]
    yield found


def _decoded(value: str) -> str:
    return str(make_header(decode_header(re.sub(r"\r?\n(?=[ \t])", "", value))))


def _solid(box: object) -> str:
    """The newer reader puts a space between the encoded words of a name, which no other reader does."""
    return re.sub(r"\s", "", str(box))


def meant(subject: str, name: str) -> dict[str, object]:
    return {
        "subject": subject,
        "from": [name, "dialoog@merk.example"],
        "to": [name, ADDRESS],
        "reply": [name, "manager@merk.example"],
    }


NAMED = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300).map(
    str.strip
)


@given(subject=NAMED.filter(bool), name=NAMED.filter(bool))
@example(subject="=?utf-8?q?not=20encoded?=", name="=?x?=")
@example(subject="a" * 300, name="b" * 300)
@example(subject="a  b", name='"')
@example(subject="é" * 300, name="ö" * 300)
def test_whatever_is_written_is_well_formed_and_read_by_the_newer_reader(
    subject: str, name: str
) -> None:
    raw = raw_mail(subject, name)
    well_formed(raw)
    read = next(iter(read_by_python(raw)))
    assert read["subject"] == subject


def test_made_subjects_are_read_as_meant_by_both_of_pythons_readers() -> None:
    chance = Random(11)  # noqa: S311 - the same ones each time
    for subject in made(AMOUNT // 5):
        name = chance.choice(NAMES).strip()
        raw = raw_mail(subject, name)
        well_formed(raw)
        newer, older = read_by_python(raw)
        assert older == meant(subject, name)
        assert newer["subject"] == subject
        for box in ("from", "to", "reply"):
            assert _solid(newer[box]) == _solid(older[box])


@pytest.mark.parametrize(
    "value", ["Plain words", 'Re: 2022 - a (plain) subject, with "marks"!', "x" * 150]
)
def test_plain_ascii_is_left_alone(value: str) -> None:
    assert headers.text("Subject", value) == f"Subject: {value}\r\n"


def test_long_plain_words_are_folded_at_their_spaces() -> None:
    value = " ".join(["verwachtingen"] * 20)
    line = headers.text("Subject", value)
    assert max(map(len, line.split("\r\n"))) <= 78
    assert line.replace("\r\n ", " ") == f"Subject: {value}\r\n"


@pytest.mark.parametrize("broken", ["a\nb", "a\rb", "a\r\n b"])
def test_a_line_break_is_refused(broken: str) -> None:
    for write, given_ in (
        (headers.text, ("Subject", broken)),
        (headers.plain, ("Date", broken)),
        (headers.mailbox, ("To", broken, ADDRESS)),
        (headers.mailbox, ("To", "x", broken)),
    ):
        with pytest.raises(ValueError, match="CR or LF"):
            write(*given_)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the made mails, whose names tell their order; what is meant lies beside it."""
    place = tmp_path_factory.mktemp("made")
    chance = Random(11)  # noqa: S311 - the same ones each time
    told = []
    (place / "mails").mkdir()
    for number, subject in enumerate(made(AMOUNT)):
        name = chance.choice(NAMES).strip()
        told.append(meant(subject, name))
        (place / "mails" / f"{number:05}.eml").write_bytes(raw_mail(subject, name))
    (place / "meant.json").write_text(json.dumps(told), encoding="utf-8")
    return place


def differ(folder: Path, command: list[str], readers: int = 1) -> list[tuple[object, object]]:
    ran = subprocess.run(
        [*command, str(folder / "mails")], capture_output=True, check=True, env=_environment()
    )
    read = [json.loads(line) for line in ran.stdout.decode("utf-8").splitlines()]
    told = json.loads((folder / "meant.json").read_text(encoding="utf-8"))
    wanted = [one for one in told for _ in range(readers)]
    assert len(read) == len(wanted)
    return [(want, got) for want, got in zip(wanted, read, strict=True) if want != got]


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "NODE_PATH": os.environ.get("NODE_PATH", str(Path("build/readers/node_modules").resolve())),
    }


def _works(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return (
        subprocess.run(command, capture_output=True, check=False, env=_environment()).returncode
        == 0
    )


@pytest.mark.slow
def test_made_subjects_are_read_as_meant_by_mailparser(folder: Path) -> None:
    if not _works("node", "-e", "require('mailparser')"):
        missing("JavaScript's mailparser (npm install --prefix build/readers mailparser)")
    assert differ(folder, ["node", str(READERS / "read.js")]) == []


@pytest.mark.slow
def test_made_subjects_are_read_as_meant_by_perl(folder: Path) -> None:
    if not _works("perl", "-MMIME::Parser", "-MEmail::MIME", "-e", "1"):
        missing("Perl's MIME tools (libmime-tools-perl and libemail-mime-perl)")
    assert differ(folder, ["perl", str(READERS / "read.pl")], readers=2) == []
