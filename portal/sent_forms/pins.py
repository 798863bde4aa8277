"""PIN of the confidential part: asked again after a quiet time without losing a word; what a wrong one is told."""

from dataclasses import replace
from datetime import timedelta

from notifications.language.words import clock, day_in, long_date
from portal.http.errors import Quiet
from portal.web.request import Visit
from portal.web.sessions import seal_is_quiet
from records.access.sealed_pins import PinTry, check_pin, keep_seal_open, open_seal

_NOTED = timedelta(minutes=1)
"""How often it is noted that a browser is not quiet."""


def keep_open(visit: Visit) -> None:
    """Note that a browser in which the confidential part is open was heard of."""
    now = visit.site.door_time()
    if visit.known is None or not visit.unsealed or visit.known.session.unsealed_at is None:
        return
    if now - visit.known.session.unsealed_at >= _NOTED:
        keep_seal_open(visit.site.house.engine, visit.known.session.hash, now)


def open_again(visit: Visit) -> None:
    """Let a form that brings the PIN go on where the confidential part was closed by quiet. Raises Quiet."""
    pin, known = visit.form.one("proof_pin"), visit.known
    now = visit.site.door_time()
    if not pin or known is None or not seal_is_quiet(known, now):
        return
    made = check_pin(visit.site.house.engine, visit.me.capacity, pin, now)
    if not made.right:
        raise Quiet(said_of(visit, made))
    open_seal(visit.site.house.engine, known.session.hash, now)
    visit.known = replace(known, session=replace(known.session, unsealed_at=now))


def require_no_pin(visit: Visit) -> None:
    """Raise Quiet where what is not there may be what quiet closed; its page keeps what was typed."""
    if seal_is_quiet(visit.known, visit.site.door_time()):
        raise Quiet


def said_of(visit: Visit, made: PinTry) -> str:
    """Why a try was no good, the same for who has a PIN and who has none."""
    if made.closed_until is None:
        return visit._("This is not right. Please try again.")
    day = long_date(day_in(visit.zone, made.closed_until), visit.language)
    return visit._(
        "There were ten wrong tries, so this stays closed until %(day)s, %(time)s. Nothing is lost. The moderator or "
        "the confidential adviser can help you earlier.",
        day=day,
        time=clock(made.closed_until, visit.zone, visit.language),
    )
