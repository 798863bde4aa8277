"""
Random lives with random faults, each wholly decided by its seed: the same seed lives the same life again.

People do what people may do at each phase, in no particular order and often in vain; time passes in leaps, backwards at
times; the disk, the process and the mail fail where the dice say. After it the independent checker reads the records.
"""

# ruff: noqa: ANN401, S311 - what a channel takes; chance that can be repeated is the point

import gc
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from config.policies import policy_of
from notifications.channels.channels import Memory as Mail
from notifications.channels.channels import PassingFailure, PermanentFailure
from records import queries
from records.engine.database import connect
from records.engine.errors import RecordsError
from records.journal.examination import examine
from records.ledger import Ledger
from records.queries import notices_of
from states.language.errors import Refused
from states.model.people import Role
from states.model.programme import Programme
from states.model.vocabulary import Step
from states.steps.decide import known_step
from tests.faults.checker import problems, rows_of
from tests.faults.fault_injection import Faults, Killed, lost
from tests.faults.hands import hands_of
from tests.faults.oracle import harmed, hats_of, untold
from tests.faults.wishes import Wish, wishes_of
from tests.faults.works import LEASE, deliver_once, no_pause
from tests.records.conftest import INFORMATION, NGO, RISK, SESSION, START, UNION, a_programme

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENTS = 90
MORNINGS = 3  # what a day's letter left behind goes with that of the next
ROUNDS = 12  # of delivery, at one moment: each role can hear of a failure once
PLACES = (("NL", "Europe/Amsterdam"), ("BD", "Asia/Dhaka"), ("BR", "America/Sao_Paulo"))
LEAPS = (timedelta(minutes=7), HOUR, 9 * HOUR, DAY, 3 * DAY, 8 * DAY, 20 * DAY, 45 * DAY)
LETTER = {**NGO, "id": "letter", "name": "Without mail", "email": None, "phone": "+880 1"}


class Fickle(Mail):
    """A mail server that refuses, defers and breaks off as the dice say."""

    chance: random.Random
    trouble: float = 0.0
    dead: frozenset[str] = frozenset()
    """Addresses that never take anything."""

    def send(self, post: Any) -> None:
        if post.message.address in self.dead:
            raise PermanentFailure("refused-550")
        if self.chance.random() < self.trouble:
            kind = self.chance.randrange(4)
            if kind == 0:
                raise PermanentFailure("refused-550")
            if kind == 1:
                raise PassingFailure("deferred-450", of="recipient")
            if kind == 2:
                super().send(post)
            raise PassingFailure("connection-lost", of="server")
        super().send(post)


@dataclass
class Life:
    """One dialogue in the empty database *url*, lived as *seed* says."""

    url: str
    seed: int
    now: datetime = START
    events: int = 0
    lived: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    relayed: int = 0
    bounced: int = 0
    late: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.mail = Fickle()
        self.mail.chance = self.chance
        gc.freeze()  # what was there before need not be looked through after each kill
        self.engine: Engine = connect(self.url, durable=False)
        self.broken = Faults(self.engine, self._break)

    def _break(self) -> None:
        raise Killed if self.chance.random() < 0.5 else lost(self.engine)

    @property
    def ledger(self) -> Ledger:
        """A ledger that remembers nothing, as after a restart."""
        return Ledger(self.engine, policy_of)

    def live(self) -> list[str]:
        """Live it all; what is wrong in the end."""
        try:
            self._begin()
            for _ in range(EVENTS):
                self._event()
            self._heal()
            told = examine(self.engine)
            retold = [f"the journal tells it otherwise: {one}" for one in told.differences]
            return [
                *self.wrong,
                *problems(self.engine, self.now),
                *untold(self.engine),
                *map(str, told.breaks),
                *retold,
            ]
        finally:
            self.engine.dispose()

    def _begin(self) -> None:
        country, zone = self.chance.choice(PLACES)
        ledger = self.ledger
        programme = self._with_roles(a_programme("life", country=country, time_zone=zone))
        ledger.apply_programme(programme, self.now)
        self.id = self._open()
        for step, what in (
            ("name-risk", RISK),
            ("map-stakeholder", UNION),
            ("map-stakeholder", NGO),
        ):
            ledger.act(self.id, known_step(step).name, what, by="manager", now=self.now)
        ledger.act(self.id, Step.MAP_STAKEHOLDER, LETTER, by="manager", now=self.now)

    def _open(self) -> str:
        """In time, or so late that the days do not fit: that is refused until somebody says that they know."""
        near, day = self.chance.random() < 0.25, SESSION
        if near:
            self.now = SESSION - self.chance.randint(10, 70) * DAY
        given: dict[str, Any] = {"session_at": day, "edition": 2022, "information": INFORMATION}
        try:
            opened = self.ledger.open_edition(
                "life", **given, by="manager", now=self.now, tight=not near
            )
        except Refused as refused:
            self.refused[refused.code] += 1
            opened = self.ledger.open_edition("life", **given, by="manager", now=self.now)
        return opened.dialogue_id

    def _with_roles(self, programme: Programme) -> Programme:
        """Sometimes a role has no address or is not held, one person holds two, or an address never works."""
        if self.chance.random() < 0.5:
            return programme
        roles = dict(programme.roles)
        for role in (r for r in list(roles) if r != "manager" and self.chance.random() < 0.3):
            kind = self.chance.randrange(3)
            email = None if kind == 0 else roles[Role.MANAGER].email
            roles[role] = roles[role].model_copy(update={"email": email})
            if kind == 2:
                del roles[role]
        people = [p.email for p in roles.values() if p.email] + [
            str(seat["email"]) for seat in (UNION, NGO)
        ]
        self.mail.dead = frozenset(a for a in people if self.chance.random() < 0.3)
        return programme.model_copy(update={"roles": roles})

    def _event(self) -> None:
        dice = self.chance.random()
        self.mail.trouble = self.chance.choice((0.0, 0.0, 0.2, 0.9))
        self.broken.count = 0
        self.broken.at = self.chance.randint(1, 60) if self.chance.random() < 0.15 else 0
        try:
            if dice < 0.35:
                self._pass()
                self._sweep()
            elif dice < 0.5:
                deliver_once(self.engine, self.mail, self.now)
            elif dice < 0.53:
                self._bounce()
            elif dice < 0.65:
                self._take(hands_of(self.ledger.read(self.id), self.chance, self.now))
            else:
                self._act()
        except (Killed, RecordsError):
            self.faults += 1
        if 0 < self.broken.at <= self.broken.count:
            gc.collect()  # a process that is killed keeps no lock
        self.broken.at, self.broken.dead = 0, False
        self._watch()

    def _pass(self) -> None:
        """Time leaps on, mostly; or goes back a little."""
        if self.chance.random() < 0.05:
            self.now -= HOUR
            return
        due = queries.next_moment(self.engine) if self.chance.random() < 0.5 else None
        near = due is not None and self.now < due < self.now + 30 * DAY
        self.now = due if due and near else self.now + self.chance.choice(LEAPS)

    def _sweep(self) -> None:
        from records.sweep.sweep import sweep

        sweep(
            self.engine, policy_of, self.now, chunk=self.chance.choice((1, 3, 1000)), pause=no_pause
        )

    def _act(self) -> None:
        wishes = list(wishes_of(self.ledger.read(self.id), self.chance, self.now))
        self._take(self.chance.sample(wishes, min(8, len(wishes))))

    def _take(self, wishes: list[Wish]) -> None:
        for step, by, given in wishes:
            was = self.ledger.read(self.id)
            try:
                self.ledger.act(self.id, known_step(step).name, given, by=by, now=self.now)
            except Refused as refused:
                self.refused[refused.code] += 1
                continue
            self.lived[step] += 1
            self.relayed += "stakeholder" in given and "how" in given
            if by in hats_of(was):
                self.wrong += harmed(was, self.ledger.read(self.id), step)

    def _bounce(self) -> None:
        """A mail that was accepted comes back, long after it perhaps: of what asked those who stayed silent, mostly."""
        rows = [row for row in notices_of(self.engine, [self.id]) if row.status == "sent"]
        duties = self.ledger.read(self.id).duties
        silent = [r for r in rows if r.duty and duties[r.duty].status == "no-answer"]
        if rows:
            row = self.chance.choice(silent or rows)
            reason = self.chance.choice(("bounced-5.1.1", "bounced-5.2.2"))
            self.bounced += self.ledger.undeliverable(row.id, "email", reason, self.now)

    def _watch(self) -> None:
        """No lateness ever becomes less."""
        dialogue, before = self.ledger.read(self.id), self.late
        self.now_most = max(self.now_most, self.now)
        for name, duty in dialogue.duties.items():
            # Ended by a clock that stood before the lapse: the lapse stays, the days cannot be told.
            reversed_ = duty.lapsed_at and duty.ended_at and duty.ended_at < duty.lapsed_at
            if duty.lapsed_at is None or reversed_:
                continue
            days = duty.late_days(self.now_most, dialogue.zone)
            if days < before.get(name, 0) and days < duty.late_days(self.now, dialogue.zone):
                self.wrong.append(f"{name} was {before[name]} days late and is {days}")
            if name in before and duty.status == "met":
                self.wrong.append(f"the lapse of {name} was forgotten")
            self.late[name] = days

    now_most: datetime = START

    def _heal(self) -> None:
        """All is well again: what is left must come to its end."""
        self.mail.trouble = 0.0
        self.now += timedelta(days=1, seconds=LEASE)
        self._sweep()
        for _ in range(6):
            self._deliver_all()
            self.now += 5 * HOUR
        for _ in range(MORNINGS):
            self.now += DAY
            self._sweep()
            self._deliver_all()
        self._say_what_is_left()

    def _deliver_all(self) -> None:
        for _ in range(ROUNDS):
            if not deliver_once(self.engine, self.mail, self.now).handled:
                return
        self.wrong.append("delivery goes round for ever")

    def _say_what_is_left(self) -> None:
        with self.engine.connect() as connection:
            waiting = [row for row in rows_of(connection, "notices") if row["status"] == "pending"]
        for notice in waiting:
            # What can still be undone waits for its day (rules 41).
            after = json.loads(notice["detail"]).get("after", notice["at"].isoformat())
            if datetime.fromisoformat(after) < self.now - MORNINGS * DAY:
                self.wrong.append(f"{notice['template']} to {notice['to']} waits for ever")
        for row in queries.poisoned_duties(self.engine):
            self.wrong.append(f"{row.name} is poisoned: {row.error}")
