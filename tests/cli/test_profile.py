"""`weerklank programme profile`: shown side by side, chosen, and never below a floor."""

from tests.cli.conftest import PROGRAMME, Desk

NOW = ("--now", "2020-12-12T09:00+01:00")


def test_it_shows_what_fits_with_its_costs_and_reasons(edition: Desk) -> None:
    said = " ".join(edition.good("programme", "profile", "klein").split())

    assert "chosen: none; fits: " in said
    for profile in ("small", "standard", "large"):
        assert f"{profile}: about " in said
    assert "session-day – who has nobody without a stake" in said
    assert "In every programme: answer-debt," in said


def test_it_is_chosen_and_stays_when_the_file_is_applied_again(edition: Desk) -> None:
    assert edition.json("programme", "profile", "klein", "small", *NOW)["changed"] is True
    edition.good("programme", "apply", edition.file("k.yaml", PROGRAMME), *NOW)

    found = edition.json("programme", "profile", "klein")

    assert (found["profile"], found["changed"]) == ("small", False)
    assert {row["rule"]: row["value"] for row in found["rules"]}["checkpoints"] == "at-close"


def test_a_value_is_changed_with_its_reason_and_shown_as_left(edition: Desk) -> None:
    words = ("programme", "profile", "klein", "--rule", "checkpoints=monthly")
    assert edition(*words, *NOW).exit_code == 1
    found = edition.json(*words, "--reason", "The board has no time.", *NOW)

    [left] = [row for row in found["rules"] if row["own"]]
    assert (left["value"], left["default"], left["reason"]) == (
        "monthly",
        "weekly",
        "The board has no time.",
    )


def test_a_floor_is_refused_and_named(edition: Desk) -> None:
    refused = edition(
        "programme", "profile", "klein", "--rule", "seals=off", "--reason", "Haste.", *NOW
    )

    assert refused.exit_code == 2
    assert "'seals' is a floor" in " ".join(refused.stderr.replace("│", " ").split())
    assert edition.json("programme", "profile", "klein")["profile"] is None


def test_a_file_with_a_floor_is_refused_with_its_line(edition: Desk) -> None:
    own = PROGRAMME | {"policy": {"profile": "small", "rules": {"answer-debt": "off"}}}
    refused = edition("programme", "apply", edition.file("k.yaml", own), *NOW)

    assert refused.exit_code != 0
    assert "'answer-debt' is a floor" in " ".join(refused.stderr.replace("│", " ").split())
