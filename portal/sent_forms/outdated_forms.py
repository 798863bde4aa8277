"""Optimistic concurrency: a form that shows what is no longer so is refused, and says field by field what is so now."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from portal.http.errors import Incomplete, LinkGone, NotFound, NotIn, Outdated
from portal.http.forms import SHOWN
from portal.web.element_marks import FormMarks, Shown, mark_of_fields
from portal.web.request import Visit
from portal.web.routes import EVERYONE
from states.language.catalogue import N_
from states.language.errors import NotKnown, Refused

MEANWHILE = N_(
    "Somebody else changed this meanwhile. Each field says what is there now; what you typed is still "
    "there. Send it again if this is how it should be."
)
"""What is said above a form that is out of date."""


def mark_now(visit: Visit) -> str:
    """The mark of what the form that was sent would show now."""
    return mark_of_fields(_now(visit))


def _now(visit: Visit) -> Mapping[str, Shown]:
    """What the form would show now; nothing when its page is not there, or is everybody's."""
    if EVERYONE in visit.route.who or visit.again is None:
        return {}
    probe = replace(visit, probing=True, marks=FormMarks(), problems={}, refused=None)
    with suppress(Incomplete, LinkGone, NotFound, NotIn, NotKnown, Refused):
        visit.again(probe)
    return probe.marks.shown.get(visit.path, {})


def require_fresh_form(visit: Visit) -> None:
    """
    Raise Outdated when the form shows what is no longer so, and would change it back.

    Whoever sends the page that follows has seen what is so now.
    """
    sent = visit.form.one(SHOWN)
    if not sent or visit.route.own_mark:
        return
    now = _now(visit)
    if now and sent != mark_of_fields(now) and (problems := _otherwise(visit, now)):
        raise Outdated(problems)


def _otherwise(visit: Visit, now: Mapping[str, Shown]) -> dict[str, str]:
    """What stands there otherwise than it was typed, field by field."""
    said = visit._("This is what it says now: ")
    nothing = visit._("nothing")
    return {
        name: f"{said}{one.words or nothing}"
        for name, one in now.items()
        if (one.must or visit.form.many(name)) and ";".join(visit.form.many(name)) != one.raw
    }
