"""How runs are called, and how work in a thread is watched; no Prefect needed."""

import asyncio
from datetime import UTC, datetime

import pytest

from config.settings import Settings
from flows import worker_thread
from flows.prefect.run_names import number_with_noun, run_title
from flows.worker_thread import Pulse, RoundFailed, StoppedEarly, in_house, quietly
from services.house import House


@pytest.mark.parametrize(
    ("counts", "name"),
    [
        ([], "sweep · nothing due"),
        ([(0, "lapse", "lapses")], "sweep · nothing due"),
        ([(3, "reminder", "reminders"), (1, "lapse", "lapses")], "sweep · 3 reminders · 1 lapse"),
        ([(12345, "lapse", "lapses")], "sweep · 12,345 lapses"),
    ],
)
def test_a_name_says_what_happened(counts: list[tuple[int, str, str]], name: str) -> None:
    assert run_title("sweep", counts, "nothing due") == name


def test_one_is_one() -> None:
    assert number_with_noun(1, "duty is", "duties are") == "1 duty is"


def test_work_that_takes_long_is_watched_and_ends_between_two_batches(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_thread, "LOOK_EVERY", 0.01)
    done: list[int] = []

    def work(_: House, pulse: Pulse) -> None:
        while True:
            done.append(len(done))
            pulse.rest(0.001)

    async def cancel(pulse: Pulse) -> None:
        assert pulse.done == len(done) * worker_thread.CHUNK or pulse.done >= 0
        pulse.stop()

    with pytest.raises(StoppedEarly):
        asyncio.run(in_house(work, cancel))
    assert done


def test_the_last_look_at_work_that_took_long_sees_how_it_ended(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_thread, "LOOK_EVERY", 0.01)
    seen: list[int] = []

    def work(_: House, pulse: Pulse) -> None:
        while not seen:
            pulse.rest(0.001)
        pulse.done = 7

    async def look(pulse: Pulse) -> None:
        seen.append(pulse.done)

    asyncio.run(in_house(work, look))
    assert seen[-1] == 7


def test_work_goes_on_when_watching_it_fails(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_thread, "LOOK_EVERY", 0.01)
    looks: list[int] = []

    def work(_: House, pulse: Pulse) -> str:
        while len(looks) < 2:
            pulse.rest(0.001)
        return "done"

    async def broken(_: Pulse) -> None:
        looks.append(1)
        raise ConnectionError

    assert asyncio.run(in_house(work, broken)) == "done"


def test_a_refusal_is_told_by_its_code(house: Settings) -> None:
    def work(opened: House, _: Pulse) -> None:
        opened.ledger.read("nothing-2022")

    async def watch(_: Pulse) -> None: ...

    with pytest.raises(RoundFailed, match=r"unknown-dialogue.*Nothing was changed"):
        asyncio.run(in_house(work, watch))


def test_a_database_file_that_is_gone_fails_the_work_and_is_not_made_anew(house: Settings) -> None:
    file, at = house.sqlite_file, datetime(2022, 9, 9, 6, tzinfo=UTC)
    assert file is not None
    file.unlink()

    async def watch(_: Pulse) -> None: ...

    with pytest.raises(RoundFailed, match=r"NoRecords in services/house.*put a copy back"):
        asyncio.run(in_house(lambda opened, _: opened.open_due_editions(at), watch))
    assert not file.exists()


def test_what_takes_too_long_to_show_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_thread, "DECORATION_LIMIT", 0.01)
    shown: list[str] = []

    async def never() -> None:
        await asyncio.Event().wait()

    async def soon() -> None:
        shown.append("soon")

    asyncio.run(quietly(never(), soon()))

    assert shown == ["soon"]


def test_what_is_shown_beside_the_work_is_shown_to_its_end_when_the_work_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[str] = []

    async def failing(*_: object) -> None:
        raise RoundFailed

    async def beside() -> None:
        for _ in range(10):  # longer than the work
            await asyncio.sleep(0)
        shown.append("its name")

    async def watch(_: Pulse) -> None: ...

    monkeypatch.setattr(worker_thread, "_doing", failing)
    with pytest.raises(RoundFailed):
        asyncio.run(in_house(lambda *_: None, watch, beside()))
    assert shown == ["its name"]
