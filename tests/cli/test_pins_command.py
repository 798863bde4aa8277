"""`weerklank pins renew`: what the page *PINs* does, at the command line."""

import re
from pathlib import Path

import pytest

from records.access.links import Capacity
from records.access.sealed_pins import check_pin, has_pin, set_pin
from records.engine.database import connect
from tests.cli.conftest import Desk
from tests.cli.test_seals_command import ID, SPEAKER, sealed
from tests.records.conftest import utc

__all__ = ["sealed"]
OTHER, PIN = "ngo-nl", "482913"
NOW = utc(2022, 6, 16, 15)


def capacity(who: str) -> Capacity:
    return Capacity("participant", "kleding", who, ID)


@pytest.mark.parametrize("by", ["moderator", "confidant"])
@pytest.mark.parametrize("who", [SPEAKER, OTHER])
def test_a_code_is_told_once_and_voids_the_pin(sealed: Desk, who: str, by: str) -> None:
    """It is the same for who spoke under seal and for who did not."""
    engine = connect(f"sqlite:///{sealed.folder}/weerklank.db", durable=False)
    assert set_pin(engine, capacity(who), PIN, NOW).right
    result = sealed("pins", "renew", ID, who, "--by", by)
    assert re.fullmatch(r"\d{4} \d{4}\n", result.stdout)
    assert result.stderr.startswith("Shown once; good for 7 days.")
    assert not check_pin(engine, capacity(who), PIN, NOW).right
    held = b"".join(file.read_bytes() for file in sealed.folder.glob("weerklank.db*"))
    assert result.stdout.replace(" ", "").strip().encode() not in held
    engine.dispose()


@pytest.mark.parametrize("by", ["manager", "sponsor", "board", "operator", SPEAKER, "helper-1"])
def test_nobody_else_renews_a_pin(sealed: Desk, by: str) -> None:
    engine = connect(f"sqlite:///{sealed.folder}/weerklank.db", durable=False)
    said = sealed.bad(1, "pins", "renew", ID, SPEAKER, "--by", by)
    assert "moderator or the confidential adviser" in said
    assert not has_pin(engine, capacity(SPEAKER))
    engine.dispose()


def test_who_is_not_there_has_no_pin(sealed: Desk) -> None:
    before = Path(sealed.folder / "weerklank.db").read_bytes()
    for who in ("nobody", "sealed-1", "moderator"):
        sealed.bad(1, "pins", "renew", ID, who, "--by", "moderator")
    assert Path(sealed.folder / "weerklank.db").read_bytes() == before
