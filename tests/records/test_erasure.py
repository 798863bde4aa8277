"""Somebody who was erased is in no row of any table, and everything that was counted and promised still adds up."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from records.access import links as access
from records.access import requests, sealed_pins
from records.access.links import Capacity
from records.engine.database import reading
from records.journal import journal
from records.schema.base import Base
from states.language.errors import Refused
from tests.records.conftest import DAY, Memory, a_programme

SEAT = Capacity("participant", "kleding", "ngo-nl", "kleding-2022")
OF_NGO = ("Campaigner", "Clean clothes", "campaign@ngo.example", "+31 6 1", "Be clear to us")
WORDS = ("Pay the sewers", "We say why", "That is not it", "I want it gone")


@pytest.fixture
def answered(memory: Memory) -> Memory:
    """Give a dialogue in which the NGO spoke by name, was answered, and disputed the answer."""
    memory.open()
    memory.sign()
    memory.act("answer-participant", {"covers": ["c1"], "text": "We say why"})
    memory.deliver()
    memory.act("dispute-answer", {"contribution": "c1", "reason": "That is not it"}, by="ngo-nl")
    memory.act("give-verdict", {"heard": "no", "comment": "That is not it"}, by="ngo-nl")
    return memory


def everything(memory: Memory) -> dict[str, str]:
    """Each table as text."""
    with reading(memory.engine) as connection:
        return {
            name: str([tuple(row) for row in connection.execute(select(table))])
            for name, table in Base.metadata.tables.items()
        }


def erase(memory: Memory, who: str = "ngo-nl") -> None:
    memory.act("ask-erasure", {"text": "I want it gone"}, by=who)
    memory.act("settle-erasure", {"stakeholder": who})
    memory.deliver()


def test_nothing_that_tells_who_it_was_is_left_in_any_table(answered: Memory) -> None:
    before = everything(answered)
    assert any("Campaigner" in text for text in before.values())
    assert any("That is not it" in text for text in before.values())
    erase(answered)
    after = everything(answered)
    found = [(t, w) for t, text in after.items() for w in (*OF_NGO, *WORDS) if w in text]
    assert found == []


def test_the_journal_verifies_and_counts_stay(answered: Memory) -> None:
    before = answered.read()
    erase(answered)
    after = answered.reread()
    assert journal.verify(answered.engine) == []
    assert len(after.stakeholders) == len(before.stakeholders)
    assert {n: c.outcome for n, c in after.contributions.items()} == {
        n: c.outcome for n, c in before.contributions.items()
    }
    assert after.stakeholders["ngo-nl"].country == "NL"


def test_links_stays_pin_and_wishes_end(answered: Memory) -> None:
    engine, now = answered.engine, answered.now
    link = access.mint_link(engine, SEAT, now, DAY)
    session = access.begin_session(engine, SEAT, now, DAY, stage="whole", holder="")
    requests.ask(engine, "kleding-2022", "ngo-nl", kind="attribution", value="named", now=now)
    sealed_pins.set_pin(engine, SEAT, "482913", now)
    erase(answered)
    assert not sealed_pins.has_pin(engine, SEAT)
    assert access.link_capacity(engine, link, "participant", now) is None
    assert access.find_session(engine, session, now) is None
    assert requests.wishes_of(engine, "kleding-2022") == []


def test_they_are_told_and_only_then_erased(answered: Memory) -> None:
    answered.act("ask-erasure", {}, by="ngo-nl")
    answered.act("settle-erasure", {"stakeholder": "ngo-nl"})
    assert answered.read().stakeholders["ngo-nl"].email == "campaign@ngo.example"
    answered.deliver()
    assert answered.read().stakeholders["ngo-nl"].email is None
    (told,) = answered.notices(template="erasure-done")
    assert told.status == "sent"
    assert answered.notices(to="ngo-nl", status="pending") == []


def test_what_is_owed_is_withdrawn_and_the_journal_says_why(answered: Memory) -> None:
    erase(answered)
    owed = [d.name for d in answered.read().duties.values() if d.owed and "ngo-nl" in d.name]
    assert owed == []
    why = {
        e.subject: e.detail["why"]
        for e in journal.entries(answered.engine, "kleding-2022")
        if e.fact == "duty-withdrawn"
    }
    assert why["answer-dispute/c1"] == "asked-to-be-erased"
    assert answered.read().duties["settle-erasure/ngo-nl"].status == "met"


def test_whoever_bounces_is_erased_all_the_same(answered: Memory) -> None:
    answered.act("ask-erasure", {}, by="ngo-nl")
    answered.act("settle-erasure", {"stakeholder": "ngo-nl"})
    (notice,) = answered.notices(template="erasure-done")
    answered.ledger.undeliverable(notice.id, "email", "gone", answered.now)
    assert answered.read().stakeholders["ngo-nl"].erased_at == answered.now
    assert answered.notices(template="delivery-failed") == []


def test_nobody_is_erased_who_did_not_ask_or_twice(answered: Memory) -> None:
    with pytest.raises(Refused, match="did not ask"):
        answered.act("settle-erasure", {"stakeholder": "ngo-nl"})
    answered.act("ask-erasure", {}, by="ngo-nl")
    with pytest.raises(Refused, match="already"):
        answered.act("ask-erasure", {}, by="ngo-nl")
    answered.act("settle-erasure", {"stakeholder": "ngo-nl"})
    with pytest.raises(Refused, match="granted already"):
        answered.act("settle-erasure", {"stakeholder": "ngo-nl"})


def test_a_request_that_is_declined_can_be_made_again(answered: Memory) -> None:
    answered.act("ask-erasure", {}, by="ngo-nl")
    answered.act("settle-erasure", {"stakeholder": "ngo-nl", "declined": "The law asks for it"})
    seat = answered.read().stakeholders["ngo-nl"]
    assert (seat.name, seat.erasure_refusal) == ("Campaigner", "The law asks for it")
    assert "The law asks" not in str(journal.entries(answered.engine, "kleding-2022"))
    assert answered.notices(template="erasure-declined")
    answered.act("ask-erasure", {}, by="ngo-nl")
    assert answered.read().duties["settle-erasure/ngo-nl#2"].owed


def test_whoever_was_erased_does_not_come_along_to_the_next_year(answered: Memory) -> None:
    erase(answered)
    answered.now += timedelta(days=400)
    answered.ledger.open_edition(
        "kleding", session_at=None, edition=2024, information=None, by="manager", now=answered.now
    )
    assert set(answered.ledger.read("kleding-2024").stakeholders) == {"union-bd"}


def test_the_seats_of_one_address_are_found_in_every_year(answered: Memory) -> None:
    later = answered.now + timedelta(days=400)
    answered.ledger.open_edition(
        "kleding", session_at=None, edition=2024, information=None, by="manager", now=later
    )
    here, engine = answered.dialogue_id, answered.engine
    assert requests.seats_alike(engine, here, "ngo-nl") == [here, "kleding-2024"]
    answered.dialogue_id = "kleding-2024"
    moved = {"stakeholder": "ngo-nl", "email": "another@ngo.example"}
    answered.act("change-contact", moved, by="moderator")
    assert requests.seats_alike(engine, here, "ngo-nl") == [here]


# ways in that end


def door(memory: Memory, capacity: Capacity) -> str:
    return access.mint_link(memory.engine, capacity, memory.now, DAY)


def opens(memory: Memory, link: str, kind: access.Kind = "participant") -> bool:
    return access.link_capacity(memory.engine, link, kind, memory.now) is not None


def test_the_links_to_an_old_address_end_when_it_changes(opened: Memory) -> None:
    opened.gather()
    link = door(opened, SEAT)
    opened.act("change-contact", {"stakeholder": "ngo-nl", "phone": "+31 6"})
    assert opens(opened, link)
    opened.act("change-contact", {"stakeholder": "ngo-nl", "email": "new@ngo.example"})
    assert not opens(opened, link)


@pytest.mark.parametrize("how", ["hand-over", "apply"])
def test_the_links_of_a_role_end_when_somebody_else_holds_it(how: str, opened: Memory) -> None:
    mine, other = (Capacity("role", "kleding", role) for role in ("deputy", "sponsor"))
    links = [door(opened, capacity) for capacity in (mine, other)]
    if how == "hand-over":
        opened.act("hand-over", {"role": "deputy", "person": {"name": "Ines"}})
    else:
        programme = a_programme()
        roles = {role.value: held.model_dump() for role, held in programme.roles.items()}
        roles["deputy"] = {"name": "Ines"}
        opened.ledger.apply_programme(
            programme.model_validate(programme.model_dump() | {"roles": roles}), opened.now
        )
    assert [opens(opened, link, "role") for link in links] == [False, True]


def test_a_seat_that_is_dropped_opens_no_door(opened: Memory) -> None:
    opened.map()
    link = door(opened, Capacity("participant", "kleding", "union-bd", "kleding-2022"))
    opened.act("drop-stakeholder", {"stakeholder": "union-bd", "reason": "Merged"})
    assert not opens(opened, link)
