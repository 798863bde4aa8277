"""Session page: who was there, and what was said, one point after another while people speak."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from portal.http.errors import Incomplete
from portal.manager.session.seal_weight import (
    crowd_in_words,
    is_held_back,
    level_chosen,
    require_weighed,
)
from portal.shared.points_by_role import complete, seen_by
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from portal.web.seals.opened_seals import held_secret
from records.access.requests import opened_wish, wishes_of
from records.seals.keys import has_key
from states.checks.gaps import SESSION_DAY
from states.language.catalogue import N_
from states.model.contributions import Attribution
from states.model.dialogue import Dialogue, Phase
from states.model.people import Role, Stakeholder
from states.model.sizes.profiles import GovernedRule
from states.model.vocabulary import Step
from states.privacy.embargo.unpublished import free_mark, free_number
from states.steps.permissions import can_seal
from states.values.values import LINE_LIMIT

CHAIR = (*MANAGERS, Role.MODERATOR.value)
"""Who writes down what happens at the session."""
_ANSWERS = {True: "yes", False: "no"}
_PRESENT = (Role.SPONSOR, Role.MANAGER, Role.DEPUTY, Role.BOARD)
"""Whose presence shows that the management takes part."""


def show(visit: Visit) -> Response:
    """Attendance, management and contributions."""
    dialogue = at_hand(visit, Phase.SESSION, Phase.EXPECTATION_GATHERING)
    if dialogue is None:
        return nothing_yet(visit)
    return visit.page(
        "manager/session.html",
        seen=seen_by(visit, dialogue),
        guests=invited_people(dialogue),
        management=_whose_presence(visit, dialogue),
        levels=_levels(visit, dialogue),
        wishes=_wishes(visit, dialogue),
        free_id=free_number(dialogue),
        free_mark=free_mark(dialogue),
        crowd=crowd_in_words(visit, dialogue),
        has_key=has_key(visit.site.house.engine, dialogue.programme.id),
        attendance_shown=attendance_shown(dialogue),
        management_shown=management_shown(dialogue),
    )


def _whose_presence(visit: Visit, dialogue: Dialogue) -> list[Role]:
    """Whose presence can be written down here: the moderator's by themselves, where the profile asks for no more."""
    named = [role for role in _PRESENT if dialogue.role(role)]
    asked = dialogue.policy.rule(GovernedRule.INDEPENDENT_MODERATOR) == SESSION_DAY
    mine = asked and visit.now >= dialogue.session_at and can_seal(dialogue, visit.me.name)
    return [*named, Role.MODERATOR] if mine else named


def invited_people(dialogue: Dialogue) -> list[Stakeholder]:
    """Those who were invited, those who accepted first."""
    everybody = [s for s in dialogue.stakeholders.values() if s.invited]
    return sorted(everybody, key=lambda s: (not s.accepted, s.organisation.casefold(), s.name))


def _levels(visit: Visit, dialogue: Dialogue) -> list[str]:
    """The attributions that whoever looks can record; under seal only a moderator of nobody else can."""
    sealing = can_seal(dialogue, visit.me.name)
    return [level.value for level in Attribution if sealing or level is not Attribution.SEALED]


def _wishes(visit: Visit, dialogue: Dialogue) -> list[tuple[Stakeholder, str]]:
    """How people wish to be named: for the moderator alone, because the wish to be sealed betrays."""
    if visit.me.name != Role.MODERATOR:
        return []
    secret = held_secret(visit.site, visit.request, visit.known, visit.site.door_time())
    found = [opened_wish(w, secret) for w in wishes_of(visit.site.house.engine, dialogue.id)]
    seats, levels = dialogue.stakeholders, list(Attribution)
    return [(seats[w.who], w.value) for w in found if w.value in levels and w.who in seats]


def record_attendance(visit: Visit) -> Response:
    """Write down who was there and who was not; each person whose row changed is one step."""
    dialogue, revision = _read(visit)
    _require_fresh(visit, attendance_shown(dialogue), _attendance_now(visit, dialogue))
    givens = list(_attendance(visit, dialogue))
    visit.act_all(dialogue.id, Step.RECORD_ATTENDANCE, givens, expected_revision=revision)
    return visit.go(f"/dialogues/{dialogue.id}/session#attendance", said="saved")


def _read(visit: Visit) -> tuple[Dialogue, int]:
    """The dialogue, and a revision that is no newer: what is written on top of it was seen."""
    name = visit.dialogue(visit.param("dialogue")).id
    revision = visit.site.house.ledger.revision(name)
    return visit.dialogue(name), revision


def attendance_shown(dialogue: Dialogue) -> str:
    """What the form of the attendance shows, as a mark that tells when it is out of date."""
    return _mark([(s.id, s.present, s.absence_reason) for s in invited_people(dialogue)])


def management_shown(dialogue: Dialogue) -> str:
    """What the form of the management shows, as a mark like that of the attendance."""
    return _mark(sorted(dialogue.management.items()))


def _mark(rows: Sequence[object]) -> str:
    return sha256(repr(rows).encode()).hexdigest()[:16]


def _require_fresh(visit: Visit, mark: str, now_is: Mapping[str, str]) -> None:
    """
    Raise Incomplete, with what is so now, when somebody else changed meanwhile what the form shows.

    Whoever sends the page that follows, which keeps what they typed, has seen it.
    """
    if visit.form.one("shown") not in {"", mark}:
        raise Incomplete(now_is)


def _attendance_now(visit: Visit, dialogue: Dialogue) -> dict[str, str]:
    """What is recorded otherwise than it was typed, by the field that says so."""
    words = {True: visit._("present"), False: visit._("absent")}
    meanwhile = visit._("Somebody else recorded meanwhile: ")
    told = {
        s.id: ", ".join(filter(None, (words[s.present], s.absence_reason)))
        for s in invited_people(dialogue)
        if s.present is not None and visit.form.one(f"present-{s.id}") != _ANSWERS[s.present]
    }
    return {f"reason-{name}": f"{meanwhile}{what}." for name, what in told.items()}


def _attendance(visit: Visit, dialogue: Dialogue) -> Iterator[dict[str, Any]]:
    for guest in invited_people(dialogue):
        typed = visit.form.one(f"present-{guest.id}")
        present = next((value for value, word in _ANSWERS.items() if word == typed), None)
        reason = None if present else visit.form.one(f"reason-{guest.id}") or None
        if reason and len(reason) > LINE_LIMIT:
            said = visit._("Please keep the reason short.")
            raise Incomplete({f"reason-{guest.id}": said})
        if present is not None and (present, reason) != (guest.present, guest.absence_reason):
            yield {"stakeholder": guest.id, "present": present, "reason": reason}


def record_management(visit: Visit) -> Response:
    """Write down who of the management was there."""
    dialogue, revision = _read(visit)
    ticked = visit.form.many("role")
    changed = [
        {"role": role.value, "present": role.value in ticked}
        for role in _whose_presence(visit, dialogue)
        if dialogue.management.get(role.value) is not (role.value in ticked)
    ]
    _require_fresh(visit, management_shown(dialogue), _management_now(visit, dialogue))
    visit.act_all(dialogue.id, Step.RECORD_MANAGEMENT, changed, expected_revision=revision)
    return visit.go(f"/dialogues/{dialogue.id}/session#management", said="saved")


def _management_now(visit: Visit, dialogue: Dialogue) -> dict[str, str]:
    there = [dialogue.role(Role(name)) for name, present in dialogue.management.items() if present]
    names = ", ".join(person.name for person in there if person) or visit._("nobody")
    said = visit._("Somebody else recorded meanwhile: ")
    return {"role": f"{said}{names}."}


def contribute(visit: Visit) -> Response:
    """Write down one point, and be ready for the next."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    given = visit.need("stakeholder", "text") | visit.form.some("attribution")
    if is_held_back(visit):
        return visit.go(f"/dialogues/{dialogue.id}/session#contribute", said="held-back")
    require_weighed(visit, dialogue)
    under_seal = level_chosen(visit, dialogue) is Attribution.SEALED
    wish = visit.form.one("mark" if under_seal else "id")
    if not _is_there(dialogue, wish, given):
        # Under seal it gets its number with the summary: one of now would tell when it was said.
        name = {} if under_seal else {"id": _name_for(dialogue, wish)}
        visit.act(dialogue.id, Step.RECORD_CONTRIBUTION, {**given, **name})
    return visit.go(f"/dialogues/{dialogue.id}/session#contribute", said="contribution")


def _is_there(dialogue: Dialogue, wish: str, given: dict[str, str]) -> bool:
    """
    Whether a form that was sent twice brought the point already, which was to be called *wish*.

    Whose point it is does not count: the answer would tell anybody who guesses.
    """
    taken = dialogue.contributions.get(wish)
    return taken is not None and taken.text == given["text"]


def _name_for(dialogue: Dialogue, wish: str) -> str:
    return wish if wish and wish not in dialogue.contributions else free_number(dialogue)


def begin(visit: Visit) -> Response:
    """Open the session, when all that should come before it was done."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    complete(visit, seen_by(visit, dialogue), Step.OPEN_SESSION, {})
    return visit.go(f"/dialogues/{dialogue.id}/session", said="session-opened")


_AT = "/dialogues/{dialogue}/session"
PAGES = (
    get("/session", show, Role.MODERATOR.value, nav=N_("Session")),
    get(_AT, show, *CHAIR),
    post(f"{_AT}/open", begin, *CHAIR, again=show),
    post(f"{_AT}/attendance", record_attendance, *CHAIR, again=show, own_mark=True),
    post(f"{_AT}/management", record_management, *CHAIR, again=show, own_mark=True),
    post(f"{_AT}/contributions", contribute, *CHAIR, again=show),
)
