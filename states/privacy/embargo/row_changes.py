"""Row changes: what a step under seal changed of the rows that others see, kept so that it can be put back for them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from states.model.contributions import Commitment, Contribution, Verdict
from states.model.dialogue import Dialogue, Phase
from states.model.duties import Duty
from states.model.facts import RowChange
from states.model.people import Stakeholder
from states.model.relays import Relayed
from states.values.values import STORED, Value

DIALOGUE = "dialogue"
"""The name of the row that a dialogue is itself."""
_KINDS: Mapping[str, type[Value]] = {
    "stakeholders": Stakeholder, "contributions": Contribution, "commitments": Commitment,
    "verdicts": Verdict, "relays": Relayed, "duties": Duty,
}  # fmt: skip
"""The collections in which a step under seal may change something that others see."""
_PLAIN: Mapping[str, Any] = {
    "phase": Phase, "phase_since": datetime, "signed_at": datetime | None,
    "failed_ways": dict[str, str],
}  # fmt: skip
"""What a dialogue has once, and such a step may change."""
OF_A_VOICE = frozenset({"verdicts", "relays"})
"""Collections of what a voice said, of which nobody else can be about."""
_OF_A_LINE = frozenset({"line", "line_verdict", "neutral_line", "line_worded"})
"""What of a point its speaker says when they check its line, and the moderator of that."""


def changes_of(before: Dialogue, after: Dialogue) -> Iterable[RowChange]:
    """What a step that led from *before* to *after* changed of the rows that others see."""
    plain = {name: getattr(before, name) for name in _PLAIN}
    if changed := {name: was for name, was in plain.items() if was != getattr(after, name)}:
        yield RowChange(DIALOGUE, before.id, changed)
    for name in _KINDS:
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield from _row_changes(name, was, now)
    for name in after.seals.keys() - before.seals.keys():
        yield RowChange("seals", name, None)


def _row_changes(
    collection: str, was: Mapping[str, Value], now: Mapping[str, Value]
) -> Iterable[RowChange]:
    for key, value in was.items():
        if key not in now:
            yield RowChange(collection, key, dict(vars(value)))
    for key, value in now.items():
        old = was.get(key)
        if old is None:
            yield RowChange(collection, key, None)
        elif old is not value and (changed := _fields_before(old, value)):
            yield RowChange(collection, key, changed)


def _fields_before(old: Value, new: Value) -> dict[str, Any]:
    return {name: was for name, was in vars(old).items() if was != vars(new)[name]}


def split_by_window(
    changes: Iterable[RowChange],
) -> tuple[tuple[RowChange, ...], tuple[RowChange, ...]]:
    """Of *changes* those that say what somebody thinks of their line or their answer, and the others."""
    said: list[RowChange] = []
    rest: list[RowChange] = []
    for one in changes:
        if one.collection in OF_A_VOICE:
            said.append(one)
        elif one.collection == "contributions" and one.before:
            line = {name: was for name, was in one.before.items() if name in _OF_A_LINE}
            other = {name: was for name, was in one.before.items() if name not in _OF_A_LINE}
            said += [RowChange(one.collection, one.key, line)] if line else []
            rest += [RowChange(one.collection, one.key, other)] if other else []
        else:
            rest.append(one)
    return tuple(said), tuple(rest)


def put_back(dialogue: Dialogue, change: RowChange) -> None:
    """Let the row of *change* in *dialogue*, a copy of one's own, stand as it was before."""
    if change.collection == DIALOGUE:
        _put_back_plain(dialogue, change.before or {})
        return
    rows = getattr(dialogue, change.collection)
    if change.before is None:
        rows.pop(change.key, None)
    elif change.key in rows:
        rows[change.key] = _with_fields(rows[change.key], change.before)
    elif _KINDS[change.collection].model_fields.keys() <= change.before.keys():
        # All of a row is what was taken out of it, as when something is undone.
        rows[change.key] = _KINDS[change.collection].model_construct(**change.before)


def _put_back_plain(dialogue: Dialogue, before: Mapping[str, Any]) -> None:
    for name, was in before.items():
        setattr(dialogue, name, was)


def _with_fields(row: Value, before: Mapping[str, Any]) -> Value:
    return row.model_copy(update=dict(before))


def fields_read(collection: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row of *collection* as values, from the plain data as which a change keeps them."""
    return {
        name: _adapter(collection, name).validate_python(was, context=STORED)
        for name, was in stored.items()
    }


@cache
def _adapter(collection: str, name: str) -> TypeAdapter[Any]:
    if collection == DIALOGUE:
        return TypeAdapter(_PLAIN[name])
    kind: Any = _KINDS[collection].model_fields[name].annotation
    return TypeAdapter(kind)
