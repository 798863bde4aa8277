"""The examples for a proxy before the pages are started as they stand, but for names, ports and certificates."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

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


@contextmanager
def running(*command: str, port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: is_open("127.0.0.1", port) or process.poll() is not None)
        assert process.poll() is None, f"{command[0]} ended at once"
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


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
        f"events {{}}\nhttp {{ {places} {site} }}\n"
    )
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/bin")
    with running(str(program), "-c", str(file), "-e", str(folder / "log"), port=port):
        yield


@contextmanager
def caddy(folder: Path, behind: int, port: int) -> Iterator[None]:
    told = (DEPLOY / "Caddyfile.example").read_text(encoding="utf-8")
    site = told.replace("dialoog.bedrijf.example", f"http://127.0.0.1:{port}")
    site = site.replace("8420", str(behind)).replace("{\n\tservers", "{\n\tadmin off\n\tservers", 1)
    file = folder / "Caddyfile"
    file.write_text(site)
    command = (str(shutil.which("caddy")), "run", "--adapter", "caddyfile", "--config", str(file))
    with running(*command, port=port):
        yield


PROXIES = {"nginx": nginx, "caddy": caddy}


@pytest.mark.parametrize("half", ["headers", "a body"])
@pytest.mark.parametrize("name", PROXIES)
def test_three_hundred_halves_through_a_proxy_keep_nobody_out(
    portal: Portal, tmp_path: Path, name: str, half: str
) -> None:
    if shutil.which(name, path="/usr/sbin:/usr/local/bin:/usr/bin:/bin") is None:
        missing(f"{name} (apt-get install {name})")
    port = free_port("127.0.0.1", 0)
    with patient(portal, LIMITS) as behind, ExitStack() as stack:
        stack.enter_context(PROXIES[name](tmp_path, behind, port))
        for _ in range(300):
            stack.enter_context(call(port, HALF[half]))
        for _ in range(3):
            line, _ = answered(port, WHOLE.replace(b"127.0.0.1", f"127.0.0.1:{port}".encode()))
            assert line == b"HTTP/1.1 200 OK"
