"""Serving: one process that comes up soon, listens on this machine alone, and tells no secret to its log."""

import os
import socket
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from select import select
from shutil import copy

import pytest
from starlette.applications import Starlette

from config.settings import Settings, SettingsUnfit
from flows.machine.processes import free_port, is_open
from portal import server, worker
from portal.process_group import GONE, READY, TAKEN, Inherited
from tests.patience import PATIENCE, wait_for

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("address", ["http://dialoog.bedrijf.nl", "http://10.0.0.1:8420"])
def test_the_pages_are_not_served_in_the_clear_to_others(tmp_path: Path, address: str) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}", base_url=address)
    with pytest.raises(SettingsUnfit, match="https://"):
        server.run(settings)


def test_the_log_of_the_server_is_off_and_its_name_is_not_told(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}")
    config = worker.config_of(None, settings)  # type: ignore[arg-type]
    assert not config.access_log
    assert not config.server_header
    assert config.host == "127.0.0.1"


def test_a_process_of_its_own_serves_and_ends(tmp_path: Path, migrated_file: Path) -> None:
    file = copy(migrated_file, tmp_path / "portal.sqlite")
    port = str(free_port("127.0.0.1", 0))
    told = {"WEERKLANK_DATABASE_URL": f"sqlite:///{file}", "WEERKLANK_LOG_LEVEL": "info"}
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.server", "--port", port],
        cwd=ROOT, env=os.environ | told, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for(lambda: is_open("127.0.0.1", int(port)) or process.poll() is not None)
        assert "Weerklank" in answer(f"http://127.0.0.1:{port}/")
        assert answer(f"http://127.0.0.1:{port}/nothing-here-sesame") == "404"
        assert "alive" in answer(f"http://127.0.0.1:{port}/healthz")
    finally:
        process.terminate()
        _, words = process.communicate(timeout=PATIENCE)
    assert "GET:front" in words
    assert "sesame" not in words


def test_one_that_can_open_no_more_files_says_so_and_one_whose_feeder_dies_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}")
    ours, theirs = socket.socketpair()
    server = worker.server_of(Starlette(), settings, Inherited(theirs.detach(), 0, 1))
    assert isinstance(server, worker.FedServer)
    ours.settimeout(2)
    with ExitStack() as stack:
        ended = stack.enter_context(ThreadPoolExecutor(1)).submit(server.run)
        stack.callback(setattr, server, "should_exit", True)
        stack.enter_context(ours)
        assert ours.recv(1) == READY
        ours.send(TAKEN)  # and nothing with it: what the system does when all files are open
        assert ours.recv(1) + ours.recv(1) == TAKEN + GONE
        ours.send(TAKEN)
        wait_for(lambda: select([ours], [], [], 0)[0])  # what it said is not heard any more
        ours.close()
        ended.result(PATIENCE)
    server._line.close()
    assert not [line for line in caplog.records if line.levelname == "ERROR"]


def answer(address: str) -> str:
    """The page at *address*, or the status of the refusal."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as page:  # noqa: S310 - http, as above
            return str(page.read().decode())
    except urllib.error.HTTPError as refused:
        return str(refused.code)
