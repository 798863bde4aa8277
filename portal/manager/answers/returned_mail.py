"""Returned mail page: what was not understood is looked at, and somebody says whether the message arrived."""

from starlette.responses import Response

from portal.http.errors import NotFound
from portal.manager.answers.answer_debts import reader_of
from portal.shared.points_by_role import seen_by
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from records.delivery.returned_mail import unread_reports
from records.queries import NoticeRow
from states.language.catalogue import N_
from states.model.dialogue import Dialogue, Phase
from states.model.people import Role
from states.privacy.readers import Reader
from states.privacy.seals import may_know_way
from states.steps.delivery.unread_reports import can_dismiss, reads_reports

_MODERATOR = Role.MODERATOR.value


def show(visit: Visit) -> Response:
    """The messages about which something unclear came back."""
    dialogue = at_hand(visit, *Phase)
    if dialogue is None:
        return nothing_yet(visit)
    seen, mine = seen_by(visit, dialogue), _is_mine(visit, dialogue)
    found = _rows(visit, dialogue) if mine else []
    rows = [(row, reader_of(seen, row.to), may_dismiss(visit, row)) for row in found]
    return visit.page("manager/returned.html", dialogue=dialogue, rows=rows, mine=mine)


def waiting(visit: Visit, dialogue: Dialogue) -> int:
    """How many messages wait for the one who looks, if it is theirs to look."""
    return len(_rows(visit, dialogue)) if _is_mine(visit, dialogue) else 0


def _is_mine(visit: Visit, dialogue: Dialogue) -> bool:
    """Whether the one who looks is the one: the moderator, a manager only where nobody moderates."""
    return reads_reports(dialogue, visit.me.name)


def _rows(visit: Visit, dialogue: Dialogue) -> list[NoticeRow]:
    """What waits to be read of *dialogue*; what is under seal for the moderator alone."""
    found = unread_reports(visit.site.house.engine, dialogue.id)
    return [x for x in found if may_know_way(dialogue, Reader.by_name(visit.me.name), x.to)]


def may_dismiss(visit: Visit, row: NoticeRow) -> bool:
    """Whether the one who looks may say that nothing is wrong: of an answer never whoever owes it (rules 28)."""
    return can_dismiss(visit.me.name, row.template)


def record(visit: Visit) -> Response:
    """Write down that the message did not arrive, so that what it brought is owed again; or that all is well."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    if not _is_mine(visit, dialogue):
        raise NotFound
    asked = visit.need("number", "what")
    row = next((x for x in _rows(visit, dialogue) if str(x.id) == asked["number"]), None)
    if row is None:
        raise NotFound
    if asked["what"] == "not-arrived":
        visit.site.house.ledger.undeliverable(row.id, "email", "bounced", visit.now)
        return visit.go(visit.path, said="not-arrived")
    if not may_dismiss(visit, row):
        raise NotFound
    visit.site.house.ledger.report_looked_at(row.id, visit.me.name, visit.now)
    return visit.go(visit.path, said="looked-at")


_AT = "/dialogues/{dialogue}/returned"
_WHO = (_MODERATOR, *MANAGERS)
PAGES = (
    get("/returned", show, _MODERATOR, nav=N_("Came back")),
    get(_AT, show, *_WHO),
    post(_AT, record, *_WHO, again=show),
)
