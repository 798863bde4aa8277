"""The session moves by two weeks after reminders went out: open duties follow, what was sent stays."""

import pytest

from tests.journeys.lives import (
    NGO,
    SUPPLIER,
    UNION,
    Row,
    Seen,
    act,
    live,
    outcome_of,
    played,
    small,
    without,
)

MOVED = "2022-05-24T10:00"  # after the -5wd reminder of 19 May, before the -1wd of 25 May
MOVE = act(
    MOVED, "manager", "reschedule-session", to="2022-06-30T13:00", reason="Zaal niet beschikbaar."
)
SILENT = SUPPLIER["id"]
ANSWER = f"answer-invitation/{SILENT}"


def _life(until: str) -> Row:
    acts = [one for one in without(played("gathering"), by=SILENT) if one["do"] != "open-session"]
    return small([*acts, MOVE], until=until)


@pytest.fixture(scope="module")
def seen() -> Seen:
    """The session goes from 16 to 30 June."""
    return outcome_of(_life("2022-06-29T00:00"))


def test_open_duties_get_a_new_instant_and_a_new_version(seen: Seen) -> None:
    duty = seen.duty(ANSWER)
    assert (duty["due"], duty["version"]) == ("2022-06-09T22:00:00Z", 2)
    (moved,) = seen.facts("duty-rescheduled", subject=ANSWER)
    assert moved["at"] == "2022-05-24T08:00:00Z"


def test_what_was_done_already_stays_as_it_was(seen: Seen) -> None:
    duty = seen.duty("approve-analysis")
    assert (duty["due"], duty["version"], duty["status"]) == ("2022-02-10T23:00:00Z", 1, "met")


def test_sent_reminders_stay_and_the_new_version_has_its_own(seen: Seen) -> None:
    reminders = [
        (row["version"], row["rung"], row["at"], row["status"]) for row in seen.rungs(duty=ANSWER)
    ]
    assert reminders == [
        (1, "-5wd", "2022-05-19T06:00:00Z", "sent"),
        (2, "-5wd", "2022-06-01T06:00:00Z", "sent"),  # Whit Monday, 6 June, is skipped
        (2, "-1wd", "2022-06-08T06:00:00Z", "sent"),
    ]


def test_everyone_invited_is_told_the_old_and_the_new_date_with_a_calendar_entry() -> None:
    with live(_life("2022-05-25T00:00")) as seen:
        told = {row["to"] for row in seen.notices(template="session-moved")}
        assert {NGO["id"], UNION["id"], SILENT} <= told
        mails = [post for post in seen.life.sent if post.template == "session-moved"]
    assert {mail.discreet for mail in mails} == {True, False}
    for mail in mails:
        if mail.discreet:
            assert (
                mail.calendar is None
            )  # who is at risk asks for it first; the page says the dates
            continue
        assert mail.calendar is not None
        assert b"SEQUENCE:1" in mail.calendar.data
        assert "16" in mail.text
        assert "30" in mail.text


def test_the_promised_day_moves_along_before_a_debt_is_open() -> None:
    acts = [*played("gathering")[:-1], MOVE, act("2022-06-30T13:00", "manager", "open-session")]
    spoken = act(
        "2022-06-30T14:00",
        "moderator",
        "record-contribution",
        id="c1",
        stakeholder=NGO["id"],
        attribution="named",
        text="Loon.",
    )
    seen = outcome_of(small([*acts, spoken], until="2022-07-01T00:00"))
    assert seen.refused == []
    assert seen.duty(f"answer-participant/{NGO['id']}")["first_due"] == "2022-09-22T22:00:00Z"


def test_the_manager_may_name_another_promised_day() -> None:
    move = act(
        MOVED,
        "manager",
        "reschedule-session",
        to="2022-06-30T13:00",
        reason="Zaal.",
        feedback_by="2022-09-15",
    )
    acts = [*played("gathering")[:-1], move, act("2022-06-30T13:00", "manager", "open-session")]
    spoken = act(
        "2022-06-30T14:00",
        "moderator",
        "record-contribution",
        id="c1",
        stakeholder=NGO["id"],
        attribution="named",
        text="Loon.",
    )
    seen = outcome_of(small([*acts, spoken], until="2022-07-01T00:00"))
    assert seen.duty(f"answer-participant/{NGO['id']}")["due"] == "2022-09-15T22:00:00Z"


def test_unsent_notices_of_the_old_version_are_withdrawn() -> None:
    with live(small(list(_life("")["acts"])[:-1], until="2022-05-23T00:00")) as seen:
        life = seen.life
        life.house.sweep(life.moment("2022-05-25T08:00"))  # written, not delivered
        life.act(MOVE, life.moment("2022-05-25T08:01"))
        life.deliver()
        rows = Seen(life.view(), life).rungs(duty=ANSWER, version=1)
    assert [(row["rung"], row["status"]) for row in rows] == [
        ("-5wd", "sent"),
        ("-1wd", "withdrawn"),
    ]


def test_once_a_debt_is_open_its_first_promise_stands() -> None:
    acts = [
        *played("session")[:-1],
        act(
            "2022-06-22T09:00",
            "manager",
            "postpone",
            duty="answer-participant/ngo-nl",
            to="2022-09-22",
            reason="Zaal.",
        ),
    ]
    duty = outcome_of(small(acts, until="2022-06-23T00:00")).duty("answer-participant/ngo-nl")
    assert (duty["first_due"], duty["due"], duty["version"]) == (
        "2022-09-08T22:00:00Z",
        "2022-09-22T22:00:00Z",
        2,
    )
