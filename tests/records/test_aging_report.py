"""What is late and what comes, counted by dialogue, kind and owner, on a database of each kind."""

import pytest

from records import aging_report
from records.aging_report import OwedGroup
from records.dialogues.programmes import pause
from states.model.vocabulary import DutyKind
from tests.records.conftest import DAY, START, Memory, a_programme, utc

LAPSE = utc(2022, 2, 10, 23)
APPROVE = DutyKind.APPROVE_ANALYSIS


@pytest.fixture
def two(memory: Memory) -> Memory:
    """Two dialogues, each with an analysis to approve."""
    for name in ("a", "b"):
        memory.open(a_programme(name))
        memory.map()
        memory.now += DAY
    return memory


def test_an_empty_database_owes_nothing(memory: Memory) -> None:
    engine = memory.engine
    assert aging_report.late_groups(engine, START) == []
    assert aging_report.coming_groups(engine, START) == []
    assert aging_report.next_to_act(engine, []) == []
    assert aging_report.rungs_told(engine, []) == []
    assert aging_report.programmes_behind(engine, []) == {}
    assert aging_report.mail_lately(engine, START) == (0, None, {}, True)
    assert aging_report.next_openings(engine, 5) == ([], 0, 0, ())
    assert aging_report.failures(engine) == {}


def test_what_comes_is_due_by_then(two: Memory) -> None:
    found = aging_report.coming_groups(two.engine, LAPSE)

    assert [(one.dialogue_id, one.kind, one.owner, one.number) for one in found] == [
        ("a-2022", APPROVE, "manager", 1),
        ("b-2022", APPROVE, "manager", 1),
    ]
    assert {one.day for one in found} == {LAPSE.date()}
    assert aging_report.coming_groups(two.engine, LAPSE - DAY) == []


def test_what_is_late_is_counted_told_and_goes_on(two: Memory) -> None:
    two.sweep(LAPSE)
    two.sweep(LAPSE + 2 * DAY)
    assert aging_report.rungs_told(two.engine, ["a-2022"]) == []
    two.deliver()
    late = aging_report.late_groups(two.engine, LAPSE + 2 * DAY)

    assert late == [
        OwedGroup(name, APPROVE, "manager", 1, LAPSE, LAPSE.date()) for name in ("a-2022", "b-2022")
    ]
    [told] = aging_report.rungs_told(two.engine, ["a-2022"])
    assert told[:4] == ("a-2022", APPROVE, "+1wd", "manager")
    [following] = aging_report.next_to_act(two.engine, ["b-2022"])
    assert (following.dialogue_id, following.duty.kind) == ("b-2022", APPROVE)
    assert aging_report.programmes_behind(two.engine, ["a-2022"])["a-2022"].id == "a"


def test_no_more_is_counted_than_is_said(two: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    two.sweep(LAPSE)
    monkeypatch.setattr(aging_report, "MOST", 0)

    assert [one.dialogue_id for one in aging_report.late_groups(two.engine, LAPSE)] == ["a-2022"]


def test_the_next_openings_come_first_and_all_programmes_are_counted(two: Memory) -> None:
    first, programmes, paused, which = aging_report.next_openings(two.engine, 1)
    assert ([name for name, _ in first], programmes, paused, which) == (["a"], 2, 0, ())

    pause(two.engine, "a", "operator", "a merger", two.now)
    first, programmes, paused, which = aging_report.next_openings(two.engine, 1)
    assert ([name for name, _ in first], programmes, paused, which) == (["b"], 1, 1, ("a",))


def test_the_newest_notices_say_what_was_sent_and_to_whom_it_failed(two: Memory) -> None:
    sent, failed = two.ledger.claim(two.now, limit=2, lease=DAY, worker="w")
    two.ledger.letter_delivered(sent.ids, "smtp", two.now)
    two.ledger.undeliverable(failed.id, "smtp", "550", two.now)
    lately = aging_report.mail_lately(two.engine, START)

    assert (lately.sent, lately.last, lately.whole) == (len(sent.ids), two.now, True)
    assert lately.failed.total() == aging_report.failures(two.engine).total() > 0
    assert aging_report.mail_lately(two.engine, two.now + DAY).sent == 0
