"""One chunk of the sweep: lock the dialogues, ask the law about each duty, write everything in sets."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, literal_column, null, select, update

from records import outgoing
from records.bulk import Bulk
from records.chain import INSERT_FACTS, Head, entries_of
from records.loading import Policies, programme_of
from records.openings import calendar_of
from records.owed import SELECT_DUTIES, DutyRow, duties_in
from records.tables import DIALOGUES, DUTIES, PROGRAMMES
from states.duties import Duty
from states.programme import Programme
from states.timing import Passing, Setting, pass_time

_log = logging.getLogger(__name__)
_ERROR_LENGTH = 500


@dataclass(slots=True)
class Tally:
    """What was done, counted."""

    duties: int = 0
    notices: int = 0
    lapses: int = 0
    no_answers: int = 0
    skipped: int = 0
    failed: int = 0

    def count(self, passing: Passing) -> None:
        """Count what became of one duty."""
        self.duties += 1
        self.notices += len(passing.notices)
        for fact in passing.facts:
            self.lapses += fact.fact == "duty-lapsed"
            self.no_answers += fact.fact == "no-answer-recorded"
            self.skipped += fact.fact == "rung-skipped"

    def add(self, other: "Tally") -> None:
        """Count what *other* counted too."""
        self.duties += other.duties
        self.notices += other.notices
        self.lapses += other.lapses
        self.no_answers += other.no_answers
        self.skipped += other.skipped
        self.failed += other.failed


class Settings:
    """What the law must know of a programme to let time pass, kept for the length of a sweep."""

    def __init__(self, policies: Policies, keep: int = 2048) -> None:
        self._policies = policies
        self._most = keep
        self._kept: dict[str, tuple[Programme, Setting]] = {}

    def of(self, dialogue_id: str, document: str) -> Setting:
        """The setting of *dialogue_id*, whose programme is *document*."""
        found = self._kept.get(document)
        if found is None:
            found = self._kept[document] = self._made(document)
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        _, model = found
        return Setting(dialogue_id, model.policy, model.calendar, model.roles)

    def _made(self, document: str) -> tuple[Programme, Setting]:
        programme = programme_of(document)
        policy = self._policies(programme.policy)
        setting = Setting("", policy, calendar_of(programme, policy), programme.roles)
        return programme, setting


class _Locked(NamedTuple):
    """A dialogue that nobody else changes now."""

    head: Head
    document: str


_LOCK = (
    select(DIALOGUES.c.id, DIALOGUES.c.head_seq, DIALOGUES.c.head_hash, PROGRAMMES.c.document)
    .join_from(DIALOGUES, PROGRAMMES)
    .where(DIALOGUES.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(DIALOGUES.c.id)
    .with_for_update(of=DIALOGUES, skip_locked=True)
)
_AGAIN = (
    SELECT_DUTIES.where(DUTIES.c.id.in_(bindparam("ids", expanding=True)))
    .where(DUTIES.c.next_at <= bindparam("moment"))
    .order_by(DUTIES.c.dialogue_id, DUTIES.c.next_at, DUTIES.c.id)
)
CHANGED_BY_TIME = ("status", "ended_at", "lapsed_at", "lapsed_version", "rung", "next_at")
"""The fields of a duty that time may change."""
_UPDATE = Bulk(
    update(DUTIES)
    .where(DUTIES.c.id == bindparam("of_duty"))
    .values({name: bindparam(name) for name in CHANGED_BY_TIME})
    .values(error=null(), error_at=null()),
    ["of_duty", *CHANGED_BY_TIME],
)
_UPDATE_HEAD = Bulk(
    update(DIALOGUES)
    .where(DIALOGUES.c.id == bindparam("of_dialogue"))
    .values(head_seq=bindparam("seq"), head_hash=bindparam("digest"))
    .values(revision=literal_column("revision + 1")),
    ["of_dialogue", "seq", "digest"],
)
_NOTE_ERROR = Bulk(
    update(DUTIES)
    .where(DUTIES.c.id == bindparam("of_duty"))
    .values(error=bindparam("why"), error_at=bindparam("moment")),
    ["of_duty", "why", "moment"],
)


def apply(
    connection: Connection,
    duty_ids: list[int],
    dialogue_ids: Collection[str],
    settings: Settings,
    now: datetime,
) -> tuple[dict[str, Tally], bool]:
    """
    Let time act on those of *duty_ids* that are still due, in the dialogues that nobody else holds.

    Answers the counts of each dialogue, and whether somebody else held one of them.
    """
    locked = {
        row.id: _Locked(Head(row.head_seq, row.head_hash), row.document)
        for row in connection.execute(_LOCK, {"ids": list(dialogue_ids)})
    }
    chunk = _Chunk(settings, now)
    for row in duties_in(connection, _AGAIN, {"ids": duty_ids, "moment": now}):
        if row.dialogue_id in locked:
            chunk.take(row, locked[row.dialogue_id])
    return chunk.write(connection), len(locked) < len(dialogue_ids)


def note_errors(connection: Connection, errors: dict[int, str], now: datetime) -> None:
    """Note on each duty why the sweep could not act on it."""
    rows = [{"of_duty": number, "why": why, "moment": now} for number, why in errors.items()]
    _NOTE_ERROR.run(connection, rows)


class _Chunk:
    """What a chunk will write, gathered first, so that a failing duty leaves no trace of its own."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings = settings
        self.now = now
        self.duties: list[dict[str, Any]] = []
        self.ended: dict[str, list[Duty]] = {}
        self.facts: list[dict[str, Any]] = []
        self.heads: dict[str, Head] = {}
        self.notices: list[dict[str, Any]] = []
        self.errors: dict[int, str] = {}
        self.tallies: dict[str, Tally] = {}

    def take(self, row: DutyRow, locked: _Locked) -> None:
        """Ask the law about one duty and keep what follows; a failure is kept as its error."""
        tally = self.tallies.setdefault(row.dialogue_id, Tally())
        try:
            tally.count(self._keep(row, locked))
        except Exception as error:  # noqa: BLE001 - one poisoned duty must not stop the others
            _log.exception("time could not act on duty %s", row.id)
            self.errors[row.id] = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH]
            tally.failed += 1

    def _keep(self, row: DutyRow, locked: _Locked) -> Passing:
        place = row.dialogue_id
        passing = pass_time(row.duty, self.settings.of(place, locked.document), self.now)
        facts, head = entries_of(place, self.heads.get(place, locked.head), passing.facts, self.now)
        notices = outgoing.rows_of(place, passing.notices, f"fact:{head.seq}", self.now)
        self.duties.append(_after(row, passing.duty))
        self.facts += facts
        self.notices += notices
        self.heads[place] = head
        if not passing.duty.owed:
            self.ended.setdefault(place, []).append(passing.duty)
        return passing

    def write(self, connection: Connection) -> dict[str, Tally]:
        """Write all that was gathered, one statement for each table."""
        _UPDATE.run(connection, self.duties)
        for dialogue_id, duties in self.ended.items():
            outgoing.withdraw_outdated(connection, dialogue_id, duties)
        INSERT_FACTS.run(connection, self.facts)
        outgoing.put(connection, self.notices)
        heads = [
            {"of_dialogue": place, "seq": head.seq, "digest": head.hash}
            for place, head in self.heads.items()
        ]
        _UPDATE_HEAD.run(connection, heads)
        note_errors(connection, self.errors, self.now)
        return self.tallies


def _after(row: DutyRow, duty: Duty) -> dict[str, Any]:
    held = duty.__dict__
    return {"of_duty": row.id, **{name: held[name] for name in CHANGED_BY_TIME}}
