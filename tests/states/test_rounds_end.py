"""Whatever addresses fail and whoever has none: the alerts about it end, go up, and reach each person once."""

from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import Template
from states.steps.delivery.receipts import undeliverable
from states.steps.people.contact_ways import ALERTS, by_hand, failed_for_good, reads_mail
from states.timing.lapse import rung_template
from tests.states.builders import NOOR, RAHIMA, live

ORDER = [Role.MANAGER, Role.DEPUTY, Role.SPONSOR, Role.BOARD]
ONE = "one@wolkdraad.example"
WAYS = st.sampled_from(["own", "own", "none", "same", "nobody"])
"""Who holds a role: somebody with an address, without one, somebody who holds another role too, or nobody."""
TEMPLATES = [
    *sorted(ALERTS - {"by-hand-task", "delivery-failed"}),
    "dialogue-opened",
    "role-handed-over",
]
SIGNED = live("signed")


def dialogue_of(ways: dict[Role, str]) -> Dialogue:
    people = SIGNED.dialogue.programme.roles
    address = {"own": None, "none": {"email": None}, "same": {"email": ONE}}
    roles = {
        role: people[role].model_copy(update=address[way] or {})
        for role, way in ways.items()
        if way != "nobody"
    }
    programme = SIGNED.dialogue.programme.model_copy(update={"roles": roles})
    return replace(SIGNED.dialogue, programme=programme)


def first_notices(dialogue: Dialogue) -> list[Notice]:
    found = [
        Notice(to=role, role=role, template=Template(template), detail={})
        for role in dialogue.programme.roles
        for template in TEMPLATES
    ]
    people = [
        Notice(to=to, role=PARTICIPANT, template=Template.AGENDA_ECHOED) for to in (NOOR, RAHIMA)
    ]
    answers = [n for _, n in SIGNED.notices if n.template == "answer"]
    return [
        *found,
        *people,
        *answers,
        Notice(to="sealed-1", role=PARTICIPANT, template=Template.AGENDA_ECHOED),
    ]


def address_of(dialogue: Dialogue, to: str) -> str | None:
    reader = dialogue.reader(to)
    return reader.email if reader else None


@settings(max_examples=150, deadline=None)
@given(
    ways=st.fixed_dictionaries(dict.fromkeys(Role, WAYS)),
    dead=st.sets(st.sampled_from([*Role, NOOR, RAHIMA])),
    reason=st.sampled_from(["mailbox-unavailable", "refused-550", "bounced-5.2.2", "deferred-450"]),
)
def test_the_alerts_about_what_failed_end(
    ways: dict[Role, str], dead: set[str], reason: str
) -> None:
    dialogue = dialogue_of(ways)
    failing = {address_of(dialogue, name) for name in dead} - {None}
    waits: deque[tuple[Notice, tuple[str, ...]]] = deque(
        (notice, ()) for notice in first_notices(dialogue)
    )
    start, rounds, refused = len(waits), 0, set()
    while waits:
        rounds += 1
        assert rounds < start * (2 * len(Role) + 1), "it goes round"
        notice, heard = waits.popleft()
        address = address_of(dialogue, notice.to)
        if address is None:
            told = [task for task in [by_hand(dialogue, notice)] if task]
        elif address in failing:
            assert not (failed_for_good(reason) and (notice.to, address) in refused)
            refused.add((notice.to, address))
            decided = undeliverable(dialogue, notice, reason, SIGNED.now)
            dialogue, told = decided.dialogue, list(decided.notices)
        else:
            continue
        for alert in told:
            assert alert.to not in heard, "told twice of one message"
            _goes_up(notice, alert)
            waits.append((alert, (*heard, notice.to)))


def _goes_up(notice: Notice, alert: Notice) -> None:
    if notice.to in ORDER[:3] and notice.template in ALERTS and alert.to in ORDER:
        assert ORDER.index(Role(alert.to)) > ORDER.index(Role(notice.to))
    if notice.detail.get("to") == "sealed-1" and notice.to == Role.MODERATOR:
        assert alert.to in {Role.CONFIDANT, Role.BOARD}


def test_what_failed_for_good_is_told_once() -> None:
    life = live("signed")
    told = len(life.notices)
    for _ in range(3):
        life.bounce(
            Notice(to=NOOR, role=PARTICIPANT, template=Template.AGENDA_ECHOED), "refused-550"
        )

    assert [n.to for _, n in life.notices[told:]] == ["moderator"]
    assert not reads_mail(life.dialogue, NOOR)


def test_a_full_mailbox_may_have_room_the_next_time() -> None:
    life = live("signed").bounce(
        Notice(to=NOOR, role=PARTICIPANT, template=Template.AGENDA_ECHOED), "bounced-5.2.2"
    )
    assert reads_mail(life.dialogue, NOOR)


@pytest.mark.parametrize("email", ["noor@ngonoord.example", "noor@elders.example"])
def test_an_address_that_is_recorded_anew_is_used_again(email: str) -> None:
    """Also the same one: whoever records it says that it works."""
    life = live("signed")
    life.bounce(Notice(to=NOOR, role=PARTICIPANT, template=Template.AGENDA_ECHOED), "refused-550")
    life.take("moderator", "change-contact", stakeholder=NOOR, email=email)
    assert address_of(life.dialogue, NOOR) == email


def test_a_role_that_another_person_takes_is_reached_again() -> None:
    life = live("signed").bounce(
        Notice(to="sponsor", role="sponsor", template=Template.PEOPLE_ARE_WAITING), "refused-550"
    )
    assert not reads_mail(life.dialogue, "sponsor")
    life.take(
        "sponsor", "hand-over", role="sponsor", person={"name": "Sam", "email": "sam@co.example"}
    )
    assert reads_mail(life.dialogue, "sponsor")


def test_an_answer_to_an_address_that_failed_can_be_brought() -> None:
    """It goes by hand, and who brought it may say so although there is an address on record."""
    life = live("signed").at("2022-09-01")
    life.bounce(life.answer("c1"), "refused-550")
    life.now += timedelta(days=1)
    life.mail = False
    task = by_hand(life.dialogue, life.answer("c1"))
    assert task is not None
    life.take("moderator", "record-delivery", to=NOOR, template="answer", how="phone")
    assert life.status(f"answer-participant/{NOOR}") == "met"


def test_every_late_rung_is_an_alert() -> None:
    """A rung that tells somebody of lateness is in the list of what goes up."""
    duties = SIGNED.dialogue.duties.values()
    late = {
        rung_template(duty, offset, role)
        for duty in duties
        for role in Role
        for offset in (1, 5, 10, 20)
        if duty.owner != PARTICIPANT
    }
    assert late <= ALERTS
