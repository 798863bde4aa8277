"""The doctor tells of a key that is lost, and of roles whose alerts nobody hears."""

from typing import Any

import pytest

from config.locking import key_file, locked
from config.wanting import lost_key, unheard
from config.wiring import House
from records.access_accounts import Account, keep_account
from tests.config.conftest import NOW, programme


def _kept(house: House) -> None:
    secret = locked(house.settings, "JBSWY3DPEHPK3PXP", "manager@klein")
    account = Account("klein", "manager", "manager@klein.example", "hash", secret, 0)
    keep_account(house.engine, account, NOW)


def test_a_key_that_is_gone_or_another_one_is_told(house: House) -> None:
    _kept(house)
    assert list(lost_key(house)) == []
    file = key_file(house.settings)
    file.rename(file.with_suffix(".kept"))
    [gone] = lost_key(house)
    assert (gone.state, str(file) in gone.says) == ("bad", True)
    locked(house.settings, "another", "sponsor@klein")  # makes a new key
    assert [one.state for one in lost_key(house)] == ["bad"]


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
    found = list(unheard(house))
    assert len(found) == told
    assert all(one.state == "bad" for one in found)
