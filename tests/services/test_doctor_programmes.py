"""The doctor tells of a key that is lost, and of roles whose alerts nobody hears."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from records.access.accounts import Account, keep_account
from records.dialogues.duty_queries import alerting
from records.engine.database import writing
from records.schema.collections import StakeholderTable
from services.doctor.programmes import check_alerts, check_key, check_languages
from services.house import House
from services.secret_encryption import key_file, lock
from states.language.languages import LANGUAGES
from states.model.facts import Notice
from states.model.vocabulary import Template
from tests.services.conftest import ID, NOW, SESSION, act, programme


def _kept(house: House) -> None:
    secret = lock(house.settings, "JBSWY3DPEHPK3PXP", "manager@klein")
    account = Account("klein", "manager", "manager@klein.example", "hash", secret, 0)
    keep_account(house.engine, account, NOW)


def test_a_key_that_is_gone_or_another_one_is_told(house: House) -> None:
    _kept(house)
    assert list(check_key(house)) == []
    file = key_file(house.settings)
    file.rename(file.with_suffix(".kept"))
    [gone] = check_key(house)
    assert (gone.state, str(file) in gone.says) == ("bad", True)
    lock(house.settings, "another", "sponsor@klein")  # makes a new key
    assert [one.state for one in check_key(house)] == ["bad"]


@pytest.mark.parametrize(
    ("silent", "told"),
    [
        ((), 0),
        (("manager", "deputy"), 0),
        (("board",), 1),
        (("manager", "deputy", "sponsor", "board", "confidant", "moderator"), 6),
    ],
)
def test_roles_whose_alerts_reach_nobody_are_told(
    house: House, silent: tuple[str, ...], told: int
) -> None:
    roles: dict[str, Any] = programme().model_dump(mode="json")["roles"]
    for role in silent:
        roles[role] = {"name": f"De {role}", "language": "nl", "phone": "+31 6 1"}
    house.ledger.apply_programme(programme(roles=roles), NOW)
    house.ledger._reader._kept.clear()
    found = list(check_alerts(house))
    assert len(found) == told
    assert all(one.state == "bad" for one in found)


def _next_edition(house: House) -> str:
    year = timedelta(days=364)
    opened = house.ledger.open_edition(
        "klein", session_at=SESSION + year, edition=2023, information=None, by="manager", now=NOW
    )
    return opened.dialogue_id


def _mail_to_the_board_fails(house: House) -> None:
    """What fails for good is known by edition: here by that of 2022 alone."""
    house.ledger.tell(
        ID, Notice(to="board", role="board", template=Template.PEOPLE_ARE_WAITING), "x", NOW
    )
    [posted] = [
        row
        for post in house.ledger.claim(NOW, limit=99, lease=timedelta(minutes=5), worker="w")
        for row in post.rows
        if row.dialogue_id == ID and row.notice.template == "people-are-waiting"
    ]
    house.ledger.undeliverable(posted.id, "email", "mailbox-unavailable", NOW)


def test_an_earlier_edition_that_still_owes_is_asked_too(house: House) -> None:
    newest = _next_edition(house)
    assert list(check_alerts(house)) == []
    _mail_to_the_board_fails(house)

    [found] = check_alerts(house)
    assert found.says.startswith(f"{ID}: alerts to the ")
    assert alerting(house.engine) == [newest, ID]


def test_one_that_owes_nothing_is_not_read(house: House) -> None:
    newest = _next_edition(house)
    _mail_to_the_board_fails(house)
    act(house, "cancel-dialogue", reason="The company was sold.")

    assert alerting(house.engine) == [newest]
    assert list(check_alerts(house)) == []


def test_what_every_edition_lacks_is_said_once(house: House) -> None:
    _next_edition(house)
    roles: dict[str, Any] = programme().model_dump(mode="json")["roles"]
    roles["board"] = {"name": "De board", "language": "nl", "phone": "+31 6 1"}
    house.ledger.apply_programme(programme(roles=roles), NOW)

    assert len(list(check_alerts(house))) == 1


def test_readers_of_a_language_that_we_do_not_write_are_told(house: House) -> None:
    """They were stored before it was refused: they are written to in English, and nobody is named."""
    assert list(check_languages(house)) == []
    with writing(house.engine, NOW) as connection:
        chosen = (
            update(StakeholderTable)
            .where(StakeholderTable.id.in_(["ngo", "union"]))
            .values(language="fr")
        )
        assert connection.execute(chosen).rowcount == 2
    [told] = check_languages(house)
    assert told.state == "warn"
    assert told.says.startswith(f"{ID}: 2 participants read 'fr', in which we do not write")
    assert ", ".join(LANGUAGES) in (told.advice or "")
    assert "Voor ngo" not in told.says
