"""Opening an edition, and what the one before it still owes."""

import pytest

from states.language.errors import BadInput
from states.model.dialogue import Dialogue, Phase
from states.model.facts import Fact
from states.model.people import Invitation
from states.model.vocabulary import DutyKind
from states.steps.opening import debts_of, open_edition
from tests.states.builders import (
    DENIZ,
    INFORMATION,
    JOKE,
    POLICY,
    STAKEHOLDERS,
    Life,
    disputed,
    live,
    opened,
    programme,
    utc,
)

NEXT = {"at": "2022-12-01 09:00", "session": "2023-06-01 13:00", "edition": 2023, "information": {}}


def next_year(previous: Dialogue, **changes: object) -> Life:
    return opened(previous=previous, **NEXT | changes)  # type: ignore[arg-type]


def carried(life: Life) -> list[Fact]:
    return life.named("debt-carried")


def test_an_edition_opens_with_its_analysis() -> None:
    life = opened()

    assert [f.fact for _, f in life.facts] == ["dialogue-opened", "phase-entered", "duty-opened"]
    assert (life.dialogue.id, life.phase) == ("wolkdraad-2022", Phase.STAKEHOLDER_ANALYSIS)
    assert life.facts[0][1].detail == {
        "edition": 2022,
        "session": "2022-06-16T11:00:00+00:00",
        "debts": 0,
    }
    duty = life.duty("approve-analysis")
    assert duty.due == utc("2022-02-10 23:00")
    assert duty.reckoning.rule == "S-18w"


def test_the_manager_hears_of_it() -> None:
    notice = next(said for _, said in opened().notices if said.to == "manager")

    assert (notice.to, notice.template, notice.duty) == (
        "manager",
        "dialogue-opened",
        "approve-analysis",
    )
    assert notice.detail == {"carried": []}


def test_sponsor_moderator_and_board_are_welcomed_each_person_once() -> None:
    told = [(said.to, said.template) for _, said in opened().notices if said.to != "manager"]

    assert told == [("sponsor", "welcome"), ("moderator", "welcome"), ("board", "welcome")]


def test_the_schedule_opens_as_system() -> None:
    assert {f.actor for _, f in opened(by="system").facts} == {"system"}


def test_an_edition_opened_late_has_little_time_and_is_not_late() -> None:
    life = opened(at="2022-03-01 09:00")

    assert life.duty("approve-analysis").due == life.instant("2022-03-09 00:00")
    assert life.at("2022-03-08 23:59").status("approve-analysis") == "open"
    assert {rung for _, rung, _, _ in life.told("approve-analysis")} == {"-3wd", "0"}
    assert life.at("2022-03-09").status("approve-analysis") == "lapsed"


@pytest.mark.parametrize(
    ("session", "feedback", "code"),
    [
        pytest.param("2021-12-10 09:00", "2022-09-08", "session-in-the-past", id="now"),
        pytest.param("2021-01-01 09:00", "2022-09-08", "session-in-the-past", id="last year"),
        pytest.param("2022-06-16 13:00", "2022-06-16", "promise-before-session", id="that day"),
        pytest.param("2022-06-16 13:00", "2022-01-01", "promise-before-session", id="before"),
    ],
)
def test_editions_that_cannot_be(session: str, feedback: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        opened(session=session, information=INFORMATION | {"feedback_by": feedback})

    assert caught.value.code == code
    assert caught.value.why("nl")


def test_last_years_people_and_risks_come_along_as_a_proposal() -> None:
    last = live("closed").dialogue
    life = next_year(last)

    assert life.dialogue.risks == last.risks
    assert set(life.dialogue.stakeholders) == set(STAKEHOLDERS)
    for seat in life.dialogue.stakeholders.values():
        assert (seat.invitation, seat.expectation, seat.present) == (Invitation.NOT_YET, None, None)
        assert seat.mapped_at == life.now
        assert seat.at_risk == last.stakeholders[seat.id].at_risk
    assert life.dialogue.contributions == {}
    assert life.dialogue.seals == {}
    assert life.dialogue.overrides == {}


def test_last_years_words_come_along_without_the_promise() -> None:
    decision = open_edition(
        programme(),
        POLICY,
        session_at=utc("2023-06-01 11:00"),
        edition=2023,
        information=None,
        previous=live("closed").dialogue,
        by="system",
        now=utc("2022-12-01 08:00"),
    )

    assert decision.dialogue.information.missing == ["feedback_by"]
    assert decision.before is None


def test_debts_are_carried() -> None:
    last = disputed().at("2022-09-12").take("sponsor", "close-with-debts", reason="Fusie.")
    life = next_year(last.dialogue)

    assert [(f.subject, f.detail["from"], f.detail["for"]) for f in carried(life)] == [
        (f"answer-participant/{DENIZ}", "wolkdraad-2022", DENIZ),
        (f"answer-participant/{JOKE}", "wolkdraad-2022", JOKE),
        ("report-progress/clause", "wolkdraad-2022", "clause"),
        ("answer-dispute/c1", "wolkdraad-2022", "c1"),
    ]
    debt = carried(life)[0].detail
    assert debt["first_due"] == debt["due"] == "2022-09-08T22:00:00+00:00"
    assert debt["status"] == "lapsed"
    assert life.facts[0][1].detail["debts"] == 4
    assert life.notices[0][1].detail["carried"][0] == (
        f"wolkdraad-2022: answer-participant/{DENIZ}"
    )


def test_what_is_carried_stays_owed_where_it_was_promised() -> None:
    last = disputed().take("sponsor", "close-with-debts", reason="Fusie.")
    life = next_year(last.dialogue)

    assert last.status(f"answer-participant/{DENIZ}") == "open"
    assert life.dialogue.owed(DutyKind.ANSWER_PARTICIPANT) == []


@pytest.mark.parametrize("chapter", ["spoken", "weighed", "signed"])
def test_an_unfinished_year_is_no_reason_to_wait(chapter: str) -> None:
    last = live(chapter).dialogue
    life = next_year(last)

    assert life.phase is Phase.STAKEHOLDER_ANALYSIS
    assert len(carried(life)) == len(last.owed(DutyKind.ANSWER_PARTICIPANT)) + len(
        last.owed(DutyKind.REPORT_PROGRESS)
    )


def test_commitments_are_carried_from_a_closed_year() -> None:
    assert [f.subject for f in carried(next_year(live("closed").dialogue))] == [
        "report-progress/clause"
    ]


def test_nothing_owed_is_nothing_carried() -> None:
    last = live("closed").take("sponsor", "report-progress", commitment="clause", status="done")

    assert carried(next_year(last.dialogue)) == []
    assert debts_of(last.dialogue) == []


def test_debts_of_earlier_years_can_be_named() -> None:
    last = disputed().take("sponsor", "close-with-debts", reason="Fusie.").dialogue
    decision = open_edition(
        programme(),
        POLICY,
        session_at=utc("2024-06-01 11:00"),
        edition=2024,
        information=None,
        previous=None,
        by="system",
        now=utc("2023-12-01 08:00"),
        debts=[("wolkdraad-2021", d) for _, d in debts_of(last)],
    )

    assert {f.detail["from"] for f in decision.facts if f.fact == "debt-carried"} == {
        "wolkdraad-2021"
    }


def test_a_sealed_debt_is_carried_under_its_pseudonym() -> None:
    last = live("signed").take("sponsor", "close-with-debts", reason="Fusie.")
    life = next_year(last.dialogue)

    assert "answer-participant/sealed-1" in [f.subject for f in carried(life)]
    assert "needle-union" not in str(list(carried(life)))
