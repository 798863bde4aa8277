"""
Heartbeat (dead man's switch): a watchman outside hears of every sweep, and raises the alarm when he hears no more.

A machine that has fallen silent can tell nobody so itself. The address is a secret: whoever knows it could go on
beating.
"""

import urllib.error
import urllib.request
from datetime import datetime
from http.client import HTTPException
from urllib.parse import urlsplit

from sqlalchemy import Engine

from config.logs import logger
from config.settings import Settings
from records import heartbeats
from records.engine.errors import RecordsError

PATIENCE = 5.0
"""Seconds that the watchman may take: a sweep waits for him, and must not wait long."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Who is sent elsewhere might be sent there in the clear."""

    def redirect_request(self, *_: object) -> None:
        """Go nowhere else; the answer then counts as none."""


def beat(settings: Settings, engine: Engine, now: datetime) -> bool:
    """Tell the watchman of *settings* that a sweep finished at *now* (aware UTC); False when nobody heard it."""
    if settings.heartbeat_url is None:
        return False
    why = _tell(settings.heartbeat_url.get_secret_value())
    if why:
        logger("heartbeat").warning("heartbeat-not-heard", why=why)
    try:
        heartbeats.record(engine, now, why)
    except RecordsError as error:
        logger("heartbeat").warning("heartbeat-not-recorded", error=error)
    return why is None


def _tell(address: str) -> str | None:
    """Why the watchman at *address* did not hear, as a code; None: he did."""
    try:
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(address, timeout=PATIENCE):
            return None
    except urllib.error.HTTPError as refused:
        return f"status-{refused.code}"
    except (OSError, ValueError, HTTPException) as error:
        return type(getattr(error, "reason", None) or error).__name__


def watchman_of(settings: Settings) -> str | None:
    """The host of the watchman, which is all that may be shown; None where there is none."""
    url = settings.heartbeat_url
    return urlsplit(url.get_secret_value()).hostname if url else None
