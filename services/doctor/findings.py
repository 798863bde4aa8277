"""Health findings: what an examination finds, one thing at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from records.engine.errors import RecordsError


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: *ok*, worth a look (*warn*) or broken (*bad*); *since* when, and what to do."""

    name: str
    state: Literal["ok", "warn", "bad"]
    says: str
    since: datetime | None = None
    advice: str | None = None


Findings = Iterator[Finding]


def guard(name: str, look: Callable[[], Findings]) -> list[Finding]:
    """What *look* finds; never raises: what cannot be looked at is a finding called *name*."""
    try:
        return list(look())
    except RecordsError as error:
        return [Finding(name, "bad", error.what, advice=error.advice)]
    except PermissionError as error:
        advice = "ask as the user of this installation"
        return [Finding(name, "bad", f"{error.filename} may not be looked at", advice=advice)]
    except Exception as error:  # noqa: BLE001 - an examination ends in findings, not in an error
        return [Finding(name, "bad", f"could not be looked at ({type(error).__name__})")]
