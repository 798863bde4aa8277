"""Pictures of the product: `make pictures` takes them in Chromium, from the pages of `weerklank up --demo`."""

import base64
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from flows.machine.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_HOST = "127.0.0.1"
_PATIENCE = 300.0  # seconds until the first page is there, on a machine that has time for it
_LOOK_EVERY = 0.2
_QUALITY = 82  # of WebP: words stay sharp, and the repository stays small


class Screenshot(NamedTuple):
    """One picture: its *name*, the *door* of the demonstration, the *path* of the page, and the window's size."""

    name: str
    door: str
    path: str
    width: int
    height: int


PICTURES = (
    Screenshot("manager", "Responsible manager", "/today", 1120, 760),
    Screenshot("participant", "Universitair docent, Universiteit (Netherlands)", "/my", 420, 760),
)


def main() -> int:
    """Take every picture anew; 1 when this machine has no Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        print("Chromium is not here (Debian's package is called chromium).", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        _demonstration(folder) as address,
        sync_playwright() as player,
    ):
        browser = player.chromium.launch(executable_path=found)
        for picture in PICTURES:
            _take(browser, address, picture)
        browser.close()
    return 0


@contextmanager
def _demonstration(folder: str) -> Iterator[str]:
    """The address of a demonstration that runs until the end of the block."""
    port, prefect = free_port(_HOST, 0), free_port(_HOST, 0)
    told = {
        "TMPDIR": folder,
        "WEERKLANK_PORTAL_PORT": f"{port}",
        "WEERKLANK_PREFECT_PORT": f"{prefect}",
    }
    command = [sys.executable, "-m", "cli.main", "up", "--demo"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | told, stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"http://{_HOST}:{port}/demo", process)
        yield f"http://{_HOST}:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"{address} does not answer"
            raise TimeoutError(message)
        time.sleep(_LOOK_EVERY)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - http, this machine
            return True
    except OSError:
        return False


def _take(browser: Browser, address: str, picture: Screenshot) -> None:
    size = {"width": picture.width, "height": picture.height}
    with browser.new_context(locale="en-GB", viewport=size, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}/demo")
        with page.expect_navigation():
            page.get_by_role("button", name=picture.door, exact=True).click()
        page.goto(f"{address}{picture.path}")
        asked = {"format": "webp", "quality": _QUALITY}
        shot = context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    file = FOLDER / f"{picture.name}.webp"
    file.write_bytes(base64.b64decode(shot["data"]))
    print(f"written: {file.name} ({file.stat().st_size // 1024} KB)")


if __name__ == "__main__":
    sys.exit(main())
