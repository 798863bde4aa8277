"""Pages are made in turn, and one that hangs holds nobody up for long."""

import asyncio
import threading

import pytest

from portal.http import page_turns
from portal.http.page_turns import PageTurns
from tests.patience import PATIENCE


def test_pages_are_made_one_at_a_time_in_the_order_of_asking() -> None:
    made, at_work = [], threading.Semaphore(1)

    def make(number: int) -> int:
        assert at_work.acquire(blocking=False)
        made.append(number)
        at_work.release()
        return number

    async def ask() -> list[int]:
        turns = PageTurns()
        return await asyncio.gather(*(turns.take(make, number) for number in range(50)))

    assert asyncio.run(ask()) == made == list(range(50))


def test_a_page_that_hangs_holds_the_others_up_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_turns, "_PATIENCE", 0.01)
    free = threading.Event()

    async def ask() -> list[bool]:
        turns = PageTurns()
        hanging = asyncio.create_task(turns.take(free.wait, PATIENCE))
        await asyncio.sleep(0)
        others = await asyncio.gather(*(turns.take(free.is_set) for _ in range(3)))
        free.set()
        assert await hanging
        assert await turns.take(free.is_set)
        return others

    assert asyncio.run(ask()) == [False] * 3


def test_a_page_that_fails_or_whose_reader_is_gone_gives_its_turn_on() -> None:
    async def ask() -> int:
        turns = PageTurns()
        with pytest.raises(ZeroDivisionError):
            await turns.take(lambda: 1 // 0)
        gone = asyncio.create_task(turns.take(int, "7"))
        await asyncio.sleep(0)
        gone.cancel()
        return await asyncio.wait_for(turns.take(int, "8"), PATIENCE)

    assert asyncio.run(ask()) == 8


def test_so_many_are_made_at_once_as_it_says() -> None:
    both = threading.Barrier(2)

    async def ask() -> list[int]:
        turns = PageTurns(2)
        return await asyncio.gather(*(turns.take(both.wait, PATIENCE) for _ in range(4)))

    assert sorted(asyncio.run(ask())) == [0, 0, 1, 1]
