"""The Prefect server of this machine is closed: a login of its own, its own names, nothing for other pages."""

import json
import socket
import stat
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from flows.machine.host_guard import guard_host, own_names
from flows.machine.password import login, login_file
from flows.machine.server import ServerAddress, environment

EVIL = "evil.example"


def test_the_login_is_random_stays_and_is_for_its_user_alone(tmp_path: Path) -> None:
    first = login(tmp_path / "a")
    assert login(tmp_path / "a") == first
    assert login(tmp_path / "b") != first
    assert len(first) > 32
    for place, mode in ((login_file(tmp_path / "a"), 0o600), (tmp_path / "a", 0o700)):
        assert stat.S_IMODE(place.stat().st_mode) == mode


def test_a_login_that_others_could_read_is_shut_and_an_empty_one_made_anew(tmp_path: Path) -> None:
    file = login_file(tmp_path)
    file.write_text("", encoding="ascii")
    file.chmod(0o644)
    assert login(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_server_and_programs_are_told_the_same_login(tmp_path: Path) -> None:
    told = environment(
        ServerAddress("127.0.0.1", 4200, tmp_path), {"PREFECT_API_KEY": "somebody else's"}
    )
    assert told["PREFECT_SERVER_API_AUTH_STRING"] == told["PREFECT_API_AUTH_STRING"]
    assert told["PREFECT_API_AUTH_STRING"] == login(tmp_path)


@pytest.mark.parametrize(
    ("called", "answers"),
    [
        ("127.0.0.1:4200", True),
        ("localhost:4200", True),
        ("LOCALHOST.", True),
        ("[::1]:4200", True),
        ("dialoog.intern", True),
        (socket.gethostname(), True),
        (EVIL, False),
        (f"{EVIL}:4200", False),
        (f"localhost.{EVIL}", False),
        (f"127.0.0.1.{EVIL}", False),
        (f"localhost@{EVIL}", False),
        ("[::1", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_the_gate_answers_to_its_own_names_alone(kind: str, called: str, *, answers: bool) -> None:
    import asyncio

    reached, sent = [], []

    async def app(*_: object) -> None:
        reached.append(called)

    async def receive() -> dict[str, object]:
        return {"type": f"{kind}.connect"}

    async def send(message: object) -> None:
        sent.append(message)

    gate = guard_host(app, own_names("127.0.0.1", ["Dialoog.intern"]), "ws://127.0.0.1:4200")
    scope = {"type": kind, "headers": [(b"host", called.encode())]}
    asyncio.run(gate(scope, receive, send))
    assert bool(reached) is answers
    assert bool(sent) is not answers


def test_one_strange_name_among_several_is_one_too_many() -> None:
    import asyncio

    reached: list[object] = []

    async def app(*given: object) -> None:
        reached.append(given)

    async def nothing(*_: object) -> Any:  # noqa: ANN401 - hears and says nothing
        return None

    gate = guard_host(app, own_names("127.0.0.1"), "")
    headers = [(b"host", b"localhost"), (b"host", EVIL.encode())]
    asyncio.run(gate({"type": "http", "headers": headers}, nothing, nothing))
    assert reached == []


def _status(
    server: ServerAddress, path: str, *, host: str | None = None, key: str | None = None
) -> int:
    import base64

    request = urllib.request.Request(f"{server.api}{path}")  # noqa: S310 - our own address
    if host:
        request.add_header("host", host)
    if key:
        request.add_header("authorization", "Basic " + base64.b64encode(key.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.prefect
def test_nobody_comes_in_without_the_login_or_by_another_name(server: ServerAddress) -> None:
    key = login(server.home)
    assert _status(server, "/admin/version", key=key) == 200
    assert _status(server, "/admin/version") == 401
    assert _status(server, "/admin/version", key="weerklank:guessed") == 401
    assert _status(server, "/admin/version", key=key, host=f"{EVIL}:{server.port}") == 421


@pytest.mark.prefect
@pytest.mark.parametrize("path", ["/events/in", "/events/out", "/logs/out"])
def test_nor_by_a_websocket(server: ServerAddress, path: str) -> None:
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.sync.client import connect

    address = f"ws://{server.host}:{server.port}/api{path}"
    with pytest.raises(InvalidStatus), connect(address, additional_headers={"Host": EVIL}):
        pass
    for token in (None, "weerklank:guessed"):
        with connect(address, subprotocols=["prefect"]) as talk:  # type: ignore[list-item]
            talk.send(json.dumps({"type": "auth", "token": token}))
            with pytest.raises(ConnectionClosed):
                talk.recv(30)
