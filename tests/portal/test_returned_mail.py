"""What came back and nobody understood: the moderator looks, and says whether the message arrived."""

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from portal.manager.answers.returned_mail import may_dismiss
from states.model.people import Role
from states.model.vocabulary import DutyKind
from tests.portal.conftest import Portal
from tests.records.conftest import a_programme

AT = "/dialogues/kleding-2022/returned"


@pytest.fixture
def unclear(two_companies: Portal) -> Portal:
    """Give a portal in which something odd came back about two answers: an open one and one under seal."""
    memory = two_companies.memory
    for point in ("c1", "c2"):
        memory.act("answer-participant", {"covers": [point], "text": "We raise prices in spring."})
    memory.deliver()
    for row in memory.notices(template="answer"):
        assert memory.ledger.report_unread(row.id, memory.now)
    return two_companies


def numbers(page: str) -> list[str]:
    """The messages on *page*, each once."""
    return list(dict.fromkeys(re.findall(r'name="number" value="(\d+)"', page)))


def test_the_moderator_says_that_one_did_not_arrive_and_that_another_is_well(
    unclear: Portal,
) -> None:
    moderator = unclear.enter_as("moderator")
    first, second = numbers(moderator.get("/returned").text)
    said = {"number": first, "what": "not-arrived"}
    assert moderator.submit(AT, said, on="/returned").status_code == 303
    [left] = numbers(moderator.get("/returned").text)
    assert left == second
    said = {"number": second, "what": "nothing"}
    assert moderator.submit(AT, said, on="/returned").status_code == 303
    assert numbers(moderator.get("/returned").text) == []
    facts = [
        row
        for row in unclear.dump()
        if re.search(r'INTO "(held_)?facts"', row) and "'report-looked-at'" in row
    ]
    assert len(facts) == 1
    owed = {duty.whom for duty in unclear.memory.read().owed(DutyKind.ANSWER_PARTICIPANT)}
    assert len(owed) == 1


def test_a_manager_is_not_asked_while_somebody_moderates(unclear: Portal) -> None:
    manager = unclear.enter_as("manager")
    assert numbers(manager.get(AT).text) == []
    said = {"number": unclear.memory.notices(template="answer")[0].id, "what": "not-arrived"}
    assert manager.submit(AT, said).status_code == 404
    assert AT not in manager.get("/dialogues/kleding-2022/answers").text


def test_without_a_moderator_the_manager_looks(portal: Portal) -> None:
    programme, memory = a_programme(), portal.memory
    roles = {name: who for name, who in programme.roles.items() if name is not Role.MODERATOR}
    memory.open(programme.model_copy(update={"roles": roles}))
    memory.gather()
    memory.act("invite-all")
    memory.deliver()
    row = memory.notices(template="invitation")[0]
    assert memory.ledger.report_unread(row.id, memory.now)
    manager = portal.enter_as("manager")
    assert numbers(manager.get(AT).text) == [str(row.id)]
    said = {"number": row.id, "what": "nothing"}
    assert manager.submit(AT, said, on=AT).status_code == 303
    assert numbers(manager.get(AT).text) == []


@pytest.mark.parametrize(
    ("who", "template", "may"),
    [
        ("moderator", "answer", True),
        ("manager", "answer", False),
        ("deputy", "dispute-settled", False),
        ("manager", "invitation", True),
    ],
)
def test_whoever_owes_an_answer_never_waves_it_through(who: str, template: str, may: bool) -> None:
    visit = SimpleNamespace(me=SimpleNamespace(name=who))
    row = SimpleNamespace(template=template)
    assert may_dismiss(cast("Any", visit), cast("Any", row)) is may
