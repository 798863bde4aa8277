"""Did you mean: the names and ids nearest to one that is not known, of every kind, for every command."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cli.completion import Kind, known_ids
from config.validation_messages import Unfit
from states.language.near_words import near_words

_MOST = 3  # names that are proposed
_COMMAND = re.compile(r"^No such command '([^']*)'")
_KINDS: Mapping[str, tuple[Kind, str]] = {
    "no-such-role": ("sign-in", "name"),
    "not-overridable": ("check", "check"),
    "unknown-commitment": ("commitment", "commitment"),
    "unknown-contribution": ("contribution", "contribution"),
    "unknown-dialogue": ("dialogue", "dialogue"),
    "unknown-duty": ("duty", "duty"),
    "unknown-helper": ("helper", "helper"),
    "unknown-person": ("person", "by"),
    "unknown-programme": ("programme", "programme"),
    "unknown-risk": ("risk", "risk"),
    "unknown-stakeholder": ("seat", "stakeholder"),
    "unknown-step": ("step", "step"),
}
"""Of each refusal that something is not known: what kind of name it is, and which of its details holds it."""


class Unknown(NamedTuple):
    """A name that is not known: of which *kind*, as it was *typed*, and in which *dialogue* it was looked for."""

    kind: Kind
    typed: str
    dialogue: str | None = None


class NotThere(Unfit):
    """Nothing is there under the name that was typed: *said* tells it, *unknown* what was looked for."""

    def __init__(self, said: str, unknown: Unknown) -> None:
        super().__init__([said])
        self.unknown = unknown


def near_to(error: BaseException) -> tuple[str, ...]:
    """What may have been meant by the name of which *error* says that it is not known; nothing for other errors."""
    near = getattr(error, "possibilities", None)  # an option: the library looked already
    if near:
        return tuple(near[:_MOST])
    if commands := _commands(error):
        return commands
    found = _unknown(error)
    if found is None:
        return _fields(error)
    ids = known_ids(found.kind, found.dialogue)
    if found.typed in ids:
        return _fields(error)
    return tuple(near_words(found.typed, ids, _MOST)) if found.typed else ()


def _unknown(error: BaseException) -> Unknown | None:
    told: Unknown | None = getattr(error, "unknown", None)
    code, details = getattr(error, "code", ""), getattr(error, "details", {})
    if told or code not in _KINDS:
        return told
    kind, detail = _KINDS[code]
    typed = details.get(detail)
    return Unknown(kind, str(typed), getattr(error, "dialogue_id", None)) if typed else None


def _commands(error: BaseException) -> tuple[str, ...]:
    """The commands nearest to one that there is not, of the group that was asked for it."""
    typed = _COMMAND.match(str(getattr(error, "message", "")))
    command = getattr(getattr(error, "ctx", None), "command", None)
    names: Iterable[str] = getattr(command, "commands", ())
    return tuple(near_words(typed[1], names, _MOST)) if typed else ()


def _fields(error: BaseException) -> tuple[str, ...]:
    """The fields of a step nearest to those that it does not take."""
    details = getattr(error, "details", {})
    problems = details.get("problems") or ()
    strange = [one.place for one in problems if one.code == "unknown-field"]
    if not strange:
        return ()
    from states.model.vocabulary import Step
    from states.steps.table import STEPS

    fields = STEPS[Step(details["step"])].takes.model_fields
    return tuple(dict.fromkeys(near for name in strange for near in near_words(name, fields)))
