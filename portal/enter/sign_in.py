"""Sign-in: a one-time link from the command line, then a password and a code (TOTP)."""

import base64
import hmac
from datetime import timedelta
from functools import partial
from hashlib import sha256

import pyotp
from starlette.responses import Response

from portal.enter.front_door import home_of
from portal.enter.one_time_links import LINK_LASTS, NoSuchRole, SignInLink, one_time_link
from portal.enter.passkey_challenges import offer
from portal.enter.passwords import LONGEST, SHORTEST, own_words, problem_of
from portal.enter.sign_in_alerts import note_sign_in, tell_holder
from portal.enter.totp_secrets import kept_secret, secret_of, step_of
from portal.http.errors import Incomplete, LinkGone, NotIn
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from portal.web.sessions import holder_of, let_in
from portal.web.site import passkey_house
from records.access.accounts import (
    Account,
    account_of,
    keep_account,
    use_code_step,
)
from records.access.idempotent_forms import SentForm
from records.access.links import (
    Capacity,
    Session,
    end_session,
    link_capacity,
    revoke,
    use_up_link,
    used_link,
)
from records.seals.slow_hashes import fits, hash_slowly
from states.language.errors import NotKnown

TRIES = timedelta(minutes=15)
MOST_BY_NAME = 200
"""Passwords tried for one name from everywhere: whoever knows the name should not be able to lock its holder out."""


# the one-time link


def show_link(visit: Visit) -> Response:
    """One button, and nothing changes; whom this link let in just now is led on."""
    if further := _further(visit):
        return visit.go(further)
    _role_of_link(visit)
    return visit.page("enter/set-up-link.html", at=visit.path)


def _further(visit: Visit) -> str | None:
    """Where somebody goes on who came in by this very link, and opens it again: by a reload, or from the mail."""
    if visit.known is None:
        return None
    used = used_link(visit.site.house.engine, visit.param("token"), visit.now)
    session = visit.known.session
    if used is None or used[0] != session.capacity or used[1] > session.made_at:
        return None
    return "/sign-in/set-up" if session.stage == "setup" else home_of(visit, session.capacity.who)


def follow_link(visit: Visit) -> Response:
    """Use the link up, and go on to setting a password."""
    visit.slow_down(f"link from {visit.origin}", most=60, window=TRIES)
    capacity = _role_of_link(visit)
    if not use_up_link(visit.site.house.engine, visit.param("token"), visit.site.door_time()):
        raise LinkGone
    return next_stage(visit, capacity, "setup", "/sign-in/set-up")


def _role_of_link(visit: Visit) -> Capacity:
    engine, token = visit.site.house.engine, visit.param("token")
    capacity = link_capacity(engine, token, "role", visit.now)
    if capacity is None:
        raise LinkGone
    return capacity


def next_stage(visit: Visit, capacity: Capacity, stage: str, path: str) -> Response:
    """Go on to the next stage under a new secret."""
    if visit.known:
        end_session(visit.site.house.engine, visit.known.session.hash, visit.site.door_time())
    programme = visit.site.house.ledger.programme(capacity.programme_id).programme
    holder, now = holder_of(programme, capacity.who), visit.site.door_time()
    response = visit.go(path)
    visit.went = SentForm(
        path, programme_id=capacity.programme_id, role=capacity.who, holder=holder, stage=stage
    )
    if stage == "whole":
        note_sign_in(visit, response, programme, capacity.who, holder)
    browser = visit.browser
    return let_in(visit.site, response, capacity, now, holder=holder, stage=stage, browser=browser)


def _session_in(visit: Visit, stage: str) -> Session:
    if visit.known is None or visit.known.session.stage != stage:
        raise NotIn
    return visit.known.session


# the password and the code, once


def show_set_up(visit: Visit) -> Response:
    """The form for a password and the first code, with the secret for the app that makes codes."""
    session = _session_in(visit, "setup")
    secret, name = _code_secret(session), _name(session.capacity)
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Weerklank")
    shown = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return visit.page("enter/set-up.html", name=name, secret=shown, uri=uri, shortest=SHORTEST)


def set_up(visit: Visit) -> Response:
    """Keep the password and the secret of the codes, once a code shows that the app has it."""
    session = _session_in(visit, "setup")
    visit.slow_down(f"code {session.hash}", most=10, window=TRIES)
    given = visit.need("password", "code")
    capacity = session.capacity
    step = step_of(_code_secret(session), given["code"], visit.site.door_time())
    own = own_words(visit, capacity.programme_id, capacity.who)
    weak = problem_of(visit, given["password"], own)
    problems = ({"password": weak} if weak else {}) | (
        {} if step is not None else {"code": wrong_code(visit)}
    )
    if problems or step is None:
        raise Incomplete(problems)
    account = Account(
        capacity.programme_id,
        capacity.who,
        session.holder,
        hash_slowly(given["password"]),
        kept_secret(
            visit.site.settings, capacity.programme_id, capacity.who, _code_secret(session)
        ),
        step,
    )
    engine, now = visit.site.house.engine, visit.site.door_time()
    keep_account(engine, account, now)
    tell_holder(visit, capacity.programme_id, capacity.who, "set-up")
    revoke(
        engine, capacity, now
    )  # who sets a new password may do so because somebody else knows the old one
    return next_stage(visit, capacity, "whole", home_of(visit, capacity.who))


def _code_secret(session: Session) -> str:
    """The shared secret that this session offers: the same each time that the form is shown, and kept nowhere."""
    mark = hmac.new(session.secret.encode(), b"code", sha256).digest()
    return base64.b32encode(mark[:20]).decode()


def _name(capacity: Capacity) -> str:
    return f"{capacity.who}@{capacity.programme_id}"


def wrong_code(visit: Visit) -> str:
    return visit._("This code is not right (any more). Wait for the next one.")


# signing in


def show_sign_in(visit: Visit) -> Response:
    """The form for name and password."""
    script = "passkeys.js" if passkey_house(visit.site) else ""
    return visit.page(
        "enter/sign-in.html",
        company=visit.site.settings.oidc.issuer,
        script=script,
        passkey_offer=partial(offer, visit),
    )


def sign_in(visit: Visit) -> Response:
    """The password; it takes as long for a name that does not exist."""
    given = visit.need("name", "password")
    name = given["name"].casefold()
    visit.slow_down(f"sign-in from {visit.origin}", most=30, window=TRIES)
    visit.slow_down(f"sign-in {name} from {visit.origin}", most=8, window=TRIES)
    visit.slow_down(f"sign-in {name}", most=MOST_BY_NAME, window=TRIES)
    account = _account(visit, name)
    if not fits(account.password if account else None, given["password"][:LONGEST]) or not account:
        wrong = visit._("The name and the password do not belong together.")
        raise Incomplete({"password": wrong})
    capacity = Capacity("role", account.programme_id, account.role)
    return next_stage(visit, capacity, "code", "/sign-in/code")


def _account(visit: Visit, name: str) -> Account | None:
    """The account of *name* while the same person still holds the role."""
    role, _, programme_id = name.partition("@")
    account = account_of(visit.site.house.engine, programme_id, role)
    try:
        programme = visit.site.house.ledger.programme(programme_id).programme
    except NotKnown:
        return None
    return account if account and account.holder == holder_of(programme, role) else None


def show_code(visit: Visit) -> Response:
    """The form for the code."""
    _session_in(visit, "code")
    return visit.page("enter/code.html")


def give_code(visit: Visit) -> Response:
    """The code; each works once."""
    session = _session_in(visit, "code")
    capacity, engine = session.capacity, visit.site.house.engine
    visit.slow_down(f"code {_name(capacity)}", most=5, window=TRIES)
    code = visit.need("code")["code"]
    account = account_of(engine, capacity.programme_id, capacity.who)
    secret = secret_of(visit, account) if account else ""
    step = step_of(secret, code, visit.site.door_time()) if account else None
    if step is None or not use_code_step(engine, capacity.programme_id, capacity.who, step):
        raise Incomplete({"code": wrong_code(visit)})
    return next_stage(visit, capacity, "whole", home_of(visit, capacity.who))


__all__ = ["LINK_LASTS", "PAGES", "NoSuchRole", "SignInLink", "one_time_link"]
PAGES = (
    get("/in/{token}", show_link, EVERYONE),
    post("/in/{token}", follow_link, EVERYONE, again=show_link),
    get("/sign-in", show_sign_in, EVERYONE),
    post("/sign-in", sign_in, EVERYONE, again=show_sign_in),
    get("/sign-in/set-up", show_set_up, EVERYONE),
    post("/sign-in/set-up", set_up, EVERYONE, again=show_set_up),
    get("/sign-in/code", show_code, EVERYONE),
    post("/sign-in/code", give_code, EVERYONE, again=show_code),
)
