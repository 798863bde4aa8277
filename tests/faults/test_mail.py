"""Mail servers at their worst: nothing lost, nobody behind somebody else's trouble (catalogue 18, 19, 21)."""

# ruff: noqa: ANN401 - the server's own types are private

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Engine, update

from config.policies import policy_of
from flows.machine.processes import free_port
from notifications.channels.channels import Channel, Memory
from notifications.channels.smtp import Smtp
from notifications.inbound.bounces import read_bounces
from notifications.letters import compose as messages
from records.engine.database import connect, writing
from records.journal import journal
from records.ledger import Ledger
from records.outbox import enqueue
from records.queries import NoticeRow, notices_of
from records.schema.core import NOTICES
from services.composition import briefs
from services.delivery.bounces import hear
from services.delivery.report import DeliveryReport
from services.delivery.round import deliver
from states.model.facts import Notice
from states.model.vocabulary import Step, Template
from states.steps.decide import known_step
from tests.faults.checker import problems
from tests.faults.conftest import NOW
from tests.faults.works import drain, mailroom, sweep_in_chunks
from tests.notifications.servers import HOST, Handler, certificate, mail_server
from tests.records.conftest import INFORMATION, RISK, SESSION, a_programme
from tests.records.conftest import NGO as NGO_SEAT
from tests.records.conftest import UNION as UNION_SEAT

NGO, UNION = "campaign@ngo.example", "rahima@union.example"
HOUR = timedelta(hours=1)
YOUNG = "dd-2023"
"""The dialogue in which two invitations wait."""
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.MULTILINE | re.IGNORECASE)


@pytest.fixture
def database_kind() -> str:
    """Mail does not care for the kind of database; the kills of `test_kills` try both."""
    return "sqlite"


@pytest.fixture
def engine(world: str) -> Iterator[Engine]:
    """Open a world in which two invitations and an answer wait, and nothing that time brought about."""
    made = connect(world)
    _leave_waiting(made)
    yield made
    made.dispose()


def _leave_waiting(engine: Engine) -> None:
    """Let time do all that it has to, send all but an answer, and invite two people to the year after."""
    waits = NOTICES.c.status == enqueue.PENDING
    with engine.begin() as connection:
        connection.execute(
            update(NOTICES).where(waits).values(next_try_at=NOW + timedelta(days=400))
        )
    ledger = Ledger(engine, policy_of)
    ledger.apply_programme(a_programme("dd"), NOW)
    told = INFORMATION.model_copy(update={"feedback_by": date(2023, 9, 8)})
    ledger.open_edition(
        "dd",
        session_at=SESSION + timedelta(days=365),
        edition=2023,
        information=told,
        by="manager",
        now=NOW,
    )
    for step, given in (
        ("name-risk", RISK),
        ("map-stakeholder", UNION_SEAT),
        ("map-stakeholder", NGO_SEAT),
        ("approve-analysis", {}),
    ):
        ledger.act(YOUNG, known_step(step).name, given, by="manager", now=NOW)
    sweep_in_chunks(engine)
    drain(engine, Memory(), NOW)
    ledger.act(YOUNG, Step.INVITE_ALL, {}, by="manager", now=NOW)
    with engine.begin() as connection:
        connection.execute(
            update(NOTICES).where(waits, NOTICES.c.template == "answer").values(next_try_at=NOW)
        )
        connection.execute(
            update(NOTICES)
            .where(waits, NOTICES.c.next_try_at > NOW + HOUR)
            .values(status=enqueue.WITHDRAWN)
        )


def smtp(port: int, **changes: Any) -> Smtp:
    """A channel to the server at *port*."""
    values: dict[str, Any] = {"host": HOST, "port": port, "security": "none", "timeout": 5.0}
    return Smtp(**(values | changes))


def send(engine: Engine, channel: Channel, now: datetime = NOW) -> DeliveryReport:
    """One round of delivery."""
    return deliver(engine, Ledger(engine, policy_of), mailroom(channel), now)


def waiting(engine: Engine) -> list[NoticeRow]:
    """What waits in the outbox."""
    names = Ledger(engine, policy_of).dialogue_ids()
    return [row for row in notices_of(engine, names) if row.status == "pending"]


def names(handler: Handler) -> Counter[str]:
    """How often each message arrived."""
    found = (MESSAGE_ID.search(mail) for mail in handler.received)
    return Counter(one.group(1).decode() for one in found if one)


def test_a_server_that_refuses_to_be_reached_loses_nothing(engine: Engine) -> None:
    before = waiting(engine)
    report = send(engine, smtp(free_port(HOST, 0)))
    assert (report.sent, report.failed) == (0, 0)
    assert report.stopped is not None
    assert len(waiting(engine)) == len(before)
    handler = Handler()
    with mail_server(handler) as port:
        while send(engine, smtp(port), NOW + HOUR).handled:
            continue
    assert waiting(engine) == []
    assert set(names(handler).values()) == {1}
    assert problems(engine) == []


def test_greylisting_is_waited_out(engine: Engine) -> None:
    """451 at first: the mail comes back with growing pauses until the server believes us."""
    handler = Handler(rcpt_answers={NGO: "451 greylisted, try again", UNION: "451 greylisted"})
    with mail_server(handler) as port:
        first = send(engine, smtp(port))
        assert (first.later, first.sent, first.stopped) == (3, 0, None)
        assert send(engine, smtp(port), NOW + timedelta(seconds=59)).handled == 0
        assert send(engine, smtp(port), NOW + timedelta(seconds=60)).later == 3
        handler.rcpt_answers = {}
        assert send(engine, smtp(port), NOW + HOUR).sent == 3
    assert set(names(handler).values()) == {1}
    assert problems(engine) == []


def test_a_greylist_that_never_ends_is_a_failure_after_five_days(engine: Engine) -> None:
    handler = Handler(rcpt_answers={NGO: "450 later"})
    with mail_server(handler) as port:
        now = NOW
        while any(row.to == "ngo-nl" for row in waiting(engine)):
            send(engine, smtp(port), now)
            now += 4 * HOUR
    assert timedelta(days=4) < now - NOW < timedelta(days=7)
    facts = [entry.fact for entry in journal.entries(engine, YOUNG)]
    assert "notice-undeliverable" in facts
    assert problems(engine) == []


def test_one_recipient_who_must_wait_holds_up_nobody(engine: Engine) -> None:
    handler = Handler(rcpt_answers={NGO: "452 mailbox full"})
    with mail_server(handler) as port:
        report = send(engine, smtp(port))
    assert (report.later, report.sent, report.failed) == (1, 2, 0)
    assert [row.to for row in waiting(engine)] == ["ngo-nl"]


def test_a_server_that_refuses_us_spends_nothing_of_what_waits(engine: Engine) -> None:
    """Postfix checks the sender when it hears the recipient: that looks as if every reader were wrong."""
    ours = "553 5.7.1 <dialoog@merk.example>: Sender address rejected: not owned by user house"
    handler = Handler(rcpt_answers={NGO: ours, UNION: ours})
    with mail_server(handler) as port:
        report = send(engine, smtp(port))
        assert (report.later, report.sent, report.failed) == (3, 0, 0)
        assert {row.error for row in waiting(engine)} == {"refused-553"}
        handler.rcpt_answers = {}
        assert send(engine, smtp(port), NOW + HOUR).sent == 3
    assert set(names(handler).values()) == {1}
    assert problems(engine) == []


def test_an_invitation_to_a_wrong_address_goes_to_the_right_one(engine: Engine) -> None:
    ledger, right = Ledger(engine, policy_of), "right@ngo.example"
    handler = Handler(rcpt_answers={NGO: "550 5.1.1 no such mailbox"})
    with mail_server(handler) as port:
        assert send(engine, smtp(port)).failed == 1
        moved = {"stakeholder": "ngo-nl", "email": right}
        ledger.act(YOUNG, Step.CHANGE_CONTACT, moved, by="manager", now=NOW + HOUR)
        while send(engine, smtp(port), NOW + HOUR).handled:
            continue
    # The invitation itself, and the word that they are reached in another way now.
    assert handler.recipients.count([right]) == 2
    invited = [row for row in notices_of(engine, [YOUNG]) if row.template == "invitation"]
    assert [row.status for row in invited if row.to == "ngo-nl"] == ["sent"]
    assert waiting(engine) == []
    assert set(names(handler).values()) == {1}
    assert problems(engine) == []


class Slow(Handler):
    """Takes longer for its answer than anybody waits."""

    async def handle_RCPT(  # noqa: N802 - named by the library
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.drops:
            self.drops -= 1
            await asyncio.Event().wait()
        return await super().handle_RCPT(server, session, envelope, address, options)


def test_a_server_that_never_answers_is_left(engine: Engine) -> None:
    handler = Slow(drops=1)
    with mail_server(handler) as port:
        report = send(engine, smtp(port, timeout=0.2))
        assert report.stopped is not None
        assert (report.later, report.failed) == (1, 0)
        while send(engine, smtp(port), NOW + HOUR).handled:
            continue
    assert waiting(engine) == []
    assert set(names(handler).values()) == {1}


@dataclass
class Closing(Handler):
    """Ends the connection after each mail, with or without saying so."""

    goodbye: str = ""
    served: dict[int, int] = field(default_factory=dict)

    async def handle_MAIL(  # noqa: N802 - named by the library
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        mine = self.served.get(id(session), 0)
        self.served[id(session)] = mine + 1
        if mine and self.goodbye:
            return self.goodbye
        if mine:
            cast("asyncio.Transport", server.transport).abort()
        return await super().handle_MAIL(server, session, envelope, address, options)


@pytest.mark.parametrize("goodbye", ["", "421 too many messages in this connection"])
def test_a_server_that_closes_after_each_mail_gets_them_all_in_one_round(
    engine: Engine, goodbye: str
) -> None:
    handler = Closing(goodbye=goodbye)
    with mail_server(handler) as port:
        report = send(engine, smtp(port))
    assert (report.sent, report.stopped) == (3, None)
    assert set(names(handler).values()) == {1}


def test_an_answer_that_is_lost_after_the_mail_repeats_it_under_the_same_name(
    engine: Engine,
) -> None:
    handler = Handler(drop_at="data", drops=1)
    with mail_server(handler) as port:
        assert send(engine, smtp(port)).stopped is not None
        while send(engine, smtp(port), NOW + HOUR).handled:
            continue
    found = names(handler)
    assert sorted(found.values()) == [1, 1, 2]
    assert waiting(engine) == []
    assert problems(engine) == []


def test_a_certificate_that_is_not_trusted_gets_no_mail_and_is_said(
    engine: Engine, tmp_path: Path
) -> None:
    _, context = certificate(tmp_path, "somebody-else.example")
    handler, before = Handler(), len(waiting(engine))
    with mail_server(handler, tls_context=context) as port:
        report = send(engine, smtp(port, security="starttls", host="localhost"))
    assert report.stopped is not None
    assert "certificate-not-trusted" in report.stopped
    assert handler.received == []
    assert len(waiting(engine)) == before


def delivery_status(original: bytes, to: str) -> bytes:
    """What a mail server sends back when it cannot deliver after all (RFC 3464)."""
    name = MESSAGE_ID.search(original)
    assert name is not None
    status = (
        "Reporting-MTA: dns; mx.ngo.example\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n\r\n"
    )
    lines = (
        "From: MAILER-DAEMON@mx.ngo.example\r\nTo: dialoog@merk.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"\r\n\r\n'
        "--cut\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        f"--cut\r\nContent-Type: message/delivery-status\r\n\r\n{status}"
        "--cut\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <{name.group(1).decode()}>\r\n\r\n--cut--\r\n"
    )
    return lines.encode()


def named(row: NoticeRow) -> bytes:
    """The Message-ID of a notice, as far as it does not name the sender."""
    return (row.message_id or "").encode()


def test_an_answer_that_was_accepted_and_came_back_is_owed_again(engine: Engine) -> None:
    ledger, handler = Ledger(engine, policy_of), Handler()
    with mail_server(handler) as port:
        while send(engine, smtp(port)).handled:
            continue
    duty = ledger.read("cc-2022").duties["answer-participant/sealed-1"]
    assert duty.met_at == NOW
    answers = [row for row in notices_of(engine, ["cc-2022"]) if row.template == "answer"]
    mine = [mail for mail in handler.received if named(answers[0]) in mail]
    assert len(mine) == 1

    report, later = delivery_status(mine[0], UNION), NOW + timedelta(days=2)
    assert [heard.what for heard in hear(engine, ledger, report, later)] == ["recorded"]
    assert [heard.what for heard in hear(engine, ledger, report, later)] == ["known"]

    owed = ledger.read("cc-2022").duties["answer-participant/sealed-1"]
    facts = [entry.fact for entry in journal.entries(engine, "cc-2022")]
    assert (owed.owed, owed.first_due) == (True, duty.first_due)
    assert (facts.count("answer-bounced"), facts.count("duty-reopened")) == (1, 1)
    assert "delivery-failed" in {row.template for row in waiting(engine)}
    assert problems(engine) == []


@pytest.mark.parametrize(
    "number", [pytest.param(500, id="few"), pytest.param(10_000, id="many", marks=pytest.mark.slow)]
)
@pytest.mark.timeout(600)
def test_among_many_messages_one_poison_message_goes_alone(
    engine: Engine, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = messages.compose

    def compose(notice: Notice, *given: Any, **more: Any) -> Any:
        if notice.detail.get("number") == number // 2:
            raise ZeroDivisionError
        return real(notice, *given, **more)

    monkeypatch.setattr(briefs, "compose", compose)
    rows = [
        enqueue.rows_of(
            YOUNG,
            [
                Notice(
                    to="manager",
                    role="manager",
                    template=Template.DIALOGUE_OPENED,
                    detail={"carried": [], "number": n},
                )
            ],
            f"test:{n}",
            NOW,
        )[0]
        for n in range(number)
    ]
    with writing(engine) as connection:
        enqueue.put(connection, rows)
    handler = Handler()
    ledger = Ledger(engine, policy_of)
    with mail_server(handler) as port:
        room = replace(mailroom(smtp(port)), batch=200, mail=lambda: smtp(port))
        report = deliver(engine, ledger, room, NOW)
        while report.stopped:
            report = deliver(engine, ledger, room, NOW)
    found = names(handler)
    statuses = Counter(
        row.status for row in notices_of(engine, [YOUNG]) if row.cause.startswith("test:")
    )
    assert statuses == {"sent": number - 1, "failed": 1}
    assert set(found.values()) == {1}
    assert len(found) >= number - 1
    assert problems(engine) == []


def test_the_texts_of_this_file_are_whole_mails() -> None:
    """The report above is one as servers send it: it survives a round through the wire's own rules."""
    mail = EmailMessage(policy=WIRE)
    mail["Message-ID"] = "<notice-1.abc@merk.example>"
    (bounce,) = read_bounces(delivery_status(mail.as_bytes(), UNION))
    assert (bounce.recipient, bounce.status) == (UNION, "5.1.1")
