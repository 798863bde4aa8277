"""A portal on a real database, and browsers that come in as anybody."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from config.settings import Settings
from portal.app import create_app
from portal.web.routes import EVERYONE
from portal.web.sessions import holder_of
from portal.web.site import Site
from records.access.links import Capacity, begin_session, digest, find_session, mint_link
from records.access.sealed_pins import open_seal
from services.house import House, open_house
from states.model.people import HELPER, PARTICIPANT
from tests.portal.windows import chrome, window  # noqa: F401 - fixtures for every file here
from tests.records.conftest import SESSION, START, Memory, a_programme, utc

ADDRESS = "http://127.0.0.1:8420"
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "origin": ADDRESS}
MONTH = timedelta(days=31)
HELPING = "helper-1"


class Browser(TestClient):
    """A browser of one person; `submit` fills in the token as a page of ours would."""

    def submit(
        self, path: str, data: Mapping[str, Any] | None = None, *, on: str = "/new-link"
    ) -> Response:
        """Send a form to *path*, with the token of the page *on*, and stay where the answer points."""
        return self.post(
            path, data={**(data or {}), "token": self.token(on)}, headers=SAME_ORIGIN,
            follow_redirects=False,
        )  # fmt: skip

    def token(self, on: str = "/") -> str:
        """The token in the forms of the page *on*."""
        found = re.search(r'name="token" value="([0-9a-f]{64})"', self.get(on).text)
        assert found is not None, f"{on} holds no form"
        return found[1]


@dataclass
class Portal:
    """The portal of one database, with a clock that the test moves."""

    house: House
    memory: Memory
    app: Any = None
    browsers: list[Browser] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """What time it is for everybody."""
        return self.memory.now

    @property
    def site(self) -> Site:
        """What all requests share."""
        found: Site = self.app.state.site
        return found

    def browser(self, origin: str = "testclient") -> Browser:
        """A browser in which nobody is signed in, at the address *origin*."""
        made = Browser(self.app, base_url=ADDRESS, client=(origin, 50000))
        made.__enter__()
        self.browsers.append(made)
        return made

    def enter_as(self, role: str, programme_id: str = "kleding") -> Browser:
        """A browser in which the holder of *role* is signed in."""
        return self._in(self.key_of(role, programme_id))

    def participant(self, who: str, dialogue_id: str = "kleding-2022") -> Browser:
        """A browser in which the participant *who* is in, and gave their PIN just now."""
        return self._in(self.key_of_seat(who, dialogue_id))

    def linked(self, who: str, dialogue_id: str = "kleding-2022") -> Browser:
        """A browser in which somebody is in by a link of *who*, and knows no PIN."""
        return self._in(self.key_of_seat(who, dialogue_id, unsealed=False))

    def helper(self, who: str = HELPING, dialogue_id: str = "kleding-2022") -> Browser:
        """A browser in which the helper *who* is in."""
        return self._in(self.key_of_helper(who, dialogue_id))

    def anybody(self, name: str, programme_id: str = "kleding") -> Browser:
        """A browser of whoever may come in as *name*, one of the capacities of the table of pages."""
        dialogue_id = f"{programme_id}-2022"
        if name == EVERYONE:
            return self.browser()
        if name == PARTICIPANT:
            return self.participant("ngo-nl", dialogue_id)
        return (
            self.helper(HELPING, dialogue_id)
            if name == HELPER
            else self.enter_as(name, programme_id)
        )

    def _in(self, key: str) -> Browser:
        browser = self.browser()
        browser.cookies.set("weerklank", key)
        return browser

    def key_of(self, role: str, programme_id: str = "kleding") -> str:
        """The cookie of a browser in which the holder of *role* is signed in."""
        programme = self.house.ledger.programme(programme_id).programme
        return self._key(Capacity("role", programme_id, role), holder_of(programme, role))

    def key_of_seat(
        self, who: str, dialogue_id: str = "kleding-2022", *, unsealed: bool = True
    ) -> str:
        """The cookie of a browser in which the participant *who* is in, and gave their PIN if it is *unsealed*."""
        programme_id = dialogue_id.rpartition("-")[0]
        key = self._key(Capacity("participant", programme_id, who, dialogue_id), "")
        if unsealed:
            open_seal(self.house.engine, digest(key.partition("~")[0]), self.now)
        return key

    def key_of_helper(self, who: str = HELPING, dialogue_id: str = "kleding-2022") -> str:
        """The cookie of a browser in which the helper *who* is in."""
        programme_id = dialogue_id.rpartition("-")[0]
        return self._key(Capacity("helper", programme_id, who, dialogue_id), "")

    def _key(self, capacity: Capacity, holder: str) -> str:
        engine = self.house.engine
        token = begin_session(engine, capacity, self.now, MONTH, stage="whole", holder=holder)
        return self.cookie(token)

    def cookie(self, token: str) -> str:
        """What a browser keeps of the session *token*, as if it was just heard of."""
        from portal.web.sessions import _mark

        session = find_session(self.house.engine, token, self.now)
        assert session is not None
        seen = int(self.now.timestamp())
        return f"{token}~{seen}~{_mark(session.secret, f'seen {seen}')}"

    def link(self, who: str, dialogue_id: str = "kleding-2022") -> str:
        """The path of a new personal link of *who*."""
        capacity = Capacity("participant", dialogue_id.rpartition("-")[0], who, dialogue_id)
        return f"/l/{mint_link(self.house.engine, capacity, self.now, MONTH)}"

    def dump(self) -> list[str]:
        """Every row of the database, as text."""
        file = self.house.settings.sqlite_file
        assert file is not None
        with closing(sqlite3.connect(file)) as connection:
            return list(connection.iterdump())


@contextmanager
def opened(file: Path) -> Iterator[Portal]:
    """Open the portal of the database in *file*, with the clock at the beginning of the edition of 2022."""
    settings = Settings(database_url=f"sqlite:///{file}")
    with open_house(settings, durable=False, clock=None) as house:
        made = Portal(house, Memory(settings.database_url, house.engine, house.ledger))
        made.app = create_app(house, settings, clock=lambda: made.now)
        yield made
        for browser in made.browsers:
            browser.__exit__(None, None, None)


@pytest.fixture
def portal(tmp_path: Path, migrated_file: Path) -> Iterator[Portal]:
    """Give the portal of an empty database (SQLite: the pages know no SQL)."""
    with opened(Path(copy(migrated_file, tmp_path / "portal.sqlite"))) as made:
        yield made


@pytest.fixture(scope="session")
def signed_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """Live two companies up to the feedback, once, for every test to copy."""
    file = Path(copy(migrated_file, tmp_path_factory.mktemp("signed") / "signed.sqlite"))
    with opened(file) as made:
        for name in ("schoenen", "kleding"):
            made.memory.now = START
            made.memory.open(a_programme(name))
            made.memory.sign()
            made.memory.act(
                "name-helper", {"organisation": "Taalhulp", "language": "nl"}, "sponsor"
            )
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def two_companies(tmp_path: Path, signed_file: Path) -> Iterator[Portal]:
    """Give a portal with two companies whose strategies were signed: both owe answers, openly and under seal."""
    with opened(Path(copy(signed_file, tmp_path / "portal.sqlite"))) as made:
        made.memory.now, made.memory.dialogue_id = SESSION, "kleding-2022"
        yield made


@pytest.fixture
def late(two_companies: Portal) -> Portal:
    """Give a portal in which one voice was answered and objects, and another waits too long."""
    memory = two_companies.memory
    memory.act("answer-participant", {"covers": ["c1"], "text": "We look again in **March**."})
    memory.deliver()
    memory.act("give-verdict", {"heard": "partly", "comment": "Why March?"}, by="ngo-nl")
    dispute = {"contribution": "c1", "reason": "We asked for a date, not for another look."}
    memory.act("dispute-answer", dispute, by="ngo-nl")
    safety = {"text": "Our steward was moved to nights.", "named": "yes", "contact": "+880 99"}
    union = two_companies.participant("union-bd")
    assert union.submit("/my/safety", safety, on="/my/safety").is_redirect
    memory.sweep(utc(2022, 9, 12, 8))
    return two_companies
