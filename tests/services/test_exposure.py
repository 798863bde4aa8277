"""The doctor tells what others could read or reach."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.settings import load_settings
from services.doctor import exposure


def test_files_that_others_may_read_are_named(tmp_path: Path) -> None:
    file, home = tmp_path / "weerklank.db", tmp_path / "prefect"
    home.mkdir(mode=0o700)
    file.touch(mode=0o600)
    settings = load_settings(
        database_url=f"sqlite:///{file}",
        channel="maildir",
        maildir=tmp_path / "mail",
        prefect={"home": home},
    )
    assert [one.state for one in exposure.check_readable(settings)] == ["ok"]
    file.chmod(0o640)
    settings.maildir.mkdir()
    settings.maildir.chmod(0o755)
    found = list(exposure.check_readable(settings))
    assert [one.state for one in found] == ["warn", "warn"]
    assert str(file) in found[0].says
    assert str(settings.maildir) in found[1].says


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, []),
        ({"portal": {"host": "0.0.0.0"}}, ["pages"]),  # noqa: S104 - nothing listens
        ({"portal": {"host": "10.0.0.1"}, "base_url": "https://dialoog.example"}, []),
        ({"prefect": {"host": "10.0.0.1"}}, ["prefect"]),
    ],
)
def test_what_is_served_to_others_in_the_clear_is_told(
    given: dict[str, Any], names: list[str]
) -> None:
    assert [one.name for one in exposure.check_reachable(load_settings(**given))] == names


@pytest.fixture
def prefect(request: pytest.FixtureRequest) -> Iterator[str]:
    """Something that answers to everybody with the status of the test."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("prefect", "states"), [(200, ["bad"]), (401, []), (500, [])], indirect=["prefect"]
)
def test_a_prefect_that_asks_for_no_password_is_told(prefect: str, states: list[str]) -> None:
    settings = load_settings(prefect={"api_url": prefect})
    assert [one.state for one in exposure.check_closed(settings)] == states
