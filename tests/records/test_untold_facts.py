"""What the feed of the operator has to tell: each fact once, and nothing of how far a sealed voice was told."""

from datetime import timedelta

from records.journal import untold_facts
from records.journal.untold_facts import LEASE, UntoldFact
from states.model.people import HELPER, PARTICIPANT, Role
from states.privacy.operator_feed import capacity_of
from tests.records.conftest import Memory, a_programme

MANY = 100


def waiting(memory: Memory, limit: int = MANY) -> list[UntoldFact]:
    """Claim what is to be told now."""
    return untold_facts.claim(memory.engine, memory.now, limit)


def said(told: list[UntoldFact]) -> list[tuple[str, str]]:
    """What happened to whom."""
    return [(one.fact, one.subject) for one in told]


def answer(memory: Memory, point: str) -> int:
    """Write the answer to *point*; the number of its notice."""
    memory.act("answer-participant", {"covers": [point], "text": f"We will pay for {point}."})
    (waits,) = memory.notices(template="answer", status="pending")
    return waits.id


def test_an_edition_that_opens_is_told_with_its_programme(opened: Memory) -> None:
    (told,) = waiting(opened)

    assert (told.dialogue_id, told.programme_id) == ("kleding-2022", "kleding")
    assert (told.fact, told.at) == ("dialogue-opened", opened.now)


def test_an_answer_is_told_once_it_was_delivered_and_again_when_it_came_back(
    opened: Memory,
) -> None:
    opened.sign()
    opened.deliver()
    waiting(opened)
    notice = answer(opened, "c1")
    assert waiting(opened) == []
    opened.deliver()
    assert said(waiting(opened)) == [("participant-answered", "ngo-nl")]
    opened.ledger.undeliverable(notice, "email", "550 5.1.1", opened.now)

    assert said(waiting(opened)) == [("answer-bounced", "ngo-nl")]


def test_of_a_sealed_voice_neither_delivery_nor_bounce_is_told(answered: Memory) -> None:
    before = {one.fact for one in waiting(answered)}
    (notice,) = answered.notices(template="answer", status="pending")
    answered.deliver()
    answered.ledger.undeliverable(notice.id, "email", "550 5.1.1", answered.now)
    assert "participant-answered" not in before
    assert waiting(answered) == []

    alerts = answered.notices(template="delivery-failed")
    assert {one.to for one in alerts} == {"moderator"}
    for alert in alerts:
        answered.ledger.undeliverable(alert.id, "email", "550 5.1.1", answered.now)
    assert waiting(answered) == []


def test_mail_that_fails_is_told_with_its_message(invited: Memory) -> None:
    waiting(invited)
    notice = invited.notices(template="invitation", to="ngo-nl")[0]
    invited.ledger.undeliverable(notice.id, "email", "550 5.1.1", invited.now)
    (told,) = waiting(invited)

    assert (told.fact, told.detail["template"]) == ("notice-undeliverable", "invitation")


def test_two_rounds_at_once_share_what_is_to_be_told(memory: Memory) -> None:

    for name in ("one", "two", "three"):
        memory.open(a_programme(name))
    first, second = waiting(memory, 2), waiting(memory, 2)

    assert [one.programme_id for one in (*first, *second)] == ["one", "two", "three"]
    assert waiting(memory) == []


def test_what_a_killed_round_left_is_told_later_and_what_was_told_is_not(opened: Memory) -> None:
    (first,) = waiting(opened)
    opened.now += LEASE - timedelta(microseconds=1)
    assert waiting(opened) == []
    opened.now += timedelta(microseconds=1)
    assert waiting(opened) == [first]
    untold_facts.forget(opened.engine, [first.id])
    opened.now += LEASE

    assert waiting(opened) == []


def test_the_mail_of_a_helper_that_fails_is_told_as_a_helpers(opened: Memory) -> None:
    given = {
        "name": "S. Aksoy",
        "organisation": "Taalhulp",
        "language": "tr",
        "email": "s@hulp.example",
    }
    opened.act("name-helper", given, by="sponsor")
    waiting(opened)
    for notice in opened.notices(template="helper-named"):
        opened.ledger.undeliverable(notice.id, "email", "550 5.1.1", opened.now)
    (told,) = waiting(opened)

    assert told.helps
    assert capacity_of(told.subject, helps=told.helps) == HELPER


def test_of_others_a_role_or_that_they_take_part_is_told(invited: Memory) -> None:
    waiting(invited)
    for to in ("ngo-nl", "sponsor"):
        for notice in invited.notices(to=to, status="pending"):
            invited.ledger.undeliverable(notice.id, "email", "550 5.1.1", invited.now)
    told = {capacity_of(one.subject, helps=one.helps) for one in waiting(invited)}

    assert told <= {PARTICIPANT, Role.SPONSOR}
    assert PARTICIPANT in told
