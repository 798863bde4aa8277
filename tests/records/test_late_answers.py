"""Answers that are late for long, counted by programme, by the day that was promised."""

from datetime import timedelta

import pytest

from config.policies import policy_of
from records.dialogues import late_answers
from records.dialogues.late_answers import LateAnswers
from tests.records.conftest import Memory, a_programme, utc

TEN_DAYS_LATER = utc(2022, 9, 22, 6)
"""Ten working days after 8 September, at eight in the morning in Amsterdam."""


@pytest.fixture
def late(opened: Memory) -> Memory:
    """Two answers that nobody wrote, long after they were due."""
    opened.sign()
    opened.deliver()
    opened.sweep(TEN_DAYS_LATER)
    return opened


def found(memory: Memory) -> list[LateAnswers]:
    """What is late for long now."""
    return late_answers.late_answers(memory.engine, policy_of, memory.now)


def test_they_are_late_by_the_day_that_was_promised_in_whatever_zone_the_programme_is_now(
    late: Memory,
) -> None:
    assert [one.answers for one in found(late)] == [2]
    late.now -= timedelta(seconds=1)
    assert found(late) == []

    late.ledger.apply_programme(a_programme(time_zone="Asia/Tokyo"), late.now)
    late.now = utc(2022, 9, 21, 23)  # eight in the morning of the 22nd there
    assert [one.answers for one in found(late)] == [2]


def test_no_more_are_counted_than_are_looked_at(
    late: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late_answers, "_MOST", 1)

    assert [one.answers for one in found(late)] == [1]
