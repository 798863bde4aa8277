"""CSRF: a form must come from a page of ours, by its origin and by a token that only we know."""

import hmac

from portal.http.errors import NoProof
from portal.http.forms import TOKEN
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from portal.web.sessions import GUEST, form_token
from portal.web.site import origin_of


def require_proof(visit: Visit) -> None:
    """Raise NoProof when the browser says that the form is another's, or the form lacks its token."""
    if comes_from(visit) is False or not token_fits(visit):
        raise NoProof


def comes_from(visit: Visit) -> bool | None:
    """
    Whether the browser says that the form is ours; None when it says nothing.

    What it says of its origin counts first, then the page that it names as where it came from. Browsers without
    styles, old phones and some proxies say neither: then the token stands alone, which no other site can know.
    """
    headers = visit.request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    referer, host = headers.get("referer"), headers.get("host", "")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        return visit.site.origin_is_ours(origin, host)
    if site is not None:
        return True
    return None if not referer else visit.site.origin_is_ours(origin_of(referer), host)


def token_fits(visit: Visit) -> bool:
    """Whether the token is this person's; where nobody needs to be in, that of the browser does as well."""
    secrets = [visit.known.session.secret] if visit.known else []
    if visit.known is None or EVERYONE in visit.route.who:
        secrets.append(visit.request.cookies.get(visit.site.cookie(GUEST), ""))
    sent = visit.form.one(TOKEN).encode()
    return any(
        hmac.compare_digest(sent, form_token(secret).encode()) for secret in secrets if secret
    )
