"""Real browsers: a window on the served portal, of somebody, on a screen of some size, in one language."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import Error, Page, Playwright, Route

from tests.patience import PATIENCE, wait_for

if TYPE_CHECKING:
    from tests.portal.conftest import Portal

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
LOOKS = [
    ("phone", "nl"),
    ("desktop", "en"),
    pytest.param("phone", "en", marks=pytest.mark.heavy),
    pytest.param("desktop", "nl", marks=pytest.mark.heavy),
]
"""Each size and each language once; the other pairs with what is loaded for minutes."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_REFUSED = "Unable to capture screenshot"
_ATTEMPTS = 4


@dataclass
class Window:
    """One open page; it remembers every dialog, every request that left the site, and what the browser refused."""

    page: Page
    address: str
    size: str = "desktop"
    dialogs: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What the browser refused: a style or script inside a page, for one."""

    def __post_init__(self) -> None:
        """Listen."""
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("console", self._console)

    def _dialog(self, dialog: Any) -> None:  # noqa: ANN401 - playwright's own
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _console(self, message: Any) -> None:  # noqa: ANN401 - playwright's own
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _request(self, url: str) -> None:
        if not url.startswith((self.address, "data:")):
            self.outside.append(url)

    def go(self, path: str) -> Page:
        """Open *path*."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def shoot(self, name: str) -> None:
        """Leave a picture of the whole page for people to look at."""
        picture(self.page, f"{name}-{self.size}")

    def faults(self, *rules: str) -> list[str]:
        """What axe finds on the open page, asking all of ours or only *rules*."""
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
        options = {"runOnly": only}
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{one['id']}: {one['help']} {[node['html'][:120] for node in one['nodes'][:3]]}"
            for one in found
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))


Open = Callable[..., Window]


def picture(page: Page, name: str) -> None:
    """Leave a picture of the whole *page*; a busy Chromium may refuse one that it takes when it is asked again."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            page.screenshot(path=str(SCREENSHOTS / f"{name}.png"), full_page=True)
        except Error as error:
            if _REFUSED not in error.message or attempt == _ATTEMPTS:
                raise
            page.evaluate("new Promise(requestAnimationFrame)")
        else:
            return


@pytest.fixture(scope="session")
def chrome(chromium: str, player: Playwright) -> Iterator[Chrome]:
    """Start this machine's Chromium once."""
    browser = player.chromium.launch(
        executable_path=chromium, args=["--no-sandbox"], timeout=1000 * PATIENCE
    )
    yield browser
    browser.close()


@pytest.fixture
def window(chrome: Chrome) -> Iterator[Open]:
    """
    Open windows: `window(portal, key=portal.key_of("manager"), size="phone", language="nl", dark=True)`.

    The portal is served from this process for the length of the test. Without *styles* the stylesheet arrives empty.
    """
    with ExitStack() as stack:
        addresses: dict[int, str] = {}

        def opened(
            portal: "Portal",
            *,
            key: str = "",
            size: str = "desktop",
            language: str = "nl",
            dark: bool = False,
            scale: float = 1,
            styles: bool = True,
        ) -> Window:
            if id(portal) not in addresses:
                addresses[id(portal)] = stack.enter_context(served(portal.app))
            address = addresses[id(portal)]
            width, height = SIZES[size]
            context = chrome.new_context(
                viewport={"width": int(width / scale), "height": int(height / scale)},
                device_scale_factor=scale,
                locale=language,
                color_scheme="dark" if dark else "light",
            )
            context.set_default_timeout(1000 * PATIENCE)
            stack.callback(context.close)
            if not styles:
                context.route("**/static/*.css*", _nothing)
            cookies = {"language": language} | ({"weerklank": key} if key else {})
            context.add_cookies(
                [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
            )
            return Window(context.new_page(), address, size)

        yield opened


def _nothing(route: Route) -> None:
    route.fulfill(content_type="text/css", body="")


@contextmanager
def served(app: Any, port: int = 0) -> Iterator[str]:  # noqa: ANN401 - any ASGI application
    """Serve *app* on *port* of this machine, else on a free one; its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="portal", daemon=True)
    thread.start()
    wait_for(lambda: server.started or not thread.is_alive())
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
