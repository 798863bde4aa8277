"""Moves through the house: how many files one due duty's mail, one step and one year's opening lead through."""

import shutil
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from config.settings import load_settings
from notifications.channels.smtp import Smtp
from records.engine import database
from records.engine.database import connect, reading
from records.schema.core import DUTIES
from services.checkpoints import make_daily
from services.delivery.outbound import Mailroom
from services.house import House, open_house
from states.model import calendar
from states.model.vocabulary import Step
from states.timing import schedule
from tests.file_tracer import Trace, traced
from tests.notifications.servers import HOST, Handler, mail_server
from tests.services.conftest import INFORMATION, NOW, programme, seat

RISK = {
    "id": "wages", "theme": "loon", "country": "BD", "tier": 1, "group": "naaisters", "weight": 5,
}  # fmt: skip


class Most(NamedTuple):
    """How many files may be entered, and how many calls may go from one into another."""

    files: int
    changes: int


# When the modules lay side by side it was 64 and 334, 68 and 404, 23 and 62, 28 and 125. Whoever shortens a way lowers
# its figures. Since then the operator hears of what people do (which facts those are, and where they wait to be told:
# two files), a letter is written from a brief that another process could write from, editions may be paused, a fact
# commits to its words (which those are, by what, and out of what it draws: three files), and a letter carries the
# newest checkpoint (whether one is due, where it is read, and how it is told once a day: three files). What of a batch
# may be told is looked up before it is sent, and counted apart. What was done under seal waits
# for the end of its day (which facts those are, and whether any wait: two files).
# A step asks whether somebody chose its moment, which then may not lie before what happened last.
MOST = {
    "mail": Most(71, 367),
    "task": Most(81, 457),  # how somebody wishes to be told is asked of who may see it
    "step": Most(29, 65),
    "opening": Most(32, 135),  # the one after it is looked at too: it may be open already
}


@pytest.fixture(scope="module")
def traces(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trace]:
    """Watch a house do each; what a process reads or compiles once was done for a house before it."""
    with mail_server(Handler()) as port:
        lived(migrated_file, tmp_path_factory.mktemp("before"), port)
        return lived(migrated_file, tmp_path_factory.mktemp("house"), port)


def lived(migrated: Path, folder: Path, port: int) -> dict[str, Trace]:
    mail = partial(Smtp, HOST, port, "none")
    mailroom = Mailroom(mail, "dialoog@klein.example", base_url="https://dialoog.example")
    copy = shutil.copy(migrated, folder / "weerklank.db")
    settings = load_settings(database_url=f"sqlite:///{copy}")
    # Its time is its own: the year is gone through twice, from its opening on.
    with open_house(settings, mailroom=mailroom, durable=False, clock=None) as house:
        return watched(house)


def watched(house: House) -> dict[str, Trace]:
    """Trace the opening of a year, a step in it, and the mails about a duty of the manager and of a participant."""
    house.ledger.apply_programme(programme(), NOW)
    now = house.ledger.programme("klein").opens_at
    with traced() as opening:
        [receipt] = house.open_due_editions(now)
    house.deliver(now)
    with traced() as step:
        house.ledger.act(receipt.dialogue_id, Step.NAME_RISK, RISK, by="manager", now=now)
    task = mailed(house, "approve-analysis")
    invite(house, receipt.dialogue_id, now)
    mail = mailed(house, "answer-invitation")
    return {"mail": mail, "task": task, "step": step, "opening": opening}


def invite(house: House, dialogue_id: str, now: datetime) -> None:
    steps: tuple[tuple[Step, dict[str, Any]], ...] = (
        (Step.MAP_STAKEHOLDER, seat("ngo", "noor@ngo.example")),
        (Step.GIVE_INFORMATION, INFORMATION | {"feedback_by": "2023-09-08"}),
        (Step.APPROVE_ANALYSIS, {}),
        (Step.INVITE_ALL, {}),
    )
    for step, given in steps:
        house.ledger.act(dialogue_id, step, given, by="manager", now=now)
    house.deliver(now)


def mailed(house: House, kind: str) -> Trace:
    """Let time pass until a duty of *kind* is due, and trace the one mail that comes of it."""
    due, found = first_due(house)
    while found != kind:
        house.sweep(due, pause_seconds=0)
        house.deliver(due + timedelta(minutes=5))
        due, found = first_due(house)
    make_daily(house.engine, house.settings, due)  # the first sweep of a day signs one
    with traced() as mail:
        assert house.sweep(due, pause_seconds=0).duties == 1
        assert house.deliver(due + timedelta(minutes=5)).sent == 1
    return mail


def first_due(house: House) -> tuple[datetime, str]:
    chosen = select(DUTIES.c.next_at, DUTIES.c.kind).where(DUTIES.c.next_at.is_not(None))
    with reading(house.engine) as connection:
        due, kind = connection.execute(chosen.order_by(DUTIES.c.next_at).limit(1)).one()
    return due, kind


@pytest.mark.parametrize("way", MOST)
def test_no_way_through_the_house_grows_longer(way: str, traces: dict[str, Trace]) -> None:
    walked, most = traces[way], MOST[way]

    assert len(walked.files) <= most.files, "\n".join([str(walked), *sorted(walked.files)])
    assert walked.changes.total() <= most.changes, f"{walked}: {walked.changes.most_common(20)}"


def test_the_tracer_sees_files_and_the_calls_between_them() -> None:
    with traced() as trace:
        schedule.next_opening("0 9 1 12 *", "Europe/Amsterdam", NOW)
        schedule.require_schedule("0 9 1 12 *", "Europe/Amsterdam", NOW)

    ours, other = schedule.__file__, calendar.__file__
    assert trace.files == {ours, other}
    assert trace.changes == {("", ours): 2, (ours, other): 11}  # a zone, and ten moments


def test_the_tracer_sees_a_generator_begin_and_not_go_on(migrated_url: str) -> None:
    engine = connect(migrated_url)
    with traced() as trace, reading(engine):
        pass
    engine.dispose()

    assert trace.changes["", database.__file__] == 1
