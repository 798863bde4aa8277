"""How much time a session leaves: which days are over already, and the first at which all fit, as pages say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from states.dialogue import Dialogue
from states.duties import KINDS
from states.nearness import Unfit, earliest_session, unfit


@dataclass(frozen=True, slots=True)
class Near:
    """A session so near that the *days* are over already; the *earliest* is the first at which all fit."""

    days: list[Unfit]
    earliest: date


def near_of(dialogue: Dialogue, now: datetime, kinds: Iterable[str] = tuple(KINDS)) -> Near | None:
    """Which days of *kinds* of duties do not fit the session of *dialogue*; None when all do."""
    asked = tuple(kinds)
    days = unfit(dialogue, now, asked)
    return Near(days, earliest_session(dialogue, now, asked)) if days else None
