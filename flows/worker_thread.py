"""
Worker thread: work while its flow watches, with progress for the operator and an ear for *Cancel*.

The work itself never waits for Prefect. Between two batches it asks whether it should stop; what is
committed stays, and the next run goes on where this one ended.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeVar

from config.file_permissions import keep_private
from config.logs import logger
from services.house import House, open_house
from states.language.errors import Refused

CHUNK = 1_000  # duties in one transaction of a sweep
LOOK_EVERY = 2.0  # seconds between two looks at a run that takes long
DECORATION_LIMIT = 20.0  # seconds that Prefect may take to show something
CLOSING = threading.Event()
"""Set when this process ends: all work stops after its batch."""
_ROOT = Path(__file__).resolve().parent.parent

Done = TypeVar("Done")


class RoundFailed(Exception):
    """
    Work that failed, told without a word of the error itself: that may hold names or addresses.

    It says which kind of error arose where, and what to look at.
    """


class StoppedEarly(Exception):
    """The operator, or the end of this process, stopped the work between two batches."""


@dataclass
class Pulse:
    """What the thread that works and the flow that watches it tell each other."""

    done: int = 0
    """How many pieces were dealt with so far."""
    whole: int = 0
    """How many there are, 0 while that is not known."""
    _stop: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Ask the work to end after the batch it is in."""
        self._stop.set()

    def beat(self, more: int) -> None:
        """Say that so many *more* pieces are dealt with; raises StoppedEarly when the work should end."""
        self.done += more
        if self._stop.is_set() or CLOSING.is_set():
            raise StoppedEarly

    def rest(self, seconds: float) -> None:
        """Between two chunks of a sweep: let people at the database for so many *seconds*."""
        self.beat(CHUNK)
        time.sleep(seconds)


Work = Callable[[House, Pulse], Done]
Watch = Callable[[Pulse], Coroutine[Any, Any, None]]


async def in_house(work: Work[Done], watch: Watch, *beside: Coroutine[Any, Any, Any]) -> Done:
    """
    Let *work* run in a thread with the house of the environment, and *watch* it if it takes long.

    What is to be shown *beside* it is shown meanwhile, and to its end, whatever becomes of the work.
    Raises RoundFailed for whatever went wrong, and StoppedEarly.
    """
    shown = asyncio.create_task(quietly(*beside))
    try:
        return await _doing(work, watch)
    finally:
        await shown


async def _doing(work: Work[Done], watch: Watch) -> Done:
    pulse = Pulse()
    doing = asyncio.create_task(asyncio.to_thread(_work, work, pulse))
    looked = False
    try:
        while not (await asyncio.wait({doing}, timeout=LOOK_EVERY))[0]:
            looked = True
            await quietly(watch(pulse))
        if looked:  # what is shown last is how it ended
            await quietly(watch(pulse))
    except BaseException:
        pulse.stop()
        await asyncio.wait({doing})
        raise
    return doing.result()


def _work(work: Work[Done], pulse: Pulse) -> Done:
    keep_private()
    try:
        with open_house(new=False) as house:
            return work(house, pulse)
    except StoppedEarly:
        raise
    except Refused as refused:
        raise RoundFailed(f"Refused: {refused.code}. Nothing was changed.") from None
    except Exception as error:  # noqa: BLE001 - whatever it was, its words stay in this house
        raise RoundFailed(_what_failed(error)) from None


def _what_failed(error: Exception) -> str:
    advice = getattr(error, "advice", "'weerklank doctor' on the machine itself tells more.")
    return f"{type(error).__name__} in {_where(error)}. {advice}"


def _where(error: Exception) -> str:
    """The line of our own code that led to *error*."""
    ours = [frame for frame in extract_tb(error.__traceback__) if _is_ours(frame.filename)]
    return f"{Path(ours[-1].filename).relative_to(_ROOT)}:{ours[-1].lineno}" if ours else "Python"


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(_ROOT) and "site-packages" not in path.relative_to(_ROOT).parts


async def quietly(*shown: Coroutine[Any, Any, Any]) -> None:
    """Show things in Prefect at once, each on its own: what fails or takes too long never fails the work."""
    await asyncio.gather(*map(_quietly, shown))


async def _quietly(shown: Coroutine[Any, Any, Any]) -> None:
    try:
        await asyncio.wait_for(shown, DECORATION_LIMIT)
    except Exception as error:  # noqa: BLE001 - the work is done, only its picture is missing
        logger("flows").warning("not-shown", error=error)
