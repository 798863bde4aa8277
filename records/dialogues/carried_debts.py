"""Carried debts: what an earlier edition still owes, read live, also what is promised after the next one opened."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, exists, false, literal_column, select, update
from sqlalchemy.orm import aliased

from records.dialogues.duty_queries import debts_before
from records.journal.hash_chain import INSERT_FACTS, Head, entries_of
from records.schema.core import DIALOGUES, FACTS, DialogueTable
from states.model.dialogue import Dialogue, Phase
from states.model.duties import Duty
from states.model.facts import Fact
from states.model.vocabulary import FactName
from states.steps.opening import debt_fact

_earlier = aliased(DialogueTable)
OWED_BEFORE = case(
    (
        # Written out: this is part of a question that is kept ready, with one value to fill in.
        DIALOGUES.c.phase == literal_column(f"'{Phase.STAKEHOLDER_ANALYSIS.value}'"),
        exists()
        .where(_earlier.programme_id == DIALOGUES.c.programme_id)
        .where(_earlier.edition < DIALOGUES.c.edition),
    ),
    else_=false(),
)
"""Whether an edition came before the one that is prepared; of all others it is not asked."""


def carry_on(connection: Connection, after: Dialogue, debts: Iterable[Duty], now: datetime) -> None:
    """Write the *debts* that *after* has now into the journal of the edition that opened since, if any did."""
    found = _latest_since(connection, after)
    if found is None:
        return
    name, seq, digest = found
    carried = [debt_fact(after.id, duty) for duty in debts]
    rows, head = entries_of(name, Head(seq, digest), carried, now)
    INSERT_FACTS.run(connection, rows)
    changed = {"head_seq": head.seq, "head_hash": head.hash, "revision": DIALOGUES.c.revision + 1}
    connection.execute(update(DIALOGUES).where(DIALOGUES.c.id == name).values(changed))


def _latest_since(connection: Connection, dialogue: Dialogue) -> tuple[str, int, str] | None:
    """The latest later edition with the head of its journal, locked; earlier ones are always locked first."""
    chosen = (
        select(DIALOGUES.c.id, DIALOGUES.c.head_seq, DIALOGUES.c.head_hash)
        .where(DIALOGUES.c.programme_id == dialogue.programme.id)
        .where(DIALOGUES.c.edition > dialogue.edition)
        .order_by(DIALOGUES.c.edition.desc())
        .limit(1)
        .with_for_update()
    )
    row = connection.execute(chosen).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def inherited_debts(connection: Connection, dialogue: Dialogue) -> tuple[bool, tuple[str, ...]]:
    """
    Whether earlier editions owe something now, and what of it the journal of *dialogue* does not know of.

    Asked while it is prepared.
    """
    owed = _debts(connection, dialogue)
    missing = _missing(connection, dialogue, owed)
    return bool(owed), tuple(f"{home}: {duty.name}" for home, duty in missing)


def missing_debt_facts(connection: Connection, dialogue: Dialogue) -> list[Fact]:
    """The facts that the journal of *dialogue* lacks, written with whatever step comes next."""
    missing = _missing(connection, dialogue, _debts(connection, dialogue))
    return [debt_fact(home, duty) for home, duty in missing]


def _debts(connection: Connection, dialogue: Dialogue) -> list[tuple[str, Duty]]:
    if dialogue.phase is not Phase.STAKEHOLDER_ANALYSIS:
        return []
    return debts_before(connection, dialogue.programme.id, dialogue.edition)


def _missing(
    connection: Connection, dialogue: Dialogue, owed: list[tuple[str, Duty]]
) -> list[tuple[str, Duty]]:
    if not owed:
        return []
    chosen = select(FACTS.c.subject, FACTS.c.detail).where(
        FACTS.c.dialogue_id == dialogue.id, FACTS.c.fact == FactName.DEBT_CARRIED
    )
    known = {(_home(detail), subject) for subject, detail in connection.execute(chosen)}
    return [(home, duty) for home, duty in owed if (home, duty.name) not in known]


def _home(detail: str | dict[str, Any]) -> str:
    told = json.loads(detail) if isinstance(detail, str) else detail
    return str(told["from"])
