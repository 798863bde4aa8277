"""Who is whom, and who owes: one address in its forms, one telephone in its forms, and a debtor under another hat."""

import pytest

from states.language.errors import NotYours
from states.model.people import Person, Role
from states.privacy.independence import (
    is_debtor,
    may_speak_for,
    owes_to,
    require_no_debtor,
    same_person,
    same_phone,
)
from states.values.addresses import same_address
from tests.states.builders import (
    DENIZ,
    NOOR,
    RAHIMA,
    Given,
    Life,
    disputed,
    live,
    live_with,
    people,
    programme,
)


def person(name: str = "Iemand", **known: str) -> Person:
    return Person.model_construct(
        name=name, email=known.get("email"), phone=known.get("phone"), language="nl"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("marieke@blauw.example", "Marieke@BLAUW.example"),
        ("rené@blauw.example", "rene\u0301@blauw.example"),
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("info@MÜLLER.example", "info@xn--mller-kva.example"),
        ("info@bücher.example", "info@bu\u0308cher.example"),
    ],
)
def test_one_address_in_two_forms(one: str, other: str) -> None:
    assert same_address(one, other)
    assert same_person(person("A", email=one), person("B", email=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rene@blauw.example", "rené@blauw.example"),
        ("info@strasse.example", "info@straße.example"),
        ("a@blauw.example", "a@blauw.example.org"),
        ("", "a@blauw.example"),
        (None, None),
    ],
)
def test_two_addresses(one: str | None, other: str | None) -> None:
    assert not same_address(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+31 6 1000 0000", "0031610000000"),
        ("+31 (0)6 1000 0000", "06-10000000"),
        ("+880 1700 000000", "01700 000000"),
        ("tel. +31 20 555 01 23", "+31205550123 toestel 4"),
        ("٠٦١٠٠٠٠٠٠٠", "+31 6 1000 0000"),
        ("+31 20 555 01 23", "(020) 555.01.23"),
    ],
)
def test_one_telephone_in_two_forms(one: str, other: str) -> None:
    assert same_phone(one, other)
    assert same_person(person("A", phone=one), person("B", phone=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+31 6 1000 0000", "+32 6 1000 0000"),
        ("+31 6 1000 0000", "06 1000 0001"),
        ("toestel 12", "12"),
        ("123", "+31 20 5550123"),
        ("geen", "geen"),
        (None, "06 1000 0000"),
    ],
)
def test_two_telephones(one: str | None, other: str | None) -> None:
    assert not same_phone(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({"email": "a@x.example"}, {}, True),
        ({"email": "a@x.example"}, {"phone": "+31 6 1000 0000"}, True),
        ({"email": "a@x.example"}, {"email": "b@x.example"}, False),
        ({"phone": "+31 6 1000 0000"}, {"phone": "+31 6 1000 0001"}, False),
        (
            {"email": "a@x.example", "phone": "+31 6 1000 0000"},
            {"email": "b@x.example", "phone": "0610000000"},
            True,
        ),
    ],
)
def test_the_name_alone_only_where_nothing_else_can_be_compared(
    one: Given, other: Given, *, same: bool
) -> None:
    assert same_person(person("Jan  Smit", **one), person("jan smit", **other)) is same


@pytest.mark.parametrize("role", Role)
def test_the_debtors_are_manager_deputy_and_sponsor(role: Role) -> None:
    debtors = {Role.MANAGER, Role.DEPUTY, Role.SPONSOR}

    assert is_debtor(live("answered").dialogue, role) is (role in debtors)


TWO_HATS = [
    pytest.param(debtor, hat, how, id=f"{debtor} also {hat} by {how}")
    for debtor in ("manager", "deputy", "sponsor")
    for hat in ("moderator", "confidant", "board")
    for how in ("email", "phone", "name")
]


def two_hats(debtor: str, hat: str, how: str) -> Life:
    """Somebody who holds two roles, under another name or none of the same means of contact."""
    everybody = people()
    known = everybody[debtor] | {"phone": "+31 6 1234 5678"}
    other = {
        "email": {"name": "Een Ander", "email": str(known["email"]).upper()},
        "phone": {"name": "Een Ander", "email": "ander@elders.example", "phone": "0612345678"},
        "name": {"name": known["name"]},
    }[how]
    return live_with(
        upto="mapped", company=programme(roles=everybody | {debtor: known, hat: other})
    )


@pytest.mark.parametrize(("debtor", "hat", "how"), TWO_HATS)
def test_a_debtor_under_another_hat(debtor: str, hat: str, how: str) -> None:
    dialogue = two_hats(debtor, hat, how).dialogue

    assert is_debtor(dialogue, hat)
    assert not may_speak_for(dialogue, hat, NOOR)
    with pytest.raises(NotYours) as refused:
        require_no_debtor(dialogue, hat, NOOR)
    assert refused.value.code == "debtor-may-not-relay"


def test_the_owner_of_the_very_duty_proves_nothing_either() -> None:
    life = disputed()
    for _ in range(2):
        life.take("manager", "settle-dispute", contribution="c1", text="Het bedrag volgt.")
        life.deliver(life.last("dispute-settled"))
        life.take(NOOR, "dispute-answer", contribution="c1", reason="Nog niet.")
    dialogue = life.dialogue
    assert dialogue.duties["answer-dispute/c1#3"].owner == "moderator"

    assert owes_to(dialogue, "moderator", NOOR)
    assert not may_speak_for(dialogue, "moderator", NOOR)
    assert may_speak_for(dialogue, "confidant", NOOR)
    assert may_speak_for(dialogue, "moderator", DENIZ)


def test_a_seal_is_not_opened_by_asking() -> None:
    dialogue = live("answered").dialogue

    for voice in (NOOR, RAHIMA, "sealed-1", "nobody"):
        with pytest.raises(NotYours) as refused:
            require_no_debtor(dialogue, "manager", voice)
        assert refused.value.details == {"by": "manager"}


def test_somebody_who_speaks_for_themselves_is_no_role() -> None:
    assert may_speak_for(live("answered").dialogue, NOOR, NOOR)
