"""A dry run says just what the real one then does, and leaves no trace: over whole lives, on each kind of database."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from cli.dry_run_view import _as_data
from cli.rehearsal.simulator import Life
from config.settings import load_settings
from notifications.channels.channels import Memory
from records.dialogues.programmes import pause
from records.engine.database import reading
from records.foresight import facts_since, mark, notices_since
from records.schema.base import Base
from records.scratch_copy import scratch_copy
from services.delivery.outbound import Mailroom
from services.dry_run import (
    AT_ONCE,
    Foreseen,
    Which,
    deliver_nowhere,
    foresee_in,
    where_mail_waits,
    where_time_acts,
)
from services.house import House, open_house
from tests import private_life
from tests.journeys.lives import played, scenario, small

pytestmark = pytest.mark.slow

SILENT = small(played("session"), until="2022-11-30T00:00")
"""Nobody decides or answers after the session: every ladder is climbed."""
LIVES = {"sqlite": (private_life.life(), 5), "postgresql": (SILENT, 6)}
"""Which life is lived on which kind of database, and after how many rounds one is foretold."""
FEW = 5  # notices


def rows_of(engine: Engine) -> list[Any]:
    """Read every row of every table, and on PostgreSQL how far each key was drawn."""
    with reading(engine) as connection:
        found = [connection.execute(select(table)).all() for table in Base.metadata.sorted_tables]
        if engine.dialect.name == "postgresql":
            drawn = text("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
            found.append(connection.execute(drawn).all())
    return [sorted(map(repr, rows)) for rows in found]


class ForetoldLife(Life):
    """A life in which each sweep and delivery is foreseen first, now and then, and then held against what it did."""

    def __init__(self, *args: Any, every: int) -> None:  # noqa: ANN401 - as a life has them
        super().__init__(*args)
        self.every, self.rounds = every, 0
        self.seen: list[Foreseen] = []

    def _pass_time(self) -> None:
        self.rounds += 1
        now = self.now
        due = where_time_acts(now)
        self._foretold(
            due,
            lambda house: house.sweep(now, **AT_ONCE),
            lambda house: house.sweep(now, **AT_ONCE),
        )
        self._foretold(
            due,
            lambda house: house.open_due_editions(now),
            lambda house: house.open_due_editions(now),
        )
        self.deliver()

    def deliver(self) -> None:
        now = self.now
        while self._foretold(
            where_mail_waits,
            lambda house: deliver_nowhere(house, now),
            lambda house: house.deliver(now),
        ).handled:
            pass

    def _foretold(
        self, which: Which, foreseen: Callable[[House], Any], real: Callable[[House], Any]
    ) -> Any:  # noqa: ANN401 - whatever it answers
        if self.rounds % self.every:
            return real(self.house)
        engine = self.house.engine
        stood = rows_of(engine)
        said, seen = foresee_in(self.house, which, foreseen)
        assert rows_of(engine) == stood
        before = mark(engine)
        done = real(self.house)
        assert said == done
        # On PostgreSQL keys have gaps; all else is the same.
        assert [row[1:] for row in seen.notices] == [
            row[1:] for row in notices_since(engine, before)
        ]
        assert seen.facts == facts_since(engine, before)
        self.seen.append(seen)
        return done


@contextmanager
def foretold(url: str, life: dict[str, Any], every: int) -> Iterator[ForetoldLife]:
    mail = Memory()
    mailroom = Mailroom(mail=lambda: mail, sender="dialoog@klein.example")
    settings = load_settings(database_url=url)
    with open_house(settings, mailroom=mailroom, durable=False, clock=None) as house:
        lived = ForetoldLife(scenario(life), house, mail, every=every)
        lived.begin()
        lived.live()
        yield lived


def test_what_is_said_is_what_then_happens(migrated_url: str, database_kind: str) -> None:
    """And of a voice under seal nothing is said, though time acts on it and letters go to it."""
    with foretold(migrated_url, *LIVES[database_kind]) as life:
        notices = [row for seen in life.seen for row in seen.notices]
        told = [json.dumps(_as_data({}, seen)) for seen in life.seen]

    assert len(notices) > FEW
    assert any(seen.facts for seen in life.seen)
    assert database_kind != "sqlite" or any(row.to.startswith("sealed-") for row in notices)
    assert [one for one in told if "sealed-" in one] == []


def test_a_copy_has_all_tables_and_no_other_programme(migrated_url: str) -> None:
    settings = load_settings(database_url=migrated_url)
    mailroom = Mailroom(mail=None, sender="x@klein.example")
    with open_house(settings, mailroom=mailroom, clock=None) as house:
        life = Life(scenario(SILENT), house, Memory())
        life.begin()
        other = life.scenario.own_programme().model_copy(update={"id": "other"})
        house.ledger.apply_programme(other, life.now)
        whole = rows_of(house.engine)
        with scratch_copy(house.engine, [life.scenario.programme.id]) as copy:
            mine = replace(house, engine=copy)
            assert [row.programme.id for row in mine.ledger.programmes()] == ["klein"]
            assert mine.ledger.read(life.dialogue_id) == house.ledger.read(life.dialogue_id)
        with scratch_copy(house.engine, ["klein", "other"]) as copy:
            tables = len(Base.metadata.sorted_tables)
            assert rows_of(copy)[:tables] == whole[:tables]
        assert where_mail_waits(house.engine) == ["klein"]
        later = life.now + timedelta(days=800)
        assert where_time_acts(later)(house.engine) == ["klein", "other"]
        pause(house.engine, "other", "operator", "Het merk is verkocht.", life.now)
        assert where_time_acts(later)(house.engine) == ["klein"]
