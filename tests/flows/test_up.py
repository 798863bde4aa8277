"""`weerklank up` as its user meets it: it comes up, says where, and leaves nothing behind."""

import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from config.clock import set_clock
from config.settings import Settings, load_settings
from flows.machine.processes import Child, free_port, start, stop
from flows.machine.server import answers
from flows.machine.site import AlreadyRunning, MachineSite, variables_for
from flows.machine.supervisor import SERVICES, Service, run
from tests.flows.up_process import running
from tests.patience import alive, wait_for


@pytest.fixture
def site_environment(tmp_path: Path) -> dict[str, str]:
    """The settings of an installation in a folder of its own."""
    return {
        **os.environ,
        "WEERKLANK_DATABASE_URL": f"sqlite:///{tmp_path / 'weerklank.sqlite'}",
        "WEERKLANK_PREFECT_HOME": str(tmp_path / "prefect"),
        "WEERKLANK_PREFECT_PORT": str(free_port("127.0.0.1", 0)),
        "WEERKLANK_PORTAL_PORT": str(free_port("127.0.0.1", 0)),
    }


@pytest.mark.prefect
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_comes_up_and_leaves_nothing_behind(
    site_environment: dict[str, str], tmp_path: Path
) -> None:
    api = f"http://127.0.0.1:{site_environment['WEERKLANK_PREFECT_PORT']}/api"
    with running(site_environment) as (up, family):
        wait_for(lambda: answers(api))
        wait_for(lambda: len(up.family()) == 3)
        assert any("nothing is sent, because no channel is set" in line for line in up.lines)
        up.process.send_signal(signal.SIGINT)

        assert up.end() == 0
        assert up.lines[-1] == "Everything is stopped.\n"
        assert alive(family) == []
        assert not answers(api)

    with running(site_environment) as (up, family):
        server = next(one for one in family if "flows.machine.server" in one.cmdline())
        server.kill()

        assert up.end() == 1
        assert any("Prefect server ended by itself" in line for line in up.lines)
        assert alive(family) == []

    with running(site_environment) as (up, family):
        up.process.kill()

        wait_for(lambda: not alive(family))


def _sleeper(site: MachineSite) -> Child:
    return start(
        "Sleeper", "http.server", ["0", "--bind", "127.0.0.1"], dict(os.environ), site.log("s")
    )


def _failing(site: MachineSite) -> Child:
    return start("Failing", "no_such_module", [], dict(os.environ), site.log("f"))


def _service(name: str, starting: object, *, healthy: bool = True, patience: float = 30) -> Service:
    assert callable(starting)
    return Service(name, starting, lambda *_: healthy, lambda _: "here", patience)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a folder and ports of their own: somebody may run a house on this machine."""
    return load_settings(
        database_url=f"sqlite:///{tmp_path / 'weerklank.sqlite'}",
        prefect={"home": tmp_path / "prefect", "port": free_port("127.0.0.1", 0)},
        portal={"port": free_port("127.0.0.1", 0)},
    )


def test_what_does_not_start_is_said_with_its_last_words(settings: Settings) -> None:
    said: list[str] = []
    services = [_service("A", _sleeper), _service("B", _failing, healthy=False)]

    assert run(settings, services=services, say=said.append) == 1
    assert any("Failing ended by itself" in line and "no_such_module" in line for line in said)
    assert said[-1] == "Everything is stopped."


def test_a_full_disk_is_named_when_a_service_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))

    assert run(settings, services=[_service("B", _failing)], say=said.append) == 1
    assert any("There is no room left on the disk of" in line for line in said)


def test_what_never_becomes_healthy_is_given_up(settings: Settings) -> None:
    said: list[str] = []
    services = [_service("A", _sleeper, healthy=False, patience=0.5)]

    assert run(settings, services=services, say=said.append) == 1
    assert any("A is not healthy after" in line for line in said)


def test_a_second_one_in_the_same_folder_is_refused(settings: Settings) -> None:
    said: list[str] = []
    with MachineSite(settings).alone(said.append):
        assert run(settings, services=[], say=said.append) == 1

    assert "runs already" in said[0]
    with (
        pytest.raises(AlreadyRunning),
        MachineSite(settings).alone(said.append),
        MachineSite(settings).alone(said.append),
    ):
        pass


def test_a_free_port_is_none_that_whoever_connects_may_get() -> None:
    """Seconds pass before a server listens on it."""
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(given.read_text(encoding="ascii").split()[0]) if given.exists() else 49_152

    assert {free_port("127.0.0.1", 0) < min(first, 32_768) for _ in range(20)} == {True}


def test_a_taken_port_is_left_to_whoever_has_it(settings: Settings) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        prefect = settings.prefect.model_copy(update={"port": taken})
        own = MachineSite(settings.model_copy(update={"prefect": prefect})).own

    assert own is not None
    assert own.port != taken


def test_taken_pages_are_an_error_that_says_what_to_do(settings: Settings) -> None:
    import socket

    said: list[str] = []
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        portal = settings.portal.model_copy(update={"port": taken})
        told_where = settings.model_copy(update={"portal": portal})
        assert run(told_where, services=[], say=said.append) == 1

    assert f"Port {taken} on 127.0.0.1" in said[0]
    assert "WEERKLANK_PORTAL_PORT" in said[0]


NOT_OF_THIS_MACHINE = "192.0.2.1"  # an address that is set apart for examples


@pytest.mark.parametrize("which", ["portal", "prefect"])
def test_an_address_of_another_machine_is_told(settings: Settings, which: str) -> None:
    said: list[str] = []
    wish = getattr(settings, which).model_copy(update={"host": NOT_OF_THIS_MACHINE})

    assert run(settings.model_copy(update={which: wish}), say=said.append) == 1
    assert f"of {NOT_OF_THIS_MACHINE}: " in said[-1]
    assert f"WEERKLANK_{which.upper()}_HOST" in said[-1]


def test_the_first_service_starts_before_what_is_prepared_and_the_others_after(
    settings: Settings,
) -> None:
    began: list[str] = []

    def starting(name: str) -> Callable[[MachineSite], Child]:
        def begin(site: MachineSite) -> Child:
            began.append(name)
            return _sleeper(site) if name != "C" else _failing(site)

        return begin

    services = [
        _service("A", starting("A")),
        _service("B", starting("B")),
        _service("C", starting("C"), healthy=False),
    ]
    run(
        settings,
        services=services,
        prepare=lambda: began.append("prepared"),
        say=lambda _: None,
    )

    assert began == ["A", "prepared", "B", "C"]


def test_the_runner_notices_when_the_clock_of_a_demonstration_was_moved(tmp_path: Path) -> None:
    from flows.runner import DemoClock

    file = tmp_path / "weerklank.clock"
    set_clock(file, datetime(2022, 9, 12, tzinfo=UTC))
    clock, real = DemoClock(file), DemoClock(None)
    assert not clock.was_moved()
    set_clock(file, datetime(2022, 9, 13, tzinfo=UTC))
    assert clock.was_moved()
    assert not clock.was_moved()
    assert not real.was_moved()


def test_a_server_elsewhere_is_used_and_none_is_started(settings: Settings) -> None:
    elsewhere = "http://prefect.intern:4200/api"
    prefect = settings.prefect.model_copy(update={"api_url": elsewhere})
    site = MachineSite(settings.model_copy(update={"prefect": prefect}))

    assert site.api == site.environment["PREFECT_API_URL"] == elsewhere
    assert [service.name for service in SERVICES if service.wanted(site)] == [
        "Pages",
        "Flow runner",
    ]


def test_a_child_is_told_what_its_environment_does_not_say(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_CHANNEL", "maildir")
    changed = load_settings(
        database_url=settings.database_url, chat_urls="json://a json://b", smtp={"password": "key"}
    )

    assert variables_for(changed) == {
        "WEERKLANK_DATABASE_URL": settings.database_url,
        "WEERKLANK_CHAT_URLS": "json://a json://b",
        "WEERKLANK_SMTP_PASSWORD": "key",
    }


def test_prefect_gets_nothing_of_another_prefect(settings: Settings) -> None:
    from flows.machine.server import environment

    own = MachineSite(settings).own
    assert own is not None
    told_server = environment(own, {"PREFECT_API_KEY": "theirs", "HOME": "/somewhere"})

    assert "PREFECT_API_KEY" not in told_server
    assert told_server["PREFECT_HOME"] == str(settings.prefect.home)
    assert told_server["PREFECT_UI_API_URL"] == own.api
    assert told_server["DO_NOT_TRACK"] == "1"


def test_what_waits_for_the_runner_is_not_marked_late_before_two_sweeps(settings: Settings) -> None:
    """Prefect's own 15 seconds let hundreds that are due at once wait for their marks."""
    from flows.machine.server import environment
    from flows.prefect.stale_runs import MISSED

    own = MachineSite(settings).own
    assert own is not None
    told = environment(own)["PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS"]

    assert int(told) >= MISSED.total_seconds()


def test_what_is_stopped_takes_its_children_along(tmp_path: Path) -> None:
    script = tmp_path / "parent_of_one.py"
    script.write_text(
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'http.server', '0', '--bind', '127.0.0.1'])\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    child = start("Parent", "parent_of_one", [], environment, tmp_path / "log.log")
    parent = psutil.Process(child.process.pid)
    wait_for(parent.children)
    family = [parent, *parent.children()]
    stop([child])

    assert alive(family) == []
