"""One real Prefect server for all tests of the flows, and the case of 2022 as it stood on the eve of its lapse."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from flows.machine.password import login
from flows.machine.server import ServerAddress, answers
from flows.once.temporary_server import Brief, brief_server
from tests.flows.prefect_watch import CASE, ROOT
from tests.patience import wait_for


@pytest.fixture(scope="session")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brief]:
    """A hardened server, as the demonstration starts it, whose scheduler looks more often."""
    quick = {
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
        "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT1S",
    }
    with brief_server(tmp_path_factory.mktemp("brief"), quick) as found:
        wait_for(lambda: answers(found.place.api) or found.child.ended)
        assert not found.child.ended, found.child.last_words()
        yield found
        _drain()


@pytest.fixture(scope="session")
def server(brief: Brief) -> ServerAddress:
    """Where that server is."""
    return brief.place


def _drain() -> None:
    """Let Prefect say what it still has to say, or it waits a minute for a server that is gone."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    EventsWorker.drain_all()
    APILogWorker.drain_all()


@pytest.fixture
def prefect(server: ServerAddress) -> Iterator[ServerAddress]:
    """Point the Prefect of this process at the server."""
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_URL,
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
        temporary_settings,
    )

    with temporary_settings(
        {
            PREFECT_API_URL: server.api,
            PREFECT_API_AUTH_STRING: login(server.home),
            PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
        }
    ):
        yield server


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case, lived until the eve of its lapse, in an SQLite file to copy."""
    folder = tmp_path_factory.mktemp("lived")
    file = folder / "case.sqlite"
    command = ["rehearse", str(CASE), "--until", "2022-09-08", "--database", f"sqlite:///{file}"]
    subprocess.run(
        [sys.executable, "-m", "cli.main", *command, "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def house(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy of the case in the environment, with a folder for its mail."""
    file = shutil.copy(lived, tmp_path / "weerklank.sqlite")
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("WEERKLANK_CHANNEL", "maildir")
    monkeypatch.setenv("WEERKLANK_MAILDIR", str(tmp_path / "mail"))
    return load_settings()
