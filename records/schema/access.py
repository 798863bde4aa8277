"""Schema of access: the tables of links, sessions, PINs, accounts, counters, requests and reports of retaliation."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from records.engine.column_types import BigId
from records.schema.base import Base, table_of


class CapacityColumns(Base):
    """In which capacity somebody may come in: a participant of one dialogue, or a role of a programme."""

    __abstract__ = True

    hash: Mapped[str] = mapped_column(
        primary_key=True,
        sort_order=-6,
        comment="SHA-256 of the secret; the secret itself is nowhere",
    )
    kind: Mapped[str] = mapped_column(sort_order=-5, comment="'participant' or 'role'")
    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), sort_order=-4, comment="The programme it belongs to"
    )
    dialogue_id: Mapped[str | None] = mapped_column(
        ForeignKey("dialogues.id"), sort_order=-3, comment="The dialogue of a participant"
    )
    who: Mapped[str] = mapped_column(
        sort_order=-2, comment="A stakeholder of that dialogue, or a role"
    )
    made_at: Mapped[datetime] = mapped_column(comment="When it was made")
    expires_at: Mapped[datetime] = mapped_column(comment="When it stops to work, whatever happens")
    ended_at: Mapped[datetime | None] = mapped_column(
        comment="When it was used up, left or revoked"
    )


class LinkTable(CapacityColumns):
    """Personal links, and the one-time links of roles."""

    __tablename__ = "links"


class SessionTable(CapacityColumns):
    """Who came in, until they leave: the session of a browser."""

    __tablename__ = "stays"

    stage: Mapped[str] = mapped_column(
        comment="'whole'; before that 'setup' (no password yet) or 'code' (only the password was given)"
    )
    holder: Mapped[str] = mapped_column(comment="A digest of the person who held the role")
    secret: Mapped[str] = mapped_column(comment="Signs what this browser sends back")
    browser: Mapped[str | None] = mapped_column(
        comment="What kind of browser and machine, in two words"
    )
    proved_at: Mapped[datetime | None] = mapped_column(
        comment="When the password, a code or a passkey was last given; empty: by a link"
    )
    unsealed_at: Mapped[datetime | None] = mapped_column(
        comment="When this browser was last heard of since its PIN was right; empty: the PIN is asked"
    )


class SealedPinTable(Base):
    """The PIN before the confidential part of a participant's pages. Everybody may have one; it tells of no seal."""

    __tablename__ = "sealed_pins"

    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), primary_key=True, comment="The programme it belongs to"
    )
    who: Mapped[str] = mapped_column(primary_key=True, comment="The seat whose PIN it is")
    hash: Mapped[str | None] = mapped_column(
        comment="The PIN, or the code to choose another one, hashed by argon2; empty: neither"
    )
    code_until: Mapped[datetime | None] = mapped_column(
        comment="Until when the code can be used; empty: it is a PIN"
    )
    tries: Mapped[int] = mapped_column(comment="Wrong tries since the last right one")
    tried_at: Mapped[datetime | None] = mapped_column(comment="When the last of them was made")
    closed_until: Mapped[datetime | None] = mapped_column(comment="Until when no try is taken")


class AccountTable(Base):
    """How the holder of a role signs in."""

    __tablename__ = "accounts"

    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), primary_key=True, comment="The programme it belongs to"
    )
    role: Mapped[str] = mapped_column(primary_key=True, comment="The role, or 'auditor'")
    holder: Mapped[str] = mapped_column(comment="A digest of the person who held the role")
    password: Mapped[str] = mapped_column(comment="The password, hashed by argon2")
    code_secret: Mapped[str] = mapped_column(comment="The shared secret of the codes (TOTP)")
    code_step: Mapped[int] = mapped_column(BigId, comment="The last time step whose code was used")
    made_at: Mapped[datetime] = mapped_column(comment="When it was set up")


class PasskeyTable(Base):
    """A passkey with which the holder of a role signs in."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(primary_key=True, comment="The id that its device gave it")
    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), comment="The programme it belongs to"
    )
    role: Mapped[str] = mapped_column(comment="The role, or 'auditor'")
    holder: Mapped[str] = mapped_column(comment="A digest of the person who held the role")
    name: Mapped[str] = mapped_column(comment="How its owner calls it")
    public_key: Mapped[str] = mapped_column(comment="Its public half; the other never leaves it")
    used: Mapped[int] = mapped_column(BigId, comment="How often it says that it was used")
    made_at: Mapped[datetime] = mapped_column(comment="When it was registered")
    used_at: Mapped[datetime | None] = mapped_column(comment="When it last let somebody in")


class KnownBrowserTable(Base):
    """A browser in which the holder of a role signed in before: no notice is due when they do again."""

    __tablename__ = "known_browsers"

    hash: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256 of what it was given")
    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), primary_key=True, comment="The programme it came in to"
    )
    role: Mapped[str] = mapped_column(primary_key=True, comment="The role, or 'auditor'")
    holder: Mapped[str] = mapped_column(comment="A digest of the person who held the role")
    made_at: Mapped[datetime] = mapped_column(comment="When it first came in")


class AccountLetterTable(Base):
    """Mails about somebody's own sign-in. Not in the outbox: they are no part of any dialogue, and go at once."""

    __tablename__ = "account_letters"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, comment="A counting key")
    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), comment="The programme it is about"
    )
    role: Mapped[str] = mapped_column(comment="The role whose sign-in it is about")
    template: Mapped[str] = mapped_column(comment="The message")
    name: Mapped[str] = mapped_column(comment="Who is written to")
    address: Mapped[str] = mapped_column(comment="Where they were reached when it happened")
    language: Mapped[str] = mapped_column(comment="The language in which they read")
    said: Mapped[str] = mapped_column(comment="What happened, in a word of the message")
    browser: Mapped[str | None] = mapped_column(comment="In what kind of browser")
    at: Mapped[datetime] = mapped_column(comment="When it happened")
    attempts: Mapped[int] = mapped_column(comment="How often sending was tried")
    next_try_at: Mapped[datetime | None] = mapped_column(
        index=True, comment="Not to be tried before this moment; empty: it went, or never will"
    )


class SentFormTable(Base):
    """Forms that were sent and did what they should: the same form sent again gets the same answer."""

    __tablename__ = "sent_forms"

    key: Mapped[str] = mapped_column(
        primary_key=True, comment="A digest of the form, of what was in it and of who sent it"
    )
    made_at: Mapped[datetime] = mapped_column(index=True, comment="When it was sent")
    path: Mapped[str] = mapped_column(comment="Where its sender was led")
    said: Mapped[str | None] = mapped_column(comment="What was said there")
    left: Mapped[str] = mapped_column(comment="A mark of what the form showed afterwards")
    programme_id: Mapped[str | None] = mapped_column(comment="Where it let somebody in, if it did")
    role: Mapped[str | None] = mapped_column(comment="As whom")
    holder: Mapped[str | None] = mapped_column(comment="A digest of the person who held the role")
    stage: Mapped[str | None] = mapped_column(comment="How far")


class CounterTable(Base):
    """How often something was tried, so that it can be slowed down."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True, comment="A digest of what is counted")
    since: Mapped[datetime] = mapped_column(primary_key=True, comment="When its window began")
    count: Mapped[int] = mapped_column(comment="How often in that window")


class WishTable(Base):
    """What a participant asked for themselves: how they wish to be named."""

    __tablename__ = "wishes"

    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), primary_key=True, comment="The dialogue it is about"
    )
    who: Mapped[str] = mapped_column(primary_key=True, comment="The stakeholder who asked")
    kind: Mapped[str] = mapped_column(primary_key=True, comment="'erasure' or 'attribution'")
    value: Mapped[str] = mapped_column(comment="What they asked, in a word or in theirs")
    made_at: Mapped[datetime] = mapped_column(comment="When they asked")
    settled_at: Mapped[datetime | None] = mapped_column(comment="When it was dealt with")


class ReportTable(Base):
    """Reports of retaliation, for the confidant alone."""

    __tablename__ = "retaliation_reports"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, comment="A counting key")
    programme_id: Mapped[str] = mapped_column(
        ForeignKey("programmes.id"), index=True, comment="The programme it is about"
    )
    dialogue_id: Mapped[str] = mapped_column(
        ForeignKey("dialogues.id"), comment="The dialogue it is about"
    )
    who: Mapped[str | None] = mapped_column(comment="Who reports it; empty: they did not say")
    text: Mapped[str] = mapped_column(comment="What happened")
    contact: Mapped[str | None] = mapped_column(comment="How they wish to be reached")
    made_at: Mapped[datetime] = mapped_column(comment="When it was reported")
    taken_up_at: Mapped[datetime | None] = mapped_column(comment="When the confidant took it up")
    settled_at: Mapped[datetime | None] = mapped_column(comment="When the confidant closed it")


class ReportLetterTable(Base):
    """The mails to the confidant about a report. Not in the outbox: that is read by the manager's line."""

    __tablename__ = "report_letters"

    report: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("retaliation_reports.number"),
        primary_key=True,
        autoincrement=False,
        comment="The report that it is about",
    )
    template: Mapped[str] = mapped_column(
        primary_key=True, comment="'report-waits', or 'report-still-waits' after the promised days"
    )
    due_at: Mapped[datetime] = mapped_column(comment="The moment from which it should go out")
    attempts: Mapped[int] = mapped_column(comment="How often sending was tried")
    next_try_at: Mapped[datetime] = mapped_column(
        index=True, comment="Not to be tried before this moment"
    )
    sent_at: Mapped[datetime | None] = mapped_column(comment="When a channel accepted it")


Index("ix_links_who", LinkTable.dialogue_id, LinkTable.who)
Index("ix_stays_who", SessionTable.programme_id, SessionTable.who)

SEALED_PINS = table_of(SealedPinTable)
LINKS, SESSIONS, ACCOUNTS = table_of(LinkTable), table_of(SessionTable), table_of(AccountTable)
PASSKEYS, KNOWN_BROWSERS = table_of(PasskeyTable), table_of(KnownBrowserTable)
ACCOUNT_LETTERS, SENT_FORMS = table_of(AccountLetterTable), table_of(SentFormTable)
COUNTERS, WISHES = table_of(CounterTable), table_of(WishTable)
REPORTS, REPORT_LETTERS = table_of(ReportTable), table_of(ReportLetterTable)
