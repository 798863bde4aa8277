"""Acts of a scenario: held against the table of steps before it is lived; a typing error is one of the file."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from states.language.near_words import near_words
from states.model.people import ROLES
from states.model.vocabulary import Step
from states.steps.table import STEPS

_NAMING = ("id", "helper", "carrier", "facilitator", "partner", "person")
"""Fields by which an act names somebody for the first time."""
_PSEUDONYM = re.compile(r"(sealed|participant)-[0-9]+")


class AnyAct(Protocol):
    """One thing that one person does."""

    @property
    def by(self) -> str:
        """Who."""

    @property
    def do(self) -> str:
        """Which step."""

    @property
    def given(self) -> dict[str, Any]:
        """What comes with it."""


class Seat(Protocol):
    """Somebody who is mapped from the start."""

    @property
    def id(self) -> str:
        """Their short name."""


class Lived(Protocol):
    """What of a scenario its acts are held against."""

    @property
    def stakeholders(self) -> Sequence[Seat]:
        """Who is mapped from the start."""

    @property
    def acts(self) -> Sequence[AnyAct]:
        """What people do."""


def complaints_of_acts(scenario: Lived) -> Iterator[str]:
    """
    What is mistyped in the acts, as `acts[12].do: …`: a step or a field that does not exist, a person by a slip.

    Values and the right moment are left to the law, which refuses them when they are lived.
    """
    known = _people(scenario)
    for index, act in enumerate(scenario.acts):
        where = f"acts[{index}]"
        yield from _unknown_person(f"{where}.by", act.by, known)
        yield from _unknown_step(where, act, known)


def _people(scenario: Lived) -> set[str]:
    """Whoever is named anywhere: mapped from the start, or by an act."""
    named = {str(act.given[key]) for act in scenario.acts for key in _NAMING if key in act.given}
    return {seat.id for seat in scenario.stakeholders} | named | set(ROLES)


def _unknown_person(where: str, name: object, known: set[str]) -> Iterator[str]:
    if not isinstance(name, str) or name in known or _PSEUDONYM.fullmatch(name):
        return
    if near := near_words(name, known):
        yield f"{where}: '{name[:80]}' is nobody in this file; do you mean {near[0]}?"


def _unknown_step(where: str, act: AnyAct, known: set[str]) -> Iterator[str]:
    if act.do not in STEPS:
        near = near_words(act.do, STEPS)
        hint = f"do you mean {near[0]}?" if near else "weerklank act --steps lists all steps"
        yield f"{where}.do: '{act.do[:80]}' is no step; {hint}"
        return
    fields = STEPS[Step(act.do)].takes.model_fields
    names = {info.alias or name for name, info in fields.items()} | set(fields)
    yield from (
        f"{where}.with.{key[:80]}: is no field of {act.do}; {_suggestion(key, list(fields))}"
        for key in act.given
        if key not in names
    )
    if "stakeholder" in names:
        yield from _unknown_person(f"{where}.with.stakeholder", act.given.get("stakeholder"), known)


def _suggestion(key: str, fields: list[str]) -> str:
    near = near_words(key, fields)
    listed = f"known are {', '.join(fields)}" if fields else "it takes nothing"
    return f"do you mean {near[0]}? {listed}" if near else listed
