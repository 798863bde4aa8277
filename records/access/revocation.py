"""Revocation: ends links and sessions of whoever is reached elsewhere, hands over a role or is erased."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, delete, update

from records.access.account_letters import CHANGED, Happened, tell_account_in
from records.access.links import Capacity, revoke_in
from records.access.sealed_pins import forget_pin_in
from records.outbox.enqueue import WITHDRAWN
from records.schema.access import WISHES
from records.schema.core import NOTICES, UNSENT_ONLY
from states.model.dialogue import Dialogue
from states.model.facts import Fact
from states.model.people import Role
from states.model.programme import Programme
from states.model.vocabulary import FactName


def end_ways_in(
    connection: Connection, before: Dialogue, after: Dialogue, facts: Iterable[Fact], now: datetime
) -> None:
    """
    End at *now* the links and sessions that the step from *before* to *after* makes another's.

    A stakeholder whose address changed, who was dropped or erased; a helper who stopped; a role that somebody else
    holds. With somebody erased go what waited for them, what they wished for themselves, and their PIN. Who said
    themselves how they are reached stays in: a slip of the pen locks nobody out.
    """
    own = {
        fact.subject
        for fact in facts
        if fact.fact == FactName.CONTACT_CHANGED and fact.actor == fact.subject
    }
    for name in _moved_people(before, after):
        if name in own and not after.is_erased(name):
            continue
        revoke_in(connection, Capacity("participant", after.programme.id, name, after.id), now)
    for name in after.helpers:
        if after.helper(name) is None and before.helper(name) is not None:
            revoke_in(connection, Capacity("helper", after.programme.id, name, after.id), now)
    for name, seat in after.stakeholders.items():
        # The same object was not changed, which is so of all but a few.
        if (
            before.stakeholders.get(name) is not seat
            and after.is_erased(name)
            and not before.is_erased(name)
        ):
            _forget(connection, after.id, name)
            forget_pin_in(connection, after.programme.id, name)
    end_roles(connection, before.programme, after.programme, now)


def end_roles(connection: Connection, was: Programme, new: Programme, now: datetime) -> None:
    """End at *now* the links and sessions of each role that *new* gives to somebody else than *was* did."""
    for role, person in was.roles.items():
        if new.roles.get(role) != person:
            revoke_in(connection, Capacity("role", was.id, role.value), now)
            _tell_both(connection, was, new, role, now)


def _tell_both(
    connection: Connection, was: Programme, new: Programme, role: Role, now: datetime
) -> None:
    """Old and new address hear that the role is reached elsewhere, or is somebody else's."""
    before, after = was.roles.get(role), new.roles.get(role)
    if before is None or (after is not None and after.email == before.email):
        return
    told = [before] if after is None or after.name != before.name else [before, after]
    for person in told:
        what = Happened(was.id, role.value, person, CHANGED, "handed-over", now)
        tell_account_in(connection, what)


def _moved_people(before: Dialogue, after: Dialogue) -> Iterator[str]:
    for name, seat in before.stakeholders.items():
        later = after.stakeholders.get(name)
        if later is seat:
            continue
        if later is None or later.email != seat.email or later.erased_at != seat.erased_at:
            yield name


def _forget(connection: Connection, dialogue_id: str, name: str) -> None:
    theirs = (NOTICES.c.dialogue_id == dialogue_id, NOTICES.c.to == name, UNSENT_ONLY)
    gone = {
        "status": WITHDRAWN,
        "error": "they were erased",
        "claimed_by": None,
        "claimed_until": None,
    }
    connection.execute(update(NOTICES).where(*theirs).values(gone))
    wished = delete(WISHES).where(WISHES.c.dialogue_id == dialogue_id, WISHES.c.who == name)
    connection.execute(wished)
