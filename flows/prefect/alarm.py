"""
Alarm (Prefect automation): no sweep has finished for a day.

It is an automation of the Prefect server, which is another process than the one that sweeps. To be told,
make a notification block in Prefect (Slack, Teams, e-mail, webhook …) and call it `weerklank-alarm`; until
then the alarm is an event in the feed.
"""

from datetime import timedelta
from typing import Any

from prefect.automations import AutomationCore
from prefect.client.orchestration import PrefectClient, get_client
from prefect.events.actions import DoNothing, SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture

from flows.event_table import SWEEP_FINISHED
from flows.prefect.receiver import Receiver, receiver_of
from flows.prefect.run_names import HOUSE_TAG

NAME = "weerklank: no sweep has finished for a day"
QUIET = timedelta(days=1)


async def keep_alarm() -> None:
    """Create the alarm once, and mend it when its receiver came, went or changed."""
    async with get_client() as client:
        await _keep(client)


async def _keep(client: PrefectClient) -> None:
    wanted = await _automation(client)
    found = await client.read_automations_by_name(NAME)
    for superfluous in found[1:]:
        await client.delete_automation(superfluous.id)
    if not found:
        await client.create_automation(wanted)
    elif _actions(found[0]) != _actions(wanted):
        await client.update_automation(found[0].id, wanted)


def _actions(automation: AutomationCore) -> list[Any]:
    return [action.model_dump(mode="json") for action in automation.actions]


async def _automation(client: PrefectClient) -> AutomationCore:
    receiver = await receiver_of(client)
    return AutomationCore(
        name=NAME,
        description="Deadlines pass unseen while nothing sweeps: run 'weerklank doctor'.",
        enabled=True,
        tags=[HOUSE_TAG],
        trigger=EventTrigger(
            posture=Posture.Proactive, expect={SWEEP_FINISHED}, threshold=1, within=QUIET
        ),
        actions=[_notify(receiver) if receiver else DoNothing()],
    )


def _notify(receiver: Receiver) -> SendNotification:
    return SendNotification(
        block_document_id=receiver.block,
        subject="Weerklank: no sweep has finished for a day",
        body="Deadlines pass unseen. On the machine of Weerklank, run: weerklank doctor",
    )
