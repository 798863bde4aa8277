"""Dialogue page: where it stands, what it still asks, and the forms to pass a check, to postpone and to go on."""

from starlette.responses import Response

from notifications.views.names import travels_sealed
from portal.http.errors import Incomplete, NotFound
from portal.manager.overview.dialogue_view import asked_of, dates_of, leave_of, stages_of
from portal.manager.overview.duty_links import duty_of
from portal.manager.overview.open_duties import Owed
from portal.manager.overview.reschedule import movable
from portal.shared.points_by_role import complete, seen_by
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.language.catalogue import N_
from states.model.dialogue import Dialogue
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import Step
from states.steps.permissions import fits
from states.steps.table import LEAVING

_SEES = (*MANAGERS, Role.SPONSOR.value)
_HOME = "/dialogues/{dialogue}"


def newest(visit: Visit) -> Response:
    """Go to the latest edition; without any, say when the first one opens."""
    names = visit.dialogue_ids()
    if names:
        return visit.go(f"/dialogues/{names[-1]}")
    row = visit.site.house.ledger.programme(visit.me.programme.id)
    return visit.page("manager/none-yet.html", opens=row.opens_at, pause=row.paused)


def show_dialogue(visit: Visit) -> Response:
    """How the dialogue stands."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    asked = asked_of(visit, dialogue)
    return visit.page(
        "manager/dialogue.html",
        dialogue=dialogue,
        stages=stages_of(dialogue),
        asked=asked,
        leave=leave_of(visit, dialogue, asked),
        owed=dates_of(visit, dialogue, owed=True),
        past=dates_of(visit, dialogue, owed=False),
        editions=visit.dialogue_ids(),
        movable=movable(visit, dialogue),
    )


def leave(visit: Visit) -> Response:
    """Complete the phase."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    asked = visit.form.one("step")
    step = next((one for one in LEAVING if one == asked), None)
    if step is None:
        raise NotFound
    given: dict[str, object] = {}
    if step == Step.CLOSE_SESSION:
        given.update(visit.form.some("no_contributions"))
    complete(visit, seen_by(visit, dialogue), step, given)
    return visit.go(f"/dialogues/{dialogue.id}", said="phase")


def show_override(visit: Visit) -> Response:
    """The form to pass one soft check by hand."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    name = visit.form.one("check") or visit.query("check")
    asked = next(
        (one for one in asked_of(visit, dialogue) if one.check.name == name and one.soft), None
    )
    if asked is None:
        raise NotFound
    return visit.page("manager/override.html", dialogue=dialogue, asked=asked)


def override(visit: Visit) -> Response:
    """Pass a soft check by hand, with a reason that participants will read."""
    name = visit.param("dialogue")
    given = {"check": visit.form.one("check"), **visit.need("reason")}
    visit.act(name, Step.OVERRIDE_CHECK, given)
    return visit.go(f"/dialogues/{name}", said="override")


def show_postpone(visit: Visit) -> Response:
    """The form to promise another date."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    one = _asked_duty(visit, dialogue)
    return visit.page("manager/postpone.html", dialogue=dialogue, one=one)


def _asked_duty(visit: Visit, dialogue: Dialogue) -> Owed:
    duty = duty_of(dialogue, visit.form.one("duty") or visit.query("duty"))
    if duty is None or duty.owner == PARTICIPANT or travels_sealed(dialogue, duty):
        raise NotFound
    return Owed(visit, dialogue, duty)


def postpone(visit: Visit) -> Response:
    """Promise another date; whoever waits is told at once."""
    one = _asked_duty(visit, visit.dialogue(visit.param("dialogue")))
    to = visit.form.day("to")
    if to is None:
        wrong = {"to": visit._("Choose a day.")}
        raise Incomplete(wrong | _lacking(visit, "reason"))
    given = {"duty": one.duty.name, "to": to, **visit.need("reason")}
    visit.act(one.dialogue.id, Step.POSTPONE, given)
    return visit.go("/today", said="postponed")


def _lacking(visit: Visit, name: str) -> dict[str, str]:
    """The problem of the text *name*, if it has one."""
    try:
        visit.need(name)
    except Incomplete as incomplete:
        return dict(incomplete.problems)
    return {}


def show_lessons(visit: Visit) -> Response:
    """What was learned this year, and the form for one lesson more."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    takes = fits(dialogue, Step.NOTE_LESSON)
    return visit.page("manager/lessons.html", dialogue=dialogue, takes=takes)


def note_lesson(visit: Visit) -> Response:
    """Write down a lesson."""
    name = visit.param("dialogue")
    visit.act(name, Step.NOTE_LESSON, visit.need("text"))
    return visit.go(f"/dialogues/{name}/lessons", said="saved")


def show_cancel(visit: Visit) -> Response:
    """The form to call the dialogue off."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    if not dialogue.open:
        raise NotFound
    return visit.page("manager/cancel.html", dialogue=dialogue)


def cancel(visit: Visit) -> Response:
    """Call the dialogue off, with a reason that everybody who was invited reads."""
    name = visit.param("dialogue")
    reason = visit.need("reason")
    if not visit.form.one("sure"):
        said = visit._("Tick this if you are sure.")
        raise Incomplete({"sure": said})
    visit.act(name, Step.CANCEL_DIALOGUE, reason)
    return visit.go(f"/dialogues/{name}", said="cancelled")


PAGES = (
    get("/dialogue", newest, *_SEES, nav=N_("Dialogue")),
    get(_HOME, show_dialogue, *_SEES),
    post(f"{_HOME}/leave", leave, *MANAGERS, again=show_dialogue),
    get(f"{_HOME}/override", show_override, *_SEES),
    post(f"{_HOME}/override", override, *_SEES, again=show_override),
    get(f"{_HOME}/postpone", show_postpone, *MANAGERS),
    post(f"{_HOME}/postpone", postpone, *MANAGERS, again=show_postpone),
    get(f"{_HOME}/lessons", show_lessons, *MANAGERS),
    post(f"{_HOME}/lessons", note_lesson, *MANAGERS, again=show_lessons),
    get(f"{_HOME}/cancel", show_cancel, *MANAGERS),
    post(f"{_HOME}/cancel", cancel, *MANAGERS, again=show_cancel, fresh=True),
)
