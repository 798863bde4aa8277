"""PINs: kept as a slow hash, ten wrong tries close for a day, and a code renews what was forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from records.access import sealed_pins
from records.access.links import Capacity, begin_session, find_session
from records.access.sealed_pins import (
    CLOSED,
    CODE_LASTS,
    IDLE,
    PinTry,
    check_pin,
    closed_pins,
    has_pin,
    keep_seal_open,
    open_seal,
    renew_pin,
    set_pin,
)
from records.engine.database import reading
from records.schema.access import SEALED_PINS
from records.seals import slow_hashes
from tests.records.conftest import DAY, Memory

SEAT = Capacity("participant", "kleding", "union-bd", "kleding-2022")
OTHER = Capacity("participant", "kleding", "ngo-nl", "kleding-2022")
PIN, NEXT = "482913", "blue rickshaw"
EARNEST = slow_hashes.HASHER


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with less work than in earnest."""
    monkeypatch.setattr(slow_hashes, "HASHER", PasswordHasher(time_cost=1, memory_cost=64))
    slow_hashes.nobodys.cache_clear()
    yield
    slow_hashes.nobodys.cache_clear()


def tried(memory: Memory, pin: str, seat: Capacity = SEAT) -> PinTry:
    return check_pin(memory.engine, seat, pin, memory.now)


def test_a_pin_is_right_however_it_is_written_and_kept_as_a_hash(opened: Memory) -> None:
    assert set_pin(opened.engine, SEAT, PIN, opened.now).right
    assert tried(opened, "482 913").right
    assert not tried(opened, "482914").right
    with reading(opened.engine) as connection:
        [row] = connection.execute(select(SEALED_PINS)).all()
    assert row.hash.startswith("$argon2id$")
    assert PIN not in str(row)


def test_in_earnest_the_hash_is_slow() -> None:
    assert (EARNEST.type.name, EARNEST.memory_cost, EARNEST.time_cost) == ("ID", 65536, 3)


def test_who_has_none_is_told_the_same_after_the_same_work(
    opened: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pin(opened.engine, SEAT, PIN, opened.now)
    looked = list[str]()

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            looked.append("$".join(str(hash).split("$")[:4]))
            return super().verify(hash, password)

    monkeypatch.setattr(slow_hashes, "HASHER", Watched(time_cost=1, memory_cost=64))
    for seat in (SEAT, OTHER):
        tried(opened, "739251", seat)
    assert len(looked) == 2
    assert looked[0] == looked[1]  # the same algorithm, with the same cost
    for _ in range(sealed_pins.MOST_TRIES + 1):
        assert tried(opened, "739251") == tried(opened, "739251", OTHER)
    assert set(closed_pins(opened.engine, "kleding", opened.now)) == {SEAT.who, OTHER.who}


def test_ten_wrong_tries_close_for_a_day_and_a_right_one_forgets_them(opened: Memory) -> None:
    set_pin(opened.engine, SEAT, PIN, opened.now)
    for _ in range(9):
        assert tried(opened, "739251") == PinTry(right=False)
    assert tried(opened, PIN).right
    for _ in range(9):
        assert tried(opened, "739251").closed_until is None
    until = opened.now + CLOSED
    assert tried(opened, "739251") == PinTry(right=False, closed_until=until)
    assert tried(opened, PIN) == PinTry(right=False, closed_until=until)
    assert closed_pins(opened.engine, "kleding", opened.now) == {SEAT.who: until}
    opened.now = until - timedelta(seconds=1)
    assert not tried(opened, PIN).right
    opened.now = until
    assert tried(opened, PIN).right
    assert closed_pins(opened.engine, "kleding", opened.now) == {}


def test_wrong_tries_go_on_counting_after_the_day_that_was_closed(opened: Memory) -> None:
    set_pin(opened.engine, SEAT, PIN, opened.now)
    for _ in range(2):
        for _ in range(9):
            assert tried(opened, "739251").closed_until is None
        assert tried(opened, "739251").closed_until == opened.now + CLOSED
        opened.now += CLOSED


def test_many_at_once_are_no_more_tries_than_one_after_another(opened: Memory) -> None:
    set_pin(opened.engine, SEAT, PIN, opened.now)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: tried(opened, "739251"), range(25)))
    assert sum(one.closed_until is None for one in made) == 9
    assert not tried(opened, PIN).right


def test_nobody_chooses_another_pin_without_the_first(opened: Memory) -> None:
    set_pin(opened.engine, SEAT, PIN, opened.now)
    assert not set_pin(opened.engine, SEAT, NEXT, opened.now).right
    assert not set_pin(opened.engine, SEAT, NEXT, opened.now, proof="739251").right
    assert tried(opened, PIN).right
    assert set_pin(opened.engine, SEAT, NEXT, opened.now, proof=PIN).right
    assert (tried(opened, PIN).right, tried(opened, NEXT.upper()).right) == (False, True)


def test_a_code_renews_the_pin_once_within_a_week(opened: Memory) -> None:
    engine = opened.engine
    set_pin(engine, SEAT, PIN, opened.now)
    for _ in range(10):
        tried(opened, "739251")
    code = renew_pin(engine, SEAT, opened.now)
    assert len(code) == 8
    assert code.isdecimal()
    assert not tried(opened, PIN).right  # void at once
    assert not tried(opened, code).right  # a code opens nothing
    assert not set_pin(engine, SEAT, NEXT, opened.now).right  # nor can anybody else choose now
    assert set_pin(engine, SEAT, NEXT, opened.now, proof=code).right
    assert tried(opened, NEXT).right
    assert not set_pin(engine, SEAT, PIN, opened.now, proof=code).right
    code = renew_pin(engine, SEAT, opened.now)
    assert has_pin(engine, SEAT)
    late = opened.now + CODE_LASTS
    assert not set_pin(engine, SEAT, PIN, late, proof=code).right


def test_another_pin_closes_what_the_first_opened(opened: Memory) -> None:
    engine, now = opened.engine, opened.now
    set_pin(engine, SEAT, PIN, now)
    token = begin_session(engine, SEAT, now, DAY, stage="whole", holder="")
    _unseal(opened, token)
    code = renew_pin(engine, SEAT, now)
    assert not _unsealed(opened, token)
    _unseal(opened, token)
    set_pin(engine, SEAT, NEXT, now, proof=code)
    assert not _unsealed(opened, token)


def test_what_was_closed_or_quiet_too_long_is_not_opened_by_looking(opened: Memory) -> None:
    engine = opened.engine
    token = begin_session(engine, SEAT, opened.now, DAY, stage="whole", holder="")
    session = find_session(engine, token, opened.now)
    assert session is not None
    keep_seal_open(engine, session.hash, opened.now)
    assert not _unsealed(opened, token)
    _unseal(opened, token)
    begun, opened.now = opened.now, opened.now + IDLE
    keep_seal_open(engine, session.hash, opened.now)
    assert find_session(engine, token, opened.now).unsealed_at == begun  # type: ignore[union-attr]


def _unseal(memory: Memory, token: str) -> None:
    session = find_session(memory.engine, token, memory.now)
    assert session is not None
    open_seal(memory.engine, session.hash, memory.now)
    assert _unsealed(memory, token)


def _unsealed(memory: Memory, token: str) -> bool:
    session = find_session(memory.engine, token, memory.now)
    return session is not None and session.unsealed_at is not None
