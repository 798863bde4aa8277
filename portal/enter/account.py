"""Account page: the sessions somebody is in by, their password, the app that makes codes, and their passkeys."""

import base64
import hmac
from functools import partial
from hashlib import sha256

import pyotp
from starlette.responses import Response

from portal.enter import passkeys
from portal.enter.passkey_challenges import offer, offered_to
from portal.enter.passwords import SHORTEST, own_words, problem_of
from portal.enter.reauthentication import fits
from portal.enter.sign_in import TRIES, wrong_code
from portal.enter.sign_in_alerts import tell_holder
from portal.enter.totp_secrets import kept_secret, step_of
from portal.http.errors import Incomplete, NotFound
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import STAFF
from portal.web.site import passkey_house
from records.access.accounts import (
    Account,
    account_of,
    keep_account,
    keep_password,
)
from records.access.links import Session, end_other_sessions, end_session, sessions_of
from records.seals.slow_hashes import hash_slowly
from states.language.catalogue import N_

_PAGE = "/account"
_KEYS = f"{_PAGE}/passkeys"


def show(visit: Visit) -> Response:
    """Everything about one's own sign-in."""
    session = _session(visit)
    return visit.page(
        "account/account.html",
        script="passkeys.js" if passkey_house(visit.site) else "",
        name=f"{visit.me.name}@{visit.me.programme.id}",
        stay=session,
        stays=_sessions(visit),
        account=_account(visit),
        shortest=SHORTEST,
        keys=offered_to(visit),
        passkey_offer=partial(offer, visit),
    )


def _session(visit: Visit) -> Session:
    if visit.known is None:
        raise NotFound
    return visit.known.session


def _sessions(visit: Visit) -> list[Session]:
    session, now = _session(visit), visit.site.door_time()
    return sessions_of(visit.site.house.engine, session.capacity, session.holder, now)


def _account(visit: Visit) -> Account | None:
    """The account of whoever looks, while it is theirs; None for who only comes in through their organisation."""
    capacity = visit.me.capacity
    account = account_of(visit.site.house.engine, capacity.programme_id, capacity.who)
    return account if account and account.holder == _session(visit).holder else None


def end(visit: Visit) -> Response:
    """End one session, or all but this one."""
    engine, now, wish = visit.site.house.engine, visit.site.door_time(), visit.form.one("stay")
    if wish == "others":
        end_other_sessions(engine, _session(visit), now)
    for session in _sessions(visit):
        if session.hash[:16] == wish:
            end_session(engine, session.hash, now)
    return visit.go(_PAGE, said="stays-ended")


def change_password(visit: Visit) -> Response:
    """Another password, for who knows the present one; every other browser is out."""
    account, given = _account(visit), visit.need("password_now", "password")
    capacity, engine = visit.me.capacity, visit.site.house.engine
    visit.slow_down(f"password of {capacity.who}@{capacity.programme_id}", most=5, window=TRIES)
    problems = {}
    if account is None or not fits(account, given["password_now"]):
        problems["password_now"] = visit._("This is not your present password.")
    own = own_words(visit, capacity.programme_id, capacity.who)
    if weak := problem_of(visit, given["password"], own):
        problems["password"] = weak
    if problems or account is None:
        raise Incomplete(problems)
    keep_password(engine, account, hash_slowly(given["password"]))
    end_other_sessions(engine, _session(visit), visit.site.door_time())
    tell_holder(visit, capacity.programme_id, capacity.who, "password")
    return visit.go(_PAGE, said="password")


def show_codes(visit: Visit) -> Response:
    """The key for another app that makes codes."""
    if _account(visit) is None:
        raise NotFound
    secret, name = _code_secret(visit), f"{visit.me.name}@{visit.me.programme.id}"
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Weerklank")
    shown = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return visit.page("account/codes.html", secret=shown, uri=uri)


def change_codes(visit: Visit) -> Response:
    """Take the codes of another app from now on, once one of them shows that it has the key."""
    account, engine = _account(visit), visit.site.house.engine
    if account is None:
        raise NotFound
    now, capacity, secret = visit.site.door_time(), visit.me.capacity, _code_secret(visit)
    visit.slow_down(f"new codes of {capacity.who}@{capacity.programme_id}", most=10, window=TRIES)
    step = step_of(secret, visit.need("code")["code"], now)
    if step is None:
        raise Incomplete({"code": wrong_code(visit)})
    kept = kept_secret(visit.site.settings, capacity.programme_id, capacity.who, secret)
    mine = (capacity.programme_id, capacity.who, account.holder, account.password)
    keep_account(engine, Account(*mine, kept, step), now)
    tell_holder(visit, capacity.programme_id, capacity.who, "codes")
    return visit.go(_PAGE, said="codes")


def _code_secret(visit: Visit) -> str:
    """The shared secret that this session offers: the same each time that the form is shown, and kept nowhere."""
    session = _session(visit)
    mark = hmac.new(session.secret.encode(), f"codes {session.hash}".encode(), sha256).digest()
    return base64.b32encode(mark[:20]).decode()


PAGES = (
    get(_PAGE, show, *STAFF, nav=N_("My access")),
    post(f"{_PAGE}/stays", end, *STAFF, again=show),
    post(f"{_PAGE}/password", change_password, *STAFF, again=show),
    get(f"{_PAGE}/codes", show_codes, *STAFF),
    post(f"{_PAGE}/codes", change_codes, *STAFF, again=show_codes, fresh=True),
    get(_KEYS, passkeys.lead, *STAFF),
    post(_KEYS, passkeys.add, *STAFF, again=show, fresh=True),
    post(f"{_KEYS}/remove", passkeys.remove, *STAFF, again=show, fresh=True),
)
