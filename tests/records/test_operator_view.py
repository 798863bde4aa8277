"""What the operator may count: the company's lateness, and nothing of how far words under seal came."""

from datetime import timedelta

from sqlalchemy import select

from notifications.views.names import travels_sealed
from records import aging_report, queries
from records.delivery import returned_mail
from records.delivery.queue import Posted, release, untold_among
from records.engine.database import reading
from records.metrics import gauges
from records.schema.core import DUTIES
from records.schema.operator_view import DUTY_MAY_BE_TOLD
from states.privacy.operator_feed import TELLS_OF_ARRIVAL
from states.privacy.readers import A_MANAGER
from states.privacy.seals import may_know_duty
from tests.records.conftest import Memory, utc

LATE = utc(2022, 9, 12, 7)
MISSED = utc(2022, 9, 8, 22)


def told(memory: Memory) -> set[str]:
    """The names of the duties that may be told."""
    with reading(memory.engine) as connection:
        return set(connection.scalars(select(DUTIES.c.name).where(DUTY_MAY_BE_TOLD)))


def late(memory: Memory) -> tuple[int, int, int, int]:
    """How many answers are late: on the overview, in the table, on the card, and in the metrics."""
    groups = aging_report.late_groups(memory.engine, memory.now)
    listed = aging_report.late_duties(memory.engine, memory.now, 9)
    card = [
        one.duties
        for one in queries.tally(memory.engine, [memory.dialogue_id])
        if one.status == "lapsed"
    ]
    return (
        sum(one.number for one in groups), len(listed), sum(card), gauges(memory.engine, memory.now).overdue,
    )  # fmt: skip


def test_the_company_is_late_to_a_voice_under_seal_until_the_words_are_written(
    opened: Memory,
) -> None:
    opened.sign()
    opened.deliver()
    report = opened.sweep(LATE)
    assert (report.public_part().lapses, late(opened)) == (2, (2, 2, 2, 2))
    lapsed = queries.lapsed_in(opened.engine, [opened.dialogue_id])
    assert [one.due for one in lapsed].count(MISSED) == 2

    opened.act("answer-participant", {"covers": ["c2"], "text": "We will pay."})
    assert late(opened) == (1, 1, 1, 1)
    [notice] = opened.notices(template="answer", status="pending")
    opened.ledger.undeliverable(notice.id, "email", "550 5.1.1", opened.now)
    assert late(opened) == (1, 1, 1, 1)


def test_an_objection_is_answered_late_until_the_response_is_written(answered: Memory) -> None:
    answered.deliver()
    given = {"contribution": "c2"}
    answered.act("dispute-answer", given | {"reason": "That is none."}, by="union-bd")
    duty = "answer-dispute/c2"
    assert duty not in told(answered), "that day is not over"
    answered.sweep(answered.now + timedelta(days=1))
    assert duty in told(answered)
    answered.act("settle-dispute", given | {"text": "We will pay more."})
    assert duty not in told(answered)
    answered.deliver()
    answered.now += timedelta(days=1)
    answered.act("dispute-answer", given | {"reason": "Still none."}, by="union-bd")
    answered.sweep(answered.now + timedelta(days=1))

    assert f"{duty}#2" in told(answered)


def test_the_operator_is_told_of_the_duties_of_which_a_manager_is(answered: Memory) -> None:
    for _ in range(2):
        dialogue = answered.read()
        open_to_managers = {
            duty.name
            for duty in dialogue.duties.values()
            if duty.kind not in TELLS_OF_ARRIVAL and not travels_sealed(dialogue, duty)
            if may_know_duty(A_MANAGER, duty.name)
        }
        assert told(answered) == open_to_managers
        answered.deliver()


def untold(memory: Memory) -> list[Posted]:
    """The letters that wait and of which nothing is told; they wait on."""
    waiting = memory.claim()
    names = untold_among(memory.engine, waiting)
    release(memory.engine, [number for one in waiting for number in one.ids])
    return [one for one in waiting if one.message_id in names]


def test_mail_to_a_voice_under_seal_is_in_no_count(answered: Memory) -> None:
    engine = answered.engine
    [notice] = answered.notices(template="answer", status="pending")
    assert queries.waiting(engine).pending == 0
    assert [one.id for one in untold(answered)] == [notice.id]
    answered.ledger.undeliverable(notice.id, "email", "550 5.1.1", answered.now)
    alerts = len(answered.notices(template="delivery-failed"))
    assert len(untold(answered)) == alerts == 1
    went = answered.deliver()

    assert aging_report.failures(engine) == {}
    lately = aging_report.mail_lately(engine, answered.now - timedelta(days=1))
    assert lately.failed == {}
    assert (queries.waiting(engine).failed, gauges(engine, answered.now).failed) == (0, 0)
    for one in went:
        answered.ledger.report_unread(one.id, answered.now)
    assert len(returned_mail.unread_reports(engine)) == 1
    assert returned_mail.how_many_unread(engine) == 0
    for one in went:
        answered.ledger.undeliverable(one.id, "email", "550 5.1.1", answered.now)
    assert returned_mail.unheard_alerts(engine) == 0
