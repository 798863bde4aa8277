"""Effort of a rehearsal: letters and estimated hours of each role, as JSON; the arithmetic is `services.effort`."""

from collections import Counter
from collections.abc import Iterable

from cli.json_views import Row
from cli.rehearsal.simulator import Life
from services.effort import Effort, effort_of
from states.privacy.visibility import Viewer
from states.steps.delivery.letters import Kind


def effort_shown(life: Life, letters: Iterable[Row], viewer: Viewer) -> list[Row]:
    """What *life* cost each role by what *viewer* may know: the steps it took, and the *letters* that are shown."""
    steps = life.taken + life.taken_under_seal if viewer == "moderator" else life.taken
    counted = Counter((row["role"], Kind(row["kind"])) for row in letters)
    return [_row(one) for one in effort_of(steps, counted)]


def profile_of(life: Life) -> str | None:
    """The profile that the programme of *life* chose; None: it has the values of before there were any."""
    profile = life.house.policies(life.scenario.own_programme().policy).profile
    return profile.value if profile else None


def _row(effort: Effort) -> Row:
    return {
        "role": effort.role.value,
        "letters": effort.letters,
        "minutes": effort.minutes,
        "hours": effort.hours,
        "parts": [part._asdict() for part in effort.parts],
    }
