"""The year that is measured is a year: editions open, people answer or do not, duties lapse, dialogues end."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.script import MANNERS
from benchmarks.year import WEEKS, LivedYear, figures, live_year


@pytest.mark.slow
def test_each_manner_of_answering_is_lived_to_its_end(tmp_path: Path) -> None:
    """By two processes that share one database: nothing is done twice, and nothing is left out."""
    year = live_year(str(tmp_path), len(MANNERS), processes=2)

    assert year.counts["opened"] == len(MANNERS)
    assert year.phases == {"closed": 8, "closed_with_debts": 1, "feedback": 1}
    # Of eight answers the late give six late, and those who never answer owe six for ever; none says a word in between.
    assert year.counts["lapses"] == 4 * 6 + len(MANNERS)
    assert year.counts["silences"] > 0
    assert year.counts["steps"] > 100 * len(MANNERS)
    assert len(year.memory) == WEEKS


def a_year(programmes: int, memory: list[float], seconds: float) -> LivedYear:
    return LivedYear(programmes, seconds, seconds, Counter(), Counter(feedback=1), 1.0, memory)


def test_a_small_year_is_told_as_a_small_year() -> None:
    flat = [100.0] * WEEKS
    told = figures(a_year(10, flat, 10), a_year(50, flat, 50))

    whole = next(one for one in told if "wall time" in one.what)
    assert "only reckoned from 50" in whole.what
    assert whole.reached is None
    assert whole.ours == pytest.approx(10_000 / 60)


def test_a_year_that_leaks_or_grows_dearer_is_seen() -> None:
    def missed(memory: list[float], seconds: float) -> list[str]:
        told = figures(a_year(10, memory, 10), a_year(50, memory, seconds))
        return [one.what.partition(": ")[2] for one in told if one.reached is False]

    assert missed([100.0] * WEEKS, 50) == []
    assert missed([100.0 + week for week in range(WEEKS)], 50) == [
        "memory grown in the second half"
    ]
    assert missed([100.0] * WEEKS, 100) == ["processor time of each, beside 10"]
