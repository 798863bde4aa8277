"""Whoever is slow, on purpose or not, keeps nobody else out: real sockets, and time that the test chose."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
import uvicorn

from portal import worker
from portal.enter.rate_limit import HEADER_BYTES, ConnectionLimits
from tests.patience import PATIENCE, wait_for
from tests.portal.conftest import Portal

MANY = 300
FOR_EVER = ConnectionLimits(header=PATIENCE, pause=PATIENCE, body=PATIENCE)
"""Only the number of places keeps anybody out."""
SOON = replace(FOR_EVER, header=0.2, pause=0.2, body=0.4)
AT_ONCE = 10.0
"""Seconds: on a machine that does much else; in vain would be `PATIENCE`."""
HALF = {
    "nothing": b"",
    "a line": b"GET / HT",
    "headers": b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ",
    "a body": b"POST /new-link HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    b"content-type: application/x-www-form-urlencoded\r\ncontent-length: 9000\r\n\r\nemail=a",
    "chunks": b"POST /new-link HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n"
    b"content-type: application/x-www-form-urlencoded\r\n\r\n5\r\nemail",
}
WHOLE = b"GET /new-link HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


@contextmanager
def patient(portal: Portal, limits: ConnectionLimits) -> Iterator[int]:
    """Serve the portal as `weerklank up` does, on some port, with *limits*."""
    config = worker.config_of(portal.app, portal.house.settings, limits)
    config.port = 0
    config.log_level = "critical"
    config.configure_logging()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started or not thread.is_alive())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join(PATIENCE)


def call(port: int, sent: bytes = b"") -> socket.socket:
    """A connection on which *sent* was sent."""
    made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    made.sendall(sent)
    return made


def heard(made: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    found = b""
    try:
        while piece := made.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def answered(port: int, sent: bytes = WHOLE) -> tuple[bytes, float]:
    """The first line of the answer, and after how many seconds it came."""
    began = time.monotonic()
    with call(port, sent) as made:
        line = made.recv(65536).partition(b"\r\n")[0]
    return line, time.monotonic() - began


@pytest.mark.parametrize("half", HALF)
def test_three_hundred_halves_keep_nobody_out(two_companies: Portal, half: str) -> None:
    with patient(two_companies, FOR_EVER) as port, ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(call(port, HALF[half]))
        for _ in range(3):
            line, seconds = answered(port)
            assert line == b"HTTP/1.1 200 OK"
            assert seconds < AT_ONCE


@pytest.mark.parametrize("half", ["a body", "chunks"])
def test_one_visitor_behind_a_proxy_takes_no_more_than_their_places(
    two_companies: Portal, half: str
) -> None:
    limits = replace(FOR_EVER, per_address=5)
    sent = HALF[half].replace(b"host:", b"x-forwarded-for: 6.6.6.6, 192.0.2.9\r\nhost:")
    with patient(two_companies, limits) as port, ExitStack() as stack:
        made = [stack.enter_context(call(port, sent)) for _ in range(8)]
        for early in made[:3]:
            assert heard(early) == b""
        other = WHOLE.replace(b"host:", b"x-forwarded-for: 192.0.2.9, 192.0.2.1\r\nhost:")
        assert answered(port, other)[0] == b"HTTP/1.1 200 OK"
        made[-1].setblocking(False)
        with pytest.raises(BlockingIOError):  # still waited for
            made[-1].recv(1)


@pytest.mark.parametrize("half", HALF)
def test_what_never_becomes_whole_is_waited_for_so_long(two_companies: Portal, half: str) -> None:
    with patient(two_companies, SOON) as port, call(port, HALF[half]) as made:
        assert heard(made).startswith(b"HTTP/1.1 408 ")


def test_drops_do_not_lengthen_the_wait(two_companies: Portal) -> None:
    """Neither headers nor a body may be kept up by a byte at a time."""
    for half in ("headers", "a body"):
        with patient(two_companies, SOON) as port, call(port, HALF[half]) as made:
            made.settimeout(0.05)
            deadline = time.monotonic() + AT_ONCE
            found = b""
            while not found and time.monotonic() < deadline:
                try:
                    made.sendall(b"x")
                    found = made.recv(100)
                except TimeoutError:
                    continue
                except OSError:
                    break
            assert time.monotonic() < deadline, half


def test_a_second_request_on_a_quiet_connection_is_held_to_the_same(two_companies: Portal) -> None:
    with patient(two_companies, SOON) as port, call(port, WHOLE) as made:
        assert made.recv(65536).startswith(b"HTTP/1.1 200 OK")
        made.sendall(HALF["a line"])
        assert b"HTTP/1.1 408 " in heard(made)


def test_headers_without_end_are_refused(two_companies: Portal) -> None:
    for start in (b"GET /" + b"x" * HEADER_BYTES * 2, HALF["headers"] + b"x" * HEADER_BYTES * 2):
        with patient(two_companies, FOR_EVER) as port, call(port, start) as made:
            assert heard(made).startswith(b"HTTP/1.1 400 ")


def test_when_every_place_is_being_answered_the_next_hears_so(two_companies: Portal) -> None:
    limits = replace(FOR_EVER, places=0)
    with patient(two_companies, limits) as port, call(port, WHOLE) as made:
        assert heard(made).startswith(b"HTTP/1.1 503 ")


def test_a_body_in_two_pieces_is_taken(two_companies: Portal) -> None:
    with patient(two_companies, FOR_EVER) as port, call(port, HALF["a body"]) as made:
        made.sendall(b"b" * (9000 - len(b"email=a")))
        assert made.recv(65536).startswith(b"HTTP/1.1 4")  # no address, no proof: but it was read
