"""Unit of work: the rows, facts and notices of one decision, written together in one transaction."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from records.access.revocation import end_ways_in
from records.dialogues.carried_debts import carry_on, missing_debt_facts
from records.dialogues.repository import Snapshot, add, save, save_programme
from records.journal import untold_facts
from records.journal.commitments import bind, put_salts
from records.journal.hash_chain import INSERT_FACTS, beginning, entries_of
from records.outbox import enqueue
from records.outbox.corrections import correct
from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, Duty
from states.model.facts import Fact, Notice
from states.model.programme import Programme
from states.model.vocabulary import FactName

_OPENING = frozenset({FactName.DUTY_OPENED, FactName.DUTY_REOPENED})


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
    def programme(self) -> Programme | None:
        """The programme, when its roles changed."""


def write_step(connection: Connection, held: Snapshot, decided: Decided, now: datetime) -> Snapshot:
    """Write *decided* over *held*; returns what then holds. Raises Refused when the programme changed meanwhile."""
    before, after = held.dialogue, decided.dialogue
    after.uncarried = ()
    owed_before = missing_debt_facts(connection, before) if before.uncarried else []
    facts = [*owed_before, *decided.facts]
    binding = bind(connection, after, facts, held.head.seq)
    rows, head = entries_of(after.id, held.head, facts, now, binding.commits)
    correct(connection, after, decided.facts, now)
    duties = save(connection, held, after, head)
    enqueue.withdraw_outdated(connection, after.id, duties)
    origin = f"fact:{head.seq}" if rows else f"step:{held.revision + 1}"
    _write_words(connection, rows, enqueue.rows_of(after.id, decided.notices, origin, now))
    put_salts(connection, after.id, binding)
    untold_facts.put(connection, after, facts, rows)
    revision = held.programme_revision
    if debts := _debts_opened(after, decided.facts):
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


def _debts_opened(after: Dialogue, facts: Iterable[Fact]) -> list[Duty]:
    """What *facts* made the company owe to people, and it owes still."""
    opened = [after.duties[fact.subject] for fact in facts if fact.fact in _OPENING]
    return [duty for duty in opened if duty.owed and KINDS[duty.kind].debt]


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
