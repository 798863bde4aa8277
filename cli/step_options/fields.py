"""Step parameters: name, type, choices and description of all that comes with a step, read from its JSON Schema."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from cli.completion import OF_FIELD, Kind
from cli.step_options.descriptions import description_of
from states.model.vocabulary import Step
from states.steps.table import STEPS

Type = Literal[
    "text", "number", "boolean", "day", "moment", "object", "list of text", "list of objects"
]
_TYPES: dict[str, Type] = {
    "date": "day",
    "date-time": "moment",
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "object": "object",
}
"""The types by what the schema calls them: by their format, where they have one, else by their type."""
_REF = "#/$defs/"
_ID = "^[a-z0-9]"
"""So begins the pattern of an id, which holds no comma."""
Shape = dict[str, Any]


@dataclass(frozen=True)
class StepField:
    """One thing that comes with a step: its *name* in JSON, what is typed for it, and what it is."""

    name: str
    type: Type
    required: bool
    choices: tuple[str, ...] = ()
    description: str = ""
    inner: tuple["StepField", ...] = ()
    """The fields of an object, or of each object of a list."""
    kind: Kind | None = None
    """What there is of this kind can be meant."""
    ids: bool = False
    """Whether a list holds ids alone, so that a comma can stand between two of them."""

    @property
    def option(self) -> str:
        """The option by which it is given: `--success-test`."""
        return f"--{self.name.replace('_', '-')}"


@cache
def fields_of(step: Step) -> tuple[StepField, ...]:
    """All that comes with *step*, in the order of its model."""
    model = STEPS[step].takes
    names = [one.__name__ for one in model.__mro__]
    shape = model.model_json_schema()
    return tuple(_fields(names, shape, shape.get("$defs", {})))


def _fields(names: Sequence[str], shape: Shape, defs: Shape) -> Iterator[StepField]:
    must = set(shape.get("required", ()))
    for name, given in shape.get("properties", {}).items():
        about = given.get("description") or description_of(names, name)
        yield _field(name, given, defs, about, required=name in must)


def _field(name: str, given: Shape, defs: Shape, about: str, *, required: bool) -> StepField:
    kind, titles = _resolve(given, defs)
    if kind.get("type") == "array":
        item, titles = _resolve(kind["items"], defs)
        inner = tuple(_fields(titles, item, defs))
        names = OF_FIELD.get(name)
        ids = item.get("pattern", "").startswith(_ID)
        of: Type = "list of objects" if inner else "list of text"
        return StepField(name, of, required, _choices(item), about, inner, names, ids)
    is_of = _TYPES[kind.get("format", "")] if kind.get("format") in _TYPES else _TYPES[kind["type"]]
    names = OF_FIELD.get(name) if is_of == "text" else None
    inner = tuple(_fields(titles, kind, defs))
    return StepField(name, is_of, required, _choices(kind), about, inner, names)


def _resolve(given: Shape, defs: Shape) -> tuple[Shape, list[str]]:
    """What *given* is when it is not left out, and the name of its model when it has one."""
    plain = next((one for one in given.get("anyOf", ()) if one.get("type") != "null"), given)
    title = plain.get("$ref", "").removeprefix(_REF)
    return (defs[title], [title]) if title else (plain, [])


def _choices(kind: Shape) -> tuple[str, ...]:
    return tuple(str(one) for one in kind.get("enum", [kind["const"]] if "const" in kind else []))
