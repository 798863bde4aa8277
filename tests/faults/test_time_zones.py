"""The law of a country changes its time zone after dates were promised (catalogue 15): what was promised stands."""

import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH

import pytest
from sqlalchemy import text

from records.database import connect
from tests.faults.conftest import NOW, Copies
from tests.flows.waiting import ROOT

BEFORE_THE_DEBT = datetime.fromisoformat("2022-09-08T12:00+00:00")
DUE = datetime.fromisoformat("2022-09-08T22:00+00:00")  # midnight in Amsterdam, by the old law
DEBT = "answer-participant/ngo-nl"


@pytest.fixture
def database_kind() -> str:
    """Both keep moments in UTC."""
    return "sqlite"


def zone_data(folder: Path, zone: str) -> str:
    """A folder of zones in which Amsterdam keeps the time of *zone*, before those of this machine; a PYTHONTZPATH."""
    from importlib.resources import files

    (folder / "Europe").mkdir(parents=True)
    data = files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
    (folder / "Europe" / "Amsterdam").write_bytes(data)
    return os.pathsep.join([str(folder), *TZPATH])


def sweep(url: str, now: datetime, zones: str | None = None) -> None:
    """Sweep in a process of its own, with the *zones* of that machine."""
    given = {**os.environ, "WEERKLANK_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    if zones:
        given["PYTHONTZPATH"] = zones
    command = [sys.executable, "-m", "cli.main", "sweep", "--now", now.isoformat()]
    subprocess.run(command, env=given, check=True, capture_output=True)


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    engine = connect(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def promises(url: str) -> list[tuple[object, ...]]:
    return rows(url, "SELECT dialogue_id, name, version, due, first_due FROM duties ORDER BY 1, 2")


def lapsed(url: str) -> bool:
    query = f"SELECT 1 FROM facts WHERE fact = 'duty-lapsed' AND subject = '{DEBT}'"  # noqa: S608
    return bool(rows(url, query))


@pytest.mark.parametrize("zone", ["Etc/GMT-1", "Etc/GMT-3", "America/New_York"])
def test_a_promise_stands_when_its_time_zone_is_changed(
    copies: Copies, tmp_path: Path, zone: str
) -> None:
    """Summer time abolished, the zone moved east, moved west."""
    calm, url, zones = copies(), copies(), zone_data(tmp_path / "zones", zone)
    promised = promises(url)
    sweep(url, BEFORE_THE_DEBT)
    sweep(calm, BEFORE_THE_DEBT)

    sweep(url, DUE - timedelta(minutes=1), zones)
    assert not lapsed(url)
    sweep(url, DUE, zones)
    assert lapsed(url)
    for moment in (NOW + timedelta(days=day, hours=4) for day in (0, 30, 90)):
        sweep(url, moment, zones)
        sweep(calm, moment)

    assert promises(url) == promised
    assert told(url) == told(calm)
    assert set(told(url).values()) == {1}


def told(url: str) -> Counter[tuple[object, ...]]:
    """Each rung of each duty, climbed or passed over, and each lapse."""
    query = "SELECT dialogue_id, subject, fact, detail FROM facts WHERE fact IN ({})"
    facts = "'rung-reached', 'rung-skipped', 'duty-lapsed', 'no-answer-recorded'"
    return Counter(rung(row) for row in rows(url, query.format(facts)))


def rung(row: tuple[object, ...]) -> tuple[object, ...]:
    import json

    dialogue_id, subject, fact, detail = row
    what = json.loads(str(detail))
    return dialogue_id, subject, what.get("rung", fact), what["version"], str(what.get("to"))
