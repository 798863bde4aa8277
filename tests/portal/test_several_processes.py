"""The pages by two processes: whoever came in at one is in at the other, and no limit is wider for it."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copy
from urllib.parse import urlencode

import psutil
import pytest

from config.clock import utc_now
from config.settings import Settings
from flows.machine.processes import free_port, is_open
from records.access.links import Capacity, mint_link
from services.house import open_house
from tests.patience import PATIENCE, wait_for
from tests.test_house import ROOT

pytestmark = pytest.mark.slow
SEAT = Capacity("participant", "kleding", "ngo-nl", "kleding-2022")
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


@dataclass
class Running:
    """Two processes that serve *url* on *port*, and the one that listens."""

    listens: "subprocess.Popen[bytes]"
    port: int
    url: str

    @contextmanager
    def line(self) -> Iterator[http.client.HTTPConnection]:
        """A connection that is open."""
        made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            made.connect()
            yield made
        finally:
            made.close()

    @contextmanager
    def both(self) -> Iterator[tuple[http.client.HTTPConnection, http.client.HTTPConnection]]:
        """A connection to each of the two."""
        with self.line() as one, self.line() as other:
            for made in (one, other):
                assert ask(made, "/healthz").status == 200
            assert len({self._of(made) for made in (one, other)}) == 2
            yield one, other

    def _of(self, made: http.client.HTTPConnection) -> int:
        """The process that has the other end of *made*."""
        ours = made.sock.getsockname()
        return next(
            worker.pid
            for worker in self.workers()
            for line in worker.net_connections("tcp")
            if tuple(line.raddr) == ours
        )

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.listens.pid).children()

    def link(self) -> str:
        """The path of a new personal link."""
        with open_house(Settings(database_url=self.url)) as house:
            return f"/l/{mint_link(house.engine, SEAT, utc_now(), timedelta(hours=1))}"


def ask(
    made: http.client.HTTPConnection,
    path: str,
    form: dict[str, str] | None = None,
    cookie: str = "",
) -> http.client.HTTPResponse:
    """The answer to GET *path*, or to the *form* sent to it, read whole; its text is `words`."""
    headers = {"cookie": cookie, **(FORM if form is not None else {})}
    body = None if form is None else urlencode(form)
    made.request("GET" if form is None else "POST", path, body, headers)
    answer = made.getresponse()
    answer.words = answer.read().decode()  # type: ignore[attr-defined]
    return answer


def token(answer: http.client.HTTPResponse) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', answer.words)  # type: ignore[attr-defined]
    assert found is not None
    return found[1]


def cookie(answer: http.client.HTTPResponse) -> str:
    return (answer.headers["set-cookie"] or "").partition(";")[0]


@contextmanager
def serving(file: Path) -> Iterator[Running]:
    """Serve the records of *file* until the block ends, or before."""
    url, port = f"sqlite:///{file}", free_port("127.0.0.1", 0)
    told = {"WEERKLANK_DATABASE_URL": url, "WEERKLANK_PORTAL_PROCESSES": "2"}
    command = [sys.executable, "-m", "portal.server", "--port", str(port)]
    listens = subprocess.Popen(command, cwd=ROOT, env=os.environ | told)
    try:
        made = Running(listens, port, url)
        wait_for(lambda: is_open("127.0.0.1", port) or listens.poll() is not None)
        wait_for(lambda: _are_two(made))
        yield made
    finally:
        listens.terminate()
        listens.wait(PATIENCE)


def _are_two(running: Running) -> bool:
    try:
        with running.both():
            return True
    except AssertionError:  # the second is still coming up
        return False


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, signed_file: Path) -> Iterator[Running]:
    with serving(Path(copy(signed_file, tmp_path_factory.mktemp("pages") / "a.sqlite"))) as made:
        yield made


def test_who_came_in_at_one_is_in_at_the_other(running: Running) -> None:
    path = running.link()
    with running.both() as (one, other):
        shown = ask(one, path)
        came_in = ask(other, path, {"token": token(shown)}, cookie(shown))
        assert (came_in.status, came_in.headers["location"]) == (303, "/my")
        page = ask(one, "/my", cookie=cookie(came_in))
        assert page.status == 200
        assert ask(other, "/sign-out", {"token": token(page)}, cookie(came_in)).status == 303
        after = [ask(made, "/my", cookie=cookie(came_in)).status for made in (one, other)]
        assert after == [401, 401]


def test_both_together_let_nobody_try_more_often(running: Running) -> None:
    with running.both() as lines:
        shown = ask(lines[0], "/new-link")
        form = {"token": token(shown), "email": "nobody@ngo.example"}
        tries = [ask(lines[n % 2], "/new-link", form, cookie(shown)).status for n in range(6)]
        assert tries[3:] == [429] * 3
        assert 429 not in tries[:3]


def test_one_is_killed_and_then_all_are_asked_to_end(tmp_path: Path, signed_file: Path) -> None:
    with serving(Path(copy(signed_file, tmp_path / "b.sqlite"))) as running:
        running.workers()[0].kill()
        for _ in range(4):
            with running.line() as made:
                assert ask(made, "/").status == 200
        wait_for(lambda: len(running.workers()) == 2)
        workers = running.workers()
        with running.line() as begun, running.line() as other:
            body = urlencode({"email": "nobody@ngo.example"}).encode()
            begun.putrequest("POST", "/new-link")
            for name, value in {**FORM, "content-length": str(len(body))}.items():
                begun.putheader(name, value)
            begun.endheaders(body[:4])
            assert ask(other, "/healthz").status == 200
            running.listens.terminate()
            wait_for(lambda: not is_open("127.0.0.1", running.port))
            begun.send(body[4:])
            assert begun.getresponse().status == 403  # no token: but it was read, and answered
        assert running.listens.wait(PATIENCE) == 0
        assert not any(one.is_running() for one in workers)
