"""Moving dates: promises that are postponed, sessions that are moved, roles that are handed over."""

from datetime import timedelta

import pytest

from states.language.errors import BadInput, NotKnown, Refused
from states.model.people import Role
from tests.states.builders import (
    DENIZ,
    NOOR,
    PEOPLE,
    RAHIMA,
    Given,
    Life,
    live,
    live_with,
    policy,
    programme,
    utc,
)

DEBT = f"answer-participant/{DENIZ}"
REASON = "De directie vraagt meer tijd."


def late(on: str) -> Life:
    """Nobody was answered by *on*."""
    return live("signed").at(on)


def postpone(life: Life, to: str, duty: str = DEBT) -> Life:
    return life.take("manager", "postpone", duty=duty, to=to, reason=REASON)


def test_a_postponement_that_is_announced() -> None:
    life = postpone(late("2022-09-01"), "2022-10-03")
    duty = life.duty(DEBT)

    assert (duty.status, duty.version) == ("open", 2)
    assert (duty.due, duty.first_due) == (utc("2022-10-03 22:00"), utc("2022-09-08 22:00"))
    (note,) = duty.postponements
    assert (note.was, note.to, note.late) == (duty.first_due, duty.due, False)
    (fact,) = life.named("duty-postponed")
    assert fact.detail["late"] is False
    assert fact.detail["first"] == fact.detail["was"] == duty.first_due.isoformat()


def test_a_postponement_after_the_day_is_late() -> None:
    life = postpone(late("2022-09-16"), "2022-10-03")
    duty = life.duty(DEBT)

    assert (duty.status, duty.version, duty.lapsed_at) == ("lapsed", 2, utc("2022-09-08 22:00"))
    assert duty.postponements[0].late is True
    assert life.late(DEBT) == 8
    assert life.last("answer-postponed").detail["late"] is True


def test_a_postponement_before_the_sweep_saw_the_lapse() -> None:
    """The lapse is recorded before the promise moves, once."""
    life = postpone(live("signed").at("2022-09-08 12:00").skip("2022-09-09"), "2022-10-03")

    assert [f for f in life.about(DEBT) if f in {"duty-lapsed", "duty-postponed"}] == [
        "duty-lapsed",
        "duty-postponed",
    ]
    assert life.duty(DEBT).lapsed_at == utc("2022-09-08 22:00")
    assert life.at("2022-09-30").about(DEBT).count("duty-lapsed") == 1


@pytest.mark.parametrize(
    ("on", "announced"),
    [("2022-09-08 23:59", True), ("2022-09-09 00:00", False)],
    ids=["the last minute", "midnight"],
)
def test_announced_until_midnight(on: str, announced: bool) -> None:
    life = postpone(live("signed").at("2022-09-08 12:00").skip(on), "2022-10-03")

    assert life.duty(DEBT).postponements[0].late is not announced
    assert (life.duty(DEBT).lapsed_at is None) is announced


def test_whoever_waits_is_told_at_once() -> None:
    life = postpone(late("2022-09-16"), "2022-10-03")
    at, notice = life.notices[-1]

    assert (at, notice.to, notice.template) == (life.now, DENIZ, "answer-postponed")
    assert notice.detail == {
        "was": "2022-09-08T22:00:00+00:00",
        "to": "2022-10-03T22:00:00+00:00",
        "first": "2022-09-08T22:00:00+00:00",
        "reason": REASON,
        "late": True,
    }
    assert notice.version == 2


def test_nobody_else_is_told() -> None:
    life = late("2022-09-16")
    before = len(life.notices)

    assert len(postpone(life, "2022-10-03").notices) == before + 1


def test_lateness_is_counted_from_the_first_promise() -> None:
    life = postpone(late("2022-09-16"), "2022-10-03").at("2022-09-30")
    life.answer("c3")

    assert life.status(DEBT) == "met-late"
    assert life.late(DEBT) == 22


def test_an_announced_postponement_does_not_hide_lateness() -> None:
    life = postpone(late("2022-09-01"), "2022-10-03").at("2022-09-30")
    life.answer("c3")

    assert life.status(DEBT) == "met-late"
    assert life.late(DEBT) == 22


def test_a_postponed_promise_has_its_own_ladder() -> None:
    life = postpone(late("2022-09-01"), "2022-10-03").at("2022-10-05")

    assert [t for t in life.told(DEBT) if t[0] > "2022-09-01"] == [
        ("2022-09-19 08:00", "-10wd", "manager", "duty-due-soon"),
        ("2022-09-28 08:00", "-3wd", "manager", "duty-due-soon"),
        ("2022-10-03 08:00", "0", "manager", "duty-due-today"),
        ("2022-10-03 08:00", "0", "deputy", "duty-due-today"),
        ("2022-10-04 08:00", "+1wd", "manager", "answer-late-alert"),
        ("2022-10-04 08:00", "+1wd", DENIZ, "answer-is-late"),
    ]


def test_a_promise_that_is_broken_twice_lapses_twice() -> None:
    life = postpone(late("2022-09-16"), "2022-10-03").at("2022-10-05")

    lapses = [f for f in life.named("duty-lapsed") if f.subject == DEBT]
    assert [f.detail["version"] for f in lapses] == [1, 2]
    assert life.duty(DEBT).lapsed_at == utc("2022-09-08 22:00")


def test_twice_at_most() -> None:
    life = postpone(postpone(late("2022-09-01"), "2022-10-03"), "2022-10-17")

    refusal = life.refuse("manager", "postpone", duty=DEBT, to="2022-11-01", reason=REASON)

    assert refusal.code == "postponed-enough"
    assert "2" in refusal.why()
    assert [n.to for n in life.duty(DEBT).postponements] == [
        utc("2022-10-03 22:00"),
        utc("2022-10-17 22:00"),
    ]


def test_how_often_is_for_the_policy_to_say() -> None:
    life = live_with(upto="signed", rules=policy(limits={"postponements": 0}))

    refusal = life.refuse("manager", "postpone", duty=DEBT, to="2022-11-01", reason=REASON)

    assert refusal.code == "postponed-enough"


@pytest.mark.parametrize(
    ("on", "duty", "to", "code"),
    [
        pytest.param("2022-09-01", DEBT, "2022-08-31", "date-in-the-past", id="yesterday"),
        pytest.param("2022-09-01", DEBT, "2022-09-01", "not-later", id="today, before the day"),
        pytest.param("2022-09-01", DEBT, "2022-09-08", "not-later", id="the day itself"),
        pytest.param("2022-09-16", DEBT, "2022-09-15", "date-in-the-past", id="late, yesterday"),
        pytest.param(
            "2022-09-01", "answer-participant/x", "2022-10-03", "unknown-duty", id="whose"
        ),
        pytest.param("2022-09-01", "approve-analysis", "2022-10-03", "duty-not-owed", id="done"),
    ],
)
def test_dates_that_cannot_be_promised(on: str, duty: str, to: str, code: str) -> None:
    refusal = late(on).refuse("manager", "postpone", duty=duty, to=to, reason=REASON)

    assert refusal.code == code
    assert type(refusal) in {BadInput, NotKnown, Refused}


def test_late_and_promised_for_today() -> None:
    life = postpone(late("2022-09-16"), "2022-09-16")

    assert life.duty(DEBT).due == utc("2022-09-16 22:00")


# --- the session moves


def moved(life: Life, to: str, **given: str) -> Life:
    return life.take("manager", "reschedule-session", to=to, reason="Treinstaking.", **given)


def test_the_duties_move_along() -> None:
    life = moved(live("invited").at("2022-05-20"), "2022-06-30T13:00")

    assert life.dialogue.session_at == utc("2022-06-30 11:00")
    for name, due in {
        f"answer-invitation/{NOOR}": "2022-06-09 22:00",
        "echo-expectations": "2022-06-16 22:00",
    }.items():
        duty = life.duty(name)
        assert (duty.due, duty.first_due, duty.version) == (utc(due), utc(due), 2)
    assert {f.detail["version"] for f in life.named("duty-rescheduled")} == {2}


def test_a_duty_that_ended_does_not_move() -> None:
    life = live("invited").at("2022-05-20")
    before = {d.name: d for d in life.dialogue.duties.values() if not d.owed}
    moved(life, "2022-06-30T13:00")

    assert before
    assert {name: life.dialogue.duties[name] for name in before} == before


def test_the_promise_moves_by_as_many_days() -> None:
    life = moved(live("invited").at("2022-05-20"), "2022-06-30T13:00")

    assert str(life.dialogue.information.feedback_by) == "2022-09-22"


def test_or_to_the_day_that_the_manager_names() -> None:
    life = moved(live("invited").at("2022-05-20"), "2022-06-30T13:00", feedback_by="2022-09-15")

    assert str(life.dialogue.information.feedback_by) == "2022-09-15"


def test_everyone_invited_hears_both_dates() -> None:
    life = live("invited").take(DENIZ, "decline-invitation").at("2022-05-20")
    moved(life, "2022-06-30T13:00")

    told = [n for _, n in life.notices if n.template == "session-moved"]
    assert {n.to for n in told} >= {NOOR, RAHIMA}
    assert len({n.to for n in told}) == len(told)
    assert told[0].detail == {
        "was": "2022-06-16T11:00:00+00:00",
        "to": "2022-06-30T11:00:00+00:00",
        "reason": "Treinstaking.",
        "feedback_was": "2022-09-08",
        "feedback_by": "2022-09-22",
    }
    assert life.dialogue.calendar_sequence == 1


def test_reminders_start_anew_for_the_new_day() -> None:
    life = live("invited").at("2022-05-20")
    name = f"answer-invitation/{NOOR}"
    assert [rung for _, rung, _, _ in life.told(name)] == ["-5wd"]

    moved(life, "2022-06-30T13:00").at("2022-06-15")

    assert life.told(name) == [
        ("2022-05-19 08:00", "-5wd", NOOR, "please-answer-invitation"),
        ("2022-06-01 08:00", "-5wd", NOOR, "please-answer-invitation"),
        ("2022-06-08 08:00", "-1wd", NOOR, "please-answer-invitation"),
    ]


def test_moved_to_an_earlier_day() -> None:
    life = moved(live("invited").at("2022-04-01"), "2022-06-02T13:00")

    assert life.duty(f"answer-invitation/{NOOR}").due == utc("2022-05-12 22:00")
    assert str(life.dialogue.information.feedback_by) == "2022-08-25"


def test_moved_so_close_that_duties_would_be_past() -> None:
    """Nothing lapses merely because the session was moved: there are the days to answer."""
    life = moved(live("invited").at("2022-05-10"), "2022-05-20T13:00")

    assert life.duty(f"answer-invitation/{NOOR}").due >= utc("2022-05-10 22:00")
    assert life.duty("echo-expectations").due == utc("2022-05-17 22:00")
    assert life.duty("echo-expectations").status == "open"


def test_a_duty_that_lapsed_keeps_its_first_promise() -> None:
    life = live("mapped").at("2022-02-20")
    assert life.status("approve-analysis") == "lapsed"
    moved(life, "2022-06-30T13:00")
    duty = life.duty("approve-analysis")

    assert (duty.status, duty.first_due) == ("lapsed", utc("2022-02-10 23:00"))
    assert duty.due == utc("2022-02-24 23:00")
    assert life.late("approve-analysis") == 10


def test_a_duty_that_was_postponed_and_is_late_keeps_its_first_promise() -> None:
    life = live("mapped").at("2022-02-05")
    postpone(life, "2022-03-01", "approve-analysis").at("2022-02-20")
    assert life.late("approve-analysis") == 10

    moved(life, "2022-06-17T13:00")

    assert life.late("approve-analysis") == 10
    assert life.duty("approve-analysis").first_due == utc("2022-02-10 23:00")


def test_once_a_debt_is_open_moving_it_is_a_postponement() -> None:
    life = moved(live("spoken").at("2022-06-17"), "2022-06-30T13:00")
    duty = life.duty(f"answer-participant/{NOOR}")

    assert (duty.due, duty.first_due) == (utc("2022-09-22 22:00"), utc("2022-09-08 22:00"))
    assert len(duty.postponements) == 1
    postponed = [n.to for _, n in life.notices if n.template == "answer-postponed"]
    assert postponed == [NOOR, "sealed-1", DENIZ, "works-council"]


def test_a_debt_is_never_moved_forward() -> None:
    life = moved(live("spoken").at("2022-06-17"), "2022-06-20T13:00", feedback_by="2022-08-01")

    assert life.duty(f"answer-participant/{NOOR}").due == utc("2022-09-08 22:00")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param({"to": "2022-05-01T13:00"}, "date-in-the-past", id="in the past"),
        pytest.param({"to": "2022-05-20T09:00"}, "date-in-the-past", id="now"),
        pytest.param({"to": "2022-06-16T13:00"}, "session-not-moved", id="the same moment"),
        pytest.param({"to": "2022-06-16T11:00Z"}, "session-not-moved", id="the same in UTC"),
        pytest.param({"to": "2023-03-26T02:30"}, "time-skipped", id="a time that is not"),
        pytest.param({"to": "2022-10-30T02:30"}, "time-doubled", id="a time that is twice"),
        pytest.param(
            {"to": "2022-06-30T13:00", "feedback_by": "2022-06-30"},
            "promise-before-session",
            id="feedback on the day",
        ),
        pytest.param({"to": "2022-06-31T13:00"}, "bad-input", id="31 June"),
        pytest.param({"to": "soon"}, "bad-input", id="soon"),
    ],
)
def test_sessions_that_cannot_be(given: Given, code: str) -> None:
    life = live("invited").at("2022-05-20")

    assert life.refuse("manager", "reschedule-session", reason="Zomaar.", **given).code == code


def test_a_session_whose_summary_is_out_is_over() -> None:
    refusal = live("summarised").refuse(
        "manager", "reschedule-session", to="2022-09-01T13:00", reason="Nog een keer."
    )

    assert refusal.code == "summary-is-out"


def test_moved_in_the_time_of_the_programme() -> None:
    life = live_with(upto="mapped", company=programme(time_zone="Asia/Dhaka", country="BD"))
    moved(life, "2022-06-30T13:00")

    assert life.dialogue.session_at == utc("2022-06-30 07:00")


# --- roles


def test_a_role_is_handed_over_for_the_programme() -> None:
    life = live("signed")
    person = {"name": "Mara Nieuw", "email": "mara@wolkdraad.example"}
    decision = life.decided("sponsor", "hand-over", role="manager", person=person)

    assert decision.programme is not None
    assert decision.programme == decision.dialogue.programme
    assert decision.programme.roles[Role.MANAGER].name == "Mara Nieuw"
    others = {role: who for role, who in decision.programme.roles.items() if role != "manager"}
    assert others == {r: w for r, w in life.dialogue.programme.roles.items() if r != "manager"}
    assert [(n.to, n.template) for n in decision.notices] == [("manager", "role-handed-over")]


@pytest.mark.parametrize("by", ["manager", "sponsor", "deputy", "board"])
def test_seals_are_handed_on_by_the_moderator_alone(by: str) -> None:
    person = {"name": "Iemand"}

    assert isinstance(
        live("spoken").refuse(by, "hand-over", role="moderator", person=person), Refused
    )
    life = live("spoken").take("moderator", "hand-over", role="moderator", person=person)
    assert life.dialogue.programme.roles[Role.MODERATOR].name == "Iemand"


@pytest.mark.parametrize("by", ["manager", "sponsor"])
def test_without_seals_a_moderator_can_be_named(by: str) -> None:
    life = live("met").take(by, "hand-over", role="moderator", person={"name": "Iemand"})

    assert life.dialogue.programme.roles[Role.MODERATOR].name == "Iemand"


@pytest.mark.parametrize("role", ["manager", "deputy", "sponsor", "board", "confidant"])
def test_seals_are_not_handed_to_whoever_holds_another_role(role: str) -> None:
    refusal = live("spoken").refuse("moderator", "hand-over", role="moderator", person=PEOPLE[role])

    assert refusal.code in {"seals-not-yours", "seals-need-independence"}


def test_whoever_knows_the_seals_does_not_become_manager() -> None:
    refusal = live("spoken").refuse(
        "sponsor", "hand-over", role="manager", person=PEOPLE["moderator"]
    )

    assert refusal.code in {"seals-not-yours", "seals-need-independence"}


def test_no_time_passes_in_a_step() -> None:
    life = live("signed").at("2022-09-01")
    decision = life.decided("manager", "note-lesson", text="Eerder.")

    assert decision.dialogue.duties == life.dialogue.duties
    assert timedelta(0) == life.now - utc("2022-09-01 07:00")
