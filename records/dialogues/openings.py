"""Edition openings: by hand or by the yearly schedule, with what last year left open."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from records.dialogues import programmes
from records.dialogues.duty_queries import debts_before
from records.dialogues.persist import Decided, write_opening
from records.dialogues.programmes import ProgrammeRow
from records.dialogues.repository import DialogueReader, Policies, Snapshot
from states.language.errors import Refused
from states.model.calendar import calendar_of
from states.model.dialogue import Dialogue
from states.model.information import Information
from states.model.people import SYSTEM
from states.model.programme import Programme
from states.steps.opening import open_edition
from states.timing.schedule import SessionRule, opening_of_the_next, which_edition_is_due


@dataclass(frozen=True, slots=True)
class OpeningRequest:
    """Which edition shall be opened; what is None is proposed."""

    by: str
    session_at: datetime | None = None
    edition: int | None = None
    information: Information | None = None
    tight: bool = True
    """Whether it is known how little time a near session leaves."""


def session_rule(programme: Programme, policies: Policies) -> SessionRule:
    """How *programme* proposes its first session."""
    policy = policies(programme.policy)
    return SessionRule(calendar_of(programme, policy), policy.limits.session_lead_weeks)


Opened = tuple[Snapshot, Decided]
"""What stands now, and what was decided."""


@dataclass(frozen=True)
class Opener:
    """Opens editions inside the transaction of *connection*, and holds the lock of their programme to its end."""

    connection: Connection
    reader: DialogueReader
    policies: Policies

    def open(self, programme_id: str, asked: OpeningRequest, now: datetime) -> Opened:
        """Open what is *asked* for. Raises NotKnown('unknown-programme'), Refused('edition-exists', …)."""
        row = programmes.get(self.connection, programme_id, lock=True)
        programmes.require_not_paused(row)
        last = self._latest(programme_id)
        rule = self._session_rule(row.programme, last)
        session_at = asked.session_at or rule.session_after(now)
        edition = rule.edition_of(session_at) if asked.edition is None else asked.edition
        there = programmes.editions(self.connection, programme_id)
        if edition in there:
            raise Refused("edition-exists", programme=programme_id, edition=edition)
        opened = self._open(row, last, asked, (session_at, edition), now)
        self._settle(row, rule, there | {edition})
        return opened

    def settle_next(self, programme_id: str) -> None:
        """Let the next opening of *programme_id* be that of the next edition which is not open yet."""
        there = programmes.editions(self.connection, programme_id)
        if there:
            row = programmes.get(self.connection, programme_id, lock=True)
            self._settle(row, session_rule(row.programme, self.policies), there)

    def _settle(self, row: ProgrammeRow, rule: SessionRule, there: Collection[int]) -> None:
        opens_at = opening_of_the_next(row.programme.schedule, row.opens_at, rule, there)
        if opens_at != row.opens_at:
            programmes.open_next_at(self.connection, row.programme.id, opens_at)

    def open_due(self, programme_id: str, now: datetime) -> Opened | None:
        """Open what the schedule asks for, whose clock moves on; None: nothing is due, or it is paused."""
        row = programmes.get(self.connection, programme_id, lock=True)
        if row.paused is not None:
            return None
        last = self._latest(programme_id)
        rule = self._session_rule(row.programme, last)
        due = which_edition_is_due(row.programme.schedule, row.opens_at, rule, now)
        if due is None:
            return None
        there = programmes.editions(self.connection, programme_id)
        following = opening_of_the_next(
            row.programme.schedule, due.following, rule, there | {due.edition}
        )
        programmes.open_next_at(self.connection, programme_id, following)
        if due.edition in there:
            return None
        return self._open(row, last, OpeningRequest(SYSTEM), (due.session_at, due.edition), now)

    def _open(
        self,
        row: ProgrammeRow,
        last: Dialogue | None,
        asked: OpeningRequest,
        chosen: tuple[datetime, int],
        now: datetime,
    ) -> Opened:
        """Open the *chosen* session and edition, after the *last* one that there is."""
        programme, (session_at, edition) = row.programme, chosen
        later = last is not None and last.edition > edition
        decided = open_edition(
            programme,
            self.policies(programme.policy),
            session_at=session_at,
            edition=edition,
            information=asked.information,
            previous=self._latest(programme.id, edition) if later else last,
            debts=debts_before(self.connection, programme.id, edition),
            by=asked.by,
            now=now,
            tight=asked.tight,
        )
        return write_opening(self.connection, decided, now, row.revision), decided

    def _session_rule(self, programme: Programme, last: Dialogue | None) -> SessionRule:
        """How *programme* proposes its sessions: at the hour of the *last* one."""
        rule = session_rule(programme, self.policies)
        return rule._replace(hour=last.session_at.astimezone(last.zone).time()) if last else rule

    def _latest(self, programme_id: str, before: int | None = None) -> Dialogue | None:
        found = programmes.latest_edition(self.connection, programme_id, before)
        return self.reader.read(self.connection, found, lock=True).dialogue if found else None
