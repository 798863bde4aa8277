"""Tables of the law: steps, checks, duties, ladders and limits, as docs/rules.md shows them."""

from config.policies import default_values, policy_of
from notifications.language.words import word
from states.checks.checks import RULES, Rule, strengths_of
from states.language.languages import SOURCE
from states.model.dialogue import OPEN_PHASES
from states.model.duties import KINDS, DutyRule
from states.model.policy import Ladder
from states.model.sizes.profiles import ROWS, Floor, Profile, ProfileRow
from states.steps.table import EVERY_PHASE, RELAYS, STEPS, StepRule
from tools.docgen.markdown import code, table


def steps() -> str:
    """Every step: its phases, who may take it, and who may record it for a participant."""
    head = ("step", "in", "by", "also recorded by", "leads to")
    return table(head, [_step(step) for step in STEPS.values()])


def _step(step: StepRule) -> tuple[str, ...]:
    leads_to = f"`{step.leads_to}`" if step.leads_to else ""
    return f"`{step.name}`", _phases(step), _list_of(step.by), _recorders(step), leads_to


def _phases(step: StepRule) -> str:
    if step.phases == EVERY_PHASE:
        return "every phase"
    if step.phases == OPEN_PHASES:
        return "every phase that is open"
    return code(*step.phases)


def _recorders(step: StepRule) -> str:
    """Of a line it depends on what they say of it: `check-line/confirmed` is a row of its own."""
    rows = {name: by for name, by in RELAYS.items() if f"{name}/".startswith(f"{step.name}/")}
    said = [
        f"{name.partition('/')[2]}: {_list_of(by)}" if "/" in name else _list_of(by)
        for name, by in rows.items()
    ]
    return "; ".join(said)


def _list_of(names: tuple[str, ...]) -> str:
    return ", ".join(f"{name}" for name in names)


def checks() -> str:
    """Every check, in the order in which its phase is left."""
    rows = ((f"`{r.phase}`", f"`{r.name}`", _strength(r), _asks(r), r.source) for r in RULES)
    return table(("to leave", "check", "strength", "what must be so", "source"), rows)


def _strength(rule: Rule) -> str:
    return " or ".join(strengths_of(rule))


def _asks(rule: Rule) -> str:
    """The first sentence of the question's own docstring."""
    return (rule.ask.__doc__ or "").strip().splitlines()[0]


def duties() -> str:
    """Every kind of duty: who owes it, by when, and on which ladder it stands."""
    head = ("duty", "owed by", "due", "ladder", "")
    due = policy_of().due
    rows = (
        (f"`{k.name}`", f"{k.owner}", due[k.name], f"`{k.ladder}`", _more(k))
        for k in KINDS.values()
    )
    return table(head, rows)


def _more(kind: DutyRule) -> str:
    said = {
        "a debt": kind.debt,
        "moves with the session": kind.follows_session and not kind.debt,
        "its date is set by law": kind.fixed,
    }
    return ", ".join(words for words, so in said.items() if so)


def ladders() -> str:
    """Every ladder, rung after rung."""
    found = policy_of().ladders.items()
    return table(("ladder", "rung", "who hears"), [row for n, la in found for row in _rungs(n, la)])


def _rungs(name: str, ladder: Ladder) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (f"`{name}`", rung, _list_of(to)) for rung, to in ladder.rungs.items()
    ]
    if ladder.at_due == "no-answer":
        rows.append(
            (f"`{name}`", "at the due moment", "nobody: silence is recorded as `no-answer`")
        )
    if ladder.repeat_every:
        rows.append(
            (f"`{name}`", f"then every {ladder.repeat_every} wd", _list_of(ladder.repeat_to))
        )
    return rows


def limits() -> str:
    """The limits with their defaults; what each means stands beside it in config/policy.toml."""
    named = default_values()["limits"]
    return table(("limit", "default"), [(f"`{name}`", value) for name, value in named.items()])


def profiles() -> str:
    """The rules that a profile sets, with the value and the reason of each, and what of it no value leaves."""
    head = ("rule", *(f"{profile}" for profile in Profile), "in every programme")
    return table(head, [_profile_row(row) for row in ROWS.values()])


def _profile_row(row: ProfileRow) -> tuple[str, ...]:
    values = (f"`{row.value(profile)}`: {_why(row, profile)}" for profile in Profile)
    return f"`{row.rule}`", *values, word("rule-floor", row.rule, SOURCE)


def _why(row: ProfileRow, profile: Profile) -> str:
    return word("profile-reason", f"{row.rule}/{profile}", SOURCE)


def floors() -> str:
    """What no profile and no value turns off."""
    rows = ((f"`{floor}`", word("floor", floor, SOURCE)) for floor in Floor)
    return table(("floor", "what holds"), rows)
