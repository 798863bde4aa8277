"""Clocks that jump, calendars that change, and a scheduler that was away (catalogue 10, 11, 13, 14, 15)."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from config.policies import policy_of
from notifications.channels.channels import Memory as Mail
from records import queries
from records.engine.database import connect
from records.journal import journal
from records.ledger import Ledger
from states.model.calendar import WorkCalendar
from tests.faults.checker import problems
from tests.faults.conftest import NOW
from tests.faults.works import deliver_once, drain, left_behind, sweep_in_chunks
from tests.records.conftest import Memory, a_programme

Copies = Callable[[], str]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = {"BD": "Asia/Dhaka", "BR": "America/Sao_Paulo", "NL": "Europe/Amsterdam"}


@pytest.fixture
def database_kind() -> str:
    """The law reckons; the kind of database does not matter to it."""
    return "sqlite"


@pytest.fixture
def memory(world: str) -> Iterator[Memory]:
    """Open the world, with the dialogue whose debts are open."""
    engine = connect(world)
    yield Memory(world, engine, Ledger(engine, policy_of), dialogue_id="bb-2022")
    engine.dispose()


def rungs_written(memory: Memory, since: int = 0) -> Counter[tuple[str, str, str]]:
    """Who heard of which duty how often."""
    names = memory.ledger.dialogue_ids()
    rows = [row for row in queries.notices_of(memory.engine, names) if row.rung and row.id > since]
    return Counter((row.dialogue_id, str(row.duty), row.to) for row in rows)


@pytest.mark.parametrize(
    "down", [HOUR, DAY, 5 * DAY, 30 * DAY, 365 * DAY], ids=["hour", "day", "5d", "30d", "year"]
)
def test_after_any_outage_each_hears_once_and_the_rest_is_recorded(
    memory: Memory, down: timedelta
) -> None:
    before = datetime(2022, 9, 9, 5, 30, tzinfo=UTC)  # half an hour before the rungs of that day
    sweep_in_chunks(memory.engine, before)
    with memory.engine.connect() as connection:
        last = connection.execute(text("SELECT max(id) FROM notices")).scalar_one()

    sweep_in_chunks(memory.engine, before + down)

    assert set(rungs_written(memory, last).values()) <= {1}
    assert ("bb-2022", "answer-participant/ngo-nl", "ngo-nl") in rungs_written(memory, last)
    facts = Counter(entry.fact for entry in journal.entries(memory.engine, "bb-2022"))
    assert (facts["rung-skipped"] > 30) == (down > 100 * DAY)
    assert problems(memory.engine, before + down) == []
    assert sweep_in_chunks(memory.engine, before + down).duties == 0


def test_what_is_overdue_together_is_told_in_the_order_of_time(memory: Memory) -> None:
    sweep_in_chunks(memory.engine, NOW + 60 * DAY)
    mine = [
        entry
        for entry in journal.entries(memory.engine, "bb-2022")
        if entry.subject == "answer-participant/ngo-nl" and entry.at == NOW + 60 * DAY
    ]
    order = [str(entry.detail.get("rung", entry.fact)) for entry in mine]
    offsets = [0.5 if one == "duty-lapsed" else float(one.removesuffix("wd")) for one in order]
    assert "duty-lapsed" in order
    assert offsets == sorted(offsets)


def test_a_clock_that_goes_back_an_hour_repeats_nothing_and_sticks_nowhere(
    memory: Memory,
) -> None:
    mail = Mail()
    sweep_in_chunks(memory.engine, NOW)
    deliver_once(memory.engine, mail, NOW)
    for minutes in range(-60, 75, 15):  # the same hour again, and on
        moment = NOW + timedelta(minutes=minutes)
        assert sweep_in_chunks(memory.engine, moment).duties == 0
        drain(memory.engine, mail, moment)
    names = [post.message_id for post in mail.posts]
    assert len(names) == len(set(names))
    later = NOW + 30 * DAY
    assert sweep_in_chunks(memory.engine, later).duties > 0
    assert problems(memory.engine, later) == []


def test_a_clock_that_jumped_a_day_ahead_and_came_back_repeats_nothing(memory: Memory) -> None:
    mail = Mail()
    sweep_in_chunks(memory.engine, NOW + DAY)
    drain(memory.engine, mail, NOW + DAY)
    written = rungs_written(memory)
    for hours in range(24):
        sweep_in_chunks(memory.engine, NOW + hours * HOUR)
        drain(memory.engine, mail, NOW + hours * HOUR)
    assert rungs_written(memory) == written
    memory.now = NOW  # people go on with the right time
    memory.act(
        "postpone", {"duty": "answer-participant/ngo-nl", "to": "2022-10-20", "reason": "X."}
    )
    drain(memory.engine, mail, NOW)
    assert "answer-postponed" in {post.message.template for post in mail.posts}
    sweep_in_chunks(memory.engine, NOW + 60 * DAY)
    assert problems(memory.engine, NOW + 60 * DAY) == []


def test_two_machines_whose_clocks_differ_do_nothing_twice_and_nothing_before_the_faster(
    memory: Memory,
) -> None:
    moment = memory.next_at()
    for _ in range(40):
        for ahead in (timedelta(minutes=5), timedelta()):
            sweep_in_chunks(memory.engine, moment + ahead)
        moment = max(moment + timedelta(minutes=15), memory.next_at())
    assert problems(memory.engine, moment - timedelta(minutes=15)) == []


@pytest.mark.parametrize(
    ("country", "session"),
    [("NL", "2022-06-16"), ("BD", "2022-06-16"), ("BR", "2022-06-16"), ("BR", "2018-08-16")],
)
def test_each_programme_lives_in_its_own_zone(world: str, country: str, session: str) -> None:
    """Dhaka rests on Friday; in São Paulo of 2018 the day of the promise begins at one o'clock."""
    engine, zone = connect(world), ZoneInfo(ZONES[country])
    memory = Memory(world, engine, Ledger(engine, policy_of))
    day = date.fromisoformat(session)
    memory.now = datetime.combine(day - 180 * DAY, time(12), tzinfo=UTC)
    programme = a_programme("far", country=country, time_zone=ZONES[country])
    memory.ledger.apply_programme(programme, memory.now)
    at = datetime.combine(day, time(13), tzinfo=zone).astimezone(UTC)
    receipt = memory.ledger.open_edition(
        "far", session_at=at, edition=day.year, information=None, by="manager", now=memory.now
    )
    memory.dialogue_id = receipt.dialogue_id
    for _ in range(60):
        moment = max(memory.next_at(), memory.now)
        sweep_in_chunks(engine, moment)
        memory.now = moment
    calendar = WorkCalendar(ZONES[country], country)
    for row in memory.notices():
        local = row.at.astimezone(zone)
        if row.rung and row.at != NOW:
            assert (local.hour, local.minute) == (8, 0)
            assert calendar.is_working(local.date())
    for duty in memory.read().duties.values():
        assert duty.due.astimezone(zone).time() in {time(0), time(1)}
    assert [one for one in problems(engine) if one.startswith("far")] == []
    engine.dispose()


def test_a_holiday_that_comes_after_the_promise_does_not_move_it(memory: Memory) -> None:
    promised = {name: duty.due for name, duty in memory.read().duties.items()}
    programme = memory.ledger.programme("bb").programme
    days = [date(2022, 9, 8), date(2022, 9, 9), date(2022, 9, 12)]
    changed = programme.model_copy(update={"holidays": tuple(days)})
    assert memory.ledger.apply_programme(changed, NOW - 30 * DAY)
    assert {name: duty.due for name, duty in memory.reread().duties.items()} == promised

    while (moment := memory.next_at()) < datetime(2022, 9, 20, tzinfo=UTC):
        sweep_in_chunks(memory.engine, moment)
    rows = [row for row in memory.notices(duty="answer-participant/ngo-nl") if row.rung == "+1wd"]
    assert {row.at.astimezone(ZoneInfo("Europe/Amsterdam")).date() for row in rows} == {
        date(2022, 9, 13)
    }
    duty = memory.reread().duties["answer-participant/ngo-nl"]
    assert (duty.due, duty.lapsed_at) == (promised[duty.name], promised[duty.name])
    assert problems(memory.engine) == []


def test_a_holiday_that_is_added_while_a_rung_waits_loses_no_rung(copies: Copies) -> None:
    """The moment that was stored comes first or last: heard once, never twice, never not."""
    for early in range(0, 40, 3):
        engine = connect(copies())
        ledger = Ledger(engine, policy_of)
        added = datetime(2022, 8, 20, 4, tzinfo=UTC) + early * DAY
        sweep_in_chunks(engine, added)
        programme = ledger.programme("bb").programme
        days = tuple(added.date() + number * DAY for number in range(-3, 6, 2))
        ledger.apply_programme(programme.model_copy(update={"holidays": days}), added)
        for number in range(60):
            sweep_in_chunks(engine, added + number * DAY)
        names = [row for row in queries.notices_of(engine, ["bb-2022"]) if row.rung]
        keys = Counter((row.duty, row.version, row.rung, row.to) for row in names)
        assert set(keys.values()) == {1}
        mine = {row.rung for row in names if row.duty == "answer-participant/ngo-nl"}
        assert {"+1wd", "+5wd", "+10wd", "+20wd"} <= mine
        engine.dispose()


HARD_ZONES = st.sampled_from(
    [*ZONES.values(), "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/New_York",
     "Africa/Casablanca", "Asia/Kathmandu", "Atlantic/Azores"]
)  # fmt: skip
DAYS = st.dates(date(2005, 1, 1), date(2037, 12, 31))


@given(HARD_ZONES, DAYS)
def test_each_local_day_ends_once_and_later_than_the_day_before(zone: str, day: date) -> None:
    calendar = WorkCalendar(zone, "NL")
    ends = calendar.end_of(day)
    assert calendar.end_of(day - DAY) <= ends
    if not (zone == "Pacific/Apia" and day == date(2011, 12, 30)):  # a day that never was
        assert calendar.due_day(ends) == day
        assert calendar.day_of(ends) > day


@given(HARD_ZONES, DAYS, st.times())
def test_each_clock_time_of_a_day_is_one_instant_of_that_day(
    zone: str, day: date, clock: time
) -> None:
    calendar = WorkCalendar(zone, "NL")
    moment = calendar.at(day, clock.replace(microsecond=0, fold=0))
    local = moment.astimezone(calendar.zone)
    assert (
        abs(local.replace(tzinfo=None) - datetime.combine(day, clock.replace(microsecond=0))) <= DAY
    )
    if local.date() == day:
        assert calendar.day_of(moment) == day


@pytest.mark.parametrize(
    "day", ["2022-03-27", "2022-10-30", "2024-02-29", "2023-12-31", "2024-12-31"]
)
def test_notices_come_once_around_hard_days(memory: Memory, day: str) -> None:
    """Summer time both ways, a leap day, the end of a year: swept every quarter of an hour."""
    start = datetime.fromisoformat(f"{day}T00:00+00:00") - DAY
    sweep_in_chunks(memory.engine, start)
    before = rungs_written(memory)
    for quarter in range(4 * 24 * 3):
        sweep_in_chunks(memory.engine, start + quarter * timedelta(minutes=15))
    fresh = rungs_written(memory) - before
    assert set(fresh.values()) <= {1}
    assert problems(memory.engine, start + 3 * DAY - timedelta(minutes=15)) == []


def test_a_rung_at_an_hour_that_summer_time_skips_comes_that_day(world: str) -> None:
    engine = connect(world)
    memory = Memory(world, engine, Ledger(engine, policy_of))
    changed = a_programme("night").model_copy(update={"policy": {"notice_time": "02:30"}})
    memory.open(changed)
    while (moment := memory.next_at()) < datetime(2022, 4, 1, tzinfo=UTC):
        sweep_in_chunks(engine, moment)
    assert [one for one in problems(engine) if one.startswith("night")] == []
    assert left_behind(engine)["outbox"]
    engine.dispose()


def test_a_lapse_stays_one_when_the_clock_goes_back_before_it(memory: Memory) -> None:
    duty = "publish-summary"
    due = memory.read().duties[duty].due
    sweep_in_chunks(memory.engine, due)
    memory.now = due - HOUR
    memory.act("publish-summary", {"lines": {"c1": "Pay.", "c2": "Pay."}}, by="moderator")
    met = memory.reread().duties[duty]
    assert (met.status, met.lapsed_at) == ("met-late", due)
    assert problems(memory.engine) == []
