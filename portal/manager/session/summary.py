"""Summary page: one line for each point, which its speaker can check; and the end of the session."""

from starlette.responses import Response

from portal.http.errors import NotFound
from portal.manager.session.session_page import CHAIR
from portal.shared.points_by_role import Seen, complete, seen_by
from portal.shared.relay_form import said_how
from portal.web.pages import get, post
from portal.web.request import Visit
from states.model.people import Role, Stakeholder
from states.model.vocabulary import Step
from states.privacy.independence import is_debtor
from states.values.values import TEXT_LIMIT


def show(visit: Visit) -> Response:
    """The lines to write, or what the speakers said of them."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    seen = seen_by(visit, dialogue)
    by_hand = {c.id for c in dialogue.contributions.values() if _speaks_by_hand(seen, c.voice)}
    everything = list(dialogue.contributions.values())
    withdrawn = [c for c in everything if not c.stands]
    return visit.page(
        "manager/summary.html",
        seen=seen,
        by_hand=by_hand,
        withdrawn=withdrawn,
        independent=not is_debtor(dialogue, visit.me.name),
    )


def _speaks_by_hand(seen: Seen, voice: str) -> Stakeholder | None:
    """
    Whoever may have answered by phone or letter, when the one who looks may write down their answer.

    For anybody whose name is hidden only the moderator may.
    """
    if seen.viewer != Role.MODERATOR and seen.hides(voice):
        return None
    return seen.dialogue.stakeholder_of(voice)


def publish(visit: Visit) -> Response:
    """Share the summary: each speaker gets their own lines to check."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    names = [c.id for c in dialogue.contributions.values() if c.stands]
    lines = visit.need(*(f"line-{name}" for name in names))
    given = {name: lines[f"line-{name}"] for name in names}
    visit.act(dialogue.id, Step.PUBLISH_SUMMARY, {"lines": given})
    return visit.go(f"/dialogues/{dialogue.id}/summary", said="summary")


def check(visit: Visit) -> Response:
    """Write down what somebody without e-mail said of their line."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    point = dialogue.contributions.get(visit.param("contribution"))
    someone = _speaks_by_hand(seen_by(visit, dialogue), point.voice) if point else None
    if point is None or someone is None:
        raise NotFound
    given = visit.need("verdict", *(("text",) if _is_corrected(visit) else ()))
    given |= {"contribution": point.id, "stakeholder": someone.id, **said_how(visit)}
    visit.act(dialogue.id, Step.CHECK_LINE, given)
    return visit.go(f"/dialogues/{dialogue.id}/summary", said="saved")


def _is_corrected(visit: Visit) -> bool:
    return visit.form.one("verdict") == "corrected"


def close(visit: Visit) -> Response:
    """End the session and go on to the strategy."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    reason = visit.form.one("no_contributions")[:TEXT_LIMIT]
    given: dict[str, object] = {"no_contributions": reason} if reason else {}
    complete(visit, seen_by(visit, dialogue), Step.CLOSE_SESSION, given)
    return visit.go(f"/dialogues/{dialogue.id}/summary", said="session-closed")


_AT = "/dialogues/{dialogue}/summary"
PAGES = (
    get(_AT, show, *CHAIR),
    post(_AT, publish, *CHAIR, again=show),
    post(f"{_AT}/{{contribution}}", check, *CHAIR, again=show),
    post("/dialogues/{dialogue}/session/close", close, *CHAIR, again=show),
)
