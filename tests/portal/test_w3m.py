"""A whole participant's journey in a browser of text alone, which sends neither Origin nor Sec-Fetch-Site."""

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.app import create_app
from records.access.links import Capacity
from records.access.sealed_pins import has_pin
from states.model.people import Invitation
from tests.conftest import missing
from tests.patience import PATIENCE, wait_for
from tests.portal.conftest import Portal
from tests.portal.windows import served
from tests.records.conftest import NGO, RISK, SESSION, UNION, Memory

W3M = shutil.which("w3m")
SAID = "We expect a date. 我們要一個日期。"


class W3m:
    """One w3m on a screen of its own; what is typed waits until it has time."""

    def __init__(self, address: str, folder: Path) -> None:
        self.written = folder / "written"
        editor = folder / "editor"
        editor.write_text(f'#!/bin/sh\ncat "{self.written}" > "$1"\n')
        editor.chmod(0o700)
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 300, 100, 0, 0))
        told = {
            "HOME": str(folder),
            "TERM": "xterm",
            "EDITOR": str(editor),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }
        self.screen, self._seen = ours, bytearray()
        self.process = subprocess.Popen(
            [str(W3M), "-cookie", "-o", "confirm_qq=0", "-o", "accept_language=en", address],
            stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | told, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        try:
            while piece := os.read(self.screen, 65536):
                self._seen += piece
        except OSError:
            return

    def shows(self, text: str) -> None:
        """Wait until *text*, one word or a button, stands on the screen: between words w3m only moves on."""

        def seen() -> bool:
            if text.encode() in bytes(self._seen):
                return True
            self.keys("\x0c")  # w3m draws only what changed, unless it is asked for all
            return self.process.poll() is not None

        self._seen.clear()
        wait_for(seen)
        assert text.encode() in bytes(self._seen), self._seen.decode(errors="replace")[-3000:]

    def keys(self, *keys: str) -> None:
        for key in keys:
            os.write(self.screen, key.encode())

    def press(self, label: str) -> None:
        """Press the button or follow the link that says *label*."""
        self.keys("g", f"/{label}\r", "\r")

    def tick(self, label: str) -> None:
        """Choose what stands before *label*."""
        self.keys("g", f"/{label}\r", "\x1b\t", "\r")

    def write(self, label: str, text: str) -> None:
        """Write *text* into the area below *label*, by the editor that w3m opens."""
        self.written.write_text(text)
        self.keys("g", f"/{label}\r", "\t", "\r")

    def fill(self, label: str, text: str) -> None:
        """Type *text* into the field of one line below *label*, shown as it is typed or not."""
        self.keys("g", f"/{label}\r", "\t", "\r", f"{text}\r")

    def open(self, address: str) -> None:
        self.keys("U", "\x15", f"{address}\r")

    def end(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)


@pytest.fixture
def served_portal(portal: Portal) -> Iterator[tuple[Portal, str]]:
    """Serve a portal in whose dialogue somebody was invited."""
    if W3M is None:
        missing("w3m (apt-get install w3m)")
    memory = portal.memory
    memory.open()
    memory.act("name-risk", RISK)
    memory.act("map-stakeholder", UNION)
    memory.act("map-stakeholder", NGO | {"language": "en"})
    memory.act("approve-analysis")
    memory.act("invite-all")
    portal.app = create_app(portal.house, portal.house.settings, clock=lambda: portal.now)
    with served(portal.app) as address:
        yield portal, address


def held(memory: Memory) -> None:
    """Hold the session, up to the lines that speakers check."""
    memory.act("accept-invitation", by="union-bd")
    memory.act("share-expectation", {"text": "Be clear"}, by="union-bd")
    memory.act("echo-expectations", {"changes": "Wages come first"})
    memory.now = SESSION
    memory.act("open-session")
    for name in ("union-bd", "ngo-nl"):
        memory.act("record-attendance", {"stakeholder": name, "present": True}, by="moderator")
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    for point, name, level in (("c1", "ngo-nl", "named"), ("c2", "union-bd", "sealed")):
        given = {"id": point, "stakeholder": name, "attribution": level, "text": "Pay."}
        memory.act("record-contribution", given, by="moderator")
    memory.act("publish-summary", {"lines": {"c1": "Pay.", "c2": "Pay."}}, by="moderator")
    memory.act("check-line", {"contribution": "c2", "verdict": "confirmed"}, by="union-bd")


def answered(memory: Memory) -> None:
    """Decide, sign and answer."""
    memory.close_session()
    for point, month in (("c1", "March"), ("c2", "April")):
        reason = f"Prices are agreed until spring; we look again in {month}."
        given = {"contribution": point, "outcome": "not-now", "owner": "manager", "reason": reason}
        memory.act("decide", given)
    memory.act("sign-strategy", by="sponsor")
    memory.act("answer-participant", {"covers": ["c1"], "text": "We look again in March."})
    memory.deliver()


@contextmanager
def come_in(portal: Portal, address: str, folder: Path, who: str = "ngo-nl") -> Iterator[W3m]:
    """Follow a personal link, months after the last visit as well."""
    folder.mkdir()
    browser = W3m(f"{address}{portal.link(who)}", folder)
    try:
        browser.shows("Go to my page")
        browser.press("Go to my page")
        browser.shows("Safety")
        yield browser
    finally:
        browser.end()


def test_a_participants_whole_year_in_w3m(
    served_portal: tuple[Portal, str], tmp_path: Path
) -> None:
    portal, address = served_portal
    memory = portal.memory
    with come_in(portal, address, tmp_path / "spring") as browser:
        browser.open(f"{address}/my/invitation")
        browser.shows("Send my reply")
        browser.tick("Yes, I will take part")
        browser.press("Send my reply")
        wait_for(lambda: memory.read().stakeholders["ngo-nl"].invitation is Invitation.ACCEPTED)
        browser.open(f"{address}/my/invitation")
        browser.shows("Save my expectation")
        browser.write("What do you expect of this dialogue", SAID)
        browser.press("Save my expectation")
        wait_for(lambda: memory.read().stakeholders["ngo-nl"].expectation is not None)
        assert memory.read().stakeholders["ngo-nl"].expectation == SAID
    held(memory)
    with come_in(portal, address, tmp_path / "summer") as browser:
        browser.open(f"{address}/my/words")
        browser.shows("withdraw")
        browser.tick("is right")
        browser.press("Save")
        wait_for(lambda: memory.read().contributions["c1"].line_verdict is not None)
    answered(memory)
    with come_in(portal, address, tmp_path / "autumn") as browser:
        browser.open(f"{address}/my/words")
        browser.shows("Send my verdict")
        browser.tick("yes")
        browser.press("Send my verdict")
        wait_for(lambda: memory.read().verdicts)


@pytest.mark.slow
def test_a_sealed_voice_chooses_a_pin_and_enters_it_in_w3m(
    served_portal: tuple[Portal, str], tmp_path: Path
) -> None:
    portal, address = served_portal
    memory, seat = portal.memory, Capacity("participant", "kleding", "union-bd", "kleding-2022")
    memory.act("accept-invitation", by="ngo-nl")
    memory.act("share-expectation", {"text": "Be clear"}, by="ngo-nl")
    held(memory)
    with come_in(portal, address, tmp_path / "first", "union-bd") as browser:
        browser.open(f"{address}/my/sealed")
        browser.shows("once")
        browser.fill("New PIN", "482913")
        browser.fill("The same once more", "482913")
        browser.press("Keep this PIN")
        wait_for(lambda: has_pin(portal.house.engine, seat))
        browser.shows("everything")
    with come_in(portal, address, tmp_path / "again", "union-bd") as browser:
        browser.open(f"{address}/my/words")
        browser.shows("behind")
        browser.open(f"{address}/my/sealed")
        browser.shows("digits")
        browser.fill("After ten wrong", "482913")
        browser.press("Open with")
        browser.shows("everything")
        browser.open(f"{address}/my/words")
        browser.shows("Confidential:")
