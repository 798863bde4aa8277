"""The flows against a real server: what they do, what they are called, what the operator sees and what not."""

import asyncio
import gc
import warnings
from collections import Counter
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import yaml

from config.settings import Settings
from flows.machine.server import ServerAddress
from services.house import open_house
from tests.flows.prefect_watch import CASE, DUE, MORNING_AFTER, living_at, seen_by

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.events.schemas.events import ReceivedEvent as Event

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect")]

AFlow = Any
"""A flow: Prefect's own type of what calling it gives is not one that can be awaited."""
EDITION = "kledingmerk-2022"
YEARLY = datetime(2022, 12, 1, 8, tzinfo=UTC)
FOUR_ARE_LATE = datetime(2022, 9, 12, 7, tzinfo=UTC)
LATE_BY_A_DAY = "4 answers late, oldest 1 day"


@pytest.fixture(autouse=True)
def own_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each copy of the case tells its own facts: the server would take those of two for the same."""
    monkeypatch.setattr("flows.prefect.events._NAMES", uuid4())


def run(flow: AFlow, *given: object) -> "FlowRun":
    """Run *flow* without retries, at the moment that is *given* too, and give the run as the server knows it."""
    words = [one for one in given if not isinstance(one, datetime)]
    with _time(*given):
        return asyncio.run(_run(flow, *words))


def _time(*given: object) -> AbstractContextManager[None]:
    moments = [one for one in given if isinstance(one, datetime)]
    return living_at(*moments) if moments else nullcontext()


async def _run(flow: AFlow, *given: object) -> "FlowRun":
    from prefect.client.orchestration import get_client

    state = await flow.with_options(retries=0)(*given, return_state=True)
    async with get_client() as client:
        return await client.read_flow_run(state.state_details.flow_run_id)


def ended(run: "FlowRun") -> "State[Any]":
    assert run.state is not None
    return run.state


def words(run: "FlowRun") -> str:
    return ended(run).message or ""


def twice_at_once(flow: AFlow, moment: datetime) -> list[dict[str, int]]:
    async def one() -> dict[str, int]:
        done: dict[str, int] = await flow()
        return done

    async def both() -> list[dict[str, int]]:
        return list(await asyncio.gather(one(), one()))

    with living_at(moment):
        return asyncio.run(both())


def events_of(run_id: object, wanted: int) -> "list[Event]":
    """The events of ours that one run sent, once *wanted* of them are there."""

    async def look() -> "list[Event] | None":
        from prefect.client.orchestration import get_client
        from prefect.events.filters import EventFilter, EventNameFilter, EventRelatedFilter

        ours = EventNameFilter(prefix=["weerklank."])
        of_run = EventRelatedFilter(id=[f"prefect.flow-run.{run_id}"])
        async with get_client() as client:
            page = await client.read_events(
                filter=EventFilter(event=ours, related=of_run), limit=50
            )
        return list(page.events) if len(page.events) >= wanted else None

    return asyncio.run(seen_by(look))


def artifacts() -> dict[str, Any]:
    async def read() -> list[Any]:
        from prefect.client.orchestration import get_client

        async with get_client() as client:
            found: list[Any] = await client.read_latest_artifacts()
            return found

    return {one.key: one for one in asyncio.run(read())}


def forget_overview() -> None:
    """Delete every version of the home artifact that earlier tests left on the server that all share."""

    async def forget() -> None:
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

        mine = ArtifactFilter(key=ArtifactFilterKey(any_=["weerklank"]))
        async with get_client() as client:
            while found := await client.read_artifacts(artifact_filter=mine):
                for one in found:
                    await client.delete_artifact(one.id)

    asyncio.run(forget())


def mails(settings: Settings) -> int:
    return len([file for file in settings.maildir.rglob("new/*") if file.is_file()])


def test_a_run_is_named_after_what_happened(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    lapsed = run(enforce_deadlines, DUE)
    told = run(enforce_deadlines, MORNING_AFTER)

    assert lapsed.name == f"enforce deadlines · 8 reminders · 4 lapses · {LATE_BY_A_DAY}"
    assert told.name == f"enforce deadlines · 4 escalations · 4 honest notices · {LATE_BY_A_DAY}"
    assert set(told.tags) == {"weerklank", "programme:kledingmerk", "late"}


def test_a_run_ends_overdue_while_anything_is_late(house: Settings, server: ServerAddress) -> None:
    from flows.rounds import enforce_deadlines

    run(enforce_deadlines, MORNING_AFTER)
    later = run(enforce_deadlines, FOUR_ARE_LATE)

    assert later.name == "enforce deadlines · nothing new · 4 answers late, oldest 4 days"
    assert (ended(later).name, ended(later).is_completed()) == ("Overdue", True)
    assert words(later) == (
        "4 answers late, oldest 4 days: kledingmerk-2022. Whose turn: manager. "
        f"Look at {server.pages}/artifacts/key/weerklank or run: weerklank status"
    )


def test_a_run_that_finds_nothing_late_says_so(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    in_time = run(enforce_deadlines, DUE - timedelta(hours=1))

    assert (ended(in_time).name, "late" in in_time.tags) == ("Completed", False)
    assert (
        run(enforce_deadlines, DUE - timedelta(hours=1)).name == "enforce deadlines · nothing due"
    )


def test_what_could_not_be_read_is_not_said_to_be_well(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.rounds import enforce_deadlines
    from records import aging_report

    def broken(*_: object) -> None:
        raise LookupError

    before = run(enforce_deadlines, MORNING_AFTER)
    shown = artifacts()
    monkeypatch.setattr(aging_report, "late_groups", broken)
    unknown = run(enforce_deadlines, FOUR_ARE_LATE)

    assert "late" in before.tags
    assert unknown.name == "enforce deadlines · nothing new · what is late could not be read"
    assert {key: one.data for key, one in artifacts().items()} == {
        key: one.data for key, one in shown.items()
    }


def test_every_lapse_and_escalation_is_an_event_of_its_dialogue(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    lapsed = run(enforce_deadlines, DUE)
    told = run(enforce_deadlines, MORNING_AFTER)

    events = [*events_of(lapsed.id, 8), *events_of(told.id, 5)]
    counted = Counter(event.event for event in events)
    assert counted["weerklank.duty.lapsed"] == 4
    assert counted["weerklank.duty.escalated"] == 4
    assert counted["weerklank.sweep.finished"] == 2
    resources = {event.resource.id for event in events if ".duty." in event.event}
    assert resources == {f"weerklank.dialogue.{EDITION}"}


def test_what_people_did_is_told_once_by_the_round_after_it(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    first, second = run(enforce_deadlines, DUE), run(enforce_deadlines, MORNING_AFTER)

    told = [one for one in events_of(first.id, 8) if "at" in one.payload]
    assert sorted(one.event for one in told) == [
        "weerklank.answer.delivered",
        "weerklank.answer.delivered",
        "weerklank.edition.opened",
    ]
    for one in told:
        beside = {near.role: near.id for near in one.related if near.id.startswith("weerklank.")}
        assert one.resource.id == f"weerklank.dialogue.{EDITION}"
        assert beside == {
            "programme": "weerklank.programme.kledingmerk",
            "role": "weerklank.role.manager",
        }
    assert [one for one in events_of(second.id, 5) if "at" in one.payload] == []


def test_the_artifacts_show_each_dialogue_and_what_is_overdue(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    run(enforce_deadlines, MORNING_AFTER)
    shown = artifacts()

    assert "feedback" in shown[f"dialogue-{EDITION}"].data
    assert "duties lapsed | 4" in shown[f"dialogue-{EDITION}"].data
    assert shown[f"dialogue-{EDITION}"].description == "feedback · 4 late · next due 15 Dec"
    assert shown["overdue"].description == LATE_BY_A_DAY
    assert shown["overdue"].data.count("answer-participant") == 4


def test_the_overview_keeps_a_version_of_each_change_in_what_is_late(house: Settings) -> None:
    from flows.rounds import deliver_notices, enforce_deadlines

    def latest(moment: datetime) -> Any:  # noqa: ANN401 - what Prefect answers
        run(enforce_deadlines, moment)
        return artifacts()["weerklank"]

    first = latest(MORNING_AFTER)
    same = latest(MORNING_AFTER + timedelta(hours=1))
    run(deliver_notices, MORNING_AFTER + timedelta(hours=2))
    other = latest(FOUR_ARE_LATE)

    assert "last sweep: 2022-09-09 06:00 UTC" in first.data
    assert "last sweep: 2022-09-09 07:00 UTC" in same.data
    assert same.latest_id == first.latest_id != other.latest_id
    assert other.type == "markdown"
    assert other.description.splitlines()[0] == "## 4 answers late, oldest 4 days"
    for told in (
        "whose turn: manager", "sent: 9 Sep 2022, an alert to manager and an honest notice to whoever waits",
        "next: 15 Sep 2022 at 08:00 (Europe/Amsterdam), an alert to manager, deputy", "who hears the alarm: nobody",
    ):  # fmt: skip
        assert told in other.description
        assert told in other.data


def test_it_is_there_before_the_first_sweep(house: Settings) -> None:
    from flows.prefect.status_page.overview_artifact import keep_overview

    forget_overview()
    with living_at(FOUR_ARE_LATE):
        asyncio.run(keep_overview())

    assert "4 answers" in artifacts()["weerklank"].description


def test_running_it_again_does_nothing_again(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    run(enforce_deadlines, MORNING_AFTER)

    again = run(enforce_deadlines, MORNING_AFTER)
    assert again.name == f"enforce deadlines · nothing new · {LATE_BY_A_DAY}"


def test_a_run_leaves_no_connection_open(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    gc.collect()
    run(enforce_deadlines, MORNING_AFTER)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gc.collect()

    assert [one.message for one in told if one.category is ResourceWarning] == []


def test_two_at_once_do_the_work_of_one(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    first, second = twice_at_once(enforce_deadlines, DUE)

    assert first["lapses"] + second["lapses"] == 4
    assert first["failed"] == second["failed"] == 0


def test_two_deliveries_at_once_send_nothing_twice(house: Settings) -> None:
    from flows.rounds import deliver_notices, enforce_deadlines

    run(enforce_deadlines, MORNING_AFTER)
    waiting = _pending(house)
    first, second = twice_at_once(deliver_notices, MORNING_AFTER)

    assert waiting > 0
    # One went to a voice under seal, and is told of no more by what a run answers than by its name.
    assert first["sent"] + second["sent"] == mails(house) - 1
    assert run(deliver_notices, MORNING_AFTER).name == "deliver notices · nothing to send"


def _pending(settings: Settings) -> int:
    from records import queries

    with open_house(settings) as house:
        return queries.waiting(house.engine).pending


def test_without_a_channel_a_delivery_says_so(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.rounds import deliver_notices

    monkeypatch.setenv("WEERKLANK_CHANNEL", "none")
    delivered = run(deliver_notices)

    assert delivered.name == "deliver notices · no channel is set"
    assert ended(delivered).is_completed()


def test_a_mail_server_that_is_gone_fails_the_run_and_loses_nothing(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.machine.processes import free_port
    from flows.rounds import deliver_notices, enforce_deadlines

    run(enforce_deadlines, MORNING_AFTER)
    waiting = _pending(house)
    monkeypatch.setenv("WEERKLANK_CHANNEL", "smtp")
    monkeypatch.setenv("WEERKLANK_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("WEERKLANK_SMTP_PORT", str(free_port("127.0.0.1", 0)))
    _for_real_people(house)
    delivered = run(deliver_notices)

    assert ended(delivered).is_failed()
    assert "stopped early" in delivered.name
    assert "failed-mail" in delivered.tags
    assert _pending(house) == waiting


def _for_real_people(settings: Settings) -> None:
    """What a rehearsal founded would not let SMTP start."""
    from records.engine.database import writing
    from records.schema.rehearsal_mark import FOUNDING

    with open_house(settings) as house, writing(house.engine) as connection:
        connection.execute(FOUNDING.delete())


def test_what_a_rehearsal_made_goes_over_no_smtp(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.rounds import deliver_notices

    monkeypatch.setenv("WEERKLANK_CHANNEL", "smtp")
    monkeypatch.setenv("WEERKLANK_SMTP_HOST", "127.0.0.1")
    refused = run(deliver_notices)

    assert ended(refused).is_failed()
    assert "rehearsed" in words(refused)


def test_the_year_opens_once_with_what_is_still_owed(house: Settings) -> None:
    from flows.rounds import open_annual_cycle

    early = run(open_annual_cycle, "kledingmerk", YEARLY - timedelta(seconds=1))
    opened = run(open_annual_cycle, "kledingmerk", YEARLY)
    again = run(open_annual_cycle, "kledingmerk", YEARLY)

    assert early.name == "open annual cycle · kledingmerk · nothing was due"
    assert opened.name == "open annual cycle · kledingmerk-2023 opened"
    assert again.name == early.name
    assert {"programme:kledingmerk", "opened"} <= set(opened.tags)
    assert "opened" not in again.tags


def test_a_missed_opening_is_made_up_for_by_the_next_sweep(house: Settings) -> None:
    from flows.rounds import enforce_deadlines

    swept = run(enforce_deadlines, YEARLY + timedelta(days=2))

    assert "1 edition opened" in swept.name
    assert {"opened", "late"} <= set(swept.tags)


def test_the_digest_is_written_once_a_week(house: Settings) -> None:
    from flows.rounds import send_digest

    monday = datetime(2022, 9, 12, 6, tzinfo=UTC)
    names = [run(send_digest, "kledingmerk", monday).name for _ in range(2)]

    assert names == [
        "send digest · kledingmerk · 1 overview",
        "send digest · kledingmerk · nothing to tell",
    ]


def test_the_digests_of_a_zone_are_written_by_one_run(house: Settings) -> None:
    from flows.rounds import send_digest

    monday = datetime(2022, 9, 12, 6, tzinfo=UTC)
    names = [
        run(send_digest, None, zone, monday).name
        for zone in ("Asia/Dhaka", "Europe/Amsterdam", "Europe/Amsterdam")
    ]

    assert names == [
        "send digest · Asia/Dhaka · nothing to tell",
        "send digest · Europe/Amsterdam · 1 overview",
        "send digest · Europe/Amsterdam · nothing to tell",
    ]


def test_a_programme_whose_overview_fails_keeps_no_other_one_waiting(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.rounds import send_digest
    from services.delivery import digest

    with open_house(house) as opened:
        known = opened.ledger.programme("kledingmerk").programme
        opened.ledger.apply_programme(known.model_copy(update={"id": "a-first"}), MORNING_AFTER)
    write = digest.send_digest

    def trip(ledger: Any, name: str, now: datetime) -> int:  # noqa: ANN401
        if name == "a-first":
            raise LookupError(name)
        return write(ledger, name, now)

    monkeypatch.setattr(digest, "send_digest", trip)
    told = run(send_digest, None, "Europe/Amsterdam", datetime(2022, 9, 12, 6, tzinfo=UTC))

    assert told.name == "send digest · Europe/Amsterdam · 1 overview · 1 not written"
    assert ended(told).is_failed()


def test_a_digest_of_nobody_says_what_to_give(house: Settings) -> None:
    from flows.rounds import send_digest

    asked = run(send_digest)

    assert ended(asked).is_cancelled()
    assert "the id of a programme, or a time zone" in words(asked)


def test_an_unknown_programme_is_refused_in_clear_words(house: Settings) -> None:
    from flows.rounds import open_annual_cycle

    refused = run(open_annual_cycle, "nobody")

    assert ended(refused).is_failed()
    assert "unknown-programme" in words(refused)


def test_a_failure_tells_its_kind_and_place_but_not_its_words(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.rounds import enforce_deadlines
    from services.house import House

    def sweep(self: House, now: datetime, **pace: object) -> None:
        raise LookupError("secret@example.org is not there")

    monkeypatch.setattr(House, "sweep", sweep)
    failed = run(enforce_deadlines, DUE)

    assert ended(failed).is_failed()
    assert failed.name == "enforce deadlines"
    assert "LookupError in tests/flows/test_rounds.py:" in words(failed)
    assert "secret" not in words(failed)


def test_what_cannot_be_shown_does_not_fail_the_work(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.prefect import artifacts, events
    from flows.rounds import enforce_deadlines

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("Prefect is gone")

    for name in ("acreate_table_artifact", "acreate_markdown_artifact", "get_client"):
        monkeypatch.setattr(artifacts, name, broken)
    for name in ("emit_event", "get_client"):
        monkeypatch.setattr(events, name, broken)
    swept = run(enforce_deadlines, DUE)

    assert ended(swept).is_completed()
    with open_house(house) as opened:
        lapsed = [duty for duty in opened.ledger.read(EDITION).duties.values() if duty.lapsed_at]
    assert len(lapsed) == 5
    assert "interim-word" in {duty.name for duty in lapsed}


def test_whoever_reaches_prefect_cannot_say_what_time_it_is() -> None:
    from prefect.utilities.callables import parameter_schema

    from flows.runner import FLOWS

    assert {name for flow in FLOWS.values() for name in parameter_schema(flow).properties} == {
        "programme",
        "zone",
    }


def test_the_run_form_explains_its_fields() -> None:
    from prefect.utilities.callables import parameter_schema

    from flows.runner import FLOWS

    for flow in FLOWS.values():
        assert flow.description
        for field in parameter_schema(flow).properties.values():
            assert field["title"][0].isupper()
            assert field["description"]


def test_prefect_knows_no_names_no_addresses_and_no_texts(
    house: Settings, server: ServerAddress
) -> None:
    from flows.rounds import deliver_notices, enforce_deadlines, open_annual_cycle, send_digest

    for flow, given in (
        (enforce_deadlines, [MORNING_AFTER]),
        (send_digest, ["kledingmerk", MORNING_AFTER]),
        (deliver_notices, [MORNING_AFTER]),
        (open_annual_cycle, ["kledingmerk", YEARLY]),
    ):
        assert ended(run(flow, *given)).is_completed()
    kept = b"".join(map(_content, server.home.rglob("*"))).decode("utf-8", "replace")

    assert "kledingmerk-2022" in kept
    assert [word for word in _personal() if word in kept] == []


def _content(path: Path) -> bytes:
    """What Prefect wrote: its database with what is not yet merged into it, its logs; it removes files meanwhile."""
    with suppress(FileNotFoundError):
        return path.read_bytes() if path.is_file() else b""
    return b""


def _personal() -> set[str]:
    """Every name, address and text of the case."""
    case = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    people = [*case["stakeholders"], *case["programme"]["roles"].values()]
    said = {
        str(one[key]) for one in people for key in ("name", "email", "organisation") if one.get(key)
    }
    texts = {
        str(value)
        for act in case["acts"]
        for key, value in (act.get("with") or {}).items()
        if key in {"text", "reason", "comment", "success_test"}
    }
    return {word for word in said | texts if len(word) > 6}
