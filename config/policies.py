"""Policy loader: reads the default policy and lays a programme's own values over it."""

import json
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.validation_messages import Unfit, complaints
from states.model.policy import Policy, rung_offset
from states.model.sizes.profiles import Profile, values_of

POLICY_FILE = Path(__file__).with_name("policy.toml")
"""The default values, written for people."""


class PolicyUnfit(Unfit):
    """Policy values that are not allowed; each line names the path below `policy`."""


@cache
def _defaults() -> dict[str, Any]:
    return tomllib.loads(POLICY_FILE.read_text(encoding="utf-8"))


def default_values() -> dict[str, Any]:
    """The default policy as plain data, in the shape of `policy.toml`; a copy that may be changed."""
    return deepcopy(_defaults())


def policy_of(overrides: Mapping[str, Any] | None = None) -> Policy:
    """
    The policy of a programme whose own values are *overrides*; what they leave out keeps its default.

    A value of null takes a rung or a limit out of the defaults. The answer is cached by content.
    Raises PolicyUnfit, which names the path, the value and what is allowed.
    """
    return _policy(json.dumps(overrides or {}, sort_keys=True, default=str))


@lru_cache(maxsize=1024)
def _policy(overrides: str) -> Policy:
    own = json.loads(overrides)
    values = _in_order(_merge(_beginning(own.get("profile")), own))
    try:
        return Policy.model_validate(values)
    except ValidationError as error:
        raise PolicyUnfit(complaints(error, "policy")) from None


def _beginning(profile: object) -> dict[str, Any]:
    """The defaults, with the values of *profile* when it is one; another is refused by the policy itself."""
    if not isinstance(profile, str) or profile not in set(Profile):
        return _defaults()
    return {**_defaults(), "rules": values_of(Profile(profile))}


def default_rules(profile: Profile | None) -> dict[str, str]:
    """The values of the governed rules in a programme that chose *profile* and nothing else."""
    return values_of(profile) if profile else dict(default_values()["rules"])


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**base, **{key: _lay_over(base.get(key), value) for key, value in over.items()}}
    return {key: value for key, value in merged.items() if value is not None}


def _lay_over(below: object, above: object) -> object:
    if isinstance(above, Mapping):
        return _merge(below if isinstance(below, Mapping) else {}, above)
    return above


def _in_order(values: dict[str, Any]) -> dict[str, Any]:
    ladders = values.get("ladders")
    if not isinstance(ladders, Mapping):
        return values
    return {**values, "ladders": {name: _rising(ladder) for name, ladder in ladders.items()}}


def _rising(ladder: object) -> object:
    rungs = ladder.get("rungs") if isinstance(ladder, Mapping) else None
    if not isinstance(ladder, Mapping) or not isinstance(rungs, Mapping):
        return ladder
    try:
        return {
            **ladder,
            "rungs": dict(sorted(rungs.items(), key=lambda rung: rung_offset(rung[0]))),
        }
    except ValueError:  # a rung that is no rung: the policy itself says so, with its path
        return ladder
