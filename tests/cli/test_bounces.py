"""Bounces that come back later, as an operator's mail server hands them over."""

import json
import re
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from tests.cli.conftest import ID, OPENED, UNION, Desk

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
    invited.good("deliver", "--now", OPENED)
    (file,) = (invited.folder / "mail" / UNION["email"] / "new").iterdir()
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


@pytest.mark.parametrize("now_at", ["new@union.example", "rahimá@union.example"])
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
