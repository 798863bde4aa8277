"""Who may come in: only digests are kept, and what is over stays over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from records.access import accounts, links, requests
from records.access.accounts import Account
from records.access.journal_queries import turns_of
from records.access.links import Capacity
from records.engine.database import reading
from records.queries import notices_of
from records.schema.access import ACCOUNTS, COUNTERS, LINKS, SESSIONS
from tests.records.conftest import DAY, Memory

SEAT = Capacity("participant", "kleding", "ngo-nl", "kleding-2022")
ROLE = Capacity("role", "kleding", "manager")
MINUTE = timedelta(minutes=1)


def rows(memory: Memory, table: object) -> list[str]:
    with reading(memory.engine) as connection:
        return [str(row) for row in connection.execute(select(table))]  # type: ignore[call-overload]


def test_a_link_is_kept_as_a_digest_alone(opened: Memory) -> None:
    token = links.mint_link(opened.engine, SEAT, opened.now, DAY)
    assert len(token) >= 43  # 256 bits
    assert token not in "".join(rows(opened, LINKS))
    assert links.link_capacity(opened.engine, token, "participant", opened.now) == SEAT


def test_a_link_works_often_until_it_expires_or_is_revoked(opened: Memory) -> None:
    token = links.mint_link(opened.engine, SEAT, opened.now, DAY)
    other = links.mint_link(opened.engine, ROLE, opened.now, DAY)
    for _ in range(2):
        assert links.link_capacity(opened.engine, token, "participant", opened.now)
    late = opened.now + DAY
    assert links.link_capacity(opened.engine, token, "participant", late) is None
    assert links.revoke(opened.engine, SEAT, opened.now) == 1
    assert links.link_capacity(opened.engine, token, "participant", opened.now) is None
    assert links.link_capacity(opened.engine, other, "role", opened.now) == ROLE


def test_a_link_of_one_kind_is_none_of_the_other(opened: Memory) -> None:
    token = links.mint_link(opened.engine, ROLE, opened.now, DAY)
    assert links.link_capacity(opened.engine, token, "participant", opened.now) is None


def test_a_one_time_link_is_used_up_once(opened: Memory) -> None:
    token = links.mint_link(opened.engine, ROLE, opened.now, DAY)
    assert links.use_up_link(opened.engine, token, opened.now)
    assert not links.use_up_link(opened.engine, token, opened.now)
    assert links.link_capacity(opened.engine, token, "role", opened.now) is None


def test_a_stay_ends(opened: Memory) -> None:
    engine, now = opened.engine, opened.now
    token = links.begin_session(engine, SEAT, now, DAY, stage="whole", holder="")
    session = links.find_session(engine, token, now)
    assert session is not None
    assert session.capacity == SEAT
    assert token not in "".join(rows(opened, SESSIONS))
    assert links.find_session(engine, token, now + DAY) is None
    links.end_session(engine, session.hash, now)
    assert links.find_session(engine, token, now) is None


def test_the_secret_of_forms_is_the_persons_not_the_stays(opened: Memory) -> None:
    """Whoever comes in a second time can still send what they typed before; nobody else can."""
    engine, now = opened.engine, opened.now
    other = replace(SEAT, who="union-bd")
    tokens = [
        links.begin_session(engine, seat, now, DAY, stage="whole", holder="")
        for seat in (SEAT, SEAT, other)
    ]
    sessions = [links.find_session(engine, token, now) for token in tokens]
    first, again, another = (session.secret for session in sessions if session)
    assert first == again
    assert first != another


def test_an_account_is_replaced_and_a_code_is_used_once(opened: Memory) -> None:
    engine, now = opened.engine, opened.now
    account = Account("kleding", "manager", "holder", "second", "secret", 100)
    for each in (replace(account, password="first"), account):
        accounts.keep_account(engine, each, now)
    assert len(rows(opened, ACCOUNTS)) == 1
    assert accounts.account_of(engine, "kleding", "manager") == account
    assert accounts.account_of(engine, "kleding", "sponsor") is None
    assert not accounts.use_code_step(engine, "kleding", "manager", 100)
    assert accounts.use_code_step(engine, "kleding", "manager", 101)
    assert not accounts.use_code_step(engine, "kleding", "manager", 101)


def test_tries_are_counted_per_window_and_forgotten(opened: Memory) -> None:
    engine, now = opened.engine, opened.now

    def tried(after: timedelta) -> timedelta | None:
        window = timedelta(minutes=15)
        return accounts.count_try(engine, "door", now + after, most=2, window=window)

    assert [tried(timedelta()), tried(MINUTE)] == [None, None]
    assert tried(2 * MINUTE) == 13 * MINUTE
    assert tried(15 * MINUTE) is None
    assert tried(5 * DAY) is None
    assert len(rows(opened, COUNTERS)) == 1
    assert "door" not in "".join(rows(opened, COUNTERS))


def test_a_wish_is_replaced(opened: Memory) -> None:
    engine, dialogue = opened.engine, opened.dialogue_id
    for level in ("named", "sealed"):
        requests.ask(engine, dialogue, "ngo-nl", kind="attribution", value=level, now=opened.now)
    (wish,) = requests.wishes_of(engine, dialogue)
    assert wish.value == "sealed"
    assert requests.wishes_of(engine, dialogue, "union-bd") == []


def test_an_address_finds_its_seats_whatever_its_case(opened: Memory) -> None:
    opened.gather()
    assert requests.seats_of_address(opened.engine, "campaign@ngo.example") == []
    opened.act("invite-all")
    found = requests.seats_of_address(opened.engine, "Campaign@NGO.example")
    assert found == [("kleding-2022", "ngo-nl")]
    requests.post_link(opened.engine, *found[0], opened.now)
    sent = [
        row for row in notices_of(opened.engine, ["kleding-2022"]) if row.template == "new-link"
    ]
    assert [(row.to, row.status) for row in sent] == [("ngo-nl", "pending")]


@pytest.mark.parametrize("what", ["phase-entered", "session-rescheduled"])
def test_the_turns_of_a_dialogue_are_read(opened: Memory, what: str) -> None:
    opened.gather()
    opened.act("reschedule-session", {"to": "2022-06-23T13:00", "reason": "A strike"})
    found = [turn for turn in turns_of(opened.engine, opened.dialogue_id) if turn.fact == what]
    assert found
    assert all(turn.at.tzinfo for turn in found)
