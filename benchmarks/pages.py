"""Page benchmark: the main pages, asked through the whole portal by somebody who is in, beside many dialogues."""

import json
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from starlette.responses import Response
from starlette.testclient import TestClient

from benchmarks.copies import again, dialogue_again
from benchmarks.figures import Figure, median
from cli.rehearsal.scenario import read_scenario
from cli.rehearsal.simulator import new_life
from config.settings import Settings
from portal.app import create_app
from portal.web.sessions import holder_of, let_in
from portal.web.site import Site
from records.access.links import Capacity
from services.house import House, open_house

CASE = Path(__file__).parents[1] / "cli" / "data" / "kledingmerk-2022.yaml"
NOW = datetime(2022, 9, 12, 7, tzinfo=UTC)  # four answers are late
EDITIONS = 10
MOST = 50  # milliseconds
ADDRESS = "http://127.0.0.1:8420"
DIALOGUE = "/dialogues/kledingmerk-2022"
PAGES = {
    "ngo-kritisch": ("/my", "/my/words", "/my/invitation"),
    "manager": (
        "/today",
        DIALOGUE,
        f"{DIALOGUE}/people",
        f"{DIALOGUE}/mirror",
        f"{DIALOGUE}/session",
        f"{DIALOGUE}/decisions",
        f"{DIALOGUE}/answers",
    ),
    "auditor": (f"{DIALOGUE}/audit",),
}
"""What is asked, by the participant or the role that asks."""


def sow(file: Path, dialogues: int) -> int:
    """Live the case in *file* until NOW, and copy it until there are so many *dialogues*; the number of duties."""
    with new_life(read_scenario(CASE), database=f"sqlite:///{file}") as life:
        life.live(NOW)
    with closing(sqlite3.connect(file)) as connection, connection:
        for number in range(1, dialogues):
            programme = _programme(connection, number // EDITIONS)
            dialogue_again(connection, "kledingmerk-2022", programme, 2022 - number % EDITIONS)
        connection.execute("ANALYZE")
        duties: int = connection.execute("SELECT count(*) FROM duties").fetchone()[0]
        return duties


def _programme(connection: sqlite3.Connection, number: int) -> str:
    """The programme with this *number*, made when it is not there yet."""
    name = f"kledingmerk-{number}" if number else "kledingmerk"
    known = "SELECT document FROM programmes WHERE id = ?"
    if connection.execute(known, [name]).fetchone() is None:
        document = json.loads(connection.execute(known, ["kledingmerk"]).fetchone()[0])
        changes = {"id": name, "document": json.dumps(document | {"id": name})}
        again(connection, "programmes", "id = 'kledingmerk'", changes)
    return name


def somebody(house: House, app: TestClient, who: str) -> None:
    """Let the browser *app* in as *who*."""
    site: Site = app.app.state.site  # type: ignore[attr-defined]
    programme = house.ledger.programme("kledingmerk").programme
    is_role = who in {*programme.roles, "auditor"}
    capacity = (
        Capacity("role", programme.id, who)
        if is_role
        else Capacity("participant", programme.id, who, "kledingmerk-2022")
    )
    held = holder_of(programme, who) if is_role else ""
    answer = let_in(site, Response(), capacity, NOW, holder=held)
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    app.cookies.set(name, value)


def time_page(browser: TestClient, path: str, times: int) -> float:
    """The median of so many *times* that *path* is asked, in milliseconds, once it was asked before."""
    taken = []
    for _ in range(times + 1):
        begun = perf_counter()
        answer = browser.get(path, follow_redirects=False)
        taken.append((perf_counter() - begun) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return median(taken[1:])


def run(n: int = 1_000, *, times: int = 15) -> list[Figure]:
    """Ask every main page beside *n* dialogues."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pages.sqlite"
        size = f"{n:,} dialogues, {sow(file, n):,} duties, SQLite"
        settings = Settings(database_url=f"sqlite:///{file}")
        with open_house(settings) as house:
            app = create_app(house, settings, clock=lambda: NOW)
            for who, paths in PAGES.items():
                with TestClient(app, base_url=ADDRESS) as browser:
                    somebody(house, browser, who)
                    figures += [_figure(browser, path, size, times) for path in paths]
    return figures


def _figure(browser: TestClient, path: str, size: str, times: int) -> Figure:
    took = time_page(browser, path, times)
    what = f"page {path.replace(DIALOGUE, '/dialogues/…')}, {size}"
    return Figure("pages", what, "ms", took, None, f"< {MOST} ms", took < MOST)
