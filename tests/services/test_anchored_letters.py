"""Every letter carries the newest checkpoint, short for people and whole for programs; what is a copy makes none."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from cli.rehearsal.simulator import new_life
from config.settings import load_settings
from notifications.channels.email import CHECKPOINT, to_email, to_wire
from notifications.language.anchor import Anchor
from notifications.letters.account import AboutAccount, account_message
from notifications.letters.compose import Message, compose, words_to_pass_on
from records.engine.randomness import seeded_bytes
from services.checkpoints import newest_anchor, signing_key_file
from services.doctor.programmes import check_checkpoints
from services.dry_run import foresee, foresee_in, where_time_acts
from services.house import House
from services.signed_notes import Signer, open_checkpoint, read_verifier
from states.model.vocabulary import Template
from tests.journeys.lives import played, scenario, small
from tests.notifications import builders
from tests.notifications.cases import every_case
from tests.services.conftest import NOW, Post

DAY = timedelta(days=1)
SIGNER = Signer("weerklank/journal/0a1b2c3d", seeded_bytes("klein-2022", "key", 32))
ANCHOR = Anchor(
    SIGNER.sign_checkpoint(1234, seeded_bytes("klein-2022", "root", 32)), SIGNER.verifier.text
)


def carried(wire: bytes) -> str:
    """Take the checkpoint out of a mail as anybody can: the header without blanks, out of base64."""
    header = message_from_bytes(wire, policy=policy.compat32)[CHECKPOINT]
    return b64decode("".join(header.split()), validate=True).decode()


def posted(house: House, post: Post) -> Iterator[Message]:
    """Deliver what waits; the messages."""
    post.posts.clear()
    house.deliver(NOW + timedelta(minutes=1))
    return (one.message for one in post.posts)


def test_letters_of_a_round_carry_the_newest_checkpoint(house: House, post: Post) -> None:
    house.sweep(NOW, pause_seconds=0)
    kept = newest_anchor(house.engine)
    assert kept
    sent = list(posted(house, post))

    assert len(sent) >= 2
    for message in sent:
        assert message.anchor == kept
        assert f"{kept.origin}, num" in " ".join(message.text.split())
        assert kept.digits in " ".join(message.text.split())
    for one in post.posts:
        note = carried(one.wire)
        assert note == kept.note
        assert open_checkpoint(note, read_verifier(kept.key)).size == int(kept.size)


def test_letters_before_the_first_checkpoint_carry_none(house: House, post: Post) -> None:
    for message in posted(house, post):
        assert message.anchor is None
    assert all(CHECKPOINT.encode() not in one.wire for one in post.posts)


@pytest.mark.parametrize("language", ["nl", "en", "tr"])
def test_the_short_form_stands_below_every_letter(language: str) -> None:
    for case in every_case(language):
        message = compose(case.notice, case.dialogue, now=case.now, anchor=ANCHOR)
        if case.notice.template == Template.WAY_REPLACED:
            assert "weerklank/journal" not in message.text  # one neutral line, and nothing else
            continue
        last = message.text.rstrip().split("\n\n")[-1]
        assert "weerklank/journal/0a1b2c3d" in last, case.name
        assert ANCHOR.digits in " ".join(last.split())
        assert ANCHOR.digits in message.html
        assert "1234" in last
    about = AboutAccount(
        "new-sign-in", "manager", "Karin Smit", "k@merk.example", language, "", None, NOW
    )
    told = account_message(
        about, builders.programme(language), now=NOW, base_url=None, anchor=ANCHOR
    )
    assert "weerklank/journal/0a1b2c3d" in told.text


def test_nothing_of_it_is_read_out() -> None:
    for case in every_case("en"):
        aloud = words_to_pass_on(case.notice, case.dialogue, "moderator", case.now)
        assert "weerklank/journal" not in (aloud or "")


def test_a_mail_that_was_folded_anew_on_its_way_gives_it_back_to_the_byte() -> None:
    message = compose(
        builders.notice("invitation", "ngo"),
        builders.dialogue(),
        now=builders.ALERTED,
        anchor=ANCHOR,
    )
    how = {"sender": "dialoog@merk.example", "message_id": "notice-1@merk.example"}
    wire = to_wire(message, **how)
    assert max(map(len, wire.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
    for style in (policy.SMTP, policy.compat32, policy.HTTP.clone(refold_source="all")):
        again = message_from_bytes(wire, policy=style).as_bytes()
        assert carried(again) == ANCHOR.note
    assert carried(to_email(message, **how).as_bytes()) == ANCHOR.note


def test_a_dry_run_signs_nothing(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    how = {"checkpoint_folder": folder, "checkpoint_key": tmp_path / "key"}
    house.settings = load_settings(database_url=house.settings.database_url, **how)

    def act(copy: House) -> None:
        copy.sweep(NOW + DAY, pause_seconds=0)

    foresee_in(house, where_time_acts(NOW + DAY), act)
    new = load_settings(database_url=f"sqlite:///{tmp_path}/new.db", **how)
    foresee(new, where_time_acts(NOW + DAY), act)
    assert not folder.exists()
    assert not signing_key_file(house.settings).exists()
    assert newest_anchor(house.engine) is None


@pytest.mark.slow
def test_a_rehearsal_signs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_CHECKPOINT_FOLDER", str(tmp_path / "kept"))
    monkeypatch.setenv("WEERKLANK_CHECKPOINT_KEY", str(tmp_path / "key"))
    with new_life(scenario(small(played("session"), until="2022-08-30T00:00"))) as life:
        life.live()
        assert life.mail.posts
        assert all(one.message.anchor is None for one in life.mail.posts)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_lost_is_told_by_the_doctor_and_stops_nothing(
    house: House, post: Post
) -> None:
    house.sweep(NOW, pause_seconds=0)
    assert list(check_checkpoints(house)) == []
    signing_key_file(house.settings).unlink()
    house.sweep(NOW + 2 * DAY, pause_seconds=0)
    assert list(posted(house, post))
    [told] = check_checkpoints(house)
    assert told.state == "bad"
    assert "--new-key" in str(told.advice)
