"""Marking while the next mail is on its way: it comes as far as its text, and never further."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.channels.smtp import Smtp
from records.engine.errors import Busy
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver
from services.house import House
from tests.notifications.servers import HOST, Handler, mail_server
from tests.patience import PATIENCE
from tests.services.conftest import NOW, Post, furnished, statuses

ALL = {"ngo": "sent", "union": "sent", "worker": "by-hand"}


@pytest.fixture
def house(migrated_url: str) -> Iterator[House]:
    with furnished(migrated_url, Post()) as open_one:
        yield open_one


@dataclass
class Watchful(Handler):
    """Notes how many mails came before, and how many of those were marked, when each mail is taken."""

    marked: list[str] = field(default_factory=list)
    seen: list[tuple[int, int]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.seen.append((len(self.received), len(self.marked)))
        return await super().handle_DATA(server, session, envelope)


def when_marking(house: House, do: Any, *, after: bool = False) -> None:  # noqa: ANN401
    """Call *do* with each statement that marks a notice as sent, before or *after* it runs."""
    dialect = house.engine.dialect

    def watched(run: Callable[..., Any]) -> Callable[..., Any]:
        def run_watched(cursor: Any, statement: str, *given: Any, **more: Any) -> Any:  # noqa: ANN401
            marks = statement.startswith("UPDATE notices SET status='sent'")
            if marks and not after:
                do(statement)
            answer = run(cursor, statement, *given, **more)
            if marks and after:
                do(statement)
            return answer

        return run_watched

    for name in ("do_execute", "do_executemany"):
        setattr(dialect, name, watched(getattr(dialect, name)))


def post_over(house: House, port: int) -> None:
    mail = partial(Smtp, HOST, port, "none")
    deliver(house.engine, house.ledger, Mailroom(mail=mail, sender="dialoog@klein.example"), NOW)


def test_a_mail_waits_with_its_text_until_the_last_is_marked(house: House) -> None:
    """The first mark waits until the second mail is announced: were it not marked beside that, nothing would go on."""
    handler, announced = Watchful(), list[bool]()

    def once_announced(_: str) -> None:
        while len(announced) < 2:
            announced.append(handler.announced.acquire(timeout=PATIENCE))

    when_marking(house, once_announced)
    when_marking(house, handler.marked.append, after=True)
    with mail_server(handler) as port:
        post_over(house, port)

    assert announced == [True, True]
    assert handler.seen == [(0, 0), (1, 1), (2, 2)]
    assert statuses(house) == ALL


def test_when_a_mark_cannot_be_written_no_other_mail_leaves(house: House) -> None:
    handler, locked = Watchful(), threading.Event()
    locked.set()

    def busy(_: str) -> None:
        if locked.is_set():
            raise Busy("Somebody else is writing.")

    when_marking(house, busy)
    with mail_server(handler) as port, pytest.raises(Busy):
        post_over(house, port)
    assert len(handler.received) == 1

    locked.clear()
    with mail_server(handler) as port:
        post_over(house, port)
    assert len(handler.received) == 3


def test_the_last_mail_of_a_round_is_marked_too(house: House) -> None:
    with mail_server(handler := Handler()) as port:
        post_over(house, port)
    assert len(handler.received) == 3
    assert statuses(house) == ALL
