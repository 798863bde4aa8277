"""Letters: what one reader gets on one morning is taken whole, by one worker, once a day and kind."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from config.policies import policy_of
from records import queries
from records.delivery import queue
from records.engine.database import connect, reading, writing
from records.metrics import gauges
from records.outbox import enqueue
from records.outbox.enqueue import SENT, WITHDRAWN
from records.schema.core import LETTERS, NOTICES
from states.model.facts import Notice
from states.model.people import ROLES, Role
from states.model.vocabulary import Template
from tests.records.conftest import DAY, START, Memory, a_programme

MORNING = START - timedelta(hours=1)
"""Eight o'clock in Amsterdam, an hour before all of this begins."""
LEASE = timedelta(minutes=5)


@pytest.fixture
def quiet(opened: Memory) -> Memory:
    """Give a dialogue that was just opened, and nothing that waits."""
    opened.deliver()
    return opened


def say(
    memory: Memory, template: str, to: str = "manager", number: int = 1, mark: str = ""
) -> None:
    """Put *number* notices in the outbox, as that many rungs of one morning."""
    role = to if to in ROLES else "participant"
    notice = Notice(to=to, role=role, template=Template(template))
    rows = [
        enqueue.rows_of(memory.dialogue_id, [notice], f"t:{mark}{template}:{n}", memory.now)[0]
        for n in range(number)
    ]
    with writing(memory.engine) as connection:
        enqueue.put(connection, rows)


def contents(letters: list[queue.Posted]) -> list[list[str]]:
    """What is in each of *letters*."""
    return [[row.notice.template for row in letter.rows] for letter in letters]


def kinds(memory: Memory) -> list[str]:
    with reading(memory.engine) as connection:
        return sorted(connection.scalars(select(LETTERS.c.kind)))


def test_the_reminders_of_one_morning_are_one_letter(quiet: Memory) -> None:
    say(quiet, "duty-due-soon", number=45)
    say(quiet, "duty-late", number=3)

    late, soon = sorted(quiet.claim(), key=lambda letter: len(letter.rows))

    assert contents([late]) == [["duty-late"] * 3]
    assert contents([soon]) == [["duty-due-soon"] * 45]
    assert late.message_id != soon.message_id
    assert quiet.claim() == []


def test_what_needs_its_own_letter_keeps_it(quiet: Memory) -> None:
    say(quiet, "answer-disputed", number=2)
    say(quiet, "duty-due-soon", number=2)

    assert sorted(map(len, contents(quiet.claim()))) == [1, 1, 2]


def test_one_person_with_two_roles_gets_one_letter(quiet: Memory) -> None:
    programme = a_programme()
    roles = {**programme.roles, Role.DEPUTY: programme.roles[Role.MANAGER]}
    quiet.ledger.apply_programme(programme.model_copy(update={"roles": roles}), quiet.now)
    say(quiet, "duty-due-today", "manager")
    say(quiet, "duty-due-today", "deputy", mark="d")
    say(quiet, "duty-due-today", "sponsor", mark="s")

    assert sorted(map(len, contents(quiet.claim()))) == [1, 2]


def test_a_participant_gets_one_letter_whatever_is_in_it(quiet: Memory) -> None:
    quiet.map()
    say(quiet, "please-give-verdict", "ngo-nl")
    say(quiet, "answer-still-late", "ngo-nl")
    say(quiet, "answer-is-late", "ngo-nl")

    at_once, daily = sorted(quiet.claim(), key=lambda letter: len(letter.rows))
    assert contents([at_once, daily]) == [
        ["answer-is-late"],
        ["answer-still-late", "please-give-verdict"],
    ]
    say(quiet, "summary-to-check", "ngo-nl")
    assert quiet.claim() == []


def test_a_pseudonym_shares_no_letter_with_a_name(quiet: Memory) -> None:
    for to in ("ngo-nl", "sealed-1"):
        say(quiet, "please-give-verdict", to, mark=to)

    assert len(quiet.claim()) == 2


def test_before_the_notice_time_the_morning_is_waited_for(quiet: Memory) -> None:
    quiet.now = MORNING + DAY - timedelta(minutes=10)
    say(quiet, "duty-due-soon")
    assert quiet.claim() == []

    quiet.now += timedelta(minutes=9)
    say(quiet, "duty-due-soon", mark="later")
    assert quiet.claim() == []

    quiet.now += timedelta(minutes=1)
    assert contents(quiet.claim()) == [["duty-due-soon"] * 2]


def test_whoever_delivers_at_night_alone_does_not_wait_for_ever(quiet: Memory) -> None:
    """The morning after it was written went by, and no round took it."""
    quiet.now = MORNING + timedelta(hours=9)
    say(quiet, "by-hand-task")
    quiet.now = MORNING + DAY - timedelta(hours=3)
    assert quiet.claim() == []

    quiet.now += DAY
    assert contents(quiet.claim()) == [["by-hand-task"]]


def test_while_time_has_something_to_do_its_sweep_is_waited_for(quiet: Memory) -> None:
    quiet.now = quiet.next_at()
    say(quiet, "duty-due-soon")
    assert quiet.claim() == []

    quiet.sweep()
    quiet.now += timedelta(minutes=2)

    assert len(contents(quiet.claim())[0]) == 2  # with what the sweep wrote


def test_a_sweep_before_the_notice_time_does_not_count(quiet: Memory) -> None:
    due = quiet.next_at()
    quiet.now = due - timedelta(hours=2)
    quiet.sweep()
    quiet.now = due
    say(quiet, "duty-due-soon")

    assert quiet.claim() == []


def test_an_alert_that_comes_later_goes_by_itself_and_a_task_tomorrow(quiet: Memory) -> None:
    say(quiet, "duty-late")
    say(quiet, "duty-due-today")
    quiet.deliver()
    say(quiet, "duty-late", number=2, mark="later")
    say(quiet, "duty-due-today", mark="later")

    [alert] = quiet.claim()
    assert contents([alert]) == [["duty-late"] * 2]
    assert "own" in kinds(quiet)

    quiet.now = MORNING + DAY
    assert contents(quiet.claim(worker="w2")) == [["duty-late"] * 2, ["duty-due-today"]]


def test_what_waits_for_a_morning_is_not_late(quiet: Memory) -> None:
    say(quiet, "duty-due-today")
    quiet.deliver()
    say(quiet, "duty-due-today", mark="later")
    assert quiet.claim() == []

    assert queries.waiting(quiet.engine).oldest == MORNING + DAY
    assert gauges(quiet.engine, quiet.now).oldest_pending == MORNING + DAY


def test_a_letter_is_taken_whole_however_few_are_taken(quiet: Memory) -> None:
    say(quiet, "duty-due-soon", number=30)

    [letter] = quiet.claim(limit=1)

    assert len(letter.rows) == 30


@pytest.mark.parametrize("order", [1, -1])
def test_a_participants_letter_is_whole_of_both_kinds_however_few_are_taken(
    quiet: Memory, order: int
) -> None:
    quiet.map()
    for template in ["summary-to-check", "answer-still-late"][::order]:
        say(quiet, template, "ngo-nl")

    assert contents(quiet.claim(limit=1)) == [["answer-still-late", "summary-to-check"]]
    assert quiet.claim() == []


def test_two_who_claim_at_once_never_share_a_letter(quiet: Memory) -> None:
    for role in ("manager", "deputy", "sponsor", "moderator", "board"):
        say(quiet, "duty-due-soon", role, number=12, mark=role)
    start = threading.Barrier(3)

    def work(number: int) -> list[queue.Posted]:
        engine = connect(quiet.url)
        start.wait()
        mine: list[queue.Posted] = []
        while got := queue.claim(
            engine, policy_of, quiet.now, limit=7, lease=LEASE, worker=f"w{number}"
        ):
            mine += got
        engine.dispose()
        return mine

    with ThreadPoolExecutor(3) as threads:
        letters = [letter for mine in threads.map(work, range(3)) for letter in mine]

    assert sorted(map(len, contents(letters))) == [12] * 5
    assert len({letter.message_id for letter in letters}) == 5


def test_what_was_claimed_and_lost_is_the_same_letter_again(quiet: Memory) -> None:
    say(quiet, "duty-due-soon", number=3)
    [lost] = quiet.claim()
    say(quiet, "duty-due-soon", mark="later")
    quiet.now += LEASE

    [again] = quiet.claim()

    assert (again.message_id, again.ids) == (lost.message_id, lost.ids)
    assert {row.attempts for row in again.rows} == {2}


def test_what_is_given_back_is_the_same_letter_again(quiet: Memory) -> None:
    say(quiet, "duty-due-soon", number=3)
    [letter] = quiet.claim()
    later = quiet.now + timedelta(hours=1)

    assert queue.retry_later(quiet.engine, letter.ids, "timeout", later)
    assert quiet.claim() == []
    quiet.now = later

    [again] = quiet.claim(limit=1)
    assert (again.message_id, again.ids) == (letter.message_id, letter.ids)


def test_a_letter_of_which_nothing_went_leaves_its_place_free(quiet: Memory) -> None:
    say(quiet, "duty-due-soon")
    [letter] = quiet.claim()
    queue.withdraw(quiet.engine, letter.id, "no longer wanted")
    say(quiet, "duty-due-today")

    [next_one] = quiet.claim()

    assert contents([next_one]) == [["duty-due-today"]]


def test_a_letter_is_marked_whole_and_found_by_its_name(quiet: Memory) -> None:
    say(quiet, "duty-due-soon", number=3)
    [letter] = quiet.claim()

    assert quiet.ledger.letter_delivered(letter.ids, "email", quiet.now)
    assert not quiet.ledger.letter_delivered(letter.ids, "email", quiet.now)

    found = queue.find_message(quiet.engine, letter.message_id)
    assert found is not None
    assert found.ids == letter.ids


def test_a_bounce_fails_all_of_it_and_is_told_once(quiet: Memory) -> None:
    say(quiet, "duty-due-soon", "moderator", number=3)
    [letter] = quiet.claim()
    quiet.ledger.letter_delivered(letter.ids, "email", quiet.now)

    assert quiet.ledger.undeliverable(letter.beside[-1].id, "email", "bounced-5.1.1", quiet.now)
    assert not quiet.ledger.undeliverable(letter.id, "email", "bounced-5.1.1", quiet.now)

    assert {row.status for row in quiet.notices(to="moderator", template="duty-due-soon")} == {
        "failed"
    }
    assert len(quiet.notices(template="delivery-failed")) == 1


def test_several_bounces_at_once_are_told_in_one_letter(quiet: Memory) -> None:
    say(quiet, "delivery-failed", number=4)

    [letter] = quiet.claim()

    assert len(letter.rows) == 4
    assert kinds(quiet).count("own") >= 1


def test_a_row_withdrawn_meanwhile_is_not_said_again(quiet: Memory) -> None:
    say(quiet, "duty-due-soon", number=3)
    [letter] = quiet.claim()
    with writing(quiet.engine) as connection:
        gone = update(NOTICES).where(NOTICES.c.id == letter.beside[0].id)
        connection.execute(gone.values(status=WITHDRAWN))
    quiet.now += LEASE

    [again] = quiet.claim()

    assert len(again.rows) == 2
    quiet.ledger.letter_delivered(again.ids, "email", quiet.now)
    assert len(quiet.notices(template="duty-due-soon", status=SENT)) == 2
