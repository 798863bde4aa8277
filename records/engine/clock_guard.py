"""
Clock guard: a database refuses to write about a moment that has not come.

Time is an argument everywhere, and so it could be a wrong one: thirteen lapses of 2028 cannot be undone. Whoever wires
the house hands the clock to the engine; a rehearsal and a demonstration, whose time is their own, hand over none.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from states.language.errors import Refused

Clock = Callable[[], datetime]
"""Says what time it is, as aware UTC."""
AHEAD = timedelta(minutes=15)
"""By so much the clocks of two machines may differ."""
_CLOCK = "weerklank_clock"


def live_by(engine: Engine, clock: Clock | None) -> None:
    """Let all who write over *engine* live by *clock*; None: their time is their own."""
    engine.update_execution_options(**{_CLOCK: clock})


def has_clock(engine: Engine) -> bool:
    """Whether who writes over *engine* lives by a clock; in a rehearsal and a demonstration nobody does."""
    return engine.get_execution_options().get(_CLOCK) is not None


def require_present(engine: Engine, now: datetime) -> None:
    """
    Raise Refused('future-now') when *now* (aware) lies more than AHEAD beyond the clock of *engine*.

    Source: rules 47.
    """
    clock: Clock | None = engine.get_execution_options().get(_CLOCK)
    if clock is None:
        return
    present = clock()
    if now - present > AHEAD:
        said = {"now": stamp(now), "clock": stamp(present)}
        raise Refused("future-now", minutes=AHEAD // timedelta(minutes=1), **said)


def is_chosen(engine: Engine, now: datetime) -> bool:
    """Whether *now* (aware) lies so far before the clock of *engine* that somebody chose it."""
    clock: Clock | None = engine.get_execution_options().get(_CLOCK)
    return clock is not None and clock() - now > AHEAD


def stamp(moment: datetime) -> str:
    """*moment* (aware) as a refusal says it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
