"""What comes back to the address that our mails leave from, in the dialects of many servers."""

import csv
import os
from collections import defaultdict
from pathlib import Path
from textwrap import dedent

import pytest

from notifications.inbound.returned_mail import Returned, read_returned

NAME = "notice-0123456789abcdef0123456789abcdef"
PLACES = ("../corpora/bounces", "../shared/corpora/bounces")
NO_FAILURE = {"none", "feedback", "delivered"}


def mail(body: str, **headers: str) -> bytes:
    """A mail from a mail server that came back to the address from which our letter left."""
    lines = {
        "Return-Path": "<>",
        "From": "MAILER-DAEMON@mx.example",
        "To": f"bounces+{NAME}@merk.example",
        "Subject": "Delivery failure",
        "MIME-Version": "1.0",
    }
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    top = "".join(f"{key}: {value}\n" for key, value in (lines | named).items() if value)
    return f"{top}\n{dedent(body)}".encode()


def parts(*bodies: str, kind: str = "multipart/mixed") -> tuple[str, str]:
    """The type and the body of a mail with parts, each with its own headers."""
    cut = "".join(f"--cut\n{dedent(body).strip()}\n\n" for body in bodies)
    return f'{kind}; boundary="cut"', f"{cut}--cut--\n"


STATUS = """\
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.example

    Final-Recipient: rfc822; ana@w.example
    Action: failed
    Status: 5.1.1
    Diagnostic-Code: smtp; 550 5.1.1 no such mailbox
    """
COPY = """\
    Content-Type: message/rfc822

    Message-ID: <other@relay.example>
    To: ana@w.example
    Subject: x

    body
    """
WORDS = "Content-Type: text/plain\n\n{}\n"


def report(
    status: str = STATUS, copy: str = COPY, kind: str = "multipart/report", **headers: str
) -> bytes:
    shape, body = parts(WORDS.format("It failed."), status, copy, kind=kind)
    return mail(body, Content_Type=shape, **headers)


NOWHERE = {"To": "dialoog@merk.example"}
WHERE = {
    "the envelope": {},
    "where it was delivered to": {**NOWHERE, "Delivered_To": f"bounces+{NAME}@merk.example"},
    "in capitals": {"To": f"BOUNCES+{NAME.upper()}@MERK.EXAMPLE"},
    "in reply to": {**NOWHERE, "In_Reply_To": f"<{NAME}@merk.example>"},
    "references": {**NOWHERE, "References": f"<root@x.example> <{NAME}@merk.example>"},
}


@pytest.mark.parametrize("where", WHERE)
def test_whose_mail_it_was_is_found_in_the_headers(where: str) -> None:
    assert read_returned(report(**WHERE[where])).names == (NAME,)


@pytest.mark.parametrize(
    "line",
    [
        f"Reporting-MTA: dns; mx.example\n    X-Original-Message-ID: <{NAME}@merk.example>",
        f"Reporting-MTA: dns; mx.example\n    Original-Envelope-Id: {NAME}",
    ],
)
def test_whose_mail_it_was_is_found_among_the_fields(line: str) -> None:
    told = STATUS.replace("Reporting-MTA: dns; mx.example", line)
    assert read_returned(report(told, **NOWHERE)).names == (NAME,)


def test_our_own_mark_is_found_where_a_service_gave_another_message_id() -> None:
    marked = COPY.replace("Subject: x", f"X-Weerklank-Letter: {NAME}\n    Subject: x")
    found = read_returned(report(copy=marked, **NOWHERE))
    assert (found.names, found.sure) == ((NAME,), True)


def test_our_mark_is_found_in_an_encoded_part() -> None:
    from base64 import encodebytes

    hidden = encodebytes(f"Message-ID: <{NAME}@merk.example>\nSubject: x\n".encode()).decode()
    part = f"Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n{hidden}"
    assert read_returned(report(copy=part, **NOWHERE)).names == (NAME,)


def test_without_our_mark_there_is_no_name() -> None:
    assert read_returned(report(**NOWHERE)).names == ()


def outcome(raw: bytes) -> tuple[str, str]:
    found = read_returned(raw)
    return found.kind, found.status


def test_the_fields_are_read_in_a_report_of_another_kind() -> None:
    assert outcome(report(kind="multipart/mixed")) == ("failed", "5.1.1")
    as_text = STATUS.replace("message/delivery-status", "text/plain")
    assert outcome(report(as_text, kind="multipart/mixed")) == ("failed", "5.1.1")


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("", "5.1.1", "failed"), ("", "4.4.1", "passing"), ("", "2.1.5", "none"), ("failed", "4.4.7", "failed"),
        ("expired", "", "failed"), ("delayed", "4.4.1", "passing"), ("delayed", "4.4.7", "failed"),
        ("delivered", "2.0.0", "none"), ("relayed", "2.0.0", "none"), ("expanded", "2.0.0", "none"),
    ],
)  # fmt: skip
def test_what_each_action_means(action: str, status: str, kind: str) -> None:
    told = STATUS.replace("    Action: failed\n", f"    Action: {action}\n" if action else "")
    told = told.replace("Status: 5.1.1", f"Status: {status}").replace("550 5.1.1", "550")
    assert read_returned(report(told)).kind == kind


DIALECTS = {
    "opensmtpd": """\
        Hi!

        This is the MAILER-DAEMON, please DO NOT REPLY to this email.

            ana@w.example: 550 5.1.1 <ana@w.example>... User unknown

        Below is a copy of the original message:

        Received: from localhost
        Subject: Answer
        Message-ID: <x@merk.example>
        """,
    "yahoo": """\
        Sorry, we were unable to deliver your message to the following address.

        <ana@w.example>:
        Remote host said: 550 5.1.1 User unknown [RCPT_TO]

        --- Below this line is a copy of the message.

        Return-Path: <bounces@merk.example>
        Subject: Answer
        """,
    "dma": """\
        This is the DragonFly Mail Agent v0.13 at df.example.

        There was an error delivering your mail to <ana@w.example>.

        w.example [192.0.2.25] did not like our RCPT TO:
        550 5.1.1 <ana@w.example>: Recipient address rejected: User unknown

        Original message follows.

        Return-Path: <bounces@merk.example>
        Subject: Answer
        """,
    "exchange-2003": """\
        Your message

          To:      ana@w.example
          Subject: Answer
          Sent:    Fri, 29 Apr 2022 23:34:45 +0900

        did not reach the following recipient(s):

        ana@w.example on Fri, 29 Apr 2022 23:34:50 +0900
            The recipient name is not recognized
        """,
    "notes": """\
        ------- Failure Reasons  --------

        User not listed in public Name & Address Book
        ana@w.example

        ------- Returned Message --------

        Received: from mail.merk.example
        Subject: Answer
        Delivery failure report: it could not be delivered
        """,
    "workmail": """\
        Technical report: could not be delivered to ana@w.example

        Diagnostic: smtp; 550 5.1.1 RESOLVER.ADR.RecipNotFound; not found

        Original message headers:

        Received: from mail.merk.example
        Subject: Answer
        """,
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mixed", [False, True])
def test_words_of_servers_that_write_no_fields(dialect: str, mixed: bool) -> None:
    words = dedent(DIALECTS[dialect])
    if mixed:
        shape, body = parts(WORDS.format(words))
        raw = mail(body, Content_Type=shape)
    else:
        raw = mail(words, Content_Type="text/plain")
    assert read_returned(raw).kind == "failed"


def test_amazon_tells_in_json() -> None:
    bounce = (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":'
        '[{"emailAddress":"ana@w.example","status":"5.1.1"}]},"mail":{"source":"%s"}}'
    )
    raw = mail(
        bounce % f"bounces+{NAME}@merk.example", From="no-reply@sns.amazonaws.com", Return_Path=""
    )
    assert read_returned(raw) == Returned(
        "failed", (NAME,), sure=True, recipients=("ana@w.example",), status="5.1.1"
    )
    delivered = raw.replace(b'"Bounce"', b'"Delivery"')
    assert read_returned(delivered).kind == "none"


def test_an_address_on_the_internet_is_no_status() -> None:
    words = DIALECTS["dma"].replace("5.1.1 ", "").replace("192.0.2.25", "5.1.1.20 and 10.5.1.1")
    assert outcome(mail(words)) == ("failed", "")


NOT_FAILED = {
    "away": mail(
        "I am away until May 5.",
        From="ana@w.example",
        Subject="Automatic reply: x",
        Auto_Submitted="auto-replied",
    ),
    "away, from nobody": mail("Ik ben er niet.", From="ana@w.example", Subject="Afwezig"),
    "a person": mail(
        "Thank you, I will come.", From="ana@w.example", Return_Path="<ana@w.example>"
    ),
    "a person who forwards a failure": mail(
        "> 550 user unknown", From="ana@w.example", Return_Path="<ana@w.example>"
    ),
    "a complaint": mail(
        parts("Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n", COPY)[1],
        Content_Type='multipart/report; report-type=feedback-report; boundary="cut"',
    ),
    "read": mail(
        parts(
            "Content-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n"
        )[1],
        Content_Type='multipart/report; report-type=disposition-notification; boundary="cut"',
    ),
    "nothing": b"",
    "noise": b"\x00\xff\x00",
}


@pytest.mark.parametrize("what", NOT_FAILED)
def test_what_is_no_failure_is_none(what: str) -> None:
    assert read_returned(NOT_FAILED[what]).kind == "none"


def test_what_a_machine_says_and_nobody_understands_is_for_a_person() -> None:
    assert read_returned(mail("Your message was quarantined, perhaps rejected.")).kind == "unread"


@pytest.mark.parametrize("planted", ["envelope", "mark"])
def test_real_failures_are_recorded_and_nothing_else_is(planted: str) -> None:
    """Half a public corpus, where it lies beside the checkout: 95 % of the failures, none of the others."""
    rows, folder = _corpus()
    failures = [name for name, reasons in rows.items() if not reasons <= NO_FAILURE]
    read = {name: read_returned(_planted((folder / name).read_bytes(), planted)) for name in rows}
    recorded = [
        name for name in failures if read[name].kind == "failed" and read[name].names == (NAME,)
    ]
    wrong = [name for name in rows if name not in failures and read[name].kind == "failed"]
    assert wrong == []
    assert len(recorded) >= 0.95 * len(failures), sorted(set(failures) - set(recorded))


def _corpus() -> tuple[dict[str, set[str]], Path]:
    root = Path(__file__).parents[2]
    places = [os.environ.get("TESTS_BOUNCES", ""), *(str(root / place) for place in PLACES)]
    folder = next(
        (Path(place) for place in places if place and Path(place, "EXPECTED.tsv").exists()), None
    )
    if folder is None:
        pytest.skip("the corpus of bounces is not beside this checkout")
    rows: dict[str, set[str]] = defaultdict(set)
    with (folder / "EXPECTED.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            rows[row["file"]].add(row["reason"])
    return rows, folder


def _planted(raw: bytes, how: str) -> bytes:
    """The mail as it had come back had ours been sent: to our envelope sender, or with our mark among its words."""
    if how == "envelope":
        return f"Delivered-To: bounces+{NAME}@merk.example\n".encode() + raw
    return f"References: <{NAME}@merk.example>\n".encode() + raw
