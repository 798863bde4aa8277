"""Reports of retaliation: for the confidant alone, with mails of their own and a promise that is kept in sight."""

from datetime import timedelta

from sqlalchemy import select

from records.access.retaliation_reports import (
    STILL_WAITS,
    WAITS,
    Unheard,
    claim_letter,
    letter_later,
    letter_sent,
    missed_reports,
    report,
    reports_of,
    settle_report,
    take_up_report,
)
from records.engine.database import reading
from records.schema.access import REPORTS
from tests.records.conftest import DAY, Memory

LEASE = timedelta(minutes=5)
HOUR = timedelta(hours=1)


def told(memory: Memory, text: str = "They came") -> int:
    """Report *text* without a name; the number of the report."""
    report(
        memory.engine, memory.dialogue_id, text, memory.now,
        who=None, contact="a shop", react_by=memory.now + 2 * DAY,
    )  # fmt: skip
    return reports_of(memory.engine, "kleding")[0].number


def test_a_report_can_leave_out_who_reports(opened: Memory) -> None:
    number, engine = told(opened), opened.engine
    (one,) = reports_of(engine, "kleding")
    assert (one.who, one.text, one.contact) == (None, "They came", "a shop")
    assert reports_of(engine, "schoenen") == []
    assert not settle_report(engine, "schoenen", number, opened.now)
    assert settle_report(engine, "kleding", number, opened.now)
    assert not settle_report(engine, "kleding", number, opened.now)
    with reading(engine) as connection:
        assert "ngo" not in str(connection.execute(select(REPORTS)).all())


def test_the_mail_goes_out_at_once_and_once(opened: Memory) -> None:
    told(opened)
    engine, now = opened.engine, opened.now
    letter = claim_letter(engine, now, LEASE)
    assert letter is not None
    assert (letter.template, letter.attempts) == (WAITS, 1)
    assert claim_letter(engine, now, LEASE) is None
    letter_sent(engine, letter, now)
    assert claim_letter(engine, now + DAY, LEASE) is None


def test_what_was_not_marked_is_tried_again_under_the_same_name(opened: Memory) -> None:
    told(opened)
    engine, now = opened.engine, opened.now
    first = claim_letter(engine, now, LEASE)
    again = claim_letter(engine, now + LEASE, LEASE)
    assert first is not None
    assert again is not None
    assert again.message_id == first.message_id
    assert again.attempts == 2
    letter_later(engine, again, now + DAY)
    assert claim_letter(engine, now + DAY - HOUR, LEASE) is None
    assert claim_letter(engine, now + DAY, LEASE) is not None


def test_the_confidant_is_reminded_once_unless_they_took_it_up(opened: Memory) -> None:
    engine, now = opened.engine, opened.now
    numbers = [told(opened, text) for text in ("first", "second")]
    while letter := claim_letter(engine, now, LEASE):
        letter_sent(engine, letter, now)
    assert not take_up_report(engine, "schoenen", numbers[0], now)
    assert take_up_report(engine, "kleding", numbers[0], now)
    assert not take_up_report(engine, "kleding", numbers[0], now)
    reminder = claim_letter(engine, now + 2 * DAY, LEASE)
    assert reminder is not None
    assert (reminder.template, reminder.report) == (STILL_WAITS, numbers[1])
    letter_sent(engine, reminder, now)
    assert claim_letter(engine, now + 30 * DAY, LEASE) is None


def test_a_report_is_late_until_it_is_taken_up_and_stays_so(opened: Memory) -> None:
    number, engine, now = told(opened), opened.engine, opened.now
    (one,) = reports_of(engine, "kleding")
    assert not one.late(now + 2 * DAY - HOUR)
    assert one.late(now + 2 * DAY)
    take_up_report(engine, "kleding", number, now + 3 * DAY)
    assert reports_of(engine, "kleding")[0].late(now + 9 * DAY)


def test_the_operator_knows_numbers_alone(opened: Memory) -> None:
    engine, now = opened.engine, opened.now
    assert missed_reports(engine, now, HOUR) == Unheard(0, None, 0)
    told(opened)
    assert missed_reports(engine, now, HOUR) == Unheard(0, None, 0)
    assert missed_reports(engine, now + HOUR, HOUR) == Unheard(1, now, 0)
    assert missed_reports(engine, now + 3 * DAY, HOUR) == Unheard(2, now, 1)
    take_up_report(engine, "kleding", reports_of(engine, "kleding")[0].number, now)
    assert missed_reports(engine, now + 3 * DAY, HOUR) == Unheard(0, None, 0)
