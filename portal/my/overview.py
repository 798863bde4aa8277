"""My-dialogue page: the year in five phases, what is asked of me, and what is owed to me and since when."""

from dataclasses import dataclass
from datetime import date, datetime

from starlette.responses import Response

from portal.my.recorded import recorded_of
from portal.my.seat import mine
from portal.web.pages import get
from portal.web.request import Visit
from records.access.journal_queries import Turn, turns_of
from states.checks.status import stage_of
from states.language.catalogue import N_
from states.model.dialogue import OPEN_PHASES, Dialogue, Phase
from states.model.people import PARTICIPANT
from states.model.vocabulary import FactName


@dataclass(frozen=True)
class YearStage:
    """A phase on the way through the year: *state* is past, here or coming; *days* are what is known of it."""

    phase: Phase
    state: str
    since: datetime | None
    planned: date | None


def show(visit: Visit) -> Response:
    """The page on which a participant begins."""
    seen = mine(visit)
    turns = turns_of(visit.site.house.engine, seen.dialogue.id)
    return visit.page(
        "my/dialogue.html",
        mine=seen,
        recorded=[one for one in recorded_of(seen) if one.until],
        stages=stages_of(seen.dialogue, turns),
        given_on=[turn for turn in turns if turn.fact == FactName.ROLE_HANDED_OVER],
        moves=[_move(turn) for turn in turns if turn.fact == FactName.SESSION_RESCHEDULED],
    )


def stages_of(dialogue: Dialogue, turns: list[Turn]) -> list[YearStage]:
    """The five phases with what is known of their dates."""
    since = {t.detail.get("phase"): t.at for t in turns if t.fact == FactName.PHASE_ENTERED}
    since.setdefault(Phase.STAKEHOLDER_ANALYSIS, dialogue.opened_at)
    planned = {
        Phase.SESSION: dialogue.session_day,
        Phase.FEEDBACK: dialogue.information.feedback_by,
    }
    found = []
    for phase in OPEN_PHASES:
        stage = stage_of(dialogue, phase)
        never = stage == "past" and phase not in since  # it ended before
        begun = None if stage == "coming" else since.get(phase)
        found.append(YearStage(phase, "coming" if never else stage, begun, planned.get(phase)))
    return found


def _move(turn: Turn) -> dict[str, object]:
    """The session moved: both dates and the reason."""
    was, to = (datetime.fromisoformat(turn.detail[key]) for key in ("was", "to"))
    return {"at": turn.at, "was": was, "to": to, "reason": turn.detail["reason"]}


PAGES = (get("/my", show, PARTICIPANT, nav=N_("My dialogue")),)
