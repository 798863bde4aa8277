"""A new operator follows the README and docs/operations.md on a fresh Debian 12, word for word, to a copy put back.

Every block of the page that says who types it is typed by that one, in the order of the page. Systemd cannot run in a
folder: a stand-in starts what the units say. What the page tells to say in a file is said in it, and nothing else.
"""

import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from config.clock import utc_now
from flows.machine.processes import free_port
from flows.machine.server import answers
from tests.notifications.servers import Handler, mail_server
from tests.operations import debian
from tests.operations.debian import Inside
from tests.patience import wait_for
from tests.test_house import ROOT

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(1800)]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r'^```sh title="([^"]+)"\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL)
ENTER = next(text for who, text in BLOCKS if who == "as root, to become that user")
ALONE = [
    one for one in BLOCKS if one[0] in {"as root", "as root, to become that user", "as weerklank"}
]
TOGETHER = [one for one in BLOCKS if one not in ALONE]
LOGIN = "operator:of-the-tests"
UNWELL = {"weerklank doctor"}
"""What may end with 1 on the way: nothing has swept yet."""


@pytest.fixture
def sink() -> Iterator[tuple[Handler, int]]:
    """A mail server that takes everything, and its port."""
    handler = Handler()
    with mail_server(handler) as port:
        yield handler, port


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """A fresh Debian with a copy of the source where the page wants it."""
    debian.require()
    root = debian.bootstrap(tmp_path_factory.mktemp("fresh") / "debian")
    debian.copy_of_the_house(root / "opt" / "weerklank" / "app")
    stand_in = root / "usr" / "local" / "bin" / "systemctl"
    program = Path(__file__).with_name("systemctl.py").read_text(encoding="utf-8")
    stand_in.write_text(f"#!/usr/bin/python3.11\n{program}", encoding="utf-8")
    stand_in.chmod(0o755)
    # As on a machine with an init system, Debian's own database starts when it is installed; nothing else does.
    policy = root / "usr" / "sbin" / "policy-rc.d"
    policy.write_text('#!/bin/sh\n[ "$1" = postgresql ] || exit 101\n')
    policy.chmod(0o755)
    with debian.entered(root) as inside:
        yield inside
        inside.run("systemctl stop weerklank; pg_ctlcluster 15 main stop --mode=immediate")


@dataclass
class Operator:
    """Types what the page says, in the order in which it says it."""

    machine: Inside
    blocks: list[tuple[str, str]]
    done: int = 0

    def go_on(self, *, until: str, **placed: str) -> str:
        """Type the next blocks, up to the one with the line *until*; *placed* stands for words in capitals."""
        said = ""
        while True:
            who, text = self.blocks[self.done]
            self.done += 1
            for word, value in placed.items():
                text = text.replace(word, value)
            said += self.type(who, text)
            if until in text:
                return said

    def type(self, who: str, text: str) -> str:
        """What *text* says when it is typed by *who*; fails when a line of it does."""
        if who.startswith("as weerklank"):
            return self.as_user(text)
        return self._told(text, "set -e\n" + text)

    def as_user(self, text: str) -> str:
        """Type *text* in a shell of the user, entered as the page says."""
        become, *settings = ENTER.splitlines()[:-1]
        watch = "trap 'echo \"FAILED $BASH_COMMAND\"' ERR"
        shell = [become.replace("/bin/sh", "/bin/bash"), *settings, watch, text, ":"]
        said = self._told(text, "\n".join(shell))
        assert set(re.findall(r"^FAILED (.*)$", said, re.MULTILINE)) <= UNWELL, said
        return said

    def _told(self, text: str, script: str) -> str:
        """Give *script* to a shell line by line, as somebody types it."""
        done = subprocess.run(
            ["chroot", self.machine.root, "/bin/bash"],
            env={
                "PATH": debian.PROGRAMS,
                "HOME": "/root",
                "LANG": "C.UTF-8",
                **self.machine.variables,
            },
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout


def say_in(file: Path, **values: str) -> None:
    """Say in a file of variables what is so here, as the page tells to; each is there already, or as an example."""
    text = file.read_text(encoding="utf-8")
    for name, value in values.items():
        text, found = re.subn(rf"^#?{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert found == 1, name
    file.write_text(text, encoding="utf-8")


def test_the_page_is_followed_word_for_word(machine: Inside, sink: tuple[Handler, int]) -> None:
    operator, (mail, mail_port) = Operator(machine, ALONE), sink
    root = machine.root
    pages, engine = (str(free_port("127.0.0.1", 0)) for _ in range(2))
    session = f"{utc_now() + timedelta(days=200):%Y-%m-%d}T13:00"

    operator.go_on(until="systemctl daemon-reload")
    say_in(
        root / "etc" / "weerklank" / "weerklank.env",
        WEERKLANK_CHANNEL="smtp",
        WEERKLANK_SMTP_HOST="127.0.0.1",
        WEERKLANK_SMTP_PORT=str(mail_port),
        WEERKLANK_SMTP_TLS="none",
        WEERKLANK_PORTAL_PORT=pages,
        WEERKLANK_PREFECT_PORT=engine,
    )
    assert "WEERKLANK_SMTP_HOST" in operator.go_on(until="weerklank config")
    said = operator.go_on(until="weerklank sign-in", **{"2027-06-17T13:00": session})
    link = re.search(r"http://\S+/in/\S+", said)
    log = root / "run" / "units" / "weerklank.log"
    wait_for(lambda: "Everything runs" in log.read_text())
    assert link
    with urllib.request.urlopen(link[0], timeout=30) as page:  # noqa: S310 - our own http address
        assert page.status == 200

    operator.as_user("weerklank sweep\nweerklank deliver")
    assert any("manager@bedrijf.example" in to for to in mail.recipients)
    assert "FAILED" not in operator.as_user("weerklank doctor")

    copies = operator.go_on(until="weerklank backup")
    (name,) = set(re.findall(r"^weerklank-\S+\.db$", copies, re.MULTILINE))
    before = _status(operator)
    edition = before["dialogues"][0]["id"]
    operator.as_user(f"weerklank act {edition} cancel-dialogue --by sponsor --reason 'Tried out.'")
    assert _status(operator) != before
    operator.go_on(until="systemctl start weerklank", COPY=name)
    assert _status(operator) == before

    project = root / "opt" / "weerklank" / "app" / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0.1.0"', 'version = "0.1.1"'))
    operator.go_on(until="systemctl restart weerklank")
    wait_for(lambda: log.read_text().count("Everything runs") == 3)
    assert operator.as_user("weerklank --version").strip() == "weerklank 0.1.1"
    assert "FAILED" not in operator.as_user("weerklank doctor")
    assert operator.done == len(ALONE)


def test_the_page_is_followed_to_more_than_one_machine(machine: Inside) -> None:
    operator, root, kept = Operator(machine, TOGETHER), machine.root, {}
    if not (root / "etc" / "weerklank").exists():
        Operator(machine, ALONE).go_on(until="systemctl daemon-reload")
    machine.must("systemctl stop weerklank")
    pages, engine = (str(free_port("127.0.0.1", 0)) for _ in range(2))
    secrets = {"SECRET1": "one-of-the-tests", "SECRET2": "two-of-the-tests"}

    operator.go_on(until="CREATE DATABASE", **secrets)
    database = machine.must("pg_lsclusters --no-header").split()[2]
    kept["@db/"] = f"@127.0.0.1:{database}/"
    operator.go_on(until="database-url", **secrets, **kept)
    api = f"http://127.0.0.1:{engine}"
    settings = root / "etc" / "weerklank"
    file = settings / "weerklank.env"
    one, several = (
        "WEERKLANK_DATABASE_URL=",
        "WEERKLANK_DATABASE_URL_FILE=/etc/weerklank/database-url",
    )
    file.write_text(re.sub(rf"^{one}.*$", several, file.read_text(), flags=re.MULTILINE))
    say_in(
        file,
        WEERKLANK_CHANNEL="none",
        WEERKLANK_PORTAL_PORT=pages,
        WEERKLANK_PREFECT_PORT=engine,
        WEERKLANK_PREFECT_API_URL=f"{api}/api",
    )
    address = f"postgresql+asyncpg://prefect:{secrets['SECRET2']}@127.0.0.1:{database}/prefect"
    say_in(
        settings / "prefect.env",
        PREFECT_SERVER_DATABASE_CONNECTION_URL=address,
        PREFECT_SERVER_API_AUTH_STRING=LOGIN,
        PREFECT_API_URL=f"{api}/api",
        PREFECT_UI_API_URL=f"{api}/api",
        PREFECT_UI_URL=api,
    )
    say_in(settings / "worker.env", PREFECT_API_URL=f"{api}/api", PREFECT_API_AUTH_STRING=LOGIN)
    units = ["weerklank-prefect", "weerklank-worker@1", "weerklank-worker@2", "weerklank-portal"]
    try:
        operator.go_on(until="weerklank-prefect")
        wait_for(lambda: answers(f"{api}/api"))
        operator.go_on(until="prefect --no-prompt deploy")
        operator.go_on(until="weerklank-portal")
        operator.as_user("weerklank programme apply /opt/weerklank/app/deploy/programme.yaml")
        asked = "enforce-deadlines/every-quarter"
        operator.as_user(f". /etc/weerklank/worker.env\nprefect deployment run {asked}")
        wait_for(lambda: "✓ sweep: runs" in operator.as_user("weerklank doctor"))
        with urllib.request.urlopen(f"http://127.0.0.1:{pages}/healthz", timeout=30) as page:
            assert page.status == 200
    finally:
        machine.run(f"systemctl stop {' '.join(reversed(units))}")
    assert operator.done == len(TOGETHER)


def test_the_readme_is_followed(machine: Inside) -> None:
    """In a home of its own, as somebody does who looks first; the last line runs until Ctrl-C."""
    blocks = re.findall(r"^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    operator = next(block for block in blocks if "weerklank sign-in" in block)
    *lines, last = operator.splitlines()
    session = f"{utc_now() + timedelta(days=200):%Y-%m-%d}T13:00"
    pages, engine = (str(free_port("127.0.0.1", 0)) for _ in range(2))
    ports = {"WEERKLANK_PORTAL_PORT": pages, "WEERKLANK_PREFECT_PORT": engine}
    home = machine.root / "root" / "weerklank"
    debian.copy_of_the_house(home)

    (needed,) = re.findall(r"as root: `(apt-get install [^`]+)`", README)
    machine.must(f"apt-get update; {needed} --yes")
    assert "make demo\n" in blocks
    assert "answers promised" in machine.must("cd ~/weerklank; make demo")
    typed = "\n".join(lines).replace("2027-06-17T13:00", session)
    assert "/in/" in machine.must(f"cd ~/weerklank; {typed}", **ports)
    begin = (
        f"cd ~/weerklank; . .venv/bin/activate; {last.partition('#')[0]} & echo $! > ~/up; wait $!"
    )
    with ThreadPoolExecutor() as beside:
        running = beside.submit(machine.run, begin, **ports)
        try:
            wait_for(lambda: running.done() or answers(f"http://127.0.0.1:{engine}/api"))
            assert not running.done(), running.result()
            well = machine.run("cd ~/weerklank; .venv/bin/weerklank doctor", **ports)
            assert "✓ prefect: answers" in well.stdout
        finally:
            machine.run("kill -TERM $(cat ~/up)")
    assert "Everything is stopped." in running.result().stdout


def _status(operator: Operator) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(operator.as_user("weerklank status --json"))
    return found
