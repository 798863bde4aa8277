"""
Privacy at every door: who may see what, as one table, held against all that the house says about one made life.

A row of SECRETS is a secret and everybody who may see it; a door is a page, a command, a letter, a file, a log or
the database of Prefect. Doors are found in the tables of the house: a new one is here by itself, or fails until it is.
"""

import inspect
import io
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from prefect import Flow

from cli.rehearsal.simulator import new_life
from config.logs import configure
from config.settings import Settings
from flows import rounds
from flows.once.temporary_server import Brief, run_flows_once
from notifications.channels.channels import Memory, Post
from portal.route_table import PAGES
from portal.web.routes import CAPACITIES
from services.delivery.outbound import Mailroom
from services.house import open_house
from states.model.people import AUDITOR, HELPER, PARTICIPANT, Role
from states.model.vocabulary import Step
from states.privacy.readers import Eyes, Reader
from tests.flows.conftest import brief  # noqa: F401 - a fixture
from tests.journeys.lives import scenario
from tests.portal.conftest import opened
from tests.privacy_doors import (
    SEATS,
    Exhibit,
    all_commands,
    browser_of,
    cut_to,
    from_html,
    from_json,
    letters_by_hand,
    pages,
    rows_of,
    run,
    shown,
)
from tests.private_life import (
    BY_HAND,
    ENDED,
    HOLDERS,
    ID,
    ODD,
    REGION,
    REPORT,
    SEALED,
    UNHEARD,
    life,
)

pytestmark = pytest.mark.slow

MANAGERS, KEEPERS = {"manager", "deputy"}, {"moderator", "confidant"}
ROLES = {role.value for role in Role}
PEOPLE = set(SEATS)
BEHIND = {"sealed-1": SEALED, "sealed-2": UNHEARD, "sealed-3": BY_HAND, "helper-1": HELPER}
"""Who reads what is sent to a pseudonym, or to the helper."""
OPERATOR, PREFECT, LOG = "operator", "prefect", "log"


class Secret(NamedTuple):
    """Something that not everybody may see: how it looks where it is told, and who *may* see it."""

    looks: str
    may: set[str]
    beside: str = ""
    """What must stand in the same block, row or line for it to be told."""


SECRETS = {
    "name": Secret(r"Rahima Khatun", {*MANAGERS, *KEEPERS, SEALED}),
    "first name": Secret(r"\bRahima\b", {*MANAGERS, *KEEPERS, SEALED}),
    "typed with odd blanks": Secret(r"RAHIMA\W", {"manager", "moderator", *PEOPLE}),
    "organisation": Secret(r"(?i)needle[\s-]+union", {*MANAGERS, *KEEPERS, SEALED}),
    "e-mail": Secret(r"rahima\.khatun@", {*MANAGERS, "moderator", SEALED}),
    "phone": Secret(r"1711[\s-]*123456", {*MANAGERS, "moderator", SEALED}),
    "name of who spoke by region": Secret(r"Zandstra", {*MANAGERS, *KEEPERS, REGION}),
    "point of who spoke by region": Secret(r"Zandstra", {"moderator", REGION}, beside=r"\bc1\b"),
    "name of who is reached by hand": Secret(
        r"Salma", {*MANAGERS, "sponsor", *KEEPERS, UNHEARD}
    ),
    "who sealed-1 is": Secret(
        r"(?i)rahima|needle|seat-a\b", {"moderator", SEALED}, beside=r"(?i)sealed-1|\b(?:stem|voice) a\b"
    ),
    "who sealed-2 is": Secret(
        r"(?i)salma|line four|seat-d\b", {"moderator", UNHEARD}, beside=r"(?i)sealed-2|\b(?:stem|voice) b\b"
    ),
    "who sealed-3 is": Secret(
        r"(?i)deniz|zmir|seat-c\b", {"moderator", BY_HAND}, beside=r"(?i)sealed-3|\b(?:stem|voice) c\b"
    ),
    "words under seal": Secret(r"Deur drie", {"moderator", SEALED}),
    "reason of an objection under seal": Secret(r"Een seizoen is geen", {"moderator", SEALED}),
    "the same in neutral words": Secret(r"Het duurt te lang", {*MANAGERS, "moderator", SEALED}),
    "line corrected under seal": Secret(r"deur vier", {"moderator", SEALED}),
    "verdict below the small group": Secret(
        r"heard\W+(?:partly|no)\b", {"manager", "moderator", SEALED, BY_HAND}
    ),
    "words of a verdict": Secret(r"Waarom pas", {"moderator", SEALED}),
    "which sealed voice is reached by hand": Secret(
        r"sealed-2", {"moderator"}, beside=r"by-hand|by hand|met de hand"
    ),
    "that the last word in a dispute under seal arrived": Secret(
        r"dispute-settled|duty-met", set(), beside=r"^(?!.*decide-).*\bc2\b"
    ),
    "who is at risk": Secret(
        r"Rahima|seat-a\b|Salma|seat-d\b", set(), beside=r"at_risk\W+true|loopt gevaar|is at risk"
    ),
    "report of retaliation": Secret(REPORT, {"confidant"}),
    "who holds a role": Secret(
        "|".join(HOLDERS.values()), {*ROLES, HELPER, *PEOPLE}
    ),
    "id in the record": Secret(r"\bseat-a\b", {"manager", "moderator", SEALED}),
}  # fmt: skip
"""Each secret, and everybody who sees it at some door: no more may, and no fewer do."""

WITHOUT = {
    "demo": "lives the case of 2022, which is a published example",
    "up": "starts the pages and Prefect, which have rows of their own",
    "act": "takes a step and says its name, as the actor who took it",
    "open": "opens an edition in which nobody is yet",
    "programme apply": "repeats the file that it was given",
    "by-hand done": "repeats what was asked of it",
    "by-hand bring": "repeats what was asked of it",
    "pins renew": "repeats whom it was asked about, alike whether they spoke under seal",
    "seals make-key": "names the files that it wrote",
    "seals register": "repeats the public halves that it was given",
    "seals status": "says public halves",
    "seals open": "is for whoever has the moderator's own key",
    "seals move": "says whether the key that it was given opened anything",
    "seals code": "says a code and the pseudonym that was given",
    "sign-in": "makes a link for the one who is named",
    "db upgrade": "counts tables",
    "backup": "says where the copy is",
    "journal checkpoint": "says one hash over all journals",
    "restore": "says where the copy came from",
    "programme pause": "repeats the reason that it was given",
    "programme profile": "counts seats, and repeats the reasons that it was given",
    "programme resume": "says which edition comes",
    "alarm set": "names the kind and the host of an address of the operator's own",
    "alarm show": "names the same",
    "alarm test": "names the same",
    "bounces": "reads a folder of mail of the operator's own",
}
"""Commands that are not looked at here, and why."""
NOW = ("--now", "2022-10-01T00:00+00:00")
VIEWED = {
    "status": (ID, *NOW),
    "journal show": (ID,),
    "by-hand list": (),
    "by-hand show": NOW,
    "rehearse": (),
}
"""Commands that show each reader their own (`--as`), and what is typed after them."""
PLAIN = {
    "programme list": (), "journal verify": (), "doctor": NOW, "diagram": (), "languages": (), "sweep": (),
    "deliver": (), "config": (), "programme show": ("klein",),
    "privacy record": NOW, "privacy dpia": NOW,
}  # fmt: skip
"""Commands that show everybody the same."""
DRY = {"sweep": NOW, "deliver": NOW}
"""Commands that say beforehand who would hear what."""
VIEWERS = ("manager", "moderator", AUDITOR)


@pytest.fixture(scope="module")
def lived_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Exhibit]]:
    """Live the life once: its database, and the letters that went out."""
    file = tmp_path_factory.mktemp("life") / "life.sqlite"
    with new_life(scenario(life()), database=f"sqlite:///{file}") as alive:
        alive.live()
        assert alive.view()["refused"] == []
        posts = [post.message for post in alive.mail.posts]
    with opened(file) as portal:
        portal.memory.now = ENDED
        said = {"text": REPORT, "named": "yes", "contact": "+880 99"}
        sent = browser_of(portal, SEALED).submit("/my/safety", said, on="/my/safety")
        assert sent.is_redirect
    letters = [
        Exhibit(
            f"letter {m.template}", BEHIND.get(m.to, m.to), [m.subject, m.text, *from_html(m.html)]
        )
        for m in posts
    ]
    return file, letters


@pytest.fixture(scope="module")
def exhibits(
    lived_file: tuple[Path, list[Exhibit]],
    waiting_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Exhibit]:
    """All that the house says to anybody, at every door but Prefect's."""
    file, letters = lived_file
    copy = Path(shutil.copy(file, tmp_path_factory.mktemp("doors") / "life.sqlite"))
    found = list(letters)
    with opened(copy) as portal:
        portal.memory.now = ENDED
        readers = [one for one in CAPACITIES if one != PARTICIPANT]
        for reader in (*readers, *SEATS):
            found += pages(portal, reader)
            found.append(cut_to(reader, portal.house.ledger.read(ID)))
    script = copy.with_suffix(".yaml")
    script.write_text(yaml.safe_dump(life(), allow_unicode=True), encoding="utf-8")
    with told_where(copy):
        found += commands(script)
    with told_where(waiting_file, channel="maildir"):
        return [*found, *dry_runs()]


@pytest.fixture(scope="module")
def waiting_file(
    lived_file: tuple[Path, list[Exhibit]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The life with words that wait to be sent: to somebody who spoke openly, and to each of two under seal."""
    copy = Path(shutil.copy(lived_file[0], tmp_path_factory.mktemp("waiting") / "life.sqlite"))
    settings = Settings(database_url=f"sqlite:///{copy}")
    text = "Wij beginnen er dit jaar nog mee."
    with open_house(settings, mailroom=Mailroom(mail=None, sender="x@klein.example")) as house:
        for step, given in (
            (Step.SETTLE_DISPUTE, {"contribution": "c2"}),
            (Step.ANSWER_PARTICIPANT, {"covers": ["c1"]}),
            (Step.ANSWER_PARTICIPANT, {"covers": ["c5"]}),
        ):
            house.ledger.act(ID, step, given | {"text": text}, by="manager", now=ENDED)
    return copy


@contextmanager
def told_where(file: Path, channel: str = "none") -> Iterator[None]:
    """Let the commands of this process use the database in *file*, send over *channel*, and say all that they log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{file}")
        patch.setenv("WEERKLANK_CHANNEL", channel)
        patch.setenv("WEERKLANK_MAILDIR", str(file.with_suffix(".mail")))
        patch.setenv("WEERKLANK_LOG_LEVEL", "debug")
        yield


def commands(script: Path) -> Iterator[Exhibit]:
    """What each command shows to each of its readers; the letters to be given by hand one by one."""
    for name, words in VIEWED.items():
        for viewer in VIEWERS:
            for more in typed(name, viewer, script):
                yield from shown(name, viewer, (*more, *words))
    for name, words in PLAIN.items():
        said, beside = run((*name.split(), *words))
        yield Exhibit(f"command {name}", OPERATOR, [*said.splitlines(), *beside.splitlines()])


def dry_runs() -> Iterator[Exhibit]:
    """What is said beforehand of a delivery and of a sweep, row by row and in words."""
    for name, words in DRY.items():
        said, beside = run((name, *words, "--dry-run"))
        yield Exhibit(f"dry run {name}", OPERATOR, [*said.splitlines(), *beside.splitlines()])
        said, beside = run((name, *words, "--dry-run", "--json"))
        yield Exhibit(f"dry run {name}", OPERATOR, [*from_json(said), *beside.splitlines()])


def typed(name: str, viewer: str, script: Path) -> list[tuple[str, ...]]:
    """What is typed right after a command, as often as it is called."""
    if name == "by-hand show":
        return [(number,) for number in letters_by_hand()]
    if name == "rehearse":  # takes seconds, and shows what status shows
        return [(str(script),)] if viewer == AUDITOR else []
    return [()]


def sees(exhibit: Exhibit, secret: Secret) -> bool:
    """Whether *exhibit* tells *secret*."""
    if not secret.beside:
        return re.search(secret.looks, exhibit.text) is not None
    both = (secret.looks, secret.beside)
    return any(all(re.search(one, part) for one in both) for part in exhibit.parts)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_seen_by_whom_the_table_names_alone(name: str, exhibits: list[Exhibit]) -> None:
    secret, doors = SECRETS[name], defaultdict[str, set[str]](set)
    for exhibit in exhibits:
        if sees(exhibit, secret):
            doors[exhibit.reader].add(exhibit.door)

    assert {who: sorted(at) for who, at in doors.items() if who not in secret.may} == {}
    assert set(doors) == secret.may


def test_every_page_is_a_door(exhibits: list[Exhibit]) -> None:
    seen = {exhibit.door for exhibit in exhibits}

    assert {f"page {page.path}" for page in PAGES if page.method == "GET"} - seen == set()


def test_every_capacity_reads_at_some_door(exhibits: list[Exhibit]) -> None:
    readers = {exhibit.reader for exhibit in exhibits if exhibit.text}

    assert readers == {*CAPACITIES, *SEATS, OPERATOR} - {PARTICIPANT}
    assert {Reader.by_name(one).eyes for one in readers} | {Eyes.OPERATOR} == set(Eyes)


def test_every_command_is_a_door() -> None:
    assert sorted(all_commands()) == sorted([*VIEWED, *PLAIN, *WITHOUT])


def test_a_dry_run_tells_something_and_counts_what_it_tells(waiting_file: Path) -> None:
    with told_where(waiting_file, channel="maildir"):
        shown = json.loads(run(("deliver", *NOW, "--dry-run", "--json"))[0])
        swept = json.loads(run(("sweep", *NOW, "--dry-run", "--json"))[0])
    counts = {name: value for name, value in shown["report"].items() if isinstance(value, int)}

    assert {row["to"] for row in shown["hears"]} == {REGION}
    assert sum(counts.values()) == len({row["letter"] for row in shown["hears"]})
    assert {row["subject"] for row in shown["changes"]} > {f"answer-participant/{REGION}"}
    assert swept["report"]["now"] == "2022-10-01T00:00:00Z"


def test_letters_go_to_everybody_who_is_written_to(exhibits: list[Exhibit]) -> None:
    readers = {exhibit.reader for exhibit in exhibits if exhibit.door.startswith("letter ")}

    assert readers == {*ROLES, HELPER, SEALED, REGION}


class Refusing(Memory):
    """A channel whose errors say all that there is to say."""

    def send(self, post: Post) -> None:
        """Say it: to the confidant as a server that broke off, to others as a mistake of ours."""
        said = f"{post.message} {ODD} {HOLDERS} {REPORT}"
        raise OSError(said) if post.message.to == "confidant" else RuntimeError(said)


def test_no_log_tells_a_secret(lived_file: tuple[Path, list[Exhibit]], tmp_path: Path) -> None:
    copy = Path(shutil.copy(lived_file[0], tmp_path / "life.sqlite"))
    settings = Settings(database_url=f"sqlite:///{copy}")
    mailroom = Mailroom(mail=Refusing, sender="dialoog@klein.example")
    log = io.StringIO()
    with redirect_stderr(log), open_house(settings, mailroom=mailroom, durable=False) as house:
        configure("debug")
        later = ENDED + timedelta(days=9)
        house.sweep(later, pause_seconds=0)
        house.deliver(later)

    exhibit = Exhibit("log", LOG, log.getvalue().splitlines())
    assert "RuntimeError" in exhibit.text
    assert [name for name, secret in SECRETS.items() if sees(exhibit, secret)] == []


@pytest.mark.prefect
def test_prefect_is_told_no_secret(
    lived_file: tuple[Path, list[Exhibit]],
    brief: Brief,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    copy = Path(shutil.copy(lived_file[0], tmp_path / "life.sqlite"))
    settings = Settings(database_url=f"sqlite:///{copy}", channel="none")
    told = run_flows_once(settings, now=ENDED, folder=tmp_path, server=brief)

    home = brief.place.home
    logs = [file.read_text(encoding="utf-8", errors="replace") for file in home.rglob("*.log")]
    exhibit = Exhibit("prefect", PREFECT, [*rows_of(home / "prefect.db"), *logs])
    flows = {one.name for _, one in inspect.getmembers(rounds, lambda one: isinstance(one, Flow))}
    assert {run["flow"] for run in told["runs"]} >= flows
    assert ID in exhibit.text
    assert [name for name, secret in SECRETS.items() if sees(exhibit, secret)] == []
