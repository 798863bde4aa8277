"""People page: who is mapped and how far they have come, and the forms to map, correct, invite and reach them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from notifications.language.words import tables, word
from notifications.views.dialogue_view import DutyView
from portal.http.errors import Incomplete, NotFound
from portal.manager.register.countries import countries
from portal.manager.table.stakeholder_form import free_name, understand, ways_typed
from portal.shared.call_sheet import kept_from, waiting_call
from portal.shared.relay_form import said_how
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from records.access.links import Capacity, revoke
from states.model.dialogue import Dialogue
from states.model.duties import duty_name
from states.model.people import WAYS, Invitation, Layer, Stakeholder
from states.model.vocabulary import DutyKind, Step
from states.privacy.visibility import is_hidden
from states.steps.permissions import fits

_HOME = "/dialogues/{dialogue}"
_WITHOUT_MAIL = ("phone", "postal_address", "safe_hours", "time_zone")
_PERSON = f"{_HOME}/person/{{stakeholder}}"


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """One choice of whom the list shows, and how many that are."""

    key: str
    number: int


def choices_of(dialogue: Dialogue) -> list[PeopleFilter]:
    """Whom the list can show: everybody, or those whose invitation stands somewhere."""
    count = Counter(seat.invitation.value for seat in dialogue.stakeholders.values())
    undecided = sum(seat.at_risk is None for seat in dialogue.stakeholders.values())
    found = [PeopleFilter(one.value, count[one.value]) for one in Invitation if count[one.value]]
    found += [PeopleFilter("undecided", undecided)] if undecided else []
    return [PeopleFilter("", len(dialogue.stakeholders)), *found]


def show_people(visit: Visit) -> Response:
    """Everybody who is mapped."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    chosen = visit.query("show")
    return visit.page(
        "manager/people.html",
        dialogue=dialogue,
        seats=[seat for seat in dialogue.stakeholders.values() if _is_shown(seat, chosen)],
        choices=choices_of(dialogue),
        chosen=chosen,
        mappable=can_map(dialogue),
        erasures=[
            (
                dialogue.stakeholders[str(duty.whom)],
                DutyView(dialogue, duty, visit.now, visit.language),
            )
            for duty in dialogue.owed(DutyKind.SETTLE_ERASURE)
        ],
    )


def _is_shown(seat: Stakeholder, chosen: str) -> bool:
    if chosen == "undecided":
        return seat.at_risk is None
    return not chosen or seat.invitation.value == chosen


def can_map(dialogue: Dialogue) -> bool:
    """Whether people can still be mapped."""
    return fits(dialogue, Step.MAP_STAKEHOLDER)


def fields_of(visit: Visit, dialogue: Dialogue, seat: Stakeholder | None) -> dict[str, Any]:
    """What the form to map somebody offers, with what is known of *seat*."""
    known = tables()["category"]
    own = [seat.category] if seat and seat.category not in known else []
    return {
        "seat": seat,
        "categories": [(key, word("category", key, visit.language)) for key in (*known, *own)],
        "countries": [
            ("", visit._("Choose a country")),
            *countries(visit.language),
        ],
        "layers": [layer.value for layer in Layer],
        "declined": [
            one
            for one in dialogue.stakeholders.values()
            if one.invitation is Invitation.DECLINED and one is not seat
        ],
    }


def show_map(visit: Visit) -> Response:
    """The form to map somebody."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    if not can_map(dialogue):
        raise NotFound
    fields = fields_of(visit, dialogue, None)
    return visit.page("manager/map.html", dialogue=dialogue, **fields)


def _typed_fields(visit: Visit, dialogue: Dialogue) -> dict[str, Any]:
    """The stakeholder as typed. Raises Incomplete with what is wrong beside each field."""
    names = ("name", "organisation", "category", "country", "layer", "at_risk", "replaces")
    raw = {name: visit.form.one(name) for name in (*names, *WAYS)}
    raw["speaks_for"] = ";".join(visit.form.many("speaks_for"))
    raw["critical"] = "yes" if visit.form.one("critical") else "no"
    reading = understand(raw, dialogue, visit._)
    if reading.problems:
        raise Incomplete(reading.problems)
    return reading.given


def map_somebody(visit: Visit) -> Response:
    """Put somebody on the map."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    given = _typed_fields(visit, dialogue)
    visit.act(
        dialogue.id, Step.MAP_STAKEHOLDER, {"id": free_name(dialogue.stakeholders, given), **given}
    )
    if visit.form.one("then") == "another":
        return visit.go(f"/dialogues/{dialogue.id}/map", said="mapped")
    return visit.go(f"/dialogues/{dialogue.id}/people", said="mapped")


def _seat(visit: Visit) -> tuple[Dialogue, Stakeholder]:
    dialogue = visit.dialogue(visit.param("dialogue"))
    seat = dialogue.stakeholders.get(visit.param("stakeholder"))
    if seat is None:
        raise NotFound
    return dialogue, seat


def show_person(visit: Visit) -> Response:
    """One stakeholder, and what can be done."""
    dialogue, seat = _seat(visit)
    return visit.page(
        "manager/person.html",
        dialogue=dialogue,
        mappable=can_map(dialogue),
        invitable=fits(dialogue, Step.INVITE),
        erasure=_asked_to_be_erased(visit, dialogue, seat),
        owed=_told_owed(visit, dialogue, seat),
        call=waiting_call(visit, dialogue, seat),
        kept=kept_from(visit, seat),
        **fields_of(visit, dialogue, seat),
    )


def _asked_to_be_erased(visit: Visit, dialogue: Dialogue, seat: Stakeholder) -> DutyView | None:
    duty = dialogue.latest(duty_name(DutyKind.SETTLE_ERASURE, seat.id))
    return DutyView(dialogue, duty, visit.now, visit.language) if duty and duty.owed else None


def _told_owed(visit: Visit, dialogue: Dialogue, seat: Stakeholder) -> list[DutyView]:
    """What is owed to somebody who spoke by name; of others this page may not tell that they spoke."""
    if is_hidden(dialogue, seat.id):
        return []
    return [
        DutyView(dialogue, duty, visit.now, visit.language)
        for duty in dialogue.duties.values()
        if duty.owed and duty.waiting == seat.id and duty.kind != DutyKind.SETTLE_ERASURE
    ]


def correct(visit: Visit) -> Response:
    """Correct what is known of somebody who was not invited yet."""
    dialogue, seat = _seat(visit)
    visit.act(dialogue.id, Step.MAP_STAKEHOLDER, {"id": seat.id, **_typed_fields(visit, dialogue)})
    return visit.go(f"/dialogues/{dialogue.id}/people", said="saved")


def drop(visit: Visit) -> Response:
    """Take somebody off the map."""
    dialogue, seat = _seat(visit)
    visit.act(dialogue.id, Step.DROP_STAKEHOLDER, {"stakeholder": seat.id, **visit.need("reason")})
    return visit.go(f"/dialogues/{dialogue.id}/people", said="dropped")


def invite(visit: Visit) -> Response:
    """Invite one person."""
    dialogue, seat = _seat(visit)
    visit.act(dialogue.id, Step.INVITE, {"stakeholder": seat.id})
    return visit.go(f"/dialogues/{dialogue.id}/people", said="invited")


def reply(visit: Visit) -> Response:
    """Write down what somebody replied to the invitation by phone or letter."""
    dialogue, seat = _seat(visit)
    steps = {"accepted": Step.ACCEPT_INVITATION, "declined": Step.DECLINE_INVITATION}
    step = steps.get(visit.form.one("reply"))
    if step is None:
        raise Incomplete({"reply": visit._("Choose what they said.")})
    reason = visit.form.some("reason") if step == Step.DECLINE_INVITATION else {}
    visit.act(dialogue.id, step, {"stakeholder": seat.id, **reason, **said_how(visit)})
    return visit.go(f"/dialogues/{dialogue.id}/people", said="saved")


def reach(visit: Visit) -> Response:
    """Correct how somebody is reached."""
    dialogue, seat = _seat(visit)
    change_contact(visit, dialogue, seat)
    return visit.go(f"/dialogues/{dialogue.id}/person/{seat.id}", said="saved")


def change_contact(visit: Visit, dialogue: Dialogue, seat: Stakeholder) -> None:
    """Reach *seat* as was typed; links in mail to an address that was wrong open nothing any more."""
    if visit.form.one("by_hand"):
        given: dict[str, Any] = {"by_hand": True, **visit.form.some(*_WITHOUT_MAIL)}
    else:
        given = visit.form.some(*WAYS)
    given |= ways_typed(given, dialogue, seat, visit._)
    visit.act(dialogue.id, Step.CHANGE_CONTACT, {"stakeholder": seat.id, **given})


def revoke_links(visit: Visit) -> Response:
    """End the links of somebody whose link leaked."""
    dialogue, seat = _seat(visit)
    end_links(visit, dialogue, seat)
    return visit.go(f"/dialogues/{dialogue.id}/person/{seat.id}", said="links-ended")


def end_links(visit: Visit, dialogue: Dialogue, seat: Stakeholder) -> None:
    """Let no link of *seat* open anything any more, and nobody who came in by one go on; they can ask for a new one."""
    seated = Capacity("participant", dialogue.programme.id, seat.id, dialogue.id)
    revoke(visit.site.house.engine, seated, visit.site.door_time())


def settle_erasure(visit: Visit) -> Response:
    """Grant what somebody asked, which is then done as soon as they are told; or decline it with a reason."""
    dialogue, seat = _seat(visit)
    reply, given = visit.form.one("reply"), {"stakeholder": seat.id}
    if reply not in {"erase", "decline"}:
        raise Incomplete({"reply": visit._("Choose one.")})
    if reply == "decline":
        given["declined"] = visit.need("reason")["reason"]
    visit.act(dialogue.id, Step.SETTLE_ERASURE, given)
    return visit.go(f"/dialogues/{dialogue.id}/people", said="erasure-settled")


PAGES = (
    get(f"{_HOME}/people", show_people, *MANAGERS),
    get(f"{_HOME}/map", show_map, *MANAGERS),
    post(f"{_HOME}/map", map_somebody, *MANAGERS, again=show_map),
    get(_PERSON, show_person, *MANAGERS),
    post(_PERSON, correct, *MANAGERS, again=show_person),
    post(f"{_PERSON}/drop", drop, *MANAGERS, again=show_person),
    post(f"{_PERSON}/invite", invite, *MANAGERS, again=show_person),
    post(f"{_PERSON}/reply", reply, *MANAGERS, again=show_person),
    post(f"{_PERSON}/reach", reach, *MANAGERS, again=show_person, fresh=True),
    post(f"{_PERSON}/revoke", revoke_links, *MANAGERS, again=show_person),
    post(f"{_PERSON}/erasure", settle_erasure, *MANAGERS, again=show_person),
)
