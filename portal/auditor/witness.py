"""Inclusion proof page (transparency log): whoever kept a number checks it against the journal, without signing in."""

import re
from datetime import timedelta
from unicodedata import normalize
from urllib.parse import parse_qs, urlsplit

from starlette.responses import Response

from portal.http.errors import Incomplete
from portal.shared.witness_address import VERIFY
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from records.journal import transparency_log as anchors
from services.witness.inclusion_proofs import Witnessed, witness
from states.language.catalogue import N_

_TRIES = timedelta(minutes=15)
_SHORTEST = 12
"""Signs of a number that are enough to know it by; letters show as many."""
_WHOLE = 64
_AROUND = re.compile("[\\s\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2069\ufeff.,;-]+")
"""What comes along when a number is copied from a letter."""
_HEX = re.compile(r"[0-9a-f]+")
_LINE = re.compile(r"\d{1,9}")


_UNKNOWN = N_(
    "No line has this number. Please compare it once more with your letter. If it is the same, show the letter to the"
    " auditor: the journal was changed then, or the number comes from elsewhere."
)


def show(visit: Visit) -> Response:
    """The form, with the number of a code that was scanned; nothing is looked for before it is sent."""
    return _page(visit, None)


def _page(visit: Visit, found: Witnessed | None) -> Response:
    return visit.page(
        "auditor/witness.html",
        found=found,
        newest=anchors.latest(visit.site.house.engine),
        number=visit.query("number"),
        line=visit.typed(VERIFY, "line", visit.query("line")),
    )


def check(visit: Visit) -> Response:
    """Look for the number: which line it is, and whether all up to it is as it was."""
    visit.slow_down(f"number from {visit.origin}", most=30, window=_TRIES)
    visit.slow_down("numbers", most=600, window=_TRIES)
    number, line = read_number(visit.form.one("number")), visit.form.one("line")
    if problem := _problem(visit, number):
        raise Incomplete({"number": problem})
    known = int(line) if line.isascii() and _LINE.fullmatch(line) else None
    engine = visit.site.house.engine
    found = witness(engine, number, known) or (
        witness(engine, number) if known is not None else None
    )
    if found is None:
        raise Incomplete({"number": visit._(_UNKNOWN)})
    return _page(visit, found)


def read_number(typed: str) -> str:
    """The number in what was *typed*: with blanks, with the line before it, or as the address in a code."""
    text = normalize("NFKC", typed)
    if "number=" in text:
        text = parse_qs(urlsplit(text.strip()).query).get("number", [""])[0]
    return _AROUND.sub("", text.rpartition(":")[2]).casefold()


def _problem(visit: Visit, number: str) -> str | None:
    """What is wrong with how *number* is written; None: it can be looked for."""
    if not number:
        return visit._("Please fill this in.")
    if odd := _HEX.sub("", number):
        return visit._(
            "A number has only the digits 0 to 9 and the letters a to f. Please look again at: %(odd)s",
            odd=odd[:20],
        )
    if len(number) < _SHORTEST:
        return visit._("Copy at least 12 characters.")
    if len(number) > _WHOLE:
        return visit._("A number has at most 64 characters. Please copy one number only.")
    return None


PAGES = (
    get(VERIFY, show, EVERYONE),
    post(VERIFY, check, EVERYONE, again=show, once=False),
)
