"""Rescheduling page: what would move with the session, computed by the law and written nowhere; then the move."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from notifications.views.dialogue_view import DutyView
from portal.http.errors import Incomplete
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.model.duties import KINDS
from states.model.vocabulary import FactName, Step, Template
from states.steps.decide import decide
from states.steps.draft import Decision
from states.steps.permissions import can_move_session, may_take, moves_with_session
from states.steps.phases.lead_time import kinds_that_move, near_of

_HOME = "/dialogues/{dialogue}"


@dataclass(frozen=True, slots=True)
class Moved:
    """Duties of one kind that move together, from one due day to another; *number* of them."""

    what: str
    was: date
    to: date
    number: int
    debt: bool

    @property
    def stays(self) -> bool:
        """Whether the promise stands as it was."""
        return self.was == self.to


@dataclass(frozen=True, slots=True)
class Preview:
    """What would follow from moving the session: nothing of it has happened."""

    before: Dialogue
    after: Dialogue
    moved: list[Moved]
    told: int
    lapses: int


def preview_of(visit: Visit, decision: Decision) -> Preview:
    """What *decision* would change."""
    assert decision.before is not None  # noqa: S101 - only opening an edition has no before
    return Preview(
        decision.before,
        decision.dialogue,
        list(_moves(visit, decision.before, decision.dialogue)),
        sum(notice.template == Template.SESSION_MOVED for notice in decision.notices),
        sum(fact.fact == FactName.DUTY_LAPSED for fact in decision.facts),
    )


def _moves(visit: Visit, before: Dialogue, after: Dialogue) -> Iterator[Moved]:
    day = before.calendar.due_day
    alike = Counter(
        (
            DutyView(before, duty, visit.now, visit.language).what,
            duty.kind,
            day(duty.due),
            day(after.duties[name].due),
        )
        for name, duty in before.duties.items()
        if moves_with_session(duty)
    )
    for (what, kind, was, to), number in sorted(alike.items(), key=lambda item: item[0][3]):
        yield Moved(what, was, to, number, KINDS[kind].debt)


def movable(visit: Visit, dialogue: Dialogue) -> bool:
    """Whether whoever looks may move the session now."""
    return can_move_session(dialogue) and may_take(visit.me.name, Step.RESCHEDULE_SESSION)


def show_move(visit: Visit) -> Response:
    """The form for another date."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    return visit.page(
        "manager/move.html",
        dialogue=dialogue,
        movable=movable(visit, dialogue),
        at=dialogue.session_at.astimezone(dialogue.zone).replace(tzinfo=None),
    )


def preview(visit: Visit) -> Response:
    """What moves along, before anything is confirmed. Writes nothing."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    decision = decide(
        dialogue, Step.RESCHEDULE_SESSION, _typed_fields(visit), visit.me.by, visit.now
    )
    return visit.page(
        "manager/move-preview.html",
        dialogue=dialogue,
        preview=preview_of(visit, decision),
        near=near_of(decision.dialogue, visit.now, kinds_that_move(dialogue)),
        reason=visit.form.one("reason"),
    )


def show_again(visit: Visit) -> Response:
    """What was refused when it was confirmed: what moves along once more, or the form when that cannot be told."""
    try:
        return preview(visit)
    except (Refused, Incomplete):
        return show_move(visit)


def _typed_fields(visit: Visit) -> dict[str, Any]:
    problems: dict[str, str] = {}
    to = visit.form.moment("to")
    if to is None:
        problems["to"] = visit._("Choose a day and a time.")
    feedback_by = visit.form.day("feedback_by")
    if feedback_by is None and visit.form.one("feedback_by"):
        problems["feedback_by"] = visit._("Choose a day.")
    if not visit.form.one("reason"):
        problems["reason"] = visit._("Say why; everyone who was invited will read this.")
    if problems:
        raise Incomplete(problems)
    given = {"to": to, "reason": visit.form.one("reason")}
    return given | ({"feedback_by": feedback_by} if feedback_by else {})


def move(visit: Visit) -> Response:
    """Move the session, and all that hangs on it; so near that days do not fit only when that is said to be known."""
    name, tight = visit.param("dialogue"), bool(visit.form.one("tight"))
    visit.act(name, Step.RESCHEDULE_SESSION, {**_typed_fields(visit), "tight": tight})
    return visit.go(f"/dialogues/{name}", said="moved")


PAGES = (
    get(f"{_HOME}/move", show_move, *MANAGERS),
    post(f"{_HOME}/move/preview", preview, *MANAGERS, again=show_move),
    post(f"{_HOME}/move", move, *MANAGERS, again=show_again),
)
