"""What calendars answer, as programs of several makes write it."""

from base64 import encodebytes
from quopri import encodestring
from textwrap import dedent

import pytest

from notifications.calendar.itip_replies import Reply, read_replies

CALENDAR = dedent("""\
    BEGIN:VCALENDAR
    PRODID:-//Somebody//EN
    VERSION:2.0
    METHOD:{method}
    BEGIN:VEVENT
    UID:0123@weerklank
    SEQUENCE:0
    DTSTAMP:20220901T080000Z
    DTSTART:20220616T110000Z
    ATTENDEE;{before}PARTSTAT={answer}{after}:{address}
    END:VEVENT
    END:VCALENDAR
    """)


def calendar(answer: str, method: str = "REPLY", **changes: str) -> str:
    given = {"before": "", "after": "", "address": "mailto:ana@w.example", **changes}
    return CALENDAR.format(answer=answer, method=method, **given)


def mail(
    kind: str, body: str, encoding: str = "7bit", outer: str = "multipart/alternative"
) -> bytes:
    return (
        f"From: Ana <ana@w.example>\nTo: bounces@merk.example\nSubject: Accepted: Dialogue\n"
        f'Content-Type: {outer}; boundary="B"\n\n--B\nContent-Type: text/plain\n\nAna said yes.\n\n'
        f"--B\nContent-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{body}\n--B--\n"
    ).encode()


def in_base64(text: str) -> str:
    return encodebytes(text.replace("\n", "\r\n").encode()).decode()


SHAPES = {
    "plain": mail("text/calendar; method=REPLY", calendar("ACCEPTED")),
    "outlook": mail(
        'text/calendar; charset="utf-8"; method=REPLY',
        in_base64(calendar("ACCEPTED", before="", after=';CN="Ana, of W"')),
        "base64",
    ),
    "google": mail(
        'application/ics; name="invite.ics"',
        in_base64(
            calendar("ACCEPTED", before="CUTYPE=INDIVIDUAL;", after=";CN=ana@w.example;X-NUM-GUESTS=0")
        ),
        "base64",
        "multipart/mixed",
    ),
    "apple": mail(
        "text/calendar; charset=utf-8; method=REPLY; name=iMIPReply.ics",
        calendar("ACCEPTED", after=';CN="Ana";EMAIL="ana@w.example"', address="MAILTO:ana@w.example"),
        outer="multipart/mixed",
    ),
    "mark of order": mail(
        "text/calendar; charset=utf-8; method=REPLY",
        in_base64("\ufeff" + calendar("ACCEPTED")),
        "base64",
    ),
    "two bytes a sign": mail(
        "text/calendar; charset=utf-16; method=REPLY",
        encodebytes(calendar("ACCEPTED").encode("utf-16")).decode(),
        "base64",
    ),
    "method of the part": mail(
        "text/calendar; method=reply", calendar("ACCEPTED").replace("METHOD:REPLY\n", "")
    ),
    "phone": mail(
        "text/calendar; method=REPLY",
        encodestring(calendar("ACCEPTED").encode(), quotetabs=True).decode(),
        "quoted-printable",
    ),
    "alone": (
        "From: ana@w.example\nContent-Type: text/calendar; method=REPLY\n\n" + calendar("ACCEPTED")
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_yes_is_read_in_every_shape(shape: str) -> None:
    assert read_replies(SHAPES[shape]) == [
        Reply("0123@weerklank", ("ana@w.example", "ana@w.example"), "yes")
    ]


@pytest.mark.parametrize(
    ("said", "answer"), [("DECLINED", "no"), ("TENTATIVE", "maybe"), ("DELEGATED", "maybe")]
)
def test_what_each_answer_means(said: str, answer: str) -> None:
    [reply] = read_replies(mail("text/calendar", calendar(said)))
    assert reply.answer == answer


@pytest.mark.parametrize("said", ["DECLINED", "TENTATIVE", "ACCEPTED", "NEEDS-ACTION"])
def test_another_time_is_neither_yes_nor_no(said: str) -> None:
    [reply] = read_replies(mail("text/calendar", calendar(said, method="COUNTER")))
    assert reply.answer == "maybe"


def test_the_remark_beside_it_is_kept() -> None:
    body = calendar("DECLINED").replace("END:VEVENT", "COMMENT:Ik heb dan examen.\nEND:VEVENT")
    [reply] = read_replies(mail("text/calendar", body))
    assert reply.said == "Ik heb dan examen."


@pytest.mark.parametrize(
    "raw",
    [
        mail("text/calendar", calendar("ACCEPTED", method="REQUEST")),
        mail("text/calendar", calendar("NEEDS-ACTION")),
        mail("text/calendar", "BEGIN:VCALENDAR\nrubbish"),
        b"Subject: hello\n\nHow are you?\n",
        b"",
        b"\x00\xff",
    ],
)
def test_what_is_no_answer_is_none(raw: bytes) -> None:
    assert read_replies(raw) == []
