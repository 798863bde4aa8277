"""
Pages, letters and commands tell one truth: the same counts, days, promises and checks, whenever something changes.

Whole lives are lived by chance that can be repeated. At each turn, all that anybody may read is held against what
`status --json` says, which the oracle counts from its rows alone.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from cli import json_views
from cli.status_view import portray
from notifications.language.words import count, word
from notifications.letters.compose import compose
from notifications.views.names import travels_sealed
from states.checks.checks import RULES, checks_of
from states.checks.status import about_nothing, has_unwritten
from states.language.errors import Refused
from states.model.dialogue import OPEN_PHASES, Dialogue, Phase
from states.model.facts import Notice
from states.model.people import PARTICIPANT
from states.model.vocabulary import Template
from states.privacy.visibility import is_hidden
from tests.portal.conftest import Portal
from tests.portal.lifetimes import BEGINNINGS, Lifetime
from tests.portal.page_walker import Walker, guests
from tests.portal.test_walk import ENDS
from tests.portal.truths import Told, between, plain, told_of
from tests.states.builders import opened

ANSWERS = ("waiting", "under-way", "not-reached", "everybody", "nobody")


@dataclass
class Look:
    """One turn of a life: the *dialogue*, what JSON *told*, and the pages of everybody."""

    portal: Portal
    walker: Walker
    dialogue: Dialogue
    told: Told

    def page(self, who: str, path: str) -> str:
        """The page at *path* as *who* sees it, in Dutch; nothing when nobody holds that role."""
        if who in self._roles and who not in self.walker._roles():
            return ""
        answer = self.walker.enter(who, "nl").get(path)
        assert answer.status_code == 200, (who, path)
        return answer.text

    _roles = frozenset({"manager", "deputy", "sponsor", "moderator", "board", "confidant"})

    @property
    def home(self) -> str:
        """The address of the dialogue."""
        return f"/dialogues/{self.dialogue.id}"

    def letter(self, template: str, to: str = "sponsor", **detail: Any) -> str:  # noqa: ANN401
        """A letter as it would be written now; nothing when its reader does not read Dutch."""
        role = to if to in self._roles else PARTICIPANT
        asked = Notice(template=Template(template), to=to, role=role, detail=detail, version=1)
        reader = self.dialogue.reader_of(asked)
        if reader is None or reader.language != "nl":
            return ""
        return compose(asked, self.dialogue, now=self.portal.now).text


def wrong_counts(look: Look) -> Iterator[str]:
    """Who waits, and whether everybody has an answer."""
    d, waiting = look.dialogue, look.told.waiting
    seen_by_manager = {v for v in waiting if not is_hidden(d, v) or has_unwritten(d, v)}
    page = plain(look.page("manager", f"{look.home}/answers"))
    said = [name for name in ANSWERS if word("answers", name, "nl") in page.casefold()]
    found = re.search(r"(\d+) (?:persoon wacht|mensen wachten) op antwoord", page)
    number = int(found[1]) if found else 0
    if number != len(seen_by_manager):
        yield f"the page of answers says {number} wait, JSON {waiting}"
    if "everybody" in said and (waiting or not look.told.reached):
        yield f"the page of answers says that everybody has an answer, JSON {waiting}"
    if not waiting and number:
        yield f"the page of answers lets {number} wait, JSON nobody"
    yield from _letters(look, len(waiting))


def _letters(look: Look, waiting: int) -> Iterator[str]:
    result = look.letter("result")
    if result and f"op een antwoord wachten: {waiting}\n" not in result:
        yield f"the letter of the result does not say that {waiting} wait"
    if waiting and word("answers", "everybody", "nl") in result.casefold():
        yield "the letter of the result says that everybody has an answer"
    if waiting and "niemand wacht" in look.letter("digest").casefold():
        yield "the weekly letter says that nobody waits"


def wrong_debts(look: Look) -> Iterator[str]:
    """What participants are owed, with the days that it is late, on their own page; and what the sponsor reads."""
    for who in guests(look.dialogue):
        voices = look.dialogue.voices_of(who)
        owed = between(look.page(who, "/my"), "<h2>Wat u van ons te goed heeft</h2>", "<h2>")
        days = Counter(_late(one) for one in owed.split("<section")[1:])
        if days != (expected := look.told.owed_to(voices)):
            yield f"the page of {who} says {days} days late, JSON {expected}"
    sponsor = plain(look.page("sponsor", f"{look.home}/strategy"))
    if look.told.waiting and word("answers", "everybody", "nl") in sponsor.casefold():
        yield "the sponsor reads that everybody has an answer"


def _late(html: str) -> int:
    found = re.search(r"(\d+) (?:dag|dagen) te laat", plain(html))
    return int(found[1]) if found else 0


def wrong_duties(look: Look) -> Iterator[str]:
    """What is late on *Today*, and how each duty stands for the auditor."""
    told = {d.name for d in look.dialogue.duties.values() if not travels_sealed(look.dialogue, d)}
    now = look.portal.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    late = [
        row
        for row in look.told.owed
        if row["owner"] != PARTICIPANT and row["first_due"] <= now and row["id"] in told
    ]
    today = plain(look.page("manager", "/today"))
    lead = count(len(late), "late", "nl") if late else "Er is niets te laat"
    if lead not in today and (look.told.owed or late):
        yield f"Today does not say: {lead}"
    audit = between(look.page("auditor", f"{look.home}/audit"), "Wie wat moest", "</table>")
    rows = Counter(_cells(row) for row in audit.split("<tr>")[2:])
    expected = Counter(
        (word("status", row["status"], "nl"), row["late_days"]) for row in look.told.rows["duties"]
    )
    if rows != expected:
        yield f"the auditor reads {rows - expected} instead of {expected - rows}"


def _cells(row: str) -> tuple[str, int]:
    last = row.rpartition("<td>")[2]
    found = re.search(r"</span> (\d+) dag", last)
    return plain(between(last, '">', "</span>")), int(found[1]) if found else 0


def wrong_checks(look: Look) -> Iterator[str]:
    """Which checks wait and which are in order; and every reason for which one was passed by hand."""
    page = look.page("manager", look.home)
    waits = set(
        re.findall(r'id="-?dialogues-[\w-]*?-leave-([a-z-]+)"[^>]*panel (?:late|open)', page)
    )
    overridden = {c["check"] for c in look.told.rows["dialogues"][0]["checks"] if c["overridden"]}
    if waits - overridden != look.told.checks(wait=True):
        yield f"the page lets {waits} wait, JSON {look.told.checks(wait=True)}"
    green = between(page, '<div class="panel done">', "</div>").casefold()
    known = json_views.known_as(look.portal.house.ledger, look.dialogue.id, "manager")
    for check in {rule.name for rule in RULES if rule.phase is look.dialogue.phase}:
        fine = check in look.told.checks(wait=False) and check not in overridden
        fine = fine and not about_nothing(known, check)
        if (word("check", check, "nl").casefold() in green.replace("&#39;", "'")) != fine:
            yield f"{check} is {'not ' if fine else ''}green on the page"
    if not look.dialogue.open and green:
        yield "a dialogue that is over shows green checks"
    yield from _overrides(look)


def _overrides(look: Look) -> Iterator[str]:
    reasons = Counter(look.told.reasons())
    for who in ("auditor", *guests(look.dialogue)):
        path = f"{look.home}/audit" if who == "auditor" else "/my"
        page = plain(look.page(who, path))
        for reason, times in reasons.items():
            if page.count(reason) < times:
                yield f"{who} reads {page.count(reason)} of {times} times: {reason}"


def wrong_promises(look: Look) -> Iterator[str]:
    """How promised actions stand: once their day is over they are late, and never under way."""
    d, reported, today = look.dialogue, look.told.reported(), look.dialogue.calendar
    strategy = look.page("manager", f"{look.home}/strategy")
    articles = between(strategy, 'id="promises"', "<h2>").split("<article")[1:]
    letters = (look.letter("dialogue-closed", who) for who in guests(d))
    closed = next(filter(None, letters), "")
    for promise, article in zip(d.commitments.values(), articles, strict=True):
        status = reported.get(promise.id, "promised")
        over = today.day_of(look.portal.now) > date.fromisoformat(str(promise.due))
        due = "late" if over and status not in {"done", "dropped"} else status
        if word("progress", due, "nl") not in plain(article).partition("Meld hoe")[0]:
            yield f"the strategy does not say that {promise.id} is {due}"
        if closed and f"ervoor? {word('progress', due, 'nl').capitalize()}" not in closed:
            yield f"the letter at the close does not say that {promise.id} is {due}"


def wrong_commands(look: Look, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    """What `weerklank status` prints."""
    capsys.readouterr()
    known = json_views.known_as(look.portal.house.ledger, look.dialogue.id, "manager")
    portray(known, look.portal.now, "manager", "nl")
    printed = capsys.readouterr().out
    found = re.search(r"Waiting for an answer: (\d+)", printed)
    if (int(found[1]) if found else 0) != len(look.told.waiting):
        yield f"the command says {found and found[1]} wait, JSON {look.told.waiting}"
    marked = set(re.findall(r"✗ ([a-z-]+)", printed))
    if marked != look.told.checks(wait=True):
        yield f"the command lets {marked} wait, JSON {look.told.checks(wait=True)}"


ASKED = (wrong_counts, wrong_debts, wrong_duties, wrong_checks, wrong_promises)
QUICK = {
    ("as most begin", 1),
    ("as most begin", 5),
    ("the manager moderates", 5),
    ("nobody on the map", 1),
}
LIVES = [
    pytest.param(name, seed, marks=() if (name, seed) in QUICK else pytest.mark.heavy)
    for name in BEGINNINGS
    if name != "two years"
    for seed in (1, 3, 5)
]


@dataclass
class Reader:
    """Somebody who reads all that there is of a dialogue, and writes down what contradicts something else."""

    portal: Portal
    walker: Walker
    capsys: pytest.CaptureFixture[str]

    def faults(self, dialogue: Dialogue) -> list[str]:
        """What is told in two ways now."""
        with self.walker.taken_back():
            told = told_of(self.portal.house.ledger, dialogue, self.portal.now)
            look = Look(self.portal, self.walker, dialogue, told)
            found = [fault for ask in ASKED for fault in ask(look)]
            return [*found, *wrong_commands(look, self.capsys)]


@pytest.fixture
def reader(portal: Portal, capsys: pytest.CaptureFixture[str]) -> Reader:
    """Give somebody who reads everything."""
    return Reader(portal, Walker(portal), capsys)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seed"), LIVES)
def test_everybody_reads_the_same_of_one_dialogue(reader: Reader, name: str, seed: int) -> None:
    phases = Counter[Phase]()
    for dialogue in Lifetime(reader.portal, BEGINNINGS[name], seed).moments():
        assert reader.faults(dialogue) == [], (dialogue.phase, reader.portal.now)
        phases[dialogue.phase] += 1
    assert phases.total() > len(phases)
    # Without a sponsor the first phase is never left, unless somebody becomes one.
    assert len(phases) > 1 or "sponsor" in BEGINNINGS[name].nobody


@pytest.mark.slow
def test_everybody_reads_the_same_of_a_dialogue_that_ends_before_its_time(reader: Reader) -> None:
    ended, phases = 0, set[Phase]()
    for dialogue in Lifetime(reader.portal, BEGINNINGS["as most begin"], 1).moments():
        if dialogue.phase in phases:
            continue
        phases.add(dialogue.phase)
        for step, by, given in ENDS:
            with reader.walker.taken_back(), suppress(Refused):
                reader.portal.memory.act(step, given, by)
                assert reader.faults(reader.portal.memory.read()) == [], dialogue.phase
                ended += 1
    assert ended >= len(OPEN_PHASES)


STATED = {
    "information-complete": "what the invitation tells was typed", "roles-named": "roles are always there",
    "session-held": "the session was held, whoever came", "debts-carried": "earlier years may owe something",
    "contributions-recorded": "that nothing was said was stated", "independent-moderator": "somebody moderates",
    "management-present": "the sponsor came", "expectations-echoed": "it was said what changes",
    "strategy-signed": "it was signed", "lessons-noted": "a lesson was noted",
}  # fmt: skip
"""The checks that may be green with nobody on the map, each with what they look at all the same."""


def test_a_dialogue_with_nothing_in_it_shows_no_green_checks() -> None:
    home = opened().dialogue
    empty = replace(home, stakeholders={}, risks={}, contributions={}, duties={}, commitments={})
    for phase in OPEN_PHASES:
        asked = checks_of(replace(empty, phase=phase), home.session_at)
        green = {check.name for check in asked if check.ok and not check.idle}
        assert green <= set(STATED), phase
