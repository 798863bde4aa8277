"""Refusals: why something was refused, in words of whoever asked, and what can be done now."""

from dataclasses import dataclass

from notifications.language.words import word
from portal.http.errors import NotFound
from portal.web.refusal_details import Telling, telling_to
from portal.web.request import Visit
from states.checks.checks import Check
from states.language.errors import ChecksNotMet, Refused, StepNotAllowed
from states.language.messages import say_to_people
from states.model.dialogue import Dialogue, Phase
from states.model.vocabulary import Step
from states.steps.machine import misfit_of

SO_ALREADY = frozenset(
    {
        "already-accepted",
        "already-answered",
        "already-declined",
        "already-settled",
        "contribution-twice",
        "dispute-twice",
        "erasure-asked-already",
        "erasure-granted-already",
        "helper-ended-already",
        "moved-on",
        "nobody-to-invite",
        "session-not-moved",
    }
)
"""Refusals of what is so already: by an old tab or a second click, and no mistake of anybody."""
_BY_PATH = {"already-invited": "/invite"}
"""What is no error only where the form asks for just that: whoever is invited cannot be corrected by its other uses."""


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as a page says it; *so*: it is so already, which is no error."""

    sentence: str
    so: bool


def refusal_shown(visit: Visit, refusal: Refused) -> Told:
    """*refusal* for whoever visits, who learns no more by it than they may know."""
    telling, code = telling_of(visit), _code(refusal)
    sentence = say_to_people(code, visit.language, **telling.fill(refusal.details))
    if isinstance(refusal, ChecksNotMet):
        checks = [check for check in refusal.checks if isinstance(check, Check)]
        sentence = " ".join([sentence, *(telling.line(g) for check in checks for g in check.gaps)])
    return Told(sentence, code in SO_ALREADY or (code in _BY_PATH and _BY_PATH[code] in visit.path))


def telling_of(visit: Visit) -> Telling:
    """How things are told to whoever visits."""
    dialogue = _dialogue(visit)
    if visit.actor is None or visit.me.capacity.kind != "participant":
        return telling_to(visit.me.name if visit.actor else "", dialogue, visit.language)

    def name(who: str) -> str:
        mine = dialogue is not None and who in dialogue.voices_of(visit.me.by)
        return visit._("you") if mine else word("voice", "unknown", visit.language)

    return Telling(visit.language, dialogue, name, name, name)


def _code(refusal: Refused) -> str:
    """The code that says it best: of a step that does not fit the phase, whether it came too early or too late."""
    if not isinstance(refusal, StepNotAllowed):
        return refusal.phrase
    step, phase = Step(refusal.details["step"]), Phase(refusal.details["phase"])
    return misfit_of(step, phase) or refusal.code


def _dialogue(visit: Visit) -> Dialogue | None:
    """The dialogue that the form was about, as whoever sent it may know it."""
    if visit.actor is None:
        return None
    try:
        if visit.me.capacity.kind != "role":
            mine = visit.mine if visit.me.capacity.kind == "participant" else visit.helping
            return mine()[0]
        name = visit.request.path_params.get("dialogue") or next(reversed(visit.dialogue_ids()), "")
        return visit.dialogue(str(name))
    except NotFound:
        return None
