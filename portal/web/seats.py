"""Seat of a participant: the dialogue as somebody who came in by a link may know it, and what they may do in it."""

from collections.abc import Mapping
from typing import Any

from portal.http.errors import NotFound
from portal.web.site import Site
from records.access.links import Capacity
from records.seals.keys import Unseal, as_stored
from states.model.dialogue import Dialogue
from states.model.people import Stakeholder
from states.model.vocabulary import Step
from states.privacy.reader_view import view
from states.privacy.readers import Eyes, Reader
from states.steps.decide import is_sealed_act


def seat_of(
    site: Site, capacity: Capacity, *, unsealed: bool, unseal: Unseal = as_stored
) -> tuple[Dialogue, Stakeholder]:
    """
    The dialogue as who has *capacity* sees it, and themselves in it; *unsealed*: with their own seal.

    *unseal* opens what only a code opens, where the moderator has a key of their own.

    Raises NotFound where they have no seat. Nothing else opens a seal to a participant, so what is shown and done
    before the PIN was right knows of none.
    """
    if capacity.kind != "participant" or capacity.dialogue_id is None:
        raise NotFound
    found = unseal(site.house.ledger.read(capacity.dialogue_id))
    stakeholder = found.stakeholders.get(capacity.who)
    if stakeholder is None:
        raise NotFound
    reader = Reader(Eyes.PARTICIPANT, capacity.who, unsealed)
    return view(found, reader, stakeholder.language), stakeholder


def require_own_act(
    site: Site,
    capacity: Capacity,
    step: Step,
    given: Mapping[str, Any],
    by: str,
    *,
    unsealed: bool,
    unseal: Unseal = as_stored,
) -> None:
    """Raise NotFound for an act as *by* that is not of who has *capacity*, or is under seal and not *unsealed*."""
    if capacity.kind != "participant" and by == capacity.who:
        return
    dialogue, _ = seat_of(site, capacity, unsealed=unsealed, unseal=unseal)
    if by not in dialogue.voices_of(capacity.who):
        raise NotFound
    if not unsealed and is_sealed_act(site.house.ledger.read(dialogue.id), step, given, by):
        raise NotFound
