"""A delivery round ends, also when every address of ours fails and the last in line has none."""

import pytest

from tests.journeys.lives import NGO, live, outcome_of, played, small

ROLES = ("manager", "deputy", "sponsor", "moderator", "board")


def broken(*names: str) -> list[dict[str, str]]:
    always = {"from": "2021-01-01T00:00", "to": "2024-01-01T00:00"}
    return [{"address": f"{name}@klein.example", **always} for name in names]


@pytest.mark.parametrize("silent", ["sponsor", "board", "moderator", "deputy"])
def test_it_ends_when_one_has_no_address_and_the_others_fail(silent: str) -> None:
    scenario = small(played("strategy"), until="2022-09-30T09:00", bounces=broken(*ROLES))
    programme = scenario["programme"]
    person = {k: v for k, v in programme["roles"][silent].items() if k != "email"}
    roles = {**programme["roles"], silent: person}
    seen = outcome_of({**scenario, "programme": {**programme, "roles": roles}})

    assert len(seen.facts("notice-undeliverable")) < 20
    assert seen.notices(template="answer-is-late")[0]["status"] == "sent"


def test_nothing_goes_to_an_address_that_failed_for_good() -> None:
    """What fails for good is told once; what comes after it goes by hand."""
    address = [{"address": NGO["email"], "from": "2022-06-20T00:00", "to": "2023-01-01T00:00"}]
    life = small(played("strategy"), until="2022-12-31T00:00", bounces=address)
    with live(life, "moderator") as seen:
        to_them = [row for row in seen.notices(to=NGO["id"]) if row["at"] > "2022-06-20"]
        told = seen.notices(template="delivery-failed")
    assert [row["status"] for row in to_them].count("failed") == 1
    assert {row["status"] for row in to_them[1:]} <= {"by-hand", "withdrawn"}
    assert [row["to"] for row in told] == ["moderator"]  # somebody speaks under seal
