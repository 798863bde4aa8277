"""Delivery reports as mail servers write them."""

from textwrap import dedent

import pytest

from notifications.inbound.bounces import Bounce, read_bounces

REPORT = dedent("""\
    Return-Path: <>
    From: MAILER-DAEMON@mail.example (Mail Delivery System)
    To: dialoog@weerklank.example
    Subject: Undelivered Mail Returned to Sender
    MIME-Version: 1.0
    Auto-Submitted: auto-replied
    Content-Type: multipart/report; report-type=delivery-status; boundary="B"

    --B
    Content-Type: text/plain; charset=us-ascii

    I'm sorry to have to inform you that your message could not be delivered.

    --B
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mail.example
    Arrival-Date: Fri,  9 Sep 2022 08:00:01 +0200 (CEST)

    Final-Recipient: rfc822; ngo@deelnemer.example
    Original-Recipient: rfc822;ngo@deelnemer.example
    Action: failed
    Status: 5.1.1
    Remote-MTA: dns; mx.deelnemer.example
    Diagnostic-Code: smtp; 550 5.1.1 <ngo@deelnemer.example>:
        Recipient address rejected: User unknown

    --B
    Content-Type: message/rfc822

    From: Weerklank <dialoog@weerklank.example>
    To: ngo@deelnemer.example
    Message-ID: <notice-12@weerklank.example>
    Subject: Ons antwoord aan u is te laat

    Beste Nora,
    --B--
    """)


def test_a_report_names_the_mail_and_the_reason() -> None:
    assert read_bounces(REPORT.encode()) == [
        Bounce(
            message_id="notice-12@weerklank.example",
            recipient="ngo@deelnemer.example",
            permanent=True,
            status="5.1.1",
            diagnostic="550 5.1.1 <ngo@deelnemer.example>: Recipient address rejected: User unknown",
            written_to="ngo@deelnemer.example",
        )
    ]


def test_headers_alone_are_enough() -> None:
    raw = REPORT.replace("Content-Type: message/rfc822", "Content-Type: text/rfc822-headers")
    [bounce] = read_bounces(raw.encode())
    assert bounce.message_id == "notice-12@weerklank.example"


NESTED = """\
Content-Type: multipart/related; boundary="C"

--C
Content-Type: multipart/alternative; boundary="D"

--D
Content-Type: text/html; charset="utf-8"

<p>Address not found</p>
--D--
--C--"""
HABITS = {
    "Exchange, Gmail": ("Content-Type: text/plain; charset=us-ascii", NESTED),
    "Exim": (
        "Action: failed\nStatus: 5.1.1\nRemote-MTA",
        "Status: 5.1.1\nAction: failed\nRemote-MTA",
    ),
    "Sendmail": ("Final-Recipient: rfc822; ngo@", "Final-Recipient: RFC822; NGO@"),
    "no original recipient": ("Original-Recipient: rfc822;ngo@deelnemer.example\n", ""),
}


@pytest.mark.parametrize(("usual", "own"), HABITS.values(), ids=HABITS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_servers_have_their_own_habits(usual: str, own: str, end: str) -> None:
    assert usual in REPORT
    raw = REPORT.replace(usual, own).replace("\n", end)
    [bounce] = read_bounces(raw.encode())
    assert bounce.recipient.lower() == "ngo@deelnemer.example"
    assert (bounce.message_id, bounce.code) == ("notice-12@weerklank.example", "bounced-5.1.1")


@pytest.mark.parametrize(
    ("action", "status", "permanent"),
    [("failed", "5.2.2", True), ("failed", "4.4.7", True), ("delayed", "4.4.1", False)],
)
def test_for_good_or_not(action: str, status: str, permanent: bool) -> None:
    raw = REPORT.replace("Action: failed", f"Action: {action}")
    [bounce] = read_bounces(raw.replace("Status: 5.1.1", f"Status: {status}").encode())
    assert (bounce.permanent, bounce.status) == (permanent, status)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_success_is_no_bounce(action: str) -> None:
    assert read_bounces(REPORT.replace("Action: failed", f"Action: {action}").encode()) == []


def test_other_mail_is_no_bounce() -> None:
    assert read_bounces(b"Subject: Afwezig\n\nIk ben er niet.\n") == []
    assert read_bounces(b"") == []
    empty = REPORT.replace("message/delivery-status", "text/plain")
    assert read_bounces(empty.encode()) == []


def test_a_report_without_the_mail_has_no_id() -> None:
    raw = REPORT.replace("Message-ID: <notice-12@weerklank.example>\n", "")
    [bounce] = read_bounces(raw.encode())
    assert bounce.message_id is None


def test_several_recipients() -> None:
    second = "\nFinal-Recipient: rfc822; other@deelnemer.example\nAction: failed\nStatus: 5.0.0\n"
    mail = "\n--B\nContent-Type: message/rfc822"
    raw = REPORT.replace(mail, second + mail)
    found = read_bounces(raw.encode())
    assert [bounce.recipient for bounce in found] == [
        "ngo@deelnemer.example",
        "other@deelnemer.example",
    ]
    assert found[1].diagnostic == ""


COPY = """
Return-Path: <dialoog@weerklank.example>
From: Weerklank <dialoog@weerklank.example>
To: Campagne <ngo@deelnemer.example>
Message-ID: <notice-12@weerklank.example>
Subject: A message for you

The text.
--- A line of the text.
"""
QMAIL = """\
From: MAILER-DAEMON@qmail.example
To: dialoog@weerklank.example
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ngo@deelnemer.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
"""
EXIM = """\
X-Failed-Recipients: ngo@deelnemer.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: dialoog@weerklank.example
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ngo@deelnemer.example
    Unrouteable address

------ This is a copy of the message, including all the headers. ------
"""


@pytest.mark.parametrize(("words", "code"), [(QMAIL, "bounced-5.1.1"), (EXIM, "bounced")])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_report_in_words(words: str, code: str, end: str) -> None:
    [bounce] = read_bounces((words + COPY).replace("\n", end).encode())
    assert (bounce.message_id, bounce.recipient) == (
        "notice-12@weerklank.example",
        "ngo@deelnemer.example",
    )
    assert bounce.permanent
    assert bounce.code == code
    assert bounce.written_to == "Campagne <ngo@deelnemer.example>"


EXIM_WAITS = EXIM.replace("X-Failed-Recipients: ngo@deelnemer.example\n", "").replace(
    "failed: returning message to sender", "delayed 24 hours"
)
AWAY = QMAIL.replace("Hi. This is the qmail-send program", "I am away until 1 May")


@pytest.mark.parametrize("words", [EXIM_WAITS, AWAY])
def test_words_that_report_no_failure(words: str) -> None:
    assert read_bounces((words + COPY).encode()) == []
