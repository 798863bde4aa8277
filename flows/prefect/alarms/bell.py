"""
Alarm bell: names who hears the alarms, asks who does, and rings it to see whether it is heard.

It rings by an automation of its own, so that what is tried is all that an alarm needs: the server's eye for events, the
block, and the way from the server to whoever hears it.
"""

import asyncio
import re
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import VariableCreate
from prefect.events import Event
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from config.clock import utc_now
from flows.alarm_table import TRIED
from flows.prefect.alarms.address import block_of
from flows.prefect.alarms.automations import begin_trial, keep_alarms
from flows.prefect.events import send
from flows.prefect.receiver import BLOCK, Receiver, documents_of, receiver_of

_LOOK_EVERY = 0.5  # seconds
_LOOKS = 120
_AGAIN = 40
"""After so many looks it is pulled again: a server whose parts are apart hears late of a new automation."""
_EXECUTED, _FAILED = "prefect.automation.action.executed", "prefect.automation.action.failed"
_TRIAL = "weerklank_alarm_trial"
"""The variable of Prefect in which stands what became of the last trial: for every machine."""
_STATUS = re.compile(r"error=(\d{3})\b")


class Ring(NamedTuple):
    """
    What became of a ring: who was to hear it (None: nobody is named), whether they did, and *why* not, as a code.

    *at*: when that was (aware UTC), where it is kept.
    """

    receiver: Receiver | None
    delivered: bool
    why: str = ""
    at: datetime | None = None


async def name_receiver(address: str) -> Receiver:
    """
    Let *address* hear the alarms from now on, and nobody else. Raises AddressUnfit.

    The block of another type that bore our name is taken away first: two of them would leave it open who hears.
    """
    block = block_of(address)
    async with get_client() as client:
        for document in await documents_of(client):
            if document.block_type and document.block_type.slug != block.get_block_type_slug():
                await client.delete_block_document(document.id)
        await block.asave(BLOCK, overwrite=True, client=client)
        await _forget_trial(client)
        found = await receiver_of(client)
    await keep_alarms()
    if found is None:
        raise AssertionError(BLOCK)
    return found


async def ask_receiver() -> Receiver | None:
    """Who hears the alarms, None when nobody does."""
    async with get_client() as client:
        return await receiver_of(client)


async def ask_for_round() -> None:
    """Ask for a round now, so that the overview says who hears; where none is deployed, nobody has an overview yet."""
    async with get_client() as client:
        with suppress(ObjectNotFound, PrefectHTTPStatusError):
            rounds = await client.read_deployment_by_name("enforce-deadlines/every-quarter")
            await client.create_flow_run_from_deployment(rounds.id)


async def last_ring() -> Ring:
    """Who hears the alarms, and what became of the last ring for them; no *at*: it was never tried."""
    async with get_client() as client:
        receiver = await receiver_of(client)
        kept = await client.read_variable_by_name(_TRIAL) if receiver else None
    if kept is None or not isinstance(kept.value, dict):
        return Ring(receiver, delivered=False)
    why, at = str(kept.value.get("why", "")), datetime.fromisoformat(str(kept.value["at"]))
    return Ring(receiver, delivered=not why, why=why, at=at)


async def _keep_trial(client: PrefectClient, rung: Ring) -> None:
    await _forget_trial(client)
    value = {"at": utc_now().isoformat(timespec="seconds"), "why": rung.why}
    await client.create_variable(VariableCreate(name=_TRIAL, value=value))


async def _forget_trial(client: PrefectClient) -> None:
    with suppress(ObjectNotFound):
        await client.delete_variable_by_name(_TRIAL)


async def ring() -> Ring:
    """Ring the alarm, and wait for up to a minute for what the server says of it; that is kept there."""
    async with get_client() as client:
        receiver = await receiver_of(client)
        if receiver is None:
            return Ring(None, delivered=False)
        automation = await begin_trial(client, receiver)
        try:
            rung = await _wait(client, receiver, automation)
        finally:
            await client.delete_automation(automation)
        await _keep_trial(client, rung)
        return rung


async def _wait(client: PrefectClient, receiver: Receiver, automation: UUID) -> Ring:
    for look in range(_LOOKS):
        if look % _AGAIN == 0:
            await _pull(client)
        if told := await _ending(client, automation):
            heard = told.event == _EXECUTED
            return Ring(receiver, heard, "" if heard else _why(told))
        await asyncio.sleep(_LOOK_EVERY)
    return Ring(receiver, delivered=False, why="no word of it from Prefect within a minute")


async def _pull(client: PrefectClient) -> None:
    resource = {"prefect.resource.id": "weerklank.alarm"}
    tried = {"id": uuid4(), "event": TRIED.expect, "resource": resource}
    await send(client, [Event.model_validate(tried)])


async def _ending(client: PrefectClient, automation: UUID) -> Event | None:
    wanted = EventFilter(
        event=EventNameFilter(name=[_EXECUTED, _FAILED]),
        resource=EventResourceFilter(id=[f"prefect.automation.{automation}"]),
    )
    page = await client.read_events(filter=wanted, limit=1)
    return page.events[0] if page.events else None


def _why(told: Event) -> str:
    """Why it was not delivered; what the other side said may repeat the address, so only its status is told."""
    found = _STATUS.search(str(told.payload.get("notification_log", "")))
    return f"it answered {found[1]}" if found else "it does not answer, or takes no message"
