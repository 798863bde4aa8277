"""Composition mirror: who is mapped, accepted, present and spoke, held against where the risks are."""

from calendar import monthrange
from datetime import date, datetime

from states.model.dialogue import Dialogue, Risk
from states.model.people import Invitation, Layer, Person, Role, Stakeholder
from states.privacy.independence import same_person

CLOSE_LAYERS = frozenset({Layer.AFFECTED, Layer.REPRESENTATIVE})
"""Seats that legitimately speak for those affected; proxies and experts do not (OECD)."""


def top_risks(dialogue: Dialogue) -> list[Risk]:
    """The heaviest risks, as many as the policy's `top_risks`; equal weights in the order they were named."""
    ranked = sorted(dialogue.risks.values(), key=lambda risk: -risk.weight)
    return ranked[: dialogue.policy.limits.top_risks]


def unheard_risks(dialogue: Dialogue, now: datetime, *, accepted: bool) -> list[Risk]:
    """The top risks without a seat close to those affected and without a recent chain dialogue."""
    close = [
        s
        for s in dialogue.stakeholders.values()
        if s.layer in CLOSE_LAYERS
        and (s.accepted if accepted else s.invitation is not Invitation.DECLINED)
    ]
    heard = {risk for seat in close for risk in seat.speaks_for} | _covered_in_the_chain(
        dialogue, now
    )
    return [risk for risk in top_risks(dialogue) if risk.id not in heard]


def _covered_in_the_chain(dialogue: Dialogue, now: datetime) -> set[str]:
    oldest = _months_before(
        dialogue.calendar.day_of(now), dialogue.policy.limits.chain_dialogue_months
    )
    return {linked.risk for linked in dialogue.chain_dialogues.values() if linked.held >= oldest}


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))


def home_seats(dialogue: Dialogue) -> tuple[int, int]:
    """How many seats are from the programme's own country, and how many seats there are."""
    seats = list(dialogue.stakeholders.values())
    return sum(s.country == dialogue.programme.country for s in seats), len(seats)


def lost_seats(dialogue: Dialogue) -> list[Stakeholder]:
    """Those who declined and whose seat nobody took who was mapped for it, or invited later in the same category."""
    everyone = dialogue.stakeholders.values()
    declined = [s for s in everyone if s.invitation is Invitation.DECLINED]
    if not declined:
        return []
    accepted = [s for s in everyone if s.accepted]
    replaced = {s.replaces for s in accepted}
    latest: dict[str, datetime] = {}
    for seat in accepted:
        if seat.invited_at:
            latest[seat.category] = max(seat.invited_at, latest.get(seat.category, seat.invited_at))
    return [s for s in declined if s.id not in replaced and not _is_followed(s, latest)]


def _is_followed(lost: Stakeholder, latest: dict[str, datetime]) -> bool:
    """Whether the *latest* invitation that was accepted in the same category came after they declined."""
    invited = latest.get(lost.category)
    return bool(invited and lost.declined_at and invited > lost.declined_at)


def by_hand(dialogue: Dialogue, seat: Stakeholder) -> bool:
    """Whether this seat is reached by phone or letter: it has no address, or mail to it failed for good."""
    address = seat.safe_email
    return seat.erased_at is not None or not address or dialogue.has_failed(seat.id, address)


def needs_hands(dialogue: Dialogue, seat: Stakeholder) -> bool:
    """Whether somebody independent must be there for this seat: it is reached by hand, or at risk."""
    gone = seat.invitation is Invitation.DECLINED or seat.erased_at is not None
    return not gone and (by_hand(dialogue, seat) or bool(seat.at_risk))


def seats_needing_hands(dialogue: Dialogue) -> list[Stakeholder]:
    """The seats that need somebody independent."""
    # Asked twice at every step; most seats are told apart by what lies open.
    failed = dialogue.failed_ways
    doubtful = [
        seat for name, seat in dialogue.stakeholders.items()
        if seat.at_risk or not seat.email or seat.unsafe or name in failed
    ]  # fmt: skip
    return [seat for seat in doubtful if needs_hands(dialogue, seat)]


def seats_at_risk(dialogue: Dialogue) -> list[Stakeholder]:
    """The seats at risk of who did not decline and was not erased."""
    seats = [seat for seat in dialogue.stakeholders.values() if seat.at_risk]
    return [s for s in seats if s.invitation is not Invitation.DECLINED and s.erased_at is None]


def moderator_is_independent(dialogue: Dialogue) -> bool:
    """Whether a moderator is named who holds no other role and is no stakeholder."""
    moderator = dialogue.role(Role.MODERATOR)
    if moderator is None:
        return False
    roles = dialogue.programme.roles.items()
    others = [person for role, person in roles if role is not Role.MODERATOR]
    everyone: list[Person | Stakeholder] = [*others, *dialogue.stakeholders.values()]
    return not any(same_person(moderator, other) for other in everyone)
