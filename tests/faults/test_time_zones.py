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

from records.engine.database import connect
from tests.faults.conftest import NOW, Copies
from tests.faults.works import sweep_in_chunks
from tests.flows.prefect_watch import ROOT

DUE = datetime.fromisoformat("2022-09-08T22:00+00:00")  # midnight in Amsterdam, by the old law
OF_2022 = "dialogue_id LIKE '%-2022'"  # the sweep of the command also opens the next year
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
    duties = "SELECT dialogue_id, name, version, due, first_due FROM duties WHERE {} ORDER BY 1, 2"
    return rows(url, duties.format(OF_2022))


def lapsed(url: str) -> bool:
    query = f"SELECT 1 FROM facts WHERE fact = 'duty-lapsed' AND subject = '{DEBT}'"  # noqa: S608
    return bool(rows(url, query))


@pytest.mark.parametrize("zone", ["Etc/GMT-1", "America/New_York"])
def test_a_promise_stands_when_its_time_zone_is_changed(
    copies: Copies, tmp_path: Path, zone: str
) -> None:
    """Summer time abolished; the zone moved west."""
    calm, url, zones = copies(), copies(), zone_data(tmp_path / "zones", zone)
    promised = promises(url)
    sweep(url, DUE - timedelta(minutes=1), zones)
    assert not lapsed(url)
    sweep(url, DUE, zones)
    assert lapsed(url)
    later = [NOW + timedelta(hours=4), NOW + timedelta(days=60)]
    for moment in later:
        sweep(url, moment, zones)
    engine = connect(calm)
    for moment in (DUE - timedelta(minutes=1), DUE, *later):
        sweep_in_chunks(engine, moment)
    engine.dispose()

    assert promises(url) == promised
    assert told(url) == told(calm)
    assert set(told(url).values()) == {1}


def told(url: str) -> Counter[tuple[object, ...]]:
    """Each rung of each duty, climbed or passed over, and each lapse."""
    query = "SELECT dialogue_id, subject, fact, detail FROM facts WHERE {} AND fact IN ({})"
    facts = "'rung-reached', 'rung-skipped', 'duty-lapsed', 'no-answer-recorded'"
    return Counter(rung(row) for row in rows(url, query.format(OF_2022, facts)))


def rung(row: tuple[object, ...]) -> tuple[object, ...]:
    import json

    dialogue_id, subject, fact, detail = row
    what = json.loads(str(detail))
    return dialogue_id, subject, what.get("rung", fact), what["version"], str(what.get("to"))
