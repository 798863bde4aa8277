"""The session in the calendar of somebody at risk: only when they ask for it (rules 49)."""

import pytest

from states.language.errors import Refused
from states.model.vocabulary import FactName, Template
from tests.states.builders import DENIZ, RAHIMA, Life, live


def ask(life: Life, by: str, *, wanted: bool = True) -> Life:
    return life.take(by, "change-contact", stakeholder=RAHIMA, calendar=wanted)


def told(life: Life) -> list[str]:
    return [str(n.template) for _, n in life.notices if n.to == RAHIMA]


@pytest.mark.parametrize("by", [RAHIMA, "moderator"])
def test_who_asks_before_the_session_gets_it_at_once(by: str) -> None:
    life = live("accepted")
    before = len(told(life))
    ask(life, by)
    assert life.dialogue.stakeholders[RAHIMA].calendar_wanted
    assert told(life)[before:] == [Template.INVITATION_ACCEPTED]
    fact = life.facts[-1][1]
    assert (fact.fact, fact.subject, fact.detail) == (
        FactName.CONTACT_CHANGED, RAHIMA, {"fields": ["calendar"]},
    )  # fmt: skip


def test_who_no_longer_wants_it_hears_nothing() -> None:
    life = ask(live("accepted"), RAHIMA)
    before = len(told(life))
    ask(life, RAHIMA, wanted=False)
    assert not life.dialogue.stakeholders[RAHIMA].calendar_wanted
    assert told(life)[before:] == []


def test_after_the_session_nothing_is_sent() -> None:
    life = live("signed")
    before = len(told(life))
    ask(life, RAHIMA)
    assert told(life)[before:] == []


@pytest.mark.parametrize("by", ["manager", "deputy", "sponsor", DENIZ])
def test_nobody_else_asks_for_it(by: str) -> None:
    life = live("accepted")
    with pytest.raises(Refused):
        ask(life, by)
    assert not life.dialogue.stakeholders[RAHIMA].calendar_wanted
