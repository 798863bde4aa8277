"""Dynamic command (click): `act` takes the options of the step that it is given, also in its help and completion."""

# ruff: noqa: ANN401 - the types of Typer's own commands are private

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from typer.core import TyperCommand

from cli.completion import BY_TYPED, DIALOGUE_TYPED, known_ids
from cli.step_options.fields import fields_of
from cli.step_options.parameters import parameters_of
from cli.step_options.usage import about, example
from states.model.vocabulary import Step
from states.steps.decide import known_step
from states.steps.table import STEPS

_STEP = "weerklank.step"
_TAKING = frozenset({"--by", "--with", "--now"})
"""The options of every step that take the next word."""


class StepCommand(TyperCommand):
    """The command `act`: its own parameters, and those of the step that is named."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its own parameters, then those of the step of *ctx*."""
        step = ctx.meta.get(_STEP)
        return [*super().get_params(ctx), *(parameters_of(step) if step else ())]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As the library does it, once the step is known; a step that there is not is refused before its options."""
        words = list(_positionals(args))
        self._find_step(ctx, args, words)
        ctx.meta[DIALOGUE_TYPED] = _before(words, ctx.meta.get(_STEP))
        ctx.meta[BY_TYPED] = next((by for at, by in pairwise(args) if at == "--by"), "")
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            if _lacks_step(error) and not ctx.resilient_parsing:
                _name_steps(error, ctx)
            if not hasattr(error, "possibilities") or ctx.resilient_parsing:
                raise
            step = ctx.meta.get(_STEP)
            if step is None and len(words) > 1:
                known_step(words[1])
            error.message = f"{getattr(error, 'message', '')}{_takes(step)}"  # type: ignore[attr-defined]
            raise

    def _find_step(self, ctx: Any, args: Sequence[str], words: Sequence[str]) -> None:
        """Of the words that are steps the one that is left where the step stands, when its options are understood."""
        candidates = [Step(word) for word in dict.fromkeys(words) if word in STEPS]
        for step in candidates:
            ctx.meta[_STEP] = step
            if self._stands(ctx, args, step):
                return
        if candidates:
            ctx.meta[_STEP] = candidates[0]

    def _stands(self, ctx: Any, args: Sequence[str], step: Step) -> bool:
        try:
            options, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        except Exception:  # noqa: BLE001 - what is wrong is told when all is parsed
            return False
        return bool(options.get("step") == step)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The options of the step first, with what the step is; then all that `act` takes."""
        step = ctx.meta.get(_STEP)
        if step is not None:
            self._format_step(ctx, formatter, step)
            ctx.meta[_STEP] = None
        super().format_options(ctx, formatter)
        ctx.meta[_STEP] = step

    def _format_step(self, ctx: Any, formatter: Any, step: Step) -> None:
        rows = [param.get_help_record(ctx) for param in parameters_of(step)]
        with formatter.section(f"The step {step}"):
            for line in about(step):
                formatter.write_text(line)
        if rows:
            with formatter.section(f"What comes with {step}"):
                formatter.write_dl([row for row in rows if row])
        with formatter.section("For example"):
            formatter.write(
                f"{' ' * formatter.current_indent}{example(step, ctx.meta[DIALOGUE_TYPED])}\n"
            )


def _lacks_step(error: Exception) -> bool:
    return getattr(getattr(error, "param", None), "name", None) == "step"


def _name_steps(error: Any, ctx: Any) -> None:
    """Which steps fit the dialogue that was typed, for whom *ctx* knows: of them one was meant."""
    dialogue = ctx.meta[DIALOGUE_TYPED]
    if fitting := known_ids("fitting step", dialogue, ctx.meta[BY_TYPED]):
        error.message = f"In {dialogue} these fit now: {', '.join(fitting)}."
    else:
        error.message = "See which there are: weerklank act --steps"


def _takes(step: Step | None) -> str:
    if step is None:
        return ""
    options = ", ".join(field.option for field in fields_of(step))
    return f" ({step} takes {options or 'nothing'})"


def _before(words: Sequence[str], step: Step | None) -> str | None:
    """The word right before *step*, which is where the dialogue stands."""
    found = [before for before, word in pairwise(words) if word == step]
    return next(iter(found or words[:1]), None)


def _positionals(args: Sequence[str]) -> Iterator[str]:
    """The words that may be arguments: what is no option, nor the value of one that every step has."""
    words = iter(args)
    for word in words:
        if word in _TAKING:
            next(words, None)
        elif not word.startswith("-"):
            yield word
