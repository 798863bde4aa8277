"""A failure at every statement and commit: n = 1, 2, 3 … until a run passes clean (catalogue 2 and 3)."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine

from config.policies import policy_of
from notifications.channels.channels import Memory, PermanentFailure, Post
from records.engine.database import connect
from records.engine.errors import RecordsError
from records.ledger import Ledger
from services.delivery.bounces import hear
from tests.faults.checker import problems
from tests.faults.conftest import NOW, Copies
from tests.faults.fault_injection import Faults, Killed, lost, raising
from tests.faults.test_mail import UNION, delivery_status
from tests.faults.works import STEPS, StepTaken, deliver_once, drain, left_behind, sweep_in_chunks

pytestmark = pytest.mark.timeout(900)

Work = Callable[[Engine], Any]
MOST = 2_000  # points: more than any of these works has
DEATHS = ["killed", "lost"]


@contextmanager
def broken(url: str, death: str, at: int) -> Iterator[Faults]:
    """An engine that fails at point *at*, as a process that is killed or a database that is lost."""
    gc.freeze()  # the collection below has little to look through
    engine = connect(url)
    try:
        yield Faults(engine, raising(Killed if death == "killed" else partial(lost, engine)), at)
    finally:
        engine.dispose()
        gc.collect()  # a process that is killed leaves no cursor behind that keeps a lock


def outcome(url: str, death: str, at: int, work: Work) -> int:
    """Do *work* with a failure at point *at*; the number of points that it came to."""
    with broken(url, death, at) as faults, suppress(Killed, RecordsError):
        work(faults.engine)
    return faults.count


def points(copies: Copies, work: Work) -> int:
    """How many points a clean run of *work* has."""
    return outcome(copies(), "killed", 0, work)


@contextmanager
def mended(url: str) -> Iterator[Engine]:
    """A healthy engine on what is left."""
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def all_swept(engine: Engine) -> dict[str, Any]:
    """Finish the sweep and check it; what is left behind."""
    sweep_in_chunks(engine)
    assert problems(engine, NOW) == []
    return left_behind(engine)


@pytest.mark.parametrize("death", DEATHS)
def test_a_sweep_that_fails_anywhere_is_finished_by_the_next(copies: Copies, death: str) -> None:
    with mended(copies()) as engine:
        expected = all_swept(engine)
    for at in range(1, MOST):
        url = copies()
        reached = outcome(url, death, at, sweep_in_chunks)
        with mended(url) as engine:
            assert problems(engine) == [], at
            assert all_swept(engine) == expected, at
        if reached < at:
            break
    assert at > 40
    print(f"the sweep: {at - 1} points")  # noqa: T201


class Choosy(Memory):
    """A mail server that knows one address not."""

    def send(self, post: Post) -> None:
        if post.message.address == "campaign@ngo.example":
            raise PermanentFailure("refused-550")
        super().send(post)


def names(mail: Memory) -> Counter[str]:
    """How often each message went out."""
    return Counter(post.message_id for post in mail.posts)


@pytest.mark.parametrize("death", DEATHS)
def test_a_delivery_that_fails_anywhere_loses_nothing(copies: Copies, death: str) -> None:
    clean = Choosy()
    with mended(copies()) as engine:
        drain(engine, clean)
        everything, expected = set(names(clean)), left_behind(engine)["duties"]
    repeated = 0
    for at in range(1, MOST):
        url, mail = copies(), Choosy()
        reached = outcome(url, death, at, partial(deliver_once, channel=mail))
        with mended(url) as engine:
            assert problems(engine) == [], at
            drain(engine, mail)
            assert problems(engine) == [], at
            assert {row[:3] for row in left_behind(engine)["duties"]} == {
                row[:3] for row in expected
            }
        twice = sum(number - 1 for number in names(mail).values())
        assert twice <= 1, at
        assert set(names(mail)) == everything, at
        repeated += twice
        if reached < at:
            break
    assert at > 40
    assert 0 < repeated < at / 2  # only between acceptance and the mark
    print(f"the delivery: {at - 1} points, {repeated} repeat one mail")  # noqa: T201


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_that_fails_anywhere_was_taken_whole_or_not_at_all(
    copies: Copies, death: str, step: StepTaken
) -> None:
    with mended(copies()) as engine:
        before, seen = left_behind(engine), Ledger(engine, policy_of).revision(step.dialogue)
        assert step.take(engine)
        after = left_behind(engine)
    for at in range(1, MOST):
        url = copies()
        reached = outcome(url, death, at, step.take)
        with mended(url) as engine:
            assert problems(engine) == [], at
            assert left_behind(engine) in (before, after), at
            step.take(engine, seen=seen)  # whoever got no answer tries again
            assert left_behind(engine) == after, at
        if reached < at:
            break


@pytest.mark.parametrize("death", DEATHS)
def test_a_bounce_whose_reading_fails_anywhere_counts_once_when_it_is_read_again(
    copies: Copies, death: str
) -> None:
    def bounced(engine: Engine, mail: bytes) -> str:
        return hear(engine, Ledger(engine, policy_of), mail, NOW)[0].what

    for at in range(1, MOST):
        url, sent = copies(), Memory()
        with mended(url) as engine:
            drain(engine, sent, NOW)
            before = left_behind(engine)
        answer = next(post for post in sent.posts if post.message.template == "answer")
        report = delivery_status(f"Message-ID: <{answer.message_id}>\r\n".encode(), UNION)
        reached = outcome(url, death, at, partial(bounced, mail=report))
        with mended(url) as engine:
            assert problems(engine) == [], at
            whole = left_behind(engine) != before
            assert bounced(engine, report) == ("known" if whole else "recorded"), at
            assert problems(engine) == [], at
            assert sum("answer-bounced" in fact for fact in left_behind(engine)["journal"]) == 1, at
        if reached < at:
            break
    assert at > 10
    print(f"the bounce: {at - 1} points")  # noqa: T201
