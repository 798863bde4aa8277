"""Idempotency: a form sent twice, by a double click or a reload, works once, and both get the same answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from starlette.responses import Response

from portal.http.forms import FORM, TOKEN
from portal.sent_forms.csrf import comes_from
from portal.sent_forms.outdated_forms import mark_now
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from portal.web.sessions import GUEST, SESSION, let_in
from records.access.idempotent_forms import KEPT, keep_form, sent_form
from records.access.links import Capacity
from services.process_locks import FORMS, LOCKS

ENTRY = timedelta(minutes=1)
"""How long a form that let somebody in does so again for the same browser: a double click, and no more."""


def form_key(visit: Visit) -> str | None:
    """
    What names the form of *visit* with all that is in it, for its sender alone; None when it has no id.

    Whoever is in is known as a person, in whatever browser. Where nobody needs to be in it is the browser that counts,
    by the secrets that it sent, also when their session has ended meanwhile.
    """
    form = visit.form.one(FORM)
    sender = _sender(visit)
    if not form or not sender or comes_from(visit) is False:
        return None
    sent = sorted((name, texts) for name, texts in visit.form.values.items() if name != TOKEN)
    return sha256(repr((form, visit.path, sender, sent)).encode()).hexdigest()


def _sender(visit: Visit) -> object:
    if visit.actor and visit.known:
        return visit.known.session.capacity, visit.known.session.holder
    if EVERYONE not in visit.route.who:
        return None
    cookie = visit.request.cookies.get
    session = cookie(visit.site.cookie(SESSION), "").partition("~")[0]
    guest = cookie(visit.site.cookie(GUEST), "")
    return (session, guest) if session or guest else None


@contextmanager
def one_at_a_time(key: str | None) -> Iterator[None]:
    """Let the second click wait until the first has its answer."""
    if key is None:
        yield
        return
    with LOCKS.hold(FORMS[int(key[:8], 16) % len(FORMS)]):
        yield


def answered_before(visit: Visit, key: str | None) -> Response | None:
    """
    The answer that the form *key* got before; None when it did nothing yet.

    None too when what it shows was changed since: somebody goes back to a page and means what they send.
    """
    if key is None:
        return None
    now, entry = visit.site.door_time(), EVERYONE in visit.route.who
    form = sent_form(visit.site.house.engine, key, now, within=ENTRY if entry else KEPT)
    if form is None or form.left != mark_now(visit):
        return None
    response = visit.go(form.path, form.said)
    if form.role is None or form.programme_id is None or form.stage is None:
        return response
    capacity = Capacity("role", form.programme_id, form.role)
    return let_in(
        visit.site, response, capacity, now, holder=form.holder or "", stage=form.stage,
        browser=visit.browser,
    )  # fmt: skip


def keep_answer(visit: Visit, key: str | None) -> None:
    """Remember where the sender of the form *key* was led."""
    if key is not None and visit.went is not None:
        form = replace(visit.went, left=mark_now(visit))
        keep_form(visit.site.house.engine, key, form, visit.site.door_time())
