"""
Unit of work: the rows, facts and notices of one decision, written together in one transaction.

What an act under seal brings about enters the journal once its day is over in the programme's zone: by the first sweep
after midnight or the first step, so that the journal stands in the order of time. Doing it again does nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, update

from records.access.revocation import end_ways_in
from records.dialogues.carried_debts import carry_on, missing_debt_facts
from records.dialogues.collection_mappers import put_duties_last, put_points_last, write_collections
from records.dialogues.repository import (
    DialogueReader,
    Policies,
    Snapshot,
    add,
    save,
    save_programme,
)
from records.engine.column_types import instant_text
from records.engine.database import writing
from records.journal import untold_facts
from records.journal.commitments import bind, put_salts
from records.journal.embargo import held_facts, publication
from records.journal.embargo.publication import Published
from records.journal.hash_chain import INSERT_FACTS, Head, beginning, entries_of
from records.outbox import enqueue
from records.outbox.corrections import correct
from records.schema.core import DIALOGUES
from records.schema.fact_order import require_order
from records.schema.rehearsal_mark import is_marked
from records.seals.keys import key_of, lock_of
from states.language.errors import Refused
from states.model.dialogue import Dialogue, Phase
from states.model.facts import Fact, HeldStep, Notice
from states.model.programme import Programme
from states.model.sizes.profiles import GovernedRule
from states.privacy.embargo.unpublished import publishes
from states.privacy.reader_view import locked_again
from states.steps.delivery.sealed_windows import close_windows


class Decided(Protocol):
    """What the law hands over: the dialogue after the step, what happened and what must be said."""

    @property
    def dialogue(self) -> Dialogue:
        """The dialogue after the step."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What happened."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What must now be said."""

    @property
    def held(self) -> tuple[HeldStep, ...]:
        """What others are to know of steps under seal once the day is over."""

    @property
    def programme(self) -> Programme | None:
        """The programme, when its roles changed."""


def write_chosen_step(
    connection: Connection, held: Snapshot, decided: Decided, now: datetime
) -> Snapshot:
    """As `write_step`, of what a person does: raises Refused('past-now') when they chose too early a moment."""
    require_order(connection, held.dialogue.id, now)
    return write_step(connection, held, decided, now)


def _require_own_key(connection: Connection, before: Dialogue, after: Dialogue) -> None:
    """
    Where the profile asks for the moderator's own key, the session opens once there is one (rules 50).

    In a rehearsal nobody could make one, and there are no names to keep.
    """
    opens = before.phase is not after.phase and after.phase is Phase.SESSION
    if not opens or after.policy.rule(GovernedRule.MODERATOR_KEY) != "on":
        return
    if key_of(connection, before.programme.id) is None and not is_marked(connection):
        raise Refused("session-needs-key")


def write_step(connection: Connection, held: Snapshot, decided: Decided, now: datetime) -> Snapshot:
    """Write *decided* over *held*; returns what then holds. Raises Refused when the programme changed meanwhile."""
    after = decided.dialogue
    if held.dialogue.held:
        made_known = publishes(held.dialogue, after)
        held, published = end_days(connection, held, now, publish=made_known)
        after = published.seen_in(after) if published else after
    before = held.dialogue
    _require_own_key(connection, before, after)
    after = locked_again(before, after, lock_of(connection, after))
    after.uncarried, after.held = (), before.held
    owed_before = missing_debt_facts(connection, before) if before.uncarried else []
    facts = [*owed_before, *(fact for fact in decided.facts if fact.hold is None)]
    binding = bind(connection, after, facts, held.head.seq)
    rows, head = entries_of(after.id, held.head, facts, now, binding.commits)
    if len(facts) < len(owed_before) + len(decided.facts):
        _hold(connection, after, decided, head.seq, now)
    correct(connection, before, after, decided.facts, now)
    duties = save(connection, held, after, head)
    if after.held:
        publication.move(connection, after, now)
    enqueue.withdraw_outdated(connection, after.id, duties)
    origin = f"fact:{head.seq}" if rows else f"step:{held.revision + 1}"
    _write_words(connection, rows, enqueue.rows_of(after.id, decided.notices, origin, now))
    put_salts(connection, after.id, binding)
    untold_facts.put(connection, after, facts, rows)
    revision = held.programme_revision
    if debts := after.debts_opened(facts[len(owed_before) :]):
        carry_on(connection, after, debts, now)
    if _is_somebody_else(before, after):
        end_ways_in(connection, before, after, decided.facts, now)
    if decided.programme is not None:
        if not save_programme(connection, decided.programme, revision, now):
            raise Refused("changed-meanwhile", dialogue=after.id)
        revision += 1
        inherits = after.inherits
        after = replace(after, programme=decided.programme)
        after.inherits = inherits
    return Snapshot(after, head, held.revision + 1, revision)


def _is_somebody_else(before: Dialogue, after: Dialogue) -> bool:
    """Whether a step changed anything about anybody who has a way in: a seat, a helper, a role."""
    return (
        before.stakeholders != after.stakeholders
        or before.helpers != after.helpers
        or before.programme.roles != after.programme.roles
    )


def write_opening(
    connection: Connection, decided: Decided, now: datetime, programme_revision: int
) -> Snapshot:
    """Write a newly opened dialogue with its first facts and notices."""
    opened = decided.dialogue
    binding = bind(connection, opened, decided.facts)
    start = beginning(opened.id)
    rows, head = entries_of(opened.id, start, decided.facts, now, binding.commits)
    add(connection, opened, head)
    notices = enqueue.rows_of(opened.id, decided.notices, f"fact:{head.seq}", now)
    _write_words(connection, rows, notices)
    put_salts(connection, opened.id, binding)
    untold_facts.put(connection, opened, decided.facts, rows)
    return Snapshot(opened, head, 1, programme_revision)


def _write_words(
    connection: Connection, facts: list[dict[str, Any]], notices: list[dict[str, Any]]
) -> None:
    INSERT_FACTS.run(connection, facts)
    enqueue.put(connection, notices)
    enqueue.mark_read_back(connection, notices)


def _hold(
    connection: Connection, after: Dialogue, decided: Decided, behind: int, now: datetime
) -> None:
    """Write the held facts of *decided* beside the journal, *behind* its last one; *after* hears what they changed."""
    held = [(fact, fact.hold) for fact in decided.facts]
    known = [(fact, one.voice) for fact, one in held if one is not None]
    for voice, group in groupby(known, key=lambda pair: pair[1]):
        facts = [fact for fact, _ in group]
        before = held_facts.own_number(connection, after.id, voice)
        binding = bind(connection, after, facts, before, of=f"{voice}:")
        pairs = list(zip(facts, binding.commits, strict=True))
        held_facts.put(connection, after, pairs, behind, now)
        put_salts(connection, after.id, binding)
    after.held = (*after.held, *held_facts.put_changes(connection, after, decided.held))


def read_to_write(
    connection: Connection, reader: DialogueReader, dialogue_id: str, now: datetime
) -> Snapshot:
    """
    The dialogue *dialogue_id*, locked for this transaction, as it is known at *now* (aware UTC).

    The law is asked only of such a one. Raises NotKnown('unknown-dialogue').
    """
    return up_to_date(connection, reader.read(connection, dialogue_id, lock=True), now)


def up_to_date(connection: Connection, held: Snapshot, now: datetime) -> Snapshot:
    """*held*, locked, with what time made known by *now*: the law knows a point by the number that it has then."""
    return end_days(connection, held, now)[0]


def end_days(
    connection: Connection, held: Snapshot, now: datetime, *, publish: bool = False
) -> tuple[Snapshot, Published | None]:
    """
    Let what waits under seal until a moment that is over by *now* enter the journal of *held*, now locked.

    That is the end of the day on which it happened, or of the window in which it was asked.

    With *publish*, or when its time has come, the points under seal too; returns those as they are known now.
    """
    name = held.dialogue.id
    at = now if publish else publication.due_by(connection, name, now)
    if at is None and not held_facts.is_over(connection, name, now):
        return held, None
    story = _Telling(connection, held.dialogue.copy(), held.head)
    for end, day in held_facts.take_due(connection, name, now):
        story.tell([(row.seq, held_facts.fact_of(row)) for row in day], end)
        story.close_windows(end)
        at = max(at, end) if at else None
    story.save_closed(held)
    ended = held_facts.take_changes(connection, name, now)
    story.notify(ended.notices)
    put_duties_last(connection, story.dialogue, ended.duties)
    published = _publish(story, at, held.revision + 1) if at else None
    _write_head(connection, name, story.head)
    if debts := story.dialogue.debts_opened(story.told):
        carry_on(connection, story.dialogue, debts, now)
    after = story.dialogue
    after.held = held_facts.changes_of(connection, name)
    return replace(held, dialogue=after, head=story.head, revision=held.revision + 1), published


@dataclass
class _Telling:
    """What was held on its way into the journal of *dialogue*, which ends with *head*."""

    connection: Connection
    dialogue: Dialogue
    head: Head
    told: list[Fact] = field(default_factory=list)

    def tell(self, held: Sequence[tuple[int, Fact]], at: datetime) -> None:
        """Append the facts of *held*, each with its place among the held ones."""
        told = self._append([fact for _, fact in held], at)
        numbers = [(seq, number) for (seq, _), number in zip(held, told, strict=True)]
        held_facts.mark_told(self.connection, self.dialogue.id, numbers)

    def _append(self, facts: list[Fact], at: datetime) -> list[int]:
        rows, self.head = entries_of(self.dialogue.id, self.head, facts, at)
        INSERT_FACTS.run(self.connection, rows)
        untold_facts.put(self.connection, self.dialogue, facts, rows)
        self.told += facts
        return [row["seq"] for row in rows]

    def close_windows(self, at: datetime) -> None:
        """Let the windows under seal close that are over *at* a moment: what was done in them counts now."""
        self.dialogue, facts = close_windows(self.dialogue, at)
        self._append(facts, at)

    def save_closed(self, held: Snapshot) -> None:
        """Write the duties that windows closed since *held* was read."""
        place = held.revision + 1
        duties = write_collections(self.connection, self.dialogue, held.dialogue, place)
        enqueue.withdraw_outdated(self.connection, self.dialogue.id, duties)

    def notify(self, notices: Iterable[tuple[datetime, Notice]]) -> None:
        """Write the messages that others get now, each at its moment."""
        for end, told in groupby(notices, itemgetter(0)):
            origin = f"fact:{self.head.seq}:{instant_text(end)}"
            rows = enqueue.rows_of(self.dialogue.id, [one for _, one in told], origin, end)
            enqueue.put(self.connection, rows)


def _publish(story: _Telling, at: datetime, place: int) -> Published:
    """Let the points under seal be known from *at* on, behind all others; *place* is the revision that does it."""
    numbers = publication.numbers_by_lot(story.connection, story.dialogue)
    ended = held_facts.take_awaiting(story.connection, story.dialogue.id)
    published = Published(numbers, ended.duties, at)
    story.dialogue = published.seen_in(story.dialogue)
    put_points_last(story.connection, story.dialogue.id, numbers, at, place)
    put_duties_last(story.connection, story.dialogue, ended.duties, opened_at=at)
    story.tell(publication.facts_of(story.connection, story.dialogue, numbers), at)
    story.notify((at, notice) for _, notice in ended.notices)
    return published


def _write_head(connection: Connection, dialogue_id: str, head: Head) -> None:
    changed = {"head_seq": head.seq, "head_hash": head.hash, "revision": DIALOGUES.c.revision + 1}
    connection.execute(update(DIALOGUES).where(DIALOGUES.c.id == dialogue_id).values(changed))


def end_all_days(engine: Engine, policies: Policies, over: Iterable[str], now: datetime) -> None:
    """End the days that are over by *now* (aware UTC) in the dialogues *over*, which `days_over` found."""
    reader = DialogueReader(policies)
    for dialogue_id in over:
        with writing(engine, now) as connection:
            end_days(connection, reader.read(connection, dialogue_id, lock=True), now)
