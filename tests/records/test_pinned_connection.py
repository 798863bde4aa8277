"""Pinned connection: small statements over it are committed one by one, and nothing is lost when it does not serve."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import bindparam, event, text, update
from sqlalchemy.exc import DBAPIError

from config.policies import policy_of
from records.delivery.queue import Posted
from records.engine.database import connect, writing
from records.engine.errors import RecordsError
from records.engine.pinned_connection import PinnedConnection
from records.engine.statements import CompiledStatement
from records.ledger import Ledger
from records.schema.core import NOTICES
from tests.conftest import POSTGRESQL
from tests.patience import PATIENCE
from tests.records.conftest import Memory


def status(memory: Memory, post: Posted) -> str:
    """What another connection sees of *post*."""
    [row] = [row for row in memory.notices() if row.id == post.id]
    return str(row.status)


def lose(pinned: PinnedConnection) -> None:
    """End *pinned* as a server does that starts again."""
    with pytest.raises(RecordsError):
        pinned.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_mark_over_a_kept_line_is_seen_by_others_at_once(invited: Memory) -> None:
    first, second = invited.claim()
    with invited.ledger.pinned_connection() as pinned:
        assert invited.ledger.record_delivered(first.id, "email", invited.now, pinned)
        assert (status(invited, first), status(invited, second)) == ("sent", "pending")
        assert not invited.ledger.record_delivered(first.id, "email", invited.now, pinned)
    assert status(invited, first) == "sent"


def test_a_mark_that_matters_to_the_law_is_asked_of_it(answered: Memory) -> None:
    [post] = [post for post in answered.claim() if post.notice.template == "answer"]
    with answered.ledger.pinned_connection() as pinned:
        assert answered.ledger.record_delivered(post.id, "email", answered.now, pinned)
    assert not answered.reread().duties["answer-participant/sealed-1"].owed


def test_a_kept_line_sees_what_somebody_changed(invited: Memory) -> None:
    with invited.ledger.pinned_connection() as pinned:
        known = invited.ledger.snapshot(invited.dialogue_id)
        assert invited.ledger.snapshot(invited.dialogue_id, known, pinned) is known
        invited.act("accept-invitation", by="union-bd")
        seen = invited.ledger.snapshot(invited.dialogue_id, known, pinned)
        assert seen.revision == known.revision + 1


def test_while_somebody_writes_a_mark_waits_like_everybody(invited: Memory) -> None:
    post, _ = invited.claim()
    tried, engine = threading.Event(), connect(invited.url)
    # SQLAlchemy hears of it only when it did not serve.
    event.listen(engine, "before_cursor_execute", lambda *_: tried.set())
    ledger = Ledger(engine, policy_of)

    def mark() -> bool:
        with ledger.pinned_connection() as pinned:
            return ledger.record_delivered(post.id, "email", invited.now, pinned)

    with ThreadPoolExecutor(1) as other:
        with writing(invited.engine) as busy:
            busy.execute(text("UPDATE notices SET attempts = attempts"))
            done = other.submit(mark)
            assert tried.wait(PATIENCE)
            assert status(invited, post) == "pending"
        assert done.result(PATIENCE)
    assert status(invited, post) == "sent"
    engine.dispose()


@pytest.mark.parametrize("database_kind", [POSTGRESQL])  # a file is not lost
def test_a_line_that_is_lost_loses_no_mark(invited: Memory) -> None:
    first, second = invited.claim()
    with invited.ledger.pinned_connection() as pinned:
        known = invited.ledger.snapshot(invited.dialogue_id)
        lose(pinned)
        assert invited.ledger.record_delivered(first.id, "email", invited.now, pinned)
        assert invited.ledger.record_delivered(second.id, "email", invited.now, pinned)
        assert invited.ledger.snapshot(invited.dialogue_id, known, pinned).version == known.version
    assert (status(invited, first), status(invited, second)) == ("sent", "sent")


def test_what_the_database_refuses_over_a_line_is_an_error(invited: Memory) -> None:
    nobodys = CompiledStatement(
        update(NOTICES).values(status=bindparam("no_status")), ["no_status"]
    )
    with invited.ledger.pinned_connection() as pinned, pytest.raises(DBAPIError):
        pinned.run(nobodys, {"no_status": None})
