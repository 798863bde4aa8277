"""One step through the ledger: load, checks over a hundred participants, write, in one process."""

import tempfile
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from benchmarks.field import programme
from benchmarks.figures import Figure, median
from config.policies import policy_of
from records.engine.database import connect
from records.ledger import Ledger
from records.migrate import upgrade
from states.checks.checks import checks_of
from states.model.information import Information
from states.steps.decide import known_step

START = datetime(2021, 12, 10, 9, tzinfo=UTC)
SESSION = datetime(2022, 6, 16, 11, tzinfo=UTC)
PEOPLE = 100
GOAL = 500
INFORMATION: dict[str, Any] = {
    "purpose": "p", "use_of_outcomes": "u", "contribution_asked": "c", "degree_of_influence": "involve",
    "decided_by": "d", "feedback_by": "2022-09-08", "confidentiality": "c", "costs": "c",
}  # fmt: skip


def seat(number: int) -> dict[str, Any]:
    """A stakeholder from somewhere."""
    return {
        "id": f"voice-{number}", "name": f"Voice {number}", "organisation": f"House {number}",
        "category": "ngo" if number % 2 else "union", "country": "BD" if number % 3 else "NL",
        "language": "en" if number % 2 else "nl", "layer": "representative", "critical": number == 1,
        "at_risk": False, "speaks_for": ["wages"], "email": f"voice-{number}@house.example",
    }  # fmt: skip


def gathering(url: str, people: int = PEOPLE) -> tuple[Ledger, str]:
    """An edition in which so many *people* are invited, and the ledger that knows it."""
    upgrade(url)
    ledger = Ledger(connect(url), policy_of)
    return ledger, invite(ledger, 1, people)


def invite(ledger: Ledger, number: int, people: int = PEOPLE) -> str:
    """The edition of company *number*, in which so many *people* are invited."""
    company = programme(number)
    ledger.apply_programme(company, START)
    opened = ledger.open_edition(
        company.id, session_at=SESSION, edition=2022, by="manager", now=START,
        information=Information.model_validate(INFORMATION),
    )  # fmt: skip
    risk = {"id": "wages", "theme": "w", "country": "BD", "tier": 1, "group": "g", "weight": 5}
    steps = [("name-risk", risk), *(("map-stakeholder", seat(n)) for n in range(people))]
    for step, given in (*steps, ("approve-analysis", {}), ("invite-all", {})):
        ledger.act(opened.dialogue_id, known_step(step).name, given, by="manager", now=START)
    return opened.dialogue_id


def run(n: int = 100, *, rounds: int = 5) -> list[Figure]:
    """Let *n* people accept and say what they expect, asking all checks after each step."""
    rates: list[float] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            ledger, dialogue_id = gathering(f"sqlite:///{folder}/steps.sqlite", max(n, PEOPLE))
            now = START + timedelta(days=1)
            begun = perf_counter()
            for number in range(n):
                who = f"voice-{number}"
                for step, given in (
                    ("accept-invitation", {}),
                    ("share-expectation", {"text": "Be clear"}),
                ):
                    ledger.act(dialogue_id, known_step(step).name, given, by=who, now=now)
                    checks_of(ledger.read(dialogue_id), now)
            rates.append(2 * n / (perf_counter() - begun))
            ledger.engine.dispose()
    rate = median(rates)
    what = f"steps through the ledger with all checks, {PEOPLE} participants, SQLite"
    return [Figure("steps", what, "steps/s", rate, None, f"≥ {GOAL}", rate >= GOAL)]
