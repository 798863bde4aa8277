"""Visit to the Prefect server: what a command needs to ask it something, as whoever may enter it on this machine."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from config.settings import Settings
from flows.machine import server
from flows.machine.password import CLIENT, login_file
from flows.machine.server import ServerAddress, answers

_LOCKED = frozenset({401, 403})
"""The statuses of a server that lets nobody in from here."""
OWN_SERVER = (
    "set WEERKLANK_PREFECT_HOME and WEERKLANK_PREFECT_PORT to those of the 'weerklank up' that is meant; of a server "
    "elsewhere PREFECT_API_AUTH_STRING"
)
"""What to do where a server refuses us."""


class PrefectAway(Exception):
    """The Prefect server does not answer, or lets nobody in from here."""


class PrefectRefuses(PrefectAway):
    """The Prefect server answers, and does not know us: it may be that of another house."""


@contextmanager
def visiting(settings: Settings) -> Iterator[None]:
    """
    Whatever asks Prefect meanwhile asks the server of *settings*; import it inside, not before.

    Raises PrefectAway when there is none, PrefectRefuses when it does not let us in.
    """
    api = settings.prefect.api
    if not answers(api):
        raise PrefectAway(f"No Prefect server answers at {api}. Start it: weerklank up")
    words = _environment(settings)
    if "prefect" not in sys.modules:  # it makes a home of its own where it is told of none
        os.environ.update(words)
        # Whoever only asks needs no home, and a fresh one has no folder above it.
        warnings.filterwarnings("ignore", message="Failed to create the Prefect home directory")
    with _point(words):
        yield


def _environment(settings: Settings) -> dict[str, str]:
    wish = settings.prefect
    home = wish.home.expanduser().absolute()
    if wish.api_url is None and login_file(home).exists():
        return server.environment(ServerAddress(wish.host, wish.port, home), {})
    return {"PREFECT_API_URL": wish.api, "PREFECT_HOME": str(home)}


@contextmanager
def _point(words: dict[str, str]) -> Iterator[None]:
    from httpx import HTTPError  # noqa: PLC0415 - a second that only these commands spend
    from prefect.settings import (  # noqa: PLC0415
        PREFECT_API_AUTH_STRING,
        PREFECT_API_URL,
        temporary_settings,
    )

    own = {PREFECT_API_AUTH_STRING: words[CLIENT]} if CLIENT in words else {}
    try:
        with temporary_settings({PREFECT_API_URL: words["PREFECT_API_URL"], **own}):
            yield
    except HTTPError as error:
        raise _refusal(words["PREFECT_API_URL"], error) from None


def _refusal(api: str, error: Exception) -> PrefectAway:
    status = getattr(getattr(error, "response", None), "status_code", None)
    said = f"The Prefect server at {api} did not do it ({status or type(error).__name__})."
    if status in _LOCKED:
        return PrefectRefuses(f"{said} It may be that of another house: {OWN_SERVER}.")
    return PrefectAway(f"{said} Its log says more.")
