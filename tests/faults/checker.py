"""
An independent reader of the records: plain SQL and its own arithmetic, nothing of the law and nothing of the memory.

It replays the journal and says where duties, facts and outbox do not tell the same story (I1 to I8 of the catalogue):
every due rung sent once or recorded as skipped, no debt gone, no lateness forgotten, every chain of hashes whole, and
no alert about an alert that goes round.
"""

# ruff: noqa: ANN401 - rows of a database

import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import Engine, text

POLICY = tomllib.loads(Path("config/policy.toml").read_text(encoding="utf-8"))
DAY = timedelta(days=1)
OWED, DEBTS = ("open", "lapsed"), ("answer-participant", "answer-dispute")
LADDERS = dict.fromkeys(DEBTS, "feedback") | {"carry-answer": "carrying"}
ABOUT_MESSAGES, MOST_ALERTS = ("by-hand-task", "delivery-failed"), 6
ASKED = ("answer-invitation", "share-expectation", "check-summary", "give-verdict")
_SILENT = {"no-answer-recorded": "no-answer", "not-reached": "not-reached"}
MOMENTS = (
    "at",
    "due",
    "first_due",
    "lapsed_at",
    "ended_at",
    "next_at",
    "sent_at",
    "claimed_until",
    "made_at",
)


def problems(engine: Engine, swept: datetime | None = None) -> list[str]:
    """What is wrong in the records of *engine*; *swept*: the moment up to which a sweep finished."""
    with engine.connect() as connection:
        dialogues, parts = (rows_of(connection, name) for name in ("dialogues", "contributions"))
        programmes = {row["id"]: row["document"] for row in rows_of(connection, "programmes")}
        tables = {
            name: rows_of(connection, name) for name in ("facts", "held_facts", "duties", "notices")
        }
    found: list[str] = []
    for row in dialogues:
        name = row["id"]
        mine: dict[str, Any] = {
            t: [r for r in rows if r["dialogue_id"] == name] for t, rows in tables.items()
        }
        said = [p for p in parts if p["dialogue_id"] == name]
        document = json.loads(programmes[row["programme_id"]])
        book = _Book(name, row, document, **mine, said=said, swept=swept)
        found += [f"{name}: {what}" for what in book.problems()]
    return found


def rows_of(connection: Any, table: str) -> list[dict[str, Any]]:
    """All rows of *table*, their moments in UTC."""
    rows = connection.execute(text(f"SELECT * FROM {table}")).mappings().all()  # noqa: S608 - our own
    return [{k: moment_of(v) if k in MOMENTS else v for k, v in row.items()} for row in rows]


def moment_of(stored: Any) -> datetime | None:
    """The instant that is *stored*, as each kind of database gives it."""
    if isinstance(stored, int):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=stored)
    return None if stored is None else stored.astimezone(UTC)


@cache
def _free(country: str) -> Any:
    return holidays.country_holidays(country)


@dataclass
class _Story:
    """What the journal tells of one duty."""

    kind: str
    due: datetime
    first: datetime
    began: datetime
    status: str = "open"
    version: int = 1
    lapsed: bool = False
    moved: bool = False
    given_up: bool = False
    erased: bool = False
    climbed: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    heard: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    dues: dict[int, datetime] = field(default_factory=dict)


def _place(fact: dict[str, Any]) -> tuple[int, int]:
    """Where *fact* stands among all: what is held behind the one after which it happened."""
    return (fact["behind"], fact["seq"]) if "behind" in fact else (fact["seq"], 0)


@dataclass
class _Book:
    name: str
    row: dict[str, Any]
    programme: dict[str, Any]
    facts: list[dict[str, Any]]
    held_facts: list[dict[str, Any]]
    duties: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    said: list[dict[str, Any]]
    swept: datetime | None
    stories: dict[str, _Story] = field(default_factory=dict)

    def problems(self) -> Iterator[str]:
        self.facts.sort(key=lambda fact: int(fact["seq"]))
        yield from self._chain()
        for fact in sorted([*self.facts, *self._beside()], key=_place):
            yield from self._replay(fact, json.loads(fact["detail"]))
        if {duty["name"] for duty in self.duties} != set(self.stories):
            yield "I6 the duties are not those that the journal opened"
            return
        for duty in self.duties:
            yield from self._duty(duty, self.stories[duty["name"]])
        yield from self._silences()
        yield from self._outbox()
        yield from self._rounds()
        yield from self._debts()

    def _beside(self) -> list[dict[str, Any]]:
        """The facts of voices under seal that the journal does not have, or not yet."""
        return [fact for fact in self.held_facts if fact["told"] is None]

    def _chain(self) -> Iterator[str]:
        last = sha256(f"weerklank:{self.name}".encode()).hexdigest()
        for number, fact in enumerate(self.facts, 1):
            at = f"{fact['at'].replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
            parts = [
                json.dumps(w, ensure_ascii=False)
                for w in (at, *map(fact.get, ("fact", "actor", "subject")))
            ]
            body = f"{last}[{number},{','.join(parts)},{fact['detail']}]"
            if (fact["seq"], fact["prev"], fact["hash"]) != (
                number,
                last,
                sha256(body.encode()).hexdigest(),
            ):
                yield f"the journal breaks at {number}"
                return
            last = fact["hash"]
        if (self.row["head_seq"], self.row["head_hash"]) != (len(self.facts), last):
            yield "the head of the journal is another one"

    def _replay(self, fact: dict[str, Any], detail: dict[str, Any]) -> Iterator[str]:
        what, name, at = fact["fact"], fact["subject"], fact["at"]
        if what == "duty-opened":
            due = datetime.fromisoformat(detail["due"])
            if due <= at:
                yield f"I8 {name} was due before it was opened"
            self.stories[name] = _Story(detail["kind"], due, due, at, dues={1: due})
        story = self.stories.get(name)
        if story is None or not what.startswith(("duty-", "rung-", "no-answer", "not-reached")):
            return
        by_time = what in {"rung-reached", "rung-skipped", "duty-lapsed", "no-answer-recorded"}
        if by_time and (story.status not in OWED or detail["version"] != story.version):
            yield f"I5 {what} of {name} at version {detail['version']}, which is {story.status}"
        yield from self._change(story, what, {**detail, "by": fact["actor"]}, at)

    def _change(
        self, story: _Story, what: str, detail: dict[str, Any], at: datetime
    ) -> Iterator[str]:
        if what.startswith("rung-"):
            heard = detail["to"] if what == "rung-reached" else [detail["to"]]
            keys = [(detail["version"], detail["rung"], to) for to in heard]
            story.climbed.update(keys)
            story.heard.update(keys if what == "rung-reached" else ())
        elif what == "duty-lapsed":
            story.status, story.lapsed = "lapsed", True
            if at < story.due:
                yield "I2 a lapse before its due moment"
        elif what in _SILENT:
            story.status, story.given_up = _SILENT[what], what == "not-reached"
        elif what == "duty-withdrawn":
            story.status, story.erased = "withdrawn", detail["why"] == "asked-to-be-erased"
        elif what == "duty-met":
            unreached = story.status == "not-reached" and story.kind in ASKED
            late = (story.lapsed or at >= story.first) and not unreached
            story.status = "met-late" if late else "met"
            if not unreached and detail["late_days"] != max(
                0, (self._day(at) - self._day_due(story.first)).days
            ):
                yield f"a wrong lateness, {detail['late_days']} days"
        elif what == "duty-reopened":
            story.status = "lapsed" if story.lapsed else "open"
            story.due = datetime.fromisoformat(detail["due"]) if "due" in detail else story.due
            self._version(story, detail["version"], at)
        elif what in {"duty-postponed", "duty-rescheduled"}:
            yield from self._move(story, what, detail, at)

    def _move(
        self, story: _Story, what: str, detail: dict[str, Any], at: datetime
    ) -> Iterator[str]:
        postponed = what == "duty-postponed"
        stands = postponed or story.lapsed or story.moved or story.first <= at
        story.due = datetime.fromisoformat(detail["to" if postponed else "due"])
        story.first = story.first if stands else story.due
        story.moved = story.moved or postponed
        if not postponed and detail["by"] == "system":
            story.first = story.due  # what asked came so late that there was no earlier promise
        self._version(story, detail["version"], at)
        if postponed and datetime.fromisoformat(detail["first"]) != story.first:
            yield "the first promise was forgotten"

    def _version(self, story: _Story, version: int, at: datetime) -> None:
        story.version, story.began = version, at
        story.dues[version] = story.due

    def _duty(self, duty: dict[str, Any], story: _Story) -> Iterator[str]:
        name = duty["name"]
        told = (story.status, story.version, story.due, story.first, story.lapsed)
        held = (
            duty["status"],
            duty["version"],
            duty["due"],
            duty["first_due"],
            duty["lapsed_at"] is not None,
        )
        if told != held:
            yield f"I4 {name} is {held}, the journal says {told}"
        if again := [key for key, number in story.climbed.items() if number > 1]:
            yield f"I1 {name} climbed twice: {again}"
        owed = story.status in OWED
        if owed != (duty["next_at"] is not None):
            yield f"I3 {name} is {story.status} and acts next at {duty['next_at']}"
        elif owed and self.swept and duty["next_at"] <= self.swept and not duty["error"]:
            yield f"I3 {name} was due at {duty['next_at']} and is still"
        if duty["next_at"] or not owed:
            yield from self._rungs(duty, story)

    def _rungs(self, duty: dict[str, Any], story: _Story) -> Iterator[str]:
        """Each rung that was passed in this version was heard or skipped, and the next moment is the next rung."""
        passed = [self._rung(story, index) for index in range(duty["rung"] + 1)]
        due = [r for r in passed[:-1] if r and not (r[1] < story.began and r[1] < story.due)]
        heard = {rung for version, rung, _ in story.climbed if version == story.version}
        # Of what was asked of somebody nothing is heard before it arrived.
        fits = heard <= {rung for rung, _ in due} if duty["asked"] else None
        if not (heard == {rung for rung, _ in due} if fits is None else fits):
            yield f"I1 {duty['name']} heard {sorted(heard)} of {[rung for rung, _ in due]}"
        waits = [passed[-1][1]] if passed[-1] else []
        waits += [story.due] if duty["lapsed_version"] < story.version else []
        if duty["next_at"] and duty["next_at"] != min(waits):
            yield f"I3 {duty['name']} acts next at {duty['next_at']}, not at {min(waits)}"

    def _rung(self, story: _Story, index: int) -> tuple[str, datetime] | None:
        kind = "participant" if story.kind in ASKED else LADDERS.get(story.kind, "standard")
        ladder = POLICY["ladders"][kind]
        offsets = [int(rung.removesuffix("wd")) for rung in ladder["rungs"]]
        if index >= len(offsets) and "repeat_every" not in ladder:
            return None
        beyond = index - len(offsets) + 1
        offset = offsets[index] if beyond < 1 else offsets[-1] + ladder["repeat_every"] * beyond
        return f"{offset:+d}wd" if offset else "0", self._moment_of(story.due, offset)

    def _moment_of(self, due: datetime, offset: int) -> datetime:
        day = self._day_due(due)
        for _ in range(abs(offset)):
            day += DAY if offset > 0 else -DAY
            while not self._works(day):
                day += DAY if offset > 0 else -DAY
        clock = time.fromisoformat(self.programme["policy"].get("notice_time", "08:00"))
        return datetime.combine(day, clock, tzinfo=self._zone).astimezone(UTC)

    def _works(self, day: date) -> bool:
        free = _free(self.programme["country"])
        own = self.programme.get("holidays", ())
        return day not in free and day.weekday() not in free.weekend and day.isoformat() not in own

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.programme["time_zone"])

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _day_due(self, due: datetime) -> date:
        return self._day(due - timedelta(microseconds=1))

    def _silences(self) -> Iterator[str]:
        """Whoever is on record as silent was asked, and that the policy's days before (I9)."""
        days = POLICY["limits"]["days_to_answer"]
        for duty in self.duties:
            if duty["status"] != "no-answer" or not duty["asked"]:
                continue
            asking = [
                n["sent_at"] for n in self.notices
                if (n["duty"], n["template"], n["status"]) == (duty["name"], duty["asked"], "sent")
            ]  # fmt: skip
            by = self._later(self._day(min(asking)), days) if asking else None
            if by is None or by > self._day_due(duty["due"]):
                yield f"I9 {duty['name']} is no answer, and was asked at {asking}"

    def _later(self, day: date, working_days: int) -> date:
        for _ in range(working_days):
            day += DAY
            while not self._works(day):
                day += DAY
        return day

    def _outbox(self) -> Iterator[str]:
        rungs = Counter(
            (n["duty"], n["version"], n["rung"], n["to"]) for n in self.notices if n["rung"]
        )
        stories = self.stories.items()
        told = Counter((name, *key) for name, story in stories for key in story.heard.elements())
        if rungs != told:
            yield f"I1 outbox and journal differ: {rungs - told} {told - rungs}"
        for notice in self.notices:
            yield from self._notice(notice)

    def _notice(self, notice: dict[str, Any]) -> Iterator[str]:
        status, who = notice["status"], f"{notice['cause']} to {notice['to']}"
        origin, _, rest = str(notice["cause"]).partition(":")
        if origin == "fact" and int(rest.partition(":")[0]) > len(self.facts):
            yield f"{who} follows from no fact"
        if notice["rung"] and notice["duty"] in self.stories:
            due = self.stories[notice["duty"]].dues[notice["version"]]
            if notice["at"] < self._moment_of(due, int(notice["rung"].removesuffix("wd"))):
                yield f"I2 {who} was written too early"
        ends = {"sent": notice["sent_at"] and notice["channel"], "failed": notice["error"]}
        ends |= {"withdrawn": notice["error"], "pending": True, "by-hand": True}
        # Only an early reminder that a later one follows is left out, and an overview beside tasks.
        ends["skipped"] = notice["error"] and notice["template"] in {"duty-due-soon", "digest"}
        if not ends.get(status):
            yield f"I7 {who} is {status} without saying when or why"
        if status != "pending" and notice["claimed_by"]:
            yield f"I7 {who} is {status} and still claimed"

    def _rounds(self) -> Iterator[str]:
        """An alert about a message names who was told before, never tells them again, and so there are few of them."""
        alerts = [n for n in self.notices if n["template"] in ABOUT_MESSAGES]
        for alert in alerts:
            past = json.loads(alert["detail"]).get("past", [])
            if alert["to"] in past or len(set(past)) != len(past):
                yield f"I8 {alert['cause']} goes round: {past} and again {alert['to']}"
        if len(alerts) > MOST_ALERTS * (len(self.notices) - len(alerts)):
            yield f"I8 {len(alerts)} alerts about {len(self.notices) - len(alerts)} messages"

    def _debts(self) -> Iterator[str]:
        """
        Whoever said something is owed an answer until it reached them, or they wished to be erased.

        What is written under seal is owed by whoever carries it.
        """
        spoken = [part for part in self.said if part["line_verdict"] != "withdrawn"]
        for part in spoken:
            carried = part["voice"].startswith("sealed-") and part["written_at"] is not None
            name = f"{'carry-answer' if carried else 'answer-participant'}/{part['voice']}"
            rounds = [s for n, s in self.stories.items() if n.partition("#")[0] == name]
            given_up = bool(rounds) and rounds[-1].given_up and part["written_at"] is not None
            owed = given_up or (bool(rounds) and (rounds[-1].status in OWED or rounds[-1].erased))
            if part["delivered_at"] is None and not owed:
                yield f"the debt {name} is gone, and {part['id']} was never answered"
        sent = {
            (n["to"], point) for n in self.notices if n["template"] == "answer" and n["status"] in ("sent", "failed")
            for point in json.loads(n["detail"])["covers"]
        }  # fmt: skip
        for part in spoken:
            if part["delivered_at"] is not None and (part["voice"], part["id"]) not in sent:
                yield f"{part['id']} counts as answered, but nothing was sent"
