"""Reserved names: what nobody and nothing can be called, because it means somebody already."""

import re

from states.language.errors import BadInput
from states.model.people import AUDITOR, HELPER, PARTICIPANT, ROLES, SYSTEM

_RESERVED = re.compile(r"^(sealed-\d+|participant-\d+|helper-\d+)$")


def require_free_name(name: str) -> None:
    """Raise BadInput when *name* means something already, whoever or whatever was to be called so."""
    if name in ROLES or name in {SYSTEM, PARTICIPANT, HELPER, AUDITOR} or _RESERVED.match(name):
        raise BadInput("reserved-name", name=name)
