"""Surfaces: all that anybody but the moderator and the speaker can get of a life, at one moment of it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pytest

from cli.commands.sweep_deliver import _delivered_row, sweep_data
from cli.json_views import visible_dialogues
from cli.rehearsal.simulator import Life, new_life
from notifications.channels.channels import Post
from portal.app import create_app
from portal.route_table import PAGES
from portal.web.routes import CAPACITIES, EVERYONE
from records.custody import take_key
from records.journal.journal import entries
from records.seals.ciphertext import Pair, new_secret, public_half
from records.seals.keys import unseal_with
from records.sweep.sweep import SweepReport
from services.delivery.report import DeliveryReport
from states.model.people import HELPER, PARTICIPANT, Role
from tests.flows.test_twin_lives import delivered, swept
from tests.journeys.lives import NGO, SUPPLIER, Row, scenario
from tests.portal.conftest import Browser, Portal
from tests.portal.test_doors import HERE, filled
from tests.privacy_doors import from_file, run
from tests.records.conftest import Memory
from tests.test_privacy_of_every_door import DRY, PLAIN, VIEWED
from tests.twins.cast import ID, ONE, OTHER, Cast, life_of

Seen = dict[str, list[str]]
"""By door and reader, what was to be read there."""
KNOWING = {Role.MODERATOR.value, ONE, OTHER, "sealed-1"}
"""Who may know it: the moderator, and whoever it is about."""
READERS = tuple(one for one in CAPACITIES if one not in {PARTICIPANT, Role.MODERATOR})
OTHERS = (NGO["id"], SUPPLIER["id"])
AT_RANDOM = re.compile(
    r"[0-9a-f]{32,64}|/(?:l|in)/[\w-]{20,}|\b[0-9a-f]{16}\b|\b[0-9a-f]{8}\b"
    r"|\b[0-9a-f]{4}(?: [0-9a-f]{4})+\b|\b[\w-]{43}\b"
)
"""Hashes, marks and keys, of which no two are the same anyway."""
UNLIKE_ANYWAY = {"/account": "their own way in, with a moment and a mark", "/in/": "a key"}
STILL = {"diagram", "languages", "config", "programme list", "programme show", "sweep", "deliver"}
"""Commands that say nothing of a dialogue, or are lived through in each of these lives anyway."""


class Lived:
    """A life of *cast* in which *speaker* speaks under seal, and what others see of it meanwhile."""

    def __init__(self, life: Life, file: Path) -> None:
        self.life = life
        self.file = file
        self.rounds: list[str] = []
        self._act_for_time, self._send = life.house.sweep, life.house.deliver
        life.house.sweep, life.house.deliver = self._swept, self._delivered  # type: ignore[method-assign]
        self.work: Counter[str] = Counter()
        life.house._record = self._measured  # type: ignore[method-assign]

    def _measured(self, times: dict[str, tuple[int, float]]) -> None:
        """Keep how much work is counted; how long it took is never the same."""
        self.work.update({kind: number for kind, (number, _) in times.items()})

    def _swept(self, now: datetime, **pace: Any) -> SweepReport:  # noqa: ANN401 - as a house takes it
        """Let time act, and keep what is said of it where it did anything that is told."""
        report = self._act_for_time(now, **pace)
        self._keep(now, sweep_data(report))
        return report

    def _delivered(self, now: datetime, **how: Any) -> DeliveryReport:  # noqa: ANN401 - as a house takes it
        report = self._send(now, **how)
        self._keep(now, _delivered_row(now, report.public_part()))
        return report

    def _keep(self, now: datetime, said: Row) -> None:
        if any(value for name, value in said.items() if name != "now"):
            self.rounds.append(f"{now} {said}")

    @cached_property
    def portal(self) -> Portal:
        """The pages of this life."""
        house = self.life.house
        made = Portal(house, Memory(house.settings.database_url, house.engine, house.ledger))
        made.app = create_app(house, house.settings, clock=lambda: self.life.now)
        made.memory.dialogue_id = ID
        return made

    def look(self, at: str, *, whole: bool) -> Seen:
        """Live up to *at*, and look through every door, or only through those that tell most."""
        self.life.live(self.life.moment(at))
        self.portal.memory.now = self.life.now
        seen: Seen = {}
        looks = [self.documents, self.watched, self.facts]
        for one in (*looks, *([self.letters, self.commands, self.pages] if whole else [])):
            for door, lines in one():
                seen.setdefault(door, []).extend(self.plain(line) for line in lines)
        return seen

    def plain(self, line: str) -> str:
        """*line* without what differs in any two lives."""
        return AT_RANDOM.sub("·", line.replace(str(self.file.parent), "FOLDER"))

    def documents(self) -> Iterator[tuple[str, list[str]]]:
        """What `--json` says of everything, as the manager and an auditor may see it."""
        for viewer in ("manager", "auditor"):
            said = visible_dialogues(
                self.life.house.ledger, [ID], self.life.now, viewer=viewer,
            )  # fmt: skip
            for table, rows in said.items():
                yield f"json {table} as {viewer}", [json.dumps(row) for row in rows]

    def facts(self) -> Iterator[tuple[str, list[str]]]:
        """The journal itself."""
        rows = entries(self.life.house.engine, ID)
        yield "journal", [f"{e.seq} {e.at} {e.fact} {e.actor} {e.subject} {e.detail}" for e in rows]

    def watched(self) -> Iterator[tuple[str, list[str]]]:
        """What the engine is told by a round at this moment, and was told by all rounds before."""
        house, now = self.life.house, self.life.now
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WEERKLANK_DATABASE_URL", house.settings.database_url)
            yield "engine", [repr(one) for one in (*swept(house, now), *delivered(house, now))]
        yield "rounds at the terminal", self.rounds
        yield "metrics of work", [f"{kind} {number}" for kind, number in sorted(self.work.items())]

    def letters(self) -> Iterator[tuple[str, list[str]]]:
        """Every letter to anybody else, with its envelope."""
        for post in self.life.mail.posts:
            if post.message.to not in KNOWING:
                yield f"letters to {post.message.to}", wrapped(post)

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """What each command says."""
        now = ("--now", self.life.now.isoformat())
        with told_where(self.file):
            for name, words in VIEWED.items():
                if name in {"rehearse", "by-hand show"}:
                    continue
                more = tuple(w for w in words if not re.match(r"--now|\d{4}-", w))
                moment = now if "--now" in words else ()
                for viewer in ("manager", "auditor"):
                    said = run((*name.split(), *more, *moment, "--as", viewer))
                    yield f"command {name} as {viewer}", "\n".join(said).splitlines()
                    said = run((*name.split(), *more, *moment, "--as", viewer, "--json"))
                    yield f"command {name} --json as {viewer}", "\n".join(said).splitlines()
            for name, words in PLAIN.items():
                if name in STILL:
                    continue
                said = run((*name.split(), *(now if words else ())))
                yield f"command {name}", "\n".join(said).splitlines()
            for name in DRY:
                said = run((name, *now, "--dry-run", "--json"))
                yield f"dry run {name}", "\n".join(said).splitlines()

    def pages(self) -> Iterator[tuple[str, list[str]]]:
        """Every page of every reader."""
        for reader in READERS:
            yield from self._pages_of(reader, reader, self._browser(reader))
        for who in OTHERS:
            yield from self._pages_of(PARTICIPANT, who, self.portal.participant(who, ID))

    def _browser(self, reader: str) -> Browser:
        if reader == EVERYONE:
            return self.portal.browser()
        if reader == HELPER:
            return self.portal.helper("helper-1", ID)
        return self.portal.enter_as(reader, "klein")

    def _pages_of(
        self, capacity: str, who: str, browser: Browser
    ) -> Iterator[tuple[str, list[str]]]:
        for page in PAGES:
            open_to = EVERYONE in page.who or capacity in page.who
            if page.method != "GET" or not open_to or page.path == "/account":
                continue
            for path in dict.fromkeys(filled(page, HERE | places) for places in PLACES):
                answer = browser.get(path, follow_redirects=False)
                came = f"{answer.status_code} {answer.headers.get('location', '')}"
                kind = answer.headers.get("content-type", "")
                is_page = (
                    "html" in kind
                )  # with all that is not seen in it, as the language of a text
                said = answer.text.splitlines() if is_page else from_file(answer.content, kind)
                yield f"page {path} as {who}", [came, *said]


PLACES: tuple[dict[str, str], ...] = tuple(
    {
        "dialogue": ID,
        "contribution": point,
        "stakeholder": who,
        "who": who,
        "voice": who,
        "helper": "helper-1",
    }
    for point, who in (("c1", ONE), ("c2", OTHER), ("c2", "sealed-1"))
)


def wrapped(post: Post) -> list[str]:
    """A letter with its envelope, without its name, which is a random one."""
    mail, message = post.email, post.message
    heads = [f"{k}: {v}" for k, v in mail.items() if k not in {"Message-ID", "Content-Type"}]
    envelope = re.sub(r"\+[^@]*@", "+@", post.envelope or "")
    who = f"{message.at} to {message.to} <{message.address}> from {post.sender} {envelope}"
    return [who, *heads, message.subject, *message.text.splitlines(), *message.html.splitlines()]


@contextmanager
def told_where(file: Path) -> Iterator[None]:
    """Let the commands of this process use the database in *file*."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{file}")
        patch.setenv("WEERKLANK_CHANNEL", "maildir")
        patch.setenv("WEERKLANK_MAILDIR", str(file.with_suffix(".mail")))
        yield


@contextmanager
def lived(
    cast: Cast, speaker: str, folder: Path, level: str | None = "sealed", *, keyed: bool = False
) -> Iterator[Lived]:
    """
    A life of *cast* in which *speaker* speaks, under seal if at no other *level*, in *folder*.

    *keyed*: the moderator has a key of their own from the opening on, and it is at hand whenever somebody acts.
    """
    file = folder / "life.sqlite"
    file.unlink(missing_ok=True)
    with new_life(scenario(life_of(cast, speaker, level)), database=f"sqlite:///{file}") as life:
        if keyed:
            _use_key(life)
        yield Lived(life, file)


def _use_key(life: Life) -> None:
    house, secret = life.house, new_secret()
    pair = Pair(public_half(secret), public_half(new_secret()))
    take_key(house.engine, house.policies, "klein", pair, by="moderator", now=life.now)
    house.ledger.act = partial(house.ledger.act, unseal=unseal_with(secret))  # type: ignore[method-assign]


def differences(one: Seen, other: Seen) -> dict[str, list[str]]:
    """By door, what is read in the one life and not in the other."""
    found = {}
    for door in sorted(one.keys() | other.keys()):
        first, second = one.get(door, []), other.get(door, [])
        if first != second:
            only = [f"- {line}" for line in first if line not in second]
            only += [f"+ {line}" for line in second if line not in first]
            found[door] = only or ["in another order"]
    return found
