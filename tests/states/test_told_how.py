"""Told how, and in between: how each wishes to be told, and the word to those who wait (rules 52)."""

import pytest
from pydantic import ValidationError

from states.language.errors import BadInput, Refused
from states.model.duties import DutyStatus
from states.model.people import TellMeBy
from states.model.policy import Policy
from states.model.vocabulary import DutyKind, FactName, Template
from states.privacy.readers import A_MODERATOR
from states.privacy.visibility import wish_to_be_told
from states.steps.permissions import is_a_no
from tests.states.builders import DENIZ, NOOR, POLICY, RAHIMA, Life, live, settled, signed

WORD = {"decided": "Het jaartal.", "not_decided": "Het bedrag.", "who_decides_when": "De CEO."}
WISH = {"text": "Een tijdpad.", "success_test": "Een bedrag."}


def test_each_says_how_they_wish_to_be_told_and_keeps_it() -> None:
    life = live("accepted").take(NOOR, "share-expectation", **WISH, tell_me_by="call")
    assert life.dialogue.stakeholders[NOOR].tell_me_by is TellMeBy.CALL
    said = [f.detail for _, f in life.facts if f.fact == FactName.EXPECTATION_SHARED]
    assert said[-1] == {"success_test": True, "tell_me_by": "call"}
    life.take(NOOR, "share-expectation", text="Een jaartal.")
    assert life.dialogue.stakeholders[NOOR].tell_me_by is TellMeBy.CALL
    life.take(NOOR, "share-expectation", text="Een jaartal.", tell_me_by="spoken")
    assert life.dialogue.stakeholders[NOOR].tell_me_by is TellMeBy.SPOKEN


def test_another_way_is_refused_and_changes_nothing() -> None:
    life = live("accepted")
    with pytest.raises(BadInput):
        life.take(NOOR, "share-expectation", **WISH, tell_me_by="pigeon")
    assert life.dialogue.stakeholders[NOOR].expectation != WISH["text"]


def test_a_wish_that_was_recorded_for_somebody_is_undone_with_it() -> None:
    relayed = {"stakeholder": NOOR, "how": "phone", "tell_me_by": "meeting"}
    life = live("accepted").take("moderator", "share-expectation", **WISH, **relayed)
    assert life.dialogue.stakeholders[NOOR].tell_me_by is TellMeBy.MEETING
    life.take(NOOR, "undo-relayed", step="share-expectation")
    assert life.dialogue.stakeholders[NOOR].tell_me_by is None


def wishing(name: str) -> Life:
    """Return a life in which all points are made, and *name* wishes a call."""
    life = live("signed")
    seat = life.dialogue.stakeholders[name]
    life.dialogue.stakeholders[name] = seat.model_copy(update={"tell_me_by": TellMeBy.CALL})
    return life


@pytest.mark.parametrize(
    ("name", "voice", "shown"),
    [(NOOR, NOOR, True), (DENIZ, DENIZ, False), (RAHIMA, "sealed-1", False)],
)
def test_who_may_not_know_the_speaker_does_not_see_the_wish(
    name: str, voice: str, *, shown: bool
) -> None:
    dialogue = wishing(name).dialogue
    assert wish_to_be_told(dialogue, voice) is (TellMeBy.CALL if shown else None)
    assert wish_to_be_told(dialogue, voice, A_MODERATOR) is TellMeBy.CALL


def test_a_no_is_proposed_to_be_told_in_a_call() -> None:
    points = live("signed").dialogue.contributions
    outcomes = {"adopted": False, "partly": False, "not-now": False, "rejected": True}
    for outcome, no in {**outcomes, "outside-our-power": True}.items():
        assert is_a_no(points["c1"].model_copy(update={"outcome": outcome})) is no


# the word in between


def test_it_is_owed_from_the_session_on_and_told_to_everybody_who_accepted_alike() -> None:
    life = live("checked")
    duty = life.dialogue.latest(DutyKind.INTERIM_WORD)
    assert duty is not None
    assert (duty.owner, duty.status) == ("manager", DutyStatus.OPEN)
    assert duty.day == life.dialogue.calendar.reckon("S+6w", life.dialogue.session_day).end
    before = len(life.notices)
    life.take("manager", "interim-word", **WORD)
    told = {n.to for _, n in life.notices[before:] if n.template == Template.INTERIM_WORD}
    assert told == {s.id for s in life.dialogue.stakeholders.values() if s.accepted}
    assert life.dialogue.latest(DutyKind.INTERIM_WORD).status is DutyStatus.MET  # type: ignore[union-attr]
    word = life.dialogue.interim_words[-1]
    assert (word.decided, word.not_decided, word.who_decides_when) == tuple(WORD.values())


def test_it_can_be_given_again_and_settles_no_answer() -> None:
    life = live("checked").take("manager", "interim-word", **WORD)
    owed = {d.name for d in life.dialogue.owed(DutyKind.ANSWER_PARTICIPANT)}
    life.take("deputy", "interim-word", **WORD)
    assert len(life.dialogue.interim_words) == 2
    assert {d.name for d in life.dialogue.owed(DutyKind.ANSWER_PARTICIPANT)} == owed
    assert owed


@pytest.mark.parametrize("by", ["sponsor", "moderator", "board", "confidant", NOOR])
def test_nobody_else_gives_it(by: str) -> None:
    with pytest.raises(Refused):
        live("checked").take(by, "interim-word", **WORD)


@pytest.mark.parametrize("left", list(WORD))
def test_each_of_the_three_is_needed(left: str) -> None:
    life = live("checked")
    with pytest.raises(BadInput):
        life.take("manager", "interim-word", **{k: v for k, v in WORD.items() if k != left})
    assert life.dialogue.interim_words == ()


def test_there_is_nothing_in_between_before_the_session() -> None:
    life = live("checked")
    life.now = life.dialogue.session_at.replace(hour=0)
    with pytest.raises(Refused) as refused:
        life.take("manager", "interim-word", **WORD)
    assert refused.value.code == "session-to-come"


def test_its_reminders_reach_whoever_owes_it_alone_and_it_stops_nothing() -> None:
    life = live("weighed").at("2022-08-01")
    rungs = [n for _, n in life.notices if n.kind == DutyKind.INTERIM_WORD]
    assert {n.to for n in rungs} == {"manager"}
    lapsed = [f.subject for _, f in life.facts if f.fact == FactName.DUTY_LAPSED]
    assert DutyKind.INTERIM_WORD in lapsed
    signed(settled(life))
    duty = life.dialogue.latest(DutyKind.INTERIM_WORD)
    assert duty is not None
    assert (duty.status, duty.lapsed_at is not None) == (DutyStatus.WITHDRAWN, True)


@pytest.mark.parametrize("who", ["sponsor", "board", "deputy", "participant", "manager"])
def test_a_policy_that_tells_anybody_else_of_it_is_refused(who: str) -> None:
    given = POLICY.model_dump(mode="json")
    given["ladders"]["nudge"]["rungs"]["+5wd"] = [who]
    with pytest.raises(ValidationError, match="nudge"):
        Policy.model_validate(given)


def test_without_a_contribution_nobody_waits_for_it() -> None:
    life = live("met").take("moderator", "close-session", no_contributions="Niemand sprak.")
    duty = life.dialogue.latest(DutyKind.INTERIM_WORD)
    assert duty is not None
    assert duty.status is DutyStatus.WITHDRAWN
