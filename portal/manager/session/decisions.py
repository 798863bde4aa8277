"""Decisions page: what becomes of each point, why, and who answers for it; empty reasons are questioned."""

from typing import Any

from starlette.responses import Response

from portal.http.errors import Incomplete, NotFound
from portal.shared.points_by_role import Seen, SeenPoint, seen_by
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.checks.stock_phrases import stock_phrases
from states.model.contributions import Outcome
from states.model.vocabulary import Step
from states.steps.decide import decide
from states.values.values import TEXT_LIMIT

_OPTIONAL = ("before", "after", "what")


def show(visit: Visit) -> Response:
    """The register: each point with what was decided on it."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    return visit.page("manager/decisions.html", seen=seen_by(visit, dialogue))


def show_one(visit: Visit) -> Response:
    """One point and the form to decide on it."""
    seen, point = _point_asked_for(visit)
    following = [other for other in seen.points if not other.source.outcome and other != point]
    return visit.page(
        "manager/decision.html",
        seen=seen,
        point=point,
        outcomes=[outcome.value for outcome in Outcome],
        owners=[role.value for role in seen.dialogue.programme.roles],
        following=following,
    )


def _point_asked_for(visit: Visit) -> tuple[Seen, SeenPoint]:
    seen = seen_by(visit, visit.dialogue(visit.param("dialogue")))
    point = seen.point(visit.param("contribution"))
    if point is None:
        raise NotFound
    return seen, point


def take(visit: Visit) -> Response:
    """Save the decision; a reason that says nothing is held back once, and recorded when that is meant."""
    seen, point = _point_asked_for(visit)
    given = _typed_fields(visit, point)
    if not visit.form.one("anyway"):
        _warn(visit, seen, given)
    visit.act(seen.dialogue.id, Step.DECIDE, given)
    return visit.go(f"/dialogues/{seen.dialogue.id}/decisions#{point.id}", said="decision")


def _typed_fields(visit: Visit, point: SeenPoint) -> dict[str, Any]:
    given: dict[str, Any] = visit.need("outcome", "reason", "owner")
    texts = visit.form.some(*_OPTIONAL)
    problems = _problems(visit, texts)
    if problems:
        raise Incomplete(problems)
    if "before" in texts:
        given["change"] = {"before": texts["before"], "after": texts["after"]}
    if "what" in texts:
        name = point.source.commitment or f"promise-{point.id[:48]}"
        given["commitment"] = {"id": name, "what": texts["what"], "due": visit.form.day("due")}
    return given | {"contribution": point.id}


def _problems(visit: Visit, texts: dict[str, str]) -> dict[str, str]:
    """A change has two sides, a promise has a date."""
    both = visit._("Fill in both sides of the change.")
    long = visit._("This is too long.")
    found = {name: long for name, text in texts.items() if len(text) > TEXT_LIMIT}
    if ("before" in texts) != ("after" in texts):
        found["after" if "before" in texts else "before"] = both
    if "what" in texts and visit.form.day("due") is None:
        found["due"] = visit._("Name the day of the commitment.")
    if "what" not in texts and visit.form.one("due"):
        found["what"] = visit._("What is promised?")
    return found


def _warn(visit: Visit, seen: Seen, given: dict[str, Any]) -> None:
    """Raise Incomplete when the reason would be a stock phrase; nothing is recorded yet."""
    after = decide(seen.dialogue, Step.DECIDE, given, visit.me.by, visit.now).dialogue
    if not any(given["contribution"] in names for names, _ in stock_phrases(after)):
        return
    said = visit._(
        "This reason tells the speaker little, or was used for several points. Write why you decide this here."
    )
    raise Incomplete({"reason": said})


_AT = "/dialogues/{dialogue}/decisions"
PAGES = (
    get(_AT, show, *MANAGERS),
    get(f"{_AT}/{{contribution}}", show_one, *MANAGERS),
    post(f"{_AT}/{{contribution}}", take, *MANAGERS, again=show_one),
)
