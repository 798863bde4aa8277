"""Strategy page: what changes, what was promised, what was not adopted and why; and the signature."""

from typing import Any

from starlette.responses import Response

from notifications.views.dialogue_view import DutyView
from notifications.views.names import travels_sealed
from portal.http.errors import NotFound
from portal.shared.points_by_role import Seen, SeenPoint, complete, seen_by
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.checks.status import answers_standing
from states.language.catalogue import N_
from states.model.contributions import Commitment
from states.model.dialogue import Dialogue, Phase
from states.model.duties import duty_name
from states.model.people import Role
from states.model.vocabulary import DutyKind, Step
from states.steps.permissions import can_report, fits

SPONSOR = Role.SPONSOR.value
READERS = (SPONSOR, *MANAGERS, Role.BOARD.value)


def show(visit: Visit) -> Response:
    """The page that the sponsor signs."""
    dialogue = at_hand(visit, Phase.STRATEGY_UPDATE, Phase.FEEDBACK)
    if dialogue is None:
        return nothing_yet(visit)
    seen = seen_by(visit, dialogue)
    return visit.page(
        "manager/strategy.html",
        seen=seen,
        changes=[point for point in seen.points if point.source.change],
        others=[point for point in seen.points if _turned_down(point)],
        undecided=[point for point in seen.points if not point.source.outcome],
        promises=_promises(seen),
        debts=_debts(seen),
        standing=answers_standing(dialogue),
        sign_duty=_view(seen, dialogue.latest(DutyKind.SIGN_STRATEGY)),
    )


def _turned_down(point: SeenPoint) -> bool:
    """Whether it was decided without a change or a promise to show for it."""
    c = point.source
    return c.outcome is not None and c.change is None and c.commitment is None


def _promises(seen: Seen) -> list[tuple[Commitment, DutyView | None, bool]]:
    """Each commitment with its clock, and whether the one who looks may report on it."""
    found = []
    for promise in seen.dialogue.commitments.values():
        clock = _view(seen, seen.dialogue.latest(duty_name(DutyKind.REPORT_PROGRESS, promise.id)))
        found.append((promise, clock, _may_report(seen, promise)))
    return found


def _may_report(seen: Seen, promise: Commitment) -> bool:
    takes = fits(seen.dialogue, Step.REPORT_PROGRESS) and not promise.ended
    return takes and can_report(seen.dialogue, promise, seen.viewer)


def _debts(seen: Seen) -> list[DutyView]:
    """The promises to people that are open, the longest open first."""
    d = seen.dialogue
    owed = [x for x in d.duties.values() if x.owed and x.waiting and not travels_sealed(d, x)]
    return [
        DutyView(d, duty, seen.now, seen.language)
        for duty in sorted(owed, key=lambda duty: duty.first_due)
    ]


def _view(seen: Seen, duty: Any) -> DutyView | None:  # noqa: ANN401 - a duty or None
    return DutyView(seen.dialogue, duty, seen.now, seen.language) if duty else None


def sign(visit: Visit) -> Response:
    """Sign what changes."""
    seen = seen_by(visit, _dialogue(visit))
    complete(visit, seen, Step.SIGN_STRATEGY, {})
    return visit.go(f"/dialogues/{seen.dialogue.id}/strategy", said="signed")


def _dialogue(visit: Visit) -> Dialogue:
    return visit.dialogue(visit.param("dialogue"))


def override(visit: Visit) -> Response:
    """Pass a check by hand, with a reason that participants will read."""
    dialogue = _dialogue(visit)
    given = {"check": visit.form.one("check")[:100], **visit.need("reason")}
    visit.act(dialogue.id, Step.OVERRIDE_CHECK, given)
    return visit.go(f"/dialogues/{dialogue.id}/strategy#sign", said="override")


def close_with_debts(visit: Visit) -> Response:
    """Close the year although answers are owed; the debts live on, and next year's opening shows them."""
    dialogue = _dialogue(visit)
    visit.act(dialogue.id, Step.CLOSE_WITH_DEBTS, visit.need("reason"))
    return visit.go(f"/dialogues/{dialogue.id}/strategy", said="dialogue-closed")


def report_progress(visit: Visit) -> Response:
    """Say how a commitment stands; the one whose point it came from hears it too."""
    dialogue, name = _dialogue(visit), visit.param("commitment")
    if name not in dialogue.commitments:
        raise NotFound
    given = {**visit.need("status"), **visit.form.some("evidence"), "commitment": name}
    visit.act(dialogue.id, Step.REPORT_PROGRESS, given)
    return visit.go(f"/dialogues/{dialogue.id}/strategy#promises", said="progress")


_AT = "/dialogues/{dialogue}/strategy"
PAGES = (
    get("/strategy", show, SPONSOR, Role.BOARD.value, nav=N_("Strategy")),
    get(_AT, show, *READERS),
    post(f"{_AT}/sign", sign, SPONSOR, again=show),
    post(f"{_AT}/override", override, SPONSOR, again=show),
    post(f"{_AT}/close-with-debts", close_with_debts, SPONSOR, again=show),
    post(f"{_AT}/promises/{{commitment}}", report_progress, *READERS, again=show),
)
