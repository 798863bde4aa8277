"""The JSON Schema: sound, strict, complete, and true of a whole year through every viewer's eyes."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from states.model.dialogue import Phase
from states.model.vocabulary import FactName
from tests.cli.conftest import Desk
from tests.cli.test_json import WORDS
from tests.json_contract import problems, schema
from tools.docgen.json_documents import DOCUMENTS

pytestmark = pytest.mark.slow

CASE = "cli/data/kledingmerk-2022.yaml"


def objects(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON of any shape
    """Walk through every schema of an object with named fields."""
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from objects(each)


@pytest.fixture(scope="module")
def year() -> Any:  # noqa: ANN401 - whatever JSON holds
    """The case as its moderator sees it."""
    from typer.testing import CliRunner

    from cli.main import app

    shown = CliRunner().invoke(app, ["rehearse", CASE, "--json", "--as", "moderator"])
    return json.loads(shown.stdout)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_no_document_allows_a_field_that_is_not_named() -> None:
    found = list(objects(schema()))

    assert len(found) > 30
    assert [one for one in found if one.get("additionalProperties") is not False] == []


def test_every_command_with_json_has_a_document() -> None:
    assert {" ".join(words) for words in WORDS} == set(DOCUMENTS)


def test_the_vocabularies_are_those_of_the_law() -> None:
    text = json.dumps(schema())

    assert schema()["$defs"]["Phase"]["enum"] == [phase.value for phase in Phase]
    assert [fact for fact in FactName if f'"{fact}"' not in text] == []


def test_a_whole_year_is_as_it_says(year: Any) -> None:  # noqa: ANN401
    assert problems(("rehearse",), year) == []
    assert year["seals"]
    assert year["refused"]


@pytest.mark.parametrize("viewer", ["manager", "auditor"])
def test_it_is_so_for_every_viewer(desk: Desk, viewer: str) -> None:
    shown = desk.json("rehearse", CASE, "--until", "2022-09-20", "--as", viewer)

    assert "seals" not in shown


@pytest.mark.parametrize("table", ["dialogues", "duties", "facts", "notices", "letters", "refused"])
def test_a_field_too_many_or_too_few_is_found(year: Any, table: str) -> None:  # noqa: ANN401
    more, fewer = copy.deepcopy(year), copy.deepcopy(year)
    more[table][0]["surprise"] = 1
    fewer[table][0].popitem()

    assert any("surprise" in problem for problem in problems(("rehearse",), more))
    assert problems(("rehearse",), fewer) != []


def test_an_unknown_word_is_found(year: Any) -> None:  # noqa: ANN401
    wrong = copy.deepcopy(year)
    wrong["facts"][0]["fact"] = "dialogue-dreamt"
    wrong["duties"][0]["due"] = "2022-09-08 22:00"

    assert len(problems(("rehearse",), wrong)) >= 2
