"""Nobody makes a debt vanish through the ledger: by a file, by next year, by another edition, or there and back."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from records.outbox.enqueue import BY_HAND, PENDING
from records.schema.core import NOTICES
from states.language.errors import NotYours, Refused
from states.model.people import Former, Person, Role
from states.model.vocabulary import Step
from states.privacy.independence import debtor_behind
from states.steps.people.hand_over import agrees_about
from tests.records.conftest import Memory, a_programme

CRONY = Person.model_validate({"name": "A friend", "email": "friend@elsewhere.example"})
PHONE = {"stakeholder": "ngo-nl", "how": "phone"}


@pytest.fixture
def open_voice(opened: Memory) -> Memory:
    """Give an edition in which one person spoke, openly."""
    opened.meet()
    for name in ("union-bd", "ngo-nl"):
        opened.act("record-attendance", {"stakeholder": name, "present": True}, by="moderator")
    point = {"id": "c1", "stakeholder": "ngo-nl", "attribution": "named", "text": "Pay."}
    opened.act("record-contribution", point, by="moderator")
    return opened


def debts(memory: Memory) -> list[tuple[str, Any]]:
    duties = memory.reread().duties.values()
    return [(d.name, d.first_due) for d in duties if d.owed and d.waiting]


def open_next(memory: Memory) -> str:
    """Open the next edition, a month later."""
    receipt = memory.ledger.open_edition(
        "kleding",
        session_at=None,
        edition=2024,
        information=None,
        by="manager",
        now=memory.now + timedelta(days=30),
    )
    return receipt.dialogue_id


def apply_with(memory: Memory, role: Role, person: Person = CRONY) -> None:
    known = a_programme()
    roles = {**known.roles, role: person}
    memory.ledger.apply_programme(known.model_copy(update={"roles": roles}), memory.now)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.CONFIDANT, Role.BOARD])
def test_a_file_changes_nobody_who_stands_beside_those_who_wait(
    open_voice: Memory, role: Role
) -> None:
    before = open_voice.ledger.programme("kleding")

    with pytest.raises(NotYours) as refused:
        apply_with(open_voice, role)

    assert refused.value.code == "roles-are-kept"
    assert open_voice.ledger.programme("kleding") == before


@pytest.mark.parametrize("role", [Role.MANAGER, Role.DEPUTY, Role.SPONSOR])
def test_a_file_may_still_change_who_owes(open_voice: Memory, role: Role) -> None:
    apply_with(open_voice, role)

    assert open_voice.ledger.programme("kleding").programme.roles[role] == CRONY


def test_before_anybody_spoke_a_file_names_whom_it_likes(opened: Memory) -> None:
    apply_with(opened, Role.MODERATOR)

    assert opened.reread().role("moderator") == CRONY


@pytest.mark.parametrize("by", ["manager", "deputy", "sponsor"])
@pytest.mark.parametrize("role", ["moderator", "confidant", "board"])
def test_next_years_edition_is_no_way_to_another_moderator(
    open_voice: Memory, role: str, by: str
) -> None:
    later = open_voice.now + timedelta(days=30)
    next_year = open_next(open_voice)
    person = CRONY.model_dump(mode="json")

    with pytest.raises(Refused):
        open_voice.ledger.act(
            next_year, Step.HAND_OVER, {"role": role, "person": person}, by=by, now=later
        )


def test_the_sponsor_changes_the_moderator_with_the_confidant(open_voice: Memory) -> None:
    given = {"role": "moderator", "person": CRONY.model_dump(mode="json")}
    other = {"role": "moderator", "person": {"name": "A friend", "email": "me@kleding.example"}}
    with pytest.raises(Refused, match="consent"):
        open_voice.act("hand-over", given, by="sponsor")
    open_voice.act("agree-hand-over", given, by="confidant")
    with pytest.raises(Refused, match="consent"):
        open_voice.act("hand-over", other, by="sponsor")

    open_voice.act("hand-over", given, by="sponsor")

    assert open_voice.reread().role("moderator") == CRONY
    chosen = select(NOTICES.c.to).where(NOTICES.c.template == "keeper-changed")
    with open_voice.engine.connect() as connection:
        assert list(connection.scalars(chosen)) == ["ngo-nl"]
    with pytest.raises(Refused):  # it was for once
        open_voice.act("hand-over", other, by="sponsor")


def test_a_moderator_who_owes_is_asked_about_no_role(opened: Memory) -> None:
    assert agrees_about(opened.reread(), Role.MODERATOR) == (Role.CONFIDANT,)
    manager = opened.reread().role(Role.MANAGER)
    assert manager is not None

    given = {"role": "moderator", "person": manager.model_dump(mode="json")}
    opened.act("hand-over", given, by="moderator")

    assert agrees_about(opened.reread(), Role.MODERATOR) == ()
    asked = {"role": "confidant", "person": CRONY.model_dump(mode="json")}
    with pytest.raises(NotYours):
        opened.act("agree-hand-over", asked, by="moderator")


def test_the_board_is_no_stepping_stone(open_voice: Memory) -> None:
    person = CRONY.model_dump(mode="json")
    for by in ("manager", "sponsor", "deputy"):
        with pytest.raises(Refused):
            open_voice.act("hand-over", {"role": "board", "person": person}, by=by)


def test_there_and_back_leaves_everything_as_it_was(open_voice: Memory) -> None:
    """The story that began it: by hand, withdraw, and the address back again."""
    before, seat = debts(open_voice), open_voice.reread().stakeholders["ngo-nl"]
    lines = {"lines": {"c1": "Pay."}}
    open_voice.act("publish-summary", lines, by="moderator")
    withdrawn = {"contribution": "c1", "verdict": "withdrawn", **PHONE}
    story: list[tuple[str, dict[str, Any]]] = [
        ("change-contact", {"stakeholder": "ngo-nl", "by_hand": True}),
        ("check-line", withdrawn),
        ("change-contact", {"stakeholder": "ngo-nl", "email": seat.email}),
        ("map-stakeholder", {"id": "ngo-nl"}),
        ("drop-stakeholder", {"stakeholder": "ngo-nl", "reason": "Gone."}),
        ("ask-erasure", PHONE),
        ("settle-erasure", {"stakeholder": "ngo-nl"}),
        ("close-with-debts", {"reason": "Enough."}),
        ("cancel-dialogue", {"reason": "Enough."}),
    ]
    for step, given in story:
        for by in ("manager", "deputy", "sponsor"):
            with contextlib.suppress(Refused):
                open_voice.act(step, given, by=by)

    assert debts(open_voice)[: len(before)] == before
    assert open_voice.reread().stakeholders["ngo-nl"].email == seat.email
    assert open_voice.reread().contributions["c1"].stands


def test_next_year_an_address_is_still_theirs(open_voice: Memory) -> None:
    open_voice.dialogue_id = open_next(open_voice)
    seat = open_voice.reread().stakeholders["ngo-nl"]
    mapping = {
        "id": seat.id, "name": seat.name, "organisation": seat.organisation, "category": seat.category,
        "country": seat.country, "layer": "proxy", "at_risk": False, "speaks_for": ["wages-bd"],
    }  # fmt: skip

    assert seat.took_part
    with pytest.raises(NotYours, match="changed only by themselves"):
        open_voice.act("map-stakeholder", mapping | {"email": "mine@elsewhere.example"})
    with pytest.raises(NotYours, match="changed only by themselves"):
        open_voice.act("change-contact", {"stakeholder": "ngo-nl", "by_hand": True})
    open_voice.act("map-stakeholder", mapping | {"email": seat.email, "critical": True})


def test_nobody_reads_answers_to_others_at_their_own_address(opened: Memory) -> None:
    opened.map()
    seat = {"stakeholder": "ngo-nl", "email": "MANAGER@kleding.example"}
    with pytest.raises(NotYours, match="owes the answers"):
        opened.act("change-contact", seat)


NUMBER = "+31 20 555 01 23"
VERDICT = {"heard": "yes"}


def the_manager_calls_from(memory: Memory, phone: str | None) -> None:
    """Apply the programme with a telephone of the manager."""
    known = a_programme()
    manager = known.roles[Role.MANAGER].model_copy(update={"phone": phone})
    apply_with(memory, Role.MANAGER, manager)


@pytest.mark.parametrize("phone", [NUMBER, "020 5550123", "+31 (0)20 555 01 23 toestel 4"])
def test_nobody_is_called_at_the_number_of_who_owes(opened: Memory, phone: str) -> None:
    """Mapped, brought in by a list, or moved there: one door for all of them, and it says what to give instead."""
    opened.map()
    the_manager_calls_from(opened, NUMBER)
    seat = opened.reread().stakeholders["ngo-nl"]
    fields = ("id", "name", "organisation", "category", "country", "layer", "at_risk")
    mapping = {name: getattr(seat, name) for name in fields} | {"phone": phone}

    for step, given in (
        ("map-stakeholder", mapping),
        ("map-stakeholder", mapping | {"id": "somebody-else"}),
        ("change-contact", {"stakeholder": "ngo-nl", "phone": phone}),
    ):
        with pytest.raises(NotYours, match="shared number") as refused:
            opened.act(step, given)
        assert refused.value.code == "contact-of-debtor"
    with pytest.raises(NotYours, match="shared number"):
        opened.act("change-contact", {"stakeholder": "ngo-nl", "phone": phone}, by="moderator")


def test_a_number_that_came_to_be_shared_is_corrected_by_the_moderator(answered: Memory) -> None:
    """By a file, there and back: the seat is a debtor's hat until the moderator says otherwise."""
    answered.act("answer-participant", {"covers": ["c1"], "text": "We look again in March."})
    answered.deliver()
    shared = {"stakeholder": "ngo-nl", "phone": NUMBER}
    answered.act("change-contact", shared, by="moderator")
    the_manager_calls_from(answered, NUMBER)
    own = {"stakeholder": "ngo-nl", "phone": "+31 6 1111 1111"}

    for phone in (NUMBER, None):
        the_manager_calls_from(answered, phone)
        with pytest.raises(NotYours) as refused:
            answered.act("give-verdict", VERDICT, by="ngo-nl")
        assert refused.value.code == "debtor-may-not-relay"
        with pytest.raises(NotYours, match="moderator changes it"):
            answered.act("change-contact", own, by="ngo-nl")

    answered.act("change-contact", own, by="moderator")
    answered.act("give-verdict", VERDICT, by="ngo-nl")
    assert answered.reread().verdicts["ngo-nl"].heard == "yes"


def test_next_year_an_earlier_hat_is_no_hat(answered: Memory) -> None:
    """Who owed nothing in this edition speaks for themselves in it; who owed in last year's does not in that one."""
    answered.act("change-contact", {"stakeholder": "ngo-nl", "phone": NUMBER}, by="moderator")
    the_manager_calls_from(answered, NUMBER)
    the_manager_calls_from(answered, None)
    last_year = answered.reread()

    answered.dialogue_id = open_next(answered)

    seat = last_year.stakeholders["ngo-nl"]
    assert debtor_behind(last_year, seat)
    assert not debtor_behind(answered.reread(), seat)


def test_no_file_says_who_owed_before(memory: Memory) -> None:
    person = CRONY.model_dump() | {"until": memory.now}
    said = a_programme().model_copy(update={"owed_before": (Former.model_validate(person),)})
    memory.ledger.apply_programme(said, memory.now)

    assert memory.ledger.programme("kleding").programme.owed_before == ()


def test_what_was_before_is_kept_and_comes_back(open_voice: Memory) -> None:
    before = debts(open_voice)
    open_voice.act("publish-summary", {"lines": {"c1": "Pay."}}, by="moderator")
    line = {"contribution": "c1", "verdict": "withdrawn"}
    open_voice.act("check-line", {**line, **PHONE}, by="moderator")
    assert before[0] not in debts(open_voice)
    [kept] = open_voice.reread().relays.values()
    assert kept.before is not None
    assert (kept.before.line, kept.by, kept.how) == ("Pay.", "moderator", "phone")

    open_voice.act("undo-relayed", {"step": "check-line", "contribution": "c1"}, by="ngo-nl")

    assert before[0] in debts(open_voice)
    [kept] = open_voice.reread().relays.values()
    assert (kept.before, kept.undone_at) == (None, open_voice.now)


@pytest.mark.parametrize("read_back", [True, False])
def test_reading_it_back_counts_as_telling(open_voice: Memory, *, read_back: bool) -> None:
    open_voice.act("publish-summary", {"lines": {"c1": "Pay."}}, by="moderator")
    line = {"contribution": "c1", "verdict": "confirmed", "read_back": read_back}
    open_voice.act("check-line", {**line, **PHONE}, by="moderator")

    chosen = select(NOTICES.c.status, NOTICES.c.sent_at).where(NOTICES.c.template == "relayed")
    with open_voice.engine.connect() as connection:
        [(status, sent_at)] = connection.execute(chosen).all()
    assert status == (BY_HAND if read_back else PENDING)
    assert (sent_at is not None) is read_back


def test_an_erasure_that_was_relayed_leaves_the_house_after_ten_working_days(
    open_voice: Memory,
) -> None:
    open_voice.act("ask-erasure", PHONE, by="confidant")
    open_voice.act("settle-erasure", {"stakeholder": "ngo-nl"})

    chosen = select(NOTICES.c.next_try_at).where(NOTICES.c.template == "erasure-done")
    with open_voice.engine.connect() as connection:
        [at] = connection.scalars(chosen)
    assert at.isoformat() == "2022-06-30T22:00:00+00:00"


def test_the_old_way_is_told_once_and_nothing_else(open_voice: Memory) -> None:
    moved = {"stakeholder": "ngo-nl", "email": "new@ngo.example"}
    open_voice.act("change-contact", moved, by="moderator")

    chosen = select(NOTICES.c.template, NOTICES.c.detail).where(NOTICES.c.to == "ngo-nl")
    with open_voice.engine.connect() as connection:
        rows = {row[0] for row in connection.execute(chosen)}
        told = connection.execute(text("SELECT detail FROM notices")).scalars().all()
    assert {"way-replaced", "contact-changed"} <= rows
    assert not any("@" in str(detail) for detail in told)


def test_at_an_old_telephone_somebody_says_the_one_line(open_voice: Memory) -> None:
    """Nothing goes to a telephone by itself (rules 32); at risk nothing goes there at all."""
    chosen = select(NOTICES.c.to, NOTICES.c.detail).where(NOTICES.c.template == "contact-to-check")
    moved = {"stakeholder": "ngo-nl", "phone": "+31 6 1111 1111"}
    open_voice.act("change-contact", moved, by="moderator")
    open_voice.act("change-contact", moved | {"phone": "+31 6 1111 11 11"}, by="moderator")
    open_voice.act("change-contact", moved | {"phone": "+31 6 2222 2222"}, by="moderator")

    with open_voice.engine.connect() as connection:
        rows = connection.execute(chosen).all()
    left = open_voice.read().stakeholders["ngo-nl"].left_ways
    assert [(to, left[detail["left"]]) for to, detail in rows][-1] == (
        "moderator",
        "+31 6 1111 11 11",
    )
    assert not any("1111" in str(detail) for _, detail in rows)

    risky = {"stakeholder": "union-bd", "phone": "+880 3333 3333"}
    open_voice.act("change-contact", risky, by="moderator")
    with open_voice.engine.connect() as connection:
        told = [d for _, d in connection.execute(chosen) if d["stakeholder"] == "union-bd"]
    assert all("left" not in detail for detail in told)
    assert len(told) == 1


def test_somebody_at_risk_is_called_instead(open_voice: Memory) -> None:
    moved = {"stakeholder": "union-bd", "email": "new@union.example"}
    open_voice.act("change-contact", moved, by="moderator")

    chosen = select(NOTICES.c.template, NOTICES.c.to).where(
        NOTICES.c.template.in_(["way-replaced", "contact-to-check"])
    )
    with open_voice.engine.connect() as connection:
        assert connection.execute(chosen).all() == [("contact-to-check", "moderator")]
