"""Risks page: the risks in the chain, against which everything is held, and dialogues held there that cover them."""

from typing import Any

from starlette.responses import Response

from portal.http.errors import Incomplete
from portal.manager.register.columns import handle
from portal.manager.register.countries import countries, country_of
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.language.catalogue import N_
from states.model.dialogue import Dialogue
from states.model.vocabulary import Step
from states.steps.permissions import fits

_HOME = "/dialogues/{dialogue}/risks"
WEIGHTS = range(1, 6)
TIERS = range(21)
_NEEDED = {
    "theme": N_("Say what it is about."),
    "group": N_("Say whom it hits."),
    "country": N_("Choose a country."),
}


def show_risks(visit: Visit) -> Response:
    """The risks, gravest first, and the form for one more or for the one that is corrected."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    return visit.page(
        "manager/risks.html",
        dialogue=dialogue,
        risks=sorted(dialogue.risks.values(), key=lambda risk: -risk.weight),
        known=dialogue.risks.get(visit.form.one("id") or visit.query("risk")),
        countries=[("", visit._("Choose a country")), *countries(visit.language)],
        nameable=fits(dialogue, Step.NAME_RISK),
        droppable=fits(dialogue, Step.DROP_RISK),
        today=dialogue.calendar.day_of(visit.now),
    )


def name_risk(visit: Visit) -> Response:
    """Name a risk, or correct one."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    visit.act(dialogue.id, Step.NAME_RISK, _risk(visit, dialogue))
    return visit.go(f"/dialogues/{dialogue.id}/risks", said="risk")


def _risk(visit: Visit, dialogue: Dialogue) -> dict[str, Any]:
    form = visit.form
    wrong = {name: visit._(said) for name, said in _NEEDED.items() if not form.one(name)}
    tier, weight = _number(form.one("tier"), TIERS), _number(form.one("weight"), WEIGHTS)
    wrong |= {"tier": visit._("Choose a tier.")} if tier is None else {}
    wrong |= {"weight": visit._("Choose how grave.")} if weight is None else {}
    country = country_of(form.one("country"))
    if wrong or country is None:
        raise Incomplete(wrong or {"country": visit._(_NEEDED["country"])})
    name = form.one("id") if form.one("id") in dialogue.risks else _free(dialogue, visit, country)
    texts = form.some("theme", "group")
    return {"id": name, "country": country, "tier": tier, "weight": weight, **texts}


def _number(text: str, among: range) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 and int(text) in among else None  # noqa: PLR2004


def _free(dialogue: Dialogue, visit: Visit, country: str) -> str:
    base = f"{handle(visit.form.one('theme')) or 'risk'}-{country.lower()}"
    names = (base, *(f"{base}-{number}" for number in range(2, len(dialogue.risks) + 3)))
    return next(name for name in names if name not in dialogue.risks)


def drop_risk(visit: Visit) -> Response:
    """Take a risk out, with a reason."""
    name = visit.param("dialogue")
    visit.act(name, Step.DROP_RISK, visit.need("risk", "reason"))
    return visit.go(f"/dialogues/{name}/risks", said="saved")


def link_dialogue(visit: Visit) -> Response:
    """Link a dialogue that was held in the chain with those affected."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    held = visit.form.day("held")
    if held is None:
        raise Incomplete({"held": visit._("Choose a day.")})
    given = visit.need("risk", "place", "partner")
    base = f"{handle(given['place']) or 'chain'}-{held.isoformat()}"
    visit.act(dialogue.id, Step.LINK_CHAIN_DIALOGUE, {"id": base, "held": held, **given})
    return visit.go(f"/dialogues/{dialogue.id}/risks", said="saved")


PAGES = (
    get(_HOME, show_risks, *MANAGERS),
    post(_HOME, name_risk, *MANAGERS, again=show_risks),
    post(f"{_HOME}/drop", drop_risk, *MANAGERS, again=show_risks),
    post(f"{_HOME}/chain", link_dialogue, *MANAGERS, again=show_risks),
)
