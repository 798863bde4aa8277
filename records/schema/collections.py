"""Schema of collections: one table for each collection of a dialogue, with the fields of its values."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from records.engine.column_types import Packed, Word
from records.schema.base import CLUSTERED, Base, table_of
from states.model.contributions import Attribution, Change, LineVerdict, Outcome
from states.model.dialogue import Phase
from states.model.people import Invitation, Layer, TellMeBy
from states.model.relays import Before
from states.model.vocabulary import CheckName, Step


class Piece(Base):
    """What all collections share: the dialogue, the id within it, and the order in which they came."""

    __abstract__ = True
    __table_args__ = (CLUSTERED,)

    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"),
        primary_key=True,
        sort_order=-3,
        comment="The dialogue it belongs to",
    )
    id: Mapped[str] = mapped_column(
        primary_key=True, sort_order=-2, comment="What people call it in that dialogue"
    )
    position: Mapped[int] = mapped_column(
        BigInteger, sort_order=-1, comment="The order in which they came"
    )


class RiskTable(Piece):
    """Salient risks in the chain."""

    __tablename__ = "risks"

    theme: Mapped[str] = mapped_column(comment="What the risk is")
    country: Mapped[str] = mapped_column(comment="Where it is")
    tier: Mapped[int] = mapped_column(comment="How deep in the chain")
    group: Mapped[str] = mapped_column(comment="Who is affected")
    weight: Mapped[int] = mapped_column(comment="Severity and likelihood, 1 to 5")


class ChainDialogueTable(Piece):
    """Dialogues held in production countries."""

    __tablename__ = "chain_dialogues"

    risk: Mapped[str] = mapped_column(comment="The risk it covers")
    place: Mapped[str] = mapped_column(comment="Where it was held")
    partner: Mapped[str] = mapped_column(comment="With whom")
    held: Mapped[date] = mapped_column(comment="On which day")


class StakeholderTable(Piece):
    """Who is mapped, and how far they have come. Names and addresses of participants live here only."""

    __tablename__ = "stakeholders"

    name: Mapped[str] = mapped_column(comment="Their name")
    organisation: Mapped[str] = mapped_column(comment="For whom they come")
    category: Mapped[str] = mapped_column(comment="Union, ngo, supplier …")
    country: Mapped[str] = mapped_column(comment="Where they live")
    language: Mapped[str] = mapped_column(comment="In which language they read")
    layer: Mapped[Layer] = mapped_column(
        Word(Layer), comment="How close they stand to those affected"
    )
    critical: Mapped[bool] = mapped_column(comment="Whether they are a critical voice")
    at_risk: Mapped[bool | None] = mapped_column(
        comment="Whether speaking endangers them; empty: not decided"
    )
    speaks_for: Mapped[tuple[str, ...]] = mapped_column(
        Packed(tuple[str, ...]), comment="Risks they speak for, JSON"
    )
    replaces: Mapped[str | None] = mapped_column(comment="Whom they replace")
    email: Mapped[str | None] = mapped_column(comment="Their address")
    phone: Mapped[str | None] = mapped_column(comment="Their telephone")
    postal_address: Mapped[str | None] = mapped_column(comment="Where letters reach them")
    safe_hours: Mapped[str | None] = mapped_column(comment="When they can be called safely")
    time_zone: Mapped[str | None] = mapped_column(comment="Where their clock stands")
    mapped_at: Mapped[datetime] = mapped_column(comment="When they were mapped")
    invitation: Mapped[Invitation] = mapped_column(
        Word(Invitation), comment="Where their invitation stands"
    )
    invited_at: Mapped[datetime | None] = mapped_column(comment="When they were invited")
    declined_at: Mapped[datetime | None] = mapped_column(comment="When they declined")
    decline_reason: Mapped[str | None] = mapped_column(comment="Why they declined")
    expectation: Mapped[str | None] = mapped_column(comment="What they expect")
    success_test: Mapped[str | None] = mapped_column(
        comment="What would show them that they were heard"
    )
    tell_me_by: Mapped[TellMeBy | None] = mapped_column(
        Word(TellMeBy), comment="How they wish to be told what was done with it"
    )
    present: Mapped[bool | None] = mapped_column(comment="Whether they attended")
    absence_reason: Mapped[str | None] = mapped_column(comment="Why they did not attend")
    erasure_wish: Mapped[str | None] = mapped_column(comment="What they asked to be erased")
    erasure_refusal: Mapped[str | None] = mapped_column(comment="Why that was declined")
    erasure_granted_at: Mapped[datetime | None] = mapped_column(comment="When it was granted")
    erased_at: Mapped[datetime | None] = mapped_column(comment="When they were erased")
    took_part: Mapped[bool] = mapped_column(comment="Whether they said yes to an earlier edition")
    calendar_wanted: Mapped[bool] = mapped_column(
        comment="Whether they, at risk, asked for the session in their calendar"
    )
    unsafe: Mapped[tuple[str, ...]] = mapped_column(
        Packed(tuple[str, ...]), comment="Ways that are never used again, JSON"
    )
    left_ways: Mapped[tuple[str, ...]] = mapped_column(
        Packed(tuple[str, ...]), comment="Addresses that were replaced, JSON"
    )


class HelperTable(Piece):
    """Who reaches people by hand in their language."""

    __tablename__ = "helpers"

    name: Mapped[str] = mapped_column(comment="Their name, or that of their organisation")
    organisation: Mapped[str] = mapped_column(comment="For whom they come")
    language: Mapped[str] = mapped_column(comment="Which language they speak")
    email: Mapped[str | None] = mapped_column(comment="Their address")
    phone: Mapped[str | None] = mapped_column(comment="Their telephone")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When they stopped helping")


class OverrideTable(Piece):
    """Soft checks passed by hand."""

    __tablename__ = "overrides"

    check: Mapped[CheckName] = mapped_column(comment="The check")
    phase: Mapped[Phase] = mapped_column(Word(Phase), comment="The phase that was left")
    by: Mapped[str] = mapped_column(comment="The role that passed it")
    name: Mapped[str] = mapped_column(comment="The name of who passed it")
    reason: Mapped[str] = mapped_column(comment="Why")
    at: Mapped[datetime] = mapped_column(comment="When")


class ContributionTable(Piece):
    """Points that participants made; a sealed one carries a pseudonym only."""

    __tablename__ = "contributions"

    voice: Mapped[str] = mapped_column(comment="The participant, or their pseudonym under seal")
    attribution: Mapped[Attribution] = mapped_column(
        Word(Attribution), comment="Who may know from whom it came"
    )
    text: Mapped[str] = mapped_column(comment="What was said")
    recorded_at: Mapped[datetime] = mapped_column(comment="When it was recorded")
    line: Mapped[str | None] = mapped_column(comment="How the summary puts it")
    line_verdict: Mapped[LineVerdict | None] = mapped_column(
        Word(LineVerdict), comment="What its speaker said of that"
    )
    neutral_line: Mapped[str | None] = mapped_column(
        Text, comment="What others read for a line corrected under seal"
    )
    line_worded: Mapped[bool] = mapped_column(comment="Whether the moderator worded that anew")
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome), comment="What was decided")
    reason: Mapped[str | None] = mapped_column(comment="Why")
    owner: Mapped[str | None] = mapped_column(comment="Who carries it out")
    change: Mapped[Change | None] = mapped_column(
        Packed(Change), comment="The strategy before and after, JSON"
    )
    commitment: Mapped[str | None] = mapped_column(comment="The commitment that follows from it")
    answer: Mapped[str | None] = mapped_column(comment="The answer to its speaker")
    written_at: Mapped[datetime | None] = mapped_column(comment="When the answer was written")
    delivered_at: Mapped[datetime | None] = mapped_column(comment="When the answer was delivered")
    dispute_round: Mapped[int] = mapped_column(comment="How often the answer was disputed")
    dispute_open: Mapped[bool] = mapped_column(comment="Whether a dispute is open")
    asked_back: Mapped[bool] = mapped_column(
        comment="Whether what is open, or was settled last, is a question and no objection"
    )
    dispute_reason: Mapped[str | None] = mapped_column(comment="Why it was disputed")
    neutral_dispute: Mapped[str | None] = mapped_column(
        Text, comment="How others read a dispute under seal"
    )
    settlement: Mapped[str | None] = mapped_column(comment="How the dispute was settled")
    settlement_waits: Mapped[bool] = mapped_column(
        comment="Whether that waits to reach a voice under seal"
    )


class CommitmentTable(Piece):
    """Promised actions."""

    __tablename__ = "commitments"

    what: Mapped[str] = mapped_column(comment="What was promised")
    owner: Mapped[str] = mapped_column(comment="Who carries it out")
    due: Mapped[date] = mapped_column(comment="By which day")
    contribution: Mapped[str] = mapped_column(comment="The contribution it follows from")
    status: Mapped[str] = mapped_column(comment="promised, under-way, done or dropped")
    evidence: Mapped[str | None] = mapped_column(comment="What shows it")


class SealTable(Piece):
    """The vault: the only place that ties a pseudonym to a person; ciphertext where the moderator has a key."""

    __tablename__ = "seals"

    stakeholder: Mapped[str] = mapped_column(
        comment="Who speaks under the pseudonym; empty where only a key tells it"
    )
    sealed_for: Mapped[str | None] = mapped_column(
        comment="The same as age ciphertext, Base64, for the moderator's key and the recovery share"
    )
    key: Mapped[str | None] = mapped_column(comment="For which pair of keys")


class VerdictTable(Piece):
    """What participants say of their answers."""

    __tablename__ = "verdicts"

    heard: Mapped[str] = mapped_column(comment="yes, partly or no")
    success_test: Mapped[str | None] = mapped_column(comment="Whether their own test was met")
    comment: Mapped[str | None] = mapped_column(Text, comment="What they add")
    neutral_comment: Mapped[str | None] = mapped_column(
        Text, comment="How others read that under seal"
    )
    at: Mapped[datetime] = mapped_column(comment="When they said so")


class RelayTable(Piece):
    """Steps that somebody else recorded in a person's name, and what was before."""

    __tablename__ = "relays"

    step: Mapped[Step] = mapped_column(comment="The step")
    voice: Mapped[str] = mapped_column(comment="For whom: a participant, or a pseudonym under seal")
    contribution: Mapped[str | None] = mapped_column(comment="The point it is about")
    by: Mapped[str] = mapped_column(comment="The role that recorded it")
    how: Mapped[str] = mapped_column(comment="phone, in-person, letter, mail, calendar or sms")
    said_on: Mapped[date | None] = mapped_column(comment="On which day it was said")
    at: Mapped[datetime] = mapped_column(comment="When it was recorded")
    undone_at: Mapped[datetime | None] = mapped_column(comment="When it was undone")
    overtaken_at: Mapped[datetime | None] = mapped_column(
        comment="When they took that step themselves, or were erased"
    )
    before: Mapped[Before | None] = mapped_column(
        Packed(Before), comment="What was so before, JSON; erased with the words"
    )


RISKS, CHAIN_DIALOGUES, STAKEHOLDERS = (
    table_of(RiskTable),
    table_of(ChainDialogueTable),
    table_of(StakeholderTable),
)
OVERRIDES, CONTRIBUTIONS, COMMITMENTS = (
    table_of(OverrideTable),
    table_of(ContributionTable),
    table_of(CommitmentTable),
)
SEALS, VERDICTS, RELAYS = table_of(SealTable), table_of(VerdictTable), table_of(RelayTable)
HELPERS = table_of(HelperTable)
