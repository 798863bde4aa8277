"""Helpers page: sponsor and board name and end who reaches people in their language; whoever calls sees them."""

from functools import lru_cache

from babel import Locale
from starlette.responses import Response

from portal.http.errors import Incomplete, NotFound
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.model.dialogue import Phase
from states.model.people import Role
from states.model.vocabulary import Step
from states.steps.permissions import may_take

_NAMERS = (Role.SPONSOR.value, Role.BOARD.value)
_READERS = (*_NAMERS, *MANAGERS, Role.MODERATOR.value, Role.CONFIDANT.value)
_LETTERS = 2  # of the codes of languages that the law takes


def show(visit: Visit) -> Response:
    """Who helps, and for whoever may, the forms."""
    dialogue = at_hand(visit, *Phase)
    if dialogue is None:
        return nothing_yet(visit)
    return visit.page(
        "manager/helpers.html",
        dialogue=dialogue,
        helpers=[one for one in dialogue.helpers.values() if one.ended_at is None],
        naming=may_take(visit.me.name, Step.NAME_HELPER),
        languages=spoken_by_name(visit.language),
    )


@lru_cache(maxsize=32)
def spoken_by_name(reader: str) -> tuple[tuple[str, str], ...]:
    """The languages that somebody may speak, by their name in the language of *reader*."""
    known = Locale.parse(reader).languages
    named = {code: str(name) for code, name in known.items() if len(code) == _LETTERS}
    return tuple(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def name(visit: Visit) -> Response:
    """Name somebody; who has an address gets a letter with a link of their own."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    given = visit.need("organisation", "language") | visit.form.some("name", "email", "phone")
    if given["language"] not in dict(spoken_by_name(visit.language)):
        raise Incomplete({"language": visit._("Choose a language.")})
    visit.act(dialogue.id, Step.NAME_HELPER, given)
    return visit.go(f"/dialogues/{dialogue.id}/helpers", said="helper-named")


def end(visit: Visit) -> Response:
    """Somebody helps no longer; no reason is asked."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    helper = visit.param("helper")
    if helper not in dialogue.helpers:
        raise NotFound
    visit.act(dialogue.id, Step.END_HELPER, {"helper": helper})
    return visit.go(f"/dialogues/{dialogue.id}/helpers", said="helper-ended")


_AT = "/dialogues/{dialogue}/helpers"
PAGES = (
    get("/helpers", show, *_READERS),
    get(_AT, show, *_READERS),
    post(_AT, name, *_NAMERS, again=show, fresh=True),
    post(f"{_AT}/{{helper}}/end", end, *_NAMERS, again=show),
)
