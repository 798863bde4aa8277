"""Command-line parameters of a step: a typed option for each field, with completion, and what they give together."""

# ruff: noqa: ANN401 - the types of Typer's own commands are private

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer
from typer.main import get_command

from cli.completion import BY_TYPED, DIALOGUE_TYPED, known_ids
from cli.step_options.fields import StepField, Type, fields_of
from cli.step_options.json_input import read_given, read_json
from states.model.vocabulary import Step

_GIVEN = "weerklank.given"
_METAVARS: dict[Type, str] = {
    "text": "TEXT",
    "number": "NUMBER",
    "day": "YYYY-MM-DD",
    "moment": "YYYY-MM-DDTHH:MM",
    "object": "JSON",
    "list of text": "TEXT",
    "list of objects": "JSON",
}
_MOST_CHOICES = 8  # choices that are named where the value stands in the help


@cache
def parameters_of(step: Step) -> tuple[Any, ...]:
    """The options of *step*, the same objects each time; what is given with them is kept in the context."""

    def carrier() -> None:
        """Read for its signature only."""

    # Under names of their own: a field may be called as an argument of `act` is.
    named = {f"given_{field.name}": _annotation(field) for field in fields_of(step)}
    signature = [
        Parameter(n, Parameter.KEYWORD_ONLY, default=None, annotation=a) for n, a in named.items()
    ]
    carrier.__signature__ = Signature(signature)  # type: ignore[attr-defined]
    carrier.__annotations__ = named
    app = typer.Typer(add_completion=False)
    app.command(add_help_option=False)(carrier)
    return tuple(get_command(app).params)


def _annotation(field: StepField) -> Any:
    shared: dict[str, Any] = {
        "callback": _keep(field),
        "expose_value": False,
        "help": _help(field),
        "show_default": False,
    }
    if field.type == "boolean":
        both = f"{field.option}/--no-{field.option.removeprefix('--')}"
        return Annotated[bool | None, typer.Option(both, **shared)]
    shared |= {"metavar": _metavar(field), "autocompletion": _completion(field)}
    if field.type.startswith("list"):
        return Annotated[list[str] | None, typer.Option(field.option, **shared)]
    return Annotated[str | None, typer.Option(field.option, **shared)]


def _metavar(field: StepField) -> str:
    if field.choices:
        return f"[{'|'.join(field.choices)}]" if len(field.choices) <= _MOST_CHOICES else "NAME"
    return "ID" if field.kind else _METAVARS[field.type]


def _help(field: StepField) -> str:
    inner = ", ".join(one.name if one.required else f"[{one.name}]" for one in field.inner)
    said = [field.description.replace("`", ""), f"With {inner}." if inner else ""]
    if field.type.startswith("list"):
        said.append("Can be given several times" + (", or with commas." if field.ids else "."))
    said.append("[required]" if field.required else "")
    return " ".join(filter(None, said))


def _keep(field: StepField) -> Callable[..., None]:
    def keep(ctx: Any, value: Any) -> None:
        if value not in (None, [], ()):
            ctx.meta.setdefault(_GIVEN, {})[field.name] = _value(field, value)

    return lambda ctx, param, value: keep(ctx, value)  # noqa: ARG005 - fixed by the library


def _value(field: StepField, typed: Any) -> Any:
    """What was *typed* for *field* as JSON has it; whether it is valid the law says."""
    read = _READERS.get(field.type)
    try:
        return read(field, typed) if read else typed
    except typer.BadParameter as wrong:
        wrong.param_hint = field.option
        raise


def _words(field: StepField, typed: Iterable[str]) -> list[str]:
    if not field.ids:
        return list(typed)
    return [word.strip() for each in typed for word in each.split(",") if word.strip()]


def _objects(_field: StepField, typed: Iterable[str]) -> list[Any]:
    found = [read_json(text) for text in typed]
    return [one for each in found for one in (each if isinstance(each, list) else [each])]


_READERS: dict[Type, Callable[[StepField, Any], Any]] = {
    "object": lambda _field, typed: read_given(typed),
    "list of text": _words,
    "list of objects": _objects,
}


def _completion(field: StepField) -> Callable[..., list[str]]:
    def complete(ctx: Any, incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",") if field.ids else ("", "", incomplete)
        found = field.choices or _find_ids(ctx, field)
        return [f"{before}{comma}{name}" for name in found if name.startswith(last)]

    return complete


def _find_ids(ctx: Any, field: StepField) -> list[str]:
    if field.kind is None:
        return []
    return known_ids(field.kind, ctx.meta.get(DIALOGUE_TYPED), ctx.meta.get(BY_TYPED) or "")


def given_by_options(ctx: Any, beside: Mapping[str, Any]) -> dict[str, Any]:
    """
    What the options of a step gave, together with what came *beside* them as JSON.

    Raises BadParameter when both give the same.
    """
    given: dict[str, Any] = ctx.meta.get(_GIVEN, {})
    if twice := sorted(given.keys() & beside.keys()):
        option = f"--{twice[0].replace('_', '-')}"
        raise typer.BadParameter("is given by --with too; give it once", param_hint=option)
    return {**beside, **given}
