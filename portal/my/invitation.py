"""Invitation page: what one should know before a yes or no, the reply, the expectation, and how to be named."""

from starlette.responses import Response

from notifications.calendar.entries import session_entry
from portal.http.errors import Incomplete, NotFound
from portal.my.crowd_size import crowd_of
from portal.my.seat import mine
from portal.web.pages import get, post
from portal.web.request import Visit
from records.access.requests import ask, wishes_of
from records.seals.keys import has_key
from states.language.catalogue import N_
from states.model.contributions import Attribution
from states.model.people import PARTICIPANT, TellMeBy
from states.model.vocabulary import Step

_PAGE = "/my/invitation"


def show(visit: Visit) -> Response:
    """The eight fields, who else comes, and the forms."""
    seen = mine(visit)
    wishes = wishes_of(visit.site.house.engine, seen.dialogue.id, seen.me.id)
    wish = next((wish.value for wish in wishes if wish.value in list(Attribution)), None)
    chosen = wish if visit.unsealed else None  # a link alone does not tell who wished to be sealed
    safest = Attribution.SEALED if seen.me.at_risk else Attribution.NAMED
    return visit.page(
        "my/invitation.html",
        mine=seen,
        attribution=chosen or safest.value,
        levels=list(Attribution),
        tell_ways=list(TellMeBy),
        crowd=crowd_of(seen),
        has_key=has_key(visit.site.house.engine, seen.dialogue.programme.id),
    )


def reply(visit: Visit) -> Response:
    """Yes or no, as an explicit choice that can be changed."""
    seen, choice = mine(visit), visit.form.one("reply")
    if choice == "accept":
        visit.act(seen.dialogue.id, Step.ACCEPT_INVITATION, {})
        return visit.go(_PAGE, said="accepted")
    if choice == "decline":
        visit.act(seen.dialogue.id, Step.DECLINE_INVITATION, visit.form.some("reason"))
        return visit.go(_PAGE, said="declined")
    raise Incomplete({"reply": visit._("Choose yes or no.")})


def expect(visit: Visit) -> Response:
    """What they expect, what would show them that they were heard, and how to tell them."""
    seen = mine(visit)
    given = visit.need("text") | visit.form.some("success_test", "tell_me_by")
    if given.get("tell_me_by") not in {None, *TellMeBy}:
        raise Incomplete({"tell_me_by": visit._("Choose one.")})
    visit.act(seen.dialogue.id, Step.SHARE_EXPECTATION, given)
    return visit.go(_PAGE, said="expectation")


def be_named(visit: Visit) -> Response:
    """How they wish to be named with what they say; the moderator asks again at the session."""
    seen, level = mine(visit), visit.form.one("level")
    if level not in list(Attribution):
        raise Incomplete({"level": visit._("Choose one.")})
    engine = visit.site.house.engine
    ask(engine, seen.dialogue.id, seen.me.id, kind="attribution", value=level, now=visit.now)
    return visit.go("/my/sealed" if level == Attribution.SEALED else _PAGE, said="attribution")


def calendar(visit: Visit) -> Response:
    """The session as a calendar file, for them alone."""
    seen = mine(visit)
    if not seen.me.invited or seen.me.declined_at or not seen.me.email:
        raise NotFound
    entry = session_entry(
        seen.dialogue,
        seen.me.id,
        seen.me.contact,
        now=visit.now,
        language=visit.language,
        method="PUBLISH",
    )
    kind = {"content-disposition": 'attachment; filename="session.ics"'}
    return Response(entry, media_type="text/calendar", headers=kind)


PAGES = (
    get(_PAGE, show, PARTICIPANT, nav=N_("Invitation")),
    post(_PAGE, reply, PARTICIPANT, again=show),
    post("/my/expectation", expect, PARTICIPANT, again=show),
    post("/my/attribution", be_named, PARTICIPANT, again=show),
    get("/my/session.ics", calendar, PARTICIPANT),
)
