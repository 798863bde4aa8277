"""The alarms on a real server: provoked one by one, heard by a receiver of web requests, and timed."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from config.settings import Settings
from flows.alarm_table import ALARMS, TRIED, AlarmRow
from flows.machine.server import ServerAddress
from tests.flows.prefect_watch import MORNING_AFTER, ROOT, living_at, watching
from tests.flows.test_signals import SPONSOR_HEARS
from tests.patience import wait_for
from tests.web_hook import SECRET, WebHook, listening

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

WITHIN = timedelta(seconds=10)
"""The least time in which Prefect can miss something."""
pytestmark = [
    pytest.mark.prefect,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("prefect"),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),  # of apprise
]
Story = Callable[["PrefectClient"], Awaitable[None]]


@pytest.fixture
def hook() -> Iterator[WebHook]:
    """Somebody who hears the alarms, until the test ends."""
    from flows.prefect.alarms.bell import name_receiver

    with listening() as found:
        asyncio.run(name_receiver(found.address))
        yield found
        tell(_silence)


def tell(story: Story) -> None:
    async def told() -> None:
        from prefect.client.orchestration import get_client

        async with get_client() as client:
            await story(client)

    asyncio.run(told())


async def _silence(client: "PrefectClient") -> None:
    from flows.prefect.alarms.automations import keep_alarms
    from flows.prefect.receiver import documents_of

    for document in await documents_of(client):
        await client.delete_block_document(document.id)
    await keep_alarms()


def row(key: str, **changes: Any) -> AlarmRow:  # noqa: ANN401 - fields of a row
    (found,) = [one for one in ALARMS if one.key == key]
    return replace(found, **changes)


async def sweep_at(*moments: Any) -> None:  # noqa: ANN401 - aware moments
    from flows.rounds import enforce_deadlines

    for moment in moments:
        with living_at(moment):
            await enforce_deadlines()


def test_an_alarm_that_is_tried_reaches_whoever_was_named(hook: WebHook) -> None:
    from flows.prefect.alarms.bell import ask_receiver, last_ring, ring

    rung = asyncio.run(ring())
    assert (rung.delivered, rung.why) == (True, "")
    assert hook.titles() == [f"Weerklank: {TRIED.title}"]
    assert hook.paths == [f"/{SECRET}?token={SECRET}&to=wie+dan"]
    assert str(asyncio.run(ask_receiver())) == "webhook (127.0.0.1)"

    hook.status = 503
    rung = asyncio.run(ring())
    assert (rung.delivered, rung.why) == (False, "it answered 503")
    kept = asyncio.run(last_ring())
    assert kept.at is not None
    assert kept == rung._replace(at=kept.at)


def apart(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which has no login but that of its home."""
    command = [sys.executable, "-m", "cli.main", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_server_that_refuses_us_is_none_that_answers(
    house: Settings, server: ServerAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_PREFECT_PORT", str(server.port))
    monkeypatch.setenv("WEERKLANK_PREFECT_HOME", str(tmp_path / "another" / "prefect"))
    found = json.loads(apart("doctor", "--json").stdout)["findings"]
    (prefect,) = [one for one in found if one["name"] == "prefect"]
    assert (prefect["state"], "refuses us" in prefect["says"]) == ("warn", True)
    assert "WEERKLANK_PREFECT_HOME" in prefect["advice"]
    asked = apart("alarm", "show")
    assert asked.returncode == 1
    assert "WEERKLANK_PREFECT_HOME" in asked.stderr
    assert "Warning" not in asked.stderr


def test_the_command_line_names_asks_and_rings(
    house: Settings, server: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_PREFECT_PORT", str(server.port))
    monkeypatch.setenv("WEERKLANK_PREFECT_HOME", str(server.home))
    tell(_silence)
    with listening() as hook:
        assert "Nobody hears the alarms" in weerklank("alarm", "show").stdout
        assert weerklank("alarm", "test").exit_code == 1
        assert "alarm: nobody hears" in weerklank("doctor").stdout

        said = [weerklank("alarm", "set", "-", "--json", given=f"{hook.address}\n")]
        said += [weerklank("alarm", "show"), weerklank("alarm", "test", "--json")]
        receiver = {"kind": "webhook", "host": "127.0.0.1"}
        assert [one.exit_code for one in said] == [0, 0, 0]
        assert json.loads(said[0].stdout) == {"receiver": receiver}
        assert said[1].stdout == "The alarms go to: webhook (127.0.0.1)\n"
        rung = {"receiver": receiver, "delivered": True, "why": ""}
        assert json.loads(said[2].stdout) == rung
        assert len(hook.posts) == 1
        said.append(weerklank("doctor"))
        told = " ".join(said[-1].stdout.split())
        assert "✓ alarm: goes to: webhook (127.0.0.1); the last test was heard at 20" in told

        hook.status = 500
        said.append(weerklank("alarm", "test"))
        assert said[-1].exit_code == 1
        assert "webhook (127.0.0.1) was not told: it answered 500" in said[-1].stderr
        said.append(weerklank("doctor"))
        told = " ".join(said[-1].stdout.split())
        assert "where no test is heard (it answered 500) since 20" in told
        assert "✓ alarm" not in told
        said.append(weerklank("alarm", "set", hook.address))
        said.append(weerklank("doctor"))
        assert "; never tried: weerklank alarm test" in " ".join(said[-1].stdout.split())
        assert [one.output for one in said if SECRET in one.output] == []
    wrong = weerklank("alarm", "set", "http://elders.example/geheim")
    assert (wrong.exit_code, "geheim" in wrong.output) == (2, False)
    tell(_silence)


def weerklank(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=given)


def test_the_automations_are_kept_as_the_table_says(hook: WebHook) -> None:
    from flows.prefect.alarms.automations import automation_of, keep_alarms
    from flows.prefect.receiver import receiver_of

    async def story(client: "PrefectClient") -> None:
        receiver = await receiver_of(client)
        wanted = {one.name: automation_of(one, receiver) for one in ALARMS}
        kept = {one.name: one for one in await client.read_automations()}
        assert set(kept) == set(wanted)
        for name, one in wanted.items():
            assert (kept[name].trigger, kept[name].actions) == (one.trigger, one.actions)

        first, second, third, _ = kept.values()
        update = {"name": "Monday's alarm", "enabled": False}
        await client.update_automation(first.id, wanted[first.name].model_copy(update=update))
        await client.create_automation(wanted[second.name])
        old = wanted[third.name].model_copy(update={"tags": ["weerklank"]})
        await client.update_automation(third.id, old)
        gone = wanted[third.name].model_copy(update={"name": "x", "tags": ["weerklank", "alarm:x"]})
        await client.create_automation(gone)
        theirs = await client.create_automation(
            old.model_copy(update={"name": "their own", "tags": ["weerklank"]})
        )
        await keep_alarms()

        mended = {one.id: one for one in await client.read_automations()}
        assert set(mended) == {*(one.id for one in kept.values()), theirs}
        assert mended[first.id] == first.model_copy(update={"enabled": False})
        assert all(mended[one.id] == one for one in (second, third))
        await client.delete_automation(theirs)
        await client.resume_automation(first.id)

    tell(story)


def test_a_secret_address_stands_in_no_place_that_prefect_shows(
    hook: WebHook, server: ServerAddress
) -> None:
    from flows.prefect.alarms.bell import ring
    from flows.prefect.receiver import documents_of

    hook.status = 404
    asyncio.run(ring())

    async def story(client: "PrefectClient") -> None:
        (document,) = await documents_of(client)
        assert SECRET in document.data["url"]
        shown = await client.read_block_documents(include_secrets=False)
        assert SECRET not in str([one.model_dump() for one in shown])

    tell(story)
    kept = [file for file in server.home.rglob("*") if file.suffix in {".log", ".db", ".db-wal"}]
    assert kept
    assert [file.name for file in kept if SECRET.encode() in file.read_bytes()] == []


def test_mail_that_does_not_leave_a_failed_run_and_a_late_answer_are_heard(
    house: Settings, hook: WebHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.machine.processes import free_port
    from flows.rounds import deliver_notices
    from tests.flows.test_rounds import _for_real_people

    nobody = str(free_port("127.0.0.1", 0))
    server = {"CHANNEL": "smtp", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": nobody}
    _for_real_people(house)
    waited = timedelta(hours=1, minutes=15)
    rows = {key: row(key) for key in ("run-failed", "outbox-late", "answers-late")}

    async def story(client: "PrefectClient") -> None:
        async with watching(client, *rows.values()):
            began = time.monotonic()
            await sweep_at(MORNING_AFTER)
            with monkeypatch.context() as patch:
                for name, value in server.items():
                    patch.setenv(f"WEERKLANK_{name}", value)
                await deliver_notices.with_options(retries=0)(return_state=True)
            await sweep_at(MORNING_AFTER + waited, SPONSOR_HEARS)
            wanted = {f"Weerklank: watched: {one.title}" for one in rows.values()}
            wait_for(lambda: wanted <= set(hook.titles()))
            print(f"heard {time.monotonic() - began:.0f} s after all three began")  # noqa: T201

    tell(story)
    said = {key: hook.said(f"Weerklank: watched: {one.title}") for key, one in rows.items()}
    assert said["run-failed"].startswith("deliver-notices ended as failed")
    assert "the oldest since 2022-09-0" in said["outbox-late"]
    assert said["answers-late"].startswith("kledingmerk: answers that are late")
    assert "more: 4, the oldest promised for 2022-09-08 22:00 UTC" in said["answers-late"]
    assert said["answers-late"].endswith("weerklank status kledingmerk-2022")


def test_a_crashed_sweep_is_heard(
    house: Settings, hook: WebHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.rounds import enforce_deadlines
    from services.house import House

    def sweep(self: House, now: object, **pace: object) -> None:
        raise LookupError("secret@example.org is not there")

    monkeypatch.setattr(House, "sweep", sweep)
    one = row("run-failed")
    title = f"Weerklank: watched: {one.title}"

    async def story(client: "PrefectClient") -> None:
        async with watching(client, one):
            began = time.monotonic()
            with living_at(MORNING_AFTER):
                await enforce_deadlines.with_options(retries=0)(return_state=True)
            wait_for(lambda: title in hook.titles())
            print(f"heard {time.monotonic() - began:.0f} s after the sweep began")  # noqa: T201

    tell(story)
    assert hook.said(title).startswith("enforce-deadlines ended as failed")
    assert "secret" not in str(hook.posts)


def test_the_alarm_is_silent_while_sweeps_finish_and_rings_when_they_stop(
    house: Settings, hook: WebHook
) -> None:
    one = row("no-sweep", within=WITHIN)
    title = f"Weerklank: watched: {one.title}"

    async def story(client: "PrefectClient") -> None:
        async with watching(client, one):
            began = time.monotonic()
            while time.monotonic() - began < 1.5 * WITHIN.total_seconds():
                await sweep_at(MORNING_AFTER)
                assert title not in hook.titles()
            stopped = time.monotonic()
            wait_for(lambda: title in hook.titles())
            silent = time.monotonic() - stopped
            assert WITHIN.total_seconds() / 2 < silent < 1.8 * WITHIN.total_seconds()
            print(f"{stopped - began:.0f} s of sweeps, heard {silent:.0f} s after the last")  # noqa: T201

    tell(story)
    assert "weerklank doctor" in hook.said(title)
