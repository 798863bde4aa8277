"""Relayed steps: records what a participant said by phone, by letter or in person; by moderator or confidant."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from portal.http.errors import Incomplete, NotFound
from portal.manager.table.people import change_contact
from portal.shared.relay_form import said_how
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from states.language.catalogue import N_
from states.model.contributions import Contribution
from states.model.dialogue import Dialogue, Phase
from states.model.people import Role, Stakeholder, TellMeBy
from states.model.vocabulary import Step
from states.privacy.seals import is_under_seal
from states.steps.people.hand_over import agrees_about
from states.steps.permissions import fits
from states.steps.table import RELAYS, STEPS

_MODERATOR, _CONFIDANT = Role.MODERATOR.value, Role.CONFIDANT.value
_NEEDS: dict[str, tuple[str, ...]] = {
    Step.SHARE_EXPECTATION: ("text",),
    "check-line/confirmed": ("contribution",),
    "check-line/corrected": ("contribution", "text"),
    "check-line/withdrawn": ("contribution",),
    Step.GIVE_VERDICT: ("heard",),
    Step.ASK_BACK: ("contribution", "text"),
    Step.DISPUTE_ANSWER: ("contribution", "text"),
}
"""What each step that is recorded for somebody asks beside who it is for."""
_TEXT = {
    Step.ASK_BACK: "question",
    Step.DISPUTE_ANSWER: "reason",
    Step.GIVE_VERDICT: "comment",
    Step.DECLINE_INVITATION: "reason",
}
"""Under which name a step takes what was said."""


@dataclass(frozen=True, slots=True)
class RelayChoice:
    """A step that can be recorded now, and how the page calls it."""

    key: str

    @property
    def words(self) -> str:
        """Its word in the table of what is recorded."""
        return self.key.replace("/", "-")


def choices_of(dialogue: Dialogue, role: str) -> list[RelayChoice]:
    """The steps that *role* may record for somebody in the phase in which *dialogue* stands."""
    fitting = [key for key, may in RELAYS.items() if role in may and key != Step.UNDO_RELAYED]
    return [RelayChoice(key) for key in fitting if fits(dialogue, Step(key.partition("/")[0]))]


def show(visit: Visit) -> Response:
    """The form to record something for somebody, and how somebody is reached."""
    dialogue = at_hand(visit, *Phase)
    if dialogue is None:
        return nothing_yet(visit)
    return visit.page(
        "manager/relays.html",
        dialogue=dialogue,
        guests=[seat for seat in dialogue.stakeholders.values() if _there(seat)],
        choices=choices_of(dialogue, visit.me.name),
        points=_points(dialogue, visit.me.name),
        tell_ways=list(TellMeBy),
        moderating=visit.me.name == _MODERATOR,
        agreeable=agrees_about(dialogue, visit.me.name),
    )


def _there(seat: Stakeholder) -> bool:
    return seat.invited and seat.erased_at is None


def _points(dialogue: Dialogue, role: str) -> list[Contribution]:
    """What was said; under seal for the moderator alone."""
    points = [c for c in dialogue.contributions.values() if c.stands]
    return [c for c in points if role == _MODERATOR or not is_under_seal(c)]


def record(visit: Visit) -> Response:
    """Record what somebody said; they are told, and can undo it."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    key = visit.need("who", "what")["what"]
    if key not in {choice.key for choice in choices_of(dialogue, visit.me.name)}:
        raise Incomplete({"what": visit._("Choose what was said.")})
    name, _, verdict = key.partition("/")
    step = Step(name)
    given: dict[str, Any] = {"stakeholder": visit.form.one("who"), **said_how(visit)}
    given |= {"verdict": verdict} if verdict else {}
    given |= visit.need(*_NEEDS.get(key, ())) | _own_words(visit, step)
    if step == Step.SHARE_EXPECTATION:
        given |= visit.form.some("success_test", "tell_me_by")
    if "text" in given and step in _TEXT:
        given[_TEXT[step]] = given.pop("text")
    visit.act(dialogue.id, step, given)
    return visit.go("/relays", said="relayed")


def _own_words(visit: Visit, step: Step) -> dict[str, str]:
    """Their own words, where a step has room for them."""
    takes = STEPS[step].takes.model_fields
    return visit.form.some("text") if {"text", "reason", "comment", "question"} & set(takes) else {}


def reach(visit: Visit) -> Response:
    """Say how somebody is reached, as they told it; both ways are told."""
    dialogue, seat = _choice(visit)
    change_contact(visit, dialogue, seat)
    return visit.go("/relays", said="saved")


def mark_unsafe(visit: Visit) -> Response:
    """Never again use a way to somebody."""
    dialogue, seat = _choice(visit)
    given = {"stakeholder": seat.id, "way": visit.need("way")["way"]}
    visit.act(dialogue.id, Step.MARK_UNSAFE, given)
    return visit.go("/relays", said="way-unsafe")


def _choice(visit: Visit) -> tuple[Dialogue, Stakeholder]:
    dialogue = visit.dialogue(visit.param("dialogue"))
    seat = dialogue.stakeholders.get(visit.need("stakeholder")["stakeholder"])
    if seat is None or not _there(seat):
        raise NotFound
    return dialogue, seat


def agree(visit: Visit) -> Response:
    """Agree that the sponsor gives a role to this very person."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    given = visit.need("role", "name")
    person = {"name": given["name"], **visit.form.some("email", "phone")}
    visit.act(dialogue.id, Step.AGREE_HAND_OVER, {"role": given["role"], "person": person})
    return visit.go("/relays", said="agreed")


_AT = "/dialogues/{dialogue}/relays"
_BOTH = (_MODERATOR, _CONFIDANT)
PAGES = (
    get("/relays", show, *_BOTH, nav=N_("For somebody")),
    get(_AT, show, *_BOTH),
    post(_AT, record, *_BOTH, again=show),
    post(f"{_AT}/reach", reach, _MODERATOR, again=show),
    post(f"{_AT}/unsafe", mark_unsafe, *_BOTH, again=show),
    post(f"{_AT}/agree", agree, *_BOTH, again=show),
)
