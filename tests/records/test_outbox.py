"""The outbox: each notice to one worker at a time, and what becomes of it is kept."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from config.policies import policy_of
from records.delivery import queue
from records.delivery.queue import Posted
from records.engine.database import connect, reading, writing
from records.journal import journal
from records.journal.embargo.held_chain import lived_entries
from records.journal.examination import examine
from records.ledger import Ledger
from records.outbox import enqueue
from records.schema.core import NOTICES
from states.language.errors import NotKnown, Refused
from states.model.facts import Notice
from states.model.vocabulary import DutyKind, Template
from tests.records.conftest import DAY, SESSION, START, Memory, utc

LEASE = timedelta(minutes=5)


def test_what_waits_is_claimed_in_order_and_by_one_worker(invited: Memory) -> None:
    [first] = invited.claim(limit=1)
    assert (first.notice.template, first.notice.to, first.attempts) == ("invitation", "union-bd", 1)
    assert first.at == invited.now
    [second] = invited.claim(worker="w2")
    assert second.notice.to == "ngo-nl"
    assert invited.claim() == []


def test_two_who_claim_at_once_never_get_the_same(invited: Memory) -> None:
    rows = [
        enqueue.rows_of(
            invited.dialogue_id,
            [Notice(to="manager", role="manager", template=Template.NEW_LINK)],
            f"t:{n}",
            START,
        )[0]
        for n in range(60)
    ]
    with writing(invited.engine) as connection:
        enqueue.put(connection, rows)
    start = threading.Barrier(3)

    def work(number: int) -> list[int]:
        engine = connect(invited.url)
        start.wait()
        mine: list[int] = []
        while got := queue.claim(
            engine, policy_of, invited.now, limit=7, lease=LEASE, worker=f"w{number}"
        ):
            mine += [post.id for post in got]
        engine.dispose()
        return mine

    with ThreadPoolExecutor(3) as threads:
        claimed = [number for mine in threads.map(work, range(3)) for number in mine]
    while left := invited.claim():  # what one had locked, another may have passed by
        claimed += [post.id for post in left]
    assert len(claimed) == len(set(claimed)) == 62


def test_a_lease_that_ended_frees_what_was_claimed(invited: Memory) -> None:
    claimed = invited.claim()
    invited.now += LEASE - timedelta(seconds=1)
    assert invited.claim(worker="w2") == []
    invited.now += timedelta(seconds=1)
    again = invited.claim(worker="w2")
    assert [post.id for post in again] == [post.id for post in claimed]
    assert [post.attempts for post in again] == [2, 2]
    assert [post.message_id for post in again] == [post.message_id for post in claimed]


def test_what_is_released_can_be_claimed_at_once_and_was_not_tried(invited: Memory) -> None:
    claimed = invited.claim()
    assert queue.release(invited.engine, [post.id for post in claimed])
    assert [post.attempts for post in invited.claim()] == [1, 1]


def test_a_passing_failure_is_tried_again_later(invited: Memory) -> None:
    [post, _] = invited.claim()
    later = invited.now + timedelta(hours=1)
    assert queue.retry_later(invited.engine, post.id, "451 <rahima@union.example>: later", later)
    assert invited.claim() == []
    [row] = [n for n in invited.notices(status="pending") if n.id == post.id]
    assert (row.error, row.next_try_at) == ("451 <<address>>: later", later)
    invited.now = later
    assert post.id in [again.id for again in invited.claim()]


def test_what_is_withdrawn_is_never_claimed(invited: Memory) -> None:
    [post, other] = invited.claim()
    assert queue.withdraw(invited.engine, post.id, "no longer wanted")
    assert not queue.withdraw(invited.engine, post.id, "no longer wanted")
    invited.now += DAY
    assert [again.id for again in invited.claim()] == [other.id]


def test_a_message_id_is_the_same_for_ever_and_leads_back(invited: Memory) -> None:
    [post, other] = invited.claim()
    assert post.message_id != other.message_id
    assert "@" not in post.message_id
    found = queue.find_message(invited.engine, post.message_id)
    assert found is not None
    assert (found.id, found.notice) == (post.id, post.notice)
    for name in (post.message_id[:-1], f"{post.message_id}0", "hello", "notice-\x00", ""):
        assert queue.find_message(invited.engine, name) is None


def test_a_delivered_notice_is_marked_once(invited: Memory) -> None:
    [post, _] = invited.claim()
    assert invited.ledger.record_delivered(post.id, "email", invited.now)
    before = journal.head(invited.engine, invited.dialogue_id)
    assert not invited.ledger.record_delivered(post.id, "email", invited.now + DAY)
    [row] = [n for n in invited.notices(status="sent") if n.id == post.id]
    assert (row.channel, row.sent_at) == ("email", invited.now)
    assert journal.head(invited.engine, invited.dialogue_id) == before


def test_an_unknown_notice_is_said(opened: Memory) -> None:
    with pytest.raises(NotKnown):
        opened.ledger.record_delivered(999, "email", START)
    with pytest.raises(NotKnown):
        opened.ledger.undeliverable(999, "email", "gone", START)


def test_what_left_the_house_was_sent_even_if_it_was_withdrawn_meanwhile(opened: Memory) -> None:
    opened.map()
    opened.sweep(utc(2022, 1, 28, 8))
    [post] = [p for p in opened.claim() if p.notice.rung]
    opened.act("approve-analysis")
    assert opened.notices(rung="-10wd")[0].status == "withdrawn"
    assert opened.ledger.record_delivered(post.id, "email", opened.now)
    assert opened.notices(rung="-10wd")[0].status == "sent"


def test_an_answer_under_seal_counts_when_it_is_written_and_is_carried_until_it_arrives(
    answered: Memory,
) -> None:
    name, dialogue = "carry-answer/sealed-1", answered.reread()
    assert not dialogue.duties["answer-participant/sealed-1"].owed
    assert dialogue.duties["give-verdict/sealed-1"].owed
    assert dialogue.duties[name].owed
    [post] = [p for p in answered.claim() if p.notice.template == "answer"]
    assert answered.ledger.record_delivered(post.id, "email", answered.now)
    assert not answered.ledger.record_delivered(post.id, "email", answered.now)
    assert not answered.reread().duties[name].owed
    facts = [e.fact for e in lived_entries(answered.engine, answered.dialogue_id)]
    assert facts.count("participant-answered") == 1
    told = [e.fact for e in journal.entries(answered.engine, answered.dialogue_id)]
    assert "participant-answered" not in told, "how far words to a sealed voice came is no entry"


def test_an_open_answer_counts_when_it_was_delivered(opened: Memory) -> None:
    opened.sign()
    opened.act("answer-participant", {"covers": ["c1"], "text": "In spring."})
    name = "answer-participant/ngo-nl"
    assert opened.reread().duties[name].owed
    [post] = [p for p in opened.claim() if p.notice.template == "answer"]
    assert opened.ledger.record_delivered(post.id, "email", opened.now)
    dialogue = opened.reread()
    assert not dialogue.duties[name].owed
    assert dialogue.duties["give-verdict/ngo-nl"].owed


def test_an_answer_never_arrives_before_it_was_written(answered: Memory) -> None:
    """Whoever says that it arrived earlier makes no late answer one in time, and the rows agree with the facts."""
    [post] = [p for p in answered.claim() if p.notice.template == "answer"]
    assert answered.ledger.record_delivered(post.id, "email", answered.now - 8 * DAY)
    met = answered.reread().duties["carry-answer/sealed-1"]
    assert met.ended_at == answered.now
    told = journal.entries(answered.engine, answered.dialogue_id)
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert examine(answered.engine, answered.dialogue_id).differences == []


def test_two_who_report_the_same_delivery_answer_once(answered: Memory) -> None:
    [post] = [p for p in answered.claim() if p.notice.template == "answer"]
    start = threading.Barrier(2)

    def report(_: int) -> bool:
        ledger = Ledger(answered.engine, policy_of)
        start.wait()
        return ledger.record_delivered(post.id, "email", answered.now)

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(report, range(2))) == [False, True]
    facts = [e.fact for e in lived_entries(answered.engine, answered.dialogue_id)]
    assert facts.count("participant-answered") == 1
    told = [e.fact for e in journal.entries(answered.engine, answered.dialogue_id)]
    assert "participant-answered" not in told, "how far words to a sealed voice came is no entry"
    assert journal.verify(answered.engine) == []


def test_an_answer_that_bounces_is_carried_again_and_no_address_is_kept(answered: Memory) -> None:
    [post] = [p for p in answered.claim() if p.notice.template == "answer"]
    answered.ledger.record_delivered(post.id, "email", answered.now)
    reason = "550 5.1.1 <rahima@union.example>: no such user"
    assert answered.ledger.undeliverable(post.id, "email", reason, answered.now)
    assert not answered.ledger.undeliverable(post.id, "email", reason, answered.now)
    dialogue = answered.reread()
    assert dialogue.duties["carry-answer/sealed-1"].owed
    assert not dialogue.duties["answer-participant/sealed-1"].owed
    [row] = [n for n in answered.notices(status="failed") if n.id == post.id]
    assert row.error == "550 5.1.1 <<address>>: no such user"
    assert [n.to for n in answered.notices(template="delivery-failed")] == ["moderator"]
    with reading(answered.engine) as connection:
        for found in connection.execute(select(NOTICES)).mappings():
            assert "rahima@union.example" not in str(dict(found))
    assert journal.verify(answered.engine) == []


def test_somebody_without_email_is_a_task_for_a_person(answered: Memory) -> None:
    [post] = [p for p in answered.claim() if p.notice.template == "answer"]
    assert answered.ledger.by_hand(post.id, answered.now)
    assert not answered.ledger.by_hand(post.id, answered.now)
    [task] = answered.notices(template="by-hand-task")
    assert (task.to, task.status) == ("moderator", "pending")  # it was said under seal
    assert answered.reread().duties["carry-answer/sealed-1"].owed
    answered.act("change-contact", {"stakeholder": "union-bd", "by_hand": True}, by="moderator")
    told = {"to": "sealed-1", "how": "by phone", "template": "answer"}
    with pytest.raises(Refused):
        answered.act("record-delivery", told)
    answered.act("record-delivery", told, by="moderator")
    [row] = [n for n in answered.notices(status="sent") if n.id == post.id]
    assert row.channel == "by-hand"
    assert not answered.reread().duties["carry-answer/sealed-1"].owed
    assert not answered.ledger.record_delivered(post.id, "email", answered.now)


def said(memory: Memory) -> list[Posted]:
    """What waits, but for the word that somebody is reached elsewhere now."""
    change = {"contact-changed", "contact-to-check", "way-replaced"}
    return [post for post in memory.claim() if post.notice.template not in change]


def failing(memory: Memory, name: str) -> None:
    for post in memory.claim():
        if post.notice.to == name:
            memory.ledger.undeliverable(post.id, "email", "refused-550", memory.now)
        else:
            memory.ledger.record_delivered(post.id, "email", memory.now)


@pytest.mark.parametrize("way", [{"email": "new@ngo.example"}, {"by_hand": True}])
def test_an_invitation_that_failed_goes_again_once_its_reader_is_reached_elsewhere(
    invited: Memory, way: dict[str, object]
) -> None:
    failing(invited, "ngo-nl")
    invited.now += DAY
    invited.act("change-contact", {"stakeholder": "ngo-nl", "phone": "+31 6"})
    assert [post.notice.to for post in said(invited)] == ["manager"]  # who hears that it failed
    invited.act("change-contact", {"stakeholder": "ngo-nl", **way})
    [again] = said(invited)
    assert (again.notice.template, again.notice.to) == ("invitation", "ngo-nl")
    assert again.attempts == 1
    assert invited.ledger.record_delivered(again.id, "email", invited.now)


def test_what_failed_in_an_earlier_phase_is_not_said_again(invited: Memory) -> None:
    failing(invited, "ngo-nl")
    for name in ("union-bd", "ngo-nl"):
        invited.act("accept-invitation", by=name)
        invited.act("share-expectation", {"text": "Be clear"}, by=name)
    invited.act("echo-expectations", {"changes": "Wages come first"})
    invited.now = SESSION
    invited.act("open-session")
    invited.claim()
    invited.act("change-contact", {"stakeholder": "ngo-nl", "email": "new@ngo.example"})
    assert said(invited) == []


def test_an_answer_under_seal_that_failed_goes_again_once_its_reader_is_reached_elsewhere(
    answered: Memory,
) -> None:
    [post] = [p for p in answered.claim() if p.notice.template == "answer"]
    answered.ledger.undeliverable(post.id, "email", "refused-550", answered.now)
    answered.claim()
    moved = {"stakeholder": "union-bd", "email": "new@union.example"}
    answered.act("change-contact", moved, by="moderator")
    [again] = [p for p in answered.claim() if p.notice.template == "answer"]
    assert (again.id, again.notice.to) == (post.id, "sealed-1")
    assert answered.ledger.record_delivered(again.id, "email", answered.now)
    assert not answered.reread().duties["carry-answer/sealed-1"].owed
    assert examine(answered.engine, answered.dialogue_id).differences == []


def test_an_open_answer_that_failed_is_written_anew_and_not_sent_again(opened: Memory) -> None:
    opened.sign()
    opened.act("answer-participant", {"covers": ["c1"], "text": "In spring."})
    [post] = [p for p in opened.claim() if p.notice.template == "answer"]
    opened.ledger.undeliverable(post.id, "email", "refused-550", opened.now)
    opened.claim()
    moved = {"stakeholder": "ngo-nl", "email": "new@ngo.example"}
    opened.act("change-contact", moved, by="moderator")
    assert said(opened) == []


def test_what_is_no_fact_and_no_rung_is_told_once(opened: Memory) -> None:
    digest = Notice(to="manager", role="manager", template=Template.DIGEST, detail={"waiting": 2})
    week, next_week = "digest:2022-W03", "digest:2022-W04"
    assert opened.ledger.tell(opened.dialogue_id, digest, week, START)
    assert not opened.ledger.tell(opened.dialogue_id, digest, week, START)
    assert opened.ledger.tell(opened.dialogue_id, digest, next_week, START)
    assert [row.cause for row in opened.notices(template="digest")] == [
        "digest:2022-W03:digest",
        "digest:2022-W04:digest",
    ]
    with pytest.raises(NotKnown):
        opened.ledger.tell("nowhere", digest, week, START)


def test_several_rows_are_counted_by_what_is_new(opened: Memory) -> None:
    rungs = [
        Notice(
            to=to, role=to, template=Template.DUTY_LATE, duty="d", kind=DutyKind.PASS_ON, rung=rung
        )
        for to in ("manager", "deputy")
        for rung in ("0", "+1wd")
    ]
    rows = enqueue.rows_of(opened.dialogue_id, rungs, "fact:1", START)
    with writing(opened.engine) as connection:
        assert enqueue.put(connection, rows[:3]) == 3
        assert enqueue.put(connection, rows) == 1
        assert enqueue.put(connection, rows) == 0
        assert enqueue.put(connection, []) == 0


def test_a_message_that_nobody_knows_stops_itself_alone(invited: Memory) -> None:
    with writing(invited.engine) as connection:
        connection.execute(
            text(
                "UPDATE notices SET template = 'unheard-of' "
                "WHERE id = (SELECT MIN(id) FROM notices WHERE status = 'pending')"
            )
        )

    assert "unheard-of" in {post.notice.template for post in invited.claim()}


def test_whose_address_the_moderator_corrects_is_in_no_fact_once_there_are_seals(
    answered: Memory,
) -> None:
    """It is corrected right after something came back; what came back goes there all the same."""
    [post] = [p for p in answered.claim() if p.notice.template == "answer"]
    answered.ledger.undeliverable(post.id, "email", "refused-550", answered.now)
    assert not answered.notices(template="answer", status="pending")
    change = {"stakeholder": "union-bd", "email": "new@union.example"}
    answered.act("change-contact", change, by="moderator")

    told = journal.entries(answered.engine, answered.dialogue_id)
    [changed] = [one for one in told if one.fact == "contact-changed"]
    assert (changed.subject, changed.detail) == (answered.dialogue_id, {"fields": ["email"]})
    assert [one.to for one in answered.notices(template="answer", status="pending")] == ["sealed-1"]
