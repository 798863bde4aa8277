"""
No step of whoever owes makes a debt smaller (rules 26): every step × role that owes × person, also two hats.

What is looked at is the state itself, not who was refused: a debt that ends, a point that is gone, a delivery, a
verdict, an objection or an erasure that nobody said, an address that is somebody else's, another moderator.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from states.language.errors import Refused
from states.model.dialogue import Dialogue, Phase
from states.model.duties import KINDS
from states.model.people import Role, way_of
from states.model.vocabulary import Step
from states.privacy.independence import DEBTORS
from states.steps.decide import decide
from states.steps.table import STEPS
from tests.states.builders import (
    DENIZ,
    JOKE,
    NOOR,
    POINTS,
    RAHIMA,
    Given,
    Life,
    disputed,
    live,
    reopened,
    summarised,
)
from tests.states.examples import EXAMPLES, with_bounces

SEATS = (NOOR, JOKE, DENIZ, RAHIMA)
CREDITORS = (*SEATS, "sealed-1")
ANSWERING = frozenset({"answer-participant", "answer-dispute", "settle-erasure"})
KEEPERS = (Role.MODERATOR, Role.CONFIDANT, Role.BOARD)
HATS: dict[str, tuple[str, str]] = {
    f"{debtor} as {hat}": (debtor, hat) for debtor in DEBTORS for hat in KEEPERS
}
CRONY: Given = {"name": "Een Vriend", "email": "vriend@elders.example"}
HOWS: tuple[Given, ...] = ({}, {"how": "phone"}, {"how": "letter", "read_back": True})


def asked_to_be_erased() -> Life:
    """Noor waits for her answer, and asked to be erased."""
    return live("signed").at("2022-08-26").take(NOOR, "ask-erasure", text="Alles.")


def recorded() -> Life:
    """The moderator recorded in Noor's name that her point is withdrawn; she may still undo it."""
    withdrawn = {"contribution": "c1", "verdict": "withdrawn"}
    life = live("summarised")
    return life.take("moderator", "check-line", stakeholder=NOOR, how="phone", **withdrawn)


def written() -> Life:
    """Joke's answer is written and waits to be told by phone, Noor's waits to be sent, and so does a settlement."""
    life = live("signed").at("2022-09-01")
    life.answer("c3")
    life.take(DENIZ, "dispute-answer", contribution="c3", reason="Niet mijn punt.")
    settled = {"contribution": "c3", "text": "Het prijsmodel."}
    life.dialogue = life.decided("manager", "settle-dispute", **settled).dialogue
    for point in ("c1", "c5"):
        given = {"covers": [point], "text": "De marge telt mee."}
        life.dialogue = life.decided("manager", "answer-participant", **given).dialogue
    return life


def unsealed(chapter: str) -> Life:
    """The same year, in which nobody spoke under seal."""
    life = live("met")
    for name in ("c1", "c3", "c5"):
        life.take("moderator", "record-contribution", **POINTS[name])
    return life if chapter == "met" else summarised(life)


LIVES: dict[str, Callable[[], Life]] = {
    **{
        name: partial(live, name)
        for name in ("spoken", "summarised", "checked", "weighed", "settled", "signed", "answered")
    },
    "disputed": disputed,
    "reopened": reopened,
    "bounced": with_bounces,
    "erasing": asked_to_be_erased,
    "recorded": recorded,
    "written": written,
    "nobody sealed": lambda: unsealed("met"),
    "nobody sealed, shared": lambda: unsealed("summarised"),
}


def wishes(step: str, dialogue: Dialogue) -> Iterator[Given]:
    """Everything sensible, and much that is not, that somebody who owes could bring along to *step*."""
    yield {}
    if step in EXAMPLES:
        yield dict(EXAMPLES[step][1])
    if step in _MAKERS:
        yield from _MAKERS[step](dialogue)


def _on_behalf(*more: Given) -> Callable[[Dialogue], Iterator[Given]]:
    def make(_: Dialogue) -> Iterator[Given]:
        for seat in SEATS:
            for how in HOWS:
                yield from ({"stakeholder": seat, **how, **one} for one in more)

    return make


def _points(**more: str) -> list[Given]:
    return [{"contribution": name, **more} for name in POINTS]


def _deliveries(_: Dialogue) -> Iterator[Given]:
    for to in (*CREDITORS, *Role):
        for template in ("answer", "dispute-settled", "erasure-done", "invitation", None):
            yield {"to": to, "how": "gebeld", **({"template": template} if template else {})}


def _contacts(_: Dialogue) -> Iterator[Given]:
    for seat in SEATS:
        yield {"stakeholder": seat, "by_hand": True}
        yield {"stakeholder": seat, "by_hand": True, "phone": "+31 6 9999 9999"}
        yield {"stakeholder": seat, "email": "mirjam.prive@elders.example"}
        yield {"stakeholder": seat, "phone": "+31 6 9999 9999"}
        yield {"stakeholder": seat, "postal_address": "Postbus 1"}


def _roles(_: Dialogue) -> Iterator[Given]:
    for role in Role:
        yield {"role": role, "person": CRONY}
        yield {"role": role, "person": {"name": "Mirjam", "email": "MIRJAM@wolkdraad.example"}}


def _duties(dialogue: Dialogue) -> Iterator[Given]:
    for name in dialogue.duties:
        yield {"duty": name, "to": "2022-11-01", "reason": "Meer tijd."}


def _decisions(_: Dialogue) -> Iterator[Given]:
    for name in POINTS:
        for outcome in ("not-now", "rejected"):
            reason = f"Voor {name} geldt dit besluit tot het voorjaar."
            yield {"contribution": name, "outcome": outcome, "owner": "manager", "reason": reason}


_MAKERS: dict[str, Callable[[Dialogue], Iterator[Given]]] = {
    "accept-invitation": _on_behalf({}),
    "decline-invitation": _on_behalf({}),
    "share-expectation": _on_behalf({"text": "Niets."}),
    "check-line": _on_behalf(
        *_points(verdict="confirmed"),
        *_points(verdict="withdrawn"),
        *_points(verdict="corrected", text="Niets."),
    ),
    "give-verdict": _on_behalf({"heard": "yes"}, {"heard": "yes", "voice": "sealed-1"}),
    "dispute-answer": _on_behalf(*_points(reason="Niet zo.")),
    "ask-erasure": _on_behalf({"text": "Alles."}),
    "undo-relayed": _on_behalf(
        *({"step": step} for step in ("check-line", "accept-invitation", "give-verdict")),
        *_points(step="check-line"),
    ),
    "record-delivery": _deliveries,
    "change-contact": _contacts,
    "hand-over": _roles,
    "agree-hand-over": _roles,
    "postpone": _duties,
    "decide": _decisions,
    "settle-erasure": lambda _d: iter({"stakeholder": s} for s in SEATS),
    "drop-stakeholder": lambda _d: iter({"stakeholder": s, "reason": "Weg."} for s in SEATS),
    "drop-risk": lambda d: iter({"risk": r, "reason": "Weg."} for r in d.risks),
    "answer-participant": lambda _d: iter({"covers": [c], "text": "Dit is het."} for c in POINTS),
    "settle-dispute": lambda _d: iter({"contribution": c, "text": "Dit is het."} for c in POINTS),
    "publish-summary": lambda _d: iter([{"lines": dict.fromkeys(POINTS, "Alles is goed.")}]),
    "reschedule-session": lambda _d: iter([{"to": "2022-11-30T13:00", "reason": "Later."}]),
    "mark-unsafe": lambda _d: iter(
        {"stakeholder": s, "way": way} for s in SEATS for way in ("email", "phone", "post")
    ),
}


def owed(dialogue: Dialogue) -> dict[str, Any]:
    """The debts to people that are owed, each with its first promise."""
    duties = dialogue.duties.values()
    return {d.name: d.first_due for d in duties if d.owed and d.kind in ANSWERING}


_SAID = ("voice", "text", "delivered_at", "dispute_round", "dispute_open", "attribution")


def harm(before: Dialogue, after: Dialogue, step: str, given: Given) -> list[str]:
    """Return what the step took from those who wait; nothing may be in it."""
    found = []
    still = owed(after)
    settled = f"settle-erasure/{given.get('stakeholder')}" if step == "settle-erasure" else ""
    # After two tries that are listed it is on record as not reached, never as answered (rules 30); all else stays.
    gone = step == "could-not-reach"
    for name, first in ({} if gone else owed(before)).items():
        if name != settled and still.get(name) != first and not _carried(after, name):
            found.append(f"{name} is no longer owed from its first promise")
    for name, was in before.contributions.items():
        now = after.contributions[name]
        # Under seal a response settles when it is written, and is carried by somebody else.
        written = {"dispute_open"} if now.settlement_waits else set[str]()
        said = [field for field in _SAID if field not in written]
        found += [f"{name}: {f}" for f in said if getattr(was, f) != getattr(now, f)]
        if was.stands != now.stands:
            found.append(f"{name}: no longer stands as it did")
    if before.verdicts != after.verdicts:
        found.append("a verdict")
    if set(after.seals) != set(before.seals):
        found.append("a seal")
    return found + list(_harm_to_people(before, after))


def _carried(after: Dialogue, name: str) -> bool:
    """Whether what was owed as *name* to a voice under seal is written and now owed by whoever carries it."""
    voice = after.duties[name].waiting
    carried = after.latest(f"carry-answer/{voice}")
    return carried is not None and carried.owed


_WAYS = ("email", "phone", "postal_address")


def _harm_to_people(before: Dialogue, after: Dialogue) -> Iterator[str]:
    for name, was in before.stakeholders.items():
        now = after.stakeholders.get(name)
        if now is None:
            yield f"{name} is off the map"
            continue
        spoke = any(c.voice in before.voices_of(name) for c in before.contributions.values())
        for field in (*(_WAYS if spoke else ()), "erasure_wish", "erased_at", "took_part"):
            if getattr(was, field) != getattr(now, field):
                yield f"{name}: {field}"
        if spoke and was.contact.email != now.contact.email and not now.unsafe:
            yield f"{name} is no longer reached"
    for role in KEEPERS:
        if before.role(role) != after.role(role):
            yield f"another {role}"


def with_hats(life: Life, debtor: str, hat: str) -> Life:
    """The same life, in which *hat* is held by whoever holds *debtor*, by another name."""
    roles = dict(life.dialogue.programme.roles)
    known = roles[Role(debtor)]
    roles[Role(hat)] = known.model_copy(
        update={"name": "Een Ander", "email": str(known.email).upper()}
    )
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": roles})
    return life


NUMBER = "+31 6 1234 5678"
SEATED: dict[str, Callable[[Life], Life]] = {
    "by the number of their country": lambda life: seated(life, "06 12345678"),
    "by another way to write it": lambda life: seated(life, "0031 (0)6-12 34 56 78 toestel 3"),
    "called unsafe": lambda life: life_with_unsafe_number(seated(life, NUMBER)),
    "by mail": lambda life: seated(life, None, email="MIRJAM@wolkdraad.example"),
}
"""How a seat that spoke can be the manager in truth."""


def seated(life: Life, phone: str | None, email: str = "deniz@izmirtextiles.example") -> Life:
    """The same life, in which the manager has a telephone, and Deniz the same one, or the same address."""
    roles = dict(life.dialogue.programme.roles)
    known = roles[Role.MANAGER]
    roles[Role.MANAGER] = known.model_copy(update={"phone": NUMBER})
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": roles})
    seat = life.dialogue.stakeholders[DENIZ]
    theirs = seat.model_copy(update={"phone": phone, "email": email})
    life.dialogue.stakeholders[DENIZ] = theirs
    return life


def life_with_unsafe_number(life: Life) -> Life:
    seat = life.dialogue.stakeholders[DENIZ]
    mark = way_of("phone", str(seat.phone))
    life.dialogue.stakeholders[DENIZ] = seat.model_copy(update={"unsafe": (mark,)})
    return life


def tried(dialogue: Dialogue, by: str, step: str, given: Given, life: Life) -> Dialogue | None:
    """What follows, None when it is refused."""
    try:
        return decide(dialogue, Step(step), deepcopy(given), by, life.now).dialogue
    except Refused:
        return None


# Two things that a debtor may do to a creditor under another hat, because that hat is theirs and changes no debt: the
# board hands over the board. Nothing else.
@pytest.mark.parametrize("chapter", LIVES)
@pytest.mark.parametrize("by", DEBTORS)
def test_no_step_of_a_debtor_takes_anything(by: str, chapter: str) -> None:
    life = LIVES[chapter]()
    passed = 0
    for step in STEPS:
        for given in wishes(step, life.dialogue):
            after = tried(life.dialogue, by, step, given, life)
            passed += after is not None
            if after is not None and (step, by) != ("record-contribution", by):
                assert harm(life.dialogue, after, step, given) == [], (step, by, given)
    assert passed, "nothing was ever allowed: the walk tries nothing"


@pytest.mark.parametrize("chapter", LIVES)
@pytest.mark.parametrize("hats", HATS)
def test_two_hats_take_nothing_either(hats: str, chapter: str) -> None:
    debtor, hat = HATS[hats]
    life = with_hats(LIVES[chapter](), debtor, hat)
    for step in STEPS:
        if step in {"record-contribution", "settle-dispute"}:
            continue  # adds to what is owed; is no delivery
        for given in wishes(step, life.dialogue):
            after = tried(life.dialogue, hat, step, given, life)
            if after is not None:
                assert harm(life.dialogue, after, step, given) == [], (step, hat, given)


@pytest.mark.parametrize("chapter", LIVES)
@pytest.mark.parametrize("how", SEATED)
def test_no_step_of_a_debtors_own_seat_takes_anything(how: str, chapter: str) -> None:
    life = SEATED[how](LIVES[chapter]())
    passed = 0
    for step in STEPS:
        for given in [*wishes(step, life.dialogue), *own_contacts(step)]:
            after = tried(life.dialogue, DENIZ, step, given, life)
            passed += after is not None
            if after is not None:
                assert harm(life.dialogue, after, step, given) == [], (step, given)
    assert passed, "nothing was ever allowed: the walk tries nothing"


def own_contacts(step: str) -> list[Given]:
    ways: tuple[Given, ...] = ({"phone": "+31 6 9999 9999"}, {"email": "nieuw@elders.example"})
    return [{"stakeholder": DENIZ, **way} for way in ways] if step == "change-contact" else []


CREW = (*DEBTORS, DENIZ)
"""Who act together, or are one person in four chairs."""


@drawn(st.data())
def test_no_row_of_steps_with_an_own_seat_takes_anything(data: st.DataObject) -> None:
    """Giving the role away, speaking from the seat, and taking it back; or another telephone for an hour."""
    how = data.draw(st.sampled_from(sorted(SEATED)))
    life = SEATED[how](LIVES[data.draw(st.sampled_from(sorted(LIVES)))]())
    first = now = life.dialogue
    erasing = False
    for _ in range(6):
        step = data.draw(st.sampled_from(_SEAT_STEPS))
        given = data.draw(st.sampled_from([*wishes(step, now), *own_contacts(step)]))
        by = data.draw(st.sampled_from(CREW))
        after = tried(now, by, step, given, life)
        erasing = erasing or (after is not None and step == "settle-erasure")
        now = now if after is None else after
    lost = [one for one in harm(first, now, "", {}) if not (erasing and "settle-erasure" in one)]
    assert lost == []


_SEAT_STEPS = (
    "hand-over", "change-contact", "mark-unsafe", "check-line", "give-verdict", "dispute-answer", "ask-erasure",
    "undo-relayed", "record-delivery", "settle-erasure", "answer-participant",
)  # fmt: skip
"""What can make somebody somebody else, and what the seat could then take."""


@pytest.mark.parametrize("how", SEATED)
@pytest.mark.parametrize("back", [True, False])
def test_giving_the_role_away_for_a_day_makes_nobody_somebody_else(how: str, *, back: bool) -> None:
    life = SEATED[how](live("answered"))
    mirjam = life.dialogue.programme.roles[Role.MANAGER].model_dump(mode="json")
    life.take("deputy", "hand-over", role="manager", person=CRONY)
    if back:
        life.take("deputy", "hand-over", role="manager", person=mirjam | {"phone": None})

    refusal = life.refuse(DENIZ, "give-verdict", heard="yes")

    assert (refusal.code, refusal.phrase) == ("debtor-may-not-relay", "seat-of-debtor")
    assert "moderator" in refusal.why("nl")
    life.take("moderator", "give-verdict", stakeholder=DENIZ, how="phone", heard="partly")


@drawn(st.data())
def test_no_row_of_steps_takes_anything(data: st.DataObject) -> None:
    """Up to eight steps in a row, by any of the three: handing over first, then using what was handed over."""
    life = LIVES[data.draw(st.sampled_from(sorted(LIVES)))]()
    first = now = life.dialogue
    erasing = False
    for _ in range(8):
        step = data.draw(st.sampled_from(sorted(set(STEPS) - {"record-contribution"})))
        given = data.draw(st.sampled_from(list(wishes(step, now))))
        by = data.draw(st.sampled_from([*DEBTORS, Role.BOARD]))
        if by == Role.BOARD and now.role(by) == first.role(by):
            continue  # the board acts only once it is somebody whom they named
        after = tried(now, by, step, given, life)
        erasing = erasing or (after is not None and step == "settle-erasure")
        now = now if after is None else after
    lost = [one for one in harm(first, now, "", {}) if not (erasing and "settle-erasure" in one)]
    assert lost == []


def test_every_step_is_walked() -> None:
    assert set(_MAKERS) | set(EXAMPLES) >= set(STEPS)
    assert {kind for kind in KINDS if KINDS[kind].debt} >= ANSWERING
    assert {Phase.SESSION, Phase.STRATEGY_UPDATE, Phase.FEEDBACK, Phase.CLOSED} <= {
        make().phase for make in LIVES.values()
    }
