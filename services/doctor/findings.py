"""Health findings: what an examination finds, one thing at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: *ok*, worth a look (*warn*) or broken (*bad*); *since* when, and what to do."""

    name: str
    state: Literal["ok", "warn", "bad"]
    says: str
    since: datetime | None = None
    advice: str | None = None


Findings = Iterator[Finding]
