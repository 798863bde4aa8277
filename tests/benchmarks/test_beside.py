"""Two commits beside each other: which figures are compared, and how the size of ours is told."""

import json

import pytest

from benchmarks.beside import beside, compare, read_figures
from benchmarks.figures import Figure


def turn(**rates: float) -> dict[str, Figure]:
    return {what: Figure("delivery", what, "mails/s", rate) for what, rate in rates.items()}


def test_the_middle_of_each_figure_stands_beside_the_middle_of_theirs() -> None:
    ours = [turn(one=300, four=500), turn(one=310, four=480), turn(one=90, four=490)]
    theirs = [turn(one=200), turn(one=10), turn(one=210)]

    (found,) = compare("delivery", "f25c07c", ours, theirs)

    assert found.what == "one, beside f25c07c"
    assert (found.ours, found.raw, found.ratio) == (300, 200, 1.5)


def test_what_is_said_before_the_figures_is_no_figure() -> None:
    kept = [Figure("delivery", "one [of two]", "mails/s", 300).as_json()]
    said = f"| what | ours |\n\ndelivery: 3 s\n\n{json.dumps(kept, indent=2)}\n"

    (found,) = read_figures(said)

    assert (found.what, found.ours) == ("one [of two]", 300)
    assert read_figures("delivery: skipped: it needs a server\n\n[]\n") == []


def test_a_commit_that_nobody_made_is_said() -> None:
    with pytest.raises(KeyError, match="no-such-commit"):
        beside("delivery", 10, "no-such-commit")
