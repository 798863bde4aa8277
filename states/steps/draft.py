"""Working copy: the dialogue while one step is decided, with the facts that follow and the notices that go out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from states.language.errors import BadInput, NotKnown
from states.model.calendar import WorkCalendar
from states.model.contributions import Contribution
from states.model.dialogue import Dialogue, Phase
from states.model.duties import KINDS, OWED, Duty, DutyStatus, duty_name
from states.model.facts import Fact, HeldStep, Notice
from states.model.information import Information
from states.model.people import HELPER, PARTICIPANT, Role, Stakeholder
from states.model.programme import Programme
from states.model.relays import Relay
from states.model.vocabulary import DutyKind, FactName, Template
from states.privacy.embargo.holds import carried_voice, sealed_voice, withhold
from states.timing.due_facts import lapse_fact
from states.timing.lapse import Setting, arm, lapse
from states.values.promised_days import Postponement, Reckoning


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: the dialogue before and after, the facts in order, and what must be said to whom."""

    before: Dialogue | None
    dialogue: Dialogue
    facts: tuple[Fact, ...]
    notices: tuple[Notice, ...]
    programme: Programme | None = None
    """The programme, when the step changed who holds a role."""
    held: tuple[HeldStep, ...] = ()
    """What others are to know of steps under seal once the day is over."""


_MAY_STILL_BE_MET = frozenset({*OWED, DutyStatus.NO_ANSWER, DutyStatus.NOT_REACHED})


class Deliberation:
    """One step on its way to a decision; only *dialogue*, a copy, is changed."""

    def __init__(self, dialogue: Dialogue, actor: str, now: datetime, *about: str | None) -> None:
        """Begin for *actor* at *now*; *about*: who takes the step, or whom it concerns, if that is a voice."""
        self.before = dialogue
        self.dialogue = dialogue.copy()
        self.actor = actor
        self.now = now
        self.facts: list[Fact] = []
        self.notices: list[Notice] = []
        self.programme: Programme | None = None
        self.relay: Relay | None = None
        """How it came to whoever records it, when somebody else does so for the one who speaks."""
        self.sealed = sealed_voice(dialogue, *about) if any(about) else None
        """The sealed voice whose step this is, or whom it reaches."""

    def decision(self) -> Decision:
        """What was decided."""
        both, held = (self.before, self.dialogue), tuple[HeldStep, ...]()
        facts, notices = self.facts, self.notices
        if self.sealed or self.before.held or any(map(carried_voice, facts)):
            facts, notices, held = withhold(*both, facts, notices, voice=self.sealed, now=self.now)
        return Decision(*both, tuple(facts), tuple(notices), self.programme, held)

    @property
    def armed_from(self) -> datetime:
        """From when a clock runs that is set now: what is under seal sets it at the end of the day."""
        return self.now if self.sealed is None else self.calendar.end_of(self.today)

    @property
    def calendar(self) -> WorkCalendar:
        """The programme's calendar."""
        return self.dialogue.calendar

    @property
    def today(self) -> date:
        """The local day of *now*."""
        return self.calendar.day_of(self.now)

    @property
    def setting(self) -> Setting:
        """What time needs to know of this dialogue."""
        d = self.dialogue
        return Setting(d.id, d.policy, d.calendar, d.programme.roles)

    def fact(self, fact: FactName, subject: str | None = None, /, **detail: Any) -> None:  # noqa: ANN401 - plain data
        """Record that *fact* happened to *subject* (the dialogue itself when None)."""
        self.facts.append(
            Fact(fact=fact, actor=self.actor, subject=subject or self.dialogue.id, detail=detail)
        )

    def tell(self, to: str, template: Template, duty: Duty | None = None, /, **detail: Any) -> None:  # noqa: ANN401
        """Say *template* to one person: a role, a helper, a guest or a voice. Nobody is there: nothing is said."""
        role = to if to in set(Role) else HELPER if to in self.dialogue.helpers else PARTICIPANT
        if self.dialogue.reader(to) is None:
            return
        self.notices.append(
            Notice(
                to=to,
                role=role,
                template=template,
                duty=duty.name if duty else None,
                kind=duty.kind if duty else None,
                version=duty.version if duty else 1,
                detail=detail,
            )
        )

    def enter(self, phase: Phase) -> None:
        """*phase* begins; what it brings with it follows from elsewhere."""
        self.dialogue.phase = phase
        self.dialogue.phase_since = self.now
        self.fact(FactName.PHASE_ENTERED, phase=phase)

    def require_promise_after_session(self, information: Information) -> None:
        """Raise BadInput when the feedback date that *information* promises is not after the session."""
        promised, session = information.feedback_by, self.dialogue.session_day
        if promised and promised <= session:
            days = {"date": promised.isoformat(), "session": session.isoformat()}
            raise BadInput("promise-before-session", **days)

    def stakeholder(self, name: str) -> Stakeholder:
        """The stakeholder called *name*; raises NotKnown."""
        found = self.dialogue.stakeholders.get(name)
        if found is None:
            raise NotKnown("unknown-stakeholder", stakeholder=name)
        return found

    def contribution(self, name: str) -> Contribution:
        """The contribution called *name*; raises NotKnown, also when it was withdrawn."""
        found = self.dialogue.contributions.get(name)
        if found is None or not found.stands:
            raise NotKnown("unknown-contribution", contribution=name)
        return found

    def change_stakeholder(self, name: str, /, **changes: Any) -> Stakeholder:  # noqa: ANN401 - values of its fields
        """Change fields of a stakeholder."""
        changed = self.stakeholder(name).model_copy(update=changes)
        self.dialogue.stakeholders[name] = changed
        return changed

    def change_contribution(self, name: str, **changes: Any) -> Contribution:  # noqa: ANN401 - values of its fields
        """Change fields of a contribution."""
        changed = self.dialogue.contributions[name].model_copy(update=changes)
        self.dialogue.contributions[name] = changed
        return changed

    def duty(self, name: str) -> Duty | None:
        """The latest round of the duty that people call *name*."""
        return self.dialogue.latest(name)

    def open_duty(
        self,
        kind: DutyKind,
        whom: str | None = None,
        *,
        owner: str | None = None,
        due_day: date | None = None,
        start: date | None = None,
        waiting: str | None = None,
        **more: Any,  # noqa: ANN401 - other fields of the duty
    ) -> Duty:
        """
        Open a duty of *kind* about *whom*; due as the policy says (counted from *start*, or today) or on *due_day*.

        One that would be due before it opens is due after the policy's days to answer. One that was opened before
        begins a new round, so that what became of the earlier one stays readable.
        """
        earlier = self.duty(duty_name(kind, whom))
        round_ = earlier.round + 1 if earlier else 1
        reckoning = self.reckon(kind, due_day, start)
        due = self.calendar.end_of(reckoning.end)
        duty = Duty(
            name=duty_name(kind, whom, round_),
            kind=kind,
            whom=whom,
            round=round_,
            owner=owner or KINDS[kind].owner,
            due=due,
            first_due=due,
            day=reckoning.end,
            first_day=reckoning.end,
            opened_at=self.now,
            reckoning=reckoning,
            waiting=waiting,
            **more,
        )
        self.keep(arm(duty, self.setting, self.armed_from))
        self.fact(
            FactName.DUTY_OPENED,
            duty.name,
            kind=kind,
            **{"for": whom},
            owner=duty.owner,
            due=due.isoformat(),
        )
        return duty

    def reckon(
        self, kind: DutyKind, due_day: date | None = None, start: date | None = None
    ) -> Reckoning:
        """
        How the due day of *kind* follows from the policy (from *start* on), or from the day that somebody promised.

        Never a day that is over: born late is not late (rules 6).
        """
        rule = self.dialogue.policy.due[kind]
        if due_day is not None or rule == "promised":
            return self._still_to_come(Reckoning(rule="promised", end=due_day or self.today), kind)
        begin = self.dialogue.session_day if rule.startswith("S") else start or self.today
        return self._still_to_come(self.calendar.reckon(rule, begin), kind)

    def _still_to_come(self, reckoning: Reckoning, kind: DutyKind) -> Reckoning:
        """Whoever is asked on the last day itself still gets time; a role has the rest of that day."""
        asked = KINDS[kind].owner == PARTICIPANT
        over = reckoning.end <= self.today if asked else reckoning.end < self.today
        return self.setting.days_to_answer(self.today) if over else reckoning

    def keep(self, duty: Duty) -> None:
        """Put *duty* in place of what stood under its name."""
        self.dialogue.duties[duty.name] = duty

    def meet(self, name: str) -> None:
        """The duty was done now; does nothing when it is not owed, or was closed as no answer and nobody asked."""
        duty = self.duty(name)
        if duty is None or duty.status not in _MAY_STILL_BE_MET:
            return
        if duty.owed and self.dialogue.policy.ladders[duty.ladder].at_due == "lapse":
            duty = self.lapse_if_past(duty)
        late = duty.lapsed_at is not None or self.now >= duty.first_due
        unreached = duty.owner == PARTICIPANT and duty.status is DutyStatus.NOT_REACHED
        status = DutyStatus.MET_LATE if late and not unreached else DutyStatus.MET
        self.keep(duty.model_copy(update={"status": status, "ended_at": self.now, "next_at": None}))
        days = self.dialogue.duties[duty.name].late_days(self.now, self.dialogue.zone)
        self.fact(
            FactName.DUTY_MET, duty.name, kind=duty.kind, **{"for": duty.whom}, late_days=days
        )

    def lapse_if_past(self, duty: Duty) -> Duty:
        """A due moment that went by while nothing swept is recorded before anything else happens to the duty."""
        if duty.due > self.now or duty.lapsed_version >= duty.version:
            return duty
        self.facts.append(lapse_fact(duty))
        return lapse(duty, self.now)

    def withdraw(self, duties: Iterable[Duty], reason: str) -> None:
        """These duties are no longer owed; *reason* is a code."""
        for duty in list(duties):
            self.keep(
                duty.model_copy(
                    update={"status": DutyStatus.WITHDRAWN, "ended_at": self.now, "next_at": None}
                )
            )
            self.fact(
                FactName.DUTY_WITHDRAWN, duty.name, kind=duty.kind, **{"for": duty.whom}, why=reason
            )

    def withdraw_named(self, name: str, reason: str) -> None:
        """Withdraw the duty called *name* if it is owed."""
        if (duty := self.duty(name)) and duty.owed:
            self.withdraw([duty], reason)

    def postpone(self, duty: Duty, to: date, reason: str) -> Duty:
        """
        Promise *to* instead; the first promise stays and all lateness is counted from it.

        Does not ask whether this is allowed. The one who waits is told at once, with both dates and the reason.
        """
        duty = self.lapse_if_past(duty)
        was, due = duty.due, self.calendar.end_of(to)
        late = self.now >= was
        note = Postponement(at=self.now, was=was, to=due, reason=reason, late=late)
        moved = self.move(
            duty, due, Reckoning(rule="promised", end=to), postponements=(*duty.postponements, note)
        )
        dates = {"was": was.isoformat(), "to": due.isoformat(), "first": duty.first_due.isoformat()}
        self.fact(
            FactName.DUTY_POSTPONED,
            duty.name,
            **dates,
            reason=reason,
            late=late,
            version=moved.version,
        )
        if moved.waiting:
            self.tell(
                moved.waiting, Template.ANSWER_POSTPONED, moved, **dates, reason=reason, late=late
            )
        return moved

    def move(self, duty: Duty, due: datetime, reckoning: Reckoning, **changes: Any) -> Duty:  # noqa: ANN401
        """*duty* with another due moment: a new version with its ladder set anew."""
        dates = {"due": due, "day": reckoning.end, "reckoning": reckoning}
        changed = duty.model_copy(update={**dates, "version": duty.version + 1, **changes})
        moved = arm(changed, self.setting, self.armed_from)
        self.keep(moved)
        return moved
