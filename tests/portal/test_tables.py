"""Tables in templates are exhaustive: a value that the law knows and a table does not is found here."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from jinja2 import Environment, nodes

import portal
from config.policies import policy_of
from notifications.language.words import tables, the_role
from portal.manager.register.headings import COLUMNS
from portal.web.template_engine import _environment, sentences
from states.checks.status import Answers
from states.model.contributions import Commitment, LineVerdict, Verdict
from states.model.people import ROLES, Layer
from states.model.vocabulary import FactName
from states.steps.sealed_requests import WordNeutrally
from states.steps.table import LEAVING, RELAYS

FOLDER = Path(portal.__file__).parent / "templates"
HEARD = frozenset(get_args(get_type_hints(Verdict)["heard"]))
VALUES = {
    "leave.step": frozenset(LEAVING) - {"sign-strategy"},
    "side.name": frozenset({"country", "tier", "layer"}),
    "row.does": frozenset({"new", "corrects", "same"}),
    "debt.verdict.heard": HEARD,
    "debt.state": frozenset(
        {
            "answered",
            "sent",
            "under-way",
            "by-hand",
            "bounced",
            "erased",
            "unwritten",
            "not-reached",
        }
    ),
    "c.line_verdict.value": frozenset(verdict.value for verdict in LineVerdict),
    "one": frozenset(layer.value for layer in Layer),
    "column.name": frozenset(column.name for column in COLUMNS),
    "one.about": frozenset(get_args(get_type_hints(WordNeutrally)["about"])),
}
"""What each table that a template looks something up in must know; `sign-strategy` leads to a page of its own."""


def said(node: nodes.Expr) -> str:
    """An expression of a template, as it is written there."""
    if isinstance(node, nodes.Getattr):
        return f"{said(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else type(node).__name__


def lookups(tree: nodes.Template) -> Iterator[tuple[str, frozenset[str]]]:
    """Each place where a template looks a value up in a table of its own, with what that table knows."""
    known = {
        node.target.name: node.node
        for node in tree.find_all(nodes.Assign)
        if isinstance(node.target, nodes.Name)
    }
    for node in tree.find_all(nodes.Getitem):
        table = known.get(node.node.name) if isinstance(node.node, nodes.Name) else node.node
        if isinstance(table, nodes.Dict) and not isinstance(node.arg, nodes.Const):
            yield said(node.arg), frozenset(str(pair.key.as_const()) for pair in table.items)


def fallbacks(tree: nodes.Template) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Each place where a value stands for itself when its table does not know it: `table.get(one, one)`."""
    known = {
        node.target.name: node.node
        for node in tree.find_all(nodes.Assign)
        if isinstance(node.target, nodes.Name)
    }
    for node in tree.find_all(nodes.Call):
        asked = isinstance(node.node, nodes.Getattr) and node.node.attr == "get"
        if asked and len(node.args) == 2 and node.args[0] == node.args[1]:
            whose = node.node.node  # type: ignore[attr-defined]
            table = known.get(whose.name) if isinstance(whose, nodes.Name) else whose
            keys = table.items if isinstance(table, nodes.Dict) else None
            known_as = None if keys is None else frozenset(str(k.key.as_const()) for k in keys)
            yield said(node.args[0]), known_as


POLICY = policy_of({})
STANDING_FOR_THEMSELVES = {
    "one.key": frozenset(type(POLICY.limits).model_fields),
    "helper.language": frozenset(),
}
"""What each such table must know; a helper may speak any language, by what CLDR calls it."""


def test_what_stands_for_itself_is_known_to_its_table() -> None:
    environment: Environment = _environment()
    found = set()
    for path in sorted(FOLDER.rglob("*.html")):
        for asked, keys in fallbacks(environment.parse(path.read_text(encoding="utf-8"))):
            found.add(asked)
            assert asked in STANDING_FOR_THEMSELVES, f"{path.name} shows {asked} as it is"
            assert (keys or frozenset()) >= STANDING_FOR_THEMSELVES[asked], (path.name, asked)
    assert found == set(STANDING_FOR_THEMSELVES)


def every() -> Iterator[tuple[str, str, frozenset[str]]]:
    """All such lookups of all templates."""
    environment: Environment = _environment()
    for path in sorted(FOLDER.rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        yield from ((path.name, *found) for found in lookups(tree))


EVERY = [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in every()]


@pytest.mark.parametrize(("template", "asked", "known"), EVERY)
def test_a_table_of_a_template_knows_every_value(
    template: str, asked: str, known: frozenset[str]
) -> None:
    assert asked in VALUES, f"{template} looks up {asked}: say in VALUES what it may be"
    assert known >= VALUES[asked]


def test_the_lookups_were_found() -> None:
    assert {asked for _, asked, _ in every()} == set(VALUES)


def test_words_of_the_law_that_are_no_enumeration_are_there_too() -> None:
    status = get_args(get_type_hints(Commitment)["status"])
    assert set(tables()["progress"]) == {*status, "late"}
    assert set(tables()["answers"]) == set(get_args(Answers))
    assert {key.replace("/", "-") for key in RELAYS} - {"undo-relayed"} <= set(tables()["recorded"])
    assert set(FactName) <= set(sentences()["fact"])
    assert set(tables()["policy"]) == {
        "due",
        "limits",
        *(f"ladder-{one}" for one in POLICY.ladders),
    }


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_role_has_its_article(language: str) -> None:
    """In Turkish a noun has none."""
    article = {"nl": {"de ", "het "}, "en": {"the "}}[language]
    assert {the_role(role, language).partition(" ")[0] + " " for role in ROLES} <= article
    board = {"nl": "het lid van de raad", "en": "the member of the supervisory board"}[language]
    assert the_role("board", language).startswith(board)
