"""Waiting for what a Prefect server shows, with a deadline; and the case that the tests of the flows live."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parent.parent.parent
CASE = ROOT / "cli" / "data" / "kledingmerk-2022.yaml"
DUE = datetime(2022, 9, 8, 22, tzinfo=UTC)
MORNING_AFTER = datetime(2022, 9, 9, 6, tzinfo=UTC)

Seen = TypeVar("Seen")


async def seen_by(look: Callable[[], Awaitable[Seen | None]]) -> Seen:
    """The first thing that *look* sees."""
    async with asyncio.timeout(PATIENCE):
        return await _seen(look)


async def _seen(look: Callable[[], Awaitable[Seen | None]]) -> Seen:
    while True:
        if found := await look():
            return found
        await asyncio.sleep(0.2)
