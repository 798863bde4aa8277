"""View of a participant: what is asked of them, what is owed to them, and the line of sight of each point."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from notifications.language.due_dates import term
from notifications.views.dialogue_view import DialogueView, DutyView
from notifications.views.names import Contact, contact_of, own_title
from notifications.views.to_participants import contact_for
from portal.shared.points import AnyPoint
from states.checks.status import ANSWERING
from states.model.contributions import LineVerdict, Verdict
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, About, Duty, DutyStatus, Place, duty_name
from states.model.people import PARTICIPANT, Role, Stakeholder
from states.model.vocabulary import DutyKind, Step
from states.privacy.embargo.windows import is_done, open_window
from states.privacy.seals import is_sealed
from states.steps.permissions import can_ask_back, can_dispute, decisions_stand, fits

ASKED_AT: dict[Place, str] = {
    Place.OWN_INVITATION: "/my/invitation",
    Place.OWN_EXPECTATION: "/my/invitation#expectation",
    Place.OWN_WORDS: "/my/words#words-{voice}",
    Place.OWN_VERDICT: "/my/words#verdict-{voice}",
}
"""Where a participant does what is asked of them."""


@dataclass(frozen=True)
class Point(AnyPoint["Mine"]):
    """One contribution with its line of sight, as its speaker may see it."""

    @property
    def title(self) -> str:
        """What it is called, as in the letters: by its place among theirs."""
        return own_title(self.of.dialogue, self.source, self.of.language)

    @property
    def withdrawn(self) -> bool:
        """Whether its speaker took it back."""
        return not self.source.stands

    @property
    def line_open(self) -> bool:
        """Whether the line of the summary can be confirmed, corrected or withdrawn now."""
        published = self.of.dialogue.summary_published_at is not None
        return published and self.source.stands and self.of.may(Step.CHECK_LINE)

    @property
    def line_checked(self) -> bool:
        """Whether its speaker has said something of the line."""
        return self.source.line_verdict not in {None, LineVerdict.SILENT}

    @property
    def decided(self) -> bool:
        """Whether the decision can be told: once it is signed, because before that it may still change."""
        return self.source.outcome is not None and (self.of.signed or self.delivered)

    @property
    def delivered(self) -> bool:
        """Whether the answer has reached its speaker."""
        return self.source.delivered_at is not None

    @property
    def response(self) -> DutyView | None:
        """The promised response to an objection that waits for one."""
        duty = self.of.dialogue.latest(duty_name(DutyKind.ANSWER_DISPUTE, self.source.id))
        return self.of.view(duty) if duty and duty.owed else None

    @property
    def settled(self) -> bool:
        """Whether an objection was answered, and the answer arrived."""
        return self.source.settlement is not None and not self.source.dispute_open

    @property
    def question_possible(self) -> bool:
        """Whether a question about the answer can be asked now."""
        return can_ask_back(self.of.dialogue, self.source)

    @property
    def dispute_possible(self) -> bool:
        """Whether *not my point* can be said now."""
        return can_dispute(self.of.dialogue, self.source)


@dataclass(frozen=True)
class Voice:
    """One name under which the participant speaks: their own, or a pseudonym that only they and the moderator know."""

    of: "Mine"
    name: str

    @property
    def sealed(self) -> bool:
        """Whether it is a pseudonym."""
        return self.name != self.of.me.id

    @cached_property
    def points(self) -> list[Point]:
        """What was said under this name, what was withdrawn included."""
        everything = self.of.dialogue.contributions.values()
        return [Point(self.of, c) for c in everything if c.voice == self.name]

    @property
    def debt(self) -> DutyView | None:
        """The answer that is owed, or was; once it is written under seal, that it arrives."""
        carried = self.of.dialogue.latest(duty_name(DutyKind.CARRY_ANSWER, self.name))
        written = self.of.dialogue.latest(duty_name(DutyKind.ANSWER_PARTICIPANT, self.name))
        duty = carried if carried and not (written and written.owed) else written
        return self.of.view(duty) if duty and duty.status is not DutyStatus.WITHDRAWN else None

    @property
    def answered(self) -> bool:
        """Whether any answer arrived."""
        return any(point.delivered for point in self.points)

    @property
    def answers(self) -> list[tuple[str, datetime, list[str]]]:
        """Each text that arrived, when, and the points that it covers."""
        found: dict[str, tuple[str, datetime, list[str]]] = {}
        for point in self.points:
            c = point.source
            if c.answer and c.delivered_at and c.stands:
                found.setdefault(c.answer, (c.answer, c.delivered_at, []))[2].append(c.id)
        return list(found.values())

    @property
    def verdict(self) -> Verdict | None:
        """What they said of the answer."""
        return self.of.dialogue.verdicts.get(self.name)

    @property
    def asked(self) -> DutyView | None:
        """The verdict that is asked now."""
        return next((self.of.view(d) for d in self._debts(DutyKind.GIVE_VERDICT)), None)

    @property
    def verdict_possible(self) -> bool:
        """Whether a verdict can be given now on the answer that came to this voice."""
        return self.answered and self.of.may(Step.GIVE_VERDICT)

    def unseen_until(self, kind: DutyKind) -> date | None:
        """The day until whose end others do not see what is said here, under seal, as *kind* asks; None: they may."""
        duty = open_window(self.of.dialogue, kind, self.name, self.of.now)
        return self.of.dialogue.due_day(duty) if duty else None

    def _debts(self, kind: DutyKind) -> list[Duty]:
        owed = self.of.dialogue.owed(kind)
        return [d for d in owed if d.whom == self.name and not is_done(self.of.dialogue, d)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and *where* it is done; of which *voice* when they speak under more than one name."""

    duty: DutyView
    where: str
    voice: Voice | None


@dataclass(frozen=True)
class Mine:
    """The dialogue as *me* may see it at *now*; it holds no seal but their own."""

    dialogue: Dialogue
    me: Stakeholder
    now: datetime
    language: str

    @cached_property
    def shown(self) -> DialogueView:
        """The dialogue as any letter may speak of it."""
        return DialogueView(self.dialogue, self.language)

    @property
    def signed(self) -> bool:
        """Whether the decisions of this year stand."""
        return decisions_stand(self.dialogue)

    @cached_property
    def voices(self) -> list[Voice]:
        """The names under which they spoke; their own when they did not speak yet."""
        names = self.dialogue.voices_of(self.me.id)
        spoke = [Voice(self, name) for name in names if Voice(self, name).points]
        return spoke or [Voice(self, self.me.id)]

    def voice(self, name: str) -> Voice | None:
        """Their voice called *name*; None when it is somebody else's."""
        return next((voice for voice in self.voices if voice.name == name), None)

    def point(self, name: str) -> Point | None:
        """Their contribution called *name*; None when it is somebody else's."""
        points = (point for voice in self.voices for point in voice.points)
        return next((point for point in points if point.source.id == name), None)

    def may(self, step: Step) -> bool:
        """Whether *step* fits where the dialogue stands."""
        return fits(self.dialogue, step)

    @property
    def response_within(self) -> str | None:
        """How long a response to an objection takes; None when its date is named by hand."""
        if self.dialogue.policy.due[DutyKind.ANSWER_DISPUTE] == "promised":
            return None
        return term(self.dialogue, DutyKind.ANSWER_DISPUTE, self.language)

    def view(self, duty: Duty) -> DutyView:
        """A duty as a letter may speak of it."""
        return DutyView(self.dialogue, duty, self.now, self.language)

    @cached_property
    def asks(self) -> list[Asked]:
        """What is asked of them; the next due first."""
        names = self.dialogue.voices_of(self.me.id)
        asked = [
            duty
            for duty in self.dialogue.duties.values()
            if duty.owed and duty.owner == PARTICIPANT and duty.whom in names
        ]
        asked = [duty for duty in asked if not is_done(self.dialogue, duty)]
        return [self._asked_row(duty) for duty in sorted(asked, key=lambda d: d.due)]

    def _asked_row(self, duty: Duty) -> Asked:
        rule = KINDS[duty.kind]
        several = rule.about is About.VOICE and len(self.voices) > 1
        voice = self.voice(str(duty.whom)) if several else None
        return Asked(self.view(duty), ASKED_AT[rule.settled_at].format(voice=duty.whom), voice)

    @cached_property
    def debts(self) -> list[DutyView]:
        """What is owed to them, the longest late first."""
        return [self.view(duty) for duty in self._waiting if duty.owed]

    @cached_property
    def paid(self) -> list[DutyView]:
        """What was owed to them and came, in time or late: lateness stays to be seen."""
        return [self.view(duty) for duty in self._waiting if duty.met_at]

    @property
    def _waiting(self) -> list[Duty]:
        names = self.dialogue.voices_of(self.me.id)
        theirs = [duty for duty in self.dialogue.duties.values() if duty.waiting in names]
        mine = [duty for duty in theirs if self._is_debt(duty)]
        return sorted(mine, key=lambda duty: duty.first_due)

    def _is_debt(self, duty: Duty) -> bool:
        """Under seal an answer that is written is owed, and came, as something that is carried."""
        if duty.kind == DutyKind.CARRY_ANSWER:
            return True
        written = duty.kind in ANSWERING and duty.met_at and is_sealed(self.dialogue, duty.waiting)
        return KINDS[duty.kind].debt and not written

    @property
    def accountable(self) -> Contact | None:
        """Who is accountable for the answers."""
        return contact_of(self.dialogue, Role.MANAGER)

    def accountable_for(self, duty: DutyView) -> Contact | None:
        """Who is accountable for *duty*: whoever owes it, such as the moderator who has the last word."""
        return contact_of(self.dialogue, self.dialogue.owner_role(duty.source)) or self.accountable

    @property
    def contact(self) -> Contact | None:
        """To whom they may turn: the moderator when they spoke under seal, whose mailbox the manager cannot see."""
        sealed = next((voice.name for voice in self.voices if voice.sealed), None)
        return contact_for(self.dialogue, sealed or self.me.id)

    @property
    def kinds(self) -> list[str]:
        """The kinds of organisations that are invited, without how many: few could be told apart."""
        return sorted({s.category for s in self._others})

    @property
    def countries(self) -> list[str]:
        """The countries they come from."""
        return sorted({s.country for s in self._others})

    @property
    def _others(self) -> list[Stakeholder]:
        return [s for s in self.dialogue.stakeholders.values() if s.invited and s.id != self.me.id]
