"""View for participants: their own contributions, and what everybody invited may know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from notifications.language.due_dates import term
from notifications.language.local_time import zone_of
from notifications.language.words import the_role, word
from notifications.views.dialogue_view import DutyView, view_of
from notifications.views.names import Contact, contact_of, own_title
from states.language.languages import capital_in
from states.model.contributions import Commitment, Contribution
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from states.model.facts import Notice
from states.model.people import ROLES, Role, Stakeholder
from states.model.policy import rung_offset
from states.model.vocabulary import DutyKind, Template
from states.privacy.seals import has_neutral_subjects, is_sealed, others_under_seal
from states.steps.permissions import next_judge


@dataclass(frozen=True)
class You:
    """The participant who is written to, under the name *voice*."""

    dialogue: Dialogue
    voice: str
    stakeholder: Stakeholder
    covers: tuple[str, ...]
    now: datetime
    language: str
    guarded: bool = False
    """Whether this very letter may tell nothing, although they do not speak under seal here."""
    alike: bool = False
    """Whether everybody's mail looks like that of those to whom it tells nothing, and leads no reply anywhere."""
    aloud: bool = False
    """Whether somebody reads this to them or brings it, whatever address they have."""

    @property
    def discreet(self) -> bool:
        """Whether the letter tells nothing: they speak under seal here, or are at risk."""
        return self.guarded or is_sealed(self.dialogue, self.voice)

    @property
    def replies(self) -> bool:
        """Whether a reply to the letter reaches whoever it should; else it goes to nobody (rules 49)."""
        return self.has_mail and not self.discreet and not self.alike

    @property
    def name(self) -> str:
        """Their name; templates leave it out under seal."""
        return self.stakeholder.name

    @property
    def refusal(self) -> str | None:
        """Why they were not erased."""
        return self.stakeholder.erasure_refusal

    @property
    def has_mail(self) -> bool:
        """Whether they can answer a mail; otherwise somebody reads this to them or sends it as a letter."""
        return self.stakeholder.email is not None and not self.aloud

    @property
    def points(self) -> list[Contribution]:
        """The contributions that this message is about; all of theirs when it names none."""
        everything = self.dialogue.contributions_of(self.voice)
        return [point for point in everything if not self.covers or point.id in self.covers]

    @property
    def waiting_points(self) -> list[Contribution]:
        """Those of their contributions that still have no answer and are not in this message."""
        everything = self.dialogue.contributions_of(self.voice)
        return [
            point
            for point in everything
            if point.written_at is None and point.id not in self.covers
        ]

    @property
    def spoken(self) -> str:
        """The language in which they speak and write."""
        return self.stakeholder.language

    def title(self, point: Contribution) -> str:
        """What *point* is called in a letter to whoever made it: by its place among theirs, never by an id."""
        return capital_in(self.language, own_title(self.dialogue, point, self.language))

    @property
    def waiting_titles(self) -> list[str]:
        """What is called what they still wait for, within a sentence."""
        return [own_title(self.dialogue, p, self.language) for p in self.waiting_points]

    @property
    def promises(self) -> list[Commitment]:
        """What was promised because of the points that this message is about, the nearest first."""
        named = dict.fromkeys(point.commitment for point in self.points if point.commitment)
        return sorted((self.commitment(name) for name in named), key=lambda one: one.due)

    @property
    def answers(self) -> list[str]:
        """What was written to them; one text may answer several points."""
        return list(dict.fromkeys(point.answer for point in self.points if point.answer))

    @property
    def next_judge(self) -> str | None:
        """Who looks at another objection to this point; None when no round is left."""
        return next_judge(self.dialogue, max((p.dispute_round for p in self.points), default=0))

    @property
    def asked_back(self) -> bool:
        """Whether what this is about was a question about the answer, and no objection."""
        return any(point.asked_back for point in self.points)

    @property
    def expectation(self) -> str | None:
        """What they expect of the dialogue."""
        return self.stakeholder.expectation

    @property
    def success_test(self) -> str | None:
        """What would show them that they were heard."""
        return self.stakeholder.success_test

    @property
    def debts(self) -> list[DutyView]:
        """What is still owed to them."""
        names = (
            set(self.dialogue.voices_of(self.stakeholder.id)) if not self.discreet else {self.voice}
        )
        names -= others_under_seal(self.dialogue, self.voice)
        return [
            self._view(duty)
            for duty in self.dialogue.duties.values()
            if duty.owed and duty.waiting in names
        ]

    def recorded(self, detail: Mapping[str, Any]) -> str:
        """What *detail* says was recorded in their name, in a few words."""
        verdict = detail.get("verdict")
        key = f"{detail['step']}-{verdict}" if verdict else detail["step"]
        return word("recorded", key, self.language)

    def changed_by(self, detail: Mapping[str, Any]) -> str | None:
        """The function that changed how they are reached; None when they did so themselves."""
        by = detail["by"]
        return the_role(by, self.language) if by in ROLES else None

    def commitment(self, name: str) -> Commitment:
        """The promised action called *name*."""
        return self.dialogue.commitments[name]

    def evidence(self, detail: Mapping[str, Any]) -> str | None:
        """What shows the progress of the commitment that *detail* names."""
        return detail.get("evidence") or self.commitment(detail["commitment"]).evidence

    def term(self, kind: DutyKind) -> str:
        """How long *kind* takes by the policy, counted from the day that it is asked."""
        return term(self.dialogue, kind, self.language)

    def asked_by(self, kind: DutyKind) -> date:
        """The day by which *kind* is asked of them; reckoned from the policy while it is not asked yet."""
        duty = self.dialogue.latest(f"{kind}/{self.voice}")
        if duty:
            return self.dialogue.due_day(duty)
        rule = self.dialogue.policy.due[kind]
        start = (
            self.dialogue.session_day
            if rule.startswith("S")
            else self.dialogue.calendar.day_of(self.now)
        )
        return self.dialogue.calendar.reckon(rule, start).end

    def _view(self, duty: Duty) -> DutyView:
        return DutyView(self.dialogue, duty, self.now, self.language)


def context_for_participant(
    notice: Notice, dialogue: Dialogue, now: datetime, language: str
) -> dict[str, Any]:
    """What the letter of *notice* may use; the notice's reader must exist."""
    stakeholder = dialogue.stakeholder_of(notice.to)
    duty = dialogue.latest(notice.duty) if notice.duty else None
    covers = tuple(notice.detail.get("covers", ())) or _single(notice, duty)
    you = stakeholder and You(
        dialogue, notice.to, stakeholder, covers, now, language, telling(notice, dialogue),
        has_neutral_subjects(dialogue),
    )  # fmt: skip
    context: dict[str, Any] = {
        "dialogue": view_of(dialogue, language),
        "you": you,
        # Where their clock stands tells where they live: a letter that tells nothing leaves it out.
        "own_zone": zone_of(you.stakeholder) if you and not you.discreet else None,
        "accountable": _accountable(dialogue, duty),
        "contact": _contact_of(notice, dialogue),
        "offset": abs(rung_offset(notice.rung)) if notice.rung else 0,
    }
    return context | ({"duty": DutyView(dialogue, duty, now, language)} if duty else {})


_KEEPERS_OWN = frozenset(
    {Template.RELAYED, Template.CONTACT_CHANGED, Template.KEEPER_CHANGED, Template.WAY_REPLACED}
)
"""Letters about what somebody else did for a person: whoever is asked about them is not who may have done it."""


def telling(notice: Notice, dialogue: Dialogue) -> bool:
    """Whether the letter of *notice* tells nothing: to a replaced way, to somebody at risk, or to all alike."""
    seat = dialogue.stakeholders.get(notice.to)
    at_risk = seat is not None and seat.at_risk is not False
    if notice.template == Template.THERE_MAY_BE_NEWS:
        return True
    return notice.template == Template.WAY_REPLACED or (at_risk and notice.template in _KEEPERS_OWN)


def _contact_of(notice: Notice, dialogue: Dialogue) -> Contact | None:
    if notice.template in {Template.WAY_REPLACED, Template.THERE_MAY_BE_NEWS}:
        return None
    if notice.template not in _KEEPERS_OWN:
        return contact_for(dialogue, notice.to)
    return keeper_for(dialogue, notice.to)


def _single(notice: Notice, duty: Duty | None) -> tuple[str, ...]:
    """The one contribution of a message about an objection."""
    named = notice.detail.get("contribution")
    if named is None and duty and duty.kind == DutyKind.ANSWER_DISPUTE:
        named = duty.whom
    return (named,) if named else ()


def _accountable(dialogue: Dialogue, duty: Duty | None) -> Contact | None:
    role = dialogue.owner_role(duty) if duty else Role.MANAGER
    return contact_of(dialogue, role) or contact_of(dialogue, Role.MANAGER)


def keeper_for(dialogue: Dialogue, voice: str) -> Contact | None:
    """Who stands beside *voice* and owes them nothing, moderator or confidant; else as `contact_for`."""
    held = (contact_of(dialogue, role) for role in (Role.MODERATOR, Role.CONFIDANT))
    return next((one for one in held if one), None) or contact_for(dialogue, voice)


def contact_for(dialogue: Dialogue, voice: str) -> Contact | None:
    """
    To whom *voice* may write back: the manager, but under seal the moderator, else the confidant.

    An answer to the manager would open the seal by its sender's address.
    """
    sealed = is_sealed(dialogue, voice)
    roles = (Role.MODERATOR, Role.CONFIDANT) if sealed else (Role.MANAGER, Role.DEPUTY)
    return next((held for role in roles if (held := contact_of(dialogue, role))), None)
