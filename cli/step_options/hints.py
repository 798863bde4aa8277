"""Hints: one example of what to add, when a command about somebody else's words was refused."""

import json
from collections.abc import Mapping
from shlex import quote
from typing import Any, get_args

from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.model.relays import How

_LACKING = frozenset({"for-whom", "how-was-it-said"})
"""Refusals of a step that is recorded for somebody, but does not say for whom or how it was said."""


def hint_to(
    refusal: Refused, dialogue: Dialogue, step: str, by: str, given: Mapping[str, Any]
) -> str | None:
    """The command that *by* meant, with what *refusal* says is missing filled in; None when no example helps."""
    if refusal.code not in _LACKING:
        return None
    guest = next((seat.id for seat in dialogue.stakeholders.values() if seat.invited), "union-bd")
    filled = {"stakeholder": guest, **given}
    filled.setdefault("how", "phone")
    words = quote(json.dumps(filled, ensure_ascii=False))
    ways = ", ".join(get_args(How))
    return f"For example: weerklank act {dialogue.id} {step} --by {by} --with {words}\nhow is one of: {ways}."
