"""Schema of the core: the tables of programmes, dialogues, duties, the journal, the outbox and the sweeps."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, TextClause, UniqueConstraint, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from records.engine.column_types import BigId, JsonDocument, Packed, Word
from records.schema.base import CLUSTERED, Base, table_of
from states.model.dialogue import Phase
from states.model.duties import DutyStatus
from states.model.information import Information, InterimWord
from states.model.vocabulary import DutyKind, FactName, Template
from states.values.promised_days import Postponement, Reckoning

_WORDS = tuple[str, ...]


class ProgrammeTable(Base):
    """A company's recurring dialogue."""

    __tablename__ = "programmes"

    id: Mapped[str] = mapped_column(primary_key=True, comment="The short name of the programme")
    document: Mapped[str] = mapped_column(
        comment="The programme as JSON: roles, calendar, schedule, policy values"
    )
    revision: Mapped[int] = mapped_column(comment="Rises with every change of the document")
    opens_at: Mapped[datetime] = mapped_column(
        index=True, comment="When the yearly cycle opens next"
    )
    applied_at: Mapped[datetime] = mapped_column(comment="When the document changed last")
    time_zone: Mapped[str] = mapped_column(
        index=True, comment="The zone of its clock, as the document says"
    )
    announced_in: Mapped[str | None] = mapped_column(
        comment="In which deployment of Prefect its next opening stands; empty: not as it is now"
    )
    paused_at: Mapped[datetime | None] = mapped_column(
        comment="Since when no new edition opens and no overview is written; empty: not so"
    )
    paused_by: Mapped[str | None] = mapped_column(comment="Who paused it: a role, or operator")
    pause_reason: Mapped[str | None] = mapped_column(
        comment="Why, as people of the company may read it"
    )


class DialogueTable(Base):
    """One edition: its scalar values and the head of its journal."""

    __tablename__ = "dialogues"
    __table_args__ = (UniqueConstraint("programme_id", "edition"),)

    id: Mapped[str] = mapped_column(primary_key=True, comment="Programme and edition")
    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), comment="The programme it belongs to"
    )
    edition: Mapped[int] = mapped_column(comment="The year of the session")
    phase: Mapped[Phase] = mapped_column(Word(Phase), comment="Where it stands")
    phase_since: Mapped[datetime] = mapped_column(comment="Since when it stands there")
    opened_at: Mapped[datetime] = mapped_column(comment="When the edition was opened")
    session_at: Mapped[datetime] = mapped_column(
        comment="When the session takes place, S of all rules"
    )
    information: Mapped[Information] = mapped_column(
        Packed(Information), comment="The eight fields of the invitation"
    )
    summary_published_at: Mapped[datetime | None] = mapped_column(
        comment="When the summary went out"
    )
    echoed_at: Mapped[datetime | None] = mapped_column(comment="When the expectations were echoed")
    agenda_changes: Mapped[str | None] = mapped_column(
        comment="What changed in the agenda because of them"
    )
    signed_at: Mapped[datetime | None] = mapped_column(comment="When the strategy was signed")
    no_contributions: Mapped[str | None] = mapped_column(
        comment="Why nothing was contributed, if nothing was"
    )
    calendar_sequence: Mapped[int] = mapped_column(
        comment="The SEQUENCE of the session's calendar entry"
    )
    management: Mapped[dict[str, bool]] = mapped_column(
        JsonDocument(), comment="Which roles were present at the session"
    )
    failed_ways: Mapped[dict[str, str]] = mapped_column(
        JsonDocument(), comment="To whom mail failed for good, with a mark of the address"
    )
    agreed: Mapped[dict[str, Any]] = mapped_column(
        JsonDocument(),
        comment="To whose taking of which role the confidant or the moderator agreed",
    )
    lessons: Mapped[tuple[str, ...]] = mapped_column(Packed(_WORDS), comment="What was learned")
    interim_words: Mapped[tuple[InterimWord, ...]] = mapped_column(
        Packed(tuple[InterimWord, ...]), comment="What was told in between, JSON"
    )
    revision: Mapped[int] = mapped_column(
        comment="Rises with every step and every sweep that touched it"
    )
    head_seq: Mapped[int] = mapped_column(comment="The number of the last fact in the journal")
    head_hash: Mapped[str] = mapped_column(comment="The hash of the last fact in the journal")


class DutyTable(Base):
    """Who owes what to whom by when."""

    __tablename__ = "duties"
    __table_args__ = (UniqueConstraint("dialogue_id", "name"),)

    id: Mapped[int] = mapped_column(
        BigId, primary_key=True, comment="A counting key, for the sweep"
    )
    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), comment="The dialogue it belongs to"
    )
    name: Mapped[str] = mapped_column(comment="What people call it: answer-participant/union-bd")
    kind: Mapped[DutyKind] = mapped_column(comment="The kind of duty")
    whom: Mapped[str | None] = mapped_column(
        comment="Stakeholder, pseudonym, contribution or commitment"
    )
    round: Mapped[int] = mapped_column(comment="The round of a dispute, otherwise 1")
    owner: Mapped[str] = mapped_column(comment="The role that owes it, or 'participant'")
    due: Mapped[datetime] = mapped_column(comment="The promised moment")
    first_due: Mapped[datetime] = mapped_column(
        comment="The first promised moment, from which lateness counts"
    )
    day: Mapped[date | None] = mapped_column(comment="The promised local day that ends at due")
    first_day: Mapped[date | None] = mapped_column(comment="The first promised local day")
    status: Mapped[DutyStatus] = mapped_column(Word(DutyStatus), comment="Where it stands")
    opened_at: Mapped[datetime] = mapped_column(comment="When it was opened")
    ended_at: Mapped[datetime | None] = mapped_column(
        comment="When it was met, withdrawn or closed as no answer"
    )
    lapsed_at: Mapped[datetime | None] = mapped_column(comment="When it lapsed; stays for ever")
    version: Mapped[int] = mapped_column(comment="Rises when its moment is moved")
    lapsed_version: Mapped[int] = mapped_column(comment="The version whose due moment has passed")
    waiting: Mapped[str | None] = mapped_column(comment="The voice that waits for it")
    asked: Mapped[Template | None] = mapped_column(
        comment="The message whose arrival sets its clock"
    )
    covers: Mapped[tuple[Template, ...]] = mapped_column(
        Packed(tuple[Template, ...]), comment="To pass on, JSON"
    )
    kept: Mapped[bool] = mapped_column(comment="Whether only keepers of seals hear of it")
    rung: Mapped[int] = mapped_column(comment="Index in its ladder of the next rung")
    next_at: Mapped[datetime | None] = mapped_column(
        comment="When time acts next on it; empty: never again"
    )
    reckoning: Mapped[Reckoning] = mapped_column(
        Packed(Reckoning), comment="How the due moment was computed, JSON"
    )
    postponements: Mapped[tuple[Postponement, ...]] = mapped_column(
        Packed(tuple[Postponement, ...]), comment="Moved promises with reasons, JSON"
    )
    error: Mapped[str | None] = mapped_column(comment="Why the last sweep could not act on it")
    error_at: Mapped[datetime | None] = mapped_column(
        comment="Since when the sweep cannot act on it"
    )


class FactTable(Base):
    """The journal: what happened, never changed, each entry bound to the one before it."""

    __tablename__ = "facts"
    __table_args__ = (CLUSTERED,)

    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), primary_key=True, comment="The dialogue it happened in"
    )
    seq: Mapped[int] = mapped_column(primary_key=True, comment="1, 2, 3 … without gaps")
    at: Mapped[datetime] = mapped_column(comment="When it was written")
    fact: Mapped[FactName] = mapped_column(comment="What happened")
    actor: Mapped[str] = mapped_column(comment="Who did it, 'system' for the clock")
    subject: Mapped[str] = mapped_column(comment="What it happened to")
    detail: Mapped[str] = mapped_column(
        comment="Ids, dates and counts as canonical JSON; never personal text"
    )
    prev: Mapped[str] = mapped_column(comment="The hash of the entry before it")
    hash: Mapped[str] = mapped_column(comment="SHA-256 over prev and this entry")


class NoticeTable(Base):
    """The outbox: one message to one person because of one rung or one fact."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("dialogue_id", "cause", "to"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, comment="A counting key")
    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), comment="The dialogue it is about"
    )
    cause: Mapped[str] = mapped_column(
        comment="duty:<name>:v<version>:<rung> or fact:<seq>:<template>"
    )
    to: Mapped[str] = mapped_column(
        comment="A role, a stakeholder or a pseudonym; never an address"
    )
    role: Mapped[str] = mapped_column(comment="In which capacity they get it")
    template: Mapped[Template] = mapped_column(comment="The message folder")
    duty: Mapped[str | None] = mapped_column(comment="The duty it reminds of")
    kind: Mapped[DutyKind | None] = mapped_column(comment="The kind of that duty")
    rung: Mapped[str | None] = mapped_column(comment="The rung of its ladder")
    version: Mapped[int] = mapped_column(comment="The version of the duty when it was written")
    detail: Mapped[dict[str, Any]] = mapped_column(
        JsonDocument(), comment="What the message needs beyond the dialogue"
    )
    at: Mapped[datetime] = mapped_column(comment="When it was put in the outbox")
    status: Mapped[str] = mapped_column(
        comment="pending, by-hand, sent, failed, withdrawn or skipped"
    )
    channel: Mapped[str | None] = mapped_column(comment="The channel that accepted or refused it")
    attempts: Mapped[int] = mapped_column(comment="How often sending was tried")
    next_try_at: Mapped[datetime] = mapped_column(comment="Not to be tried before this moment")
    claimed_by: Mapped[str | None] = mapped_column(comment="The worker that is sending it")
    claimed_until: Mapped[datetime | None] = mapped_column(comment="When that worker's lease ends")
    sent_at: Mapped[datetime | None] = mapped_column(comment="When a channel accepted it")
    error: Mapped[str | None] = mapped_column(comment="Why it was not sent; addresses left out")
    message_id: Mapped[str | None] = mapped_column(comment="The letter in which it goes")


class LetterTable(Base):
    """What goes out as one message: all of one kind that one reader gets on one day, or a single notice by itself."""

    __tablename__ = "letters"
    __table_args__ = (CLUSTERED,)

    message_id: Mapped[str] = mapped_column(
        primary_key=True, comment="Its Message-ID before the @, the same at every try"
    )
    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), comment="The programme it comes from"
    )
    reader: Mapped[str] = mapped_column(
        comment="A digest of who reads it, the same for all their roles and editions"
    )
    kind: Mapped[str] = mapped_column(comment="alerts, tasks or own")
    day: Mapped[str] = mapped_column(comment="The local day of the programme, like 2022-09-08")
    made_at: Mapped[datetime] = mapped_column(comment="When it was first put together")


class SweepTable(Base):
    """When the engine ran and what it did."""

    __tablename__ = "sweeps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, comment="A counting key")
    began_at: Mapped[datetime] = mapped_column(comment="The moment it was given as now")
    ended_at: Mapped[datetime | None] = mapped_column(
        comment="The same moment once it finished; empty: it did not"
    )
    duties: Mapped[int] = mapped_column(comment="On how many duties time acted")
    notices: Mapped[int] = mapped_column(comment="How many notices it wrote")
    lapses: Mapped[int] = mapped_column(comment="How many duties lapsed")
    no_answers: Mapped[int] = mapped_column(comment="How many duties were closed as no answer")
    skipped: Mapped[int] = mapped_column(comment="How many rungs were skipped")
    failed: Mapped[int] = mapped_column(comment="On how many duties it could not act")


_d, _n = DutyTable, NoticeTable
_ACTS_NEXT = text("next_at IS NOT NULL")
# Written out, because SQLite uses a partial index only for a condition that it can read while planning.
LAPSED_ONLY = text("status = 'lapsed'")
POISONED_ONLY = text("error IS NOT NULL")
PENDING_ONLY = text("status = 'pending'")
UNSENT_ONLY = text("status IN ('pending', 'by-hand')")
TROUBLED_ONLY = text("status IN ('by-hand', 'failed')")
NAMED_ONLY = text("message_id IS NOT NULL")
DAILY_ONLY = text("kind <> 'own'")
ASKING_ONLY = text("template IN ('invitation', 'invitation-accepted', 'summary-to-check')")


def _partial(name: str, where: TextClause, *columns: InstrumentedAttribute[Any]) -> None:
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


Index("ix_programmes_announced_in", ProgrammeTable.announced_in, ProgrammeTable.opens_at)
_partial("ix_duties_next_at_id", _ACTS_NEXT, _d.next_at, _d.id)
_partial("ix_duties_lapsed", LAPSED_ONLY, _d.first_due, _d.id)
_partial("ix_duties_poisoned", POISONED_ONLY, _d.id)
_partial("ix_notices_pending", PENDING_ONLY, _n.next_try_at, _n.id)
_partial("ix_notices_unsent", UNSENT_ONLY, _n.dialogue_id, _n.duty)
_partial("ix_notices_troubled", TROUBLED_ONLY, _n.status, _n.id)
_partial("ix_notices_message_id", NAMED_ONLY, _n.message_id)
Index(
    "uq_letters_daily",
    LetterTable.programme_id,
    LetterTable.reader,
    LetterTable.kind,
    LetterTable.day,
    unique=True,
    sqlite_where=DAILY_ONLY,
    postgresql_where=DAILY_ONLY,
)
_partial("ix_notices_asking", ASKING_ONLY, _n.dialogue_id, _n.duty)
Index("ix_sweeps_began_at", SweepTable.began_at)

PROGRAMMES, DIALOGUES = table_of(ProgrammeTable), table_of(DialogueTable)
DUTIES, LETTERS = table_of(DutyTable), table_of(LetterTable)
FACTS, NOTICES, SWEEPS = table_of(FactTable), table_of(NoticeTable), table_of(SweepTable)
