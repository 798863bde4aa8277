"""The house lives by the clock; a demonstration by its own; what a rehearsal made never reaches anybody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.clock import utc_now
from config.settings import SettingsUnfit, load_settings
from records.migrate import found_rehearsal
from services.house import open_house
from states.language.errors import Refused
from tests.services.conftest import programme

FAR = timedelta(days=700)


def test_an_open_house_lives_by_the_clock(migrated_file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'weerklank.db'}"
    with open_house(load_settings(database_url=url)) as house:
        house.ledger.apply_programme(programme(), utc_now())
        later = utc_now() + FAR
        for ahead in (house.sweep, house.open_due_editions, house.deliver):
            with pytest.raises(Refused) as refused:
                ahead(later)
            assert refused.value.code == "future-now"
        assert house.ledger.dialogue_ids() == []


def test_the_clock_is_handed_in(tmp_path: Path) -> None:
    noon = datetime(2031, 1, 1, 12, tzinfo=UTC)
    url = f"sqlite:///{tmp_path / 'weerklank.db'}"
    with open_house(load_settings(database_url=url), clock=lambda: noon) as house:
        house.sweep(noon + timedelta(minutes=15))
        with pytest.raises(Refused):
            house.sweep(noon + timedelta(minutes=16))


def test_who_lives_by_the_clock_file_of_a_demonstration_has_their_own_time(tmp_path: Path) -> None:
    url, clock = f"sqlite:///{tmp_path / 'weerklank.db'}", tmp_path / "weerklank.clock"
    with open_house(load_settings(database_url=url, clock_file=clock)) as house:
        house.sweep(utc_now() + FAR)


def test_no_demonstration_writes_to_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_HOST", "mail.klein.example")
    load_settings(channel="smtp")
    with pytest.raises(SettingsUnfit, match="take WEERKLANK_CLOCK_FILE away"):
        load_settings(channel="smtp", clock_file="/nowhere/some.clock")


@pytest.mark.parametrize(
    "way",
    [
        {"channel": "smtp", "smtp": {"host": "127.0.0.1"}},
        {"channel": "none", "chat_urls": ("json://localhost",)},
    ],
    ids=["smtp", "chat"],
)
def test_what_a_rehearsal_made_never_leaves_the_house(tmp_path: Path, way: dict[str, str]) -> None:
    url = f"sqlite:///{tmp_path / 'rehearsed.db'}"
    found_rehearsal(url)
    with open_house(load_settings(database_url=url, **way)) as house:
        with pytest.raises(Refused) as refused:
            house.deliver(utc_now())
        assert refused.value.code == "rehearsed"
    with open_house(load_settings(database_url=url, channel="maildir", maildir=tmp_path)) as house:
        house.deliver(utc_now())
