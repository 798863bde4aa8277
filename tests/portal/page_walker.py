"""A walk through the portal as it stands: each page, each link and each form, for everybody who may come in."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from portal import dispatch
from portal.http.errors import Incomplete
from portal.route_table import PAGES
from portal.sent_forms import refused_forms as refusing
from portal.web.pages import Page
from portal.web.request import Visit
from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.model.people import AUDITOR, HELPER, PARTICIPANT
from states.privacy.independence import helps
from tests.portal.conftest import Browser, Portal
from tests.portal.page_reader import Form, Sheet

LEFT_ALONE = ("/sign-out", "/language", "/sign-in", "/in/", "/l/", "/new-link", "/demo")
"""Doors and the way out: nothing of a dialogue's state shows there, and a walk would end behind them."""
FILES = ("/export", ".ics", ".csv", ".xlsx", "/static/")
HELPERS = 2
GUESTS = 5
"""Participants who walk along, of each kind of them first."""


@dataclass(frozen=True)
class Seen:
    """One page that somebody opened."""

    who: str
    path: str
    language: str
    status: int
    sheet: Sheet

    def __str__(self) -> str:
        """Who opened what."""
        return f"{self.who} {self.path} ({self.language})"


@dataclass
class Pressed:
    """What came of a form that was sent: the *status*, and the *refusal* when there was one."""

    seen: Seen
    form: Form
    status: int
    refusal: Refused | Incomplete | None
    told: str | None
    sheet: Sheet | None = None

    def __str__(self) -> str:
        """Who sent what, and what they were told."""
        return f"{self.seen} → {self.form.action}: {self.status} {self.told}"


@dataclass
class Walker:
    """Goes through *portal* as everybody; what it sends is taken back at once."""

    portal: Portal
    browsers: dict[str, Browser] = field(default_factory=dict)
    refusals: list[tuple[Refused | Incomplete, str | None]] = field(default_factory=list)

    def everybody(self, dialogue: Dialogue | None) -> list[str]:
        """Who may come in: whoever holds a role, the auditor, and guests of each kind."""
        programme = self.portal.house.ledger.programme(self._programme).programme
        roles = [role.value for role in programme.roles]
        helpers = [name for name in dialogue.helpers if helps(dialogue, name)] if dialogue else []
        return [*roles, AUDITOR, *helpers[:HELPERS], *(guests(dialogue) if dialogue else ())]

    @property
    def _programme(self) -> str:
        return self.portal.memory.dialogue_id.rpartition("-")[0]

    def enter(self, who: str, language: str) -> Browser:
        """Let *who* come in, in the one browser there is."""
        made = self.browsers.get("one") or self.portal.browser()
        self.browsers["one"] = made
        portal, name = self.portal, self.portal.memory.dialogue_id
        keys: dict[str, Callable[[str, str], str]]
        keys = {PARTICIPANT: portal.key_of_seat, HELPER: portal.key_of_helper}
        key_of = keys.get(self.capacity(who))
        key = key_of(who, name) if key_of else portal.key_of(who, self._programme)
        made.cookies.clear()
        made.cookies.set("weerklank", key)
        made.cookies.set("language", language)
        return made

    def capacity(self, who: str) -> str:
        """In which capacity *who* comes in."""
        if who in {AUDITOR, *self._roles()}:
            return who
        return HELPER if who in self.portal.memory.read().helpers else PARTICIPANT

    def _roles(self) -> list[str]:
        return [
            r.value for r in self.portal.house.ledger.programme(self._programme).programme.roles
        ]

    def pages(self, who: str, language: str, dialogue: Dialogue | None) -> Iterator[Seen]:
        """Every page that *who*, who came in, can come to: those of the table, and what they link to."""
        browser = self.browsers["one"]
        waiting = dict.fromkeys(addresses(self.capacity(who), dialogue), "")
        done: set[str] = set()
        while waiting:
            path, by = waiting.popitem()
            done.add(path)
            answer = browser.get(path, follow_redirects=False)
            if answer.is_redirect:
                waiting |= _new([answer.headers["location"]], path, done)
                continue
            is_page = "text/html" in answer.headers["content-type"]
            sheet = Sheet(answer.text if is_page else "")
            assert answer.status_code == 200 or (answer.status_code == 404 and not by), (
                f"{who} {path}, linked from {by}: {answer.status_code}"
            )
            if answer.status_code == 200:
                waiting |= _new(sheet.links, path, done)
                yield Seen(who, path, language, answer.status_code, sheet)

    def press(self, seen: Seen, form: Form, values: Mapping[str, Any]) -> Pressed:
        """Send *form* with *values* in the browser that is open; what it changed stays until it is taken back."""
        self.refusals.clear()
        answer = self.browsers["one"].post(
            form.action, data=dict(values), headers=_OURS, follow_redirects=False
        )
        refusal, told = self.refusals[-1] if self.refusals else (None, None)
        is_page = "text/html" in answer.headers.get("content-type", "")
        sheet = Sheet(answer.text) if is_page and answer.text else None
        return Pressed(seen, form, answer.status_code, refusal, told, sheet)

    @contextmanager
    def watching(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """Remember each refusal that a page shows."""
        shown = refusing.shown_again

        def shown_again(visit: Visit, refusal: Refused | Incomplete) -> Any:  # noqa: ANN401
            answer = shown(visit, refusal)
            self.refusals.append((refusal, visit.refused or visit.so))
            return answer

        with patch.context() as patched:
            patched.setattr(dispatch, "shown_again", shown_again)
            yield

    @contextmanager
    def taken_back(self) -> Iterator["Moment"]:
        """Keep the database as it is now, to come back to it."""
        moment = Moment(self.portal)
        yield moment
        moment.again()
        moment.kept.close()


class Moment:
    """The database as it was at one moment."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        file = portal.house.settings.sqlite_file
        assert file is not None
        self._file = file
        self.kept = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(file)) as now:
            now.backup(self.kept)

    def again(self) -> None:
        """Make it so again, also for whoever remembers what came after."""
        with closing(sqlite3.connect(self._file)) as now:
            self.kept.backup(now)
        self._portal.house.ledger._reader._kept.clear()


_OURS = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8420"}


def _new(links: list[str], by: str, done: set[str]) -> dict[str, str]:
    own = (urlsplit(link) for link in links)
    paths = (
        one.path + (f"?{one.query}" if one.query else "")
        for one in own
        if not one.scheme and one.path.startswith("/")
    )
    return {path: by for path in paths if path not in done and not path.startswith(LEFT_ALONE)}


def guests(dialogue: Dialogue) -> list[str]:
    """Some participants of each kind: by how they are reached, how far they came and how they spoke."""
    kinds: dict[tuple[Any, ...], str] = {}
    for seat in dialogue.stakeholders.values():
        if seat.invited and not seat.erased_at:
            spoke = tuple(
                sorted(len(dialogue.contributions_of(v)) for v in dialogue.voices_of(seat.id))
            )
            kinds.setdefault((bool(seat.email), seat.invitation, spoke, seat.at_risk), seat.id)
    return list(kinds.values())[:GUESTS]


def addresses(capacity: str, dialogue: Dialogue | None) -> Iterator[str]:
    """The address of each page of the table for *capacity*, with each thing of *dialogue* in its place."""
    for page in PAGES:
        if page.method == "GET" and capacity in page.who and not page.path.startswith(LEFT_ALONE):
            yield from filled(page, dialogue)


def filled(page: Page, dialogue: Dialogue | None) -> Iterator[str]:
    """The addresses of *page*."""
    if "{" not in page.path:
        yield page.path
    elif dialogue is not None:
        things = things_of(dialogue)
        paths = [page.path.replace("{dialogue}", dialogue.id)]
        for name, values in things.items():
            place = f"{{{name}}}"
            paths = [
                path.replace(place, value)
                for path in paths
                for value in (values if place in path else [""])
            ]
        yield from paths


def things_of(dialogue: Dialogue) -> dict[str, list[str]]:
    """What may stand in the places of a path."""
    return {
        "contribution": [*list(dialogue.contributions)[:4], "never-made"],
        "voice": [*list({c.voice for c in dialogue.contributions.values()})[:4], "never-made"],
        "stakeholder": [*list(dialogue.stakeholders)[:4], "never-made"],
        "who": [*list(dialogue.stakeholders)[:4], "never-made"],
        "commitment": [*list(dialogue.commitments)[:2], "never-made"],
        "helper": [*list(dialogue.helpers)[:2], "never-made"],
        "list": ["people.csv", "mirror.xlsx", "never.made"],
    }
