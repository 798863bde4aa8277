"""`weerklank programme pause`: no edition opens and no overview is written, and it is said wherever one looks."""

import json

import pytest

from tests.cli.conftest import ID, OPENED, PROGRAMME, Desk

LATER = "2020-12-12T09:00+01:00"
AFTER = "2022-03-01T09:00+01:00"
WHY = ("--reason", "Het bedrijf wordt verkocht.")


@pytest.fixture
def paused(edition: Desk) -> Desk:
    """A desk whose programme was paused while an edition is open."""
    edition.good("programme", "pause", "klein", *WHY, "--now", LATER)
    return edition


def test_it_is_shown_wherever_one_looks(paused: Desk) -> None:
    since = {"since": "2020-12-12T08:00:00Z", "by": "operator"}

    assert "paused since 2020-12-12 by operator" in paused.good("programme", "list")
    shown = paused.json("programme", "show", "klein")
    assert shown["paused"] == {**since, "reason": WHY[1]}
    assert shown["editions"] == [ID]
    assert WHY[1] in paused.good("programme", "show", "klein")
    assert paused.json("status")["paused"] == [{"programme": "klein", **since}]
    assert "klein is paused since 2020-12-12" in paused.good("status", ID)
    told = [
        one
        for one in json.loads(paused("doctor", "--json").stdout)["findings"]
        if "paused" in one["says"]
    ]
    assert [one["state"] for one in told] == ["warn"]
    assert WHY[1] not in str(told), "the reason is no word for whoever watches the engine"


def test_no_edition_opens_and_what_is_owed_goes_on(paused: Desk) -> None:
    swept = paused.json("sweep", "--now", AFTER)

    assert swept["opened"] == []
    assert swept["lapses"] > 0
    assert "paused since" in paused.bad(
        1, "open", "klein", "--session", "2023-06-16T13:00", "--now", AFTER
    )


def test_the_end_of_it_opens_one_edition_or_none(paused: Desk) -> None:
    resumed = paused.json("programme", "resume", "klein", "--now", AFTER)
    assert resumed["due"]
    assert paused.json("sweep", "--now", AFTER)["opened"] == ["klein-2022"]

    paused.good("programme", "pause", "klein", *WHY, "--by", "sponsor", "--now", AFTER)
    after = "2023-03-01T09:00+01:00"
    resumed = paused.json("programme", "resume", "klein", "--skip", "--now", after)
    assert not resumed["due"]
    assert paused.json("sweep", "--now", after)["opened"] == []
    assert "not paused" in paused.bad(1, "programme", "resume", "klein", "--now", after)


def test_it_goes_on_after_its_pause_and_says_how_many_openings_passed(paused: Desk) -> None:
    before = ("--now", "2020-12-12T08:59+01:00")
    said = paused.bad(2, "programme", "resume", "klein", *before)
    assert "paused since 2020-12-12T08:00:00Z" in said
    assert paused.json("programme", "show", "klein")["paused"]

    said = paused.good("programme", "resume", "klein", "--now", "2023-03-01T09:00+01:00")
    assert "2 passed meanwhile, and one opens" in said


def test_a_file_that_is_applied_meanwhile_says_that_it_is_paused(paused: Desk) -> None:
    file = paused.file("klein.yaml", {**PROGRAMME, "company": "Groot merk"})
    told = "paused since 2020-12-12 by operator: no new edition opens"
    words = ("programme", "apply", file, "--now", LATER)

    assert paused.good(*words, "--dry-run").startswith(f"klein: would be saved; {told}\n")
    result = paused(*words)
    assert result.stdout == f"klein: saved; {told}\n"
    assert "weerklank programme resume klein" in result.stderr
    assert "wait for the schedule" not in result.stderr


def test_a_sweep_that_opened_something_does_not_say_that_nothing_was_due(programme: Desk) -> None:
    said = programme.good("sweep", "--now", AFTER)

    assert said == "opened klein-2022\nNothing else was due.\n"
    assert programme.good("sweep", "--now", AFTER) == "Nothing was due.\n"


def test_it_asks_for_a_reason_and_for_somebody_who_may(edition: Desk) -> None:
    now = ("--now", OPENED)

    assert "--reason" in edition.bad(2, "programme", "pause", "klein", *now)
    assert "reason" in edition.bad(2, "programme", "pause", "klein", "--reason", "\u200b", *now)
    assert "choose from" in edition.bad(2, "programme", "pause", "klein", *WHY, "--by", "x", *now)
    assert "nobody" in edition.bad(1, "programme", "pause", "nobody", *WHY, *now)
    assert edition.json("programme", "show", "klein")["paused"] is None
    said = edition("programme", "pause", "klein", *WHY, "--now", OPENED)
    assert "nobody can mute it" in said.stdout
