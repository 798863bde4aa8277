"""
Examination (audit): holds the journal against the rows, and says what differs, and whose witness says so.

The *chain* of hashes says that a fact was changed; the *replay* of the facts, that a row tells something else; a
*commitment*, that words are others than those that were bound; a *checkpoint*, that the chain itself was written anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, select

from records.engine.database import reading
from records.journal import journal
from records.journal.bound_rows import Proof, prove
from records.journal.duty_replay import DutyStory
from records.journal.embargo import held_chain
from records.journal.embargo.held_chain import Untrue
from records.journal.journal import Break, Entry
from records.journal.replay import replay
from records.journal.stored_rows import Rows, rows_of
from records.journal.story import PointStory, SeatStory, Story
from records.schema.core import DIALOGUES

CHAIN, REPLAY, COMMITMENT, CHECKPOINT = "chain", "replay", "commitment", "checkpoint"
HELD = "held"
"""The facts that were held back for the end of a day are the witness against the journal, and it against them."""
TIME_STAMP = "time-stamp"
_MISSING, _THERE = "missing", "there"


class Difference(NamedTuple):
    """That the database tells something else than the journal: of which *row* and *field*, and who is the *witness*."""

    dialogue_id: str
    row: str
    """Table and key: `duties answer-participant/ngo-nl`."""
    field: str
    journal: str
    database: str
    witness: str


@dataclass
class Examination:
    """What was found in the journals of some dialogues."""

    breaks: list[Break] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    unbound: dict[str, datetime | None] = field(default_factory=dict)
    """Dialogues with words from before words were bound: since when they are; None: not yet."""

    @property
    def ok(self) -> bool:
        """Whether nobody changed anything."""
        return not (self.breaks or self.differences)


def examine(engine: Engine, dialogue_id: str | None = None) -> Examination:
    """Hold the journal of *dialogue_id*, or of all, against the rows. Raises NotKnown('unknown-dialogue')."""
    found = Examination(journal.verify(engine, dialogue_id))
    with reading(engine) as connection:
        found.breaks += held_chain.breaks(connection, dialogue_id)
    for name in [dialogue_id] if dialogue_id else _ids(engine):
        with reading(engine) as connection:
            _examine_one(connection, name, journal.entries_of(connection, name), found)
    return found


def _ids(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(DIALOGUES.c.id).order_by(DIALOGUES.c.id)))


def _examine_one(
    connection: Connection, name: str, entries: Sequence[Entry], found: Examination
) -> None:
    try:
        held = held_chain.held_rows(connection, name)
        rows, lived = rows_of(connection, name), held_chain.as_rows_tell(entries, held)
        proof = prove(name, lived, rows)
        found.differences += [*_compare(name, replay(lived), rows), *_disproofs(name, proof)]
        found.differences += _untruths(name, held_chain.untruths(entries, held))
    except (KeyError, ValueError, TypeError) as error:
        if not any(one.dialogue_id == name for one in found.breaks):
            what = f"cannot be read ({type(error).__name__})"
            found.differences.append(Difference(name, "rows", "", "", what, REPLAY))
        return
    if proof.unbound:
        found.unbound[name] = proof.since


def _disproofs(name: str, proof: Proof) -> Iterator[Difference]:
    for one in proof.disproved:
        yield Difference(name, one.row, one.words, one.bound, one.found, COMMITMENT)


def _untruths(name: str, found: Iterable[Untrue]) -> Iterator[Difference]:
    for one in found:
        yield Difference(name, f"held_facts {one.seq}", one.field, one.journal, one.held, HELD)


def _compare(name: str, story: Story, rows: Mapping[str, Rows]) -> Iterator[Difference]:
    for table, wanted, told in _tables(story):
        held = rows[table]
        for key, one in wanted.items():
            yield from _row(name, f"{table} {key}", told(one), held.get(key))
        if (
            table != "stakeholders"
        ):  # some come from the edition before, of which no fact here tells
            for key in held.keys() - wanted.keys():
                yield Difference(name, f"{table} {key}", "", _MISSING, _THERE, REPLAY)
    yield from _overrides(name, story, rows["overrides"])
    yield from _row(name, "dialogues", _dialogue(story), rows["dialogue"].get(name))


def _tables(story: Story) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    yield "duties", story.duties, _duty
    yield "contributions", story.points, _point
    yield "stakeholders", story.seats, _seat
    yield "verdicts", story.verdicts, dict
    yield "commitments", story.commitments, lambda status: {"status": status}


def _row(
    name: str, row: str, told: Mapping[str, Any], held: Mapping[str, Any] | None
) -> Iterator[Difference]:
    if held is None:
        yield Difference(name, row, "", _THERE, _MISSING, REPLAY)
        return
    for key, value in told.items():
        found = _database_value(held, key)
        if found != value:
            yield Difference(name, row, key, _text(value), _text(found), REPLAY)


def _database_value(held: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - of any column
    """What a row says in the terms of the replay."""
    if key in _ONLY_WHETHER:
        return held[key] is not None
    if key == "postponements":
        return [one["reason"] for one in held[key] or ()]
    if key in {"day", "first_day"}:
        return _fits(held[key], held["due" if key == "day" else "first_due"])
    return held[key]


_ONLY_WHETHER = {"delivered_at", "erased_at"}
_LATEST, _EARLIEST = 14, -12  # hours by which a local clock is before or behind UTC


def _fits(day: Any, due: datetime) -> bool:  # noqa: ANN401 - a date or None
    """Whether the promised local *day* ends at *due* in some time zone; a zone that moved later is no rewriting."""
    if day is None:
        return True
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + 86_400
    return _EARLIEST <= (midnight - due.timestamp()) / 3600 <= _LATEST


def _duty(one: DutyStory) -> dict[str, Any]:
    met = {"ended_at": one.met_at} if one.met_at else {}
    return {
        "kind": one.kind,
        "whom": one.whom,
        "opened_at": one.opened_at,
        "status": one.status,
        "version": one.version,
        "due": one.due,
        "first_due": one.first_due,
        "lapsed_at": one.lapsed_at,
        "postponements": one.reasons,
        "day": True,
        "first_day": True,
        **met,
    }


def _point(one: PointStory) -> dict[str, Any]:
    told = {
        "voice": one.voice,
        "attribution": one.attribution,
        "recorded_at": one.recorded_at,
        "line_verdict": one.line_verdict,
        "outcome": one.outcome,
        "owner": one.owner,
        "commitment": one.commitment,
        "written_at": one.written_at,
        "delivered_at": one.delivered,
        "dispute_round": one.dispute_round,
        "dispute_open": one.dispute_open,
        "asked_back": one.asked_back,
        "settlement_waits": one.response_waits,
    }
    return {key: value for key, value in told.items() if key not in one.unsure}


def _seat(one: SeatStory) -> dict[str, Any]:
    return {"invitation": one.invitation, "present": one.present, "erased_at": one.erased}


def _dialogue(story: Story) -> dict[str, Any]:
    return {
        "phase": story.phase,
        "phase_since": story.phase_since,
        "session_at": story.session_at,
        "signed_at": story.signed_at,
        "summary_published_at": story.summary_published_at,
        "echoed_at": story.echoed_at,
        "management": story.management,
    }


def _overrides(name: str, story: Story, held: Rows) -> Iterator[Difference]:
    """An override that was given again stands beside the earlier one: they are told apart by their moments."""
    left = dict(held)
    for told in story.overrides:
        begin = f"{told['phase']}/{told['check']}"
        mine = [k for k, row in left.items() if row["at"] == told["at"] and k.startswith(begin)]
        row = left.pop(mine[0]) if mine else None
        yield from _row(name, f"overrides {mine[0] if mine else begin}", told, row)
    for key in left:
        yield Difference(name, f"overrides {key}", "", _MISSING, _THERE, REPLAY)


def _text(value: Any) -> str:  # noqa: ANN401 - of any column
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return "–" if value is None else str(value)
