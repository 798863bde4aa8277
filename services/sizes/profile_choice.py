"""Profile choice: which profile a programme has and which would fit it, and how one value is changed with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.policies import default_rules, policy_of
from records.ledger import Ledger
from services.sizes.forecast import Cost, RegisterSize, cost_of
from states.language.errors import BadInput
from states.model.people import Invitation
from states.model.policy import Policy
from states.model.programme import Programme
from states.model.sizes.profiles import ROWS, Profile, ProfileRow, fitting_profile

CHOICE = ("profile", "rules", "reasons")
"""The policy values that are a choice of size."""


@dataclass(frozen=True, slots=True)
class ChosenRule:
    """A governed rule in one programme: its *value*, the *default* of its profile, and why it is another."""

    row: ProfileRow
    value: str
    default: str
    reason: str | None

    @property
    def own(self) -> bool:
        """Whether the programme left the default."""
        return self.value != self.default


@dataclass(frozen=True, slots=True)
class Proposal:
    """What fits the *register* of a programme, beside what it has *chosen*; None: nothing."""

    register: RegisterSize
    fits: Profile | None
    chosen: Profile | None
    costs: tuple[Cost, ...]
    rules: tuple[ChosenRule, ...]


def rules_of(policy: Policy) -> tuple[ChosenRule, ...]:
    """Every governed rule as it is in *policy*."""
    defaults = default_rules(policy.profile)
    return tuple(
        ChosenRule(row, policy.rule(rule), defaults[rule], policy.reasons.get(rule))
        for rule, row in ROWS.items()
    )


def proposal_of(ledger: Ledger, programme_id: str) -> Proposal:
    """What fits *programme_id* by the register of its latest edition. Raises NotKnown('unknown-programme')."""
    policy = policy_of(ledger.programme(programme_id).programme.policy)
    register = _register(ledger, programme_id)
    costs = tuple(cost_of(profile, register) for profile in Profile)
    fits = fitting_profile(register.invited, register.chain_dialogues)
    return Proposal(register, fits, policy.profile, costs, rules_of(policy))


def _register(ledger: Ledger, programme_id: str) -> RegisterSize:
    names = ledger.dialogue_ids(programme_id)
    if not names:
        return RegisterSize(0, 0, 0)
    latest = ledger.read(names[-1])
    seats = [s for s in latest.stakeholders.values() if s.invitation is not Invitation.DECLINED]
    return RegisterSize(len(latest.risks), len(seats), len(latest.chain_dialogues))


def choose(
    ledger: Ledger,
    programme_id: str,
    *,
    profile: Profile | None,
    rules: Mapping[str, str],
    reason: str | None,
    now: datetime,
) -> bool:
    """
    Give *programme_id* the *profile* (None: as it is) and change *rules* one by one; whether something changed.

    Another profile takes the values that were left for the old one out. A value that is not the profile's own needs a
    *reason*. Raises PolicyUnfit for a floor or what a rule cannot be, BadInput('rule-needs-reason'), NotKnown.
    """
    programme = ledger.programme(programme_id).programme
    after = _with_choice(programme.policy, profile, rules, reason)
    policy = policy_of(after)
    lacking = [
        one.row.rule
        for one in rules_of(policy)
        if one.row.rule in rules and one.own and not one.reason
    ]
    if lacking:
        raise BadInput("rule-needs-reason", rules=[rule.value for rule in lacking])
    return ledger.apply_programme(programme.model_copy(update={"policy": after}), now)


def _with_choice(
    policy: Mapping[str, Any],
    profile: Profile | None,
    rules: Mapping[str, str],
    reason: str | None,
) -> dict[str, Any]:
    own = {key: value for key, value in policy.items() if key not in CHOICE}
    chosen = profile or _profile_in(policy)
    stays = profile is None or profile is _profile_in(policy)
    kept, reasons = (dict(policy.get(key) or {}) if stays else {} for key in ("rules", "reasons"))
    kept |= rules
    reasons = {name: said for name, said in reasons.items() if name not in rules}
    reasons |= dict.fromkeys(rules, reason) if reason else {}
    return own | _leaving(chosen, kept, reasons)


def _profile_in(policy: Mapping[str, Any]) -> Profile | None:
    found = policy.get("profile")
    return Profile(found) if found else None


def _leaving(
    chosen: Profile | None, rules: Mapping[str, str], reasons: Mapping[str, str]
) -> dict[str, Any]:
    """The choice without values that are the profile's own anyway."""
    defaults = default_rules(chosen)
    left = {name: value for name, value in rules.items() if defaults.get(name) != value}
    said = {name: reason for name, reason in reasons.items() if name in left}
    found = {"profile": chosen and chosen.value, "rules": left, "reasons": said}
    return {key: value for key, value in found.items() if value}


def keep_choice(before: Programme | None, programme: Programme) -> Programme:
    """*programme* as a file has it, with the choice of size from *before* when the file says nothing of it."""
    if before is None or any(key in programme.policy for key in CHOICE):
        return programme
    kept = {key: before.policy[key] for key in CHOICE if key in before.policy}
    return (
        programme.model_copy(update={"policy": {**programme.policy, **kept}}) if kept else programme
    )


def values_named(given: list[str]) -> dict[str, str]:
    """The rules in *given*, each written `rule=value`; a text without `=` raises ValueError."""
    pairs = [one.partition("=") for one in given]
    if wrong := [rule for rule, sign, value in pairs if not (rule and sign and value)]:
        message = f"'{wrong[0]}' is not understood; write it like checkpoints=weekly"
        raise ValueError(message)
    return {rule.strip(): value.strip() for rule, _, value in pairs}
