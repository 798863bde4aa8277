"""For each step, what a sensible person would bring along, and a life in each phase in which it is possible."""

from collections.abc import Callable
from datetime import timedelta

from states.model.dialogue import Phase
from states.model.facts import Notice
from states.model.vocabulary import Step, Template
from states.steps.delivery.pass_on import by_hand
from states.steps.machine import fitting_phases
from tests.states.builders import (
    DECISIONS,
    DENIZ,
    JOKE,
    NOOR,
    POINTS,
    RISKS,
    STAKEHOLDERS,
    Given,
    Life,
    at_phase,
    disputed,
    live,
    reopened,
)

NEWCOMER: Given = {
    **STAKEHOLDERS[DENIZ],
    "id": "spinners-in",
    "country": "IN",
    "email": "spinners@mills.example",
}
REASON: Given = {"reason": "Zo is het besproken."}
LATER: Given = {"to": "2022-11-01", "reason": "De directie vraagt meer tijd."}

TWO_DAYS = timedelta(days=2)

EXAMPLES: dict[str, tuple[str, Given]] = {
    "name-risk": ("manager", {**RISKS["buying-nl"], "id": "cotton-uz", "country": "UZ"}),
    "drop-risk": ("manager", {"risk": "buying-nl", **REASON}),
    "map-stakeholder": ("manager", NEWCOMER),
    "drop-stakeholder": ("manager", {"stakeholder": DENIZ, **REASON}),
    "link-chain-dialogue": (
        "manager",
        {
            "id": "dhaka",
            "risk": "wages-bd",
            "place": "Dhaka",
            "partner": "Shramik",
            "held": "2021-11-20",
        },
    ),
    "give-information": ("manager", {"costs": "Reis en tolk worden vergoed."}),
    "approve-analysis": ("manager", {}),
    "invite": ("manager", {"stakeholder": NOOR}),
    "invite-all": ("manager", {}),
    "accept-invitation": (NOOR, {}),
    "decline-invitation": (NOOR, {"reason": "Geen tijd."}),
    "share-expectation": (NOOR, {"text": "Een jaartal.", "success_test": "Een bedrag."}),
    "echo-expectations": ("manager", {"changes": "Loon krijgt een uur."}),
    "open-session": ("moderator", {}),
    "record-attendance": ("moderator", {"stakeholder": NOOR, "present": True}),
    "record-management": ("moderator", {"role": "sponsor", "present": True}),
    "record-contribution": ("moderator", {**POINTS["c1"], "id": "c9"}),
    "publish-summary": ("moderator", {"lines": {name: f"Regel {name}." for name in POINTS}}),
    "check-line": (NOOR, {"contribution": "c1", "verdict": "confirmed"}),
    "close-session": ("moderator", {}),
    "interim-word": (
        "manager",
        {
            "decided": "Het jaartal.",
            "not_decided": "Het bedrag.",
            "who_decides_when": "De CEO, in augustus.",
        },
    ),
    "decide": ("manager", DECISIONS["c1"]),
    "sign-strategy": ("sponsor", {}),
    "answer-participant": ("manager", {"covers": ["c3"], "text": "Het prijsmodel komt terug."}),
    "give-verdict": ("sealed-1", {"heard": "partly", "comment": "Half."}),
    "ask-back": ("sealed-1", {"contribution": "c2", "question": "Vanaf wanneer?"}),
    "dispute-answer": ("sealed-1", {"contribution": "c2", "reason": "Niet mijn punt."}),
    "settle-dispute": ("manager", {"contribution": "c1", "text": "Het bedrag komt er ook in."}),
    "word-neutrally": (
        "moderator",
        {"about": "verdict", "voice": "sealed-1", "text": "De helft is gedaan."},
    ),
    "note-lesson": ("manager", {"text": "Eerder beginnen."}),
    "close-dialogue": ("manager", {}),
    "close-with-debts": ("sponsor", REASON),
    "override-check": ("manager", REASON),
    "bring": ("manager", {"to": JOKE, "how": "gebeld"}),
    "record-delivery": ("moderator", {"to": JOKE, "how": "gebeld", "template": "agenda-echoed"}),
    "could-not-reach": ("moderator", {"to": JOKE, "reason": "Niemand neemt op."}),
    "name-helper": ("sponsor", {"organisation": "Taalhulp", "language": "bn"}),
    "end-helper": ("board", {"helper": "helper-1"}),
    "ask-erasure": (NOOR, {"text": "Alles."}),
    "settle-erasure": ("manager", {"stakeholder": NOOR}),
    "undo-relayed": (NOOR, {"step": "ask-erasure"}),
    "mark-unsafe": ("manager", {"stakeholder": JOKE, "way": "phone"}),
    "agree-hand-over": ("confidant", {"role": "moderator", "person": {"name": "Mara Nieuw"}}),
    "change-contact": ("moderator", {"stakeholder": JOKE, "phone": "+31 20 555 01 24"}),
    "reschedule-session": ("manager", {"to": "2022-06-30T13:00", "reason": "Treinstaking."}),
    "postpone": ("manager", LATER),
    "hand-over": ("sponsor", {"role": "manager", "person": {"name": "Mara Nieuw"}}),
    "report-progress": ("sponsor", {"commitment": "clause", "status": "done"}),
    "cancel-dialogue": ("sponsor", REASON),
}

SOFT = {
    Phase.STAKEHOLDER_ANALYSIS: "home-share",
    Phase.EXPECTATION_GATHERING: "declined-replaced",
    Phase.SESSION: "management-present",
    Phase.STRATEGY_UPDATE: "no-stock-phrases",
    Phase.FEEDBACK: "lessons-noted",
}
OWED = {
    Phase.STAKEHOLDER_ANALYSIS: "approve-analysis",
    Phase.EXPECTATION_GATHERING: f"invite-stakeholder/{NOOR}",
    Phase.SESSION: f"answer-participant/{NOOR}",
    Phase.STRATEGY_UPDATE: f"answer-participant/{DENIZ}",
    Phase.FEEDBACK: f"answer-participant/{DENIZ}",
    Phase.CLOSED: "report-progress/clause",
    Phase.CLOSED_WITH_DEBTS: f"answer-participant/{DENIZ}",
    Phase.CANCELLED: f"answer-participant/{DENIZ}",
}

FRESH: dict[Phase, str] = {
    Phase.STAKEHOLDER_ANALYSIS: "mapped",
    Phase.EXPECTATION_GATHERING: "gather",
    Phase.SESSION: "spoken",
}
READY: dict[tuple[Phase, str], str] = {
    (Phase.EXPECTATION_GATHERING, "accept-invitation"): "invited",
    (Phase.EXPECTATION_GATHERING, "decline-invitation"): "invited",
    (Phase.EXPECTATION_GATHERING, "share-expectation"): "accepted",
    (Phase.EXPECTATION_GATHERING, "open-session"): "accepted",
    (Phase.SESSION, "check-line"): "summarised",
    (Phase.SESSION, "close-session"): "checked",
    (Phase.STRATEGY_UPDATE, "sign-strategy"): "settled",
    (Phase.FEEDBACK, "close-dialogue"): "judged",
}


def waits_by_hand(life: Life) -> Life:
    """Something waits to be passed on to Joke."""
    notice = Notice(to=JOKE, role="participant", template=Template.AGENDA_ECHOED)
    life.accept(by_hand(life.dialogue, notice, life.now))
    return life


def with_bounces() -> Life:
    """Closed; then it turns out that Deniz never had his answer, nor Noor what settled her dispute."""
    life = live("judged").take(NOOR, "dispute-answer", contribution="c1", reason="Niet mijn punt.")
    life.take("manager", "settle-dispute", contribution="c1", text="Het bedrag komt er ook in.")
    life.take("manager", "close-dialogue").at("2022-09-07")
    lost = [n for _, n in life.notices if n.template == "dispute-settled" or _to_deniz(n)]
    for notice in lost:
        life.bounce(notice)
    return life


def _to_deniz(notice: Notice) -> bool:
    return (notice.template, notice.to) == ("answer", DENIZ)


SPECIAL: dict[Phase, Callable[[], Life]] = {
    Phase.STRATEGY_UPDATE: reopened,
    Phase.FEEDBACK: disputed,
    Phase.CLOSED: with_bounces,
}


def ready(phase: Phase, step: str) -> Life:
    """Return a life in *phase* in which *step* is possible if it ever is."""
    if step in {"settle-erasure", "undo-relayed"}:
        relayed = {"stakeholder": NOOR, "how": "phone"} if step == "undo-relayed" else {}
        by = "moderator" if relayed else NOOR
        return ready(phase, "ask-erasure").take(by, "ask-erasure", **relayed)
    if step == "could-not-reach":
        life = waits_by_hand(ready(phase, "bring"))
        life.now += TWO_DAYS
        return life
    if step == "end-helper" or (phase, step) in READY:
        return helped(phase) if step == "end-helper" else live(READY[phase, step])
    if step == "word-neutrally":
        return worded(phase)
    if phase in FRESH:
        return live(FRESH[phase])
    return SPECIAL[phase]() if phase in SPECIAL else at_phase(phase)


def worded(phase: Phase) -> Life:
    """Return a life in *phase* in which the sealed voice wrote something in words of its own."""
    if phase is not Phase.SESSION and phase not in fitting_phases(Step.GIVE_VERDICT):
        return at_phase(phase)
    if phase is not Phase.SESSION:
        return ready(phase, "give-verdict").take(
            "sealed-1", "give-verdict", heard="no", comment="Half."
        )
    corrected = {"contribution": "c2", "verdict": "corrected", "text": "Deur drie zat op slot."}
    return live("summarised").take("sealed-1", "check-line", **corrected)


def helped(phase: Phase) -> Life:
    """Return a life in *phase* in which somebody helps."""
    return ready(phase, "bring").take("sponsor", "name-helper", **EXAMPLES["name-helper"][1])


def example(phase: Phase, step: str) -> tuple[str, Given]:
    """Return who takes *step* in *phase*, and with what."""
    by, given = EXAMPLES[step]
    if step == "word-neutrally" and phase is Phase.SESSION:
        return by, {"about": "line", "contribution": "c2", "text": "De deur moet open."}
    if step == "override-check":
        return by, {**given, "check": SOFT.get(phase, "home-share")}
    if step == "could-not-reach":
        now = ready(phase, step).now
        days = (now - timedelta(days=1), now)
        tries = [{"on": day.date().isoformat(), "how": "gebeld"} for day in days]
        return by, {**given, "tries": tries}
    if step == "postpone":
        later = {"to": "2023-02-01"} if phase is Phase.CLOSED else {}
        return by, {**given, **later, "duty": OWED[phase]}
    return by, given
