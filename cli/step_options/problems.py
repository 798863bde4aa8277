"""Input problems of a step: where a value is wrong, told by the option that was typed, not by a field."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from states.language.errors import Refused
from states.language.validation_messages import Problem


def told_by_options(
    refusal: Refused, given: Mapping[str, Any], beside: Mapping[str, Any]
) -> Refused:
    """
    *refusal*, whose details hold problems, with options in place of fields, but of those that came *beside* as JSON.

    *given* is all that was given. What is missing is told as whoever types would add it: as an option, unless all
    they gave was JSON.
    """
    problems: list[Problem] = refusal.details["problems"]
    by_json = bool(beside) and set(given) == set(beside)
    told = [one if _is_of(one, beside) or by_json else _by_option(one) for one in problems]
    return type(refusal)(refusal.code, **{**refusal.details, "problems": told})


def _is_of(problem: Problem, beside: Mapping[str, Any]) -> bool:
    return problem.place.partition(".")[0] in beside


def _by_option(problem: Problem) -> Problem:
    """`commitment.due` as `--commitment due`."""
    field, *inside = problem.place.split(".")
    if not field:
        return problem
    return replace(problem, place=" ".join([f"--{field.replace('_', '-')}", *inside]))
