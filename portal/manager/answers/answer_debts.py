"""Answer debts: what is owed to each voice, how it was sent, and what they said of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from notifications.views.dialogue_view import DutyView
from notifications.views.names import addressee
from portal.shared.points_by_role import Seen, SeenPoint
from records.outbox.enqueue import BY_HAND, FAILED, PENDING
from records.queries import NoticeRow
from states.checks.status import has_unwritten, waiting_voices
from states.model.contributions import Verdict
from states.model.dialogue import Dialogue
from states.model.duties import DutyStatus, duty_name
from states.model.people import TellMeBy
from states.model.vocabulary import DutyKind, Template
from states.privacy.readers import A_MANAGER, A_MODERATOR
from states.privacy.seals import is_answered, is_sealed, may_know_notice, may_know_way
from states.privacy.visibility import wish_to_be_told
from states.steps.people.contact_ways import ANSWERS
from states.steps.permissions import is_a_no, strategy_signed, why_unanswerable


@dataclass(frozen=True)
class Debt:
    """The answer to one voice. It is addressed by its first point, so that no address of a page holds a hidden name."""

    seen: Seen
    voice: str
    rows: tuple[NoticeRow, ...]
    """The messages that carried an answer to this voice."""

    @property
    def by(self) -> str:
        """To whom it is owed, as far as the one who looks may know."""
        return self.seen.named(self.voice)

    @cached_property
    def points(self) -> list[SeenPoint]:
        """What they contributed and did not withdraw."""
        return [point for point in self.seen.points if point.source.voice == self.voice]

    @property
    def key(self) -> str:
        """The point that stands for it in addresses."""
        return self.points[0].id

    @property
    def sealed(self) -> bool:
        """Whether the moderator alone knows to whom it is owed."""
        return is_sealed(self.seen.dialogue, self.voice)

    @property
    def hidden(self) -> bool:
        """Whether the one who looks may not know to whom it is owed."""
        return self.seen.hides(self.voice)

    @cached_property
    def duty(self) -> DutyView | None:
        """The promise itself, while it was not withdrawn."""
        seen = self.seen
        duty = seen.dialogue.latest(duty_name(DutyKind.ANSWER_PARTICIPANT, self.voice))
        if duty is None or duty.status is DutyStatus.WITHDRAWN:
            return None
        return DutyView(seen.dialogue, duty, seen.now, seen.language)

    @cached_property
    def carrying(self) -> DutyView | None:
        """The duty to bring to a voice under seal what was written, while it is owed; the moderator's alone to know."""
        seen = self.seen
        duty = seen.dialogue.latest(duty_name(DutyKind.CARRY_ANSWER, self.voice))
        if duty is None or not duty.owed or not seen.opens_seals:
            return None
        return DutyView(seen.dialogue, duty, seen.now, seen.language)

    def objection(self, point: SeenPoint) -> DutyView | None:
        """The promised response to an objection against the answer on *point*."""
        seen = self.seen
        duty = seen.dialogue.latest(duty_name(DutyKind.ANSWER_DISPUTE, point.id))
        return DutyView(seen.dialogue, duty, seen.now, seen.language) if duty else None

    @property
    def writable(self) -> list[SeenPoint]:
        """The points on which an answer can be written now."""
        return [p for p in self.points if not why_unanswerable(self.seen.dialogue, p.source)]

    @property
    def tell_me_by(self) -> TellMeBy | None:
        """How they wish to be told, as far as the one who looks may know who they are."""
        seen = self.seen
        reader = A_MODERATOR if seen.opens_seals else A_MANAGER
        return wish_to_be_told(seen.dialogue, self.voice, reader)

    @property
    def call_first(self) -> bool:
        """Whether a no is still to be told, for which a call is proposed first."""
        return any(is_a_no(p.source) and not is_answered(p.source) for p in self.points)

    @property
    def call_sheet(self) -> str | None:
        """The page to call them with; None where the one who looks does not call them."""
        seat = None if self.hidden else self.seen.dialogue.stakeholder_of(self.voice)
        if seat is None or seat.at_risk is not False or seat.erased_at or not seat.contact.phone:
            return None
        return f"/dialogues/{self.seen.dialogue.id}/calls/{seat.id}"

    @property
    def signed(self) -> bool:
        """Whether the strategy was signed once: before that an answer could still change."""
        return strategy_signed(self.seen.dialogue)

    @property
    def answered(self) -> bool:
        """
        Whether every point has an answer that arrived.

        Of a hidden reader it is known only that it was written: how it travels would tell who has no email.
        """
        given = "written_at" if self.hidden else "delivered_at"
        return all(getattr(point.source, given) for point in self.points)

    @property
    def owed(self) -> bool:
        """Whether the promise still waits to be kept, as far as the one who looks may know."""
        kept = self.hidden and self.answered
        return self.duty is not None and self.duty.source.owed and not kept

    @property
    def late(self) -> bool:
        """Whether it is owed past its promise."""
        return self.duty is not None and self.owed and bool(self.duty.late)

    @property
    def arrived_at(self) -> datetime | None:
        """When the last of it arrived; None for anybody hidden."""
        arrived = [p.source.delivered_at for p in self.points if p.source.delivered_at]
        return max(arrived, default=None) if not self.hidden else None

    @property
    def waits(self) -> bool:
        """Whether they wait for an answer or a response; of a hidden reader only while it is to be written."""
        done = self.hidden and not has_unwritten(self.seen.dialogue, self.voice)
        return self.voice in waiting_voices(self.seen.dialogue) and not done

    @property
    def erased(self) -> bool:
        """Whether they were erased at their own wish; nothing is owed to them any more."""
        return self.seen.dialogue.is_erased(self.voice)

    @property
    def state(self) -> str:
        """Where the answer stands: a word of the page."""
        if self.erased:
            return "erased"
        if not self.hidden and self.duty and self.duty.source.status is DutyStatus.NOT_REACHED:
            return "not-reached"
        if self.hidden:
            return "sent" if self.answered else "unwritten"
        if self.answered:
            return "answered"
        last = self.rows[-1].status if self.rows else ""
        if any(p.source.written_at and not p.source.delivered_at for p in self.points):
            return "by-hand" if last == BY_HAND else "under-way"
        return "bounced" if last == FAILED else "unwritten"

    @property
    def by_hand(self) -> str | None:
        """Who cannot answer by mail, so that the one who looks writes down what they say; None for anybody hidden."""
        someone = None if self.hidden else self.seen.dialogue.stakeholder_of(self.voice)
        return someone.id if someone and not someone.email and not self.erased else None

    @property
    def verdict(self) -> Verdict | None:
        """What they said of the answer."""
        return self.seen.dialogue.verdicts.get(self.voice)

    @property
    def late_objection(self) -> bool:
        """Whether a response to an objection is late."""
        return any(view.late for p in self.disputed if (view := self.objection(p)))

    @property
    def disputed(self) -> list[SeenPoint]:
        """The points whose answer met an objection that waits for a response."""
        return [p for p in self.points if p.source.awaits_response]


def debts_of(seen: Seen, rows: Iterable[NoticeRow]) -> list[Debt]:
    """One debt for each voice, those that are still owed first, the longest promised at the top."""
    carried: dict[str, list[NoticeRow]] = {}
    for row in rows:
        if row.template in ANSWERS:
            carried.setdefault(row.to, []).append(row)
    voices = dict.fromkeys(point.source.voice for point in seen.points)
    found = [Debt(seen, voice, tuple(carried.get(voice, ()))) for voice in voices]
    return sorted(found, key=_urgency)


def _urgency(debt: Debt) -> tuple[bool, str]:
    """What is owed before what is done, the oldest promise first."""
    owed = [debt.duty] if not debt.answered else [debt.objection(p) for p in debt.disputed]
    days = [view.first.isoformat() for view in owed if view]
    return (not debt.waits, min(days, default=""))


@dataclass(frozen=True, slots=True)
class ByHandMessage:
    """A message that somebody without e-mail should hear by phone or letter."""

    number: int
    to: str
    template: Template


def waiting_by_hand(seen: Seen, rows: Iterable[NoticeRow], *, sealed: bool) -> list[ByHandMessage]:
    """What waits for a person's hand; *sealed*: also what is under seal, which nobody but the moderator sees."""
    waits = [
        r
        for r in rows
        if r.status == BY_HAND
        and r.sent_at is None
        and seen.dialogue.reader(r.to) is not None
        and (sealed or _may_be_brought(seen.dialogue, r))
    ]
    return [ByHandMessage(row.id, reader_of(seen, row.to), row.template) for row in waits]


def _may_be_brought(dialogue: Dialogue, row: NoticeRow) -> bool:
    """Whether a manager may know of *row*: nothing to a voice under seal, nor how words reach one."""
    told = may_know_notice(A_MANAGER, row.to, row.template, row.kind, row.duty)
    return told and may_know_way(dialogue, A_MANAGER, row.to)


def reader_of(seen: Seen, to: str) -> str:
    """Who was written to as *to*, as the one who looks may read it."""
    if seen.opens_seals and is_sealed(seen.dialogue, to):
        return seen.named(to)
    return addressee(seen.dialogue, to, seen.language)


__all__ = ["BY_HAND", "FAILED", "PENDING", "ByHandMessage", "Debt", "debts_of", "waiting_by_hand"]
