"""
More than one machine: PostgreSQL for the records and for Prefect, a server on it, and two workers of one pool.

All of it is started by the units of `deploy/`, on 127.0.0.1.
"""

import asyncio
import email
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from config.clock import utc_now
from config.settings import load_settings
from flows.machine.processes import free_port
from flows.machine.server import answers
from records.journal import journal
from records.metrics import gauges
from records.queries import notices_of
from services.house import House, open_house
from tests import postgres
from tests.conftest import lend
from tests.flows.prefect_watch import ROOT, seen_by
from tests.notifications.servers import Handler, mail_server
from tests.operations.companies import found_companies, outcome
from tests.operations.machine import Machine, Started
from tests.patience import wait_for

COMPANIES = 5
AT_ONCE = 3  # runs of the same flow
SERVER, WORKER = "weerklank-prefect.service", "weerklank-worker@.service"


@dataclass
class Fleet:
    """Two workers, the server that they ask, the records, and what the mail server was given."""

    machine: Machine
    workers: list[Started]
    house: House
    mail: Handler


@pytest.fixture
def machine(
    tmp_path: Path, postgres_server: postgres.Server, migrated_template: str
) -> Iterator[Machine]:
    port = str(free_port("127.0.0.1", 0))
    api = f"http://127.0.0.1:{port}/api"
    with ExitStack() as stack:
        records, engine = (
            stack.enter_context(contextmanager(lend)(postgres_server, template))
            for template in (migrated_template, "template0")
        )
        changes = {
            "WEERKLANK_DATABASE_URL": records,
            "WEERKLANK_PREFECT_PORT": port,
            "WEERKLANK_PREFECT_API_URL": api,
            "WEERKLANK_MAIL_BATCH": "5",
            "PREFECT_API_URL": api,
            "PREFECT_UI_API_URL": api,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": engine.replace("+psycopg", "+asyncpg"),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
        }
        yield Machine(tmp_path, changes)


def by_hand(machine: Machine, *words: str) -> None:
    """What an operator types once, as docs/operations.md says."""
    program = machine.command(WORKER)[0]
    given = {**machine.environment(WORKER), "HOUSE_FOLDER": str(ROOT)}
    done = subprocess.run(
        [program, "--no-prompt", *words], env=given, cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def fleet(machine: Machine) -> Iterator[Fleet]:
    mail = Handler()
    with ExitStack() as stack:
        port = stack.enter_context(mail_server(mail))
        sending = {"CHANNEL": "smtp", "SMTP_HOST": "127.0.0.1", "SMTP_TLS": "none"}
        sending |= {"SMTP_PORT": str(port), "SENDER": "dialoog@klein.example"}
        words = {f"WEERKLANK_{name}": value for name, value in sending.items()}
        machine = Machine(machine.root, {**machine.changes, **words})
        server = stack.enter_context(machine.running(SERVER))
        settings = load_settings(database_url=machine.changes["WEERKLANK_DATABASE_URL"])
        house = stack.enter_context(open_house(settings))
        found_companies(house, COMPANIES)
        api = machine.changes["PREFECT_API_URL"]
        wait_for(lambda: server.words() is not None and answers(api))
        by_hand(machine, "work-pool", "create", "weerklank", "--type", "process")
        by_hand(machine, "deploy", "--all")
        workers = [stack.enter_context(machine.running(WORKER, one)) for one in ("1", "2")]
        yield Fleet(machine, workers, house, mail)


@contextmanager
def as_operator(machine: Machine) -> Iterator[None]:
    """Point the Prefect of this process at the server of *machine*."""
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_URL,
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
        temporary_settings,
    )

    given = machine.environment(WORKER)
    known = {
        PREFECT_API_URL: given["PREFECT_API_URL"],
        PREFECT_API_AUTH_STRING: given["PREFECT_API_AUTH_STRING"],
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
    }
    with temporary_settings(known):
        yield


async def run_at_once(deployment: str) -> list[str]:
    """Ask for runs of *deployment* all at once; the states in which they end."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        found = await client.read_deployment_by_name(deployment)
        asked = [await client.create_flow_run_from_deployment(found.id) for _ in range(AT_ONCE)]
        return await asyncio.gather(*(_end_of(client, one.id) for one in asked))


async def _end_of(client: Any, run_id: UUID) -> str:  # noqa: ANN401 - a client of Prefect
    async def ended() -> str | None:
        run = await client.read_flow_run(run_id)
        return run.state.name if run.state and run.state.is_final() else None

    return await seen_by(ended)


@pytest.mark.postgres
@pytest.mark.prefect
@pytest.mark.slow
def test_workers_share_the_work_and_say_nothing_twice(fleet: Fleet) -> None:
    with as_operator(fleet.machine):
        swept = asyncio.run(run_at_once("enforce-deadlines/every-quarter"))
        sent = asyncio.run(run_at_once("deliver-notices/every-five-minutes"))

    assert {*swept, *sent} == {"Completed"}, [one.words() for one in fleet.workers]
    assert all("submitting flow run" in one.words() for one in fleet.workers)
    _check_records(fleet)


def _check_records(fleet: Fleet) -> None:
    written, seen = outcome(fleet.house), gauges(fleet.house.engine, utc_now())
    arrived = [email.message_from_bytes(raw)["Message-ID"] for raw in fleet.mail.received]

    assert seen.pending == seen.failed == 0
    assert seen.overdue >= COMPANIES
    assert seen.last_sweep is not None
    assert len(set(arrived)) == len(arrived)
    assert len(arrived) == len(_letters_sent(fleet.house))
    assert set(written.values()) == {1}
    assert journal.verify(fleet.house.engine) == []


def _letters_sent(house: House) -> set[str | None]:
    rows = notices_of(house.engine, house.ledger.dialogue_ids())
    return {row.message_id for row in rows if row.status == "sent"}
