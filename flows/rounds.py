"""
Flows: four doors; each lets the house work in one thread, in batches, and then says what was done.

The truth and the lock are in the records: a run that is doubled, killed, missed or started again by hand
does nothing twice and loses nothing.
"""

from collections import Counter
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_LOCAL_STORAGE_PATH
from prefect.states import Cancelled, Completed, Failed
from pydantic import Field, StringConstraints

from config.clock import now_by
from config.settings import load_settings
from flows.board import Board, board_of
from flows.overview import HouseOverview
from flows.prefect import artifacts, events
from flows.prefect.alarms.automations import keep_alarms
from flows.prefect.coming_openings import announce_next
from flows.prefect.run_names import FAILED_MAIL, OPENED, run_title
from flows.prefect.schedules import keep_schedules
from flows.prefect.status_page import round_words
from flows.prefect.status_page.overview_artifact import show_overview
from flows.signals import Signals, signals_of
from flows.worker_thread import CHUNK, Done, Pulse, StoppedEarly, Work, in_house, quietly
from records import aging_report, queries
from records.sweep.sweep import SweepReport
from services.delivery.digest import DigestReport
from services.delivery.report import DeliveryReport
from services.heartbeat import beat
from services.house import House

Programme = Annotated[str, StringConstraints(min_length=1, max_length=64)]
# Prefect's run form shows what stands in the default, and nothing of an annotation.
PROGRAMME: Any = Field(
    default=...,
    description="The id of the programme, as `weerklank programme list` shows it.",
    json_schema_extra={"title": "Programme", "examples": ["kledingmerk"]},
)
DIGEST_PROGRAMME: Any = Field(
    default=None,
    description="The id of one programme; empty: all of a time zone.",
    json_schema_extra={"title": "Programme", "examples": ["kledingmerk"]},
)
DIGEST_ZONE: Any = Field(
    default=None,
    description="The time zone whose programmes are told; each has a schedule of its own.",
    json_schema_extra={"title": "Zone", "examples": ["Europe/Amsterdam"]},
)
Outcome = dict[str, Any] | State[Any]
KEEPS_NOTHING: Any = {
    "persist_result": False,
    "result_storage": Path(PREFECT_LOCAL_STORAGE_PATH.value()),
}
"""What a run answers is in its name. Unless told, Prefect asks its server twice a run where to keep it, and leaves the
connections open."""

_NOT_TAKEN = (
    "The channel did not take the mail. What waits is tried again. To look: weerklank doctor"
)


def _moment() -> datetime:
    """
    The present, or what the clock file of a demonstration says.

    No flow takes a moment: a run can be asked for by whoever reaches Prefect, and what time did is never undone.
    """
    return now_by(load_settings().clock_file)


@flow(
    name="enforce-deadlines",
    description="Lets time act on every duty: lapses, reminders, escalations, and editions that are due.",
    retries=2,
    retry_delay_seconds=30,
    on_completion=[events.tell],
    **KEEPS_NOTHING,
)
async def enforce_deadlines() -> Outcome:
    """Let time act up to now on everything; a second run at once does nothing twice."""
    moment = _moment()

    def work(house: House, pulse: Pulse) -> tuple[int, SweepReport, Board, Signals]:
        opened = house.open_due_editions(moment)
        report = house.sweep(moment, chunk=CHUNK, pause=pulse.rest)
        pulse.done = report.public_part().duties
        beat(house.settings, house.engine, moment)
        board = board_of(house, report, moment)
        return len(opened), report, board, signals_of(house, moment)

    try:
        opened, report, board, signals = await _watch(
            "enforce deadlines", work, keep_schedules(), keep_alarms()
        )
    except StoppedEarly:
        return await _stop("enforce deadlines")
    counts = _sweep_totals(opened, report)
    events.tell_later(counts, board.raised, signals)
    await quietly(
        artifacts.name_run(
            round_words.sweep_title(counts, board),
            board.programmes,
            round_words.sweep_tags(counts, board),
        ),
        artifacts.pictures(board),
        show_overview(board.overview),
    )
    return _outcome(counts, board.overview)


def _sweep_totals(opened: int, report: SweepReport) -> Counter[str]:
    told = report.public_part()
    return Counter(
        opened=opened,
        duties=told.duties,
        reminders=told.notices - told.escalations - told.honest,
        escalations=told.escalations,
        honest=told.honest,
        lapses=told.lapses,
        no_answers=told.no_answers,
        skipped=told.skipped,
        failed=told.failed,
        held=len(report.held),
    )


def _outcome(counts: Counter[str], overview: HouseOverview | None) -> Outcome:
    if overview is None or not overview.late:
        return dict(counts)
    return Completed(
        name="Overdue", message=round_words.overdue_message(overview), data=dict(counts)
    )


@flow(
    name="deliver-notices",
    description="Sends what waits in the outbox, one message to one person at a time.",
    retries=2,
    retry_delay_seconds=60,
    **KEEPS_NOTHING,
)
async def deliver_notices() -> Outcome:
    """Send what waits; two runs at once never send the same message twice."""
    moment = _moment()

    def work(house: House, pulse: Pulse) -> tuple[DeliveryReport, Counter[str]]:
        pulse.whole = queries.waiting(house.engine).pending
        before = aging_report.failures(house.engine)
        report = house.deliver(moment, beat=pulse.beat)
        return report.public_part(), aging_report.failures(house.engine) - before

    try:
        told, failed = await _watch("deliver notices", work)
    except StoppedEarly:
        return await _stop("deliver notices")
    closed = load_settings().channel == "none"
    broken = bool(told.stopped) and not closed
    tags = [FAILED_MAIL] if broken or told.quarantined or failed else []
    await quietly(
        artifacts.name_run(round_words.delivery_title(told, failed, closed=closed), more_tags=tags)
    )
    said = round_words.failed_message(failed) if failed else ""
    if broken:
        return Failed(message=f"{_NOT_TAKEN} {said}".strip())
    counts = {**_counts(told), "stopped": bool(told.stopped)}
    return Completed(message=said, data=counts) if said else counts


def _counts(report: DeliveryReport) -> dict[str, int]:
    return {name: value for name, value in vars(report).items() if isinstance(value, int)}


@flow(
    name="open-annual-cycle",
    description="Opens the edition that the yearly schedule of a programme asks for, once.",
    retries=3,
    retry_delay_seconds=60,
    **KEEPS_NOTHING,
)
async def open_annual_cycle(programme: Programme = PROGRAMME) -> Outcome:
    """Open the edition of *programme* that is due, with the debts of the one before it."""
    moment = _moment()

    def work(house: House, _: Pulse) -> str | None:
        receipt = house.ledger.open_cycle(programme, moment)
        return receipt.dialogue_id if receipt else None

    opened = await _watch(f"open annual cycle · {programme}", work)
    said = f"{opened} opened" if opened else f"{programme} · nothing was due"
    # Also where a sweep was faster: the opening after it was not in sight when that round looked.
    name = artifacts.name_run(
        f"open annual cycle · {said}", [programme], [OPENED] if opened else []
    )
    await quietly(name, announce_next(programme))
    return {"opened": opened}


@flow(
    name="send-digest",
    description="Writes the weekly overviews of a time zone, or of one programme, once per week.",
    retries=3,
    retry_delay_seconds=300,
    **KEEPS_NOTHING,
)
async def send_digest(
    programme: Programme | None = DIGEST_PROGRAMME, zone: Programme | None = DIGEST_ZONE
) -> Outcome:
    """Put the overviews of this week, of all programmes of *zone* or of *programme* alone, in the outbox."""
    about = programme or zone
    if about is None:
        return Cancelled(message="Say which: the id of a programme, or a time zone.")
    moment = _moment()

    def work(house: House, pulse: Pulse) -> DigestReport:
        if programme is None:
            return house.send_digests(about, moment, pulse.beat)
        return DigestReport(house.send_digest(programme, moment), 0)

    try:
        report = await _watch(f"send digest · {about}", work)
    except StoppedEarly:
        return await _stop(f"send digest · {about}")
    await quietly(artifacts.name_run(_digest(about, report), [programme] if programme else []))
    if report.failed:
        return Failed(
            message="Some overviews were not written; the log of this machine says which."
        )
    return {"written": report.written}


def _digest(about: str, report: DigestReport) -> str:
    words = [
        (report.written, "overview", "overviews"),
        (report.failed, "not written", "not written"),
    ]
    return run_title(f"send digest · {about}", words, "nothing to tell")


async def _watch(title: str, work: Work[Done], *beside: Coroutine[Any, Any, Any]) -> Done:
    """
    What *work* answers; its run is called *title* while it is under way.

    Prefect would give that name before it begins, with a client and two requests more.
    """
    return await in_house(work, artifacts.Watcher(title), artifacts.title_run(title), *beside)


async def _stop(title: str) -> State[Any]:
    await quietly(artifacts.name_run(f"{title} · stopped"))
    return Cancelled(message="Stopped between two batches; the next run goes on from there.")
