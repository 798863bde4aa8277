"""The ledger: one door, one step, one transaction."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from config.policies import policy_of
from records.engine.database import reading
from records.engine.database import writing as transaction
from records.journal import journal
from records.ledger import Ledger, Receipt
from records.outbox import enqueue
from records.schema.base import Base
from records.schema.core import DUTIES, FACTS, NOTICES, PROGRAMMES
from states.language.errors import ChecksNotMet, NotKnown, Refused
from states.model.dialogue import Dialogue, Phase
from states.model.vocabulary import Step
from tests.records.conftest import DAY, NGO, START, UNION, Memory, a_programme, utc

SEAT = UNION | {"speaks_for": []}


def everything(memory: Memory) -> dict[str, list[Any]]:
    """Read every row of every table."""
    with reading(memory.engine) as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table))]
            for name, table in Base.metadata.tables.items()
        }


def parts(dialogue: Dialogue) -> dict[str, Any]:
    """Take a dialogue apart, with the order of its collections."""
    held = {name: v for name, v in vars(dialogue).items() if name != "calendar"}
    return {name: list(v.items()) if isinstance(v, dict) else v for name, v in held.items()}


def test_a_step_is_written_whole(opened: Memory) -> None:
    receipt = opened.act("map-stakeholder", SEAT)
    assert (receipt.dialogue_id, receipt.phase) == ("kleding-2022", Phase.STAKEHOLDER_ANALYSIS)
    assert [fact.fact for fact in receipt.facts] == ["stakeholder-mapped"]
    assert opened.reread().stakeholders["union-bd"].name == "Organiser Rahima"
    last = journal.entries(opened.engine, opened.dialogue_id)[-1]
    assert (last.fact, last.actor, last.at) == ("stakeholder-mapped", "manager", START)


def test_what_is_read_is_what_was_decided(opened: Memory) -> None:
    opened.speak()
    assert parts(opened.reread()) == parts(opened.read())


def test_values_are_of_their_own_types_when_read(opened: Memory) -> None:
    opened.speak()
    dialogue = opened.reread()
    for mapper in ("risks", "stakeholders", "contributions", "seals", "duties"):
        for value in getattr(dialogue, mapper).values():
            assert type(value).model_validate(value.model_dump()) == value
            assert type(value).model_validate_json(value.model_dump_json()) == value


def test_collections_keep_the_order_in_which_things_came(opened: Memory) -> None:
    for name in ("zoe", "adam", "mia"):
        opened.act("map-stakeholder", SEAT | {"id": name, "email": f"{name}@seat.example"})
    opened.act("drop-stakeholder", {"stakeholder": "adam", "reason": "Twice"})
    for name in ("bob", "adam"):
        opened.act("map-stakeholder", SEAT | {"id": name, "email": f"{name}@seat.example"})
    assert list(opened.reread().stakeholders) == ["zoe", "mia", "bob", "adam"]


def test_reading_gives_a_copy(opened: Memory) -> None:
    opened.map()
    opened.read().stakeholders.clear()
    assert set(opened.read().stakeholders) == {"union-bd", "ngo-nl"}


@pytest.mark.parametrize(
    ("step", "given", "by"),
    [
        ("approve-analysis", {}, "manager"),
        ("no-such-step", {}, "manager"),
        ("map-stakeholder", {"id": "x"}, "manager"),
        ("approve-analysis", {}, "sponsor"),
        ("approve-analysis", {}, "stranger"),
        ("give-verdict", {"heard": "yes"}, "manager"),
    ],
)
def test_what_is_refused_changes_nothing(
    opened: Memory, step: str, given: dict[str, Any], by: str
) -> None:
    before = everything(opened)
    with pytest.raises(Refused) as refused:
        opened.act(step, given, by)
    assert refused.value.why("nl")
    assert everything(opened) == before


def test_a_phase_is_not_left_before_its_checks_are_met(opened: Memory) -> None:
    with pytest.raises(ChecksNotMet, match="risks-named"):
        opened.act("approve-analysis")


@pytest.mark.parametrize("name", ["nowhere", "a\x00b", "\ud800", "", "x" * 100_000, "'; --"])
def test_an_unknown_dialogue_is_said(memory: Memory, name: str) -> None:
    for ask in (memory.ledger.read, memory.ledger.revision, memory.ledger.programme):
        with pytest.raises(NotKnown):
            ask(name)
    with pytest.raises(NotKnown):
        memory.ledger.act(name, Step.INVITE_ALL, {}, by="manager", now=START)


@pytest.mark.parametrize("broken", ["put", "rows_of", "withdraw_outdated"])
def test_a_failure_halfway_leaves_nothing(
    opened: Memory, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    opened.gather()
    before = everything(opened)

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(enqueue, broken, fail)
        with pytest.raises(MemoryError):
            opened.act("invite-all")
    assert everything(opened) == before
    opened.act("invite-all")
    assert len(opened.notices(template="invitation")) == 2
    assert journal.verify(opened.engine) == []


def test_an_error_of_the_database_says_no_texts(opened: Memory) -> None:
    with reading(opened.engine) as connection:
        row = dict(connection.execute(select(PROGRAMMES)).mappings().one())
    with pytest.raises(IntegrityError) as error, transaction(opened.engine) as connection:
        connection.execute(PROGRAMMES.insert(), row)
    assert "kleding.example" not in str(error.value)


def test_two_at_once_on_one_dialogue_one_wins_the_other_hears_why(opened: Memory) -> None:
    opened.map()
    start = threading.Barrier(2)

    def approve(_: int) -> Receipt | Refused:
        ledger = Ledger(opened.engine, policy_of)
        start.wait()
        try:
            return ledger.act(
                opened.dialogue_id, Step.APPROVE_ANALYSIS, {}, by="manager", now=opened.now
            )
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(approve, range(2)), key=lambda one: isinstance(one, Refused))
    assert isinstance(answers[0], Receipt)
    assert isinstance(answers[1], Refused)
    assert "approve-analysis" in answers[1].why("en")
    entered = [e for e in journal.entries(opened.engine, opened.dialogue_id) if e.seq > 6]
    assert [e.fact for e in entered].count("phase-entered") == 1
    assert journal.verify(opened.engine) == []


def test_many_at_once_on_one_dialogue_all_get_their_turn(opened: Memory) -> None:
    def map_one(number: int) -> None:
        given = SEAT | {"id": f"union-{number}", "email": f"{number}@union.example"}
        opened.ledger.act(
            opened.dialogue_id, Step.MAP_STAKEHOLDER, given, by="manager", now=opened.now
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(map_one, range(40)))
    assert len(opened.reread().stakeholders) == 40
    assert parts(opened.reread()) == parts(opened.read())
    assert journal.verify(opened.engine) == []


def test_whoever_saw_an_older_page_is_refused(opened: Memory) -> None:
    seen = opened.ledger.revision(opened.dialogue_id)
    opened.map()

    def note() -> Receipt:
        return opened.ledger.act(
            opened.dialogue_id,
            Step.CANCEL_DIALOGUE,
            {"reason": "Sold"},
            by="manager",
            now=opened.now,
            expected_revision=seen,
        )

    with pytest.raises(Refused) as refused:
        note()
    assert refused.value.code == "changed-meanwhile"
    seen = opened.ledger.revision(opened.dialogue_id)
    assert note().phase is Phase.CANCELLED


def test_two_ledgers_never_believe_what_the_other_changed(opened: Memory) -> None:
    other = Ledger(opened.engine, policy_of)
    other.read(opened.dialogue_id)
    opened.map()
    assert set(other.read(opened.dialogue_id).stakeholders) == {"union-bd", "ngo-nl"}
    opened.sweep(START + 100 * DAY)
    assert other.read(opened.dialogue_id).duties == opened.reread().duties


def test_a_role_handed_over_is_the_programme_s_from_then_on(opened: Memory) -> None:
    person = {"name": "New Manager", "email": "new@kleding.example", "language": "en"}
    opened.act("hand-over", {"role": "manager", "person": person})
    assert opened.read().programme.roles["manager"].name == "New Manager"  # type: ignore[index]
    assert opened.reread().programme == opened.read().programme
    row = opened.ledger.programme("kleding")
    assert row.programme == opened.read().programme
    opened.map()


def test_what_is_done_is_not_reminded_of(opened: Memory) -> None:
    opened.map()
    opened.sweep(utc(2022, 1, 28, 8))
    [reminder] = opened.notices(rung="-10wd")
    assert reminder.status == "pending"
    opened.act("approve-analysis")
    [reminder] = opened.notices(rung="-10wd")
    assert (reminder.status, reminder.error) == ("withdrawn", "it is no longer owed")


def test_moving_the_session_withdraws_unsent_reminders_and_keeps_sent_ones(opened: Memory) -> None:
    opened.sweep(utc(2022, 1, 28, 8))
    opened.deliver()
    opened.sweep(utc(2022, 2, 8, 8))
    assert [n.status for n in opened.notices(duty="approve-analysis") if n.rung] == [
        "sent",
        "pending",
    ]
    opened.act("reschedule-session", {"to": "2022-06-30T13:00", "reason": "Strike"})
    rungs = [n for n in opened.notices(duty="approve-analysis") if n.rung]
    assert [(n.rung, n.status, n.version) for n in rungs] == [
        ("-10wd", "sent", 1),
        ("-3wd", "withdrawn", 1),
    ]
    assert opened.reread().duties["approve-analysis"].version == 2


def test_the_same_rung_cannot_be_in_the_outbox_twice(opened: Memory) -> None:
    opened.sweep(utc(2022, 1, 28, 8))
    with reading(opened.engine) as connection:
        columns = [column for column in NOTICES.c if column.name != "id"]
        rows = [dict(r) for r in connection.execute(select(*columns)).mappings()]
    rung = next(row for row in rows if row["rung"])
    with transaction(opened.engine) as connection:
        assert enqueue.put(connection, [rung]) == 0
        assert enqueue.put(connection, [{**rung, "cause": "duty:x:v2:0"}]) == 1


def test_nothing_that_was_said_under_seal_is_tied_to_its_speaker(opened: Memory) -> None:
    opened.speak()
    with reading(opened.engine) as connection:
        for table in (DUTIES, FACTS, NOTICES):
            for row in connection.execute(select(table)).mappings():
                line = " ".join(str(value) for value in row.values())
                assert not ("sealed-1" in line and "union-bd" in line), (table.name, line)
                assert "Rahima" not in line


def test_dialogues_are_listed_by_programme_and_edition(memory: Memory) -> None:
    memory.open(a_programme("b"))
    memory.open(a_programme("a"))
    memory.now += timedelta(days=400)
    memory.ledger.open_due_editions(memory.now)
    assert memory.ledger.dialogue_ids() == ["a-2022", "a-2023", "b-2022", "b-2023"]
    assert memory.ledger.dialogue_ids("b") == ["b-2022", "b-2023"]
    assert memory.ledger.dialogue_ids("c") == []


def test_several_steps_are_one_change_or_none(opened: Memory) -> None:
    opened.map()
    ledger, name = opened.ledger, opened.dialogue_id
    revision = ledger.revision(name)
    seats = [{**NGO, "id": f"ngo-{n}", "email": f"ngo{n}@ngo.example"} for n in (1, 2)]

    def map_all(givens: list[dict[str, Any]], expected: int | None = None) -> None:
        ledger.act_all(
            name,
            Step.MAP_STAKEHOLDER,
            givens,
            by="manager",
            now=opened.now,
            expected_revision=expected,
        )

    with pytest.raises(Refused):
        map_all([*seats, {"id": "nobody"}])
    assert (ledger.revision(name), len(opened.reread().stakeholders)) == (revision, 2)
    map_all(seats, revision)
    assert (ledger.revision(name), len(opened.reread().stakeholders)) == (revision + 1, 4)
    with pytest.raises(Refused, match="changed"):
        map_all(seats, revision)
    assert not journal.verify(opened.engine, name)
