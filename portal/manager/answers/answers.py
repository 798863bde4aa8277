"""Answer pages: written to one voice at a time, seen as they will read it, and followed until it arrived."""

from typing import Any

from starlette.responses import Response

from notifications.views.dialogue_view import DutyView
from portal.http.errors import Incomplete, NotFound
from portal.manager.answers import returned_mail
from portal.manager.answers.answer_debts import Debt, debts_of, waiting_by_hand
from portal.manager.answers.preview import preview
from portal.shared.points_by_role import SeenPoint, act_in_words, seen_by
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from records.queries import notices_of
from states.checks.status import answers_standing
from states.checks.stock_phrases import says_little
from states.model.vocabulary import Step


def show(visit: Visit) -> Response:
    """Everybody who contributed, with where their answer stands."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    seen = seen_by(visit, dialogue)
    rows = notices_of(visit.site.house.engine, [dialogue.id])
    return visit.page(
        "manager/answers.html",
        seen=seen,
        debts=debts_of(seen, rows),
        standing=answers_standing(dialogue),
        returned=returned_mail.waiting(visit, dialogue),
        by_hand=waiting_by_hand(seen, rows, sealed=False),
    )


def show_one(visit: Visit) -> Response:
    """One voice: their points, the decisions, and the form to write to them."""
    debt, point = _debt_asked_for(visit)
    return visit.page("manager/answer.html", seen=debt.seen, debt=debt, point=point)


def _debt_asked_for(visit: Visit) -> tuple[Debt, SeenPoint]:
    """The debt that the contribution of the path belongs to, and that point."""
    seen = seen_by(visit, visit.dialogue(visit.param("dialogue")))
    point = seen.point(visit.param("contribution"))
    if point is None:
        raise NotFound
    rows = notices_of(visit.site.house.engine, [seen.dialogue.id])
    debts = debts_of(seen, rows)
    return next(debt for debt in debts if debt.voice == point.source.voice), point


def look(visit: Visit) -> Response:
    """The answer as its reader will see it; nothing is sent yet."""
    debt, point = _debt_asked_for(visit)
    given = _answer_fields(visit, debt)
    message = preview(debt, given, visit)
    return visit.page(
        "manager/answer.html",
        seen=debt.seen,
        debt=debt,
        point=point,
        message=message,
        given=given,
        hollow=says_little(debt.seen.dialogue, given["text"]),
    )


def _answer_fields(visit: Visit, debt: Debt) -> dict[str, Any]:
    """The points that the answer covers, theirs alone, and its text."""
    mine = [point.id for point in debt.points]
    covers = [name for name in visit.form.many("covers") if name in mine]
    if not covers:
        said = visit._("Choose at least one point.")
        raise Incomplete({"covers": said})
    return {"covers": covers, **visit.need("text")}


def send(visit: Visit) -> Response:
    """Send the answer; it counts when it has arrived."""
    debt, _ = _debt_asked_for(visit)
    given = _answer_fields(visit, debt)
    visit.act(debt.seen.dialogue.id, Step.ANSWER_PARTICIPANT, given)
    return visit.go(f"/dialogues/{debt.seen.dialogue.id}/answers", said="answer-written")


def postpone(visit: Visit) -> Response:
    """Promise another day, with the reason; whoever waits hears it at once."""
    debt, point = _debt_asked_for(visit)
    to = visit.form.day("to")
    if to is None:
        said = visit._("Name the new day.")
        raise Incomplete({"to": said})
    duty = _postponable(debt, point, visit.form.one("what"))
    if duty is None:
        raise NotFound
    given = {"duty": duty.source.name, "to": to, **visit.need("reason")}
    act_in_words(visit, debt.seen, Step.POSTPONE, given, duty=duty.what)
    return visit.go(f"/dialogues/{debt.seen.dialogue.id}/answers", said="postponed")


def _postponable(debt: Debt, point: SeenPoint, what: str) -> DutyView | None:
    """What the form speaks of; nothing once it was written to somebody hidden, whose post the moderator knows."""
    if what == "answer":
        return debt.duty if debt.owed or not debt.hidden else None
    return debt.objection(point) if point in debt.disputed or not debt.hidden else None


def settle(visit: Visit) -> Response:
    """Respond to an objection."""
    debt, point = _debt_asked_for(visit)
    given = {"contribution": point.id, **visit.need("settlement")}
    given["text"] = given.pop("settlement")
    visit.act(debt.seen.dialogue.id, Step.SETTLE_DISPUTE, given)
    return visit.go(f"/dialogues/{debt.seen.dialogue.id}/answers", said="settled")


def record_delivery(visit: Visit) -> Response:
    """Somebody heard it by phone or letter, says the moderator; who owes it can only say that they brought it."""
    seen = seen_by(visit, visit.dialogue(visit.param("dialogue")))
    sealed = visit.me.name not in MANAGERS
    rows = notices_of(visit.site.house.engine, [seen.dialogue.id])
    known = {one.number: one.to for one in waiting_by_hand(seen, rows, sealed=sealed)}
    row = next((r for r in rows if r.id in known and str(r.id) == visit.form.one("number")), None)
    if row is None:
        raise NotFound
    given = {"to": row.to, "how": visit.need("how")["how"][:300]}
    step = Step.RECORD_DELIVERY if sealed else Step.BRING
    act_in_words(
        visit, seen, step, given | ({"template": row.template} if sealed else {}), to=known[row.id]
    )
    page = "seals" if sealed else "answers"
    return visit.go(f"/dialogues/{seen.dialogue.id}/{page}", said="saved")


_AT = "/dialogues/{dialogue}/answers"
_ONE = f"{_AT}/{{contribution}}"
PAGES = (
    get(_AT, show, *MANAGERS),
    get(_ONE, show_one, *MANAGERS),
    post(_ONE, send, *MANAGERS, again=show_one),
    post(f"{_ONE}/preview", look, *MANAGERS, again=show_one),
    post(f"{_ONE}/postpone", postpone, *MANAGERS, again=show_one),
    post(f"{_ONE}/settle", settle, *MANAGERS, again=show_one),
    post("/dialogues/{dialogue}/deliveries", record_delivery, *MANAGERS, again=show),
)
