"""kill -9 of sweep, delivery and steps at seeded random places: nothing lost, nothing twice (catalogue 1 and 18)."""

# ruff: noqa: S311 - chance that can be repeated is the point

import os
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from multiprocessing.process import BaseProcess

import pytest
from sqlalchemy import Engine, func, select

from notifications.channels.channels import Memory
from records.engine.database import connect, reading
from records.schema.core import NOTICES
from tests.faults import worker
from tests.faults.checker import problems
from tests.faults.conftest import NOW, Copies
from tests.faults.works import LATER, STEPS, drain, left_behind, sweep_in_chunks
from tests.notifications.servers import Handler, mail_server

SEED = int(os.environ.get("TESTS_SEED", "2022"))
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.MULTILINE | re.IGNORECASE)
FEW, MANY = 20, 200
AMOUNTS = [pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.slow)]

Start = Callable[[int], BaseProcess]


def killed(start: Start, chance: random.Random, most: int) -> bool:
    """Start a work and kill it somewhere; False when it was done before that."""
    at, patience = worker.killed_somewhere(chance, most, 0.05)
    process = start(at)
    process.join(patience)
    process.kill()
    code = worker.ended(process)
    assert code in {0, -9}
    return code != 0


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kills", AMOUNTS)
def test_a_sweep_that_is_killed_again_and_again_does_everything_once(
    copies: Copies, kills: int
) -> None:
    chance = random.Random(SEED)
    engine = connect(copies())
    sweep_in_chunks(engine, chunk=1000)
    expected = left_behind(engine)
    engine.dispose()
    died = 0
    while died < kills:
        url = copies()
        while killed(partial(worker.started, worker.sweeper, url, NOW, 1), chance, 120):
            died += 1
        engine = connect(url)
        assert left_behind(engine) == expected, SEED
        assert problems(engine, NOW) == [], SEED
        engine.dispose()
    print(f"{died} kills of the sweep, 0 lost, 0 twice")  # noqa: T201


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kills", AMOUNTS)
def test_a_delivery_that_is_killed_repeats_at_most_what_was_in_flight(
    copies: Copies, kills: int
) -> None:
    chance = random.Random(SEED)
    died = twice = 0
    sent_before = before_hand(copies)
    while died < kills:
        url, sink, deaths = copies(), Handler(), 0
        engine = connect(url)
        sweep_in_chunks(engine, chunk=1000)
        with mail_server(sink) as port:
            while killed(
                partial(worker.started, worker.deliverer, url, port, later(deaths)), chance, 400
            ):
                deaths += 1
        names = Counter(
            found.group(1) for mail in sink.received if (found := MESSAGE_ID.search(mail))
        )
        assert sum(names.values()) - len(names) <= deaths, SEED
        assert len(names) == letters_sent(engine) - sent_before, SEED
        drain(engine, left := Memory(), later(deaths + 1))
        # what is left came after its reader's letter of the day: never anything that was said
        assert not {post.message_id.encode() for post in left.posts} & set(names), SEED
        assert problems(engine, NOW) == [], SEED
        engine.dispose()
        died, twice = died + deaths, twice + sum(names.values()) - len(names)
    print(f"{died} kills of the delivery, 0 lost, {twice} repeated under the same name")  # noqa: T201


def later(deaths: int) -> datetime:
    """When the leases of those who died have ended."""
    return NOW + deaths * (LATER - NOW)


def statuses(engine: object) -> Counter[str]:
    """How many notices stand where."""
    found: Counter[str] = Counter()
    for key, number in left_behind(engine)["outbox"].items():  # type: ignore[arg-type]
        found[key[-1]] += number
    return found


def before_hand(copies: Copies) -> int:
    """How many letters the world had sent before anything began."""
    engine = connect(copies())
    number = letters_sent(engine)
    engine.dispose()
    return number


def letters_sent(engine: Engine) -> int:
    """In how many letters the notices went that are marked as sent."""
    went = select(func.count(NOTICES.c.message_id.distinct())).where(NOTICES.c.status == "sent")
    with reading(engine) as connection:
        return connection.scalar(went) or 0


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kills", AMOUNTS)
def test_people_whose_process_is_killed_took_their_steps_whole_or_not(
    copies: Copies, kills: int
) -> None:
    chance = random.Random(SEED)
    engine = connect(copies())
    for step in STEPS[1:4]:
        step.take(engine)
    expected = left_behind(engine)
    engine.dispose()
    died = 0
    while died < kills:
        url = copies()
        while killed(partial(worker.started, worker.stepper, url, NOW), chance, 120):
            died += 1
        engine = connect(url)
        assert left_behind(engine) == expected, SEED
        assert problems(engine) == [], SEED
        engine.dispose()
    print(f"{died} kills of the ledger, 0 half done")  # noqa: T201
