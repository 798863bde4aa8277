"""Nothing is recorded as if it had come before what is recorded already, and no clock breaks anybody's day."""

from datetime import datetime, timedelta

import pytest

from records.engine.clock_guard import live_by
from states.language.errors import Refused
from tests.records.conftest import Memory, utc

HOUR = timedelta(hours=1)
PRESENT = utc(2026, 11, 30, 1)
RISK_GONE = {"risk": "wages-bd", "reason": "It was named twice."}


@pytest.fixture
def mapped(opened: Memory) -> Memory:
    """A dialogue that has come to an hour after its opening, in the house of a clock that is years further."""
    opened.now += HOUR
    opened.map()
    live_by(opened.engine, lambda: PRESENT)
    return opened


def facts(memory: Memory) -> int:
    return memory.ledger.revision(memory.dialogue_id)


def refused(memory: Memory, now: datetime) -> Refused:
    """The refusal of a step as of *now*, which changes nothing."""
    before = facts(memory)
    memory.now = now
    with pytest.raises(Refused) as caught:
        memory.act("drop-risk", RISK_GONE)
    assert facts(memory) == before
    return caught.value


def test_a_step_is_not_put_before_the_newest_fact(mapped: Memory) -> None:
    newest = mapped.now
    found = refused(mapped, newest - timedelta(minutes=16))
    assert found.code == "past-now"
    assert f"{newest:%H:%M}" not in found.why("en")
    mapped.now = newest - timedelta(minutes=14)
    mapped.act("drop-risk", RISK_GONE)


def test_whoever_lives_by_a_clock_that_was_put_back_is_heard(mapped: Memory) -> None:
    yesterday = mapped.now - timedelta(days=1)
    live_by(mapped.engine, lambda: yesterday)
    mapped.now = yesterday
    mapped.act("drop-risk", RISK_GONE)
    assert mapped.sweep(yesterday).failed == 0


def test_time_acts_on_nothing_before_the_newest_fact(mapped: Memory) -> None:
    """Only what is due counts: a house may hold editions of other years."""
    due = mapped.next_at()
    assert mapped.sweep(due - timedelta(days=1)).duties == 0
    mapped.now = further = due + 20 * HOUR
    mapped.act("drop-risk", RISK_GONE)
    with pytest.raises(Refused) as caught:
        mapped.sweep(due)
    assert caught.value.code == "past-now"
    assert mapped.next_at() == due
    assert mapped.sweep(further).duties


def test_when_a_voice_under_seal_did_something_is_not_found_by_trying(opened: Memory) -> None:
    opened.speak()
    opened.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    opened.act("publish-summary", {"lines": {"c1": "Pay.", "c2": "Pay."}}, by="moderator")
    published = opened.now
    live_by(opened.engine, lambda: PRESENT)
    opened.now += 5 * HOUR
    opened.act("check-line", {"contribution": "c2", "verdict": "confirmed"}, by="union-bd")
    opened.now = published + HOUR
    opened.act("check-line", {"contribution": "c1", "verdict": "confirmed"}, by="ngo-nl")
