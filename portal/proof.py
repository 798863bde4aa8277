"""Proof that a form comes from a page of ours: what the browser says of its origin, and a token that only we know."""

import hmac

from portal.faults import NoProof
from portal.forms import TOKEN
from portal.stays import GUEST, form_token
from portal.visit import Visit


def require_proof(visit: Visit) -> None:
    """Raise NoProof unless the browser says that the form is ours, and the form carries its token."""
    if not (same_origin(visit) and _token_fits(visit)):
        raise NoProof


def same_origin(visit: Visit) -> bool:
    """Whether the browser says that the form is ours: each header that is there must say so, one must be there."""
    headers = visit.request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        return False
    if site is not None and site != "same-origin":
        return False
    return origin is None or visit.site.origin_is_ours(origin, headers.get("host", ""))


def _token_fits(visit: Visit) -> bool:
    guest = visit.request.cookies.get(visit.site.cookie(GUEST), "")
    secret = visit.known.stay.secret if visit.known else guest
    sent = visit.form.one(TOKEN)
    return bool(secret) and hmac.compare_digest(sent.encode(), form_token(secret).encode())
