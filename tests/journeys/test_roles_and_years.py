"""Duties follow their role when it is handed over, and what a year leaves open meets the next one."""

from tests.journeys.lives import NGO, SUPPLIER, UNION, act, answer, live, outcome_of, played, small

NEW = {"name": "Nieuwe manager", "email": "nieuw@klein.example", "language": "nl"}
DEBTS = {
    "answer-participant/ngo-nl",
    "answer-participant/sealed-1",
    "answer-participant/supplier-tr",
}


def test_after_a_hand_over_the_next_rung_goes_to_the_new_person() -> None:
    acts = [
        *played("strategy"),
        act("2022-09-06T10:00", "sponsor", "hand-over", role="manager", person=NEW),
    ]
    with live(small(acts, until="2022-09-09T09:00")) as seen:
        addresses = [
            (m.template, m.address)
            for m in seen.life.sent
            if m.to == "manager" and f"{m.at:%m-%d}" >= "09-05"
        ]
    before = {address for template, address in addresses if template == "duty-due-soon"}
    after = {
        address
        for template, address in addresses
        if template in {"duty-due-today", "answer-late-alert"}
    }
    assert before == {"manager@klein.example"}
    assert after == {"nieuw@klein.example"}


def test_open_debts_keep_the_year_from_closing_and_meet_the_next_one() -> None:
    acts = [*played("strategy"), act("2022-11-20T10:00", "manager", "close-dialogue")]
    seen = outcome_of(small(acts, until="2022-12-02T00:00"))
    assert "everyone-answered" in seen.refused[0]["why"]
    assert {fact["subject"] for fact in seen.facts("debt-carried", dialogue="klein-2023")} == DEBTS
    opened = seen.facts("dialogue-opened", dialogue="klein-2023")[0]
    assert (opened["at"], opened["actor"]) == ("2022-12-01T08:00:00Z", "system")


def test_the_sponsor_may_close_with_debts_which_live_on() -> None:
    acts = [
        *played("strategy"),
        act("2022-11-20T10:00", "sponsor", "close-with-debts", reason="Reorganisatie."),
    ]
    seen = outcome_of(small(acts, until="2023-01-31T00:00"))
    assert seen.phase == "closed_with_debts"
    assert {row["id"] for row in seen.duties(kind="answer-participant", status="lapsed")} == DEBTS
    assert [
        row for row in seen.rungs(kind="answer-participant", to="sponsor") if row["at"] > "2022-12"
    ]
    assert {fact["subject"] for fact in seen.facts("debt-carried")} == DEBTS


def test_the_new_edition_brings_risks_and_stakeholders_along_as_a_proposal() -> None:
    with live(small(played("feedback"), until="2022-12-02T00:00")) as seen:
        new = seen.life.house.ledger.read("klein-2023")
    assert list(new.risks) == ["wages-bd"]
    assert set(new.stakeholders) == {"ngo-nl", "union-bd", "supplier-tr"}
    assert not any(s.invited for s in new.stakeholders.values())
    # 26 weeks after 1 December is 1 June 2023; the hour is that of last year's session
    assert new.session_at.isoformat() == "2023-06-01T11:00:00+00:00"


def test_acts_may_be_played_in_the_new_edition() -> None:
    approve = {**act("2022-12-05T10:00", "manager", "approve-analysis"), "edition": 2023}
    seen = outcome_of(small([*played("feedback"), approve], until="2022-12-06T00:00"))
    assert [row["phase"] for row in seen.shown["dialogues"]] == ["closed", "expectation_gathering"]


def test_a_speaker_without_an_address_is_answered_by_hand() -> None:
    alone = {key: value for key, value in SUPPLIER.items() if key != "email"} | {
        "phone": "+90 232 000 00 00"
    }
    life = small(played("analysis"), until="2022-03-02T00:00", stakeholders=[NGO, UNION, alone])
    life["acts"].append(act("2022-03-01T10:00", "manager", "invite-all"))
    seen = outcome_of(life)
    assert [row["to"] for row in seen.notices(template="by-hand-task")] == ["moderator"]
    assert seen.notices(template="invitation", to=SUPPLIER["id"])[0]["status"] not in {
        "sent",
        "failed",
    }


def test_a_debt_lapses_even_when_the_dialogue_is_stuck_in_an_earlier_phase() -> None:
    seen = outcome_of(small(played("session")[:-1], until="2022-09-09T09:00"))
    assert seen.phase == "session"
    assert {row["id"] for row in seen.duties(kind="answer-participant", status="lapsed")} == DEBTS
    assert len(seen.notices(template="answer-is-late")) == len(DEBTS)


def test_moving_the_session_once_a_debt_is_open_postpones_it() -> None:
    upto = [one for one in played("session") if one["at"] <= "2022-06-16T14:00"]
    move = act(
        "2022-06-16T16:00",
        "manager",
        "reschedule-session",
        to="2022-06-30T13:00",
        reason="Tweede dag.",
    )
    seen = outcome_of(small([*upto, move], until="2022-06-17T00:00"))
    assert seen.refused == []
    duty = seen.duty("answer-participant/ngo-nl")
    assert (duty["first_due"], duty["due"]) == ("2022-09-08T22:00:00Z", "2022-09-22T22:00:00Z")
    # Of the third, under seal, nobody knows before the summary.
    assert {to for to, _ in seen.told(template="answer-postponed")} == {"ngo-nl", "supplier-tr"}


def test_after_two_rounds_the_moderator_settles_a_dispute() -> None:
    acts = [*played("strategy"), answer("2022-09-01T10:00", "c1")]
    for day in ("05", "07", "09"):
        acts.append(
            act(
                f"2022-09-{day}T10:00",
                NGO["id"],
                "dispute-answer",
                contribution="c1",
                reason="Nee.",
            )
        )
        acts.append(
            act(
                f"2022-09-{day}T11:00",
                "manager",
                "settle-dispute",
                contribution="c1",
                text="Zo dan.",
            )
        )
    acts.append(
        act("2022-09-10T10:00", "moderator", "settle-dispute", contribution="c1", text="Zo is het.")
    )
    seen = outcome_of(small(acts, until="2022-09-12T00:00"))
    assert [(row["do"], row["at"]) for row in seen.refused] == [
        ("settle-dispute", "2022-09-09T09:00:00Z")
    ]
    owners = [row["owner"] for row in seen.duties(kind="answer-dispute")]
    assert owners == ["manager", "manager", "moderator"]
    assert len(seen.facts("dispute-settled")) == 3
