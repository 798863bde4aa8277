"""Programme repository: programmes applied from a file, changed by hand-overs, opened by their schedule."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    bindparam,
    exists,
    insert,
    or_,
    select,
    update,
)

from records.access.revocation import end_roles
from records.dialogues.repository import document_of, programme_of
from records.engine.column_types import can_be_key
from records.engine.database import writing
from records.schema.collections import CONTRIBUTIONS, SEALS
from records.schema.core import DIALOGUES, DUTIES, PROGRAMMES
from states.language.errors import NotKnown, NotYours, Refused
from states.model.dialogue import OPEN_PHASES
from states.model.duties import KINDS, OWED
from states.model.people import Role
from states.model.programme import Programme
from states.privacy.independence import with_roles
from states.timing.schedule import next_opening, require_schedule


@dataclass(frozen=True, slots=True)
class ProgrammePause:
    """Why no new edition of a programme opens: *since* (aware UTC), *by* a role or the operator, for a *reason*."""

    since: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme, and when its next edition opens by itself (UTC), unless it is paused."""

    programme: Programme
    opens_at: datetime
    revision: int
    paused: ProgrammePause | None = None


def apply(connection: Connection, programme: Programme, now: datetime) -> bool:
    """
    Create or replace *programme*; True when something changed. What is applied wins over roles handed over.

    The next opening is kept while schedule and time zone stay the same.
    """
    found = find(connection, programme.id, lock=True)
    before = found.programme.owed_before if found else ()
    programme = programme.model_copy(update={"owed_before": before})
    if found is None:
        _add(connection, programme, now)
        return True
    if document_of(found.programme) == document_of(programme):
        return False
    _replace(connection, found, programme, now)
    return True


def _add(connection: Connection, programme: Programme, now: datetime) -> None:
    require_schedule(programme.schedule, programme.time_zone, now)
    row = {
        "id": programme.id,
        "document": document_of(programme),
        "revision": 1,
        "opens_at": next_opening(programme.schedule, programme.time_zone, now),
        "applied_at": now,
        "time_zone": programme.time_zone,
    }
    connection.execute(insert(PROGRAMMES), row)


def _replace(
    connection: Connection, found: ProgrammeRow, programme: Programme, now: datetime
) -> None:
    was = found.programme
    _require_roles_kept(connection, was, programme)
    heard = connection.execute(_spoken_in(was.id).limit(1)).first()
    before = with_roles(was, programme.roles, now if heard else None).owed_before
    programme = programme.model_copy(update={"owed_before": before})
    end_roles(connection, was, programme, now)
    same = (was.schedule, was.time_zone) == (programme.schedule, programme.time_zone)
    if not same:
        require_schedule(programme.schedule, programme.time_zone, now)
    opens_at = (
        found.opens_at if same else next_opening(programme.schedule, programme.time_zone, now)
    )
    values = {
        "document": document_of(programme),
        "revision": found.revision + 1,
        "opens_at": opens_at,
        "applied_at": now,
        "time_zone": programme.time_zone,
        "announced_in": None,
    }
    connection.execute(update(PROGRAMMES).where(PROGRAMMES.c.id == programme.id).values(values))


_KEPT = (Role.MODERATOR, Role.CONFIDANT, Role.BOARD)
"""The roles that stand beside those who wait."""


def _require_roles_kept(connection: Connection, was: Programme, new: Programme) -> None:
    """
    A file changes nobody who stands beside those who wait: hand-over asks for the consent that this needs (rules 33).

    And whoever becomes moderator learns who spoke under seal, where no key closes it.
    """
    changed = [role for role in _KEPT if _holder(was, role) != _holder(new, role)]
    if not changed:
        return
    sealed = select(SEALS.c.id).join(DIALOGUES, DIALOGUES.c.id == SEALS.c.dialogue_id)
    of_ours = sealed.where(DIALOGUES.c.programme_id == was.id, SEALS.c.key.is_(None)).limit(1)
    if Role.MODERATOR in changed and connection.execute(of_ours).first():
        raise NotYours("seals-not-yours", role=Role.MODERATOR, by="programme apply")
    if connection.execute(_spoken_in(was.id).limit(1)).first():
        raise NotYours("roles-are-kept", role=changed[0])


def _holder(programme: Programme, role: Role) -> tuple[str | None, ...]:
    """Who holds *role* and how they are reached; in which language they read changes nobody."""
    person = programme.roles.get(role)
    return (person.name, person.email, person.phone) if person else ()


def _spoken_in(programme_id: Any) -> Select[Any]:  # noqa: ANN401 - an id or a statement
    """The dialogues of a programme in which somebody contributed, and which run or still owe something."""
    debts = [kind.name for kind in KINDS.values() if kind.debt]
    owes = exists().where(
        DUTIES.c.dialogue_id == DIALOGUES.c.id, DUTIES.c.kind.in_(debts), DUTIES.c.status.in_(OWED)
    )
    spoke = exists().where(CONTRIBUTIONS.c.dialogue_id == DIALOGUES.c.id)
    chosen = select(DIALOGUES.c.id).where(DIALOGUES.c.programme_id == programme_id, spoke)
    return chosen.where(or_(DIALOGUES.c.phase.in_(OPEN_PHASES), owes)).order_by(DIALOGUES.c.id)


_P = PROGRAMMES.c
_SELECT = select(_P.document, _P.opens_at, _P.revision, _P.paused_at, _P.paused_by, _P.pause_reason)
NOT_PAUSED = _P.paused_at.is_(None)
_SELECT_ONE = _SELECT.where(_P.id == bindparam("of_programme"))
_LOCK_ONE = _SELECT_ONE.with_for_update()


def _row(row: Any) -> ProgrammeRow:  # noqa: ANN401 - a database row
    pause = (row.paused_at, row.paused_by, row.pause_reason)
    paused = ProgrammePause(*pause) if row.paused_at is not None else None
    return ProgrammeRow(programme_of(row.document), row.opens_at, row.revision, paused)


def find(connection: Connection, programme_id: str, *, lock: bool = False) -> ProgrammeRow | None:
    """The programme *programme_id*, None when it is not known; with *lock* for this transaction alone."""
    chosen = _LOCK_ONE if lock else _SELECT_ONE
    row = connection.execute(chosen, {"of_programme": programme_id}).one_or_none()
    return None if row is None else _row(row)


def get(connection: Connection, programme_id: str, *, lock: bool = False) -> ProgrammeRow:
    """Like `find`, but raises NotKnown('unknown-programme')."""
    found = find(connection, programme_id, lock=lock) if can_be_key(programme_id) else None
    if found is None:
        raise NotKnown("unknown-programme", programme=programme_id)
    return found


def every(connection: Connection) -> list[ProgrammeRow]:
    """All programmes in order of their id."""
    return [_row(row) for row in connection.execute(_SELECT.order_by(PROGRAMMES.c.id))]


def time_zones(connection: Connection) -> list[str]:
    """The zones in which there are programmes, in order."""
    zone = PROGRAMMES.c.time_zone
    return list(connection.scalars(select(zone).distinct().order_by(zone)))


def in_zone(connection: Connection, zone_name: str, after: str, limit: int) -> list[str]:
    """The next *limit* programmes of the zone *zone_name* in order of their id, those behind *after*."""
    name, zone = PROGRAMMES.c.id, PROGRAMMES.c.time_zone
    chosen = select(name).where(zone == zone_name, name > after).order_by(name).limit(limit)
    return list(connection.scalars(chosen))


def lock_of_dialogue(connection: Connection, dialogue_id: str) -> None:
    """Lock the programme of *dialogue_id*; always before the dialogue itself, so that nobody waits in a circle."""
    of_dialogue = select(DIALOGUES.c.programme_id).where(DIALOGUES.c.id == dialogue_id)
    chosen = select(PROGRAMMES.c.id).where(PROGRAMMES.c.id == of_dialogue.scalar_subquery())
    connection.execute(chosen.with_for_update())


def heard_beside(connection: Connection, dialogue_id: str) -> list[str]:
    """The other dialogues of the same programme that keep names under seal, or in which somebody spoke and waits."""
    mine = select(DIALOGUES.c.programme_id).where(DIALOGUES.c.id == dialogue_id).scalar_subquery()
    sealed = select(SEALS.c.dialogue_id).join(DIALOGUES, DIALOGUES.c.id == SEALS.c.dialogue_id)
    found = {
        *connection.scalars(sealed.where(DIALOGUES.c.programme_id == mine).distinct()),
        *connection.scalars(_spoken_in(mine)),
    }
    return sorted(found - {dialogue_id})


def due_ids(connection: Connection, now: datetime) -> list[str]:
    """The programmes whose next edition opens at or before *now*; none that is paused."""
    chosen = select(_P.id).where(_P.opens_at <= now, NOT_PAUSED).order_by(_P.opens_at)
    return list(connection.scalars(chosen))


def pause(engine: Engine, programme_id: str, by: str, reason: str, now: datetime) -> ProgrammePause:
    """
    Let no new edition of *programme_id* open from *now* (aware UTC) on; nobody can mute what is owed in open ones.

    *by* is a role or the operator. Raises NotKnown('unknown-programme') or Refused('programme-paused').
    """
    with writing(engine, now) as connection:
        require_not_paused(get(connection, programme_id, lock=True))
        said = {"paused_at": now, "paused_by": by, "pause_reason": reason}
        _set(connection, programme_id, **said, announced_in=None)
    return ProgrammePause(now, by, reason)


def resume(engine: Engine, programme_id: str, now: datetime, *, skip: bool = False) -> ProgrammeRow:
    """
    Let editions of *programme_id* open again; how it stands at *now* (aware UTC) then.

    However many openings passed meanwhile, one edition opens, planned from *now* as if its moment had come just now;
    with *skip* none, and the schedule goes on with its next moment. Raises NotKnown('unknown-programme') or
    Refused('not-paused').
    """
    with writing(engine, now) as connection:
        row = get(connection, programme_id, lock=True)
        if row.paused is None:
            raise Refused("not-paused", programme=programme_id)
        following = next_opening(row.programme.schedule, row.programme.time_zone, now)
        missed = following if skip else now
        opens_at = missed if row.opens_at <= now else row.opens_at
        _set(connection, programme_id, paused_at=None, paused_by=None, pause_reason=None)
        open_next_at(connection, programme_id, opens_at)
        return get(connection, programme_id)


def _set(connection: Connection, programme_id: str, **values: object) -> None:
    connection.execute(update(PROGRAMMES).where(_P.id == programme_id).values(values))


def require_not_paused(row: ProgrammeRow) -> None:
    """Raise Refused('programme-paused') when no edition of *row* may open."""
    if row.paused is not None:
        zone = ZoneInfo(row.programme.time_zone)
        since = row.paused.since.astimezone(zone).date()
        raise Refused("programme-paused", programme=row.programme.id, date=since)


def open_next_at(connection: Connection, programme_id: str, moment: datetime) -> None:
    """Let the next edition of *programme_id* open at *moment* (aware UTC), of which Prefect does not know yet."""
    where = update(PROGRAMMES).where(PROGRAMMES.c.id == programme_id)
    connection.execute(where.values(opens_at=moment, announced_in=None))


def latest_edition(
    connection: Connection, programme_id: str, before: int | None = None
) -> str | None:
    """The id of the latest edition of *programme_id*, of those *before* an edition when that is given."""
    chosen = select(DIALOGUES.c.id).where(DIALOGUES.c.programme_id == programme_id)
    if before is not None:
        chosen = chosen.where(DIALOGUES.c.edition < before)
    return connection.scalar(chosen.order_by(DIALOGUES.c.edition.desc()).limit(1))


def editions(connection: Connection, programme_id: str) -> set[int]:
    """The editions of *programme_id* that were opened."""
    chosen = select(DIALOGUES.c.edition).where(DIALOGUES.c.programme_id == programme_id)
    return set(connection.scalars(chosen))
