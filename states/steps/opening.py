"""Step handler of the opening: last year's risks and people come as a proposal, its debts as debts."""

from collections.abc import Sequence
from datetime import datetime

from states.language.errors import BadInput
from states.model.dialogue import Dialogue, Phase
from states.model.duties import KINDS, Duty, duty_name
from states.model.facts import Fact
from states.model.information import Information
from states.model.people import SYSTEM, Role, Stakeholder
from states.model.people import Mapping as StakeholderMapping
from states.model.policy import Policy
from states.model.programme import Programme
from states.model.vocabulary import DutyKind, FactName, Template
from states.steps.delivery.onlookers import tell_onlookers
from states.steps.draft import Decision, Deliberation
from states.steps.phases.lead_time import require_room


def open_edition(
    programme: Programme,
    policy: Policy,
    *,
    session_at: datetime,
    edition: int,
    information: Information | None,
    previous: Dialogue | None,
    by: str,
    now: datetime,
    debts: Sequence[tuple[str, Duty]] | None = None,
    tight: bool = True,
) -> Decision:
    """
    The first decision of an edition whose session is at *session_at* (aware UTC), opened at *now* by *by*.

    *debts* are what earlier editions still owe, as (dialogue id, duty); by default those of *previous*.
    *tight* says that it is known how little time a near session leaves: what is born late is due after the days to
    answer (rules 6). Raises BadInput when the session is not in the future or the promised date not after it, and
    Refused('session-too-near') when not *tight* and days do not fit.
    """
    if session_at <= now:
        raise BadInput("session-in-the-past", session=session_at.isoformat())
    dialogue = Dialogue(
        id=f"{programme.id}-{edition}",
        programme=programme,
        policy=policy,
        edition=edition,
        phase=Phase.STAKEHOLDER_ANALYSIS,
        phase_since=now,
        opened_at=now,
        session_at=session_at,
        information=information or _proposed_information(previous),
        risks=dict(previous.risks) if previous else {},
        stakeholders=_proposed_stakeholders(previous, now),
    )
    owed = debts_of(previous) if debts is None and previous else list(debts or ())
    dialogue.inherits = bool(owed)
    work = Deliberation(dialogue, by, now)
    work.require_promise_after_session(dialogue.information)
    if not tight:
        require_room(dialogue, now)
    _begin(work, owed)
    return Decision(None, work.dialogue, tuple(work.facts), tuple(work.notices))


def _begin(work: Deliberation, debts: list[tuple[str, Duty]]) -> None:
    session = work.dialogue.session_at.isoformat()
    work.fact(
        FactName.DIALOGUE_OPENED, edition=work.dialogue.edition, session=session, debts=len(debts)
    )
    for home, duty in debts:
        _carry(work, home, duty)
    work.enter(Phase.STAKEHOLDER_ANALYSIS)
    duty = work.open_duty(DutyKind.APPROVE_ANALYSIS)
    work.tell(
        Role.MANAGER,
        Template.DIALOGUE_OPENED,
        duty,
        carried=[_name(home, duty) for home, duty in debts],
    )
    tell_onlookers(work, Template.WELCOME)


def _name(home: str, duty: Duty) -> str:
    return f"{home}: {duty.name}"


def _carry(work: Deliberation, home: str, duty: Duty) -> None:
    """A debt stays where it was promised; the new edition shows it and cannot say that it did not know."""
    carried = debt_fact(home, duty)
    work.fact(carried.fact, carried.subject, **carried.detail)


def debt_fact(home: str, duty: Duty) -> Fact:
    """The fact in the journal of a later edition that *home* owes *duty*."""
    due = {"due": duty.due.isoformat(), "first_due": duty.first_due.isoformat()}
    detail = {"from": home, "for": duty.whom, "kind": duty.kind, **due, "status": duty.status}
    return Fact(fact=FactName.DEBT_CARRIED, actor=SYSTEM, subject=duty.name, detail=detail)


def debts_of(dialogue: Dialogue) -> list[tuple[str, Duty]]:
    """What *dialogue* still owes to people and what it promised to do, with its id."""
    return [
        (dialogue.id, duty)
        for duty in dialogue.duties.values()
        if duty.owed and KINDS[duty.kind].debt
    ]


def _proposed_information(previous: Dialogue | None) -> Information:
    """Last year's words as a proposal; the promised date is this year's own."""
    if previous is None:
        return Information()
    return previous.information.model_copy(update={"feedback_by": None})


def _proposed_stakeholders(previous: Dialogue | None, now: datetime) -> dict[str, Stakeholder]:
    if previous is None:
        return {}
    fields = set(StakeholderMapping.model_fields) - {"replaces"}
    return {
        # What was valid when they were mapped is not judged by rules that came later.
        known.id: Stakeholder.model_construct(
            **{name: getattr(known, name) for name in fields},
            mapped_at=now,
            took_part=known.accepted or known.took_part,
            unsafe=known.unsafe,
        )
        for known in previous.stakeholders.values()
        if not _to_be_forgotten(previous, known)
    }


def _to_be_forgotten(previous: Dialogue, known: Stakeholder) -> bool:
    """Whoever was erased, or asked for it and waits for that, does not come along."""
    duty = previous.latest(duty_name(DutyKind.SETTLE_ERASURE, known.id))
    return known.erased_at is not None or (duty is not None and duty.owed)
