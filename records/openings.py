"""Opening an edition, by hand or by the yearly schedule, with what last year left open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from records import programmes
from records.loading import Held, Policies, Reader
from records.owed import debts_before
from records.programmes import ProgrammeRow
from records.writing import Decided, write_opening
from states.calendar import WorkCalendar
from states.dialogue import Dialogue
from states.errors import Refused
from states.information import Information
from states.opening import open_edition
from states.people import SYSTEM
from states.policy import Policy
from states.programme import Programme
from states.schedule import DEFAULT_HOUR, proposed_session


@dataclass(frozen=True, slots=True)
class Wish:
    """Which edition shall be opened; what is None is proposed."""

    by: str
    session_at: datetime | None = None
    edition: int | None = None
    information: Information | None = None
    tight: bool = True
    """Whether it is known how little time a near session leaves."""


@dataclass(frozen=True)
class Opener:
    """Opens editions inside the transaction of *connection*."""

    connection: Connection
    reader: Reader
    policies: Policies

    def open(self, row: ProgrammeRow, wish: Wish, now: datetime) -> tuple[Held, Decided]:
        """Open what *wish* says for the locked programme *row*. Raises Refused('edition-exists')."""
        programme, policy = row.programme, self.policies(row.programme.policy)
        session_at = wish.session_at or self._proposed(row, now)
        edition = wish.edition if wish.edition is not None else _year(programme, session_at)
        if programmes.has_edition(self.connection, programme.id, edition):
            raise Refused("edition-exists", programme=programme.id, edition=edition)
        decided = open_edition(
            programme,
            policy,
            session_at=session_at,
            edition=edition,
            information=wish.information,
            previous=self._previous(programme.id, edition),
            debts=debts_before(self.connection, programme.id, edition),
            by=wish.by,
            now=now,
            tight=wish.tight,
        )
        return write_opening(self.connection, decided, now, row.revision), decided

    def wish_of_schedule(self, row: ProgrammeRow, now: datetime) -> Wish | None:
        """What the schedule of the locked programme *row* asks for at *now*, if anything; its clock moves on."""
        if row.opens_at > now:
            return None
        session_at = self._proposed(row, programmes.move_on(self.connection, row, now))
        if session_at <= now:  # the machine was down for longer than the whole preparation takes
            session_at = self._proposed(row, now)
        edition = _year(row.programme, session_at)
        if programmes.has_edition(self.connection, row.programme.id, edition):
            return None
        return Wish(SYSTEM, session_at, edition)

    def _proposed(self, row: ProgrammeRow, opening: datetime) -> datetime:
        policy = self.policies(row.programme.policy)
        last = self._previous(row.programme.id)
        hour = last.session_at.astimezone(last.zone).time() if last else DEFAULT_HOUR
        calendar = calendar_of(row.programme, policy)
        return proposed_session(calendar, opening, policy.limits.session_lead_weeks, hour)

    def _previous(self, programme_id: str, before: int | None = None) -> Dialogue | None:
        found = programmes.latest_edition(self.connection, programme_id, before)
        return self.reader.read(self.connection, found, lock=True).dialogue if found else None


def _year(programme: Programme, session_at: datetime) -> int:
    return calendar_of(programme).day_of(session_at).year


def calendar_of(programme: Programme, policy: Policy | None = None) -> WorkCalendar:
    """The working calendar of *programme*, with the days off of its *policy*."""
    extra: Any = (*programme.holidays, *(policy.holidays if policy else ()))
    return WorkCalendar(programme.time_zone, programme.country, frozenset(extra))
