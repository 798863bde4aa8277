"""The scenario file: docs/scenario.md names every field that its models have, and its example can be lived."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from cli.rehearsal.scenario import parse_scenario
from cli.rehearsal.simulator import new_life
from tools.docgen.scenario_fields import ABOUT

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("model", ABOUT, ids=lambda model: model.__name__)
def test_every_field_is_explained_and_no_other(model: type[BaseModel]) -> None:
    assert list(ABOUT[model]) == list(model.model_json_schema()["properties"])


def test_every_mapping_in_the_file_is_explained() -> None:
    """Walk down from the file: a part that is added needs its table."""
    (whole,) = (model for model in ABOUT if model.__name__ == "Scenario")
    inside = whole.model_json_schema()["$defs"]
    known = {model.__name__ for model in ABOUT}

    assert {name for name, one in inside.items() if "properties" in one} - known == {"Former"}


def test_the_example_is_lived() -> None:
    (text,) = EXAMPLE
    with new_life(parse_scenario(text)) as life:
        life.live()
        shown = life.view()

    assert [row["id"] for row in shown["dialogues"]] == ["klein-2027"]
    assert shown["dialogues"][0]["phase"] == "expectation_gathering"
    assert len(shown["refused"]) == text.count("# refused") == 2
