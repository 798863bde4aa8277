"""Recorded-for-me page: what others recorded in my name, a button to undo it, and how I am reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from notifications.language.words import word
from portal.http.errors import Incomplete, NotFound
from portal.http.safe_hours_form import WHEN, choice
from portal.my.seat import mine
from portal.my.view import Mine
from portal.web.pages import get, post
from portal.web.request import Visit
from states.model.people import PARTICIPANT, WAYS
from states.model.relays import Relayed
from states.model.vocabulary import Step
from states.steps.people.relayed_steps import undo_until, undoable


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing that somebody else recorded for them; *until* is the last day on which it can be undone, if it can."""

    source: Relayed
    what: str
    until: date | None


def recorded_of(seen: Mine) -> list[Recorded]:
    """What others recorded for them, under either of their names, the latest first."""
    d, voices = seen.dialogue, seen.dialogue.voices_of(seen.me.id)
    still = {one.id for one in undoable(d, voices, d.calendar.day_of(seen.now))}
    found = [one for one in d.relays.values() if one.voice in voices]
    return [
        Recorded(one, _what(seen, one), undo_until(d, one.at) if one.id in still else None)
        for one in reversed(found)
    ]


def _what(seen: Mine, one: Relayed) -> str:
    point = seen.dialogue.contributions.get(one.contribution or "")
    if one.step != Step.CHECK_LINE:
        return word("recorded", one.step, seen.language)
    said = point.line_verdict.value if point and point.line_verdict and one.stands else "confirmed"
    key = f"check-line-{said}" if said != "silent" else "check-line-confirmed"
    return word("recorded", key, seen.language)


def show(visit: Visit) -> Response:
    """What others recorded in my name."""
    seen = mine(visit)
    return visit.page("my/recorded.html", mine=seen, recorded=recorded_of(seen))


def undo(visit: Visit) -> Response:
    """Put back what was before somebody recorded something for me."""
    seen = mine(visit)
    name = visit.need("what")["what"]
    one = next((r.source for r in recorded_of(seen) if r.until and r.source.id == name), None)
    if one is None:
        raise NotFound
    given = {"step": one.step, **({"contribution": one.contribution} if one.contribution else {})}
    visit.act(seen.dialogue.id, Step.UNDO_RELAYED, given, by=one.voice)
    return visit.go("/my/recorded", said="undone")


def reach(visit: Visit) -> Response:
    """Say how I am reached: where mail goes, which telephone, in which language, or by hand from now on."""
    seen = mine(visit)
    given: dict[str, Any] = visit.form.some(*WAYS)
    given |= _when(visit, given)
    if visit.form.one("by_hand"):
        given = {**{k: v for k, v in given.items() if k != "email"}, "by_hand": True}
        if not (given.get("phone") or given.get("postal_address") or seen.me.phone):
            said = visit._("Name a phone number or an address.")
            raise Incomplete({"phone": said})
    changed = {k: v for k, v in given.items() if k == "by_hand" or v != getattr(seen.me, k)}
    if changed:
        visit.act(seen.dialogue.id, Step.CHANGE_CONTACT, {"stakeholder": seen.me.id, **changed})
    return visit.go("/my/data", said="saved")


def _when(visit: Visit, given: Mapping[str, str]) -> dict[str, Any]:
    """When I can be called, in a form that whoever calls can keep. Raises Incomplete."""
    read, problems = choice(given, WHEN, visit._)
    if problems:
        raise Incomplete(problems)
    return read


def want_calendar(visit: Visit) -> Response:
    """Whether I, at risk, want the session in my calendar."""
    seen = mine(visit)
    wanted = visit.form.one("calendar") == "yes"
    if wanted != seen.me.calendar_wanted:
        given = {"stakeholder": seen.me.id, "calendar": wanted}
        visit.act(seen.dialogue.id, Step.CHANGE_CONTACT, given)
    return visit.go("/my/data", said="saved")


def mark_unsafe(visit: Visit) -> Response:
    """Never again use one of the ways to me."""
    seen = mine(visit)
    way = visit.need("way")["way"]
    if way not in {"email", "phone", "post"}:
        raise Incomplete({"way": visit._("Choose one.")})
    visit.act(seen.dialogue.id, Step.MARK_UNSAFE, {"stakeholder": seen.me.id, "way": way})
    return visit.go("/my/data", said="way-unsafe")


PAGES = (
    get("/my/recorded", show, PARTICIPANT),
    post("/my/recorded", undo, PARTICIPANT, again=show),
)
