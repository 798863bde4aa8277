"""What a watchdog hears: alive, well or why not, and figures without anybody in them."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from config.settings import load_settings
from notifications.channels.channels import Memory
from portal.health import Watching, routes
from portal.http.security_headers import HEADERS
from records.engine.database import writing
from records.work_times import DELIVERY, LETTER, SWEEP, record_work, work_times
from services.delivery import direct_mail
from services.doctor.health import examine
from services.house import House, open_house
from tests.operations.companies import DUE, found_companies, room

HOUR = timedelta(hours=1)


class Clock:
    """A clock that the test sets."""

    now: datetime = DUE

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(migrated_url: str) -> Iterator[House]:
    with open_house(load_settings(database_url=migrated_url), mailroom=room(Memory())) as made:
        yield made


@pytest.fixture
def client(house: House, clock: Clock) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(house, clock)), "http://127.0.0.1") as made:
        yield made


def figures(client: TestClient) -> dict[str, float]:
    lines = [line for line in client.get("/metrics").text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in (line.partition(" ") for line in lines)}


def test_a_house_without_programmes_is_well(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"alive": True}
    assert client.get("/readyz").json() == {"ready": True, "reasons": []}
    assert figures(client)["weerklank_duties_overdue"] == 0
    assert "weerklank_last_sweep_age_seconds" not in figures(client)


def test_a_sweep_that_stays_away_is_told(client: TestClient, house: House, clock: Clock) -> None:
    found_companies(house, 1)
    assert client.get("/readyz").json()["reasons"] == ["sweep: has never run"]

    house.sweep(DUE)
    assert client.get("/readyz").status_code == 200
    clock.now = DUE + 2 * HOUR
    late = client.get("/readyz")

    assert late.status_code == 503
    assert late.json() == {"ready": False, "reasons": ["sweep: none finished for 7200 seconds"]}
    assert figures(client)["weerklank_last_sweep_age_seconds"] == 7200


def test_a_sweep_by_a_clock_that_was_ahead_hides_nothing(
    client: TestClient, house: House, clock: Clock
) -> None:
    """It would else be the last one for as long as the clock was ahead, whatever stood still meanwhile."""
    found_companies(house, 1)
    house.sweep(DUE)
    house.sweep(DUE + 24 * 365 * HOUR)
    clock.now = DUE + 2 * HOUR

    assert client.get("/readyz").json()["reasons"] == ["sweep: none finished for 7200 seconds"]
    assert figures(client)["weerklank_last_sweep_age_seconds"] == 7200
    found = {one.name: one for one in examine(house.settings, clock.now)}["sweep"]
    assert (found.state, found.since) == ("warn", DUE)


def test_the_figures_are_those_of_the_records(
    client: TestClient, house: House, clock: Clock
) -> None:
    found_companies(house, 2)
    house.sweep(DUE)
    clock.now = DUE + HOUR
    before = figures(client)
    house.deliver(DUE)
    after = figures(client)

    assert before["weerklank_database_up"] == 1
    assert before["weerklank_duties_overdue"] > 0
    assert before["weerklank_oldest_overdue_seconds"] > 3600
    assert before["weerklank_outbox_pending"] > 0
    assert before["weerklank_outbox_oldest_pending_seconds"] >= 3600
    assert (
        after["weerklank_outbox_pending"] == after["weerklank_outbox_oldest_pending_seconds"] == 0
    )
    assert after["weerklank_outbox_failed"] == 0


def test_nobody_is_in_the_figures(client: TestClient, house: House) -> None:
    found_companies(house, 1)
    house.sweep(DUE)
    said = client.get("/metrics").text + client.get("/readyz").text

    assert not re.search(r"merk-0|union-bd|Rahima|answer-participant|@", said)


def test_a_proxy_gets_nothing_but_a_sign_of_life(client: TestClient) -> None:
    outside = {"x-forwarded-for": "203.0.113.7"}

    assert client.get("/healthz", headers=outside).status_code == 200
    assert client.get("/readyz", headers=outside).status_code == 404
    assert client.get("/metrics", headers=outside).status_code == 404


def test_other_tables_than_ours_are_told(client: TestClient, house: House) -> None:
    with writing(house.engine) as connection:
        connection.execute(text("UPDATE weerklank_version SET version_num = '0000'"))

    (reason,) = client.get("/readyz").json()["reasons"]
    assert reason.startswith("tables: at 0000, this version works with ")


def test_a_database_that_is_gone_is_told(client: TestClient, house: House) -> None:
    with writing(house.engine) as connection:
        connection.execute(text("DROP TABLE weerklank_version"))
        connection.execute(text("DROP TABLE sweeps"))

    assert client.get("/readyz").json() == {
        "ready": False,
        "reasons": ["database: SchemaOutdated"],
    }
    of_records = {n: v for n, v in figures(client).items() if not n.startswith("weerklank_page_")}
    assert of_records == {"weerklank_database_up": 0}


def test_it_stands_before_whoever_asks_for_a_name(house: House, clock: Clock) -> None:
    inner = Starlette()
    inner.add_middleware(Watching, house=house, clock=clock)
    client = TestClient(inner, "http://10.0.0.5:8420")

    for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200)):
        answer = client.get(path)
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert client.get("/elsewhere").status_code == 404


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_the_doctor_notices_a_database_that_may_only_be_read(house: House) -> None:
    """A standby answers all that is asked of it, and nobody is reminded of anything."""
    with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    found = [one.says for one in examine(house.settings, DUE) if one.state == "bad"]
    assert "The database may only be read." in found


def test_how_long_work_took_is_counted_over_all_processes(client: TestClient, house: House) -> None:
    assert figures(client)["weerklank_sweep_seconds_count"] == 0
    found_companies(house, 1)
    house.sweep(DUE)
    house.sweep(DUE)  # finds nothing, which is no sweep to speak of
    with open_house(house.settings, mailroom=house.mailroom) as another:
        another.deliver(DUE)
        another.deliver(DUE)
    seen = figures(client)

    assert seen["weerklank_sweep_seconds_count"] == seen["weerklank_delivery_seconds_count"] == 1
    assert seen['weerklank_sweep_seconds_bucket{le="+Inf"}'] == 1
    assert seen["weerklank_letter_seconds_count"] > 1
    assert seen["weerklank_delivery_seconds_sum"] == seen["weerklank_letter_seconds_sum"]


def test_how_long_a_mail_to_a_confidant_took_is_counted_nowhere(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0.0]
    monkeypatch.setattr("services.house.perf_counter", lambda: sum(passed))
    monkeypatch.setattr(direct_mail, "send_direct_mail", lambda *_: passed.append(1_000))
    found_companies(house, 1)
    house.sweep(DUE)
    house.deliver(DUE)
    seen = figures(client)

    assert passed == [0.0, 1_000]
    assert seen["weerklank_delivery_seconds_count"] == 1
    assert seen["weerklank_delivery_seconds_sum"] == seen["weerklank_letter_seconds_sum"] == 0


def test_a_time_of_ones_own_counts_nothing(migrated_url: str) -> None:
    with open_house(load_settings(database_url=migrated_url), clock=None) as house:
        record_work(house.engine, {SWEEP: (1, 2.0)})
        assert [one.upto[-1][1] for one in work_times(house.engine)] == [0, 0, 0]


def test_a_histogram_counts_each_once_and_what_took_less_too(migrated_url: str) -> None:
    with open_house(load_settings(database_url=migrated_url)) as house:
        for seconds in (0.05, 0.1, 7.0, 5000.0):
            record_work(house.engine, {SWEEP: (1, seconds), DELIVERY: (0, seconds)})
        record_work(house.engine, {LETTER: (10, 0.02)})
        sweeps, deliveries, letters = work_times(house.engine)

    assert dict(sweeps.upto) == {
        "0.1": 2, "0.5": 2, "1": 2, "5": 2, "15": 3, "60": 3, "300": 3, "900": 3, "3600": 3, "+Inf": 4,
    }  # fmt: skip
    assert sweeps.seconds == pytest.approx(5007.15)
    assert (deliveries.upto[-1], deliveries.seconds) == (("+Inf", 0), 0)
    assert dict(letters.upto)["0.001"] == 0
    assert dict(letters.upto)["0.002"] == 10
