"""Typed options of steps: each field of every step is one, with help, completion and errors of its own."""

import json
import shlex
from typing import Any

import pytest
from typer.core import TyperCommand

from cli.app import load
from cli.main import COMMANDS
from cli.step_options.command import StepCommand
from cli.step_options.fields import StepField, fields_of
from cli.step_options.parameters import parameters_of
from cli.step_options.usage import example, summary
from states.model.vocabulary import Step
from states.steps.decide import understand
from states.steps.table import STEPS
from tests.cli.conftest import ID, OPENED, RISK, UNION, Desk
from tests.states.examples import EXAMPLES

ACT = ("act", ID)
NOW = ("--now", OPENED)
MORE = {"postpone": {"duty": "answer-participant/bank"}, "override-check": {"check": "home-share"}}
"""What an example leaves to the phase in which it is taken."""


@pytest.fixture(scope="module")
def command() -> StepCommand:
    found = load("act", COMMANDS["act"])
    assert isinstance(found, StepCommand)
    return found


def words_of(field: StepField, value: Any) -> list[str]:  # noqa: ANN401 - whatever JSON holds
    """Type *value* for *field*."""
    if field.type == "boolean":
        return [field.option if value else f"--no-{field.option[2:]}"]
    if field.type.startswith("list"):
        return [word for one in value for word in (field.option, typed(one))]
    return [field.option, typed(value)]


def typed(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return value if isinstance(value, str) else json.dumps(value)


def parsed(command: TyperCommand, words: list[str]) -> Any:  # noqa: ANN401 - the library's own
    return command.make_context("act", list(words))


def completed(command: TyperCommand, words: list[str], incomplete: str) -> list[str]:
    from typer._click.shell_completion import _resolve_incomplete

    context = command.make_context("act", list(words), resilient_parsing=True)
    found, incomplete = _resolve_incomplete(context, words, incomplete)
    return [one.value for one in found.shell_complete(context, incomplete)]


@pytest.mark.parametrize("step", STEPS)
def test_every_field_of_a_step_is_an_option(step: Step) -> None:
    rule = STEPS[step]
    options = [option for parameter in parameters_of(step) for option in parameter.opts]

    assert [field.name for field in fields_of(step)] == list(rule.takes.model_fields)
    assert options == [field.option for field in fields_of(step)]
    assert summary(step).endswith((".", "?"))


@pytest.mark.parametrize("step", STEPS)
def test_every_field_says_what_it_is_and_hides_no_option_of_all_steps(
    command: StepCommand, step: Step
) -> None:
    fields = [*fields_of(step), *(inner for field in fields_of(step) for inner in field.inner)]
    common = {option for parameter in command.params for option in parameter.opts}

    assert [field.name for field in fields if not field.description.endswith((".", "…"))] == []
    assert common.isdisjoint(field.option for field in fields_of(step))


@pytest.mark.parametrize("step", STEPS)
def test_what_is_typed_is_what_the_law_understands(command: StepCommand, step: Step) -> None:
    from cli.step_options.parameters import given_by_options

    by, example_given = EXAMPLES[step]
    given = MORE.get(step, {}) | example_given
    words = [
        word for f in fields_of(step) if f.name in given for word in words_of(f, given[f.name])
    ]
    context = parsed(command, [ID, step.value, "--by", by, *words])

    rule = STEPS[step]
    assert understand(rule, given_by_options(context, {})) == understand(rule, given)


@pytest.mark.parametrize("step", STEPS)
def test_the_example_of_a_step_can_be_typed(command: StepCommand, step: Step) -> None:
    words = shlex.split(example(step))

    assert words[:2] == ["weerklank", "act"]
    assert parsed(command, words[2:]).params["step"] == step


def test_a_step_is_taken_by_options_by_json_or_by_both(edition: Desk) -> None:
    by_options = [word for f in fields_of(Step.NAME_RISK) for word in words_of(f, RISK[f.name])]
    edition.good(*ACT, "name-risk", "--by", "manager", *by_options, *NOW)
    union = {**UNION, "id": "union-pk", "email": "pk@union.example"}
    few = {name: union.pop(name) for name in ("speaks_for", "at_risk", "critical")}
    beside = (
        "--speaks-for",
        "wages,wages",
        "--no-at-risk",
        "--critical",
        "--with",
        json.dumps(union),
    )
    shown = edition.json(*ACT, "map-stakeholder", "--by", "manager", *beside, *NOW)

    assert few["at_risk"] is True
    assert [fact["fact"] for fact in shown["facts"]] == ["stakeholder-mapped"]
    assert "union-pk" in edition.good(*ACT, "drop-stakeholder", "--stakeholder", "union-pk",
                                      "--reason", "-", "--by", "manager", *NOW)  # fmt: skip


def test_options_may_stand_anywhere(command: StepCommand) -> None:
    words = ["--text", "decide", ID, "--now", "x", "note-lesson", "--by", "manager"]

    assert parsed(command, words).params["step"] == "note-lesson"


WRONG = [
    (
        'invite --stakeholder x --with \'{"stakeholder": "y"}\'',
        "--stakeholder: is given by --with too",
    ),
    ("invite", "--stakeholder: is missing"),
    ("invite --stakeholder 'Not An Id'", "--stakeholder: 'Not An Id'"),
    ('invite --with \'{"stakeholder": "Not An Id"}\'', "taken: stakeholder: 'Not An Id'"),
    ("decide --outcome adoptd", "--outcome: 'adoptd' is not allowed"),
    ("decide --commitment {", "--commitment: is no JSON"),
    ('decide --commitment \'{"due": "soon"}\'', "--commitment due: 'soon'"),
    ('could-not-reach --tries \'[{"on": "soon"}]\'', "--tries 0 on: 'soon'"),
    ("name-risk --weight many", "--weight: 'many'"),
    ("invite --stakehoder bank", "Did you mean --stakeholder?"),
    ("invite --attendance bank", "(invite takes --stakeholder)"),
    ("invit --stakeholder bank", "Did you mean: invite"),
]


def test_what_is_wrong_is_told_by_its_option(edition: Desk) -> None:
    told = [
        (said, edition.bad(2, *ACT, *shlex.split(words), "--by", "manager", *NOW))
        for words, said in WRONG
    ]

    assert [pair for pair in told if pair[0] not in pair[1]] == []


def test_help_shows_what_comes_with_the_step(edition: Desk) -> None:
    said = edition.good(*ACT, "decide", "--help")

    for option in ("--contribution", "--outcome", "--change", "--commitment", "--by", "--with"):
        assert option in said
    assert "What was decided. [required]" in " ".join(said.split())
    assert "Taken by manager, deputy." in said
    assert "--risk wages" in edition.good(*ACT, "drop-risk", "--help")


def test_completion_knows_options_choices_and_ids(edition: Desk, command: StepCommand) -> None:
    invite, decide = [ID, "invite"], [ID, "decide"]

    assert completed(command, invite, "--sta") == ["--stakeholder"]
    assert completed(command, [*invite, "--stakeholder"], "un") == ["union-bd"]
    assert completed(command, [*decide, "--outcome"], "not") == ["not-now"]
    assert completed(command, [ID, "map-stakeholder", "--speaks-for"], "wages,w") == ["wages,wages"]
    assert completed(command, [*invite, "--by"], "worker") == ["worker-bd"]
    assert completed(command, [ID, "postpone", "--duty"], "approve") == ["approve-analysis"]
    assert completed(command, ["nowhere", "invite", "--stakeholder"], "") == []


def test_all_steps_are_listed_for_programs(desk: Desk) -> None:
    rows = {row["step"]: row for row in desk.json("act", "--steps")["steps"]}

    assert list(rows) == [step.value for step in STEPS]
    decide = rows["decide"]
    assert decide["by"] == ["manager", "deputy"]
    assert decide["phases"] == ["strategy_update", "feedback"]
    fields = {field["name"]: field for field in decide["fields"]}
    assert fields["outcome"]["choices"][0] == "adopted"
    assert (fields["outcome"]["required"], fields["change"]["required"]) == (True, False)
    assert [one["name"] for one in fields["commitment"]["fields"]] == ["id", "what", "due"]
    assert rows["give-verdict"]["recorded_by"] == ["moderator", "confidant"]
    assert rows["sign-strategy"]["leads_to"] == "feedback"
