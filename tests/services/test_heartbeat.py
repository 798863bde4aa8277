"""The heartbeat: a watchman outside hears of each sweep that finished, and misses a machine that fell silent."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.commands.up import _of_the_demo
from config.settings import Settings, SettingsUnfit, load_settings
from records import heartbeats
from services.doctor.watchmen import check_heartbeat
from services.heartbeat import beat, watchman_of
from services.house import House, open_house
from tests.cli.conftest import Desk, desk  # noqa: F401 - a fixture
from tests.web_hook import SECRET, WebHook, listening

NOW = datetime(2022, 9, 9, 6, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def hook() -> Iterator[WebHook]:
    """A watchman on this machine."""
    with listening() as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, hook: WebHook) -> Iterator[House]:
    """A house that has a watchman; its time is its own."""
    database = f"sqlite:///{tmp_path / 'house.db'}"
    settings = load_settings(database_url=database, heartbeat_url=hook.address)
    with open_house(settings, clock=None) as found:
        yield found


def said(house: House) -> tuple[str, str]:
    (found,) = check_heartbeat(house)
    return found.state, found.says


def test_each_heartbeat_is_heard_and_remembered(house: House, hook: WebHook) -> None:
    assert said(house) == ("ok", "goes to 127.0.0.1 with the next sweep")
    assert beat(house.settings, house.engine, NOW)

    assert hook.paths == [f"/{SECRET}?token={SECRET}&to=wie%20dan"]
    assert heartbeats.last(house.engine) == (NOW, NOW, None)
    assert said(house) == ("ok", "127.0.0.1 heard of the last sweep at")


@pytest.mark.parametrize(("status", "why"), [(500, "status-500"), (302, "status-302")])
def test_a_watchman_who_does_not_take_it_is_told_of_by_the_doctor(
    house: House, hook: WebHook, status: int, why: str
) -> None:
    beat(house.settings, house.engine, NOW)
    hook.status = status

    assert not beat(house.settings, house.engine, NOW + QUARTER)
    assert heartbeats.last(house.engine) == (NOW + QUARTER, NOW, why)
    state, words = said(house)
    assert (state, words.endswith(f"({why})")) == ("warn", True)


def test_a_watchman_who_is_gone_fails_no_sweep_and_no_secret_is_logged(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    gone = house.settings.model_copy(update=_at("http://127.0.0.1:9/" + SECRET))

    assert not beat(gone, house.engine, NOW)
    found = heartbeats.last(house.engine)
    assert found is not None
    assert found.error == "ConnectionRefusedError"
    written = capfd.readouterr()
    assert "heartbeat-not-heard" in written.err
    assert SECRET not in written.out + written.err


def _at(address: str) -> dict[str, object]:
    return {"heartbeat_url": load_settings(heartbeat_url=address).heartbeat_url}


def test_a_silent_machine_is_missed(house: House, hook: WebHook) -> None:
    """A watchman who was told to expect a beat a quarter hears four an hour, and then none."""
    beats = [NOW + number * QUARTER for number in range(4)]
    for moment in beats:
        beat(house.settings, house.engine, moment)

    assert len(hook.paths) == len(beats)
    silent_since = heartbeats.last(house.engine)
    assert silent_since is not None
    assert silent_since.heard_at == beats[-1]


@pytest.mark.parametrize(
    "wrong",
    [f"http://elders.example/{SECRET}", f"ftp://elders.example/{SECRET}", SECRET, f"https://[{SECRET}"],
)  # fmt: skip
def test_an_address_in_the_clear_is_refused_without_repeating_it(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_HEARTBEAT_URL", wrong)
    with pytest.raises(SettingsUnfit, match=r"WEERKLANK_HEARTBEAT_URL: .*over https") as refused:
        load_settings()

    assert SECRET not in str(refused.value)


def test_nobody_outside_is_a_warning_and_a_demonstration_calls_nobody(
    tmp_path: Path, hook: WebHook
) -> None:
    with open_house(load_settings(database_url=f"sqlite:///{tmp_path / 'x.db'}")) as house:
        assert said(house)[0] == "warn"
        assert not beat(house.settings, house.engine, NOW)
    demo = _of_the_demo(load_settings(heartbeat_url=hook.address), tmp_path)
    assert (watchman_of(demo), hook.paths) == (None, [])


def test_a_sweep_from_cron_beats_once_it_finished(
    desk: Desk,  # noqa: F811 - the fixture
    hook: WebHook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEERKLANK_HEARTBEAT_URL", hook.address)
    desk.good("programme", "list")
    desk.good("sweep")
    assert len(hook.paths) == 1

    def broken(*_: object, **__: object) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr(House, "sweep", broken)
    assert desk("sweep").exit_code == 1
    assert len(hook.paths) == 1
    assert SECRET not in json.dumps(desk.json("config"))


def test_the_address_is_no_part_of_what_settings_show() -> None:
    settings: Settings = load_settings(heartbeat_url=f"https://hc.example/{SECRET}")

    assert SECRET not in repr(settings)
    assert watchman_of(settings) == "hc.example"
