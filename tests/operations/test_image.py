"""
The image is built, and what compose.yaml says of each part runs in it: as nobody special, on a root that is read-only.

By buildah on a Debian of its own, which needs no engine; where docker has one, that builds and runs it as well.
"""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from flows.machine.processes import free_port
from tests import postgres
from tests.operations import debian
from tests.operations.container import USER, Builder, Container, Image
from tests.operations.machine import read_environment
from tests.operations.test_container import COMPOSE, CONTAINER
from tests.patience import wait_for
from tests.test_house import ROOT

pytestmark = [pytest.mark.timeout(3600)]
LOGIN = "operator:of-the-tests"
OF_THE_TESTS = "weerklank-of-the-tests"
FOLDER = "/var/lib/weerklank/backup"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image of this checkout."""
    debian.require("buildah")
    folder = tmp_path_factory.mktemp("image")
    base = debian.bootstrap(folder / "debian")
    with debian.entered(base) as inside:
        inside.must(
            "apt-get -qq update && apt-get -qq install --yes --no-install-recommends python3.11-venv"
        )
    source = folder / "source"
    debian.copy_of_the_house(source)
    builder = Builder(folder)
    try:
        yield builder.build(source, builder.base(base))
    finally:
        builder.clear()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty volume, as an engine makes it from the folder in the image."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    os.chown(folder, USER, USER)
    return folder


def answered(address: str) -> str | None:
    """What *address* answers, None when nobody does."""
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:  # noqa: S310 - our own http address
            said: str = answer.read().decode()
            return said
    except OSError:
        return None


@pytest.mark.prefect
def test_the_image_runs_alone(image: Image, data: Path, tmp_path: Path) -> None:
    pages, engine = (str(free_port("127.0.0.1", 0)) for _ in range(2))
    given = {"WEERKLANK_PORTAL_PORT": pages, "WEERKLANK_PREFECT_PORT": engine}
    one = Container(image, data, tmp_path, given)
    refused = one.run(["sh", "-c", "id -u; touch /opt/weerklank/here || touch /here"])

    assert refused.stdout == f"{USER}\n"
    assert refused.stderr.count("Read-only file system") == 2
    assert not one.is_healthy(image.config["Healthcheck"]["Test"])
    log = tmp_path / "log"
    with one.running(image.config["Cmd"], log) as process:
        wait_for(lambda: "Everything runs" in log.read_text() or process.poll() is not None)

        assert process.poll() is None, log.read_text()
        assert one.is_healthy(image.config["Healthcheck"]["Test"])
        assert answered(f"http://127.0.0.1:{pages}/healthz") == '{"alive":true}'
        assert "pg_dump" in one.run(["pg_dump", "--version"]).stdout


@pytest.fixture
def parts(
    image: Image, data: Path, tmp_path: Path, postgres_server: postgres.Server
) -> Iterator[Mapping[str, "Part"]]:
    """What compose.yaml says of each part of ours, moved to free ports and to the PostgreSQL of the tests."""
    ports = {number: str(free_port("127.0.0.1", 0)) for number in ("4200", "8420", "8080")}
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    urls = {name: postgres_server.create(f"of_compose_{name}") for name in ("weerklank", "prefect")}
    for name, text in (
        ("database-url", urls["weerklank"]),
        ("prefect-database-url", urls["prefect"].replace("+psycopg", "+asyncpg")),
        ("prefect-login", LOGIN),
        ("smtp-password", ""),
    ):
        (secrets / name).write_text(text)
    known = read_environment((CONTAINER / "settings.env").read_text(encoding="utf-8"))
    known["WEERKLANK_PORTAL_PORT"] = ports["8420"]
    yield {
        name: Part(_moved(told, ports), image, data, secrets, known)
        for name, told in COMPOSE["services"].items()
        if told.get("image") == "weerklank"
    }
    for name in urls:
        postgres_server.drop(f"of_compose_{name}")


def _moved(told: Mapping[str, Any], ports: Mapping[str, str]) -> dict[str, Any]:
    text = json.dumps(told).replace("0.0.0.0", "127.0.0.1").replace("//prefect:", "//127.0.0.1:")  # noqa: S104 - replaced
    for number, port in ports.items():
        text = text.replace(number, port)
    found: dict[str, Any] = json.loads(text)
    return found


class Part:
    """One part of compose.yaml."""

    def __init__(
        self,
        told: Mapping[str, Any],
        image: Image,
        data: Path,
        secrets: Path,
        known: Mapping[str, str],
    ) -> None:
        folder = told.get("working_dir", "/var/lib/weerklank")
        given = {**known, **told["environment"]}
        self.command: list[str] = told["command"]
        self.test: list[str] = told.get("healthcheck", {}).get("test", [])
        self.container = Container(image, data, secrets, given, folder)
        self.test = self.test or image.config["Healthcheck"]["Test"]

    def is_healthy(self) -> bool:
        """Whether its health check is content."""
        return self.container.is_healthy(self.test)


@pytest.mark.postgres
@pytest.mark.prefect
def test_all_of_compose_runs(parts: Mapping[str, Part], tmp_path: Path) -> None:
    with ExitStack() as stack:

        def begin(name: str) -> None:
            part, log = parts[name], tmp_path / f"{name}.log"
            process = stack.enter_context(part.container.running(part.command, log))
            wait_for(lambda: part.is_healthy() or process.poll() is not None)
            assert process.poll() is None, log.read_text()

        def finish(name: str) -> None:
            done = parts[name].container.run(parts[name].command)
            assert done.returncode == 0, done.stdout + done.stderr

        finish("tables")
        begin("prefect")
        finish("deployments")
        finish("deployments")  # as each `up` does it again
        begin("worker")
        begin("portal")
        worker, portal = parts["worker"].container, parts["portal"].container
        asked = worker.run(["prefect", "deployment", "run", "enforce-deadlines/every-quarter"])
        assert asked.returncode == 0, asked.stderr
        figures = f"http://127.0.0.1:{portal.variables['WEERKLANK_PORTAL_PORT']}/metrics"
        wait_for(lambda: "weerklank_last_sweep_age_seconds" in (answered(figures) or ""))
        copied = portal.run(["weerklank", "backup", FOLDER, "--keep", "14"])
        assert copied.returncode == 0, copied.stderr

    (copy,) = (portal.data / "backup").glob("weerklank-*.dump")
    back = ["weerklank", "restore", f"{FOLDER}/{copy.name}", "--replace", "--stopped"]
    # Whoever was killed a moment ago may still be at the database, and it refuses for as long.
    wait_for(lambda: portal.run(back).returncode == 0)
    assert portal.run(["weerklank", "journal", "verify"]).returncode == 0


@pytest.mark.skipif(
    shutil.which("docker") is None
    or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode != 0,
    reason="docker has no engine here: buildah builds it on a Debian of its own",
)
def test_an_engine_builds_it_and_finds_it_well() -> None:
    docker = [str(shutil.which("docker"))]
    subprocess.run(
        [*docker, "build", "--file", "Containerfile", "--tag", OF_THE_TESTS, "."],
        cwd=ROOT,
        check=True,
    )
    alone = ["--detach", "--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"]  # noqa: S108 - of the container
    started = subprocess.run(
        [*docker, "run", *alone, OF_THE_TESTS], capture_output=True, text=True, check=True
    )
    name = started.stdout.strip()
    try:
        ask = [*docker, "inspect", "--format", "{{.State.Health.Status}}", name]
        wait_for(
            lambda: subprocess.run(ask, capture_output=True, check=True).stdout == b"healthy\n"
        )
    finally:
        subprocess.run([*docker, "kill", name], check=True)
        subprocess.run([*docker, "rmi", OF_THE_TESTS], check=True)
