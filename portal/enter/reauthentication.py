"""Reauthentication: before something grave, whoever was in for a while proves once more who they are."""

from datetime import timedelta

from portal.enter.passwords import LONGEST
from portal.enter.totp_secrets import secret_of, step_of
from portal.http.errors import Incomplete, Stale
from portal.web.request import Visit
from portal.web.routes import STAFF
from records.access.accounts import Account, account_of, use_code_step
from records.access.links import prove_session
from records.seals import slow_hashes

FRESH = timedelta(minutes=15)
"""How long a proof counts."""
_TRIES = timedelta(minutes=15)


def require_fresh_proof(visit: Visit) -> None:
    """
    Raise Stale unless whoever sends a grave form proved within `FRESH` who they are, or does so with this very form.

    Raises Incomplete when what they give is wrong, TooOften after too many tries.
    """
    if not visit.route.fresh or visit.known is None or visit.me.name not in STAFF:
        return
    session, now = visit.known.session, visit.site.door_time()
    if session.proved_at is not None and now - session.proved_at < FRESH:
        return
    password, code = visit.form.one("proof_password"), visit.form.one("proof_code")
    if not password and not code:
        raise Stale
    visit.slow_down(f"proof {visit.me.name}@{visit.me.programme.id}", most=5, window=_TRIES)
    if not _has_proof(visit, _account(visit), password, code):
        raise Stale(visit._("This is not right. Please try again."))
    prove_session(visit.site.house.engine, session.hash, now)


def _account(visit: Visit) -> Account | None:
    known, capacity = visit.known, visit.me.capacity
    account = account_of(visit.site.house.engine, capacity.programme_id, capacity.who)
    return account if account and known and account.holder == known.session.holder else None


def _has_proof(visit: Visit, account: Account | None, password: str, code: str) -> bool:
    if account is None:
        return False
    if password:
        return fits(account, password)
    try:
        step = step_of(secret_of(visit, account), code, visit.site.door_time())
    except Incomplete as gone:
        raise Stale(next(iter(gone.problems.values()))) from None
    engine = visit.site.house.engine
    return step is not None and use_code_step(engine, account.programme_id, account.role, step)


def fits(account: Account, password: str) -> bool:
    """Whether *password* is that of *account*."""
    return slow_hashes.fits(account.password, password[:LONGEST])
