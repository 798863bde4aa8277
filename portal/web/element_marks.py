"""
The mark of what a form shows: who sends an older one is told what is so now, and overwrites nothing.

The mark is made of what the fields hold before anybody types. When the form comes back its page is made once more, as
it would be shown now, and compared. So every form has one, without its page knowing of it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from portal.http.errors import Incomplete, LinkGone, NotFound, NotIn, Outdated
from portal.http.forms import SHOWN, tidy
from portal.web.routes import EVERYONE
from states.language.errors import NotKnown, Refused

if TYPE_CHECKING:
    from portal.web.request import Visit

MEANWHILE = (
    """Iemand anders heeft dit intussen veranderd. Bij elk veld staat wat er nu is; wat u typte, staat er nog.
    Verstuur het opnieuw als het zo moet worden.""",
    """Somebody else changed this meanwhile. Each field says what is there now; what you typed is still there.
    Send it again if this is how it should be.""",
)
"""What is said above a form that is out of date."""
_LENGTH = 16
Choices = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What one field holds before anybody types: as a form sends it, and as people say it."""

    raw: str
    words: str
    must: bool = False
    """Whether the form need not send it: a box that nobody ticked, or something that is only watched."""


def shows(
    visit: "Visit", at: str, name: str, value: object, choices: Choices | None = None
) -> None:
    """Note that field *name* of the form that is sent to *at* holds *value*; one of *choices*, or several, if given."""
    held = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    raw = [tidy(str("" if one is None else one)) for one in held]
    said = {str(choice[0]): str(choice[1]) for choice in choices or ()}
    words = ", ".join(said.get(one, one) for one in raw if one)
    several = held is value
    visit.shown.setdefault(at, {})[name] = Shown(";".join(raw), words, must=several)


def watches(visit: "Visit", at: str, name: str, words: str) -> None:
    """Note that the form that is sent to *at* rests on *words*, although none of its fields holds them."""
    visit.shown.setdefault(at, {})[name] = Shown(words, words, must=True)


def mark_of(visit: "Visit", at: str) -> str:
    """
    The mark of what the form that is sent to *at* shows on this page; empty when it has no field.

    A refused form may ask more than it did, such as *all the same?*: its mark is that of the form without it.
    """
    if visit.refused and at == visit.path and not visit.probing:
        return mark_now(visit)
    return _mark(visit.shown.get(at, {}))


def mark_now(visit: "Visit") -> str:
    """The mark of what the form that was sent would show now."""
    return _mark(_now(visit))


def _mark(shown: Mapping[str, Shown]) -> str:
    if not shown:
        return ""
    fields = sorted((name, one.raw) for name, one in shown.items())
    return sha256(repr(fields).encode()).hexdigest()[:_LENGTH]


def _now(visit: "Visit") -> Mapping[str, Shown]:
    """What the form would show now; nothing when its page is not there, or is everybody's."""
    if EVERYONE in visit.route.who or visit.route.again is None:
        return {}
    probe = replace(visit, probing=True, shown={}, problems={}, refused=None)
    with suppress(Incomplete, LinkGone, NotFound, NotIn, NotKnown, Refused):
        visit.route.again(probe)
    return probe.shown.get(visit.path, {})


def require_fresh_form(visit: "Visit") -> None:
    """
    Raise Outdated when the form shows what is no longer so, and would change it back.

    Whoever sends the page that follows has seen what is so now.
    """
    sent = visit.form.one(SHOWN)
    if not sent or visit.route.own_mark:
        return
    now = _now(visit)
    if now and sent != _mark(now) and (problems := _otherwise(visit, now)):
        raise Outdated(problems)


def _otherwise(visit: "Visit", now: Mapping[str, Shown]) -> dict[str, str]:
    """What stands there otherwise than it was typed, field by field."""
    said = visit.t("Hier staat nu: ", "This is what it says now: ")
    nothing = visit.t("niets", "nothing")
    return {
        name: f"{said}{one.words or nothing}"
        for name, one in now.items()
        if (one.must or visit.form.many(name)) and ";".join(visit.form.many(name)) != one.raw
    }
