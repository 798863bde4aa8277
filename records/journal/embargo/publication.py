"""
Publication of points under seal (embargo): their facts enter the journal together, in an order drawn by lot.

Until the summary is out they stand in the chain of held facts. Behind all that others know already each gets its
place, and its number when it was recorded without one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, update

from records.engine.randomness import draw
from records.journal.commitments import bind, put_salts
from records.journal.embargo.held_facts import fact_of
from records.schema.held import HELD_CHANGES, HELD_FACTS
from records.schema.salts import COMMIT
from states.model.dialogue import Dialogue
from states.model.facts import Fact
from states.model.vocabulary import FactName
from states.privacy.bound_words import words_spoken_of
from states.privacy.embargo.known_to_others import number_of
from states.privacy.embargo.unpublished import (
    free_numbers,
    is_never_told,
    is_unnumbered,
    silent_until,
    with_published,
)

_PLACE_LENGTH = 8  # bytes


class Published(NamedTuple):
    """What others know of since the moment *at*."""

    numbers: dict[str, str]
    """The points in their new order, by the names that they had, with the numbers that they have now."""
    duties: list[str]
    """The duties that began with them, in order of pseudonym."""
    at: datetime

    def seen_in(self, dialogue: Dialogue) -> Dialogue:
        """A copy of *dialogue* in which others know them."""
        return with_published(dialogue, self.numbers, self.duties, self.at)


def due_by(connection: Connection, dialogue_id: str, now: datetime) -> datetime | None:
    """When time makes known what is under seal in a dialogue, if that was by *now* (aware UTC)."""
    c = HELD_CHANGES.c
    chosen = select(func.min(c.until)).where(c.dialogue_id == dialogue_id, c.awaits, c.until <= now)
    found: datetime | None = connection.scalar(chosen)
    return found


def move(connection: Connection, dialogue: Dialogue, now: datetime) -> None:
    """After a step at *now*: what is under seal in *dialogue* is known when its promise asks for it at the latest."""
    if not any(held.awaits for held in dialogue.held):
        return
    today = dialogue.calendar.end_of(dialogue.calendar.day_of(now))
    c, until = HELD_CHANGES.c, silent_until(dialogue, today)
    one = update(HELD_CHANGES).where(c.dialogue_id == dialogue.id, c.awaits, c.until != until)
    connection.execute(one.values(until=until))


def numbers_by_lot(connection: Connection, dialogue: Dialogue) -> dict[str, str]:
    """The points of *dialogue* that nobody knows of yet, in an order drawn by lot, each with its number."""
    found = [n for n in dialogue.unpublished_keys("contributions") if n in dialogue.contributions]
    places = {name: draw(connection, dialogue.id, f"place:{name}", _PLACE_LENGTH) for name in found}
    free = free_numbers(dialogue)
    drawn = sorted(found, key=lambda name: (places[name], name))
    return {name: next(free) if is_unnumbered(name) else name for name in drawn}


def facts_of(
    connection: Connection, dialogue: Dialogue, numbers: Mapping[str, str]
) -> list[tuple[int, Fact]]:
    """
    The facts that waited for the points of *dialogue*, which has them as they are known now, with their places.

    The points come in the order of *numbers*, then what else belongs to them in that of the pseudonyms. What gets a
    number is bound anew: its name is part of what a commitment binds.
    """
    rows = [(row.seq, row.voice, fact_of(row)) for row in _waiting(connection, dialogue.id)]
    places = {name: place for place, name in enumerate(numbers)}
    last = len(places)

    def place(row: tuple[int, str, Fact]) -> tuple[int, tuple[int, str], int]:
        seq, voice, fact = row
        recorded = fact.fact is FactName.CONTRIBUTION_RECORDED
        return places.get(fact.subject, last) if recorded else last, number_of(voice), seq

    ordered = [(seq, fact) for seq, _, fact in sorted(rows, key=place)]
    return list(_with_numbers(connection, dialogue, ordered, numbers))


def _waiting(connection: Connection, dialogue_id: str) -> Sequence[Any]:
    c = HELD_FACTS.c
    chosen = select(HELD_FACTS).where(
        c.dialogue_id == dialogue_id, c.told.is_(None), c.until.is_(None)
    )
    rows = connection.execute(chosen.order_by(c.seq))
    return [row for row in rows if not is_never_told(row.fact, row.subject)]


def _with_numbers(
    connection: Connection,
    dialogue: Dialogue,
    facts: Sequence[tuple[int, Fact]],
    numbers: Mapping[str, str],
) -> Iterator[tuple[int, Fact]]:
    for seq, fact in facts:
        number = numbers.get(fact.subject, fact.subject)
        yield (
            seq,
            fact if number == fact.subject else _bind_anew(connection, dialogue, fact, number),
        )


def _bind_anew(connection: Connection, dialogue: Dialogue, fact: Fact, number: str) -> Fact:
    detail = {name: value for name, value in fact.detail.items() if name != COMMIT}
    now_is = fact.model_copy(update={"subject": number, "detail": detail})
    binding = bind(connection, dialogue, [now_is], of="published:")
    left = words_spoken_of(fact.fact, fact.subject, fact.detail)
    put_salts(connection, dialogue.id, binding._replace(gone=[*binding.gone, *left]))
    [commit] = binding.commits
    return now_is.model_copy(update={"detail": {**detail, COMMIT: commit} if commit else detail})
