"""Closed seals: which of a dialogue's seals only a moderator's own key opens, and which anybody could read."""

from collections.abc import Mapping

from states.model.contributions import Seal
from states.model.dialogue import Dialogue


def needs_key(dialogue: Dialogue) -> bool:
    """Whether any seal of *dialogue* is stored for a moderator's own key; that it is so is no secret."""
    return any(seal.key is not None for seal in dialogue.seals.values())


def locked_seals(dialogue: Dialogue) -> list[Seal]:
    """The seals of *dialogue* that only a key opens, and that are not open."""
    return [seal for seal in dialogue.seals.values() if seal.locked]


def unprotected_seals(dialogue: Dialogue) -> list[Seal]:
    """The seals of *dialogue* that whoever reads the database can read too."""
    return [seal for seal in dialogue.seals.values() if seal.sealed_for is None]


def speakers_known(dialogue: Dialogue, opened: Mapping[str, str]) -> dict[str, str | None]:
    """The seat behind each pseudonym of *dialogue*: readable, or *opened* by a key; None: closed for another."""
    seals = dialogue.seals.values()
    return {seal.id: seal.stakeholder or opened.get(seal.id) for seal in seals}


def key_is_missing(dialogue: Dialogue, key: str) -> bool:
    """Whether seals of *dialogue* are stored for *key*, and none of those is open: it is not at hand."""
    kept = [seal for seal in dialogue.seals.values() if seal.key == key]
    return bool(kept) and all(seal.locked for seal in kept)
