"""
Prefect events: what happened, for whoever watches the feed there or sets an automation on it.

Ids, kinds, roles and counts only; beside each dialogue stand its programme and a role, never a person.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.events import Event, emit_event

from flows.event_table import (
    ANSWERS_LATE,
    ESCALATED,
    LAPSED,
    OF_FACT,
    OUTBOX_LATE,
    SWEEP_FINISHED,
)
from flows.prefect.status_page.overview_page import stamp
from flows.signals import MOST_EVENTS, OutboxLate, Signals, forget
from flows.worker_thread import quietly
from records.dialogues.late_answers import LateAnswers
from records.journal.untold_facts import UntoldFact
from records.queries import Late
from states.model.duties import KINDS
from states.model.people import Role
from states.model.vocabulary import FactName
from states.privacy.operator_feed import capacity_of

Labels = dict[str, str]
_NAMES = uuid5(NAMESPACE_URL, "weerklank.fact")
_UNTOLD: ContextVar[tuple[Counter[str], Sequence[Late], Signals]] = ContextVar("untold")


def tell_later(counts: Counter[str], raised: Sequence[Late], signals: Signals) -> None:
    """Keep the events of this run for `tell`."""
    _UNTOLD.set((counts, raised, signals))


async def tell(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - a hook
    """
    Send the events of a sweep once Prefect knows that its run ended: they would keep the server from hearing it.

    At most MOST_EVENTS of a kind; the last event, of the sweep itself, says all counts.
    """
    counts, raised, signals = _UNTOLD.get()
    for one in raised[:MOST_EVENTS]:
        _emit(one)
    for late in signals.answers:
        _emit_answers(late)
    if signals.outbox:
        _emit_outbox(signals.outbox)
    emit_event(
        SWEEP_FINISHED,
        resource={"prefect.resource.id": "weerklank.sweep"},
        payload={**counts, "events": min(len(raised), MOST_EVENTS)},
    )
    await quietly(_tell_facts(signals.untold, flow_run.id))


async def _tell_facts(untold: tuple[UntoldFact, ...], run_id: UUID) -> None:
    """Tell *untold*; forgotten is only what the server says it has. What a killed round told keeps its name."""
    if untold:
        async with get_client() as client:
            await send(client, [_event(one, run_id) for one in untold])
        await asyncio.to_thread(forget, untold)


async def send(client: PrefectClient, events: Sequence[Event]) -> None:
    """Give *events* to the server of *client* in one request. Raises what the client raises when it takes them not."""
    path: Any = "/events"  # of no method of its own
    answer = await client.request(
        "POST", path, json=[one.model_dump(mode="json") for one in events]
    )
    answer.raise_for_status()


def _event(one: UntoldFact, run_id: UUID) -> Event:
    run = {"prefect.resource.id": f"prefect.flow-run.{run_id}", "prefect.resource.role": "flow-run"}
    return Event.model_validate({
        "id": uuid5(_NAMES, one.hash),
        "event": OF_FACT[one.fact].name,
        "resource": _dialogue(one.dialogue_id),
        "related": [*_neighbours(one.programme_id, _role_of(one)), run],
        "payload": {"at": stamp(one.at), **_message(one)},
    })  # fmt: skip


def _role_of(one: UntoldFact) -> str:
    failed = one.fact is FactName.NOTICE_UNDELIVERABLE
    return capacity_of(one.subject, helps=one.helps) if failed else Role.MANAGER


def _message(one: UntoldFact) -> Labels:
    return {"message": one.detail["template"]} if "template" in one.detail else {}


def _emit(one: Late) -> None:
    emit_event(
        ESCALATED if one.rung else LAPSED,
        resource=_dialogue(one.dialogue_id),
        related=_neighbours(one.dialogue_id.rpartition("-")[0], KINDS[one.kind].owner),
        payload={"duty": one.kind, "rung": one.rung, "due": stamp(one.due)},
    )


def _emit_answers(late: LateAnswers) -> None:
    emit_event(
        ANSWERS_LATE,
        resource=_programme(late.programme_id),
        related=[_role(Role.MANAGER)],
        payload={
            "programme": late.programme_id,
            "answers": late.answers,
            "oldest": stamp(late.oldest),
            "dialogues": list(late.dialogue_ids),
        },
    )


def _emit_outbox(outbox: OutboxLate) -> None:
    emit_event(
        OUTBOX_LATE,
        resource={"prefect.resource.id": "weerklank.outbox"},
        payload={"pending": outbox.pending, "oldest": stamp(outbox.oldest)},
    )


def _dialogue(dialogue_id: str) -> Labels:
    return _resource("dialogue", dialogue_id)


def _programme(programme_id: str) -> Labels:
    return _resource("programme", programme_id)


def _role(role: str) -> Labels:
    return {**_resource("role", role), "prefect.resource.role": "role"}


def _neighbours(programme_id: str, role: str) -> list[Labels]:
    programme = {**_programme(programme_id), "prefect.resource.role": "programme"}
    return [programme, _role(role)]


def _resource(kind: str, name: str) -> Labels:
    return {"prefect.resource.id": f"weerklank.{kind}.{name}", "prefect.resource.name": name}
