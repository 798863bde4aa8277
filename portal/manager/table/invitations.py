"""Invitations page: the eight fields, inviting everybody, and telling what the expectations changed."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from notifications.language.language_tags import UNKNOWN
from portal.http.errors import Incomplete
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.model.dialogue import Dialogue
from states.model.information import Influence, Information
from states.model.people import Stakeholder, TellMeBy
from states.model.vocabulary import DutyKind, Step
from states.steps.permissions import fits
from states.values.values import TEXT_LIMIT

_HOME = "/dialogues/{dialogue}"
_TEXTS = tuple(
    name for name in Information.model_fields if name not in {"feedback_by", "degree_of_influence"}
)


@dataclass(frozen=True, slots=True)
class HeardExpectation:
    """What somebody expects, and who says so as far as it is safe to tell."""

    by: str
    text: str
    test: str | None
    wish: TellMeBy | None
    """How they wish to be told; of whom it is not safe to name, it is not told either."""
    tongue: str
    """The language in which they wrote; of whom it is not safe to name, it is not told either."""


def show_invitation(visit: Visit) -> Response:
    """The eight fields, and who was invited."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    seats = dialogue.stakeholders.values()
    return visit.page(
        "manager/invitation.html",
        dialogue=dialogue,
        fields=tuple(Information.model_fields),
        influences=[influence.value for influence in Influence],
        promised=any(seat.invited for seat in seats),
        open=fits(dialogue, Step.GIVE_INFORMATION),
        invitable=fits(dialogue, Step.INVITE),
        waiting=[seat for seat in seats if not seat.invited],
        stands=Counter(seat.invitation.value for seat in seats),
    )


def inform(visit: Visit) -> Response:
    """Fill in fields of the invitation."""
    name = visit.param("dialogue")
    given: dict[str, Any] = visit.form.some(*_TEXTS, "degree_of_influence", "feedback_by")
    wrong = {
        field: visit._("This is too long.")
        for field in _TEXTS
        if len(visit.form.one(field)) > TEXT_LIMIT
    }
    if given.get("degree_of_influence") not in {None, *(one.value for one in Influence)}:
        wrong["degree_of_influence"] = visit._("Choose how much influence.")
    if "feedback_by" in given and visit.form.day("feedback_by") is None:
        wrong["feedback_by"] = visit._("Choose a day.")
    if wrong:
        raise Incomplete(wrong)
    visit.act(name, Step.GIVE_INFORMATION, given)
    return visit.go(f"/dialogues/{name}/invitations", said="saved")


def invite_all(visit: Visit) -> Response:
    """Invite everybody who was not invited yet."""
    name = visit.param("dialogue")
    visit.act(name, Step.INVITE_ALL, {})
    return visit.go(f"/dialogues/{name}/invitations", said="invited")


def show_expectations(visit: Visit) -> Response:
    """What participants expect, and the form to tell them what it changed."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    return visit.page(
        "manager/expectations.html",
        dialogue=dialogue,
        heard=_heard_expectations(visit, dialogue),
        open=fits(dialogue, Step.ECHO_EXPECTATIONS),
        silent=len(dialogue.owed(DutyKind.SHARE_EXPECTATION)),
    )


def _heard_expectations(visit: Visit, dialogue: Dialogue) -> list[HeardExpectation]:
    """Those who are named first; the others by their words, because the order of the map would tell who they are."""
    seats = [seat for seat in dialogue.stakeholders.values() if seat.expectation]
    seats.sort(key=lambda seat: "" if seat.at_risk is False else str(seat.expectation))
    return [
        HeardExpectation(_name(visit, s), str(s.expectation), s.success_test, _wish(s), _tongue(s))
        for s in seats
    ]


def _wish(seat: Stakeholder) -> TellMeBy | None:
    return seat.tell_me_by if seat.at_risk is False else None


def _tongue(seat: Stakeholder) -> str:
    return seat.language if seat.at_risk is False else UNKNOWN


def _name(visit: Visit, seat: Stakeholder) -> str:
    """Whoever may be in danger is not named beside what they say."""
    if seat.at_risk is False:
        return f"{seat.name}, {seat.organisation}"
    return visit._("a participant")


def echo(visit: Visit) -> Response:
    """Tell everybody who takes part what their expectations changed."""
    name = visit.param("dialogue")
    visit.act(name, Step.ECHO_EXPECTATIONS, visit.need("changes"))
    return visit.go(f"/dialogues/{name}/expectations", said="echoed")


PAGES = (
    get(f"{_HOME}/invitations", show_invitation, *MANAGERS),
    post(f"{_HOME}/invitations", inform, *MANAGERS, again=show_invitation),
    post(f"{_HOME}/invite-all", invite_all, *MANAGERS, again=show_invitation),
    get(f"{_HOME}/expectations", show_expectations, *MANAGERS),
    post(f"{_HOME}/expectations", echo, *MANAGERS, again=show_expectations),
)
