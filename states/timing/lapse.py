"""Lapse: what time does to a duty at its due moment (a lapse, or silence), and the rungs of its ladder (rules 23)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from states.model.calendar import WorkCalendar
from states.model.duties import KINDS, Duty, DutyStatus
from states.model.facts import Fact, Notice
from states.model.people import PARTICIPANT, ROLES, SYSTEM, Person, Role
from states.model.policy import Ladder, Policy, rung_offset
from states.model.vocabulary import DutyKind, FactName, Template
from states.timing.due_facts import lapse_fact, not_reached, not_reached_fact
from states.timing.ladders import Rung, rung_at
from states.values.addresses import plain_address
from states.values.promised_days import Reckoning


@dataclass(frozen=True)
class Setting:
    """What time needs to know of a dialogue: its policy, its calendar and who holds which role."""

    dialogue_id: str
    policy: Policy
    calendar: WorkCalendar
    roles: Mapping[Role, Person]

    def due_day(self, duty: Duty) -> date:
        """The day at whose end *duty* is due."""
        return duty.day or self.calendar.due_day(duty.due)

    def days_to_answer(self, start: date) -> Reckoning:
        """When somebody who is asked on *start* must have answered: after the policy's working days."""
        return self.calendar.reckon(f"+{self.policy.limits.days_to_answer}wd", start)

    def ladder(self, duty: Duty) -> Ladder:
        """The ladder on which *duty* stands."""
        return self.policy.ladders[duty.ladder]

    def rung(self, duty: Duty, index: int) -> Rung | None:
        """The rung of *duty* with *index*, None when its ladder has ended."""
        return rung_at(
            self.ladder(duty), index, self.due_day(duty), self.calendar, self.policy.notice_time
        )


@dataclass(frozen=True, slots=True)
class Passing:
    """What became of a duty because time passed."""

    duty: Duty
    facts: tuple[Fact, ...]
    notices: tuple[Notice, ...]


def arm(duty: Duty, setting: Setting, now: datetime) -> Duty:
    """
    *duty* with its clock set for a new version that begins at *now*.

    Reminders whose moment was before *now* are left out; what comes after the due day is never left out.
    """
    index = 0
    while (rung := setting.rung(duty, index)) and rung.at < now and rung_offset(rung.name) <= 0:
        index += 1
    ready = duty.model_copy(update={"rung": index})
    return ready.model_copy(update={"next_at": next_moment(ready, setting)})


def next_moment(duty: Duty, setting: Setting) -> datetime | None:
    """When time acts next on *duty* (UTC), None when it never does again."""
    if not duty.owed:
        return None
    rung = setting.rung(duty, duty.rung)
    moments = [rung.at] if rung else []
    if duty.lapsed_version < duty.version:
        moments.append(duty.due)
    return min(moments, default=None)


def pass_time(duty: Duty, setting: Setting, now: datetime, arrived: date | None = None) -> Passing:
    """
    Let time pass for *duty* up to *now* (aware UTC).

    Each recipient gets only the highest rung that is now due; the others are recorded as skipped, so that an
    outage of any length ends neither in a burst nor in silence. Asking again for the same moment changes nothing.

    *arrived* is the local day on which the message arrived that asks for it. Before it nobody is reminded, nor silent.
    """
    if not duty.owed:
        return Passing(duty, (), ())
    if duty.asked and arrived is None:
        return _not_arrived(duty, setting, now)
    answer_by = setting.days_to_answer(arrived) if duty.asked and arrived else None
    if answer_by and answer_by.end > setting.due_day(duty):
        return _move(duty, setting, now, answer_by)
    return _pass(duty, setting, now)


def _not_arrived(duty: Duty, setting: Setting, now: datetime) -> Passing:
    """No rung is heard, and at the due moment it is recorded that they were not reached."""
    if duty.due <= now:
        return Passing(not_reached(duty, now), (not_reached_fact(duty),), ())
    waits = duty.model_copy(update={"rung": _due_rungs(duty, setting, now)[1]})
    return Passing(waits.model_copy(update={"next_at": next_moment(waits, setting)}), (), ())


def _move(duty: Duty, setting: Setting, now: datetime, answer_by: Reckoning) -> Passing:
    """What asked for it arrived too late to leave the days to answer: it is due when they are over."""
    due = setting.calendar.end_of(answer_by.end)
    dates = {"due": due, "first_due": due, "day": answer_by.end, "first_day": answer_by.end}
    fresh = {"version": duty.version + 1, "reckoning": answer_by}
    moved = arm(duty.model_copy(update={**dates, **fresh}), setting, now)
    told = {"was": duty.due.isoformat(), "due": due.isoformat(), "version": moved.version}
    fact = Fact(fact=FactName.DUTY_RESCHEDULED, actor=SYSTEM, subject=duty.name, detail=told)
    after = _pass(moved, setting, now)
    return Passing(after.duty, (fact, *after.facts), after.notices)


def _pass(duty: Duty, setting: Setting, now: datetime) -> Passing:
    rungs, index = _due_rungs(duty, setting, now)
    silent = setting.ladder(duty).at_due == "no-answer" and duty.due <= now
    passed = _PassedRungs(duty, setting, silent=silent)
    passed.climb([rung for rung in rungs if rung.at < duty.due])
    after = passed.lapse(now) if duty.due <= now else duty
    passed.climb([rung for rung in rungs if rung.at >= duty.due])
    after = after.model_copy(update={"rung": index})
    after = after.model_copy(update={"next_at": next_moment(after, setting)})
    return Passing(after, *passed.result(rungs))


def _due_rungs(duty: Duty, setting: Setting, now: datetime) -> tuple[list[Rung], int]:
    rungs, index = [], duty.rung
    while (rung := setting.rung(duty, index)) and rung.at <= now:
        rungs.append(rung)
        index += 1
    return rungs, index


class _PassedRungs:
    """The rungs that are due together, and the lapse between them, as facts in their order."""

    def __init__(self, duty: Duty, setting: Setting, *, silent: bool) -> None:
        self.duty = duty
        self.setting = setting
        self.silent = silent
        self.order: list[Rung | Fact] = []

    def climb(self, rungs: Iterable[Rung]) -> None:
        """Put *rungs* next in order."""
        self.order.extend(rungs)

    def lapse(self, now: datetime) -> Duty:
        """The due moment itself: a lapse, or silence that is recorded as no answer."""
        if self.duty.lapsed_version >= self.duty.version:
            return self.duty
        self.order.append(lapse_fact(self.duty, silent=self.silent))
        return lapse(self.duty, now, silent=self.silent)

    def result(self, rungs: list[Rung]) -> tuple[tuple[Fact, ...], tuple[Notice, ...]]:
        """The facts and the notices: for each recipient the highest rung, for the others that they were skipped."""
        audience = {rung.name: recipients(self.duty, rung.to, self.setting.roles) for rung in rungs}
        roles = self.setting.roles
        highest = {person_key(to, roles): rung for rung in rungs for to, _ in audience[rung.name]}
        facts: list[Fact] = []
        notices: list[Notice] = []
        for item in self.order:
            if isinstance(item, Fact):
                facts.append(item)
                continue
            sent = [
                (to, role)
                for to, role in audience[item.name]
                if highest[person_key(to, roles)] is item and not self.silent
            ]
            skipped = [to for to, role in audience[item.name] if (to, role) not in sent]
            facts += _rung_facts(self.duty, item, [to for to, _ in sent], skipped)
            notices += [rung_notice(self.duty, item.name, to, role) for to, role in sent]
        return tuple(facts), tuple(notices)


def _rung_facts(duty: Duty, rung: Rung, sent: list[str], skipped: list[str]) -> list[Fact]:
    reached = {"rung": rung.name, "version": duty.version, "to": sent}
    facts = (
        [Fact(fact=FactName.RUNG_REACHED, actor=SYSTEM, subject=duty.name, detail=reached)]
        if sent
        else []
    )
    for to in skipped:
        detail = {"rung": rung.name, "version": duty.version, "to": to}
        facts.append(
            Fact(fact=FactName.RUNG_SKIPPED, actor=SYSTEM, subject=duty.name, detail=detail)
        )
    return facts


def lapse(duty: Duty, now: datetime, *, silent: bool = False) -> Duty:
    """*duty* after its due moment went by unmet."""
    if silent:
        return duty.model_copy(
            update={"status": DutyStatus.NO_ANSWER, "ended_at": now, "lapsed_version": duty.version}
        )
    first = duty.lapsed_at or duty.due
    return duty.model_copy(
        update={"status": DutyStatus.LAPSED, "lapsed_at": first, "lapsed_version": duty.version}
    )


def recipients(
    duty: Duty, audience: tuple[str, ...], roles: Mapping[Role, Person]
) -> list[tuple[str, str]]:
    """
    Who hears of a rung, as (recipient, capacity), each person once.

    A role that nobody holds passes what it should hear on to the sponsor, then to the manager, or to who hears of its
    kind instead: to nobody only where none of them is held.
    """
    found = [seat for name in audience if (seat := _seat(duty, name, roles))]
    for_roles = duty.owner != PARTICIPANT and set(audience) != {PARTICIPANT}
    if for_roles and all(role == PARTICIPANT for _, role in found):
        found += [(r.value, r.value) for r in duty.climbs_as.heard_by if r in roles][:1]
    if duty.kept:  # it names somebody, and the board hears of what seals keep numbers alone
        found = [one for one in found if one[0] != Role.BOARD]
    return _each_person_once(found, roles)


def _seat(duty: Duty, name: str, roles: Mapping[Role, Person]) -> tuple[str, str] | None:
    if name == "owner":
        name = duty.owner
        if name != PARTICIPANT and Role(name) not in roles:
            name = duty.climbs_as.stand_in.value
    if name == PARTICIPANT:
        waiting = duty.whom if duty.owner == PARTICIPANT else duty.waiting
        return (waiting, PARTICIPANT) if waiting else None
    return (name, name) if Role(name) in roles else None


def _each_person_once(
    seats: list[tuple[str, str]], roles: Mapping[Role, Person]
) -> list[tuple[str, str]]:
    seen: dict[str, tuple[str, str]] = {}
    for to, role in seats:
        seen.setdefault(person_key(to, roles), (to, role))
    return list(seen.values())


def person_key(to: str, roles: Mapping[Role, Person]) -> str:
    """The same for two roles that one person holds, so that nobody hears a thing twice."""
    person = roles.get(Role(to)) if to in ROLES else None
    return _key_of(person) if person else to


def _key_of(person: Person) -> str:
    return plain_address(person.email) if person.email else person.name.casefold()


def rung_notice(duty: Duty, rung: str, to: str, role: str) -> Notice:
    """The notice of one rung to one person."""
    return Notice(
        to=to,
        role=role,
        template=rung_template(duty, rung_offset(rung), role),
        duty=duty.name,
        kind=duty.kind,
        rung=rung,
        version=duty.version,
    )


def rung_template(duty: Duty, offset: int, role: str) -> Template:
    """Which message a rung becomes; *offset* is in working days relative to the due day."""
    if reminder := KINDS[duty.kind].reminder:
        return reminder
    carried = duty.kind is DutyKind.CARRY_ANSWER
    if role != PARTICIPANT and offset > 0 and carried and role != duty.owner:
        return Template.CARRYING_LATE
    if role == PARTICIPANT:
        return Template.ANSWER_IS_LATE if offset < _DECIDE else Template.ANSWER_STILL_LATE
    if offset <= 0:
        return Template.DUTY_DUE_TODAY if offset == 0 else Template.DUTY_DUE_SOON
    waiting = KINDS[duty.kind].ladder == "feedback"
    return _late_template(offset, role, waiting=waiting)


_DECIDE = 5  # working days late, from which the manager answers or postpones


def _late_template(offset: int, role: str, *, waiting: bool) -> Template:
    if role == Role.SPONSOR:
        return Template.PEOPLE_ARE_WAITING if waiting else Template.DUTY_LATE_SPONSOR
    if waiting and role in {Role.BOARD, Role.MODERATOR}:
        return Template.ANSWER_LONG_OVERDUE
    if offset < _DECIDE:
        return Template.ANSWER_LATE_ALERT if waiting else Template.DUTY_LATE
    return Template.ANSWER_NOW_OR_POSTPONE if waiting else Template.DUTY_STILL_LATE
