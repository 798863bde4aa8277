"""Duty rows: what is missing of a new kind of duty is said by name, in whatever room it is to be put."""

import pytest

from config.policies import policy_of
from flows.prefect.status_page.duty_words import NOUNS
from notifications.language.words import tables
from notifications.letters.task_groups import page_for_many
from portal.manager.overview.duty_links import HOME, WAYS
from portal.my.view import ASKED_AT
from states.model.duties import KINDS, About, DutyRule, Place
from states.model.vocabulary import DutyKind

PLACES = {place: way.path for place, way in WAYS.items()} | ASKED_AT


def missing(kind: DutyKind) -> list[str]:
    """Return what *kind* still lacks, and where it is to be put."""
    words, rule = tables(), KINDS.get(kind)
    if rule is None:
        return ["states/model/duties.py KINDS: its row"]
    due = policy_of({}).due
    asks = {
        "config/policy.toml [due]: when it is due": kind in due,
        "notifications/words.toml [duty]: what is to be done": kind in words["duty"],
        "notifications/words.toml [count]: how many they are": kind in words["count"],
        "flows/prefect/status_page/duty_words.py NOUNS: what the operator reads of it": kind in NOUNS,
        "notifications/words.toml [owed]: what it is to whoever waits": kind in words["owed"] or not rule.debt,
        "states/model/duties.py: the reminder of whoever is asked": rule.asked == (rule.reminder is not None),
        f"portal: an address for {rule.settled_at}": rule.settled_at in PLACES,
        "states/model/duties.py: a word of [reckoning] for dated_by": rule.dated_by in words["reckoning"],
    }  # fmt: skip
    return [what for what, there in asks.items() if not there]


@pytest.mark.parametrize("kind", DutyKind)
def test_a_kind_of_duty_lacks_nothing(kind: DutyKind) -> None:
    assert missing(kind) == []


@pytest.mark.parametrize("place", Place)
def test_each_place_has_one_address(place: Place) -> None:
    assert (place in WAYS) != (place in ASKED_AT), place
    assert PLACES[place].startswith(
        f"{HOME}/{place.page}".rstrip("/") if place in WAYS else f"/{place.page}"
    )


@pytest.mark.parametrize("rule", KINDS.values(), ids=str)
def test_a_duty_is_settled_where_those_who_owe_it_come(rule: DutyRule) -> None:
    assert rule.settled_at in (ASKED_AT if rule.asked else WAYS)


@pytest.mark.parametrize("rule", KINDS.values(), ids=str)
def test_an_address_names_no_voice(rule: DutyRule) -> None:
    path = PLACES[rule.settled_at]
    names = {part for part in ("{stakeholder}", "{contribution}", "{voice}") if part in path}

    assert "{stakeholder}" not in names or rule.about in {About.SEAT, About.ASKER}
    assert "{voice}" not in names or rule.asked
    assert "{contribution}" not in names or rule.about in {About.POINT, About.VOICE}


@pytest.mark.parametrize("kind", DutyKind)
def test_a_letter_leads_to_the_page_of_the_portal(kind: DutyKind) -> None:
    path, page = PLACES[KINDS[kind].settled_at], page_for_many(kind)

    assert page == "" or path.startswith(f"{HOME}/{page}")
    assert page or KINDS[kind].asked or path == HOME or "{stakeholder}" in path
