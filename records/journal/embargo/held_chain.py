"""
Verification of held facts: their own chain, that the journal tells them as they were, and both told as it happened.

A held fact stands in the journal at the end of its day. What it did to the rows it did when it was written: to hold the
rows against both, the held facts are told in the places where they happened.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
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
from states.model.dialogue import Phase
from states.model.vocabulary import FactName
from states.privacy.embargo.unpublished import is_never_told, is_unnumbered

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
    names = {entry.seq: entry.subject for entry in entries if entry.seq in told}
    places: dict[int, list[Entry]] = {}
    for row in rows:
        happened = entry_of(row)
        if is_unnumbered(happened.subject):  # until it had a number
            happened = replace(happened, subject=names.get(happened.seq, happened.subject))
        places.setdefault(row["behind"], []).append(happened)
    shown = list(places.get(0, ()))
    for entry in entries:
        shown += [] if entry.seq in told else [entry]
        shown += places.get(entry.seq, ())
    return shown


def as_rows_tell(entries: Sequence[Entry], rows: Sequence[RowMapping]) -> list[Entry]:
    """As `as_it_happened`, but for points under seal that were published: of these the rows tell what others know."""
    return as_it_happened(entries, [row for row in rows if row["until"] or row["told"] is None])


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
    published = [entry for entry in entries if _publishes(entry)]
    for row in rows:
        until = row["until"] or _published_at(row, published)
        if row["told"] is not None:
            yield from _compare(row, told.get(row["told"]), until)
        elif until and newest and (newest > until or not row["until"]):
            yield Untrue(row["seq"], "told", "missing", "there")
    numbers = Counter(row["told"] for row in rows if row["told"] is not None)
    for number in sorted(one for one, times in numbers.items() if times > 1):
        yield Untrue(number, "told", "once", "twice")


def _publishes(entry: Entry) -> bool:
    """Whether with *entry* at the latest the points under seal are known."""
    ended = entry.fact == FactName.PHASE_ENTERED and entry.detail["phase"] == Phase.CANCELLED
    return ended or entry.fact == FactName.SUMMARY_PUBLISHED


def _published_at(row: RowMapping, published: Sequence[Entry]) -> datetime | None:
    """When at the latest the held fact of *row*, which waits for the points under seal, was known; None: not yet."""
    if is_never_told(row["fact"], row["subject"]):
        return None
    return next((entry.at for entry in published if entry.seq > row["behind"]), None)


def _compare(row: RowMapping, entry: Entry | None, until: datetime | None) -> Iterator[Untrue]:
    if entry is None:
        yield Untrue(row["seq"], "told", "missing", str(row["told"]))
        return
    for name, told, held in zip(_SAID, _said_in(entry, row), _said_of(row), strict=True):
        if told != held:
            yield Untrue(row["seq"], name, told, held)
    if not _is_in_time(row, entry, until):
        held = instant_text(until) if until else "never"
        yield Untrue(row["seq"], "until", instant_text(entry.at), held)


def _is_in_time(row: RowMapping, entry: Entry, until: datetime | None) -> bool:
    """What waits for the points under seal is told when they are published, or by time before that."""
    if row["until"] is not None:
        return bool(entry.at == until)
    never = is_never_told(row["fact"], row["subject"])
    return not never and row["at"] <= entry.at and (until is None or entry.at <= until)


def _said_in(entry: Entry, row: RowMapping) -> tuple[str, ...]:
    """What *entry* says; a point that got its number has another name than in *row*, and is bound under that."""
    numbered = is_unnumbered(row["subject"])
    bound = entry.commit and not numbered
    detail = canonical({**entry.detail, COMMIT: entry.commit} if bound else entry.detail)
    return entry.fact, entry.actor, row["subject"] if numbered else entry.subject, detail


def _said_of(row: RowMapping) -> tuple[str, ...]:
    detail = row["detail"]
    if is_unnumbered(row["subject"]):
        detail = canonical(detail_of(detail)[0])
    return row["fact"], row["actor"], row["subject"], detail
