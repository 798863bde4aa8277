"""A ledger on a database of each kind, and the beginning of a dialogue to write in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from config.policies import policy_of
from records.delivery import queue
from records.engine.database import connect, reading
from records.ledger import Ledger, Receipt
from records.queries import NoticeRow, notices_of
from records.schema.core import DUTIES
from records.sweep.sweep import Pause, SweepReport, sweep
from states.model.dialogue import Dialogue
from states.model.information import Information
from states.model.programme import Programme
from states.model.vocabulary import DutyKind
from states.privacy.seals import is_pseudonym
from states.steps.decide import known_step
from tests.soft_checks import overrides_before

START = datetime(2021, 12, 10, 8, tzinfo=UTC)
SESSION = datetime(2022, 6, 16, 11, tzinfo=UTC)
DAY = timedelta(days=1)


def utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """Name an instant in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def a_programme(name: str = "kleding", **changes: str) -> Programme:
    """Make a programme in Amsterdam, with every role held."""
    roles = {
        role: {"name": f"{role} of {name}", "email": f"{role}@{name}.example", "language": "nl"}
        for role in ("manager", "deputy", "sponsor", "moderator", "board", "confidant")
    }
    values = {
        "id": name,
        "company": f"Company {name}",
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "schedule": "0 9 1 12 *",
        "roles": roles,
    }
    return Programme.model_validate(values | changes)


INFORMATION = Information.model_validate(
    {
        "purpose": "To sharpen the strategy",
        "use_of_outcomes": "Each point is decided on",
        "contribution_asked": "Criticism",
        "degree_of_influence": "involve",
        "decided_by": "The sponsor",
        "feedback_by": "2022-09-08",
        "confidentiality": "As you choose",
        "costs": "Paid",
    }
)
RISK = {
    "id": "wages-bd", "theme": "living wage", "country": "BD", "tier": 1, "group": "sewers",
    "weight": 5,
}  # fmt: skip
UNION = {
    "id": "union-bd", "name": "Organiser Rahima", "organisation": "Garment union",
    "category": "union", "country": "BD", "language": "en", "layer": "representative",
    "critical": True, "at_risk": True, "speaks_for": ["wages-bd"], "email": "rahima@union.example",
}  # fmt: skip
NGO = {
    "id": "ngo-nl", "name": "Campaigner", "organisation": "Clean clothes", "category": "ngo",
    "country": "NL", "language": "nl", "layer": "proxy", "critical": True, "at_risk": False,
    "speaks_for": ["wages-bd"], "email": "campaign@ngo.example",
}  # fmt: skip


def no_pause(_: float) -> None:
    """Go on at once: tests never sleep."""


@dataclass
class Memory:
    """A ledger, its database, and a clock that the test moves."""

    url: str
    engine: Engine
    ledger: Ledger
    now: datetime = START
    dialogue_id: str = ""

    def open(self, programme: Programme | None = None) -> str:
        """Open the edition of 2022 of *programme*, and go on with it."""
        programme = programme or a_programme()
        self.ledger.apply_programme(programme, self.now)
        receipt = self.ledger.open_edition(
            programme.id,
            session_at=SESSION,
            edition=2022,
            information=INFORMATION,
            by="manager",
            now=self.now,
        )
        self.dialogue_id = receipt.dialogue_id
        return self.dialogue_id

    def act(
        self, step: str, given: Mapping[str, Any] | None = None, by: str = "manager"
    ) -> Receipt:
        """Take one step."""
        for override in overrides_before(step):
            self.act("override-check", override)
        return self.ledger.act(
            self.dialogue_id, known_step(step).name, given or {}, by=by, now=self.now
        )

    def map(self) -> None:
        """Name the risk and map its two stakeholders."""
        self.act("name-risk", RISK)
        self.act("map-stakeholder", UNION)
        self.act("map-stakeholder", NGO)

    def gather(self) -> None:
        """Come to the phase in which people are invited."""
        self.map()
        self.act("approve-analysis")

    def meet(self) -> None:
        """Come to the session, where both attend."""
        self.gather()
        self.act("invite-all")
        for name in ("union-bd", "ngo-nl"):
            self.act("accept-invitation", by=name)
            self.act("share-expectation", {"text": "Be clear"}, by=name)
        self.act("echo-expectations", {"changes": "Wages come first"})
        self.now = SESSION
        self.act("open-session")

    def speak(self, attribution: str = "named") -> None:
        """Let one speak with this *attribution*, and one under seal."""
        self.meet()
        for name in ("union-bd", "ngo-nl"):
            self.act("record-attendance", {"stakeholder": name, "present": True}, by="moderator")
        points = [("c1", "ngo-nl", attribution), ("c2", "union-bd", "sealed")]
        for point, name, chosen in points:
            given = {"id": point, "stakeholder": name, "attribution": chosen, "text": "Pay."}
            self.act("record-contribution", given, by="moderator")

    def sign(self, attribution: str = "named") -> None:
        """Come to the feedback: every point decided and the strategy signed."""
        self.speak(attribution)
        self.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
        self.act("publish-summary", {"lines": {"c1": "Pay.", "c2": "Pay."}}, by="moderator")
        for point, name in (("c1", "ngo-nl"), ("c2", "union-bd")):
            self.act("check-line", {"contribution": point, "verdict": "confirmed"}, by=name)
        self.close_session()
        for point, month in (("c1", "March"), ("c2", "April")):
            reason = f"Prices are agreed until spring; we look again in {month}."
            given = {"contribution": point, "outcome": "not-now", "owner": "manager"}
            self.act("decide", given | {"reason": reason})
        self.act("sign-strategy", by="sponsor")

    def close_session(self) -> None:
        """Close the session, on the day after that on which nobody under seal can check their line any more."""
        self.outwait(DutyKind.CHECK_SUMMARY)
        self.act("close-session", by="moderator")

    def outwait(self, kind: DutyKind) -> None:
        """Go on to the noon after the windows of *kind* closed that are open for sealed voices."""
        asked = [duty for duty in self.read().owed(kind) if is_pseudonym(str(duty.whom))]
        self.now = max([self.now, *(duty.due + DAY / 2 for duty in asked)])

    def read(self) -> Dialogue:
        """Read the dialogue."""
        return self.ledger.read(self.dialogue_id)

    def reread(self) -> Dialogue:
        """Read the dialogue with a ledger that remembers nothing."""
        return Ledger(self.engine, policy_of).read(self.dialogue_id)

    def notices(self, **wanted: object) -> list[NoticeRow]:
        """List the notices whose columns are as *wanted*."""
        rows = notices_of(self.engine, [self.dialogue_id])
        return [r for r in rows if all(getattr(r, name) == v for name, v in wanted.items())]

    def sweep(
        self, now: datetime | None = None, *, chunk: int = 1000, pause: Pause = no_pause
    ) -> SweepReport:
        """Let time act up to *now*, without ever pausing."""
        self.now = now or self.now
        return sweep(self.engine, policy_of, self.now, chunk=chunk, pause=pause)

    def claim(self, limit: int = 100, worker: str = "w1") -> list[queue.Posted]:
        """Claim notices for five minutes."""
        lease = timedelta(minutes=5)
        return queue.claim(
            self.engine, policy_of, self.now, limit=limit, lease=lease, worker=worker
        )

    def deliver(self) -> list[queue.Posted]:
        """Deliver all that waits."""
        delivered = []
        while posts := self.claim():
            for row in (row for post in posts for row in post.rows):
                self.ledger.record_delivered(row.id, "email", self.now)
                delivered.append(row)
        return delivered

    def next_at(self) -> datetime:
        """When time acts next on a duty of any dialogue."""
        chosen = select(DUTIES.c.next_at).where(DUTIES.c.next_at.is_not(None))
        with reading(self.engine) as connection:
            found = connection.scalar(chosen.order_by(DUTIES.c.next_at).limit(1))
        assert isinstance(found, datetime)
        return found


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    """Connect to a database with all tables, of each kind; a disk that is slow makes nobody wait."""
    made = connect(migrated_url, durable=False)
    yield made
    made.dispose()


@pytest.fixture
def memory(engine: Engine, migrated_url: str) -> Memory:
    """Give a ledger without any programme, on a database of each kind."""
    return Memory(migrated_url, engine, Ledger(engine, policy_of))


@pytest.fixture
def opened(memory: Memory) -> Memory:
    """Give a ledger with the edition of 2022 just opened, on a database of each kind."""
    memory.open()
    return memory


@pytest.fixture
def invited(opened: Memory) -> Memory:
    """Give a dialogue whose two invitations wait in the outbox."""
    opened.gather()
    opened.deliver()
    opened.act("invite-all")
    return opened


@pytest.fixture
def answered(opened: Memory) -> Memory:
    """Give a dialogue whose answer under seal waits in the outbox."""
    opened.sign()
    opened.deliver()
    opened.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})
    return opened
