"""What the doors read."""

from records import queries
from states.model.duties import DutyStatus
from states.model.people import Role
from tests.records.conftest import DAY, START, Memory, a_programme, utc
from tests.records.readings import Counts, counts, duties_of, unfinished_sweeps

LAPSE = utc(2022, 2, 10, 23)


def test_an_empty_database_has_nothing_to_report(memory: Memory) -> None:
    assert counts(memory.engine) == Counts(0, {}, {}, {})
    assert queries.waiting(memory.engine) == queries.OutboxCounts(0, None, 0, 0)
    assert queries.last_sweep(memory.engine, START) is None
    assert unfinished_sweeps(memory.engine) == []
    assert queries.next_moment(memory.engine) is None
    assert queries.overdue_duties(memory.engine, START) == []
    assert queries.poisoned_duties(memory.engine) == []


def test_counts_say_how_much_there_is(opened: Memory) -> None:
    found = counts(opened.engine)
    assert found.programmes == 1
    assert found.dialogues == {"stakeholder_analysis": 1}
    assert found.duties == {"open": 1}
    assert found.notices == {"pending": 4}  # the opening, and three words of welcome


def test_duties_and_notices_of_some_dialogues(memory: Memory) -> None:
    for name in ("a", "b"):
        memory.open(a_programme(name))
    rows = duties_of(memory.engine, ["b-2022"])
    assert [(row.dialogue_id, row.duty.name) for row in rows] == [("b-2022", "approve-analysis")]
    notices = queries.notices_of(memory.engine, ["a-2022", "b-2022"])
    assert [row.dialogue_id for row in notices] == ["a-2022"] * 4 + ["b-2022"] * 4
    assert queries.notices_of(memory.engine, []) == []


def test_the_database_counts_how_the_duties_of_each_dialogue_stand(memory: Memory) -> None:
    for name in ("a", "b"):
        memory.open(a_programme(name))
        memory.map()
    memory.act("approve-analysis")
    found = {(row.dialogue_id, row.status): row for row in queries.tally(memory.engine, ["b-2022"])}
    duties = [row.duty for row in duties_of(memory.engine, ["b-2022"])]
    assert {row.phase for row in found.values()} == {"expectation_gathering"}
    assert found["b-2022", DutyStatus.MET].duties == 1
    owed = [duty for duty in duties if duty.owed]
    assert found["b-2022", DutyStatus.OPEN].duties == len(owed) > 1
    assert found["b-2022", DutyStatus.OPEN].first_due == min(duty.due for duty in owed)
    assert queries.tally(memory.engine, []) == []


def test_what_a_sweep_did_can_be_read_by_itself(memory: Memory) -> None:
    memory.open(a_programme("a"))
    memory.map()
    assert queries.lapsed_in(memory.engine, ["a-2022"]) == []
    memory.sweep(LAPSE)
    [row] = queries.lapsed_in(memory.engine, ["a-2022"])
    assert (row.dialogue_id, row.kind, row.rung) == ("a-2022", "approve-analysis", None)
    assert queries.lapsed_in(memory.engine, ["b-2022"]) == []
    assert queries.escalated_in(memory.engine, ["a-2022"], LAPSE) == []
    later = LAPSE + 2 * DAY
    report = memory.sweep(later)
    [told] = queries.escalated_in(memory.engine, ["a-2022"], later)
    assert told == row._replace(rung="+1wd")
    assert queries.escalated_in(memory.engine, ["b-2022"], later) == []
    late = [one for one in queries.notices_of(memory.engine, ["a-2022"]) if one.at == later]
    assert report.escalations == len(late) > 0
    assert report.honest == 0


def test_overdue_is_what_lapsed_and_is_still_owed_the_longest_first(memory: Memory) -> None:
    for name in ("a", "b"):
        memory.open(a_programme(name))
        memory.map()
        memory.now += DAY
    memory.sweep(LAPSE)
    assert [r.dialogue_id for r in queries.overdue_duties(memory.engine, LAPSE)] == [
        "a-2022",
        "b-2022",
    ]
    assert len(queries.overdue_duties(memory.engine, LAPSE, limit=1)) == 1
    memory.act("approve-analysis")
    assert [r.dialogue_id for r in queries.overdue_duties(memory.engine, LAPSE)] == ["a-2022"]
    assert queries.overdue_duties(memory.engine, LAPSE, programme_id="b") == []


def test_what_is_owed_in_a_programme_the_longest_promised_first(memory: Memory) -> None:
    for name in ("a", "b"):
        memory.open(a_programme(name))
    assert [r.dialogue_id for r in queries.owed_duties(memory.engine, "b")] == ["b-2022"]
    memory.map()
    memory.act("approve-analysis")
    rows = [row.duty for row in queries.owed_duties(memory.engine, "b")]
    assert "approve-analysis" not in {duty.name for duty in rows}
    assert rows == sorted(rows, key=lambda duty: (duty.first_due, duty.due))
    assert len(rows) > 1
    assert queries.owed_duties(memory.engine, "other") == []


def test_waiting_says_since_when(opened: Memory) -> None:
    opened.now += DAY
    opened.map()
    assert queries.waiting(opened.engine) == queries.OutboxCounts(4, START, 0, 0)
    programme = a_programme()
    manager = programme.roles[Role.MANAGER].model_copy(update={"email": None})
    roles = {**programme.roles, Role.MANAGER: manager}
    opened.ledger.apply_programme(programme.model_copy(update={"roles": roles}), opened.now)
    post = next(post for post in opened.claim() if post.notice.to == "manager")
    opened.ledger.by_hand(post.id, opened.now)
    assert queries.waiting(opened.engine).by_hand == 1
    assert [n.id for n in queries.waiting_notices(opened.engine, "by-hand")] == [post.id]


def test_the_next_moment_is_the_first_thing_that_happens_by_itself(opened: Memory) -> None:
    assert queries.next_moment(opened.engine) == START  # the notice that waits
    opened.deliver()
    assert queries.next_moment(opened.engine) == opened.next_at()
    opened.act("cancel-dialogue", {"reason": "Sold"})
    opened.deliver()
    assert queries.next_moment(opened.engine) == utc(2022, 12, 1, 8)
