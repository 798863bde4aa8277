"""`weerklank programme profile`: which size a programme has, which would fit it and what each costs; choose one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import console, times
from cli.commands.pause import ProgrammeId
from cli.console import AsJson
from cli.times import Now
from config.policies import PolicyUnfit
from notifications.language.words import word
from services.house import open_house
from services.sizes.profile_choice import choose, proposal_of, values_named
from states.model.sizes.profiles import Floor, Profile

if TYPE_CHECKING:
    from services.sizes.profile_choice import ChosenRule, Proposal

Chosen = Annotated[
    Profile | None,
    typer.Argument(
        metavar="[PROFILE]",
        help="small, standard or large. Left out: only show.",
        show_default=False,
    ),
]
RuleValues = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="RULE=VALUE",
        help="Change one value: checkpoints=weekly. May be given again.",
    ),
]
Why = Annotated[
    str | None, typer.Option("--reason", help="Why a value is not that of the profile.")
]


def profile(  # noqa: PLR0917 - each is an option of the command
    programme: ProgrammeId,
    chosen: Chosen = None,
    rule: RuleValues = None,
    reason: Why = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Show which size fits PROGRAMME by its register, what each costs and why; choose one, or change a value.

    Floors hold in every programme: no profile and no value turns them off.

    weerklank programme profile kledingmerk
    weerklank programme profile kledingmerk small
    weerklank programme profile kledingmerk --rule checkpoints=weekly --reason "The board asks for it."
    """
    moment, changed = times.moment_or_now(now), False
    values = _values(rule or [])
    with open_house() as house:
        if chosen or values:
            try:
                changed = choose(
                    house.ledger, programme, profile=chosen, rules=values, reason=reason, now=moment
                )
            except PolicyUnfit as unfit:
                raise typer.BadParameter(str(unfit), param_hint="--rule") from None
        found = proposal_of(house.ledger, programme)
    if as_json:
        console.say_json({"id": programme, **_as_data(found), "changed": changed})
        return
    _tell(programme, found, changed=changed)


def _values(given: list[str]) -> dict[str, str]:
    try:
        return values_named(given)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--rule") from None


def _tell(programme: str, found: "Proposal", *, changed: bool) -> None:
    lang = console.language()
    if changed:
        console.out(f"{programme}: saved")
    seen = (
        f"{found.register.invited} invited, {found.register.chain_dialogues} dialogues in the chain"
    )
    console.out(f"chosen: {_name(found.chosen)}; fits: {_name(found.fits)} ({seen})")
    for cost in found.costs:
        console.out(
            f"{cost.profile}: about {cost.letters} letters and {cost.hours} hours of the manager a year; "
            f"at most {cost.checkpoints} checkpoint letters to auditor and board each"
        )
    for one in found.rules:
        _tell_rule(one, lang)
    console.out(f"In every programme: {', '.join(Floor)}.")
    if found.fits and found.chosen is None:
        console.suggest(f"weerklank programme profile {programme} {found.fits}")


def _name(profile: Profile | None) -> str:
    return profile.value if profile else "none"


def _tell_rule(one: "ChosenRule", lang: str) -> None:
    own = (
        f"; not the default, {one.default}: {console.clean(one.reason or 'no reason given')}"
        if one.own
        else ""
    )
    console.out("")
    console.out(f"{one.row.rule}: {one.value}{own}")
    for each in Profile:
        why = word("profile-reason", f"{one.row.rule}/{each}", lang)
        console.out(f"  {each}: {one.row.value(each)} – {why}")
    console.out(f"  always: {word('rule-floor', one.row.rule, lang)}")


def _as_data(found: "Proposal") -> dict[str, Any]:
    return {
        "profile": found.chosen and found.chosen.value,
        "fits": found.fits and found.fits.value,
        "invited": found.register.invited,
        "chain_dialogues": found.register.chain_dialogues,
        "costs": [one._asdict() for one in found.costs],
        "rules": [rule_data(one) for one in found.rules],
        "floors": [
            {"floor": f"{floor}", "what": word("floor", floor, console.language())}
            for floor in Floor
        ],
    }


def rule_data(one: "ChosenRule") -> dict[str, Any]:
    """A governed rule of a programme as JSON."""
    lang, rule = console.language(), one.row.rule
    choices = [
        {
            "profile": each.value,
            "value": one.row.value(each),
            "why": word("profile-reason", f"{rule}/{each}", lang),
        }
        for each in Profile
    ]
    return {
        "rule": rule.value,
        "value": one.value,
        "default": one.default,
        "own": one.own,
        "reason": one.reason,
        "values": list(one.row.values),
        "profiles": choices,
        "floor": word("rule-floor", rule, lang),
    }
