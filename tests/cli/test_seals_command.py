"""`weerklank seals` and `--key-file`: the moderator's own key from the command line."""

import errno
import os
import re
import shutil
import stat
from pathlib import Path

import pytest

from cli.commands import seals
from cli.step_options import new_key_files
from config.policies import policy_of
from records.engine.database import connect
from records.engine.errors import DatabaseUnavailable
from records.ledger import Ledger
from records.seals.ciphertext import new_secret
from states.language.errors import Refused
from tests.cli.conftest import Desk
from tests.records.conftest import Memory

ID, SPEAKER = "kleding-2022", "union-bd"
SECRET = re.compile(r"AGE-SECRET-KEY-\w+")


@pytest.fixture
def sealed(desk: Desk, migrated_file: Path) -> Desk:
    """A desk with a dialogue in which somebody spoke under seal."""
    file = shutil.copy(migrated_file, desk.folder / "weerklank.db")
    engine = connect(f"sqlite:///{file}", durable=False)
    memory = Memory(f"sqlite:///{file}", engine, Ledger(engine, policy_of))
    memory.open()
    memory.speak()
    engine.dispose()
    return desk


def made(desk: Desk, name: str = "first") -> tuple[str, str]:
    key, share = (str(desk.folder / f"{name}.{kind}") for kind in ("key", "share"))
    said = desk.good("seals", "make-key", "kleding", "--out", key, "--recovery-out", share)
    assert not SECRET.search(said)
    return key, share


def test_a_key_is_made_for_its_owner_and_opens_what_nothing_else_does(sealed: Desk) -> None:
    assert "no key" in sealed.good("seals", "status", "kleding")
    assert SPEAKER in sealed.good("status", ID, "--as", "moderator")
    key, share = made(sealed)
    for file in (Path(key), Path(share)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(SECRET.findall(file.read_text())) == 1
    closed = sealed.good("status", ID, "--as", "moderator")
    assert "sealed-1" in closed
    assert SPEAKER not in closed.partition("Seals (for the moderator alone)")[2]
    assert sealed.json("status", ID, "--as", "moderator")["seals"] == [
        {"dialogue": ID, "voice": "sealed-1", "stakeholder": None}
    ]
    opened = sealed.good("status", ID, "--as", "moderator", "--key-file", key)
    assert SPEAKER in opened.partition("Seals (for the moderator alone)")[2]
    assert SPEAKER in sealed.good("seals", "open", ID, "--key-file", key)
    assert [row["in_use"] for row in sealed.json("seals", "status", "kleding")["keys"]] == [True]


def test_no_key_is_used_that_did_not_come_into_its_file(sealed: Desk) -> None:
    """One file for both, or one that is in the way unseen: a key that nobody has would close the seals for good."""
    key, share = sealed.folder / "the.key", sealed.folder / "the.share"
    share.symlink_to(sealed.folder / "nowhere")
    for other in (key, sealed.folder / "box" / ".." / "the.key", share):
        files = ("--out", str(key), "--recovery-out", str(other))
        assert "recovery-out" in sealed.bad(2, "seals", "make-key", "kleding", *files)
        assert not key.exists()
        assert sealed.json("seals", "status", "kleding") == {"programme": "kleding", "keys": []}


def test_no_secret_stays_in_the_database(sealed: Desk) -> None:
    key, share = made(sealed)
    held = b"".join(file.read_bytes() for file in sealed.folder.glob("weerklank.db*"))
    for file in (key, share):
        secret = SECRET.findall(Path(file).read_text())[0]
        assert secret.encode() not in held
        assert secret.lower().encode() not in held


def test_a_key_made_elsewhere_is_taken_by_its_public_half(sealed: Desk) -> None:
    key, _ = made(sealed)
    public = re.findall(r"age1\w+", Path(key).read_text())
    assert "in use" in sealed.bad(
        1, "seals", "register", "kleding", "--recipient", public[0], "--recovery", public[1]
    )
    told = sealed.json(
        "seals", "register", "kleding", "--recipient", public[1], "--recovery", public[0]
    )
    assert told["earlier"] is True
    for wrong in ("age1", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1X"):
        said = sealed.bad(
            1, "seals", "register", "kleding", "--recipient", wrong, "--recovery", public[0]
        )
        assert "age1" in said


def test_a_change_of_moderator_and_a_lost_key(sealed: Desk) -> None:
    first, share = made(sealed)
    second, _ = made(sealed, "second")
    assert "closed for another key" in sealed.good("seals", "open", ID, "--key-file", second)
    assert "an earlier key closed" in sealed("seals", "status", "kleding").stderr
    foreign = sealed.file("foreign.key", "AGE-SECRET-KEY-1NOTHING")
    assert "no whole key" in sealed.bad(1, "seals", "move", "kleding", "--key-file", foreign)
    other = sealed.file("other.key", new_secret())
    for where in (("move", "kleding"), ("open", ID)):
        assert "his" in sealed.bad(1, "seals", *where, "--key-file", other)
    assert "still waits" in sealed("seals", "move", "kleding", "--key-file", second).stderr
    assert sealed.json("seals", "move", "kleding", "--key-file", share) == {
        "programme": "kleding", "moved": True, "left": False,
    }  # fmt: skip
    assert SPEAKER in sealed.good("seals", "open", ID, "--key-file", second)
    assert "closed" in sealed.good("seals", "open", ID, "--key-file", first)


def test_a_step_with_the_key_knows_who_spoke(sealed: Desk) -> None:
    key, _ = made(sealed)
    words = ("act", ID, "record-contribution", "--by", "moderator", "--now", "2022-06-16T14:00Z")
    point = ("--stakeholder", SPEAKER, "--text", "More.", "--attribution", "sealed")
    sealed.good(*words, *point, "--id", "c3", "--key-file", key)
    assert "--key-file" in sealed.bad(1, *words, *point, "--id", "c4")
    named = ("--stakeholder", "sealed-1", "--text", "Once more.")
    sealed.good(*words, *named, "--id", "c4")
    assert sealed.json("seals", "open", ID, "--key-file", key)["seals"] == [
        {"voice": "sealed-1", "stakeholder": SPEAKER}
    ]


def test_what_is_wrong_is_said_and_changes_nothing(sealed: Desk) -> None:
    key, share = made(sealed)
    before = (sealed.folder / "weerklank.db").read_bytes()
    again = ("seals", "make-key", "kleding", "--out", key, "--recovery-out", share)
    assert "nothing is written over a key" in sealed.bad(2, *again)
    assert "cannot be read" in sealed.bad(2, "seals", "open", ID, "--key-file", "nowhere.key")
    assert "no pseudonym" in sealed.bad(1, "seals", "code", ID, "sealed-9")
    assert "no programme" in sealed.bad(1, "seals", "status", "ghost").lower()
    nowhere = str(sealed.folder / "x.key"), str(sealed.folder / "x.share")
    ghost = ("seals", "make-key", "ghost", "--out", nowhere[0], "--recovery-out", nowhere[1])
    sealed.bad(1, *ghost)
    assert not Path(nowhere[0]).exists()
    assert (sealed.folder / "weerklank.db").read_bytes() == before


def test_a_code_is_told_once(sealed: Desk) -> None:
    made(sealed)
    one, two = (sealed.good("seals", "code", ID, "sealed-1").strip() for _ in range(2))
    assert one != two
    held = b"".join(file.read_bytes() for file in sealed.folder.glob("weerklank.db*"))
    assert two.encode() not in held


def test_whoever_runs_the_machine_is_told_no_number(desk: Desk, migrated_file: Path) -> None:
    """Making, showing and moving keys say the same, whether nobody spoke under seal or somebody did."""
    said = list[list[str]]()
    for spoke in (False, True):
        file = shutil.copy(migrated_file, desk.folder / "weerklank.db")
        engine = connect(f"sqlite:///{file}", durable=False)
        memory = Memory(f"sqlite:///{file}", engine, Ledger(engine, policy_of))
        memory.open()
        (memory.speak if spoke else memory.meet)()
        engine.dispose()
        told = [desk.good("seals", "status", "kleding")]
        keys = [made(desk, f"{name}-{spoke}") for name in ("first", "second")]
        told += [desk.good("seals", "status", "kleding", *more) for more in ((), ("--json",))]
        told.append(desk("seals", "status", "kleding").stderr)
        said.append([re.sub(r"age1\w+|[0-9a-f]{16}|[-\d:.T+]{19,}Z?", "", one) for one in told])
        assert len(keys) == 2
    assert said[0] == said[1]


def test_a_key_over_an_earlier_one_says_how_that_is_opened(sealed: Desk) -> None:
    first, _ = made(sealed)
    key, share = (str(sealed.folder / f"second.{kind}") for kind in ("key", "share"))
    said = sealed.good("seals", "make-key", "kleding", "--out", key, "--recovery-out", share)
    assert "stays closed" in said
    assert "weerklank seals move kleding" in said
    assert SPEAKER in sealed.good("seals", "open", ID, "--key-file", first)


def test_files_of_keys_for_which_nothing_is_stored_do_not_stay(
    sealed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would pass for keys that open something; where it is not known, they stay and it is said where."""
    key, share = sealed.folder / "the.key", sealed.folder / "the.share"
    words = ("seals", "make-key", "kleding", "--out", str(key), "--recovery-out", str(share))

    def refused(*_: object, **__: object) -> None:
        raise Refused("seal-key-known")

    def unknown(*_: object) -> bool:
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr(seals, "take_key", refused)
    sealed.bad(1, *words)
    assert not key.exists()
    assert not share.exists()
    with monkeypatch.context() as stuck:
        stuck.setattr(new_key_files, "_delete", lambda _: False)
        assert f"{key}, {share}" in sealed(*words).stderr.replace("\n", "")
    for file in (key, share):
        file.unlink()
    monkeypatch.setattr(new_key_files, "is_in_use", unknown)
    assert f"stay: {key}, {share}" in sealed(*words).stderr.replace("\n", "")
    assert key.exists()
    assert share.exists()


def test_a_key_file_on_a_stick_without_links(sealed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    key, share = made(sealed)
    assert SPEAKER in sealed.good("seals", "open", ID, "--key-file", key)
    assert "is there already" in sealed.bad(
        2, "seals", "make-key", "kleding", "--out", key, "--recovery-out", share
    )
    assert {file.name for file in sealed.folder.glob("first.*")} == {"first.key", "first.share"}
