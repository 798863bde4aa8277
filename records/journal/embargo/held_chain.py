"""
Verification of held facts: their own chain, that the journal tells them as they were, and both told as it happened.

A held fact stands in the journal at the end of its day. What it did to the rows it did when it was written: to hold the
rows against both, the held facts are told in the places where they happened.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, select

from records.engine.column_types import canonical, instant_text
from records.engine.database import reading
from records.journal import journal
from records.journal.embargo.held_facts import beginning, link
from records.journal.hash_chain import Head
from records.journal.journal import Break, Entry
from records.schema.held import HELD_FACTS, HELD_HEADS
from records.schema.salts import COMMIT, detail_of

_SAID = ("fact", "actor", "subject", "detail")


class Untrue(NamedTuple):
    """That the journal tells a held fact otherwise than it was written: its number, of what, and both."""

    seq: int
    field: str
    journal: str
    held: str


def held_rows(connection: Connection, dialogue_id: str) -> list[RowMapping]:
    """The held facts of a dialogue in order."""
    chosen = select(HELD_FACTS).where(HELD_FACTS.c.dialogue_id == dialogue_id)
    return list(connection.execute(chosen.order_by(HELD_FACTS.c.seq)).mappings())


def breaks(connection: Connection, dialogue_id: str | None = None) -> list[Break]:
    """Where the chain of held facts of *dialogue_id*, or of all, is not what it was."""
    facts = select(HELD_FACTS).order_by(HELD_FACTS.c.dialogue_id, HELD_FACTS.c.seq)
    heads = select(HELD_HEADS)
    if dialogue_id is not None:
        facts = facts.where(HELD_FACTS.c.dialogue_id == dialogue_id)
        heads = heads.where(HELD_HEADS.c.dialogue_id == dialogue_id)
    known = {row.dialogue_id: Head(row.seq, row.hash) for row in connection.execute(heads)}
    rows = connection.execute(facts).mappings()
    found = []
    for name, chain in groupby(rows, key=lambda row: str(row["dialogue_id"])):
        found += _check(name, chain, known.pop(name, beginning(name)))
    return [*found, *(Break(name, 1, _of_held("is missing")) for name in sorted(known))]


def _check(name: str, chain: Iterator[RowMapping], expected: Head) -> list[Break]:
    last = beginning(name)
    for row in chain:
        if what := _wrong(row, last):
            return [Break(name, last.seq + 1, _of_held(what))]
        last = Head(row["seq"], row["hash"])
    return [] if last == expected else [Break(name, last.seq, _of_held("is not the last one"))]


def _of_held(what: str) -> str:
    return f"{what} (of those that are held back for the end of the day)"


def _wrong(row: RowMapping, last: Head) -> str | None:
    if row["seq"] != last.seq + 1:
        return "is missing"
    if row["prev"] != last.hash:
        return "does not follow from the entry before it"
    return None if link(row["prev"], row) == row["hash"] else "was changed after it was written"


def as_it_happened(entries: Sequence[Entry], rows: Sequence[RowMapping]) -> list[Entry]:
    """The *entries* of a journal with the held facts of *rows* in the places where they happened."""
    if not rows:
        return list(entries)
    told = {row["told"] for row in rows}
    places: dict[int, list[Entry]] = {}
    for row in rows:
        places.setdefault(row["behind"], []).append(entry_of(row))
    shown = list(places.get(0, ()))
    for entry in entries:
        shown += [] if entry.seq in told else [entry]
        shown += places.get(entry.seq, ())
    return shown


def lived_entries(engine: Engine, dialogue_id: str) -> list[Entry]:
    """The facts of *dialogue_id* as they happened, for the moderator. Raises NotKnown('unknown-dialogue')."""
    entries = journal.entries(engine, dialogue_id)
    with reading(engine) as connection:
        return as_it_happened(entries, held_rows(connection, dialogue_id))


def entry_of(row: RowMapping) -> Entry:
    """A held fact as an entry; its number is the one that it has in the journal, 0 while it has none."""
    detail, commit = detail_of(row["detail"])
    words = (row["fact"], row["actor"], row["subject"])
    return Entry(row["told"] or 0, row["at"], *words, detail, row["hash"], commit)


def untruths(entries: Sequence[Entry], rows: Sequence[RowMapping]) -> Iterator[Untrue]:
    """Where the journal tells a held fact otherwise, or went on after the end of its day without it."""
    told = {entry.seq: entry for entry in entries}
    newest = max((entry.at for entry in entries), default=None)
    for row in rows:
        if row["told"] is not None:
            yield from _compare(row, told.get(row["told"]))
        elif row["until"] and newest and newest > row["until"]:
            yield Untrue(row["seq"], "told", "missing", "there")
    numbers = Counter(row["told"] for row in rows if row["told"] is not None)
    for number in sorted(one for one, times in numbers.items() if times > 1):
        yield Untrue(number, "told", "once", "twice")


def _compare(row: RowMapping, entry: Entry | None) -> Iterator[Untrue]:
    if entry is None:
        yield Untrue(row["seq"], "told", "missing", str(row["told"]))
        return
    detail = canonical({**entry.detail, COMMIT: entry.commit} if entry.commit else entry.detail)
    said = (entry.fact, entry.actor, entry.subject, detail)
    for name, told in zip(_SAID, said, strict=True):
        if told != row[name]:
            yield Untrue(row["seq"], name, str(told), str(row[name]))
    if row["until"] is None or entry.at != row["until"]:
        held = instant_text(row["until"]) if row["until"] else "never"
        yield Untrue(row["seq"], "until", instant_text(entry.at), held)
