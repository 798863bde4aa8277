"""Opening: by the yearly schedule, once, whatever was missed; and by hand."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from config.policies import policy_of
from records.dialogues import programmes
from records.journal import journal
from records.ledger import Ledger, Receipt
from records.sweep.sweep import sweep
from states.language.errors import NotKnown, NotYours, Refused
from states.model.dialogue import Phase
from states.model.people import Person, Role
from tests.records.conftest import DAY, SESSION, START, Memory, a_programme, utc

FIRST = utc(2022, 12, 1, 8)  # 09:00 in Amsterdam


def test_a_programme_opens_next_by_its_schedule(memory: Memory) -> None:
    assert memory.ledger.apply_programme(a_programme(), START)
    [row] = memory.ledger.programmes()
    assert (row.programme, row.opens_at) == (a_programme(), FIRST)


def test_applying_the_same_file_changes_nothing(memory: Memory) -> None:
    assert memory.ledger.apply_programme(a_programme(), START)
    assert not memory.ledger.apply_programme(a_programme(), START + DAY)
    assert memory.ledger.apply_programme(a_programme(company="Another"), START + DAY)
    assert memory.ledger.programme("kleding").programme.company == "Another"


def test_a_new_schedule_moves_the_next_opening_and_another_change_does_not(memory: Memory) -> None:
    memory.ledger.apply_programme(a_programme(), START)
    later = FIRST + DAY  # due, but not opened yet
    memory.ledger.apply_programme(a_programme(company="Another"), later)
    assert memory.ledger.programme("kleding").opens_at == FIRST
    memory.ledger.apply_programme(a_programme(schedule="0 9 1 2 *"), later)
    assert memory.ledger.programme("kleding").opens_at == utc(2023, 2, 1, 8)


def test_a_file_applied_again_wins_over_a_role_handed_over(opened: Memory) -> None:
    opened.act("hand-over", {"role": "manager", "person": {"name": "New"}})
    assert opened.ledger.apply_programme(a_programme(), opened.now)
    assert opened.read().programme == a_programme()


def test_a_file_appoints_no_moderator_while_seals_are_kept(opened: Memory) -> None:
    opened.speak()
    before = opened.read().programme
    roles = {**before.roles, Role.MODERATOR: Person(name="Somebody else")}
    with pytest.raises(NotYours, match="sealed names"):
        opened.ledger.apply_programme(before.model_copy(update={"roles": roles}), opened.now)
    assert opened.read().programme == before


def test_an_unknown_programme_is_said(memory: Memory) -> None:
    with pytest.raises(NotKnown, match="nobody"):
        memory.ledger.programme("nobody")
    with pytest.raises(NotKnown, match="nobody"):
        memory.ledger.open_cycle("nobody", START)


def test_nothing_opens_before_its_moment(memory: Memory) -> None:
    memory.ledger.apply_programme(a_programme(), START)
    assert memory.ledger.open_due_editions(FIRST - DAY) == []
    assert memory.ledger.dialogue_ids() == []


def test_the_schedule_opens_an_edition_once_with_a_proposed_session(memory: Memory) -> None:
    memory.ledger.apply_programme(a_programme(), START)
    [receipt] = memory.ledger.open_due_editions(FIRST)
    assert (receipt.dialogue_id, receipt.phase) == ("kleding-2023", Phase.STAKEHOLDER_ANALYSIS)
    assert memory.ledger.open_due_editions(FIRST) == []
    assert memory.ledger.open_cycle("kleding", FIRST) is None
    dialogue = memory.ledger.read("kleding-2023")
    assert dialogue.session_at == utc(2023, 6, 1, 8)  # 26 weeks later, at ten local time
    assert memory.ledger.programme("kleding").opens_at == utc(2023, 12, 1, 8)
    [opening] = [e for e in journal.entries(memory.engine, "kleding-2023") if e.seq == 1]
    assert (opening.fact, opening.actor) == ("dialogue-opened", "system")


def test_two_who_open_at_once_open_once(memory: Memory) -> None:
    memory.ledger.apply_programme(a_programme(), START)
    start = threading.Barrier(2)

    def open_it(_: int) -> int:
        ledger = Ledger(memory.engine, policy_of)
        start.wait()
        return len(ledger.open_due_editions(FIRST))

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(open_it, range(2))) == [0, 1]
    assert memory.ledger.dialogue_ids() == ["kleding-2023"]


def test_last_year_comes_along_at_the_hour_of_its_session(opened: Memory) -> None:
    opened.map()
    [receipt] = opened.ledger.open_due_editions(FIRST)
    new = opened.ledger.read(receipt.dialogue_id)
    old = opened.read()
    assert new.risks == old.risks
    assert list(new.stakeholders) == list(old.stakeholders)
    assert new.session_at == utc(2023, 6, 1, 11)  # at 13:00 in Amsterdam, like last year


def test_debts_of_every_earlier_edition_come_along(opened: Memory) -> None:
    opened.speak()
    for year in (2022, 2023):
        opened.ledger.open_due_editions(utc(year, 12, 1, 8))
    facts = journal.entries(opened.engine, "kleding-2024")
    carried = [entry for entry in facts if entry.fact == "debt-carried"]
    assert {entry.detail["from"] for entry in carried} == {"kleding-2022"}
    assert {entry.subject for entry in carried} == {
        "answer-participant/ngo-nl",
        "answer-participant/sealed-1",
    }


@pytest.mark.parametrize(
    ("now", "edition", "session_at"),
    [
        (utc(2023, 1, 15), 2023, utc(2023, 6, 1, 8)),  # a month late: as if it had run in time
        (utc(2026, 2, 1), 2026, utc(2026, 6, 1, 8)),  # years late: the latest opening alone
        (utc(2025, 9, 1), 2026, utc(2026, 3, 2, 9)),  # too late for that year's session
    ],
)
def test_an_outage_opens_one_edition_however_much_was_missed(
    memory: Memory, now: datetime, edition: int, session_at: datetime
) -> None:
    memory.ledger.apply_programme(a_programme(), START)
    [receipt] = memory.ledger.open_due_editions(now)
    assert receipt.dialogue_id == f"kleding-{edition}"
    assert memory.ledger.read(receipt.dialogue_id).session_at == session_at
    assert memory.ledger.open_due_editions(now) == []
    assert memory.ledger.programme("kleding").opens_at > now


def test_a_schedule_of_every_minute_does_not_take_for_ever(memory: Memory) -> None:
    memory.ledger.apply_programme(a_programme(schedule="* * * * *"), START)
    now = START + 400 * DAY
    assert len(memory.ledger.open_due_editions(now)) == 1
    assert memory.ledger.programme("kleding").opens_at > now
    assert memory.ledger.open_due_editions(now) == []


def test_an_edition_opened_by_hand_is_not_opened_again_by_the_schedule(memory: Memory) -> None:
    memory.ledger.apply_programme(a_programme(), START)
    memory.ledger.open_edition(
        "kleding",
        session_at=utc(2023, 5, 9),
        edition=None,
        information=None,
        by="manager",
        now=START,
    )
    # Its own opening has nothing left to do, and is announced to nobody.
    assert memory.ledger.programme("kleding").opens_at == utc(2023, 12, 1, 8)
    assert memory.ledger.open_due_editions(FIRST) == []
    assert memory.ledger.open_due_editions(utc(2023, 12, 1, 8))
    assert memory.ledger.dialogue_ids() == ["kleding-2023", "kleding-2024"]


def test_the_next_opening_is_that_of_an_edition_not_open_whatever_moves_it(memory: Memory) -> None:
    memory.ledger.apply_programme(a_programme(), START)
    for session in (utc(2023, 5, 9), utc(2025, 5, 9)):
        memory.ledger.open_edition(
            "kleding", session_at=session, edition=None, information=None, by="manager", now=START
        )
    assert memory.ledger.programme("kleding").opens_at == utc(2023, 12, 1, 8)
    memory.ledger.apply_programme(a_programme(schedule="0 9 1 11 *"), START)
    assert memory.ledger.programme("kleding").opens_at == utc(2023, 11, 1, 8)
    memory.ledger.apply_programme(a_programme(), START)
    memory.ledger.open_due_editions(utc(2023, 12, 1, 8))
    assert memory.ledger.dialogue_ids() == ["kleding-2023", "kleding-2024", "kleding-2025"]
    assert memory.ledger.programme("kleding").opens_at == utc(2025, 12, 1, 8)


def test_an_edition_cannot_be_opened_twice(opened: Memory) -> None:
    with pytest.raises(Refused) as refused:
        opened.open()
    assert refused.value.code == "edition-exists"
    assert "2022" in refused.value.why("nl")
    assert opened.ledger.dialogue_ids() == ["kleding-2022"]


def test_without_a_date_the_session_is_proposed(memory: Memory) -> None:
    memory.ledger.apply_programme(a_programme(), START)
    receipt = memory.ledger.open_edition(
        "kleding", session_at=None, edition=None, information=None, by="manager", now=START
    )
    assert memory.ledger.read(receipt.dialogue_id).session_at == utc(2022, 6, 10, 8)
    assert SESSION.year == 2022


def test_one_programme_that_cannot_open_does_not_hold_up_the_others(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        memory.ledger.apply_programme(a_programme(name), START)
    real = memory.ledger.open_cycle

    def failing(programme_id: str, now: datetime) -> Receipt | None:
        if programme_id == "b":
            raise LookupError
        return real(programme_id, now)

    with monkeypatch.context() as patch:
        patch.setattr(memory.ledger, "open_cycle", failing)
        opened = [receipt.dialogue_id for receipt in memory.ledger.open_due_editions(FIRST)]
    assert opened == ["a-2023", "c-2023"]
    assert [r.dialogue_id for r in memory.ledger.open_due_editions(FIRST)] == ["b-2023"]


def open_another_after_seals(opened: Memory) -> None:
    """Let somebody speak under seal, and go on with the edition of the next year."""
    opened.speak()
    opened.now = utc(2022, 12, 5)
    receipt = opened.ledger.open_edition(
        "kleding", session_at=None, edition=2023, information=None, by="manager", now=opened.now
    )
    opened.dialogue_id = receipt.dialogue_id


@pytest.mark.parametrize("by", ["manager", "sponsor"])
def test_a_later_edition_opens_no_seal_of_an_earlier_one(opened: Memory, by: str) -> None:
    open_another_after_seals(opened)
    before = opened.read().programme
    for person in ({"name": "A friend"}, before.roles[Role.MANAGER].model_dump()):
        with pytest.raises(Refused, match="Somebody has spoken already"):
            opened.act("hand-over", {"role": "moderator", "person": person}, by=by)
    assert opened.read().programme == before
    opened.act("hand-over", {"role": "moderator", "person": {"name": "Next"}}, by="moderator")
    assert opened.read().programme.roles[Role.MODERATOR].name == "Next"


def test_a_later_edition_gives_the_keeper_of_seals_no_other_role(opened: Memory) -> None:
    open_another_after_seals(opened)
    moderator = opened.read().programme.roles[Role.MODERATOR].model_dump()
    with pytest.raises(Refused, match="another role"):
        opened.act("hand-over", {"role": "manager", "person": moderator})


BACK = utc(2023, 2, 1, 8)


def paused(memory: Memory, now: datetime = START + DAY) -> None:
    """Apply the programme and pause it."""
    memory.ledger.apply_programme(a_programme(), START)
    programmes.pause(memory.engine, "kleding", "operator", "Reorganisatie.", now)


def test_a_paused_programme_says_since_when_by_whom_and_why(memory: Memory) -> None:
    paused(memory)
    told = programmes.ProgrammePause(START + DAY, "operator", "Reorganisatie.")

    assert memory.ledger.programme("kleding").paused == told
    with pytest.raises(Refused, match="paused since"):
        programmes.pause(memory.engine, "kleding", "manager", "Nog eens.", START + 2 * DAY)
    # A file that is applied meanwhile is no way round it.
    assert memory.ledger.apply_programme(a_programme(company="Another"), START + 2 * DAY)
    assert memory.ledger.programme("kleding").paused == told


def test_no_edition_of_a_paused_programme_opens_in_any_way(memory: Memory) -> None:
    paused(memory)

    assert memory.ledger.due_to_open(BACK) == []
    assert memory.ledger.open_due_editions(BACK) == []
    assert memory.ledger.open_cycle("kleding", BACK) is None
    with pytest.raises(Refused, match="paused since"):
        memory.ledger.open_edition(
            "kleding", session_at=SESSION, edition=None, information=None, by="manager", now=START + DAY
        )  # fmt: skip
    assert memory.ledger.dialogue_ids() == []


def test_one_opening_that_passed_meanwhile_comes_at_the_end_of_the_pause(memory: Memory) -> None:
    paused(memory)
    row = programmes.resume(memory.engine, "kleding", after := BACK.replace(year=2025))

    assert (row.paused, row.opens_at) == (None, after)
    [receipt] = memory.ledger.open_due_editions(after + DAY)
    assert receipt.dialogue_id == "kleding-2025"
    # Planned from the end of the pause, so that nothing of it is late at its birth.
    assert memory.ledger.read("kleding-2025").session_at == utc(2025, 8, 4, 8)
    assert memory.ledger.open_due_editions(after + DAY) == []
    assert memory.ledger.programme("kleding").opens_at == utc(2025, 12, 1, 8)


def test_who_wants_none_of_them_waits_for_the_next(memory: Memory) -> None:
    paused(memory)
    row = programmes.resume(memory.engine, "kleding", BACK, skip=True)

    assert (row.paused, row.opens_at) == (None, utc(2023, 12, 1, 8))
    assert memory.ledger.open_due_editions(BACK) == []


@pytest.mark.parametrize("skip", [True, False])
def test_a_pause_in_between_moves_no_opening(memory: Memory, skip: bool) -> None:
    paused(memory)
    row = programmes.resume(memory.engine, "kleding", START + 2 * DAY, skip=skip)

    assert row.opens_at == FIRST
    with pytest.raises(Refused, match="not paused"):
        programmes.resume(memory.engine, "kleding", START + 2 * DAY)
    with pytest.raises(NotKnown, match="nobody"):
        programmes.resume(memory.engine, "nobody", START)


def test_an_open_edition_goes_on_while_its_programme_is_paused(opened: Memory) -> None:
    programmes.pause(opened.engine, "kleding", "operator", "Reorganisatie.", opened.now)
    before = opened.read()
    sweep(opened.engine, policy_of, BACK.replace(year=2030), pause_seconds=0)

    assert opened.read() != before
