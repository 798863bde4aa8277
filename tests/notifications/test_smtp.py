"""Mail over SMTP, against a real server: what arrives, what is refused, and whose fault it was."""

import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from flows.machine.processes import free_port
from notifications.channels.channels import PassingFailure, PermanentFailure, Post, Stage
from notifications.channels.smtp import Smtp
from notifications.letters.compose import compose
from tests.notifications.builders import ALERTED, dialogue, notice
from tests.notifications.servers import (
    HOST,
    LOGIN,
    Handler,
    certificate,
    mail_server,
    speaking,
)
from tests.patience import PATIENCE

TO = "ngo@deelnemer.example"


def post(number: int = 1, to: str = TO) -> Post:
    message = compose(notice("agenda-echoed", "ngo"), dialogue(), now=ALERTED)
    message = replace(message, address=to)
    return Post(message, "dialoog@weerklank.example", f"notice-{number}@weerklank.example")


def channel(port: int, **changes: object) -> Smtp:
    values: dict[str, object] = {
        "host": HOST,
        "port": port,
        "security": "none",
        "timeout": PATIENCE,
    }
    return Smtp(**(values | changes))  # type: ignore[arg-type]


def failure(smtp: Smtp, sent: Post) -> PassingFailure:
    with pytest.raises(PassingFailure) as failed:
        smtp.send(sent)
    return failed.value


@pytest.fixture(autouse=True, params=[False, True], ids=["one by one", "pipelining"])
def _pipelining(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Meet servers of both kinds."""
    monkeypatch.setattr(Handler, "pipelining", request.param)


def test_a_batch_goes_over_one_connection() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        smtp = channel(port)
        for number in range(5):
            smtp.send(post(number))
        smtp.close()
        smtp.send(post(9))
        smtp.close()
    assert len(handler.received) == 6
    assert b"Message-ID: <notice-4@weerklank.example>" in handler.received[4]


@pytest.mark.parametrize("code", [550, 552, 553])
def test_a_refused_recipient_is_for_good(code: int) -> None:
    handler = Handler(rcpt_answers={TO: f"{code} no such user here"})
    with mail_server(handler) as port:
        smtp = channel(port)
        with pytest.raises(PermanentFailure) as failed:
            smtp.send(post())
        smtp.send(post(2, "worker@deelnemer.example"))
        smtp.close()
    assert failed.value.reason == f"refused-{code}"
    assert len(handler.received) == 1


def test_a_deferred_recipient_does_not_stop_the_others() -> None:
    handler = Handler(rcpt_answers={TO: "451 try again later"})
    with mail_server(handler) as port:
        smtp = channel(port)
        failed = failure(smtp, post())
        smtp.send(post(2, "worker@deelnemer.example"))
        smtp.close()
    assert (failed.of, failed.reason) == ("recipient", "deferred-451")
    assert len(handler.received) == 1


@pytest.mark.parametrize(
    ("answer", "of"),
    [
        ("451 greylisted", "recipient"),
        ("421 closing down", "server"),
        ("550 relaying denied", "server"),
        ("530 authentication required", "server"),
    ],
)
def test_whose_fault_it_was(answer: str, of: str) -> None:
    with mail_server(Handler(rcpt_answers={TO: answer})) as port:
        smtp = channel(port)
        assert failure(smtp, post()).of == of
        smtp.close()


ABOUT_US = [
    "553 5.7.1 <dialoog@weerklank.example>: Sender address rejected: not owned by user house",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using list.example",
    "550 5.1.8 Access denied, bad outbound sender",
    "550 5.4.5 Daily sending quota exceeded",
]


@pytest.mark.parametrize("answer", ABOUT_US)
def test_what_is_about_us_is_not_for_good(answer: str) -> None:
    with mail_server(Handler(rcpt_answers={TO: answer})) as port:
        smtp = channel(port)
        failed = failure(smtp, post())
        smtp.close()
    assert (failed.of, failed.reason) == ("recipient", f"refused-{answer[:3]}")


def test_what_is_about_the_mailbox_is_for_good_whatever_its_address_holds() -> None:
    to = "relay@deelnemer.example"
    handler = Handler(rcpt_answers={to: f"550 5.1.1 <{to}>: no such user"})
    with mail_server(handler) as port:
        smtp = channel(port)
        with pytest.raises(PermanentFailure, match="refused-550"):
            smtp.send(post(to=to))
        smtp.close()


def test_content_can_be_refused_or_deferred() -> None:
    handler = Handler(data_answer="554 looks like spam")
    with mail_server(handler) as port:
        smtp = channel(port)
        with pytest.raises(PermanentFailure, match="refused-554"):
            smtp.send(post())
        handler.data_answer = "451 local trouble"
        assert failure(smtp, post(2)).of == "recipient"
        handler.data_answer = "250 OK"
        smtp.send(post(3))
        smtp.close()


def test_a_refused_sender_is_no_fault_of_the_recipient() -> None:
    handler = Handler(mail_answer="550 sender not allowed")
    with mail_server(handler) as port:
        smtp = channel(port)
        failed = failure(smtp, post())
        assert (failed.of, failed.reason) == ("server", "sender-refused-550")
        handler.mail_answer = "552 too big"
        with pytest.raises(PermanentFailure, match="refused-552"):
            smtp.send(post())
        smtp.close()


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
def test_a_connection_that_was_closed_is_opened_again(stage: str) -> None:
    handler = Handler(drop_at=stage)
    with mail_server(handler) as port:
        smtp = channel(port)
        smtp.send(post(1))
        handler.drops = 1
        smtp.send(post(2))
        smtp.close()
    assert len(handler.received) == 2
    assert len(handler.sessions) == 2


def test_a_kept_connection_that_says_goodbye_to_a_recipient_is_opened_again() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        smtp = channel(port)
        smtp.send(post(1))
        handler.goodbye_to = TO
        smtp.send(post(2))
        smtp.close()
    assert len(handler.received) == 2
    assert len(handler.sessions) == 2


def test_a_new_connection_that_drops_is_trouble_of_the_server() -> None:
    handler = Handler(drop_at="mail", drops=5)
    with mail_server(handler) as port:
        assert failure(channel(port), post()).of == "server"
    assert handler.drops == 4


def test_a_mail_that_may_have_arrived_is_not_sent_again_at_once() -> None:
    handler = Handler(drop_at="data")
    with mail_server(handler) as port:
        smtp = channel(port)
        smtp.send(post(1))
        handler.drops = 1
        failed = failure(smtp, post(2))
        assert (failed.of, failed.reason) == ("server", "connection-lost")
        smtp.send(post(3))
        smtp.close()
    assert len(handler.received) == 3


def test_nobody_listens() -> None:
    failed = failure(channel(free_port(HOST, 0)), post())
    assert failed.of == "server"
    assert failed.reason == "server-unreachable: ConnectionRefusedError"


def test_a_server_that_never_answers() -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        failed = failure(channel(silent.getsockname()[1], timeout=0.2), post())
    assert (failed.of, failed.reason) == ("server", "timeout")


GREETINGS = [
    (b"421 4.3.2 too many connections\r\n", "server-refused-421"),
    (b"554 5.7.1 no service here\r\n", "server-refused-554"),
    (b"HTTP/1.1 400 Bad Request\r\n", "answer-not-understood"),
]


@pytest.mark.parametrize(("greeting", "reason"), GREETINGS)
def test_what_a_server_says_instead_of_a_welcome(greeting: bytes, reason: str) -> None:
    with speaking(greeting) as port:
        failed = failure(channel(port), post())
    assert (failed.of, failed.reason) == ("server", reason)


def test_an_answer_that_is_none() -> None:
    handler = Handler(rcpt_answers={TO: "hello to you too"})
    with mail_server(handler) as port:
        failed = failure(channel(port), post())
    assert (failed.of, failed.reason) == ("server", "answer-not-understood")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_login() -> None:
    handler = Handler()
    with mail_server(handler, **LOGIN) as port:
        right = channel(port, user="weerklank", password="secret")
        right.send(post())
        right.close()
        failed = failure(channel(port, user="weerklank", password="wrong"), post())
        unknown = failure(channel(port), post())
    assert failed.reason == "login-refused-535"
    assert unknown.of == failed.of == "server"
    assert len(handler.received) == 1


def test_a_server_without_a_login_is_named_as_that() -> None:
    with mail_server(Handler()) as port:
        failed = failure(channel(port, user="weerklank", password="secret"), post())
    assert (failed.of, failed.reason) == ("server", "login-not-offered")


def test_a_password_is_not_sent_in_the_clear_nor_shown() -> None:
    with pytest.raises(ValueError, match="starttls or tls"):
        Smtp("mail.example", 25, "none", "weerklank", "secret")
    assert "secret" not in repr(Smtp("mail.example", 25, "tls", "weerklank", "secret"))


def test_starttls_with_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    handler, (file, context) = Handler(), certificate(tmp_path)
    with mail_server(handler, tls_context=context) as port:
        failed = failure(channel(port, host="localhost", security="starttls"), post())
        assert failed.of == "server"
        assert failed.reason.startswith("certificate-not-trusted: self")
        trusting = ssl.create_default_context(cafile=str(file))
        smtp = channel(port, host="localhost", security="starttls", context=trusting)
        smtp.send(post())
        smtp.close()
    assert len(handler.received) == 1


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    file, context = certificate(tmp_path, "other.example")
    trusting = ssl.create_default_context(cafile=str(file))
    with mail_server(Handler(), tls_context=context) as port:
        smtp = channel(port, host="localhost", security="starttls", context=trusting)
        assert failure(smtp, post()).reason.startswith("certificate-not-trusted: Hostname mismatch")


def test_without_starttls_nothing_is_sent() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        failed = failure(channel(port, security="starttls"), post())
    assert failed.reason == "encryption-not-offered"
    assert not handler.received


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    handler, (file, context) = Handler(), certificate(tmp_path)
    with mail_server(handler, ssl_context=context, server_hostname="localhost") as port:
        trusting = ssl.create_default_context(cafile=str(file))
        smtp = channel(port, host="localhost", security="tls", context=trusting)
        smtp.send(post())
        smtp.close()
        untrusted = failure(channel(port, host="localhost", security="tls"), post())
    assert len(handler.received) == 1
    assert untrusted.reason.startswith("certificate-not-trusted")


def test_closing_twice_is_fine() -> None:
    with mail_server(Handler()) as port:
        smtp = channel(port)
        smtp.close()
        smtp.send(post())
    smtp.close()
    smtp.close()


def test_a_mail_is_handed_over_stage_by_stage() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        smtp = channel(port)
        stages = smtp.transmit(post())
        assert next(stages) is Stage.READY
        assert (handler.recipients, handler.received) == ([], [])
        assert next(stages) is Stage.LEFT
        assert next(stages, None) is None
        assert len(handler.received) == 1
        smtp.close()


def test_what_is_given_up_before_its_text_leaves_is_not_sent() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        smtp = channel(port)
        stages = smtp.transmit(post(1))
        assert next(stages) is Stage.READY
        stages.close()
        smtp.send(post(2))
        smtp.close()
    assert [b"notice-2@" in received for received in handler.received] == [True]
    assert len(handler.sessions) == 2  # nobody read the answer that was on its way


OTHER = "vakbond@deelnemer.example"


def announcing(port: int, following: Post, handler: Handler) -> Smtp:
    """A channel that sent one mail and then told the server whose turn will be next."""
    smtp = channel(port)
    smtp.send(post(1))
    smtp.announce(following)
    for _ in range(2):
        assert handler.announced.acquire(timeout=PATIENCE)
    return smtp


def test_the_envelope_of_the_next_mail_goes_ahead_of_its_turn() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        smtp = announcing(port, post(2, OTHER), handler)
        assert len(handler.received) == 1
        smtp.send(post(2, OTHER))
        smtp.close()
    assert handler.recipients == [[TO], [OTHER]]
    assert not handler.announced.acquire(blocking=False)  # it was not said twice


def test_what_was_announced_and_not_sent_goes_to_nobody() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        smtp = announcing(port, post(2, OTHER), handler)
        smtp.send(post(3))
        smtp.close()
    assert handler.recipients == [[TO], [TO]]
    assert len(handler.sessions) == 1


def test_goodbye_is_said_and_heard_after_an_announcement() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        announcing(port, post(2, OTHER), handler).close()
    assert (len(handler.received), handler.goodbyes) == (1, 1)


def test_whoever_was_announced_and_is_refused_hears_it_in_their_turn() -> None:
    handler = Handler(rcpt_answers={OTHER: "550 no such user here"})
    with mail_server(handler) as port:
        smtp = announcing(port, post(2, OTHER), handler)
        with pytest.raises(PermanentFailure, match="refused-550"):
            smtp.send(post(2, OTHER))
        smtp.send(post(3))
        smtp.close()
    assert handler.recipients == [[TO], [TO]]


def test_a_connection_that_closes_after_an_announcement_is_opened_again() -> None:
    handler = Handler()

    with mail_server(handler) as port:
        smtp = channel(port)
        smtp.send(post(1))
        handler.drop_at, handler.drops = "mail", 1
        smtp.announce(post(2, OTHER))
        smtp.send(post(2, OTHER))
        smtp.close()
    assert handler.recipients == [[TO], [OTHER]]
    assert len(handler.sessions) == 2


def test_an_address_cannot_say_a_command_of_its_own() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        smtp = channel(port)
        with pytest.raises(PermanentFailure):
            smtp.send(post(1, f"{TO}>\r\nRCPT TO:<{OTHER}"))
        smtp.send(post(2))
        smtp.close()
    assert handler.recipients == [[TO]]


def verp(number: int) -> Post:
    return replace(post(number), envelope=f"bounces+notice-{number}@weerklank.example")


def test_each_mail_leaves_from_a_sender_of_its_own() -> None:
    handler = Handler()
    with mail_server(handler) as port:
        smtp = channel(port)
        for number in range(3):
            smtp.send(verp(number))
        smtp.close()
    assert handler.senders == [f"bounces+notice-{number}@weerklank.example" for number in range(3)]
    assert len(handler.received) == 3


def test_a_server_that_takes_one_sender_alone_gets_that_one_and_loses_nothing() -> None:
    handler = Handler(only_sender="dialoog@weerklank.example")
    with mail_server(handler) as port:
        smtp = channel(port)
        for number in range(3):
            smtp.send(verp(number))
        smtp.close()
    assert len(handler.received) == 3
    assert handler.senders[1:] == ["dialoog@weerklank.example"] * 3


def test_a_server_that_refuses_our_sender_too_stops_the_round() -> None:
    handler = Handler(only_sender="somebody@else.example")
    with mail_server(handler) as port:
        failed = failure(channel(port), verp(1))
    assert (failed.of, failed.reason) == ("server", "sender-refused-553")


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("rahima@union.example", True),
        ("o'brien+dialoog@union.example", True),
        ('"a b"@union.example', True),
        ('"a>b\\""@union.example', True),
        ("a@[192.0.2.1]", True),
        ("a@b>\r\nRCPT TO:<c@d", False),
        ("a@b\nQUIT", False),
        ('"a\r\nQUIT"@b', False),
        ("a b@c", False),
        ("<a@b>", False),
        ("a@b> SIZE=1", False),
        ("a", False),
        ("a@b@c", False),
        ("", False),
    ],
)
def test_an_address_is_named_as_it_is_or_not_at_all(address: str, *, fits: bool) -> None:
    """Whatever Python's own library makes of it: that changes between patch releases."""
    from notifications.channels.smtp import _in_angles

    if fits:
        assert _in_angles(address) == f"<{address}>"
    else:
        with pytest.raises(ValueError, match=r"^'"):
            _in_angles(address)
