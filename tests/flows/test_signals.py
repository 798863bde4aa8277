"""What a round has to tell besides its own work: mail that waits too long, answers that are late for long."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from config.settings import Settings
from flows.event_table import EVENTS, OF_FACT
from flows.signals import Signals, forget, signals_of
from records.dialogues.late_answers import LateAnswers
from services.house import House, open_house
from states.privacy.operator_feed import TOLD
from tests.flows.prefect_watch import DUE, MORNING_AFTER

SPONSOR_HEARS = datetime(2022, 9, 22, 6, tzinfo=UTC)
"""The morning ten working days after the due day, 8 September, when the ladder reaches the sponsor too."""


@pytest.fixture
def opened(house: Settings) -> Iterator[House]:
    """Open the case of 2022 on the eve of its lapse; its time is its own."""
    with open_house(house, clock=None) as found:
        yield found


def after(house: House, moment: datetime) -> Signals:
    house.sweep(moment)
    return signals_of(house, moment)


def test_each_fact_that_may_be_told_has_one_name() -> None:
    assert set(OF_FACT) == TOLD
    assert len({row.name for row in EVENTS}) == len(EVENTS)


def test_an_answer_is_late_for_long_when_its_ladder_reaches_the_sponsor(opened: House) -> None:
    assert after(opened, MORNING_AFTER).answers == ()
    assert after(opened, SPONSOR_HEARS - timedelta(seconds=1)).answers == ()

    late = LateAnswers("kledingmerk", 4, DUE, ("kledingmerk-2022",))
    assert after(opened, SPONSOR_HEARS).answers == (late,)


def test_mail_that_waits_for_more_than_an_hour_is_told(opened: House) -> None:
    opened.deliver(DUE)
    assert after(opened, MORNING_AFTER).outbox is None
    found = after(opened, MORNING_AFTER + timedelta(hours=1, seconds=1)).outbox

    assert found is not None
    assert found.oldest == MORNING_AFTER
    assert found.pending > 0


def test_what_cannot_be_read_is_not_told(opened: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr("flows.signals.late_answers", broken)

    assert signals_of(opened, DUE) == Signals()


def test_what_was_told_is_forgotten(opened: House) -> None:
    told = signals_of(opened, DUE).untold
    forget(told)

    assert {one.fact for one in told} == {"dialogue-opened", "participant-answered"}
    assert signals_of(opened, DUE + timedelta(days=1)).untold == ()
