"""Delivery outcome: the mark in the outbox and what the law makes of it, in one transaction."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, null, select, text, update

from records.delivery.alert_cap import cap_alerts
from records.delivery.news import WAITS_AGAIN, behind_letters
from records.dialogues.persist import read_to_write, write_step
from records.dialogues.repository import DialogueReader, Snapshot
from records.engine.clock_guard import require_present
from records.engine.database import writing
from records.engine.pinned_connection import PinnedConnection
from records.engine.statements import CompiledStatement
from records.outbox.enqueue import (
    BY_HAND,
    FAILED,
    NOTICE_FIELDS,
    PENDING,
    SENT,
    SKIPPED,
    UNREAD,
    WITHDRAWN,
)
from records.outbox.sent_batch import Marks
from records.schema.core import ASKING_ONLY, NAMED_ONLY, NOTICES
from states.language.errors import NotKnown
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import PARTICIPANT
from states.model.vocabulary import DutyKind, Template
from states.steps.delivery import letters, pass_on, receipts, unread_reports
from states.steps.delivery.neutral_news import is_kept_quiet, next_news
from states.steps.draft import Decision

_ADDRESS = re.compile(r"[^\s<>@,;:\"']+@[^\s<>@,;:\"']+")
_REASON_LENGTH = 500
_CAN_BE_SENT = [
    PENDING,
    BY_HAND,
    WITHDRAWN,
]  # what left the house was sent, whatever changed meanwhile
_CAN_FAIL = [PENDING, BY_HAND, SENT]  # a message can bounce long after it was accepted

_DATE = "written_at"

LawAt = Callable[[Dialogue, Notice, datetime], Decision]


def _list_of(words: list[str]) -> str:
    """Words of ours as SQL: a list of parameters would be written out anew for each mark."""
    return ", ".join(f"'{word}'" for word in words)


def _mark_sent(unless: Iterable[str]) -> CompiledStatement:
    """The mark of one notice, *unless* its template is one of these."""
    chosen = update(NOTICES).where(
        NOTICES.c.id == bindparam("of_notice"),
        text(f"status IN ({_list_of(_CAN_BE_SENT)})"),
        text(f"template NOT IN ({_list_of(sorted(unless))})"),
    )
    marked = chosen.values(
        status=text(f"'{SENT}'"), channel=bindparam("by_channel"), sent_at=bindparam("moment"), error=null(),
        claimed_by=null(), claimed_until=null(),
    )  # fmt: skip
    return CompiledStatement(marked, ["of_notice", "by_channel", "moment"])


_MARK_SENT = _mark_sent(receipts.MATTERS)
_MARK_IN_ROUND = _mark_sent(receipts.MATTERS - {Template.INVITATION})
"""In a round the law is asked once for all invitations of a dialogue, after the marks (`settle`)."""
_INVITED = CompiledStatement(
    select(NOTICES.c.to)
    .where(
        NOTICES.c.dialogue_id == bindparam("of_dialogue"),
        text("template = 'invitation'"),
        ASKING_ONLY,
        text(f"status = '{SENT}'"),
    )
    .order_by(NOTICES.c.id),
    ["of_dialogue"],
)
"""To whom an invitation went; which of them the law still waits for, the dialogue knows."""


def without_addresses(reason: str) -> str:
    """*reason* without any address: the outbox must not tie a pseudonym to a person."""
    return _ADDRESS.sub("<address>", reason)[:_REASON_LENGTH]


@dataclass
class Deliveries:
    """The marks in the outbox of *engine*; *reader* loads the dialogues that they change."""

    engine: Engine
    reader: DialogueReader
    _marks: Marks = field(init=False)
    _round: Marks = field(init=False)

    def __post_init__(self) -> None:
        self._marks = Marks(self.engine, _MARK_SENT)
        self._round = Marks(self.engine, _MARK_IN_ROUND)

    def record_delivered(
        self, notice_id: int, channel: str, now: datetime, pinned: PinnedConnection | None
    ) -> bool:
        """
        Mark the notice as sent; the law is asked only about templates for which delivery matters.

        With a *pinned* this is a round, which lets the law `settle` the invitations of a dialogue together.
        """
        require_present(self.engine, now)
        values = {"of_notice": notice_id, "by_channel": channel, "moment": now}
        marks = self._marks if pinned is None else self._round
        if marks.put(values, pinned):
            return True

        mark = {"status": SENT, "channel": channel, "sent_at": now, "error": None}
        change = _Change(notice_id, _CAN_BE_SENT, mark)
        return self._settle(change, receipts.record_delivered, now)

    def letter_delivered(self, notice_ids: Sequence[int], channel: str, now: datetime) -> bool:
        """Mark the notices of one letter as sent; none of them is one for which delivery matters."""
        given = {"by_channel": channel, "moment": now}
        rows = [{"of_notice": number, **given} for number in notice_ids]
        with writing(self.engine, now) as connection:
            return _MARK_IN_ROUND.run(connection, rows) > 0

    def undeliverable(self, notice_id: int, channel: str, reason: str, now: datetime) -> bool:
        """Mark the letter of the notice as failed for good, with the facts that follow and one alert."""
        why = without_addresses(reason)
        mark = {"status": FAILED, "channel": channel, "error": why}
        written: list[Snapshot] = []
        with writing(self.engine, now) as connection:
            for dialogue_id, ids in _letter_of(connection, notice_id).items():
                held = read_to_write(connection, self.reader, dialogue_id, now)
                found = {number: _notice_in(connection, number, _CAN_FAIL) for number in ids}
                failed = {number: notice for number, notice in found.items() if notice}
                if not failed:
                    continue
                notices = list(failed.values())
                behind = behind_letters(connection, held.dialogue, notices)
                law = letters.undeliver(
                    held.dialogue, notices, why, now, alert=not written, behind=[*behind.values()]
                )
                decided = cap_alerts(connection, law, now)
                written.append(write_step(connection, held, decided, now))
                marks = dict.fromkeys(failed, mark) | dict.fromkeys(behind, WAITS_AGAIN)
                for number, what in marks.items():
                    _mark(connection, number, what)
        for after in written:
            self.reader.remember(after)
        return bool(written)

    def report_unread(self, notice_id: int, now: datetime) -> bool:
        """Put down, once, that a report about the notice waits to be read by a person."""
        return self._report(notice_id, now, unread_reports.record_unread, to_read=True)

    def report_looked_at(self, notice_id: int, by: str, now: datetime) -> bool:
        """Put down that *by* read the report about the notice that waited, and that nothing is wrong."""
        return self._report(
            notice_id, now, partial(unread_reports.dismiss_report, by=by), to_read=False
        )

    def _report(self, notice_id: int, now: datetime, law: LawAt, *, to_read: bool) -> bool:
        """A report is *to_read* from now on, or was read; False: it is so already."""
        with writing(self.engine, now) as connection:
            held = self._snapshot(connection, notice_id, now)
            notice = _notice_in(connection, notice_id, [SENT])
            if notice is None or (self._error(connection, notice_id) == UNREAD) is to_read:
                return False
            written = write_step(connection, held, law(held.dialogue, notice, now), now)
            _mark(connection, notice_id, {"error": UNREAD if to_read else None})
        self.reader.remember(written)
        return True

    def settle(self, dialogue_id: str, now: datetime) -> int:
        """Let the law say what follows from the invitations of a dialogue that were marked; how many there were."""
        with writing(self.engine, now) as connection:
            held = read_to_write(connection, self.reader, dialogue_id, now)
            went = _INVITED.rows(connection, {"of_dialogue": dialogue_id})
            waits = {duty.whom for duty in held.dialogue.owed(DutyKind.INVITE_STAKEHOLDER)}
            invited = [to for to in dict.fromkeys(to for (to,) in went) if to in waits]
            if not invited:
                return 0
            decided = receipts.all_arrived(held.dialogue, invited, now)
            written = write_step(connection, held, decided, now)
        self.reader.remember(written)
        return len(invited)

    def by_hand(self, notice_id: int, now: datetime) -> bool:
        """Let the notice wait for a person's hand, and give that person the task, once."""
        with writing(self.engine, now) as connection:
            held = self._snapshot(connection, notice_id, now)
            notice = _notice_in(connection, notice_id, [PENDING])
            if notice is None:
                return False
            if is_kept_quiet(held.dialogue, notice):
                _mark(connection, notice_id, {"status": SKIPPED, "error": "last-day-instead"})
                return True
            decided = pass_on.by_hand(held.dialogue, notice, now)
            written = write_step(connection, held, decided, now)
            _mark(connection, notice_id, _no_mail(held.dialogue, notice, now))
        self.reader.remember(written)
        return True

    def _error(self, connection: Connection, notice_id: int) -> str | None:
        return connection.scalar(select(NOTICES.c.error).where(NOTICES.c.id == notice_id))

    def _settle(self, change: "_Change", law: LawAt, now: datetime) -> bool:
        """Mark one notice and write what the law makes of it, in one transaction; False: it is settled already."""
        with writing(self.engine, now) as connection:
            held = self._snapshot(connection, change.notice_id, now)
            found = _dated_in(connection, change.notice_id, change.allowed)
            if found is None:
                return False
            notice, at = found
            # Nothing arrives before it was written, whatever the moment at which that is said.
            arrived = max(at, now)
            decided = cap_alerts(connection, law(held.dialogue, notice, arrived), arrived)
            written = write_step(connection, held, decided, arrived)
            _mark(connection, change.notice_id, change.mark)
        self.reader.remember(written)
        return True

    def _snapshot(self, connection: Connection, notice_id: int, now: datetime) -> Snapshot:
        chosen = select(NOTICES.c.dialogue_id).where(NOTICES.c.id == notice_id)
        dialogue_id = connection.scalar(chosen)
        if dialogue_id is None:
            raise NotKnown("unknown-notice", notice=notice_id)
        return read_to_write(connection, self.reader, dialogue_id, now)


def _letter_of(connection: Connection, notice_id: int) -> dict[str, list[int]]:
    """The notices of the letter in which *notice_id* went, by dialogue; it alone when it has none yet."""
    chosen = select(NOTICES.c.dialogue_id, NOTICES.c.message_id).where(NOTICES.c.id == notice_id)
    row = connection.execute(chosen).one_or_none()
    if row is None:
        raise NotKnown("unknown-notice", notice=notice_id)
    if row.message_id is None:
        return {row.dialogue_id: [notice_id]}
    same = select(NOTICES.c.dialogue_id, NOTICES.c.id)
    same = same.where(NAMED_ONLY, NOTICES.c.message_id == row.message_id)
    found: dict[str, list[int]] = {}
    for dialogue_id, number in connection.execute(
        same.order_by(NOTICES.c.dialogue_id, NOTICES.c.id)
    ):
        found.setdefault(dialogue_id, []).append(number)
    return found


class _Change(NamedTuple):
    """Which notice is marked, from which statuses, as what."""

    notice_id: int
    allowed: list[str]
    mark: dict[str, Any]


def _no_mail(dialogue: Dialogue, notice: Notice, now: datetime) -> dict[str, Any]:
    """A role's dead address has failed; what nobody here can open waits for the morning's neutral letter."""
    if dialogue.is_locked(notice.to):
        return {"status": BY_HAND, "message_id": None, "next_try_at": next_news(dialogue, now)}
    holder = dialogue.holder(notice.to)
    if notice.role != PARTICIPANT and holder and holder.email:
        return {"status": FAILED, "error": "way-failed", "message_id": None}
    return {"status": BY_HAND, "message_id": None}


def _notice_in(connection: Connection, notice_id: int, allowed: list[str]) -> Notice | None:
    found = _dated_in(connection, notice_id, allowed)
    return None if found is None else found[0]


def _dated_in(
    connection: Connection, notice_id: int, allowed: list[str]
) -> tuple[Notice, datetime] | None:
    """The notice, and when it was written."""
    columns = [NOTICES.c[name] for name in NOTICE_FIELDS]
    chosen = select(NOTICES.c.at.label(_DATE), *columns)
    chosen = chosen.where(NOTICES.c.id == notice_id, NOTICES.c.status.in_(allowed))
    row = connection.execute(chosen).mappings().one_or_none()
    if row is None:
        return None
    fields = dict(row)
    at: datetime = fields.pop(_DATE)
    return Notice(**fields), at


def _mark(connection: Connection, notice_id: int, mark: dict[str, Any]) -> None:
    freed = {"claimed_by": None, "claimed_until": None}
    chosen = update(NOTICES).where(NOTICES.c.id == notice_id)
    connection.execute(chosen.values({**freed, **mark}))
