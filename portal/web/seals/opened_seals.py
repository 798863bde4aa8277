"""
Opened seals: a moderator's key, or a speaker's code, as long as a browser keeps it, and nowhere else.

It lies in a cookie of that browser, locked with the server's key file for this one session, so that each process can
read it with the browser's help and the database holds nothing of it.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal.web.sessions import Known, seal_is_open, set_cookie
from portal.web.site import Site
from records.access.links import Capacity
from records.seals.codes import mark_of_code
from records.seals.keys import Unseal, as_stored, unseal_with
from services.secret_encryption import KeyLost, lock, unlock
from states.model.dialogue import Dialogue
from states.model.people import Role
from states.privacy.reader_view import opened_with

KEY, CODE = "weerklank-key", "weerklank-code"
LASTS = timedelta(hours=4)
"""How long a session day may take without the key being asked for again."""


def keep_key(site: Site, response: Response, known: Known, secret: str, now: datetime) -> None:
    """Let the browser of *known* keep *secret*, the moderator's key."""
    _keep(site, response, known, KEY, {"secret": secret}, now=now)


def keep_code(
    site: Site, response: Response, known: Known, of: tuple[str, str, str], now: datetime
) -> None:
    """Let the browser of *known* keep that a code opened *of*: dialogue and pseudonym, and the mark of the code."""
    dialogue, voice, mark = of
    _keep(
        site, response, known, CODE, {"dialogue": dialogue, "voice": voice, "mark": mark}, now=now
    )


def forget(site: Site, response: Response, name: str) -> None:
    """Let the browser forget what it keeps under *name*."""
    response.delete_cookie(site.cookie(name), path="/", secure=site.secure, httponly=True)


def held_secret(site: Site, request: Request, known: Known | None, now: datetime) -> str | None:
    """The moderator's key that the browser of *known* keeps; None: none, or not any more."""
    found = _find_held(site, request, known, KEY, now)
    return None if found is None else str(found["secret"])


def unseal_of(site: Site, request: Request, known: Known | None, now: datetime) -> Unseal:
    """What opens the seals that whoever sends *request* may open with what their browser keeps."""
    if known is None:
        return as_stored
    capacity = known.session.capacity
    if (capacity.kind, capacity.who) == ("role", Role.MODERATOR.value):
        secret = held_secret(site, request, known, now)
        return as_stored if secret is None else unseal_with(secret)
    if capacity.kind == "participant":
        found = _find_held(site, request, known, CODE, now)
        return as_stored if found is None else _own(site, capacity, found)
    return as_stored


def is_unsealed(site: Site, request: Request, known: Known | None) -> bool:
    """Whether what its owner said under seal is open in the browser of *known*: by their PIN, or by a code."""
    now = site.door_time()
    return seal_is_open(known, now) or opens_by_code(site, request, known, now)


def opens_by_code(site: Site, request: Request, known: Known | None, now: datetime) -> bool:
    """Whether the browser of *known* keeps a code; what it opened may have got another one since."""
    return _find_held(site, request, known, CODE, now) is not None


def _own(site: Site, capacity: Capacity, found: dict[str, Any]) -> Unseal:
    def unseal(dialogue: Dialogue) -> Dialogue:
        voice = found["voice"]
        if (dialogue.id, capacity.dialogue_id) != (found["dialogue"],) * 2:
            return dialogue
        if mark_of_code(site.house.engine, dialogue.id, voice) != found["mark"]:
            return dialogue
        return opened_with(dialogue, {voice: capacity.who})

    return unseal


def _keep(
    site: Site, response: Response, known: Known, name: str, what: dict[str, Any], *, now: datetime
) -> None:
    until = min(now + LASTS, known.session.expires_at)
    text = json.dumps({**what, "until": until.timestamp()})
    value = lock(site.settings, text, _about(known, name))
    set_cookie(site, response, name, value, until=until - now)


def _find_held(
    site: Site, request: Request, known: Known | None, name: str, now: datetime
) -> dict[str, Any] | None:
    kept = request.cookies.get(site.cookie(name), "")
    if known is None or known.session.stage != "whole" or not kept.startswith("v1:"):
        return None
    try:
        found: dict[str, Any] = json.loads(unlock(site.settings, kept, _about(known, name)))
    except (KeyLost, ValueError):
        return None
    return found if datetime.fromtimestamp(found["until"], UTC) > now else None


def _about(known: Known, name: str) -> str:
    return f"{name} {known.session.hash}"
