"""The house against a real mail server on this machine."""

# ruff: noqa: ANN401 - the server's own types are private

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler

from config.settings import Settings, load_settings
from flows.machine.processes import free_port
from services.delivery.outbound import Mailroom
from services.doctor import health
from services.house import House
from tests.patience import PATIENCE
from tests.services.conftest import NOW, statuses


class Inbox(Handler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    async def handle_RCPT(  # noqa: N802 - the name that the server calls
        self, _server: object, _session: object, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("noor@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[Controller]:
    port = free_port("127.0.0.1", 0)
    controller = Controller(inbox, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE)
    controller.start()
    yield controller
    with suppress(AssertionError, RuntimeError):  # a test may have stopped it
        controller.stop()


@pytest.fixture
def settings(server: Controller) -> Settings:
    smtp = {"host": "127.0.0.1", "port": server.port, "tls": "none"}
    return load_settings(channel="smtp", smtp=smtp, sender="Klein <d@klein.example>")


def test_mail_arrives_and_what_is_refused_is_known(
    house: House, inbox: Inbox, settings: Settings
) -> None:
    house.mailroom = replace(Mailroom.of(settings), batch=2)

    report = house.deliver(NOW)

    assert (report.failed, report.by_hand, report.stopped) == (1, 1, None)
    assert statuses(house) == {"ngo": "failed", "union": "sent", "worker": "by-hand"}
    assert "rahima@union.example" in {
        str(mail["To"]).rpartition("<")[2].rstrip(">") for mail in inbox.mails
    }
    assert all(str(mail["Message-ID"]).endswith("@klein.example>") for mail in inbox.mails)


def test_the_doctor_finds_the_server_well(settings: Settings) -> None:
    (mail,) = (one for one in health.examine(settings, NOW) if one.name == "mail")

    assert (mail.state, "answers" in mail.says) == ("ok", True)


def test_a_server_that_is_gone_loses_nothing(
    house: House, server: Controller, settings: Settings
) -> None:
    house.mailroom = Mailroom.of(settings)
    server.stop()

    assert house.deliver(NOW).stopped is not None
    assert statuses(house)["union"] == "pending"
