"""Form replay: what somebody typed into a form that did nothing is given back whole, and can be sent again."""

from portal.http.errors import NotFound, NotIn, TooOften
from portal.http.forms import SECRET, TOKEN, GivenBack, is_typed
from portal.sent_forms.csrf import comes_from, token_fits
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from portal.web.template_engine import as_shown


def given_back(visit: Visit, error: Exception) -> GivenBack | None:
    """
    What the form of *visit*, that met *error*, gives back; None when it may be another site's.

    A form of another person in the same browser can be sent again too: the page says as whom. Only where the browser
    says nothing of its origin and the token is wrong, what was sent can be copied and no more.
    """
    if visit.route.method != "POST" or comes_from(visit) is False or not visit.form.values:
        return None
    nobody = visit.known is None and EVERYONE not in visit.route.who
    sure = bool(comes_from(visit)) or nobody or token_fits(visit)
    whole = not visit.form.files and not SECRET & set(visit.form.values)
    helps = sure and whole and not isinstance(error, NotFound | TooOften)
    return _make(
        visit,
        at=visit.here if helps else None,
        token=visit.form.one(TOKEN) if nobody else None,
        again=isinstance(error, NotIn),
    )


def lost_words(visit: Visit, page: bytes) -> GivenBack | None:
    """What was typed and does not stand on *page*, because it no longer holds the form; None when all of it does."""
    shown = page.decode()
    if all(as_shown(text) in shown for text in visit.form.texts()):
        return None
    return _make(visit, at=None, token=None, again=False)


def _make(visit: Visit, *, at: str | None, token: str | None, again: bool) -> GivenBack:
    fields = visit.form.fields()
    texts = [(name, text) for name, text in fields if is_typed(name, text)]
    rest = [(name, text) for name, text in fields if not is_typed(name, text)]
    return GivenBack(at, token, texts, rest, list(visit.form.names.values()), again)
