"""
Hand delivery: who must pass a message on, who brought it, and who may say that it arrived.

Bringing and proving are two things: manager and deputy may bring a message, but its arrival is the word of the
person themselves, the moderator, the confidant or a helper. Never of whoever owes what it says (rules 28).
"""

from collections.abc import Iterable
from datetime import date, datetime

from states.language.errors import BadInput, NotKnown, NotYours, Refused
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, Duty, duty_name
from states.model.facts import Notice
from states.model.people import PARTICIPANT, SYSTEM, Invitation, Role, Stakeholder
from states.model.vocabulary import DutyKind, FactName, Template
from states.privacy.embargo.unpublished import may_hold_seals
from states.privacy.independence import debtor_behind, is_debtor, owes_to, same_person
from states.privacy.seals import is_sealed
from states.steps.by_hand_requests import Bring, CouldNotReach, RecordDelivery
from states.steps.delivery.carriage import response_waits
from states.steps.delivery.neutral_news import all_news, all_read_mail
from states.steps.delivery.receipts import arrive, came_home, end_not_reached
from states.steps.draft import Decision, Deliberation
from states.steps.people import contact_ways
from states.steps.people.contact_ways import ANSWERS
from states.steps.people.relayed_steps import held_until

_TASK = Template.BY_HAND_TASK
_TRIES = 2  # on as many days, before somebody counts as not to be reached (rules 30)


def by_hand(dialogue: Dialogue, notice: Notice, now: datetime) -> Decision:
    """
    What follows when *notice* must go by phone or letter: its reader is owed that somebody passes it on.

    One duty covers all that waits for one person. What was said under seal is a task of its own for the moderator, and
    what a role should hear one for the manager. Where only the moderator's key opens the seal, all hear that there may
    be news, and the moderator has a task where that does not reach everybody.
    """
    work = Deliberation(dialogue, SYSTEM, now, notice.to)
    if dialogue.is_locked(notice.to):
        work.notices += all_news(dialogue, notice, now)
        if all_read_mail(dialogue):
            return work.decision()
    if notice.role != PARTICIPANT or is_sealed(dialogue, notice.to):
        task = contact_ways.by_hand(dialogue, notice)
        work.notices += [task] if task else []
        return work.decision()
    duty = work.duty(duty_name(DutyKind.PASS_ON, notice.to))
    if duty and duty.owed:
        work.keep(duty.model_copy(update={"covers": _with(duty.covers, notice.template)}))
        return work.decision()
    owner = _bearer(dialogue, notice.to)
    kept, covers = may_hold_seals(dialogue), (notice.template,)
    duty = work.open_duty(DutyKind.PASS_ON, notice.to, owner=owner, covers=covers, kept=kept)
    work.tell(owner, _TASK, duty, **_task(notice))
    return work.decision()


def _bearer(dialogue: Dialogue, to: str) -> Role:
    """
    The moderator, else the manager, who may bring it; but at risk the confidant calls first (rules 28).

    So they do where there may be seals: what did not reach anybody is then told to no manager.
    """
    seat = dialogue.stakeholders.get(to)
    at_risk = seat is not None and seat.at_risk is not False
    kept = at_risk or may_hold_seals(dialogue)
    keepers = (Role.MODERATOR, Role.CONFIDANT) if kept else (Role.MODERATOR,)
    return next((role for role in keepers if dialogue.role(role)), Role.MANAGER)


def _task(notice: Notice) -> dict[str, object]:
    return {
        "template": notice.template,
        "to": notice.to,
        "duty": notice.duty,
        "notice": notice.detail,
    }


def _with(covers: tuple[Template, ...], template: Template) -> tuple[Template, ...]:
    return covers if template in covers else (*covers, template)


def _erasing(dialogue: Dialogue, seat: Stakeholder | None, now: datetime) -> bool:
    """Whether they were granted to be erased; asked for in their name it waits until they could undo it."""
    if seat is None or seat.erasure_granted_at is None:
        return False
    held = held_until(dialogue, seat.id)
    return held is None or now >= held


def waiting(dialogue: Dialogue, to: str, now: datetime) -> list[Template]:
    """The templates of which it is known that they still wait to reach *to*, each once."""
    duty = dialogue.latest(duty_name(DutyKind.PASS_ON, to))
    found = list(duty.covers) if duty and duty.owed else []
    own, seat = dialogue.contributions_of(to), dialogue.stakeholders.get(to)
    invite = dialogue.latest(duty_name(DutyKind.INVITE_STAKEHOLDER, to))
    more = {
        Template.INVITATION: seat is not None
        and seat.invited
        and invite is not None
        and invite.owed,
        Template.ANSWER: any(c.written_at and not c.delivered_at for c in own),
        Template.DISPUTE_SETTLED: any(response_waits(c) for c in own),
        Template.ERASURE_DONE: _erasing(dialogue, seat, now),
    }
    # What these say is known without the duty, and is no longer so once it was told.
    return [*(t for t in found if t not in more), *(t for t, waits in more.items() if waits)]


def bring(work: Deliberation, given: Bring) -> None:
    """Somebody called or wrote, which is the manager's part; whether it arrived is for others to say (rules 28)."""
    if is_sealed(work.dialogue, given.to):
        raise NotYours("seal-needs-moderator")
    _require_reader(work, given.to)
    work.fact(FactName.BROUGHT, given.to, how=given.how)


def record_delivery(work: Deliberation, given: RecordDelivery, _speaker: str = "") -> None:
    """
    Somebody heard it by phone or letter, or says so themselves; it counts from now.

    Without a template all that waits for them. What was said under seal is proven by the moderator, who alone knows to
    whom it went. Raises NotYours('debtor-may-not-relay') for whoever owes it.
    """
    _require_prover(work, given.to)
    waits = waiting(work.dialogue, given.to, work.now)
    told = [given.template] if given.template else [t for t in waits if not _owes(work, given, t)]
    if given.template and _owes(work, given, given.template):
        raise NotYours("debtor-may-not-relay", by=work.actor)
    _require_waiting(work, given, waits)
    for template in told:
        every = {} if given.template else {"all": True}
        work.fact(FactName.DELIVERY_RECORDED, given.to, template=template, how=given.how, **every)
    _follow_up(work, given.to, told)


def _require_prover(work: Deliberation, to: str) -> None:
    if is_sealed(work.dialogue, to) and work.actor not in {Role.MODERATOR, to}:
        raise NotYours("seal-needs-moderator")
    if _under_another_hat(work.dialogue, work.actor):
        raise NotYours("debtor-may-not-relay", by=work.actor)
    _require_reader(work, to)


def _under_another_hat(dialogue: Dialogue, actor: str) -> bool:
    """Whether *actor* owes answers, also as a helper or a participant who is in truth one of those who owe."""
    # As they are on record: a way that was called unsafe still tells whose it is.
    who = dialogue.helper(actor) or dialogue.stakeholder_of(actor)
    return is_debtor(dialogue, actor) or (who is not None and debtor_behind(dialogue, who))


def _require_reader(work: Deliberation, to: str) -> None:
    if work.dialogue.reader(to) is None:
        raise NotKnown("unknown-stakeholder", stakeholder=to)


def _require_waiting(work: Deliberation, given: RecordDelivery, waits: list[Template]) -> None:
    reader = work.dialogue.reader(given.to)
    known = ANSWERS | {Template.ERASURE_DONE}
    if given.template in waits or (given.template is None and waits):
        return
    if given.template in known or given.template is None:
        raise Refused("nothing-by-hand", to=given.to, template=given.template or Template.ANSWER)
    if reader and reader.email:
        raise Refused("reached-by-mail", to=given.to)


def _owes(work: Deliberation, given: RecordDelivery, template: Template) -> bool:
    """Whether who proves owes the very thing: the moderator, when it is the last word in a dispute (rules 28)."""
    if template != Template.DISPUTE_SETTLED or given.to == work.actor:
        return False
    d = work.dialogue
    clocks = [
        (c.settlement_waits, d.latest(duty_name(DutyKind.ANSWER_DISPUTE, c.id)))
        for c in d.contributions_of(given.to)
    ]
    owners = [d.owner_role(clock) for waits, clock in clocks if clock and (waits or clock.owed)]
    return any(_one_hat(d, work.actor, owner) for owner in owners)


def _one_hat(dialogue: Dialogue, actor: str, owner: str) -> bool:
    one = dialogue.helpers.get(actor) or dialogue.role(actor)
    other = dialogue.role(owner)
    return actor == owner or bool(one and other and same_person(one, other))


def _follow_up(work: Deliberation, to: str, templates: Iterable[Template]) -> None:
    """What follows from it that *templates* reached *to*."""
    for template in templates:
        if template == Template.INVITATION:
            arrive(work, to)
        else:
            came_home(work, to, template)
    duty = work.duty(duty_name(DutyKind.PASS_ON, to))
    if duty is None or not duty.owed:
        return
    left = tuple(t for t in duty.covers if t not in templates)
    work.keep(duty.model_copy(update={"covers": left}))
    if not left:
        work.meet(duty.name)


def hear(work: Deliberation, voice: str, how: str) -> None:
    """Whoever takes a step was reached by what was sent before it, though by no answer (rules 29)."""
    seat = work.dialogue.stakeholders.get(voice)
    if seat is None:
        return
    duty, reader = work.before.latest(duty_name(DutyKind.PASS_ON, voice)), work.before.reader(voice)
    by_phone = {Template.INVITATION} if reader and not reader.email else set[Template]()
    known = (
        {*by_phone, *(duty.covers if duty and duty.owed else ())}
        - ANSWERS
        - {Template.ERASURE_DONE}
    )
    if not known:
        return
    told = [t for t in waiting(work.before, voice, work.now) if t in known]
    for template in told:
        work.fact(FactName.DELIVERY_RECORDED, voice, template=template, how=how)
    if told:
        _follow_up(work, voice, told)


def could_not_reach(work: Deliberation, given: CouldNotReach) -> None:
    """
    After two tries on two days it is on record that somebody could not be reached, never that they were answered.

    It no longer stands in the way: what was asked of them, and what was written to them, ends *not reached*. An answer
    that nobody wrote is still owed. Whoever owes lists the tries, the moderator's word is enough once two days had room
    for them (rules 30).
    """
    to = given.to
    if is_sealed(work.dialogue, to) and work.actor != Role.MODERATOR:
        raise NotYours("seal-needs-moderator")
    _require_reader(work, to)
    if contact_ways.reads_mail(work.dialogue, to):
        raise Refused("reached-by-mail", to=to)
    ended = [d for d in work.dialogue.duties.values() if d.owed and _unreachable(work, d, to)]
    if not ended:
        raise Refused("nothing-by-hand", to=to, template=Template.ANSWER)
    _require_tries(work, given, max(_waits_since(work, duty, to) for duty in ended))
    tries = [{"on": one.on.isoformat(), "how": one.how} for one in given.tries]
    work.fact(FactName.COULD_NOT_REACH, to, tries=tries, reason=given.reason)
    for duty in ended:
        end_not_reached(work, duty)


def _require_tries(work: Deliberation, given: CouldNotReach, since: date) -> None:
    """Two days of trying, none before the newest message was there: nobody can bring what is not written yet."""
    d, by = work.dialogue, work.actor
    trusted = not is_debtor(d, by) and not owes_to(d, by, given.to)
    days = {one.on for one in given.tries}
    if ahead := [day for day in days if day > work.today]:
        raise BadInput("try-ahead", date=max(ahead).isoformat(), today=work.today.isoformat())
    listed = len([day for day in days if day >= since]) >= _TRIES
    had_two_days = (work.today - since).days + 1 >= _TRIES
    if not listed and (given.tries or not trusted or not had_two_days):
        raise Refused("tries-needed", to=given.to)


def _waits_since(work: Deliberation, duty: Duty, to: str) -> date:
    """The day on which the message of *duty* was there to be brought."""
    written = [c.written_at for c in work.dialogue.contributions_of(to) if c.written_at]
    late = duty.kind in {DutyKind.ANSWER_PARTICIPANT, DutyKind.CARRY_ANSWER} and written
    return work.calendar.day_of(max(written) if late else duty.opened_at)


_ASKED = frozenset(kind for kind, rule in KINDS.items() if rule.asked)


def _unreachable(work: Deliberation, duty: Duty, to: str) -> bool:
    """Whether *duty* waits for nothing but that *to* is reached; the windows of a sealed voice wait for nothing."""
    if is_sealed(work.dialogue, to):
        return duty.kind == DutyKind.CARRY_ANSWER and duty.whom == to
    if duty.kind in _ASKED | {DutyKind.PASS_ON, DutyKind.INVITE_STAKEHOLDER}:
        return duty.whom == to and (
            duty.kind != DutyKind.INVITE_STAKEHOLDER or _is_invited(work, to)
        )
    if duty.waiting != to:
        return False
    if duty.kind == DutyKind.ANSWER_PARTICIPANT:
        return all(c.written_at for c in work.dialogue.contributions_of(to))
    if duty.kind == DutyKind.ANSWER_DISPUTE:
        return work.dialogue.contributions[str(duty.whom)].settlement is not None
    return False


def _is_invited(work: Deliberation, to: str) -> bool:
    seat = work.dialogue.stakeholders.get(to)
    return seat is not None and seat.invitation is not Invitation.NOT_YET
