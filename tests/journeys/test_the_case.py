"""The case of 2022, played with all its dates: what happened then is what the system shows now."""

from collections import Counter

import pytest

from records.journal.journal import verify
from tests.journeys.lives import Seen, live, the_case

SEPTEMBER_9 = "2022-09-09T06:00:00Z"  # 08:00 in Amsterdam
SEPTEMBER_15 = "2022-09-15T06:00:00Z"
SEPTEMBER_22 = "2022-09-22T06:00:00Z"
PROMISE = "2022-09-08T22:00:00Z"  # the end of 8 September in Amsterdam
DEBT = "answer-participant"
LATE = ["belegger", "onderzoeker", "sealed-1", "werknemer"]
IN_TIME = ["ngo-kinderrechten", "ngo-kritisch"]
CASE = "kledingmerk-2022"


@pytest.fixture(scope="module")
def case() -> Seen:
    """The case, lived once for all its tests."""
    with live(the_case()) as seen:
        return seen


def _days(late: Seen) -> dict[str, int]:
    return {row["for"]: row["late_days"] for row in late.duties(kind=DEBT)}


def test_approval_is_refused_once_and_says_which_checks_are_not_met(case: Seen) -> None:
    first, *rest = case.refused
    assert rest == []
    assert (first["at"], first["do"], first["by"]) == (
        "2022-02-01T09:00:00Z",
        "approve-analysis",
        "manager",
    )
    assert "home-share" in first["why"]
    assert "10 of 12" in first["why"]
    assert "affected-represented" in first["why"]


def test_the_overrides_are_facts_and_the_analysis_passes_after_them(case: Seen) -> None:
    february = [
        fact["subject"] for fact in case.facts("check-overridden") if fact["at"] < "2022-03"
    ]
    assert february == ["home-share", "affected-represented"]
    entered = case.facts("phase-entered", dialogue=CASE)
    assert [fact["detail"]["phase"] for fact in entered] == [
        "stakeholder_analysis",
        "expectation_gathering",
        "session",
        "strategy_update",
        "feedback",
        "closed",
    ]
    assert entered[1]["at"] == "2022-02-03T10:10:00Z"


def test_the_customers_silence_is_recorded_after_two_reminders(case: Seen) -> None:
    reminders = case.rungs(to="klant", kind="answer-invitation")
    assert [(row["rung"], row["at"]) for row in reminders] == [
        ("-5wd", "2022-05-19T06:00:00Z"),
        ("-1wd", "2022-05-25T06:00:00Z"),
    ]
    (silence,) = case.facts("no-answer-recorded", subject="answer-invitation/klant")
    assert silence["at"] == "2022-05-26T22:00:00Z"
    duty = case.duty("answer-invitation/klant")
    assert (duty["status"], duty["late_days"]) == ("no-answer", 0)
    assert [row for row in case.notices(to="klant") if row["at"] > silence["at"]] == []


def test_six_debts_open_with_the_first_contribution_of_each(case: Seen) -> None:
    debts = case.duties(kind=DEBT)
    assert sorted(row["for"] for row in debts) == sorted(LATE + IN_TIME)
    assert {row["first_due"] for row in debts} == {PROMISE}
    opened = case.facts("duty-opened", dialogue=CASE)
    first = next(fact for fact in opened if fact["subject"] == f"{DEBT}/ngo-kritisch")
    assert first["at"] == "2022-06-16T12:00:00Z"


def test_two_debts_are_met_in_time_and_four_lapse(case: Seen) -> None:
    statuses = {row["for"]: row["status"] for row in case.duties(kind=DEBT)}
    assert [who for who, status in sorted(statuses.items()) if status == "met"] == IN_TIME
    assert [who for who, status in sorted(statuses.items()) if status == "met-late"] == LATE
    lapses = case.facts("duty-lapsed", at=PROMISE)
    assert sorted(fact["subject"] for fact in lapses) == [f"{DEBT}/{who}" for who in LATE]


def test_the_manager_is_alerted_and_each_who_waits_is_told_alone(case: Seen) -> None:
    alerts = case.notices(rung="+1wd", kind=DEBT, template="answer-late-alert")
    assert [(row["to"], row["role"], row["at"]) for row in alerts] == [
        ("manager", "manager", SEPTEMBER_9)
    ] * 4
    honest = case.notices(template="answer-is-late", at=SEPTEMBER_9)
    assert sorted(row["to"] for row in honest) == LATE
    ways = {row["to"]: row["status"] for row in honest}
    assert ways == dict.fromkeys(LATE, "sent") | {"sealed-1": "sealed"}
    assert {row["role"] for row in honest} == {"participant"}


def test_after_five_working_days_manager_and_deputy_answer_or_postpone(case: Seen) -> None:
    told = Counter(case.told(kind=DEBT, rung="+5wd"))
    assert told == {("manager", SEPTEMBER_15): 4, ("deputy", SEPTEMBER_15): 4}
    assert {row["template"] for row in case.notices(kind=DEBT, rung="+5wd")} == {
        "answer-now-or-postpone"
    }


def test_after_ten_working_days_the_sponsor_hears_how_many_wait(case: Seen) -> None:
    told = case.notices(kind=DEBT, rung="+10wd")
    assert {(row["to"], row["at"], row["template"]) for row in told} == {
        ("sponsor", SEPTEMBER_22, "people-are-waiting")
    }
    # belegger was promised another day on the 16th
    assert sorted(row["duty"].partition("/")[2] for row in told) == [
        "onderzoeker",
        "sealed-1",
        "werknemer",
    ]


def test_the_sponsors_mail_says_the_number(case: Seen) -> None:
    with live(the_case(until="2022-09-23")) as seen:
        mails = [post for post in seen.life.sent if post.template == "people-are-waiting"]
    assert mails
    for mail in mails:
        # all four still wait: postponing answers nobody
        assert "4" in mail.subject + mail.text


def test_the_postponement_is_late_told_at_once_and_forgives_nothing(case: Seen) -> None:
    (postponed,) = case.facts("duty-postponed")
    assert postponed["subject"] == f"{DEBT}/belegger"
    assert postponed["detail"]["late"] is True
    assert case.told(template="answer-postponed") == [("belegger", "2022-09-16T07:00:00Z")]
    duty = case.duty(f"{DEBT}/belegger")
    assert (duty["due"], duty["first_due"], duty["version"]) == ("2022-10-03T22:00:00Z", PROMISE, 2)
    assert duty["late_days"] == 22


def test_every_late_answer_is_counted_from_the_first_promise(case: Seen) -> None:
    assert _days(case) == {
        "ngo-kritisch": 0,
        "ngo-kinderrechten": 0,
        "belegger": 22,
        "sealed-1": 35,
        "werknemer": 35,
        "onderzoeker": 42,
    }


def test_board_and_moderator_hear_of_it_after_twenty_working_days(case: Seen) -> None:
    told = set(case.told(kind=DEBT, rung="+20wd"))
    assert told == {("board", "2022-10-06T06:00:00Z"), ("moderator", "2022-10-06T06:00:00Z")}


def test_the_dispute_has_its_own_clock_and_is_settled(case: Seen) -> None:
    dispute = case.duty("answer-dispute/c6")
    assert (dispute["due"], dispute["status"]) == ("2022-11-14T23:00:00Z", "met")
    assert dispute["met_at"] == "2022-11-07T09:00:00Z"
    assert case.told(template="answer-disputed") == [("manager", "2022-10-24T08:00:00Z")]
    assert case.told(template="dispute-settled") == [("onderzoeker", "2022-11-07T09:00:00Z")]
    assert len(case.facts("dispute-settled")) == 1
    assert case.duty(f"{DEBT}/onderzoeker")["status"] == "met-late"


def test_the_year_closes_and_the_commitment_lives_on(case: Seen) -> None:
    dialogues = {row["id"]: row for row in case.shown["dialogues"]}
    assert (dialogues[CASE]["phase"], dialogues[CASE]["since"]) == (
        "closed",
        "2022-12-16T10:00:00Z",
    )
    progress = case.duty("report-progress/inkoopdoelen", CASE)
    assert progress["due"] == "2023-01-31T23:00:00Z"
    assert progress["status"] == "lapsed"
    assert case.duty("report-progress/geen-orderstraf", CASE)["status"] == "met"


def test_next_year_opens_by_itself_and_carries_what_is_open(case: Seen) -> None:
    (opened,) = [
        fact for fact in case.facts("dialogue-opened") if fact["dialogue"] == "kledingmerk-2023"
    ]
    assert opened["at"] == "2022-12-01T08:00:00Z"
    carried = str(case.facts("debt-carried", dialogue="kledingmerk-2023"))
    assert "report-progress/inkoopdoelen" in carried
    assert case.told(template="dialogue-opened", dialogue="kledingmerk-2023") == [
        ("manager", opened["at"])
    ]


def test_every_notice_went_out_once(case: Seen) -> None:
    assert {row["status"] for row in case.notices()} <= {"sent", "withdrawn", "skipped", "sealed"}
    sealed = {row["to"] for row in case.notices() if row["status"] == "sealed"}
    assert sealed == {"sealed-1"}
    rungs = Counter(
        (row["dialogue"], row["duty"], row["version"], row["rung"], row["to"])
        for row in case.notices()
        if row["rung"]
    )
    assert set(rungs.values()) == {1}


def test_the_same_file_gives_the_same_output(case: Seen) -> None:
    with live(the_case()) as again:
        assert again.shown == case.shown


def test_the_journal_of_the_whole_life_verifies() -> None:
    with live(the_case()) as seen:
        assert verify(seen.life.house.engine) == []
