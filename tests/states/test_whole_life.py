"""A whole life at random: whatever people do, whenever time is swept, the laws are kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from states.checks.checks import checks_of
from states.model.dialogue import OPEN_PHASES, Dialogue, Phase
from states.model.duties import KINDS, Duty, DutyStatus
from states.model.facts import Fact, Notice
from states.model.people import PARTICIPANT, ROLES, SYSTEM, Role
from states.model.vocabulary import FactName, Step
from states.privacy.embargo.windows import is_done
from states.privacy.seals import is_answered
from states.steps.decide import decide
from states.steps.delivery.receipts import record_delivered, still_wanted, undeliverable
from states.steps.draft import Decision
from states.steps.machine import leaving_step
from states.steps.opening import debts_of
from states.steps.table import STEPS, TRANSITIONS
from states.timing.lapse import next_moment, pass_time
from tests.states.builders import (
    DECISIONS,
    JOKE,
    POINTS,
    RAHIMA,
    STAKEHOLDERS,
    Given,
    Life,
    live,
    refusal_of,
    setting,
)
from tests.states.examples import EXAMPLES

MOVES = {(t.source, t.target or t.source) for t in TRANSITIONS}
STARTS = [
    "mapped",
    "invited",
    "accepted",
    "met",
    "spoken",
    "checked",
    "settled",
    "signed",
    "answered",
]
WORDS = ["Wij nemen dit mee.", "Het bedrag volgt per fabriek.", "In maart beslissen wij hierover."]
GOING = {"promised", "under-way"}
SECRETS = (RAHIMA, "Rahima", "rahima@")

Rung = tuple[str, int, str, str]


def one(draw: Callable[..., Any], options: Any) -> Any:  # noqa: ANN401 - any of them
    """Draw one of *options*; when there are none, something that does not exist."""
    return draw(st.sampled_from([*options] or ["nothing"]))


class Bag:
    """What somebody could sensibly bring along to a step of this dialogue, at this moment."""

    def __init__(self, draw: Callable[..., Any], life: Life) -> None:
        self.draw = draw
        self.dialogue = life.dialogue
        self.today = life.dialogue.calendar.day_of(life.now)

    def day(self, least: int = -5, most: int = 120) -> str:
        return (self.today + timedelta(days=self.draw(st.integers(least, most)))).isoformat()

    def for_step(self, step: str) -> Given:
        make: Callable[[], Given] | None = getattr(self, step.replace("-", "_"), None)
        return dict(EXAMPLES[step][1]) if make is None else make()

    def point(self) -> str:
        return str(one(self.draw, self.dialogue.contributions))

    def seat(self) -> str:
        return str(one(self.draw, self.dialogue.stakeholders))

    def on_behalf(self) -> Given:
        return {"stakeholder": JOKE, "how": "phone"} if self.draw(st.booleans()) else {}

    def map_stakeholder(self) -> Given:
        base: Given = self.draw(st.sampled_from(list(STAKEHOLDERS.values())))
        name = self.draw(st.sampled_from(["spinners-in", "bursa-knits", "bank"]))
        return base | {"id": name}

    def drop_stakeholder(self) -> Given:
        return {"stakeholder": self.seat(), "reason": "Weg."}

    def invite(self) -> Given:
        return {"stakeholder": self.seat()}

    def accept_invitation(self) -> Given:
        return self.on_behalf()

    def decline_invitation(self) -> Given:
        return self.on_behalf()

    def share_expectation(self) -> Given:
        return {"text": "Een jaartal.", **self.on_behalf()}

    def record_attendance(self) -> Given:
        return {"stakeholder": self.seat(), "present": self.draw(st.booleans())}

    def record_management(self) -> Given:
        return {"role": self.draw(st.sampled_from(list(Role))), "present": True}

    def record_contribution(self) -> Given:
        number = self.draw(st.integers(1, 9))
        how = ["named", "organisation", "region", "sealed"]
        return POINTS["c1"] | {
            "id": f"p{number}",
            "stakeholder": self.seat(),
            "attribution": self.draw(st.sampled_from(how)),
        }

    def publish_summary(self) -> Given:
        return {"lines": {c.id: "Regel." for c in self.dialogue.contributions.values() if c.stands}}

    def check_line(self) -> Given:
        verdict = self.draw(st.sampled_from(["confirmed", "corrected", "withdrawn"]))
        return {"contribution": self.point(), "verdict": verdict, "text": "Zo.", **self.on_behalf()}

    def decide(self) -> Given:
        base: Given = self.draw(st.sampled_from(list(DECISIONS.values())))
        name = self.point()
        given = base | {"contribution": name, "reason": self.draw(st.sampled_from(WORDS))}
        if "commitment" in given:
            given["commitment"] = {"id": f"promise-{name}", "what": "Doen.", "due": self.day()}
        return given

    def override_check(self) -> Given:
        soft = [check.name for check in checks_of(self.dialogue, self.dialogue.phase_since)]
        return {"check": one(self.draw, soft), "reason": "Geen budget."}

    def answer_participant(self) -> Given:
        voices = {c.voice for c in self.dialogue.contributions.values()}
        voice = one(self.draw, sorted(voices))
        own = [c.id for c in self.dialogue.contributions_of(voice) if c.written_at is None]
        return {"covers": own[: self.draw(st.integers(1, 3))] or [self.point()], "text": "Dank."}

    def give_verdict(self) -> Given:
        return {"heard": self.draw(st.sampled_from(["yes", "partly", "no"])), **self.on_behalf()}

    def dispute_answer(self) -> Given:
        return {"contribution": self.point(), "reason": "Niet mijn punt.", **self.on_behalf()}

    def settle_dispute(self) -> Given:
        disputed = [c.id for c in self.dialogue.contributions.values() if c.dispute_open]
        return {"contribution": one(self.draw, disputed), "text": "Alsnog."}

    def postpone(self) -> Given:
        owed = [d.name for d in self.dialogue.duties.values() if d.owed]
        return {"duty": one(self.draw, owed), "to": self.day(), "reason": "Later."}

    def reschedule_session(self) -> Given:
        return {"to": f"{self.day()}T13:00", "reason": "Treinstaking."}

    def hand_over(self) -> Given:
        return {"role": self.draw(st.sampled_from(list(Role))), "person": {"name": "Mara Nieuw"}}

    def report_progress(self) -> Given:
        status = self.draw(st.sampled_from(["under-way", "done", "dropped"]))
        going = [c.id for c in self.dialogue.commitments.values() if c.status in GOING]
        return {"commitment": one(self.draw, going), "status": status}

    def record_delivery(self) -> Given:
        to = self.draw(st.sampled_from([JOKE, "sealed-1", self.seat()]))
        template = self.draw(st.sampled_from(["answer", "dispute-settled", "invitation"]))
        return {"to": to, "how": "gebeld", "template": template}

    def change_contact(self) -> Given:
        return {"stakeholder": self.seat(), "language": "nl"}


class WholeLife(RuleBasedStateMachine):
    """People act, time passes, post arrives or bounces; the laws are asked after each."""

    def __init__(self) -> None:
        super().__init__()
        self.life = live("mapped")
        self.post: list[Notice] = []
        self.rungs: set[Rung] = set()
        self.bounced = False
        self.seen: dict[str, Duty] = {}
        self.lateness: dict[str, int] = {}

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: str) -> None:
        self.life = live(start)
        self.life.mail = False
        for _, notice in self.life.notices:
            self.remember(notice)
        self.look_back()

    # --- what happens

    @rule(data=st.data(), step=st.sampled_from(list(STEPS)), by=st.sampled_from(["right", "any"]))
    def somebody_acts(self, data: st.DataObject, step: str, by: str) -> None:
        people = [*ROLES, *self.life.dialogue.stakeholders, *self.life.dialogue.seals, "stranger"]
        own = [r for r in STEPS[Step(step)].by if r in ROLES] or [
            *self.life.dialogue.stakeholders,
            *self.life.dialogue.seals,
            "manager",
        ]
        who = data.draw(st.sampled_from(sorted(own if by == "right" else people)))
        self.ask(step, Bag(data.draw, self.life).for_step(step), who)

    @rule(data=st.data(), fitting=st.booleans())
    def somebody_does_what_fits(self, data: st.DataObject, fitting: bool) -> None:
        phase = self.life.phase
        steps = [s.name for s in STEPS.values() if phase in s.phases and not s.leads_to]
        self.somebody_acts(data, data.draw(st.sampled_from(steps)), "right" if fitting else "any")

    @precondition(lambda self: self.life.phase in OPEN_PHASES)
    @rule()
    def the_phase_is_left_if_it_can_be(self) -> None:
        """Soft checks are overridden; where a hard one is not met, what is missing is done."""
        step = leaving_step(self.life.phase)
        assert step is not None
        by = "sponsor" if step == "sign-strategy" else "manager"
        for check in checks_of(self.life.dialogue, self.life.now):
            if check.strength == "soft" and not check.passes:
                self.ask(
                    "override-check", {"check": check.name, "reason": "Geen budget."}, "manager"
                )
        self.ask(step, {}, by)

    @precondition(lambda self: self.life.phase in OPEN_PHASES)
    @rule()
    def the_manager_catches_up(self) -> None:
        """Everything that the manager can do for this phase, is done."""
        d = self.life.dialogue
        if d.phase is Phase.EXPECTATION_GATHERING:
            self.ask("invite-all", {}, "manager")
            self.ask("echo-expectations", {"changes": "Loon eerst."}, "manager")
        elif d.phase is Phase.SESSION:
            for seat in d.stakeholders.values():
                self.ask("record-attendance", {"stakeholder": seat.id, "present": True}, "manager")
            lines = {c.id: "Regel." for c in d.contributions.values() if c.stands}
            self.ask("publish-summary", {"lines": lines}, "moderator")
        elif d.phase is Phase.STRATEGY_UPDATE:
            for point in d.contributions.values():
                reason = f"Om {point.id} beslissen wij dit zo."
                given = DECISIONS["c3"] | {"contribution": point.id, "reason": reason}
                self.ask("decide", given, "manager")
        elif d.phase is Phase.FEEDBACK:
            for point in d.contributions.values():
                given = {"covers": [point.id], "text": "Dank."}
                self.ask("answer-participant", given, "manager")

    @precondition(lambda self: self.life.phase is Phase.EXPECTATION_GATHERING)
    @rule(data=st.data(), accepts=st.booleans())
    def a_guest_answers(self, data: st.DataObject, accepts: bool) -> None:
        who = data.draw(st.sampled_from(sorted(self.life.dialogue.stakeholders)))
        self.ask("accept-invitation" if accepts else "decline-invitation", {}, who)
        self.ask("share-expectation", {"text": "Een jaartal."}, who)

    @precondition(lambda self: self.life.dialogue.contributions)
    @rule(data=st.data(), turn=st.sampled_from(["confirmed", "withdrawn", "heard", "disputed"]))
    def a_speaker_reacts(self, data: st.DataObject, turn: str) -> None:
        """Whoever spoke checks their line, judges their answer or disputes it."""
        point = data.draw(st.sampled_from(list(self.life.dialogue.contributions.values())))
        own = {"contribution": point.id}
        if turn == "heard":
            self.ask("give-verdict", {"heard": "partly"}, point.voice)
        elif turn == "disputed":
            self.ask("dispute-answer", {**own, "reason": "Niet mijn punt."}, point.voice)
        else:
            self.ask("check-line", {**own, "verdict": turn}, point.voice)

    @precondition(
        lambda self: any(c.dispute_open for c in self.life.dialogue.contributions.values())
    )
    @rule(data=st.data(), again=st.booleans(), by=st.sampled_from(["manager", "moderator"]))
    def a_dispute_is_taken_up(self, data: st.DataObject, again: bool, by: str) -> None:
        """Settled, or decided again."""
        points = [c.id for c in self.life.dialogue.contributions.values() if c.dispute_open]
        own = {"contribution": data.draw(st.sampled_from(points))}
        if again:
            self.ask("decide", Bag(data.draw, self.life).for_step("decide") | own, "manager")
        else:
            self.ask("settle-dispute", own | {"text": "Alsnog."}, by)

    @rule(hours=st.sampled_from([0, 1, 12, 24, 24 * 3, 24 * 10, 24 * 30, 24 * 90]))
    def time_passes(self, hours: int) -> None:
        """Swept at each moment."""
        end = self.life.now + timedelta(hours=hours)
        while (due := self.life.next_moment()) is not None and due <= end:
            self.life.now = max(due, self.life.now)
            self.sweep()
            self.look_back()
        self.life.now = end

    @rule(hours=st.sampled_from([1, 24, 24 * 5, 24 * 20, 24 * 100]))
    def nobody_sweeps_and_then_somebody_does(self, hours: int) -> None:
        self.life.now += timedelta(hours=hours)
        self.sweep()

    @rule(hours=st.sampled_from([1, 24, 24 * 5, 24 * 40]))
    def nobody_sweeps(self, hours: int) -> None:
        self.life.now += timedelta(hours=hours)

    @precondition(lambda self: self.post)
    @rule(data=st.data())
    def post_arrives(self, data: st.DataObject) -> None:
        notice = self.post.pop(data.draw(st.integers(0, len(self.post) - 1)))
        before = self.life.dialogue.copy()
        decision = record_delivered(self.life.dialogue, notice, self.life.now)
        self.accept(before, decision.dialogue, decision.facts, decision.notices)

    @precondition(lambda self: self.life.notices)
    @rule(data=st.data(), recent=st.booleans())
    def post_bounces(self, data: st.DataObject, recent: bool) -> None:
        """Something that was sent, also long ago, turns out not to have arrived."""
        sent = [n for _, n in self.life.notices]
        matters = [n for n in sent if n.template in {"answer", "dispute-settled"}] or sent
        notice = data.draw(st.sampled_from(matters[-3:] if recent else sent))
        self.post = [n for n in self.post if n is not notice]
        before = self.life.dialogue.copy()
        decision = undeliverable(self.life.dialogue, notice, "no-such-mailbox", self.life.now)
        self.bounced = True
        self.accept(before, decision.dialogue, decision.facts, decision.notices)

    # --- how it is asked and recorded

    def ask(self, step: str, given: Given, by: str) -> None:
        before, decisions = self.life.dialogue.copy(), list[Decision]()

        def deciding() -> None:
            decisions.append(decide(self.life.dialogue, Step(step), given, by, self.life.now))

        refusal = refusal_of(deciding)
        assert self.life.dialogue == before, "deciding changed what it decided on"
        if refusal is not None:
            return
        (decision,) = decisions
        assert decision.facts, f"{step} left no fact"
        assert (before.phase, decision.dialogue.phase) in MOVES
        self.accept(before, decision.dialogue, decision.facts, decision.notices)

    def accept(
        self,
        before: Dialogue,
        after: Dialogue,
        facts: tuple[Fact, ...],
        notices: tuple[Notice, ...],
    ) -> None:
        assert facts or after == before, "something changed without a fact"
        self.life.dialogue = after
        self.keep(facts, notices)

    def keep(self, facts: tuple[Fact, ...], notices: tuple[Notice, ...]) -> None:
        d = self.life.dialogue
        for fact in facts:
            assert fact.fact in set(FactName)
            assert fact.actor in {SYSTEM, *ROLES, *d.stakeholders, *d.seals}
            self.life.facts.append((self.life.now, fact))
        for notice in notices:
            assert d.reader(notice.to) is not None
            assert notice.role in {PARTICIPANT, *ROLES}
            self.life.notices.append((self.life.now, notice))
            self.remember(notice)
            if notice.template in {"answer", "dispute-settled"}:
                self.post.append(notice)

    def remember(self, notice: Notice) -> None:
        if notice.rung is None:
            return
        rung = (str(notice.duty), notice.version, notice.rung, notice.to)
        assert rung not in self.rungs, f"{rung} was sent twice"
        self.rungs.add(rung)

    def sweep(self) -> None:
        now = self.life.now
        for duty in list(self.life.dialogue.duties.values()):
            if duty.next_at is None or duty.next_at > now:
                continue
            passing = pass_time(duty, setting(self.life.dialogue), now, self.life.arrived(duty))
            assert passing.facts or duty.asked, "a moment came and nothing happened"
            assert passing.duty.next_at is None or passing.duty.next_at > now
            here, arrived = setting(self.life.dialogue), self.life.arrived(passing.duty)
            again = pass_time(passing.duty, here, now, arrived)
            assert (again.duty, again.facts, again.notices) == (passing.duty, (), ())
            self.life.dialogue.duties[duty.name] = passing.duty
            for notice in passing.notices:
                still = still_wanted(self.life.dialogue, notice)
                # Who did what is asked under seal is reminded of nothing, though it stands as planned.
                acted = is_done(self.life.dialogue, passing.duty)
                assert still or acted or passing.duty.status is DutyStatus.NO_ANSWER
            self.keep(passing.facts, passing.notices)

    # --- the laws

    @invariant()
    def look_back(self) -> None:
        """What was, is not undone."""
        d, now = self.life.dialogue, self.life.now
        assert set(self.seen) <= set(d.duties), "a duty vanished"
        reopened = {f.subject for _, f in self.life.facts if f.fact == "duty-reopened"}
        for name, duty in d.duties.items():
            was = self.seen.get(name)
            if was is not None and was is not duty:
                self.compare(was, duty, reopened)
            if duty.owner != PARTICIPANT:
                late = duty.late_days(now, d.zone)
                assert late >= self.lateness.get(name, 0), f"{name} became less late"
                self.lateness[name] = late
        self.seen = dict(d.duties)

    def compare(self, was: Duty, duty: Duty, reopened: set[str]) -> None:
        kind = KINDS[duty.kind]
        assert (duty.kind, duty.whom, duty.round) == (was.kind, was.whom, was.round)
        assert duty.opened_at == was.opened_at
        assert duty.version >= was.version
        assert duty.version > was.version or duty.due == was.due
        assert duty.postponements[: len(was.postponements)] == was.postponements
        assert was.lapsed_at in {None, duty.lapsed_at}, "a lapse was forgotten"
        if kind.debt:
            assert duty.first_due == was.first_due, "a first promise was moved"
        if duty.owed and not was.owed:
            assert duty.name in reopened
            assert self.bounced, "a duty came back by itself"

    @invariant()
    def every_clock_is_set(self) -> None:
        d = self.life.dialogue
        for duty in d.duties.values():
            assert duty.next_at == next_moment(duty, setting(d))
            assert (duty.next_at is None) is not duty.owed or duty.next_at is not None
            assert duty.owed is (duty.ended_at is None)
            assert duty.late_days(self.life.now, d.zone) >= 0
            assert (duty.status is DutyStatus.LAPSED) <= (duty.lapsed_at is not None)

    @invariant()
    def whoever_waits_is_owed(self) -> None:
        """Each contribution that stands and has no answer is somebody's debt, in every phase."""
        d = self.life.dialogue
        for voice in {c.voice for c in d.contributions.values()}:
            own = d.contributions_of(voice)
            duty = d.latest(f"answer-participant/{voice}")
            assert duty is not None
            given_up = duty.status is DutyStatus.NOT_REACHED and all(c.written_at for c in own)
            checking = d.latest(f"check-summary/{voice}")
            # What was withdrawn under seal stands for others until the window closes.
            untold = voice in d.seals and not own and checking is not None and checking.owed
            assert duty.owed is not all(is_answered(c) for c in own) or given_up or untold
            assert duty.waiting == voice
            if voice in d.seals:
                self.what_is_written_is_carried(voice)
        for point in d.contributions.values():
            if point.dispute_open:
                clock = d.latest(f"answer-dispute/{point.id}")
                assert clock is not None
                assert clock.owed

    def what_is_written_is_carried(self, voice: str) -> None:
        d = self.life.dialogue
        own = d.contributions_of(voice)
        carry = d.latest(f"carry-answer/{voice}")
        waits = any(c.settlement_waits or (c.written_at and not c.delivered_at) for c in own)
        given_up = carry is not None and carry.status is DutyStatus.NOT_REACHED
        assert (carry is not None and carry.owed) is waits or given_up

    @invariant()
    def promises_are_kept_track_of(self) -> None:
        d = self.life.dialogue
        for promise in d.commitments.values():
            duty = d.latest(f"report-progress/{promise.id}")
            assert duty is not None
            assert duty.owed is (promise.status in GOING)

    @invariant()
    def an_end_leaves_only_what_lives_on(self) -> None:
        d = self.life.dialogue
        if d.phase in OPEN_PHASES:
            return
        alive = {duty.kind for duty in d.duties.values() if duty.owed}
        assert alive <= {kind.name for kind in KINDS.values() if kind.debt} | {
            "carry-answer",
            "give-verdict",
            "pass-on",
        }
        assert {duty.name for _, duty in debts_of(d)} == {
            duty.name for duty in d.duties.values() if duty.owed and KINDS[duty.kind].debt
        }

    @invariant()
    def a_phase_that_is_left_leaves_nothing_behind(self) -> None:
        """What was asked of people for an earlier phase is not asked any more when it is over."""
        d = self.life.dialogue
        if d.phase in {Phase.STRATEGY_UPDATE, Phase.FEEDBACK}:
            owed = {duty.kind for duty in d.duties.values() if duty.owed}
            early = {"approve-analysis", "invite-stakeholder", "answer-invitation"}
            assert not owed & (early | {"share-expectation", "echo-expectations", "check-summary"})

    @invariant()
    def the_seal_holds(self) -> None:
        d = self.life.dialogue
        if not d.seals or RAHIMA not in {seal.stakeholder for seal in d.seals.values()}:
            return
        pseudonym = next(s.id for s in d.seals.values() if s.stakeholder == RAHIMA)
        for _, fact in self.life.facts[-5:]:
            # All that is owed at a close stands in one list, each debt by itself.
            debts = "debts" if fact.fact is FactName.DIALOGUE_CLOSED else ""
            text = fact.model_copy(
                update={"detail": {k: v for k, v in fact.detail.items() if k != debts}}
            ).model_dump_json()
            assert pseudonym not in text or not any(secret in text for secret in SECRETS)

    @invariant()
    def checks_can_always_be_asked(self) -> None:
        for check in checks_of(self.life.dialogue, self.life.now):
            assert check.why("nl")


TestWholeLife = WholeLife.TestCase
TestWholeLife.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
