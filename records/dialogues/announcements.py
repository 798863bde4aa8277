"""
Announcement ledger: which programmes' next openings stand in Prefect as they are now.

A row names the deployment of Prefect that has its opening, and forgets it with every change of that opening. So a
Prefect that lost its database has another deployment, in which nothing stands yet, and all is announced anew.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Engine,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    update,
)

from records.dialogues.openings import session_rule
from records.dialogues.programmes import NOT_PAUSED
from records.dialogues.repository import Policies, programme_of
from records.engine.database import reading, writing
from records.schema.core import PROGRAMMES
from states.model.programme import Programme

_log = logging.getLogger(__name__)
_P = PROGRAMMES.c


class ComingOpening(NamedTuple):
    """The next opening of a programme: which *edition* it will probably be, when (UTC), and what says so."""

    programme_id: str
    edition: int
    opens_at: datetime
    revision: int
    paused: bool = False
    """Whether nothing opens until somebody lets it; then no run of it should wait."""


class Announced(NamedTuple):
    """How many openings after now stand in a deployment, and some of those that do not stand there as they are."""

    standing: int
    missing: list[ComingOpening]


def announced_openings(
    engine: Engine, policies: Policies, deployment: str, now: datetime, limit: int
) -> Announced:
    """What stands in *deployment* (its id) at *now* (aware UTC), and up to *limit* of what is missing: one question."""
    coming = and_(_P.announced_in == deployment, _P.opens_at > now, NOT_PAUSED)
    standing = select(func.count().label("standing")).where(coming).subquery()
    missing = select(*_OPENING).where(_is_elsewhere(deployment)).limit(limit).subquery()
    both = select(standing.c.standing, missing).outerjoin_from(standing, missing, true())
    with reading(engine) as connection:
        rows = connection.execute(both).all()
    found = [_opening(row, policies) for row in rows if row.document is not None]
    return Announced(rows[0].standing, found)


def coming_opening(engine: Engine, policies: Policies, programme_id: str) -> ComingOpening | None:
    """The next opening of *programme_id*; None when it is not known."""
    with reading(engine) as connection:
        row = connection.execute(select(*_OPENING).where(_P.id == programme_id)).one_or_none()
    return None if row is None else _opening(row, policies)


_OPENING = (_P.document, _P.opens_at, _P.revision, _P.paused_at)


def _is_elsewhere(deployment: str) -> ColumnElement[bool]:
    """Written as ranges: an index is no help with what is not equal."""
    there = _P.announced_in
    return or_(there.is_(None), there < deployment, there > deployment)


def _opening(row: Any, policies: Policies) -> ComingOpening:  # noqa: ANN401 - a database row
    programme = programme_of(row.document)
    edition = _edition_of(programme, row.opens_at, policies)
    paused = row.paused_at is not None
    return ComingOpening(programme.id, edition, row.opens_at, row.revision, paused)


def _edition_of(programme: Programme, opens_at: datetime, policies: Policies) -> int:
    """The year of the session that will be proposed; of the opening itself, where that cannot be told."""
    try:
        rule = session_rule(programme, policies)
        return rule.edition_of(rule.session_after(opens_at))
    except Exception:  # noqa: BLE001 - one programme must not keep the others from being announced
        _log.exception("the next session of %s could not be foreseen", programme.id)
        return opens_at.year


def mark_announced(engine: Engine, deployment: str, openings: Sequence[ComingOpening]) -> None:
    """Note that *openings* stand in *deployment*; not of those that somebody changed since they were read."""
    if not openings:
        return
    unchanged = and_(
        _P.id == bindparam("of"),
        _P.revision == bindparam("then"),
        _P.opens_at == bindparam("at", type_=_P.opens_at.type),
        _P.paused_at.is_not(None) == bindparam("stopped", type_=Boolean()),
    )
    rows = [
        {
            "of": one.programme_id,
            "then": one.revision,
            "at": one.opens_at,
            "stopped": one.paused,
        }
        for one in openings
    ]
    with writing(engine) as connection:
        connection.execute(
            update(PROGRAMMES).where(unchanged).values(announced_in=deployment), rows
        )


def forget_announced(engine: Engine, programme_ids: Iterable[str]) -> None:
    """Let the next openings of *programme_ids* be announced anew."""
    rows = [{"of": programme_id} for programme_id in programme_ids]
    if rows:
        chosen = update(PROGRAMMES).where(_P.id == bindparam("of")).values(announced_in=None)
        with writing(engine) as connection:
            connection.execute(chosen, rows)


def standing_openings(engine: Engine, deployment: str) -> dict[str, datetime]:
    """When each programme opens next, of those that stand in *deployment*; none that is paused."""
    chosen = select(_P.id, _P.opens_at).where(_P.announced_in == deployment, NOT_PAUSED)
    with reading(engine) as connection:
        return {row.id: row.opens_at for row in connection.execute(chosen)}
