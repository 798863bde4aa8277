"""Validation errors: the page of a refused form once more, with the reason and with everything that was typed."""

from starlette.responses import Response

from portal.http.errors import Incomplete, Outdated
from portal.sent_forms.form_replay import lost_words
from portal.sent_forms.outdated_forms import MEANWHILE, mark_now
from portal.web.refusals import refusal_shown
from portal.web.request import Visit
from states.language.catalogue import N_
from states.language.errors import Refused


def shown_again(visit: Visit, refusal: Refused | Incomplete) -> Response:
    """The page of the form that was refused, with the reason and with everything that was typed."""
    visit.status = 422
    if isinstance(refusal, Incomplete):
        visit.problems = refusal.problems
        outdated = isinstance(refusal, Outdated)
        lacking = N_("Something is still missing.")
        visit.refused = visit._(MEANWHILE if outdated else lacking)
    elif (said := refusal_shown(visit, refusal)).so:
        visit.status, visit.so = 200, said.sentence
    else:
        visit.refused = said.sentence
    if visit.refused:
        visit.marks.refused[visit.path] = mark_now(visit)
    assert visit.again is not None  # noqa: S101 - the table of pages sees to it
    page = visit.again(visit)
    visit.given_back = lost_words(visit, bytes(page.body))
    return visit.again(visit) if visit.given_back else page
