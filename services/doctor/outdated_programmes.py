"""Outdated programmes: what stored ones hold that would be refused today; told, and stopping nothing."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import ValidationError

from records.dialogues.repository import document_of
from services.doctor.findings import Finding, Findings
from services.house import House
from states.language.errors import Refused
from states.language.validation_messages import problem_of
from states.model.programme import Programme
from states.timing.schedule import require_schedule


def check_outdated(house: House, now: datetime) -> Findings:
    """What the programmes of *house* hold that would be refused at *now*, one finding each."""
    for row in house.ledger.programmes():
        for said in refused_today(row.programme, now):
            advice = "correct it in its file: weerklank programme apply FILE"
            yield Finding("programmes", "warn", f"{row.programme.id}: {said}", advice=advice)


def refused_today(programme: Programme, now: datetime) -> Iterator[str]:
    """What of *programme* would be refused at *now*, one sentence each."""
    try:
        Programme.model_validate_json(document_of(programme))
    except ValidationError as error:
        yield from (problem_of(dict(one)).say() for one in error.errors())
    try:
        require_schedule(programme.schedule, programme.time_zone, now)
    except Refused as refused:
        yield refused.why().rstrip(".")
