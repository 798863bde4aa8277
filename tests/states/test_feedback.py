"""The debt: it opens with a contribution, is met when the answer arrives, and comes back when it bounces."""

from datetime import timedelta

import pytest

from states.model.dialogue import Phase
from states.model.facts import Notice
from states.model.vocabulary import DutyKind, Template
from states.steps.delivery import pass_on
from states.steps.delivery.receipts import MATTERS, still_wanted
from tests.states.builders import (
    DECISIONS,
    DENIZ,
    INFORMATION,
    JOKE,
    NOOR,
    POINTS,
    RAHIMA,
    Life,
    accepted,
    checked,
    day,
    gather,
    invited,
    live,
    mapped,
    met,
    opened,
    settled,
    signed,
    summarised,
    utc,
    weighed,
)

DEBT = f"answer-participant/{NOOR}"
PROMISED = utc("2022-09-08 22:00")


def talkative() -> Life:
    """Noor makes three points."""
    life = live("spoken")
    for name in ("c6", "c7"):
        life.take("moderator", "record-contribution", **POINTS["c1"] | {"id": name})
    settled(weighed(checked(summarised(life))))
    for name in ("c6", "c7"):
        life.take(
            "manager",
            "decide",
            **DECISIONS["c3"] | {"contribution": name, "reason": f"Dit komt terug bij {name}."},
        )
    return signed(life)


# --- the debt opens


def test_the_debt_opens_with_the_first_contribution() -> None:
    life = live("met").take("moderator", "record-contribution", **POINTS["c1"])
    duty = life.duty(DEBT)

    assert life.phase is Phase.SESSION
    assert (duty.due, duty.first_due, duty.waiting) == (PROMISED, PROMISED, NOOR)
    assert duty.reckoning.rule == "promised"
    assert duty.opened_at == life.now


def test_a_second_point_opens_no_second_debt() -> None:
    life = live("met").take("moderator", "record-contribution", **POINTS["c1"])
    before = life.duty(DEBT)
    life.take("moderator", "record-contribution", **POINTS["c1"] | {"id": "c6"})

    assert life.duty(DEBT) == before
    assert len(life.dialogue.owed(DutyKind.ANSWER_PARTICIPANT)) == 1


def test_without_a_promised_day_it_is_twelve_weeks_after_the_session() -> None:
    life = opened(information={k: v for k, v in INFORMATION.items() if k != "feedback_by"})
    gather(mapped(life)).take("manager", "give-information", feedback_by="2022-08-01")
    met(accepted(invited(life)))
    life.dialogue.information = life.dialogue.information.model_copy(update={"feedback_by": None})
    life.take("moderator", "record-contribution", **POINTS["c1"])

    assert life.duty(DEBT).due == PROMISED
    assert life.duty(DEBT).reckoning.start == day("2022-06-16")


def test_the_debt_lapses_also_when_the_dialogue_is_stuck() -> None:
    life = live("checked").at("2022-09-09 08:00")

    assert life.phase is Phase.SESSION
    assert life.status(DEBT) == "lapsed"
    assert ("2022-09-09 08:00", "+1wd", NOOR, "answer-is-late") in life.told(DEBT)


def test_a_withdrawn_contribution_withdraws_the_debt() -> None:
    life = live("summarised").take(NOOR, "check-line", contribution="c1", verdict="withdrawn")

    assert life.status(DEBT) == "withdrawn"
    assert life.status(f"check-summary/{NOOR}") == "met"
    assert life.about(DEBT) == ["duty-opened", "duty-withdrawn"]
    life.at("2022-09-30")
    assert [n for _, n in life.notices if n.duty == DEBT] == []


def test_a_withdrawn_contribution_is_gone_for_all() -> None:
    life = live("summarised").take(NOOR, "check-line", contribution="c1", verdict="withdrawn")

    again = life.refuse(NOOR, "check-line", contribution="c1", verdict="confirmed")
    assert again.code == "unknown-contribution"
    life.at("2022-07-20").take("moderator", "close-session")
    assert life.dialogue.latest("decide-contribution/c1") is None
    assert life.refuse("manager", "decide", **DECISIONS["c1"]).code == "unknown-contribution"


def test_one_of_several_withdrawn_keeps_the_debt() -> None:
    life = live("spoken")
    life.take("moderator", "record-contribution", **POINTS["c1"] | {"id": "c6"})
    summarised(life).take(NOOR, "check-line", contribution="c1", verdict="withdrawn")

    assert life.status(DEBT) == "open"
    assert life.status(f"check-summary/{NOOR}") == "open"
    life.take(NOOR, "check-line", contribution="c6", verdict="confirmed")
    assert life.status(f"check-summary/{NOOR}") == "met"


def test_a_line_is_corrected_by_its_speaker() -> None:
    life = live("summarised").take(
        NOOR, "check-line", contribution="c1", verdict="corrected", text="Een jaartal én bedrag."
    )

    assert life.dialogue.contributions["c1"].line == "Een jaartal én bedrag."
    assert life.dialogue.contributions["c1"].text == POINTS["c1"]["text"]


# --- written, delivered


def test_written_is_not_given() -> None:
    life = live("signed")
    life.mail = False
    notice = life.answer("c1")

    assert (notice.to, notice.template, notice.duty) == (NOOR, "answer", DEBT)
    assert notice.detail["covers"] == ["c1"]
    assert life.status(DEBT) == "open"
    assert life.dialogue.latest(f"give-verdict/{NOOR}") is None
    assert life.dialogue.contributions["c1"].delivered_at is None


def test_delivered_is_given() -> None:
    life = live("signed")
    life.mail = False
    notice = life.answer("c1")
    life.at("2022-08-26").deliver(notice)

    assert life.status(DEBT) == "met"
    assert life.duty(DEBT).ended_at == life.now
    assert life.dialogue.contributions["c1"].delivered_at == life.now
    (fact,) = life.named("participant-answered")
    assert (fact.actor, fact.subject, fact.detail) == (
        "system",
        NOOR,
        {"covers": ["c1"], "left": []},
    )
    verdict = life.duty(f"give-verdict/{NOOR}")
    assert verdict.due == utc("2022-09-23 22:00")


def test_written_in_time_and_delivered_late_is_late() -> None:
    life = live("signed").at("2022-09-08 23:00")
    life.mail = False
    notice = life.answer("c1")
    life.at("2022-09-10").deliver(notice)

    assert life.status(DEBT) == "met-late"
    assert life.late(DEBT) == 2


@pytest.mark.parametrize(
    ("after", "status", "days"),
    [
        pytest.param(timedelta(seconds=-1), "met", 0, id="the last second"),
        pytest.param(timedelta(0), "met-late", 1, id="midnight"),
        pytest.param(timedelta(seconds=1), "met-late", 1, id="the first second"),
    ],
)
def test_the_day_ends_at_midnight(after: timedelta, status: str, days: int) -> None:
    life = live("signed").at("2022-09-08 12:00")
    life.mail = False
    notice = life.answer("c1")
    life.now = PROMISED + after
    life.deliver(notice)

    assert (life.status(DEBT), life.late(DEBT)) == (status, days)
    assert (life.duty(DEBT).lapsed_at is not None) is (status == "met-late")


def test_answered_in_parts() -> None:
    life = talkative()
    life.answer("c1", "c6")

    assert life.status(DEBT) == "open"
    assert life.named("participant-answered")[-1].detail == {"covers": ["c1", "c6"], "left": ["c7"]}
    assert life.dialogue.latest(f"give-verdict/{NOOR}") is None
    life.answer("c7")
    assert life.status(DEBT) == "met"
    assert life.status(f"give-verdict/{NOOR}") == "open"


def test_a_part_that_is_missing_leaves_the_debt() -> None:
    life = talkative()
    life.answer("c1", "c6")
    life.at("2022-09-09 08:00")

    assert life.status(DEBT) == "lapsed"
    assert ("2022-09-09 08:00", "+1wd", NOOR, "answer-is-late") in life.told(DEBT)


def test_naming_a_point_twice_is_once() -> None:
    life = live("signed")

    assert life.answer("c1", "c1").detail["covers"] == ["c1"]


def test_one_message_per_person() -> None:
    life = live("answered")

    answers = [n for _, n in life.notices if n.template == "answer"]
    assert sorted(n.to for n in answers) == sorted([NOOR, "sealed-1", DENIZ, JOKE])


@pytest.mark.parametrize(
    ("chapter", "covers", "code"),
    [
        pytest.param("weighed", ["c1"], "not-decided", id="not decided"),
        pytest.param("settled", ["c1"], "not-signed", id="not signed"),
        pytest.param("answered", ["c1"], "already-answered", id="twice"),
        pytest.param("signed", ["c1", "c3"], "answer-two-people", id="two people"),
        pytest.param("signed", ["c1", "c2"], "answer-two-people", id="an open and a sealed voice"),
        pytest.param("signed", ["c99"], "unknown-contribution", id="what nobody said"),
        pytest.param("signed", ["c1", "c99"], "unknown-contribution", id="one that nobody said"),
        pytest.param("signed", [], "bad-input", id="nothing"),
    ],
)
def test_answers_that_cannot_be(chapter: str, covers: list[str], code: str) -> None:
    refusal = live(chapter).refuse("manager", "answer-participant", covers=covers, text="Dank.")

    assert refusal.code == code


def test_a_delivery_that_is_reported_twice_counts_once() -> None:
    life = live("signed").at("2022-09-01")
    notice = life.answer("c1")
    life.at("2022-09-02").take(NOOR, "give-verdict", heard="yes")
    before = life.branch().dialogue
    life.at("2022-09-03").deliver(notice)

    assert life.dialogue == before


# --- bounces


def test_a_bounce_before_delivery() -> None:
    life = live("signed")
    life.mail = False
    life.bounce(life.answer("c1"))

    assert life.status(DEBT) == "open"
    assert life.dialogue.contributions["c1"].answer is None
    assert [f.subject for f in life.named("answer-bounced")] == [NOOR]
    assert life.duty(DEBT).version == 1
    life.mail = True
    life.answer("c1")
    assert life.status(DEBT) == "met"


def test_a_bounce_after_delivery_reopens_the_debt() -> None:
    life = live("signed").at("2022-09-01")
    notice = life.answer("c1")
    life.at("2022-09-02").bounce(notice)
    duty = life.duty(DEBT)

    assert (duty.status, duty.ended_at, duty.version) == ("open", None, 2)
    assert (duty.due, duty.first_due) == (PROMISED, PROMISED)
    assert life.status(f"give-verdict/{NOOR}") == "withdrawn"
    assert life.dialogue.contributions["c1"].delivered_at is None
    assert life.at("2022-09-05 12:00").told(DEBT)[-1][1] == "-3wd"


def test_a_bounce_after_the_day_makes_it_late() -> None:
    life = live("signed").at("2022-09-01")
    notice = life.answer("c1")
    life.at("2022-09-12").bounce(notice).at("2022-09-12 09:15")

    assert life.status(DEBT) == "lapsed"
    assert life.late(DEBT) == 4
    assert life.duty(DEBT).lapsed_at == PROMISED
    assert ("2022-09-12 09:00", "+1wd", NOOR, "answer-is-late") in life.told(DEBT)


def test_a_late_answer_that_bounces_stays_lapsed() -> None:
    life = live("signed").at("2022-09-20")
    notice = life.answer("c1")
    assert (life.status(DEBT), life.late(DEBT)) == ("met-late", 12)
    life.at("2022-09-22").bounce(notice)

    assert (life.status(DEBT), life.late(DEBT)) == ("lapsed", 14)
    assert life.about(DEBT).count("duty-lapsed") == 1
    assert life.at("2022-09-30").about(DEBT).count("duty-lapsed") == 1


def test_a_part_that_bounces() -> None:
    life = talkative().at("2022-09-01")
    first = life.answer("c1", "c6")
    life.answer("c7")
    assert life.status(DEBT) == "met"
    life.bounce(first)

    assert life.status(DEBT) == "open"
    assert life.dialogue.contributions["c7"].delivered_at is not None
    life.answer("c1", "c6")
    assert life.status(DEBT) == "met"
    assert life.duty(f"give-verdict/{NOOR}").round == 2


def test_a_bounce_tells_the_manager() -> None:
    life = live("signed").at("2022-09-01")
    life.bounce(life.answer("c1"))
    notice = life.notices[-1][1]

    assert (notice.to, notice.template) == ("manager", "delivery-failed")
    assert notice.detail == {
        "to": NOOR,
        "template": "answer",
        "reason": "no-such-mailbox",
        "answer": True,
        "again": False,
    }


@pytest.mark.parametrize(
    ("failed", "alerted"),
    [("manager", "deputy"), ("deputy", "sponsor"), ("sponsor", "board"), ("board", "manager")],
)
def test_an_address_of_ours_that_fails_tells_the_next(failed: str, alerted: str) -> None:
    life = live("signed")
    life.bounce(Notice(to=failed, role=failed, template=Template.DUTY_LATE, duty=DEBT))

    assert life.notices[-1][1].to == alerted
    assert life.named("notice-undeliverable")[-1].subject == failed


def test_the_last_address_of_ours_that_fails() -> None:
    """Above the board is nobody: an alert about an alert ends there, and never goes down."""
    life = live("signed")
    before = len(life.notices)
    alert = {"to": "sponsor", "template": "people-are-waiting", "past": ["sponsor"]}
    life.bounce(Notice(to="board", role="board", template=Template.DELIVERY_FAILED, detail=alert))

    assert len(life.notices) == before
    assert life.named("notice-undeliverable")


def test_a_sealed_answer_that_bounces_tells_the_moderator() -> None:
    """The manager cannot know whom to reach."""
    life = live("signed").at("2022-09-01")
    before = len(life.notices)
    life.bounce(life.answer("c2"))

    told = [n for _, n in life.notices[before:] if n.template == "delivery-failed"]
    assert "moderator" in {n.to for n in told}
    assert {n.detail["to"] for n in told} == {"sealed-1"}


def test_a_bounce_of_an_answer_from_before_the_close() -> None:
    """A debt that comes back after the close can still be paid."""
    life = live("closed").at("2022-09-07")
    notice = next(n for _, n in life.notices if n.template == "answer" and n.to == NOOR)
    life.bounce(notice)
    assert life.status(DEBT) == "open"

    life.answer("c1")

    assert life.status(DEBT) == "met"
    assert life.phase is Phase.CLOSED


# --- still wanted?


def reminder(life: Life, template: str = "duty-due-soon") -> Notice:
    return next(n for _, n in life.notices if n.duty == DEBT and n.template == template)


def test_a_reminder_is_wanted_while_the_duty_is_owed() -> None:
    life = live("signed").at("2022-08-26")

    assert still_wanted(life.dialogue, reminder(life))


def test_a_reminder_of_what_is_done_is_not_wanted() -> None:
    life = live("signed").at("2022-08-26")
    life.answer("c1")

    assert not still_wanted(life.dialogue, reminder(life))


def test_a_reminder_of_a_promise_that_moved_is_not_wanted() -> None:
    life = live("signed").at("2022-08-26")
    life.take("manager", "postpone", duty=DEBT, to="2022-10-03", reason="Later.")

    assert not still_wanted(life.dialogue, reminder(life))


def test_what_is_no_reminder_is_always_wanted() -> None:
    life = live("signed").at("2022-08-26")
    life.mail = False
    answer = life.answer("c1")
    life.bounce(answer)

    assert answer.template in MATTERS
    assert still_wanted(life.dialogue, answer)
    assert not still_wanted(life.dialogue, reminder(life).model_copy(update={"duty": "gone"}))


# --- by hand


def by_hand(life: Life, notice: Notice) -> Notice | None:
    decision = pass_on.by_hand(life.dialogue, notice, life.now)
    life.accept(decision)
    return decision.notices[0] if decision.notices else None


def test_whoever_has_no_address_is_reached_by_the_moderator() -> None:
    life = live("signed")
    life.mail = False
    task = by_hand(life, life.answer("c5"))

    assert task is not None
    assert (task.to, task.template) == ("moderator", "by-hand-task")
    assert (task.detail["to"], task.detail["template"]) == (JOKE, "answer")
    assert life.duty(f"pass-on/{JOKE}").owner == "moderator"
    up = by_hand(life, task)  # their own address is gone too
    assert up is not None
    assert up.to == "manager"


def test_under_seal_by_the_moderator() -> None:
    life = live("signed")
    life.mail = False
    task = by_hand(life, life.answer("c2"))

    assert task is not None
    assert task.to == "moderator"
    assert RAHIMA not in str(task)


def phoned(life: Life, to: str, by: str = "moderator", template: str = "answer") -> Life:
    return life.take(by, "record-delivery", to=to, how="gebeld", template=template)


def test_an_answer_by_phone_counts_when_it_is_recorded() -> None:
    life = live("signed")
    life.mail = False
    life.answer("c5")
    debt = f"answer-participant/{JOKE}"
    assert life.status(debt) == "open"

    phoned(life.at("2022-08-30"), JOKE)

    assert life.status(debt) == "met"
    assert life.named("delivery-recorded")[-1].actor == "moderator"
    assert life.duty(f"give-verdict/{JOKE}").opened_at == life.now


def test_an_answer_that_was_not_written_cannot_have_been_given() -> None:
    life = live("signed")

    refusal = life.refuse("moderator", "record-delivery", to=JOKE, how="gebeld")

    assert refusal.why("nl")


def test_an_answer_is_given_once() -> None:
    life = live("judged")

    life.refuse("moderator", "record-delivery", to=JOKE, how="nog eens gebeld")


@pytest.mark.parametrize("chapter", ["mapped", "invited", "met"])
def test_nobody_was_answered_who_said_nothing(chapter: str) -> None:
    live(chapter).refuse("moderator", "record-delivery", to=JOKE, how="gebeld")


@pytest.mark.parametrize("by", ["manager", "deputy", "sponsor"])
def test_nobody_is_answered_on_the_say_so_of_who_owes_it(by: str) -> None:
    life = live("signed")
    life.mail = False
    life.answer("c1")
    life.answer("c5")

    assert life.refuse(by, "record-delivery", to=NOOR, how="gebeld").code == "debtor-may-not-relay"
    assert life.refuse(by, "record-delivery", to=JOKE, how="gebeld").code == "debtor-may-not-relay"


def test_also_whoever_has_an_address_may_hear_it_by_phone() -> None:
    life = live("signed")
    life.mail = False
    life.answer("c1")

    assert phoned(life, NOOR).status(DEBT) == "met"


@pytest.mark.parametrize("by", ["manager", "deputy"])
def test_what_is_under_seal_is_delivered_by_the_moderator(by: str) -> None:
    life = live("signed")
    life.mail = False
    life.answer("c2")

    refusal = life.refuse(by, "record-delivery", to="sealed-1", how="gebeld")

    assert refusal.code in {"seal-needs-moderator", "debtor-may-not-relay"}


# --- verdicts


def test_silence_on_the_answer_is_recorded_and_escalates_to_nobody() -> None:
    life = live("answered").at("2022-10-10")
    name = f"give-verdict/{NOOR}"

    assert life.status(name) == "no-answer"
    assert life.duty(name).ended_at == utc("2022-09-29 22:00")
    assert {(rung, to) for _, rung, to, _ in life.told(name)} == {("-5wd", NOOR), ("-1wd", NOOR)}
    assert life.late(name) == 0


def test_a_verdict_after_the_window_still_counts() -> None:
    life = live("answered").at("2022-10-10").take(NOOR, "give-verdict", heard="no")

    assert life.dialogue.verdicts[NOOR].heard == "no"
    assert life.status(f"give-verdict/{NOOR}") == "met-late"


def test_there_is_nothing_to_judge_before_the_answer() -> None:
    assert live("signed").refuse(NOOR, "give-verdict", heard="yes").code == "nothing-to-judge"


@pytest.mark.parametrize(("given", "read"), [(True, "yes"), (False, "no"), ("partly", "partly")])
def test_yaml_says_yes_with_true(given: object, read: str) -> None:
    life = live("answered").take(NOOR, "give-verdict", heard=given, success_test=given)

    assert life.dialogue.verdicts[NOOR].heard == read
    assert life.dialogue.verdicts[NOOR].success_test == read
