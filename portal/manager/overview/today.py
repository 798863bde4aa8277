"""Today page: what is owed, to whom, by when, most urgent first; and whether the engine that watches it runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from starlette.responses import Response

from portal.manager.overview.open_duties import board_of
from portal.web.pages import get
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from records.queries import last_sweep
from services.doctor.health import SWEEP_LATE
from states.language.catalogue import N_
from states.model.dialogue import Dialogue
from states.privacy.small_counts import undelivered_messages


@dataclass(frozen=True, slots=True)
class Engine:
    """Whether the engine runs, and *when* it last did."""

    state: Literal["runs", "stopped", "never"]
    when: datetime | None


def engine_of(visit: Visit) -> Engine:
    """How the engine that sends reminders and records lapses is doing."""
    last = last_sweep(visit.site.house.engine, visit.now)
    if last is None:
        return Engine("never", None)
    stopped = visit.now - last.began_at > SWEEP_LATE
    return Engine("stopped" if stopped else "runs", last.began_at)


def undelivered_in(dialogues: Iterable[Dialogue]) -> list[tuple[str, int]]:
    """For each of *dialogues* of which it may be told how many messages to participants did not arrive."""
    counts = [(one.id, undelivered_messages(one)) for one in dialogues]
    return [(name, number) for name, number in counts if number]


def show_today(visit: Visit) -> Response:
    """The page with which a manager begins."""
    board = board_of(visit)
    return visit.page(
        "manager/today.html",
        board=board,
        undelivered=undelivered_in(board.read),
        engine=engine_of(visit),
        pause=visit.site.house.ledger.programme(visit.me.programme.id).paused,
        newest=next(reversed(visit.dialogue_ids()), None),
    )


PAGES = (get("/today", show_today, *MANAGERS, nav=N_("Today")),)
