"""`weerklank up --demo` walked through as somebody new would: the real command, the real Prefect, a real browser."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import Locator, Page, expect

from config.settings import OVERVIEW
from flows.machine.processes import free_port
from tests.patience import PATIENCE, alive, wait_for

ROOT = Path(__file__).resolve().parents[2]
CARD = "feedback · 4 late · next due 15 Dec"
OVERDUE_RUN = "enforce deadlines · nothing new · 4 answers late, oldest 4 days"
THREE_LATE = re.compile(r"nothing new · 3 answers late, oldest \d+ days$")
WAITING = "Universitair docent, Universiteit (Netherlands)"
ORGANISER = "Organizer, Garment workers' union (Bangladesh)"


def fetched(address: str) -> str:
    """The page at *address*; nothing while nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=5) as found:  # noqa: S310 - http, this machine
            return str(found.read().decode())
    except OSError:
        return ""


@dataclass
class Demonstration:
    """The command `weerklank up --demo` on ports of its own, with a folder for what it keeps meanwhile."""

    folder: Path
    pages: int
    prefect: int
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.pages}"

    def start(self) -> subprocess.Popen[str]:
        """Type the command."""
        told = {
            "TMPDIR": str(self.folder),
            "WEERKLANK_PORTAL_PORT": str(self.pages),
            "WEERKLANK_PREFECT_PORT": str(self.prefect),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", "--demo"], cwd=ROOT, env=os.environ | told,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def begin(self) -> None:
        """Type the command, and wait for the first page."""
        self.process = self.start()
        wait_for(lambda: self._still_runs() and fetched(f"{self.address}/demo"))

    def _still_runs(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.process.communicate()
        return True

    def family(self) -> list[psutil.Process]:
        """Everything that it started."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def interrupt(self) -> str:
        """Press Ctrl-C; what it said."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, said
        return said

    def kill(self) -> str:
        """Leave nothing behind, whatever happened; what it said that nobody heard."""
        if self.process is None or self.process.stdout is None or self.process.stdout.closed:
            return ""
        family = self.family() if self.process.poll() is None else []
        self.process.kill()
        said, _ = self.process.communicate()
        for one in alive(family):
            one.kill()
        return said


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[Demonstration]:
    """A demonstration that can be begun."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    made = Demonstration(folder, free_port("127.0.0.1", 0), free_port("127.0.0.1", 0))
    yield made
    print(made.kill())  # noqa: T201 - pytest shows it where the test failed


@dataclass
class Walk:
    """Somebody who walks through the demonstration with a browser, in English."""

    page: Page
    address: str

    def demo(self) -> Page:
        """Go to the first page."""
        self.page.goto(f"{self.address}/demo")
        return self.page

    def enter(self, door: str) -> str:
        """Enter as *door*, and read what stands there."""
        self.demo()
        return self.press(door)

    def read(self, path: str = "") -> str:
        """What stands on the page, or on the one at *path*."""
        if path:
            self.page.goto(f"{self.address}{path}")
        return self.page.locator("main").inner_text()

    def move(self, button: str) -> str:
        """Move the clock."""
        return self.enter(button)

    def press(self, button: str) -> str:
        """Press *button*, and read the page that comes."""
        return self.follow(self.page.get_by_role("button", name=button, exact=True))

    def follow(self, to: Locator) -> str:
        """Press *to*, and read the page that comes."""
        with self.page.expect_navigation():
            to.click()
        return self.read()

    def login(self) -> str:
        """What the page says that Prefect asks for."""
        return self.page.locator("#prefect-login").inner_text()

    def rounds(self) -> list[str]:
        """The names of the rounds that Prefect has finished, as its own pages ask for them."""
        link = self.page.get_by_role("link", name="Open Prefect").get_attribute("href") or ""
        prefect = link.removesuffix(OVERVIEW)
        told = b64encode(self.login().encode()).decode()
        known = {"authorization": f"Basic {told}"}
        answer = self.page.request.get(f"{prefect}/api/csrf-token?client=test", headers=known)
        token = known | {
            "prefect-csrf-token": answer.json()["token"],
            "prefect-csrf-client": "test",
        }
        found: list[dict[str, Any]] = self.page.request.post(
            f"{prefect}/api/flow_runs/filter", data={}, headers=token
        ).json()
        return [run["name"] for run in found if run["state_type"] == "COMPLETED"]


@pytest.mark.browser
@pytest.mark.prefect
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_whole_demonstration(demonstration: Demonstration, chrome: Chrome) -> None:
    demonstration.begin()
    with chrome.new_context(locale="en-GB") as context:
        context.set_default_timeout(1000 * PATIENCE)
        walk = Walk(context.new_page(), demonstration.address)
        four_are_late(walk)
        everybody_can_enter(walk)
        prefect_says_what_is_late(walk, Operator(context.new_page()))
        the_ladder_works(walk)
        an_answer_arrives_and_is_judged(walk)
        prefect_stands_beside_it(walk)
    a_taken_port_is_said(demonstration)
    nothing_is_left(demonstration)
    it_begins_again(demonstration)


def four_are_late(walk: Walk) -> None:
    walk.demo()
    assert "Monday 12 September 2022" in walk.read()
    assert "4 tasks late" in walk.read()


def everybody_can_enter(walk: Walk) -> None:
    assert "4 days late" in walk.enter(ORGANISER)
    assert "Voice A" in walk.read("/my/words")
    assert "4 days late" in walk.enter(WAITING)
    assert "Feedback" in walk.enter("Executive sponsor")
    seen = walk.enter("Auditor")
    assert "Audit without names" in seen
    assert "docent" not in seen
    assert "The journal is sound" in walk.press("Verify the journal")
    assert "4 tasks late" in walk.enter("Responsible manager")


@dataclass
class Operator:
    """Somebody who looks at Prefect's own pages."""

    page: Page

    def enter(self, address: str, password: str) -> str:
        """Open *address*, give the *password* that is asked for, and read where that leads."""
        self.page.goto(address)
        self.page.locator("input[type=password]").fill(password)
        self.page.keyboard.press("Enter")
        return self.read("Due in 7 days")

    def read(self, first: str) -> str:
        """What is visible once *first* is."""
        expect(self.page.get_by_text(first).first).to_be_visible(timeout=1000 * PATIENCE)
        return self.page.locator("body").inner_text()

    def click(self, entry: str, first: str) -> str:
        """What one click on an *entry* of the menu leads to, once *first* is visible."""
        kinds = (self.page.get_by_role(role, name=entry, exact=True) for role in ("button", "link"))
        next(kind for kind in kinds if kind.count()).click()
        return self.read(first)

    def follow(self, link: str, first: str) -> str:
        """What one click on a *link* of the text opens beside it, once *first* is visible."""
        with self.page.expect_popup() as opened:
            self.page.get_by_role("link", name=link, exact=True).click()
        beside = Operator(opened.value)
        seen = beside.read(first)
        beside.page.close()
        return seen


def prefect_says_what_is_late(walk: Walk, operator: Operator) -> None:
    """On 12 September, within one click of the page that `up` names."""
    link = walk.demo().get_by_role("link", name="Open Prefect")
    wait_for(lambda: walk.demo().get_by_role("link", name="Open Prefect").count())
    wait_for(lambda: OVERDUE_RUN in walk.rounds())
    overview = link.get_attribute("href") or ""

    seen = operator.enter(overview, walk.login())
    assert operator.page.url == overview
    for told in (
        "4 answers late, oldest 4 days", "4 answers late since 8 Sep 2022", "whose turn: manager",
        "sent: 9 Sep 2022, an alert to manager and an honest notice to whoever waits",
        "next: 15 Sep 2022 at 08:00 (Europe/Amsterdam), an alert to manager, deputy", "Due in 7 days",
        "last sweep: 2022-09-12", "who hears the alarm: nobody",
    ):  # fmt: skip
        assert told in seen, told
    assert "kledingmerk-2022" in operator.follow("kledingmerk-2022", CARD)
    assert OVERDUE_RUN in operator.click("Runs", OVERDUE_RUN)
    assert "Overdue" in operator.read("Overdue")
    front = operator.click("Dashboard", "Flow Runs")
    for advertised in ("V2", "Upgrade", "Cloud", "Community"):
        assert advertised not in front
    assert "4 answers late, oldest 4 days" in operator.click("What is late", "Due in 7 days")


def the_ladder_works(walk: Walk) -> None:
    walk.enter("Responsible manager")
    assert "Tuesday 13 September 2022" in walk.move("A day on")
    assert "5 days late" in walk.read("/today")
    assert "Tuesday 20 September 2022" in walk.move("A week on")
    assert "12 days late" in walk.read("/today")
    mail = walk.read("/demo/mail?to=imvo%40kledingmerk.example")
    assert "2022-09-15" in mail, "five working days after it was due: answer or postpone"
    assert "12 days late" in walk.enter(WAITING)


def an_answer_arrives_and_is_judged(walk: Walk) -> None:
    walk.enter("Responsible manager")
    walk.follow(
        walk.page.get_by_role("link", name=re.compile(r"answer.*Universitair docent")).first
    )
    walk.page.get_by_label("Your answer, in your own words").fill("We heard you, and this is why.")
    walk.press("See it as they will read it")
    assert "We heard you, and this is why." in walk.page.get_by_label("The letter").inner_text()
    walk.press("Send this answer")
    assert "3 tasks late" in walk.move("A day on")

    walk.page.goto(f"{walk.address}/demo/mail?to=docent%40universiteit.example")
    assert "We heard you, and this is why." in walk.follow(walk.page.locator("ol.mails a").first)
    walk.follow(walk.page.locator("pre a[href*='/l/']"))
    walk.follow(walk.page.get_by_role("main").get_by_role("button"))
    assert "We heard you, and this is why." in walk.read("/my/words")
    walk.page.get_by_role("radio", name="yes").first.check()
    walk.page.get_by_role("radio", name="yes").last.check()
    assert "Thank you" in walk.press("Send my verdict")


def prefect_stands_beside_it(walk: Walk) -> None:
    wait_for(lambda: walk.demo().get_by_role("link", name="Open Prefect").count())
    wait_for(lambda: len(walk.rounds()) >= 2)
    before = len(walk.rounds())
    assert "3 tasks late" in walk.move("A day on"), (
        "by the demo's clock; by today's all would lapse"
    )
    wait_for(lambda: len(walk.rounds()) >= before + 2)
    wait_for(lambda: any(THREE_LATE.search(name) for name in walk.rounds()))
    assert "3 tasks late" in walk.read("/demo")

    walk.page.get_by_role("link", name="Open Prefect").click()
    expect(walk.page.get_by_text("3 answers late").first).to_be_visible(timeout=1000 * PATIENCE)


def a_taken_port_is_said(demonstration: Demonstration) -> None:
    second = demonstration.start()
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert f"Port {demonstration.pages} on 127.0.0.1" in said
    assert "WEERKLANK_PORTAL_PORT" in said
    assert "Traceback" not in said


def nothing_is_left(demonstration: Demonstration) -> None:
    wait_for(lambda: len(demonstration.family()) == 3)
    family = demonstration.family()
    said = demonstration.interrupt()
    assert said.endswith("Everything is stopped.\n")
    assert f"http://127.0.0.1:{demonstration.prefect}{OVERVIEW}" in said
    assert alive(family) == []
    assert list(demonstration.folder.iterdir()) == []
    for port in (demonstration.pages, demonstration.prefect):
        with closing(socket.socket()) as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def it_begins_again(demonstration: Demonstration) -> None:
    demonstration.begin()
    assert "12 september 2022" in fetched(f"{demonstration.address}/demo")
    demonstration.interrupt()
    assert list(demonstration.folder.iterdir()) == []
