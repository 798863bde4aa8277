"""The examples for a proxy before the pages are started as they stand, but for names, ports and certificates."""

import gzip
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

import httpx2
import pytest

from flows.machine.processes import free_port, is_open
from portal.enter.rate_limit import ConnectionLimits
from tests.conftest import missing
from tests.patience import PATIENCE, wait_for
from tests.portal.conftest import Portal, opened
from tests.portal.test_patience import HALF, WHOLE, answered, call, patient

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
LIMITS = ConnectionLimits(header=PATIENCE, pause=PATIENCE, body=PATIENCE, per_address=20)


@pytest.fixture
def portal(tmp_path: Path, migrated_file: Path) -> Iterator[Portal]:
    """Give the portal of an empty database."""
    with opened(Path(shutil.copy(migrated_file, tmp_path / "portal.sqlite"))) as made:
        yield made


class Proxy(Protocol):
    """Starts one in a folder, before the pages on a port of this machine, on another port."""

    def __call__(self, folder: Path, behind: int, port: int) -> AbstractContextManager[None]: ...


@contextmanager
def running(folder: Path, *command: str, port: int) -> Iterator[None]:
    with (folder / "said").open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment(port))
    try:
        wait_for(lambda: is_open("127.0.0.1", port) or process.poll() is not None)
        assert process.poll() is None, (folder / "said").read_text()
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def environment(port: int) -> dict[str, str]:
    return {**os.environ, "WEERKLANK_BASE_URL": f"http://127.0.0.1:{port}"}


@contextmanager
def nginx(folder: Path, behind: int, port: int) -> Iterator[None]:
    told = (DEPLOY / "nginx.conf.example").read_text(encoding="utf-8")
    kept = [line for line in told.splitlines() if "ssl_certificate" not in line]
    site = "\n".join(kept).replace("443 ssl", f"127.0.0.1:{port}").replace("8420", str(behind))
    places = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; master_process off; pid {folder / 'pid'}; error_log {folder / 'log'};\n"
        f"events {{}}\nhttp {{ {places} access_log {folder / 'access'}; gzip on; {site} }}\n"
    )
    program = shutil.which("nginx", path=PROGRAMS)
    with running(folder, str(program), "-c", str(file), "-e", str(folder / "log"), port=port):
        yield


@contextmanager
def caddy(folder: Path, behind: int, port: int) -> Iterator[None]:
    told = (DEPLOY / "Caddyfile.example").read_text(encoding="utf-8")
    site = told.replace("dialoog.bedrijf.example", f"http://127.0.0.1:{port}")
    site = site.replace("{\n", "{\n\tadmin off\n", 1)
    with _caddy(folder, site, behind, port):
        yield


@contextmanager
def caddy_of_compose(folder: Path, behind: int, port: int) -> Iterator[None]:
    with _caddy(folder, (DEPLOY / "container" / "Caddyfile").read_text("utf-8"), behind, port):
        yield


@contextmanager
def _caddy(folder: Path, site: str, behind: int, port: int) -> Iterator[None]:
    file = folder / "Caddyfile"
    file.write_text(site.replace("8420", str(behind)))
    program = str(shutil.which("caddy", path=PROGRAMS))
    command = (program, "run", "--adapter", "caddyfile", "--config", str(file))
    with running(folder, *command, port=port):
        yield


PROGRAMS = "/usr/sbin:/usr/local/bin:/usr/bin:/bin"
PROXIES: dict[str, Proxy] = {"nginx": nginx, "caddy": caddy, "caddy of compose": caddy_of_compose}


@pytest.fixture(params=PROXIES)
def proxy(request: pytest.FixtureRequest) -> Proxy:
    name: str = request.param
    if shutil.which(program := name.split(maxsplit=1)[0], path=PROGRAMS) is None:
        missing(f"{program} (apt-get install {program})")
    return PROXIES[name]


class Echo(BaseHTTPRequestHandler):
    """
    Answers with the headers that it was sent: packed, and with a mark by which it is known again.

    Below `/plain` the answer is a page that is long enough to be packed, and is not.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/plain":
            self._answer_plainly()
            return
        known = self.headers.get("if-none-match") == MARK
        body = b"" if known else gzip.compress(json.dumps(dict(self.headers)).encode())
        self.send_response(304 if known else 200)
        self.send_header("etag", MARK)
        self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer_plainly(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(PLAIN)))
        self.end_headers()
        self.wfile.write(PLAIN)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - fixed by the library
        """Nothing."""


MARK = '"a-page-as-it-is"'
PLAIN = b"<p>What was said.</p>" * 500


@contextmanager
def echo() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def test_a_proxy_tells_the_pages_who_asks_for_whom_and_changes_no_answer(
    proxy: Proxy, tmp_path: Path
) -> None:
    port = free_port("127.0.0.1", 0)
    pretended = {"x-forwarded-for": "203.0.113.9", "accept-encoding": "gzip"}
    with echo() as behind, proxy(tmp_path, behind, port), httpx2.Client() as client:
        answer = client.get(f"http://127.0.0.1:{port}/", headers=pretended)
        again = client.get(f"http://127.0.0.1:{port}/", headers={"if-none-match": MARK})
    told = {name.lower(): value for name, value in answer.json().items()}

    assert told["host"].split(":")[0] == "127.0.0.1"
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["accept-encoding"] == "gzip"
    assert (answer.headers["etag"], answer.headers["content-encoding"]) == (MARK, "gzip")
    assert again.status_code == 304


def test_a_proxy_packs_nothing_that_the_pages_did_not_pack(proxy: Proxy, tmp_path: Path) -> None:
    port = free_port("127.0.0.1", 0)
    with echo() as behind, proxy(tmp_path, behind, port):
        answer = httpx2.get(f"http://127.0.0.1:{port}/plain", headers={"accept-encoding": "gzip"})

    assert answer.content == PLAIN
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == str(len(PLAIN))


ELSEWHERE = "127.0.0.2"
"""The address of this machine from which somebody asks who is not to be known."""


def test_no_log_of_a_proxy_shows_who_asked_for_what(proxy: Proxy, tmp_path: Path) -> None:
    port, nobody = free_port("127.0.0.1", 0), free_port("127.0.0.1", 0)
    with echo() as behind, proxy(tmp_path, behind, port):
        _open_secrets(port)
    with proxy(tmp_path, nobody, port):
        assert _open_secrets(port) == {502}

    said = {file: file.read_text(errors="replace") for file in tmp_path.iterdir() if file.is_file()}
    for telling in ("SECRET", "my/safety", ELSEWHERE):
        assert not [file for file, text in said.items() if telling in text], telling


def _open_secrets(port: int) -> set[int]:
    """The statuses with which somebody *ELSEWHERE* is answered: at secret addresses, and when they report."""
    paths = ("/l/SECRET-1", "/in/SECRET-2?SECRET-3", "/my/answers/SECRET-4", "/helping/SECRET-5")
    came_from = {
        "referer": f"http://127.0.0.1:{port}/my/answers/SECRET-6",
        "user-agent": "SECRET-7",
    }
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers=came_from,
        transport=httpx2.HTTPTransport(local_address=ELSEWHERE),
    ) as client:
        answers = [client.get(path) for path in (*paths, "/static/weerklank.css")]
        answers += [client.post("/my/safety", data={"what": "SECRET-8"})]
        answers += [client.post("/language", data={"language": "nl"})]
    return {answer.status_code for answer in answers}


def test_what_is_for_a_watchdog_is_not_to_be_had_through_a_proxy(
    proxy: Proxy, portal: Portal, tmp_path: Path
) -> None:
    port = free_port("127.0.0.1", 0)
    with (
        patient(portal, LIMITS) as behind,
        proxy(tmp_path, behind, port),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        found = {
            path: client.get(path).status_code
            for path in ("/new-link", "/readyz", "/metrics", "/api/health")
        }

    assert found == {"/new-link": 200, "/readyz": 404, "/metrics": 404, "/api/health": 404}


@pytest.mark.parametrize("name", ["nginx.conf.example", "Caddyfile.example", "container/Caddyfile"])
def test_a_proxy_leads_to_the_pages_alone_never_to_prefect(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")

    assert set(re.findall(r"127\.0\.0\.1:(\d+)", text)) == {"8420"}


@pytest.mark.parametrize("half", ["headers", "a body"])
def test_three_hundred_halves_through_a_proxy_keep_nobody_out(
    proxy: Proxy, portal: Portal, tmp_path: Path, half: str
) -> None:
    port = free_port("127.0.0.1", 0)
    with patient(portal, LIMITS) as behind, ExitStack() as stack:
        stack.enter_context(proxy(tmp_path, behind, port))
        for _ in range(300):
            stack.enter_context(call(port, HALF[half]))
        for _ in range(3):
            line, _ = answered(port, WHOLE.replace(b"127.0.0.1", f"127.0.0.1:{port}".encode()))
            assert line == b"HTTP/1.1 200 OK"
