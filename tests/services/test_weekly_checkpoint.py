"""Auditor and board get the newest checkpoint whole, once a week and programme, while something happens in it."""

import html
from datetime import timedelta

import pytest

from notifications.channels.channels import PermanentFailure
from notifications.channels.email import CHECKPOINT
from records import queries
from records.dialogues.programmes import pause
from services.checkpoints import newest_anchor
from services.dry_run import deliver_nowhere
from services.house import House
from states.language.errors import BadInput
from tests.services.conftest import ID, NOW, SESSION, Post, act, programme, seat

DAY = timedelta(days=1)
AUDITOR = {"name": "Ada Wiersma", "email": "ada@audit.example", "language": "en"}


@pytest.fixture
def audited(house: House, post: Post) -> House:
    """A house with an auditor and a checkpoint, and nothing left to send."""
    house.ledger.apply_programme(programme(auditor=AUDITOR), NOW)
    house.sweep(NOW, pause_seconds=0)
    house.deliver(NOW)
    post.posts.clear()
    return house


def written(house: House) -> list[tuple[str, str]]:
    """To whom it was written, and what became of it."""
    rows = queries.notices_of(house.engine, house.ledger.dialogue_ids())
    return [(row.to, row.status) for row in rows if row.template == "weekly-checkpoint"]


def test_it_goes_whole_with_its_key_once_a_week(audited: House, post: Post) -> None:
    assert audited.send_digest("klein", NOW + DAY) >= 2
    assert audited.send_digest("klein", NOW + DAY) == 0
    audited.deliver(NOW + 2 * DAY)
    kept = newest_anchor(audited.engine)
    assert kept
    mine = [one for one in post.posts if kept.key in one.message.text]
    assert sorted(one.message.to for one in mine) == ["auditor", "board"]
    for one in mine:
        assert f"\n\n{kept.note}\n" in one.message.text  # to be copied to the byte
        assert html.escape(kept.note.strip(), quote=False) in html.unescape(one.message.html)
        assert CHECKPOINT.encode() in one.wire
    [ada] = [one.message for one in mine if one.message.to == "auditor"]
    assert (ada.address, ada.language) == ("ada@audit.example", "en")
    assert "You are the auditor" in " ".join(ada.text.split())


def test_a_new_edition_in_the_same_week_makes_no_second_one(audited: House) -> None:
    audited.send_digest("klein", NOW)
    audited.ledger.open_edition(
        "klein",
        session_at=SESSION + 365 * DAY,
        edition=None,
        information=None,
        by="manager",
        now=NOW,
    )
    audited.send_digest("klein", NOW + timedelta(hours=1))
    assert sorted(to for to, _ in written(audited)) == ["auditor", "board"]
    audited.send_digest("klein", NOW + 7 * DAY)
    assert len(written(audited)) == 4


def test_a_week_in_which_nothing_happened_has_none(audited: House) -> None:
    audited.send_digest("klein", NOW + 15 * DAY)
    assert written(audited) == []


def test_without_a_checkpoint_or_an_address_there_is_none(house: House) -> None:
    house.send_digest("klein", NOW)
    assert written(house) == []
    nobody = {"name": "Ada Wiersma", "language": "en"}
    plain = programme(auditor=nobody)
    roles = {name: person for name, person in plain.roles.items() if name != "board"}
    house.ledger.apply_programme(plain.model_copy(update={"roles": roles}), NOW)
    house.sweep(NOW, pause_seconds=0)
    house.send_digest("klein", NOW)
    assert written(house) == []


def test_a_pause_holds_it_up_no_more_than_what_is_owed(audited: House) -> None:
    pause(audited.engine, "klein", "operator", "Later", NOW)
    assert audited.send_digest("klein", NOW) >= 2


def test_a_dry_run_writes_it_too(audited: House) -> None:
    audited.send_digest("klein", NOW + DAY)
    assert deliver_nowhere(audited, NOW + 2 * DAY).quarantined == 0
    assert {status for _, status in written(audited)} == {"sent"}


def test_an_auditor_whom_nothing_reaches_is_told_of_once(audited: House, post: Post) -> None:
    post.trouble = {"ada@audit.example": PermanentFailure("mailbox-unavailable")}
    audited.send_digest("klein", NOW + DAY)
    audited.deliver(NOW + 2 * DAY)
    assert ("auditor", "failed") in written(audited)
    failed = [one.message.to for one in post.posts if one.message.template == "delivery-failed"]
    assert failed == ["manager"]


def test_no_seat_is_called_as_the_auditor_is(house: House) -> None:
    with pytest.raises(BadInput):
        act(house, "map-stakeholder", **seat("auditor", "a@b.example"))
    assert house.ledger.read(ID).holder("auditor") is None
