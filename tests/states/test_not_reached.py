"""Nobody counts as not to be reached by tries from before there was anything to bring (rules 30)."""

from datetime import timedelta

import pytest

from states.language.errors import Refused
from states.model.dialogue import Phase
from states.model.people import Role
from tests.states.builders import JOKE, Life, disputed
from tests.states.examples import TWO_DAYS, ready

STEP = "could-not-reach"


def _tries(*days: str) -> list[dict[str, str]]:
    return [{"on": day, "how": "phone"} for day in days]


def _refused(life: Life, by: str, *days: str) -> str:
    given = {"to": JOKE, "reason": "Nobody answers.", "tries": _tries(*days)}
    with pytest.raises(Refused) as refused:
        life.branch().take(by, STEP, **given)
    return refused.value.code


@pytest.mark.parametrize("by", ["manager", "deputy", "moderator"])
def test_tries_from_before_the_message_count_for_nothing(by: str) -> None:
    life = ready(Phase.EXPECTATION_GATHERING, STEP)
    assert _refused(life, by, "2021-01-04", "2021-01-05") == "tries-needed"
    today = life.now.date().isoformat()
    assert _refused(life, by, "2021-01-04", today) == "tries-needed"
    assert _refused(life, by, today, today) == "tries-needed"


def test_whoever_can_be_mailed_is_not_given_up() -> None:
    life = ready(Phase.EXPECTATION_GATHERING, STEP)
    reached = next(s.id for s in life.dialogue.stakeholders.values() if s.email)
    with pytest.raises(Refused) as refused:
        life.take("moderator", STEP, to=reached, reason="Nobody answers.")
    assert refused.value.code == "reached-by-mail"


REASON = {"to": JOKE, "reason": "Nobody answers."}


def _on_the_day_itself() -> Life:
    """The message is there to be brought since today."""
    life = ready(Phase.EXPECTATION_GATHERING, STEP)
    life.now -= TWO_DAYS
    return life


@pytest.mark.parametrize("by", ["manager", "deputy", "moderator"])
def test_nobody_is_given_up_on_the_day_of_the_message(by: str) -> None:
    """Two days of trying hold for all; a moderator's word is no shorter than a manager's list."""
    life = _on_the_day_itself()
    assert _refused(life, by) == "tries-needed"
    assert _refused(life, by, life.now.date().isoformat()) == "tries-needed"


def test_the_moderators_word_is_enough_once_there_was_time() -> None:
    life = _on_the_day_itself()
    life.now += timedelta(days=1)
    life.take("moderator", STEP, **REASON)
    [fact] = life.named(STEP)
    assert (fact.actor, fact.subject) == ("moderator", JOKE)
    assert life.status(f"pass-on/{JOKE}") == "not-reached"


@pytest.mark.parametrize("by", ["manager", "deputy"])
def test_who_owes_lists_the_tries(by: str) -> None:
    life = ready(Phase.EXPECTATION_GATHERING, STEP)
    assert _refused(life, by) == "tries-needed"
    days = [(life.now - timedelta(days=n)).date().isoformat() for n in (1, 0)]
    life.take(by, STEP, **REASON, tries=_tries(*days))
    assert life.status(f"pass-on/{JOKE}") == "not-reached"


def test_a_moderator_who_owes_lists_them_too() -> None:
    """The manager under another hat, or the moderator whose own last word in a dispute waits to be told."""
    life = ready(Phase.EXPECTATION_GATHERING, STEP)
    roles = dict(life.dialogue.programme.roles)
    mirjam = roles[Role.MANAGER]
    roles[Role.MODERATOR] = mirjam.model_copy(update={"name": "Een Ander"})
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": roles})
    assert _refused(life, "moderator") == "tries-needed"

    last_word = _last_word_to_joke()
    assert _refused(last_word, "moderator") == "tries-needed"


def _last_word_to_joke() -> Life:
    """Joke, whom only a telephone reaches, disputed twice; the moderator's last word waits to be told."""
    by_phone = {"stakeholder": JOKE, "how": "phone"}
    life = disputed()
    life.answer("c5")
    for said in ("Nog niet.", "Nog steeds niet.", "Weer niet."):
        life.take("confidant", "dispute-answer", contribution="c5", reason=said, **by_phone)
        by = life.dialogue.owner_role(life.duty("answer-dispute/c5"))
        settled = {"contribution": "c5", "text": "De marge telt mee."}
        if by == "moderator":
            life.dialogue = life.decided(by, "settle-dispute", **settled).dialogue
            break
        life.take(by, "settle-dispute", **settled)
    life.now += TWO_DAYS
    return life
