"""What a year costs: a small company's and a large one's, as their profiles let it be."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.rehearsal.effort_view import effort_shown, profile_of
from cli.rehearsal.scenario import Scenario, read_scenario
from cli.rehearsal.simulator import new_life
from cli.rehearsal.weekly_rounds import next_monday
from flows.prefect.digest_schedules import MONDAY_MORNING
from states.model.calendar import WorkCalendar
from tests.journeys.lives import Row

pytestmark = pytest.mark.slow
REHEARSALS = Path(__file__).parents[2] / "docs" / "rehearsals"


def lived(scenario: Scenario) -> tuple[Row, dict[str, Row], str | None]:
    with new_life(scenario) as life:
        life.live()
        shown = life.view("moderator")
        effort = effort_shown(life, shown["letters"], "moderator")
        return shown, {row["role"]: row for row in effort}, profile_of(life)


def year_of(name: str, **policy: object) -> Scenario:
    scenario = read_scenario(REHEARSALS / f"{name}-company.yaml")
    return scenario.model_copy(update={"policy": {**scenario.policy, **policy}})


@pytest.mark.parametrize(
    ("name", "invited", "points", "letters", "hours"),
    [("small", 12, 10, 12, 25), ("large", 200, 60, 60, 120)],
)
def test_a_year_costs_its_manager_no_more_than_a_company_can_carry(
    name: str, invited: int, points: int, letters: int, hours: int
) -> None:
    scenario = year_of(name)
    shown, effort, profile = lived(scenario)

    assert profile == name
    assert len(scenario.stakeholders) == invited
    assert sum(row["fact"] == "contribution-recorded" for row in shown["facts"]) == points
    assert shown["refused"] == []
    assert [row["phase"] for row in shown["dialogues"]] == ["closed"]
    assert not [row for row in shown["duties"] if row["late_days"]]
    assert effort["manager"]["letters"] <= letters
    assert effort["manager"]["hours"] <= hours
    assert effort["manager"]["minutes"] == sum(p["minutes"] for p in effort["manager"]["parts"])


def test_what_the_paper_says_of_them_is_what_they_cost() -> None:
    _, effort, _ = lived(year_of("small"))
    paper = (REHEARSALS.parent / "effort.md").read_text(encoding="utf-8")
    manager = effort["manager"]

    assert (
        f"| 12 | 10 | {manager['letters']} (at most 12) | {manager['hours']:.0f} (at most 25) |"
        in paper
    )


def test_with_the_rules_of_a_standard_programme_it_would_be_more_letters() -> None:
    small = lived(year_of("small"))[1]["manager"]["letters"]
    standard = lived(year_of("small", profile="standard"))[1]["manager"]["letters"]

    assert standard > 12 >= small


def test_without_a_profile_no_overview_is_lived() -> None:
    scenario = year_of("small").model_copy(update={"policy": {}})
    shown, _, profile = lived(scenario)

    assert profile is None
    assert "digest" not in {row["template"] for row in shown["notices"]}


def test_what_was_done_under_seal_counts_for_the_moderator_alone() -> None:
    with new_life(year_of("small")) as life:
        life.live()
        letters = life.view("manager")["letters"]
        told = {row["role"]: row["parts"] for row in effort_shown(life, letters, "manager")}
        whole = {row["role"]: row["parts"] for row in effort_shown(life, letters, "moderator")}

    def read(parts: list[Row]) -> int:
        return sum(part["number"] for part in parts if part["what"] == "read/give-verdict")

    assert read(whole["manager"]) == read(told["manager"]) + 1


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 7, 7, tzinfo=UTC)),
        (datetime(2026, 12, 7, 6, 59, tzinfo=UTC), datetime(2026, 12, 7, 7, tzinfo=UTC)),
        (datetime(2026, 12, 7, 7, tzinfo=UTC), datetime(2026, 12, 14, 7, tzinfo=UTC)),
        (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 29, 6, tzinfo=UTC)),
    ],
)
def test_the_overview_comes_when_the_machine_sends_it(moment: datetime, monday: datetime) -> None:
    assert MONDAY_MORNING == "0 8 * * 1"
    assert next_monday(WorkCalendar("Europe/Amsterdam", "NL"), moment) == monday
