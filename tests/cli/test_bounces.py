"""Bounces that come back later, as an operator's mail server hands them over."""

import json
import re
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

from notifications.calendar.entries import uid_of
from tests.cli.conftest import ID, OPENED, UNION, Desk

pytestmark = pytest.mark.slow

LATER = "2020-12-12T09:00+01:00"
REPORT = """\
From: MAILER-DAEMON@mx.union.example
To: dialoog@klein.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

It could not be delivered.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.union.example

Final-Recipient: rfc822; {to}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{to}> no such mailbox

--cut
Content-Type: text/rfc822-headers

Message-ID: {name}

--cut--
"""


@pytest.fixture
def invitation(invited: Desk) -> Message:
    """The invitation that was accepted by the mail server."""
    return sole_invitation(invited)


@pytest.fixture
def with_entry(invited: Desk) -> Message:
    """The invitation of somebody at risk, who asked for the session in their calendar."""
    invited.act("change-contact", UNION["id"], stakeholder=UNION["id"], calendar=True)
    return sole_invitation(invited)


def sole_invitation(desk: Desk) -> Message:
    desk.good("deliver", "--now", OPENED)
    (file,) = (desk.folder / "mail" / UNION["email"] / "new").iterdir()
    return message_from_bytes(file.read_bytes())


def report(mail: Message, to: str = UNION["email"], action: str = "failed") -> str:
    return REPORT.format(to=to, action=action, name=mail["Message-ID"])


def undeliverable(desk: Desk) -> int:
    found = desk.good("journal", "show", ID)
    return found.count("notice-undeliverable")


def piped(desk: Desk, text: str) -> str:
    result = desk("bounces", "-", "--now", LATER, stdin=text)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_report_on_standard_input_is_recorded_once(invited: Desk, invitation: Message) -> None:
    assert "did not arrive: this is a fact now" in piped(invited, report(invitation))
    assert "this was known" in piped(invited, report(invitation))
    assert undeliverable(invited) == 1
    invited.good("deliver", "--now", LATER)
    told = (invited.folder / "mail" / "manager@klein.example" / "new").glob("*delivery-failed*")
    assert len(list(told)) == 1


def test_what_is_unknown_or_forged_changes_nothing_and_is_said(
    invited: Desk, invitation: Message
) -> None:
    forged = re.sub("notice-.{4}", "notice-0000", report(invitation))
    for text in (forged, report(invitation, to="somebody@else.example")):
        assert "names no mail of ours" in piped(invited, text)
    for text in ("Subject: I am away\n\nUntil Monday.\n", "", "\x00\n"):
        assert "is no report" in piped(invited, text)
    assert "tries again" in piped(invited, report(invitation, action="delayed"))
    assert undeliverable(invited) == 0


def test_an_address_that_passed_the_mail_on_is_known_by_the_header(
    invited: Desk, invitation: Message
) -> None:
    passed = report(invitation, to="rahima@home.example")
    whole = passed.replace("Message-ID:", f"To: Rahima <{UNION['email'].upper()}>\nMessage-ID:")
    assert "did not arrive" in piped(invited, whole)


@pytest.mark.parametrize("now_at", ["new@union.example", "rahima@ünion.example"])
def test_a_report_that_comes_after_the_address_was_corrected_counts(
    invited: Desk, invitation: Message, now_at: str
) -> None:
    moved = json.dumps({"stakeholder": UNION["id"], "email": now_at})
    step = ("act", ID, "change-contact", "--by", "manager", "--with", moved)
    invited.good(*step, "--now", "2020-12-11T09:00+01:00")
    assert "did not arrive: this is a fact now" in piped(invited, report(invitation))
    assert undeliverable(invited) == 1


def folder_with(folder: Path, *mails: str) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (folder / "new" / f"{number}.host").write_text(mail, encoding="utf-8")
    return folder


def test_a_maildir_is_read_and_what_is_not_ours_stays_unread(
    invited: Desk, invitation: Message
) -> None:
    box = folder_with(
        invited.folder / "back", report(invitation), "Subject: Hello\n\nHow are you?\n"
    )

    found = invited.json("bounces", str(box), "--now", LATER)

    assert (found["recorded"], found["no-report"], found["foreign"]) == (1, 1, 0)
    assert sorted(one.name.partition(":")[2] for one in (box / "cur").iterdir()) == ["2,", "2,S"]
    assert "No new mail" in invited.good("bounces", str(box), "--now", LATER)
    assert undeliverable(invited) == 1


def test_what_is_no_maildir_is_said(invited: Desk) -> None:
    assert "is no maildir" in invited.bad(2, "bounces", str(invited.folder))


ANSWER = """\
From: {sender}
To: bounces@klein.example
Subject: Accepted
MIME-Version: 1.0
Content-Type: text/calendar; method=REPLY; charset=utf-8

BEGIN:VCALENDAR
METHOD:REPLY
VERSION:2.0
PRODID:-//x//
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20261211T090000Z
ATTENDEE;PARTSTAT={said}:mailto:{guest}
END:VEVENT
END:VCALENDAR
"""


def entry_in(mail: Message) -> dict[str, str]:
    (part,) = (one for one in mail.walk() if one.get_content_type() == "text/calendar")
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    lines = data.decode().replace("\r\n ", "").splitlines()
    return {line.partition(":")[0].partition(";")[0]: line for line in lines}


def answer(entry: dict[str, str], said: str, guest: str = UNION["email"], **changes: str) -> str:
    uid = entry["UID"].partition(":")[2]
    return ANSWER.format(**{"uid": uid, "said": said, "guest": guest, "sender": guest, **changes})


def seat_of(desk: Desk) -> str:
    found = desk.json("status", ID)["dialogue"]["stakeholders"]
    return next(str(one["invitation"]) for one in found if one["id"] == UNION["id"])


def letters_to(desk: Desk, template: str) -> list[Message]:
    box = desk.folder / "mail" / UNION["email"] / "new"
    return [message_from_bytes(file.read_bytes()) for file in sorted(box.glob(f"*-{template}-*"))]


def test_calendars_answer_to_an_address_that_is_read(invited: Desk, with_entry: Message) -> None:
    organiser = entry_in(with_entry)["ORGANIZER"]
    assert organiser.endswith(":mailto:bounces@localhost")
    assert 'SENT-BY="mailto:weerklank@localhost"' in organiser


def test_a_yes_and_a_no_of_a_calendar_are_taken(invited: Desk, with_entry: Message) -> None:
    entry = entry_in(with_entry)
    assert "this counts as accepted" in piped(invited, answer(entry, "ACCEPTED"))
    assert "answered before" in piped(invited, answer(entry, "ACCEPTED"))
    assert "this counts as declined" in piped(invited, answer(entry, "DECLINED"))
    assert invited.good("journal", "show", ID).count("invitation-accepted") == 1
    invited.good("deliver", "--now", LATER)

    assert letters_to(invited, "invitation-accepted") == []
    (gone,) = letters_to(invited, "invitation-declined")
    cancelled = entry_in(gone)
    assert (cancelled["METHOD"], cancelled["UID"]) == ("METHOD:CANCEL", entry["UID"])
    assert cancelled["SEQUENCE"] == "SEQUENCE:1"

    assert "this counts as accepted" in piped(invited, answer(entry, "ACCEPTED"))
    invited.good("deliver", "--now", LATER)
    (again,) = letters_to(invited, "invitation-accepted")
    assert entry_in(again)["SEQUENCE"] == "SEQUENCE:2"


@pytest.mark.parametrize(
    ("said", "what"), [("ACCEPTED", "nothing changes"), ("DECLINED", "speak to them")]
)
def test_who_holds_a_role_changes_nothing_by_answering(invited: Desk, said: str, what: str) -> None:
    uid = uid_of(SimpleNamespace(id=ID), "sponsor")  # type: ignore[arg-type]
    text = answer({"UID": f"UID:{uid}"}, said, "sponsor@klein.example")
    assert what in piped(invited, text)
    assert "invitation-" not in invited.good("journal", "show", ID)


def test_a_maybe_is_no_answer_and_the_manager_hears_of_it(
    invited: Desk, with_entry: Message
) -> None:
    said = answer(entry_in(with_entry), "TENTATIVE")
    assert "the manager hears of it" in piped(invited, said)
    piped(invited, said)
    invited.good("deliver", "--now", LATER)
    box = invited.folder / "mail" / "manager@klein.example" / "new"
    assert len(list(box.glob("*calendar-maybe*"))) == 1
    assert "invitation-accepted" not in invited.good("journal", "show", ID)


@pytest.mark.parametrize(
    "changes", [{"uid": "x@weerklank"}, {"guest": "eve@x.example", "sender": "eve@x.example"}]
)
def test_an_answer_to_another_entry_or_by_another_changes_nothing(
    invited: Desk, with_entry: Message, changes: dict[str, str]
) -> None:
    said = answer(entry_in(with_entry), "ACCEPTED", **changes)
    assert "names no mail of ours" in piped(invited, said)
    assert "invitation-accepted" not in invited.good("journal", "show", ID)


def test_who_is_cancelled_with_the_dialogue_after_a_no_hears_it_once(
    invited: Desk, with_entry: Message
) -> None:
    piped(invited, answer(entry_in(with_entry), "DECLINED"))
    given = json.dumps({"reason": "The company was sold."})
    step = ("act", ID, "cancel-dialogue", "--by", "manager", "--with", given, "--now", LATER)
    invited.good(*step)
    invited.good("deliver", "--now", LATER)
    methods = [
        entry_in(mail)["METHOD"]
        for template in ("invitation-declined", "dialogue-cancelled")
        for mail in letters_to(invited, template)
        if "text/calendar" in {part.get_content_type() for part in mail.walk()}
    ]
    assert methods == ["METHOD:CANCEL"]


def test_what_nobody_understands_waits_for_a_person(invited: Desk, invitation: Message) -> None:
    name = str(invitation["Message-ID"]).strip("<>").partition("@")[0]
    odd = (
        f"Return-Path: <>\nFrom: postmaster@x.example\nTo: bounces+{name}@localhost\n"
        "Subject: Your mail\n\nIt was quarantined, perhaps rejected.\n"
    )
    assert "a person must read" in piped(invited, odd)
    piped(invited, odd)
    assert invited.good("journal", "show", ID).count("report-unread") == 1
    (row,) = invited.json("bounces", "--unread")["unread"]
    assert (row["to"], row["template"]) == (UNION["id"], "invitation")
    assert "a person must read" in invited("doctor").output
    invited.good("bounces", "--record", str(row["id"]), "--now", LATER)
    assert undeliverable(invited) == 1
    assert invited.json("bounces", "--unread")["unread"] == []


def test_what_came_back_may_mean_nothing(invited: Desk, invitation: Message) -> None:
    name = str(invitation["Message-ID"]).strip("<>").partition("@")[0]
    odd = (
        f"Return-Path: <>\nFrom: postmaster@x.example\nTo: bounces+{name}@localhost\n"
        "Subject: Your mail\n\nIt was quarantined, perhaps rejected.\n"
    )
    piped(invited, odd)
    (row,) = invited.json("bounces", "--unread")["unread"]
    assert "counts as arrived" in invited.good("bounces", "--nothing", str(row["id"]))
    assert "waits for nobody" in invited.good("bounces", "--nothing", str(row["id"]))
    assert invited.json("bounces", "--unread")["unread"] == []
    assert invited.good("journal", "show", ID).count("report-looked-at") == 1
    assert undeliverable(invited) == 0


def test_a_message_arrived_or_it_did_not(invited: Desk, invitation: Message) -> None:
    assert invitation
    said = invited.bad(2, "bounces", "--nothing", "1", "--record", "1")
    assert "it did not" in said
    assert undeliverable(invited) == 0
