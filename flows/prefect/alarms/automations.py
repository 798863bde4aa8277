"""
Alarms (Prefect automations): the rows of the table of alarms, kept at the server, which is another process than ours.

Whoever `weerklank alarm set` named hears them; until then an alarm is an event in the feed. What an operator switched
off stays off.
"""

from collections.abc import Collection, Sequence
from itertools import chain
from uuid import UUID

from prefect.automations import AutomationCore
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.sorting import AutomationSort
from prefect.events.actions import DoNothing, SendNotification
from prefect.events.schemas.automations import Automation, CompoundTrigger, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from flows.alarm_table import ALARMS, TRIED, AlarmRow
from flows.prefect.receiver import Receiver, receiver_of
from flows.prefect.run_names import HOUSE_TAG

_AT_ONCE = 200  # automations that Prefect shows at once
_MARK = "alarm:"
"""How the tag begins that says which row an automation is: its name may be changed there."""


async def keep_alarms(table: Sequence[AlarmRow] = ALARMS) -> None:
    """Make the automations of *table*, mend those that are otherwise, and take away those that nobody needs."""
    async with get_client() as client:
        receiver = await receiver_of(client)
        found = await _ours(client, table)
        found.pop(TRIED.key, None)  # of somebody who tries the alarm at this moment
        for row in table:
            await _keep(client, found.pop(row.key, []), automation_of(row, receiver))
        for superfluous in chain(*found.values()):
            await client.delete_automation(superfluous.id)


async def begin_trial(client: PrefectClient, receiver: Receiver) -> UUID:
    """Make the automation by which the alarm is tried; what a trial that was killed left is taken away."""
    for left in (await _ours(client, [TRIED])).get(TRIED.key, []):
        await client.delete_automation(left.id)
    return await client.create_automation(automation_of(TRIED, receiver))


async def _keep(client: PrefectClient, found: list[Automation], wanted: AutomationCore) -> None:
    for superfluous in found[1:]:
        await client.delete_automation(superfluous.id)
    if not found:
        await client.create_automation(wanted)
        return
    wanted = wanted.model_copy(update={"enabled": found[0].enabled})
    if not _is_same(found[0], wanted):
        await client.update_automation(found[0].id, wanted)


def _is_same(found: Automation, wanted: AutomationCore) -> bool:
    fields = AutomationCore.model_fields
    return all(getattr(found, name) == getattr(wanted, name) for name in fields)


async def _ours(client: PrefectClient, table: Sequence[AlarmRow]) -> dict[str, list[Automation]]:
    """Our automations by the key of their row, one that is off before its doubles; of old those that bear its name."""
    named = {row.name: row.key for row in table}
    ours: dict[str, list[Automation]] = {}
    for one in sorted(await _every(client), key=lambda one: one.enabled):
        marks = [tag.removeprefix(_MARK) for tag in one.tags if tag.startswith(_MARK)]
        key = marks[0] if marks else named.get(one.name)
        if key and HOUSE_TAG in one.tags:
            ours.setdefault(key, []).append(one)
    return ours


async def _every(client: PrefectClient) -> list[Automation]:
    """All that there are, the oldest first."""
    found: list[Automation] = []
    newest = AutomationSort.CREATED_DESC
    while page := await client.read_automations(sort=newest, limit=_AT_ONCE, offset=len(found)):
        found += page
        if len(page) < _AT_ONCE:
            break
    return found[::-1]


def automation_of(row: AlarmRow, receiver: Receiver | None) -> AutomationCore:
    """The automation of *row* that tells *receiver*, or nobody."""
    return AutomationCore(
        name=row.name,
        description="Kept by Weerklank with every sweep; switch it off here, and it stays off.",
        enabled=True,
        tags=[HOUSE_TAG, f"{_MARK}{row.key}"],
        trigger=_trigger(row),
        actions=[_notify(row, receiver) if receiver else DoNothing()],
    )


def _trigger(row: AlarmRow) -> EventTrigger | CompoundTrigger:
    """
    What sets off *row*.

    Prefect counts what is absent in windows that follow each other: one alone would miss a silence for up to twice the
    time. So the first window begins anew with each event; the other begins by itself, and goes on day by day.
    """
    if not row.absent:
        return _watch(row)
    windows = [_watch(row, {row.expect}), _watch(row)]
    return CompoundTrigger(type="compound", require="any", within=None, triggers=[*windows])


def _watch(row: AlarmRow, after: Collection[str] = ()) -> EventTrigger:
    return EventTrigger(
        type="event",  # said, because a change is sent without what was left to its default
        posture=Posture.Proactive if row.absent else Posture.Reactive,
        after=set(after),
        expect={row.expect},
        match=ResourceSpecification.model_validate(dict(row.match)),
        match_related=ResourceSpecification.model_validate(dict(row.beside)),
        for_each={row.for_each} if row.for_each else set(),
        threshold=1,
        within=row.within,
    )


def _notify(row: AlarmRow, receiver: Receiver) -> SendNotification:
    subject = f"Weerklank: {row.title}"
    return SendNotification(block_document_id=receiver.block, subject=subject, body=row.words)
