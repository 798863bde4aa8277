"""Gaps: what each check finds missing, one function for each condition."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from states.checks import composition
from states.checks.stock_phrases import hollow_answers
from states.checks.stock_phrases import stock_phrases as empty_reasons
from states.language.messages import say
from states.model.contributions import Outcome
from states.model.dialogue import Dialogue
from states.model.duties import DutyStatus, duty_name
from states.model.people import Invitation, Role, Stakeholder
from states.model.sizes.profiles import GovernedRule
from states.model.vocabulary import CheckName, DutyKind, FactName
from states.privacy.independence import helpers_of, is_debtor
from states.privacy.seals import has_seals


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing, as a code of the phrasebook and what fills its sentence."""

    code: str
    details: dict[str, Any] = field(default_factory=dict)

    def say(self, language: str) -> str:
        """What is missing and what to do, in *language*."""
        return say(self.code, language, **self.details)


Gaps = Iterator[Gap]


def roles_named(d: Dialogue, _now: datetime) -> Gaps:
    """Manager, deputy and sponsor are named."""
    missing = [
        role for role in (Role.MANAGER, Role.DEPUTY, Role.SPONSOR) if role not in d.programme.roles
    ]
    if missing:
        yield Gap(CheckName.ROLES_NAMED, {"roles": missing})


def risks_named(d: Dialogue, _now: datetime) -> Gaps:
    """At least one risk is named; its country, tier and group are fields it cannot lack."""
    if not d.risks:
        yield Gap(CheckName.RISKS_NAMED)


def affected_mapped(d: Dialogue, now: datetime) -> Gaps:
    """Every top risk has a mapped seat close to those affected, or a recent chain dialogue."""
    yield from _affected_people(d, now, accepted=False)


def affected_accepted(d: Dialogue, now: datetime) -> Gaps:
    """Every top risk has such a seat among those who accepted, or a recent chain dialogue."""
    yield from _affected_people(d, now, accepted=True)


def _affected_people(d: Dialogue, now: datetime, *, accepted: bool) -> Gaps:
    for risk in composition.unheard_risks(d, now, accepted=accepted):
        code = "affected-represented-accepted" if accepted else CheckName.AFFECTED_REPRESENTED
        yield Gap(code, {"risk": risk.id, "group": risk.group, "country": risk.country})


def critical_voice(d: Dialogue, _now: datetime) -> Gaps:
    """At least one critical party is mapped."""
    if not any(s.critical for s in d.stakeholders.values()):
        yield Gap(CheckName.CRITICAL_VOICE)


def home_share(d: Dialogue, _now: datetime) -> Gaps:
    """The share of seats from the programme's own country is within its limit."""
    home, seats = composition.home_seats(d)
    if seats == 0:
        yield Gap("nobody-mapped")
    elif home / seats > d.policy.limits.home_share:
        most = int(d.policy.limits.home_share * seats)
        country = d.programme.country
        yield Gap(
            CheckName.HOME_SHARE, {"home": home, "seats": seats, "country": country, "most": most}
        )


def safety_considered(d: Dialogue, _now: datetime) -> Gaps:
    """It is decided for everybody whether taking part puts them at risk."""
    undecided = [s.id for s in d.stakeholders.values() if s.at_risk is None]
    if undecided:
        yield Gap(CheckName.SAFETY_CONSIDERED, {"stakeholders": undecided})


def debts_carried(d: Dialogue, _now: datetime) -> Gaps:
    """What earlier editions owe stands in the journal of this one, also what was promised after it opened."""
    if d.uncarried:
        yield Gap(CheckName.DEBTS_CARRIED, {"debts": d.uncarried})


def information_complete(d: Dialogue, _now: datetime) -> Gaps:
    """All eight fields of the invitation are there."""
    if d.information.missing:
        yield Gap(CheckName.INFORMATION_COMPLETE, {"fields": d.information.missing})


def everyone_invited(d: Dialogue, _now: datetime) -> Gaps:
    """Everybody who is mapped was invited."""
    waiting = [s.id for s in d.stakeholders.values() if not s.invited]
    if waiting:
        yield Gap(CheckName.EVERYONE_INVITED, {"stakeholders": waiting})


def answers_in(d: Dialogue, now: datetime) -> Gaps:
    """
    Everybody answered, or their silence was recorded after the ladder ran out, or that nothing reached them.

    On its day the session does not wait for whoever was asked too late to answer before it.
    """
    session = d.session_day
    early = d.calendar.day_of(now) < session
    for kind, code in (
        (DutyKind.ANSWER_INVITATION, CheckName.ANSWERS_IN),
        (DutyKind.SHARE_EXPECTATION, "expectations-in"),
    ):
        asked = [x for x in d.owed(kind) if early or d.due_day(x) < session]
        if silent := [duty.whom for duty in asked]:
            yield Gap(code, {"stakeholders": silent})


def _given_up(d: Dialogue, name: str) -> bool:
    duty = d.latest(name)
    return duty is not None and duty.status is DutyStatus.NOT_REACHED


def reachable(d: Dialogue, _now: datetime) -> Gaps:
    """Who is reached by hand has a phone or a postal address, unless they declined or nothing reached them."""
    lost = [
        s.id
        for s in d.stakeholders.values()
        if not (s.email or s.phone or s.postal_address) and _still_to_reach(d, s)
    ]
    if lost:
        yield Gap(CheckName.REACHABLE, {"stakeholders": lost})


def _still_to_reach(d: Dialogue, seat: Stakeholder) -> bool:
    gone = seat.invitation is Invitation.DECLINED or seat.erased_at is not None
    return not gone and not _given_up(d, duty_name(DutyKind.ANSWER_INVITATION, seat.id))


def hands_named(d: Dialogue, _now: datetime) -> Gaps:
    """Somebody independent can say what arrived: moderator, confidant or a helper (rules 10)."""
    if any(d.role(role) and not is_debtor(d, role) for role in (Role.MODERATOR, Role.CONFIDANT)):
        return
    if not helpers_of(d):
        seats = composition.seats_needing_hands(d)
        yield Gap(CheckName.HANDS_NAMED, {"stakeholders": [s.id for s in seats]})


def expectations_echoed(d: Dialogue, _now: datetime) -> Gaps:
    """What changed in the agenda because of the expectations was sent."""
    if d.echoed_at is None:
        yield Gap(CheckName.EXPECTATIONS_ECHOED)


def declined_replaced(d: Dialogue, _now: datetime) -> Gaps:
    """Every seat that was declined was taken by somebody else."""
    if lost := [s.id for s in composition.lost_seats(d)]:
        yield Gap(CheckName.DECLINED_REPLACED, {"stakeholders": lost})


def session_held(d: Dialogue, now: datetime) -> Gaps:
    """The session has begun."""
    if now < d.session_at:
        yield Gap(
            CheckName.SESSION_HELD,
            {"session": d.session_at.astimezone(d.zone).strftime("%Y-%m-%d %H:%M")},
        )


def attendance_recorded(d: Dialogue, _now: datetime) -> Gaps:
    """It is recorded of everybody who accepted whether they were there."""
    unseen = [s.id for s in d.stakeholders.values() if s.accepted and s.present is None]
    if unseen:
        yield Gap(CheckName.ATTENDANCE_RECORDED, {"stakeholders": unseen})


def management_present(d: Dialogue, _now: datetime) -> Gaps:
    """The sponsor was there."""
    if not d.management.get(Role.SPONSOR):
        yield Gap(CheckName.MANAGEMENT_PRESENT)


def independent_moderator(d: Dialogue, _now: datetime) -> Gaps:
    """A moderator is named who holds no other role, or was there for the days that the profile asks."""
    if composition.moderator_is_independent(d):
        return
    if d.policy.rule(GovernedRule.INDEPENDENT_MODERATOR) != SESSION_DAY:
        yield Gap(CheckName.INDEPENDENT_MODERATOR)
    elif not _was_there(d):
        yield Gap("independent-moderator-there")


SESSION_DAY = "session-day"
"""The value of the rule by which somebody independent is there on the day of the session and the day after."""


def _was_there(d: Dialogue) -> bool:
    """Whether an independent moderator said so themselves; not enough where somebody needs them for longer."""
    longer = has_seals(d) or composition.seats_at_risk(d)
    return bool(d.management.get(Role.MODERATOR)) and not longer


def contributions_recorded(d: Dialogue, _now: datetime) -> Gaps:
    """At least one contribution is recorded, or it is stated that there was none."""
    if not d.contributions and d.no_contributions is None:
        yield Gap(CheckName.CONTRIBUTIONS_RECORDED)


def summary_checked(d: Dialogue, _now: datetime) -> Gaps:
    """Each line was confirmed, corrected or withdrawn, or its window is over."""
    if d.contributions and d.summary_published_at is None:
        yield Gap(FactName.SUMMARY_PUBLISHED)
    if waiting := [duty.whom for duty in d.owed(DutyKind.CHECK_SUMMARY)]:
        yield Gap(CheckName.SUMMARY_CHECKED, {"voices": waiting})


def everything_decided(d: Dialogue, _now: datetime) -> Gaps:
    """Every contribution has an outcome, with its reason and owner."""
    open_points = [c.id for c in d.contributions.values() if c.stands and c.outcome is None]
    if open_points:
        yield Gap(CheckName.EVERYTHING_DECIDED, {"contributions": open_points})


def adoptions_traced(d: Dialogue, _now: datetime) -> Gaps:
    """What was adopted links to a change of the strategy or a commitment with a date."""
    adopted = {Outcome.ADOPTED, Outcome.PARTLY}
    bare = [
        c.id
        for c in d.contributions.values()
        if c.stands and c.outcome in adopted and c.change is None and c.commitment is None
    ]
    if bare:
        yield Gap(CheckName.ADOPTIONS_TRACED, {"contributions": bare})


def strategy_signed(d: Dialogue, _now: datetime) -> Gaps:
    """The sponsor signed."""
    if d.signed_at is None:
        yield Gap(CheckName.STRATEGY_SIGNED)


def no_stock_phrases(d: Dialogue, _now: datetime) -> Gaps:
    """No reason says nothing or is given too often."""
    for contributions, reason in empty_reasons(d):
        yield Gap(CheckName.NO_STOCK_PHRASES, {"contributions": contributions, "reason": reason})


def answers_speak(d: Dialogue, _now: datetime) -> Gaps:
    """No answer says nothing or went to many alike."""
    for contributions in hollow_answers(d):
        yield Gap(CheckName.ANSWERS_SPEAK, {"contributions": contributions})


def everyone_answered(d: Dialogue, _now: datetime) -> Gaps:
    """Everybody who contributed has their answer, delivered."""
    if waiting := [duty.whom for duty in d.owed(DutyKind.ANSWER_PARTICIPANT)]:
        yield Gap(CheckName.EVERYONE_ANSWERED, {"voices": waiting, "number": len(waiting)})


def verdicts_in(d: Dialogue, _now: datetime) -> Gaps:
    """Everybody gave their verdict, or their window is over."""
    if open_windows := d.owed(DutyKind.GIVE_VERDICT):
        until = max(d.due_day(duty) for duty in open_windows)
        yield Gap(
            CheckName.VERDICTS_IN,
            {"voices": [duty.whom for duty in open_windows], "until": until.isoformat()},
        )


def disputes_settled(d: Dialogue, _now: datetime) -> Gaps:
    """No answer is disputed or asked about, but for a response that was written to somebody whom nothing reached."""
    waiting = [
        c
        for c in d.contributions.values()
        if c.dispute_open and not _given_up(d, duty_name(DutyKind.ANSWER_DISPUTE, c.id))
    ]
    for code, asked in ((CheckName.DISPUTES_SETTLED, False), ("questions-answered", True)):
        if names := [c.id for c in waiting if c.asked_back is asked]:
            yield Gap(code, {"contributions": names})


def lessons_noted(d: Dialogue, _now: datetime) -> Gaps:
    """A lesson for next year is noted."""
    if not d.lessons:
        yield Gap(CheckName.LESSONS_NOTED)
