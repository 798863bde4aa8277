"""Steps that somebody else records: who may, what the fact says, what the person hears, and undoing it whole."""

from dataclasses import replace
from datetime import timedelta

import pytest

from states.language.errors import BadInput, NotKnown, NotYours, Refused
from states.model.dialogue import Dialogue
from states.model.people import Role
from states.steps.people.relayed_steps import held_until, undoable
from states.steps.table import INDEPENDENT, NEAR
from tests.states.builders import (
    DENIZ,
    JOKE,
    NOOR,
    RAHIMA,
    Given,
    Life,
    live,
    live_with,
    people,
    programme,
    settled,
    signed,
)

PHONE: Given = {"how": "phone"}
LIGHT: list[tuple[str, str, Given]] = [
    ("invited", "accept-invitation", {}),
    ("invited", "decline-invitation", {"reason": "Geen tijd."}),
    ("accepted", "share-expectation", {"text": "Telefonisch: minder haast."}),
    ("summarised", "check-line", {"contribution": "c1", "verdict": "confirmed"}),
]
HEAVY: list[tuple[str, str, Given]] = [
    ("summarised", "check-line", {"contribution": "c1", "verdict": "withdrawn"}),
    ("summarised", "check-line", {"contribution": "c1", "verdict": "corrected", "text": "Nu."}),
    ("answered", "give-verdict", {"heard": "yes"}),
    ("answered", "dispute-answer", {"contribution": "c1", "reason": "Niet mijn punt."}),
    ("answered", "ask-erasure", {"text": "Alles."}),
]
SAID = {
    "accept-invitation": "invitation-accepted",
    "decline-invitation": "invitation-declined",
    "share-expectation": "expectation-shared",
    "check-line": "line-checked",
    "give-verdict": "verdict-given",
    "dispute-answer": "answer-disputed",
    "ask-erasure": "erasure-asked",
}
EVERY = [*LIGHT, *HEAVY]


def ids(rows: list[tuple[str, str, Given]]) -> list[str]:
    return [f"{step} {given.get('verdict', '')}".strip() for _, step, given in rows]


@pytest.mark.parametrize(("chapter", "step", "given"), LIGHT, ids=ids(LIGHT))
@pytest.mark.parametrize("role", Role)
def test_who_records_what_binds_nobody_who_owes(
    role: Role, chapter: str, step: str, given: Given
) -> None:
    life = live(chapter)

    if role not in NEAR:
        assert isinstance(life.refuse(role, step, stakeholder=NOOR, **PHONE, **given), NotYours)
        return
    decision = life.decided(role, step, stakeholder=NOOR, **PHONE, **given)
    [fact] = [f for f in decision.facts if f.fact == SAID[step]]
    assert fact.actor == role
    assert fact.detail["relayed_by"] == role
    assert fact.detail["how"] == "phone"


@pytest.mark.parametrize(("chapter", "step", "given"), HEAVY, ids=ids(HEAVY))
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("how", [{}, PHONE], ids=["without how", "by phone"])
def test_who_records_what_touches_a_debt(
    role: Role, chapter: str, step: str, given: Given, how: Given
) -> None:
    life = live(chapter)

    if role in {Role.MANAGER, Role.DEPUTY, Role.SPONSOR}:
        refusal = life.refuse(role, step, stakeholder=NOOR, **how, **given)
        assert refusal.code == "debtor-may-not-relay"
    elif role not in INDEPENDENT:
        assert isinstance(life.refuse(role, step, stakeholder=NOOR, **how, **given), NotYours)
    elif not how:
        assert life.refuse(role, step, stakeholder=NOOR, **given).code == "how-was-it-said"
    else:
        assert life.decided(role, step, stakeholder=NOOR, **how, **given).facts


@pytest.mark.parametrize(("chapter", "step", "given"), HEAVY, ids=ids(HEAVY))
@pytest.mark.parametrize("debtor", ["manager", "deputy", "sponsor"])
@pytest.mark.parametrize("hat", INDEPENDENT)
def test_two_hats_are_one_person(
    debtor: str, hat: str, chapter: str, step: str, given: Given
) -> None:
    life = live(chapter)
    roles = dict(life.dialogue.programme.roles)
    roles[Role(hat)] = roles[Role(debtor)].model_copy(update={"name": "Een Ander"})
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": roles})

    refusal = life.refuse(hat, step, stakeholder=NOOR, **PHONE, **given)

    assert refusal.code == "debtor-may-not-relay"


@pytest.mark.parametrize(("chapter", "step", "given"), HEAVY, ids=ids(HEAVY))
def test_a_seat_that_is_the_managers_mailbox_is_a_hat_too(
    chapter: str, step: str, given: Given
) -> None:
    life = live(chapter)
    seat = life.dialogue.stakeholders[NOOR]
    theirs = seat.model_copy(update={"email": "MIRJAM@wolkdraad.example"})
    life.dialogue.stakeholders[NOOR] = theirs

    assert life.refuse(NOOR, step, **given).code == "debtor-may-not-relay"


@pytest.mark.parametrize(("chapter", "step", "given"), EVERY, ids=ids(EVERY))
def test_the_person_hears_of_it(chapter: str, step: str, given: Given) -> None:
    decision = live(chapter).decided("moderator", step, stakeholder=NOOR, **PHONE, **given)

    [told] = [n for n in decision.notices if n.template == "relayed"]
    assert (told.to, told.detail["by"], told.detail["step"]) == (NOOR, "moderator", step)


def test_it_was_said_on_a_day_that_has_been() -> None:
    given = {"stakeholder": NOOR, **PHONE}

    told = live("invited").decided("manager", "accept-invitation", **given, said_on="2022-02-28")
    assert told.facts[0].detail["said_on"] == "2022-02-28"
    later = live("invited").refuse("manager", "accept-invitation", **given, said_on="2022-03-02")
    assert (type(later), later.code) == (BadInput, "said-later")


@pytest.mark.parametrize("how", ["telepathy", "", "Phone"])
def test_how_is_one_of_the_list(how: str) -> None:
    refusal = live("invited").refuse("manager", "accept-invitation", stakeholder=NOOR, how=how)

    assert isinstance(refusal, BadInput)


@pytest.mark.parametrize("who", [NOOR, JOKE])
def test_what_somebody_does_themselves_is_not_relayed(who: str) -> None:
    decision = live("invited").decided(who, "accept-invitation")

    assert "relayed_by" not in decision.facts[0].detail
    assert not decision.dialogue.relays


def test_what_a_calendar_answered_says_so() -> None:
    [fact, *_] = live("invited").decided(NOOR, "accept-invitation", how="calendar").facts

    assert (fact.actor, fact.detail["relayed_by"]) == (NOOR, "system")
    assert fact.detail["how"] == "calendar"


# --- under seal


def test_under_seal_neither_who_nor_how_is_written() -> None:
    life = live("summarised")
    given = {"contribution": "c2", "verdict": "withdrawn"}

    decision = life.decided("moderator", "check-line", stakeholder=RAHIMA, **PHONE, **given)

    assert {fact.actor for fact in decision.facts} == {"sealed-1"}
    assert not any("relayed_by" in f.detail or "how" in f.detail for f in decision.facts)
    assert "relayed" not in {notice.template for notice in decision.notices}
    assert [one.voice for one in decision.dialogue.relays.values()][-1] == "sealed-1"


@pytest.mark.parametrize("role", [Role.CONFIDANT, Role.MANAGER, Role.DEPUTY])
def test_only_the_moderator_records_what_is_under_seal(role: Role) -> None:
    given = {"contribution": "c2", "verdict": "confirmed"}

    for who in (RAHIMA, NOOR):
        refusal = live("summarised").refuse(role, "check-line", stakeholder=who, **PHONE, **given)
        assert isinstance(refusal, NotYours)


# --- undoing


def shape(dialogue: Dialogue) -> Dialogue:
    """The dialogue without what only counts: versions, clocks, and that something was undone."""
    duties = {
        name: duty.model_copy(
            update={"version": 1, "lapsed_version": 0, "rung": 0, "next_at": None}
        )
        for name, duty in dialogue.duties.items()
        if duty.status != "withdrawn"
    }
    return replace(dialogue, duties=duties, relays={})


@pytest.mark.parametrize(("chapter", "step", "given"), EVERY, ids=ids(EVERY))
@pytest.mark.parametrize("by", [NOOR, "moderator"])
def test_undoing_puts_back_exactly_what_was(chapter: str, step: str, given: Given, by: str) -> None:
    life = live(chapter)
    was = shape(life.dialogue)
    role = "moderator"
    life.take(role, step, stakeholder=NOOR, **PHONE, **given)
    assert shape(life.dialogue) != was
    point = {"contribution": given["contribution"]} if "contribution" in given else {}
    relayed = {"stakeholder": NOOR, "how": "phone"} if by == role else {}

    life.take(by, "undo-relayed", step=step, **point, **relayed)

    assert shape(life.dialogue) == was
    assert life.named("step-undone")[0].detail["step"] == step


def test_undoing_twice_is_undoing_once() -> None:
    life = live("invited").take("manager", "accept-invitation", stakeholder=NOOR, **PHONE)
    life.take(NOOR, "undo-relayed", step="accept-invitation")

    refusal = life.refuse(NOOR, "undo-relayed", step="accept-invitation")

    assert (type(refusal), refusal.code) == (NotKnown, "nothing-to-undo")


@pytest.mark.parametrize(("day", "allowed"), [("2022-07-19", True), ("2022-07-20", False)])
def test_undoing_takes_twenty_working_days(day: str, *, allowed: bool) -> None:
    withdrawn = {"contribution": "c1", "verdict": "withdrawn"}
    life = live("summarised").at("2022-06-21")
    life.take("moderator", "check-line", stakeholder=NOOR, **PHONE, **withdrawn).at(day)

    given = {"step": "check-line", "contribution": "c1"}
    if allowed:
        assert life.take(NOOR, "undo-relayed", **given).dialogue.contributions["c1"].stands
    else:
        assert life.refuse(NOOR, "undo-relayed", **given).code == "undo-too-late"


@pytest.mark.parametrize("who", [DENIZ, JOKE, RAHIMA, "sealed-1", "manager", "deputy", "sponsor"])
def test_nobody_undoes_for_somebody_else(who: str) -> None:
    withdrawn = {"contribution": "c1", "verdict": "withdrawn"}
    life = live("summarised").take(
        "moderator", "check-line", stakeholder=NOOR, **PHONE, **withdrawn
    )
    named = {"stakeholder": NOOR, "how": "phone"} if who in set(Role) else {}

    refusal = life.refuse(who, "undo-relayed", step="check-line", contribution="c1", **named)

    assert isinstance(refusal, Refused)
    assert not life.dialogue.contributions["c1"].stands


def test_a_debt_comes_back_with_its_first_promise() -> None:
    life = live("summarised")
    first = life.duty(f"answer-participant/{NOOR}").first_due
    withdrawn = {"contribution": "c1", "verdict": "withdrawn"}
    life.take("moderator", "check-line", stakeholder=NOOR, **PHONE, **withdrawn)
    assert life.status(f"answer-participant/{NOOR}") == "withdrawn"
    life.take(NOOR, "undo-relayed", step="check-line", contribution="c1")

    assert life.status(f"answer-participant/{NOOR}") == "open"
    assert life.duty(f"answer-participant/{NOOR}").first_due == first
    life.at("2022-09-12")
    assert life.status(f"answer-participant/{NOOR}") == "lapsed"
    assert life.late(f"answer-participant/{NOOR}") == 4


def returned(chapter: str) -> Life:
    """Noor's only point was withdrawn in her name on 1 July, and comes back a day before it is too late."""
    life = live("checked").at("2022-07-01")
    withdrawn = {"contribution": "c1", "verdict": "withdrawn"}
    life.take("moderator", "check-line", stakeholder=NOOR, **PHONE, **withdrawn)
    life.take("moderator", "close-session")
    if chapter == "signed":
        for point in ("c2", "c3", "c5"):
            given = {"outcome": "not-now", "owner": "manager", "reason": f"Voor {point}: later."}
            life.take("manager", "decide", contribution=point, **given)
        life.take("sponsor", "sign-strategy")
    return life.take(NOOR, "undo-relayed", step="check-line", contribution="c1")


def test_a_point_that_returns_after_the_session_is_decided() -> None:
    life = returned("weighed")

    assert life.dialogue.contributions["c1"].line_verdict == "confirmed"
    assert life.status("decide-contribution/c1") == "open"
    assert life.status(f"answer-participant/{NOOR}") == "open"


def test_a_point_that_returns_after_the_signature_opens_the_strategy_again() -> None:
    life = returned("signed")
    assert life.phase == "feedback"
    assert (
        life.refuse("manager", "answer-participant", covers=["c1"], text="Ja.").code
        == "not-decided"
    )

    given = {"outcome": "not-now", "owner": "manager", "reason": "Het jaartal komt later alsnog."}
    life.take("manager", "decide", contribution="c1", **given)

    assert life.phase == "strategy_update"
    assert life.status("decide-contribution/c1") == "met"
    life.take("sponsor", "sign-strategy").answer("c1")
    assert life.status(f"answer-participant/{NOOR}") == "met"


def test_after_the_close_it_is_a_debt_that_is_answered_without_a_decision() -> None:
    life = live("checked").at("2022-07-01")
    withdrawn = {"contribution": "c1", "verdict": "withdrawn"}
    life.take("moderator", "check-line", stakeholder=NOOR, **PHONE, **withdrawn)
    life.take("sponsor", "cancel-dialogue", reason="Overgenomen.")
    life.take(NOOR, "undo-relayed", step="check-line", contribution="c1")

    assert life.status(f"answer-participant/{NOOR}") == "open"
    life.answer("c1")
    assert life.status(f"answer-participant/{NOOR}") == "met"


def test_what_somebody_says_themselves_stands_above_what_was_recorded_for_them() -> None:
    life = live("invited").take("manager", "accept-invitation", stakeholder=NOOR, **PHONE)
    life.take(NOOR, "decline-invitation")

    assert life.refuse(NOOR, "undo-relayed", step="accept-invitation").code == "nothing-to-undo"
    assert not list(undoable(life.dialogue, [NOOR], life.dialogue.calendar.day_of(life.now)))


@pytest.mark.parametrize(
    ("post", "ended", "fact"),
    [(True, "no-answer", "no-answer-recorded"), (False, "not-reached", "not-reached")],
)
def test_what_had_ended_before_ends_again_and_the_journal_says_so(
    post: bool, ended: str, fact: str
) -> None:
    """Whoever replays the journal comes to the same silence, or the same failure to reach them."""
    name = f"answer-invitation/{NOOR}"
    life = live("invited")
    life.mail = post
    life.until(life.duty(name).due)
    assert life.status(name) == ended
    life.take("moderator", "accept-invitation", stakeholder=NOOR, **PHONE)
    assert life.status(name) in {"met", "met-late"}

    life.take(NOOR, "undo-relayed", step="accept-invitation")

    assert life.status(name) == ended
    assert life.about(name)[-3:] == ["duty-met", "duty-reopened", fact]
    assert life.named(fact)[-1].detail["version"] == life.duty(name).version
    assert life.duty(name).next_at is None


def test_who_is_asked_again_after_the_due_day_has_a_new_one_that_the_journal_names() -> None:
    name = f"answer-invitation/{NOOR}"
    life = live("invited")
    was = life.duty(name)
    life.until(was.due - timedelta(days=1))
    life.take("moderator", "accept-invitation", stakeholder=NOOR, **PHONE)
    life.until(was.due + timedelta(days=3))

    life.take(NOOR, "undo-relayed", step="accept-invitation")

    now = life.duty(name)
    assert now.owed
    assert now.due > life.now
    assert life.named("duty-reopened")[-1].detail["due"] == now.due.isoformat()
    assert now.day == life.dialogue.calendar.due_day(now.due)
    assert now.first_due == was.first_due


def test_the_later_is_undone_first() -> None:
    life = live("invited").take("manager", "accept-invitation", stakeholder=NOOR, **PHONE)
    life.take("manager", "decline-invitation", stakeholder=NOOR, **PHONE)
    assert life.refuse(NOOR, "undo-relayed", step="accept-invitation").code == "nothing-to-undo"

    life.take(NOOR, "undo-relayed", step="decline-invitation")
    assert life.dialogue.stakeholders[NOOR].accepted
    life.take(NOOR, "undo-relayed", step="accept-invitation")
    assert life.dialogue.stakeholders[NOOR].invitation == "invited"


def test_a_dispute_that_was_settled_is_no_longer_undone() -> None:
    life = live("answered")
    given = {"contribution": "c1", "reason": "Niet mijn punt."}
    life.take("moderator", "dispute-answer", stakeholder=NOOR, **PHONE, **given)
    life.take("manager", "settle-dispute", contribution="c1", text="Het bedrag.")

    refusal = life.refuse(NOOR, "undo-relayed", step="dispute-answer", contribution="c1")

    assert refusal.code == "undo-overtaken"


# --- an erasure that somebody else asked for


def erasure(life: Life, by: str = "moderator") -> Life:
    given = {"stakeholder": NOOR, **PHONE} if by in set(Role) else {}
    return life.take(by, "ask-erasure", text="Alles.", **given)


def test_an_erasure_that_was_relayed_waits_ten_working_days() -> None:
    life = erasure(live("answered").at("2022-09-02"))
    life.take("manager", "settle-erasure", stakeholder=NOOR)
    notice = life.last("erasure-done")
    held = held_until(life.dialogue, NOOR)

    assert notice.detail["after"] == "2022-09-16T22:00:00+00:00"
    assert held is not None
    life.at("2022-09-16").deliver(notice)
    assert life.dialogue.stakeholders[NOOR].erased_at is None
    life.at("2022-09-17").deliver(notice)
    assert life.dialogue.stakeholders[NOOR].erased_at == life.now
    assert not any(r.before for r in life.dialogue.relays.values() if r.voice == NOOR)


def test_an_erasure_that_was_relayed_and_undone_is_not_done() -> None:
    life = erasure(live("answered").at("2022-09-02"))
    life.take("manager", "settle-erasure", stakeholder=NOOR)
    life.at("2022-09-05").take(NOOR, "undo-relayed", step="ask-erasure")

    life.at("2022-10-01").deliver(life.last("erasure-done"))

    assert life.dialogue.stakeholders[NOOR].erased_at is None
    assert life.dialogue.contributions["c1"].text == "Noem een jaartal."
    assert life.status(f"settle-erasure/{NOOR}") == "withdrawn"


def test_who_asks_themselves_need_not_wait() -> None:
    life = erasure(erasure(live("answered").at("2022-09-02")), by=NOOR)
    life.take("manager", "settle-erasure", stakeholder=NOOR)

    assert "after" not in life.last("erasure-done").detail
    life.deliver(life.last("erasure-done"))
    assert life.dialogue.stakeholders[NOOR].erased_at == life.now


def test_the_last_round_is_not_the_moderators_to_speak_of() -> None:
    life = live("answered")
    for _ in range(2):
        life.take(NOOR, "dispute-answer", contribution="c1", reason="Niet mijn punt.")
        life.take("manager", "settle-dispute", contribution="c1", text="Het bedrag.")
        life.deliver(life.last("dispute-settled"))
    life.take(NOOR, "dispute-answer", contribution="c1", reason="Nog steeds niet.")
    given = {"stakeholder": NOOR, **PHONE, "heard": "yes"}

    assert life.refuse("moderator", "give-verdict", **given).code == "debtor-may-not-relay"
    assert life.decided("confidant", "give-verdict", **given).facts


def test_without_anybody_independent_nobody_speaks_for_them() -> None:
    company = programme(roles={k: v for k, v in people().items() if k in {"manager", "sponsor"}})
    life = live_with(upto="mapped", company=company)

    for role in ("manager", "sponsor"):
        given = {"stakeholder": NOOR, **PHONE}
        assert life.refuse(role, "ask-erasure", **given).code == "debtor-may-not-relay"


def test_the_whole_life_after_an_undone_withdrawal_ends_well() -> None:
    life = live("summarised")
    withdrawn = {"contribution": "c1", "verdict": "withdrawn"}
    life.take("moderator", "check-line", stakeholder=NOOR, **PHONE, **withdrawn)
    life.take(NOOR, "undo-relayed", step="check-line", contribution="c1")
    life.at("2022-07-05").take("moderator", "close-session")

    signed(settled(life)).at("2022-09-01")
    for point in ("c1", "c2", "c3", "c5"):
        life.answer(point)

    assert life.status(f"answer-participant/{NOOR}") == "met"
