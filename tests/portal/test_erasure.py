"""Asking to be erased: seen by the manager with its date, settled, told, and no way to learn who spoke under seal."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import pytest

from records.engine.randomness import draw_from, seeded_bytes
from records.journal.journal import entries
from states.model.people import ERASED
from tests.portal.conftest import Portal, opened
from tests.portal.test_seals import SPEAKERS, live, paths_of, shown

AT = "/dialogues/kleding-2022"
PERSON = f"{AT}/person/ngo-nl"
SETTLE = f"{PERSON}/erasure"


@pytest.fixture
def asked(two_companies: Portal) -> Portal:
    """Give a portal in which the NGO, whose answer is owed, asked to be erased."""
    browser = two_companies.participant("ngo-nl")
    answer = browser.submit("/my/data/erasure", {"text": "We stop"}, on="/my/data")
    assert answer.status_code == 303
    return two_companies


def test_the_manager_sees_it_today_with_its_own_date(asked: Portal) -> None:
    manager = asked.enter_as("manager")
    today = manager.get("/today").text
    assert "Een verzoek om gegevens te verwijderen afhandelen" in today
    assert f'href="{PERSON}"' in today
    assert "16 juli 2022" in today
    assert "Campaigner" in manager.get(f"{AT}/people").text


def test_the_manager_is_told_what_is_still_owed(asked: Portal) -> None:
    page = asked.enter_as("manager").get(PERSON).text
    assert "Deze persoon heeft nog iets te goed" in page
    assert "(c1)" in page
    assert "We stop" in page
    assert "AVG" in page
    assert "/postpone?duty=settle-erasure" not in asked.enter_as("manager").get("/today").text


def test_granted_it_is_done_when_they_were_told(asked: Portal) -> None:
    manager, mine = asked.enter_as("manager"), asked.participant("ngo-nl")
    assert manager.submit(SETTLE, {}, on=PERSON).status_code == 422
    assert manager.submit(SETTLE, {"reply": "erase"}, on=PERSON).status_code == 303
    assert "Wij doen dit: dat besloten wij op" in mine.get("/my/data").text
    assert "zodra het bericht" in manager.get(PERSON).text
    asked.memory.deliver()
    assert mine.get("/my/data").status_code == 401
    assert asked.browser().get(asked.link("ngo-nl"), follow_redirects=False).status_code < 500
    for path in (PERSON, f"{AT}/people", f"{AT}/answers", f"{AT}/answers/c1", f"{AT}/decisions"):
        page = manager.get(path)
        assert page.status_code == 200, path
        assert "Campaigner" not in page.text, path
        assert "Clean clothes" not in page.text, path
    assert ERASED in manager.get(PERSON).text
    assert "verwijderd op eigen verzoek" in manager.get(f"{AT}/answers").text
    assert "Schrijf het antwoord" not in manager.get(f"{AT}/answers/c1").text


def test_declined_they_read_why_and_when(asked: Portal) -> None:
    manager, mine = asked.enter_as("manager"), asked.participant("ngo-nl")
    given = {"reply": "decline"}
    assert manager.submit(SETTLE, given, on=PERSON).status_code == 422
    given["reason"] = "Een rechtszaak loopt nog"
    assert manager.submit(SETTLE, given, on=PERSON).status_code == 303
    page = mine.get("/my/data").text
    assert "Het is afgewezen op" in page
    assert "Een rechtszaak loopt nog" in page
    assert "toezichthouder" in page
    assert mine.submit("/my/data/erasure", {}, on="/my/data").status_code == 303


def test_asking_twice_says_that_it_waits(asked: Portal) -> None:
    mine = asked.participant("ngo-nl")
    assert 'action="/my/data/erasure"' not in mine.get("/my/data").text
    assert "U krijgt antwoord uiterlijk op" in mine.get("/my/data").text
    assert "een antwoord op uw verzoek" in mine.get("/my").text.lower()
    assert mine.submit("/my/data/erasure", {}, on="/my").status_code == 200


def test_nobody_can_be_erased_who_did_not_ask(two_companies: Portal) -> None:
    manager = two_companies.enter_as("manager")
    answer = manager.submit(SETTLE, {"reply": "erase"}, on=PERSON)
    assert answer.status_code == 422
    assert "Deze persoon heeft niet gevraagd" in answer.text


# who spoke under seal


@dataclass(frozen=True)
class Year:
    """A year in which union-bd was erased, and what the manager saw before deciding on it."""

    portal: Portal
    asked: list[str]


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[list[Year]]:
    """Give the same year twice: the one who is erased spoke under seal, or only listened."""
    folder = tmp_path_factory.mktemp("erased")
    with ExitStack() as stack:
        made = []
        for speaker in SPEAKERS:
            file = Path(copy(migrated_file, folder / f"{speaker}.sqlite"))
            portal = stack.enter_context(opened(file))
            draw_from(portal.house.engine, seeded_bytes)  # else salts by lot are all that differs
            live(portal, speaker)
            made.append(_erased(portal))
        yield made


def _erased(portal: Portal) -> Year:
    memory = portal.memory
    memory.act("ask-erasure", {"text": "I leave"}, by="union-bd")
    manager = portal.enter_as("manager")
    asked = [shown(manager, path) for path in ("/today", f"{AT}/person/union-bd")]
    memory.act("settle-erasure", {"stakeholder": "union-bd"})
    memory.deliver()
    assert memory.read().stakeholders["union-bd"].erased_at
    return Year(portal, asked)


def test_a_request_does_not_tell_whether_they_spoke_under_seal(years: list[Year]) -> None:
    one, other = (year.asked for year in years)
    assert one == other
    assert "I leave" in one[1]


@pytest.mark.parametrize("role", ["manager", "deputy", "sponsor", "board", "auditor"])
def test_erasing_does_not_tell_it_either(years: list[Year], role: str) -> None:
    one, other = (year.portal.enter_as(role) for year in years)
    assert [path for path in paths_of(role) if shown(one, path) != shown(other, path)] == []


def test_the_journal_does_not_tell_it(years: list[Year]) -> None:
    first, second = (
        [
            (e.fact, e.actor, e.subject, e.detail)
            for e in entries(year.portal.house.engine, "kleding-2022")
        ]
        for year in years
    )
    assert first == second
    assert "participant-erased" in {fact for fact, *_ in first}


def test_what_is_owed_under_seal_stays_and_the_moderator_knows(years: list[Year]) -> None:
    sealed = years[0].portal
    assert "vroeg om gegevens te verwijderen" in sealed.enter_as("moderator").get("/seals").text
    assert sealed.memory.read().latest("answer-dispute/c2").owed  # type: ignore[union-attr]
    assert "says c2" in sealed.memory.read().contributions["c2"].text
