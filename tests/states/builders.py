"""A small edition to live in: who they are, what they say, and time that passes when it is told to.

The brand Wolk & Draad opens its edition of 2022 on 10 December 2021; the session is on 16 June 2022,
feedback is promised for 8 September 2022. Noor (an NGO) speaks openly, Rahima (a union in Dhaka) under
seal, Deniz (a supplier in Izmir) for his organisation, and Joke (the works council) has no e-mail.
"""

import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from states.language.errors import Refused
from states.model.calendar import WorkCalendar
from states.model.dialogue import Dialogue, Phase
from states.model.duties import Duty
from states.model.facts import Fact, Notice
from states.model.information import Information
from states.model.people import Person
from states.model.policy import Policy
from states.model.programme import Programme
from states.model.vocabulary import Step
from states.steps.decide import decide, known_step
from states.steps.delivery.receipts import record_delivered, undeliverable
from states.steps.delivery.sealed_windows import close_windows
from states.steps.draft import Decision
from states.steps.opening import open_edition
from states.timing.lapse import Passing, Setting, pass_time
from tests.soft_checks import overrides_before

Given = dict[str, Any]
POLICY_FILE = Path(__file__).parents[2] / "config" / "policy.toml"
POLICY = Policy.model_validate(tomllib.loads(POLICY_FILE.read_text(encoding="utf-8")))

PEOPLE: dict[str, Given] = {
    "manager": {"name": "Mirjam Bakker", "email": "mirjam@wolkdraad.example", "language": "nl"},
    "deputy": {"name": "Daan Visser", "email": "daan@wolkdraad.example", "language": "nl"},
    "sponsor": {"name": "Sanne de Wit", "email": "sanne@wolkdraad.example", "language": "nl"},
    "moderator": {"name": "Mo el Idrissi", "email": "mo@rondetafel.example", "language": "nl"},
    "board": {"name": "Bea Terpstra", "email": "bea@toezicht.example", "language": "nl"},
    "confidant": {"name": "Cor Jansen", "email": "cor@vertrouwen.example", "language": "nl"},
}
INFORMATION: Given = {
    "purpose": "Het plan 2023-2025 onder de loep.",
    "use_of_outcomes": "Elke inbreng krijgt een besluit.",
    "contribution_asked": "Drie uur kritiek.",
    "degree_of_influence": "involve",
    "decided_by": "De directie.",
    "feedback_by": "2022-09-08",
    "confidentiality": "U kiest wie uw naam ziet.",
    "costs": "Worden vergoed.",
}
RISKS: dict[str, Given] = {
    "wages-bd": {
        "id": "wages-bd",
        "theme": "living wage",
        "country": "BD",
        "tier": 1,
        "group": "sewers",
        "weight": 5,
    },
    "buying-nl": {
        "id": "buying-nl",
        "theme": "buying practices",
        "country": "NL",
        "tier": 0,
        "group": "buyers",
        "weight": 2,
    },
}
NOOR, RAHIMA, DENIZ, JOKE = "ngo-noord", "needle-union", "izmir-textiles", "works-council"
STAKEHOLDERS: dict[str, Given] = {
    NOOR: {
        "id": NOOR,
        "name": "Noor Campagne",
        "organisation": "Ngo Noord",
        "category": "ngo",
        "country": "NL",
        "language": "nl",
        "layer": "proxy",
        "critical": True,
        "at_risk": False,
        "email": "noor@ngonoord.example",
    },
    RAHIMA: {
        "id": RAHIMA,
        "name": "Rahima Khatun",
        "organisation": "Needle Union",
        "category": "union",
        "country": "BD",
        "layer": "representative",
        "at_risk": True,
        "speaks_for": ["wages-bd"],
        "email": "rahima@needleunion.example",
    },
    DENIZ: {
        "id": DENIZ,
        "name": "Deniz Aydin",
        "organisation": "Izmir Textiles",
        "category": "supplier",
        "country": "TR",
        "layer": "expert",
        "at_risk": False,
        "email": "deniz@izmirtextiles.example",
    },
    JOKE: {
        "id": JOKE,
        "name": "Joke Smit",
        "organisation": "Ondernemingsraad",
        "category": "worker",
        "country": "NL",
        "language": "nl",
        "layer": "representative",
        "at_risk": False,
        "speaks_for": ["buying-nl"],
        "phone": "+31 20 555 01 23",
    },
}
POINTS: dict[str, Given] = {
    "c1": {"id": "c1", "stakeholder": NOOR, "attribution": "named", "text": "Noem een jaartal."},
    "c2": {
        "id": "c2",
        "stakeholder": RAHIMA,
        "attribution": "sealed",
        "text": "Organisers were dismissed.",
    },
    "c3": {
        "id": "c3",
        "stakeholder": DENIZ,
        "attribution": "organisation",
        "text": "Prices must follow wages.",
    },
    "c5": {"id": "c5", "stakeholder": JOKE, "attribution": "named", "text": "Marge is niet alles."},
}
DECISIONS: dict[str, Given] = {
    "c1": {
        "contribution": "c1",
        "outcome": "partly",
        "owner": "manager",
        "reason": "Het jaartal staat erin; het bedrag volgt per fabriek.",
        "change": {"before": "Ooit.", "after": "In 2026."},
    },
    "c2": {
        "contribution": "c2",
        "outcome": "adopted",
        "owner": "sponsor",
        "reason": "Orders blijven staan als mensen zich organiseren.",
        "commitment": {"id": "clause", "what": "In elk contract.", "due": "2022-12-15"},
    },
    "c3": {
        "contribution": "c3",
        "outcome": "not-now",
        "owner": "manager",
        "reason": "Het prijsmodel komt in maart terug op tafel.",
    },
    "c5": {
        "contribution": "c5",
        "outcome": "rejected",
        "owner": "manager",
        "reason": "De beoordeling van inkopers is net herzien.",
    },
}
OPENING = "2021-12-10 09:00"
SESSION = "2022-06-16 13:00"
NEVER_MET = timedelta(0)


def programme(**changes: Any) -> Programme:  # noqa: ANN401 - any field of a programme
    """Return the programme of Wolk & Draad, with *changes*."""
    values: Given = {
        "id": "wolkdraad",
        "company": "Wolk & Draad",
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "schedule": "0 9 1 12 *",
        "roles": deepcopy(PEOPLE),
    }
    return Programme.model_validate(values | changes)


def people(without: str = "", **changed: Given) -> dict[str, Given]:
    """Return who holds which role, *without* one of them and with some *changed*."""
    return {role: who for role, who in {**PEOPLE, **changed}.items() if role != without}


def policy(**changes: Given) -> Policy:
    """Return the default policy with parts of its tables changed: `policy(limits={"postponements": 0})`."""
    values = tomllib.loads(POLICY_FILE.read_text(encoding="utf-8"))
    for table, rows in changes.items():
        values[table] = values[table] | rows
    return Policy.model_validate(values)


@dataclass
class Life:
    """A dialogue that is lived: steps are taken, time passes, post is delivered."""

    dialogue: Dialogue
    now: datetime
    facts: list[tuple[datetime, Fact]] = field(default_factory=list)
    notices: list[tuple[datetime, Notice]] = field(default_factory=list)
    mail: bool = True
    """Whether answers arrive the moment they are written."""

    def branch(self) -> "Life":
        """Return the same life, to go on with in another way."""
        return replace(
            self, dialogue=self.dialogue.copy(), facts=[*self.facts], notices=[*self.notices]
        )

    # --- time

    def instant(self, local: str) -> datetime:
        """Return the UTC instant of a local time, or the morning of a day."""
        text = local if " " in local else f"{local} 09:00"
        return self.dialogue.calendar.instant(datetime.fromisoformat(text))

    def at(self, local: str) -> "Life":
        """Let time pass, swept at each moment on which a duty waits, until *local*."""
        return self.until(self.instant(local))

    def until(self, moment: datetime) -> "Life":
        """Let time pass until *moment*, swept at each moment on which a duty waits."""
        while (due := self.next_moment()) is not None and due <= moment:
            self.sweep(max(due, self.now))
        self.now = moment
        return self

    def jump(self, local: str) -> "Life":
        """Come back at *local* after an outage: nothing was swept meanwhile, then everything is."""
        self.now = self.instant(local)
        self.sweep(self.now)
        return self

    def skip(self, local: str) -> "Life":
        """Go to *local* without any sweep at all."""
        self.now = self.instant(local)
        return self

    def next_moment(self) -> datetime | None:
        """Return when time acts next."""
        moments = [d.next_at for d in self.dialogue.duties.values() if d.next_at is not None]
        return min(moments, default=None)

    def sweep(self, now: datetime) -> list[Passing]:
        """Let windows under seal close up to *now*, and time pass for every duty that waits for a moment till then."""
        self.dialogue, closed = close_windows(self.dialogue, now)
        self._record(now, tuple(closed), ())
        waiting = [d for d in self.dialogue.duties.values() if d.next_at and d.next_at <= now]
        return [self.pass_time(duty, now) for duty in sorted(waiting, key=_moment)]

    def pass_time(self, duty: Duty, now: datetime) -> Passing:
        """Let time pass for one duty."""
        passing = pass_time(duty, setting(self.dialogue), now, self.arrived(duty))
        self.dialogue.duties[duty.name] = passing.duty
        self._record(now, passing.facts, passing.notices)
        return passing

    def arrived(self, duty: Duty) -> date | None:
        """Return the day on which what asks for *duty* arrived: at once, unless there is no post."""
        asking = [at for at, n in self.notices if (n.duty, n.template) == (duty.name, duty.asked)]
        return self.dialogue.calendar.day_of(asking[0]) if asking and self.mail else None

    # --- people

    def take(self, by: str, step: str, /, **given: Any) -> "Life":  # noqa: ANN401 - any step's fields
        """*by* takes *step*, which must be allowed."""
        for override in overrides_before(step):
            self.accept(decide(self.dialogue, Step.OVERRIDE_CHECK, override, "manager", self.now))
        self.accept(decide(self.dialogue, known_step(step).name, given, by, self.now))
        return self

    def decided(self, by: str, step: str, /, **given: Any) -> Decision:  # noqa: ANN401
        """Return what taking *step* would come to, without taking it."""
        return decide(self.dialogue, known_step(step).name, given, by, self.now)

    def refuse(self, by: str, step: str, /, **given: Any) -> Refused:  # noqa: ANN401
        """Return the refusal of *step*, which must change nothing and explain itself."""
        before = snapshot(self.dialogue)
        with pytest.raises(Refused) as caught:
            decide(self.dialogue, known_step(step).name, given, by, self.now)
        assert snapshot(self.dialogue) == before
        for language in ("nl", "en"):
            assert caught.value.why(language).strip()
        return caught.value

    # --- post

    def deliver(self, notice: Notice) -> "Life":
        """*notice* arrives now."""
        self.accept(record_delivered(self.dialogue, notice, self.now))
        return self

    def bounce(self, notice: Notice, reason: str = "no-such-mailbox") -> "Life":
        """*notice* could not be delivered, for good."""
        self.accept(undeliverable(self.dialogue, notice, reason, self.now))
        return self

    def answer(self, *covers: str, by: str = "manager") -> Notice:
        """Write an answer on *covers*; return its notice."""
        self.take(
            by,
            "answer-participant",
            covers=list(covers),
            text=f"Over {covers[0]}: dit deden wij ermee.",
        )
        return self.last("answer")

    def last(self, template: str) -> Notice:
        """Return the latest notice of *template*."""
        return next(n for _, n in reversed(self.notices) if n.template == template)

    def accept(self, decision: Decision) -> None:
        """Live with *decision*."""
        self.dialogue = decision.dialogue
        self._record(self.now, decision.facts, decision.notices)
        for notice in decision.notices:
            if self.mail and notice.template in {"answer", "dispute-settled", "invitation"}:
                self.deliver(notice)

    def _record(self, at: datetime, facts: tuple[Fact, ...], notices: tuple[Notice, ...]) -> None:
        self.facts += [(at, fact) for fact in facts]
        self.notices += [(at, notice) for notice in notices]

    # --- reading

    def duty(self, name: str) -> Duty:
        """Return the latest round of the duty called *name*."""
        found = self.dialogue.latest(name)
        assert found is not None, f"no duty {name}"
        return found

    def status(self, name: str) -> str:
        """Return where the duty called *name* stands."""
        return self.duty(name).status.value

    def late(self, name: str) -> int:
        """Return by how many days the duty called *name* is late."""
        return self.duty(name).late_days(self.now, self.dialogue.zone)

    def named(self, fact: str) -> list[Fact]:
        """Return the facts called *fact*."""
        return [each for _, each in self.facts if each.fact == fact]

    def about(self, duty: str) -> list[str]:
        """Return the facts about the duty called *duty*, in order."""
        return [each.fact for _, each in self.facts if each.subject == duty]

    def told(self, duty: str) -> list[tuple[str, str | None, str, str]]:
        """Return what was said because of *duty*, as (local time, rung, to, template)."""
        return [
            (self.local(at), notice.rung, notice.to, notice.template)
            for at, notice in self.notices
            if notice.duty == duty and notice.rung is not None
        ]

    def local(self, moment: datetime) -> str:
        """Write *moment* as people at the programme read it."""
        return moment.astimezone(self.dialogue.zone).strftime("%Y-%m-%d %H:%M")

    @property
    def phase(self) -> Phase:
        """Return where the dialogue stands."""
        return self.dialogue.phase


def _moment(duty: Duty) -> datetime:
    assert duty.next_at is not None
    return duty.next_at


def setting(dialogue: Dialogue) -> Setting:
    """Return what time needs to know of *dialogue*."""
    return Setting(dialogue.id, dialogue.policy, dialogue.calendar, dialogue.programme.roles)


def snapshot(dialogue: Dialogue) -> Dialogue:
    """Return a copy that shares nothing with *dialogue*, to compare with later."""
    return deepcopy(dialogue)


def opened(
    *,
    company: Programme | None = None,
    rules: Policy = POLICY,
    at: str = OPENING,
    session: str = SESSION,
    edition: int = 2022,
    information: Given | None = None,
    previous: Dialogue | None = None,
    by: str = "manager",
) -> Life:
    """Open an edition of *company* with nobody on the map."""
    who = company or programme()
    calendar = WorkCalendar(who.time_zone, who.country)
    now = calendar.instant(datetime.fromisoformat(at))
    decision = open_edition(
        who,
        rules,
        session_at=calendar.instant(datetime.fromisoformat(session)),
        edition=edition,
        information=Information.model_validate(INFORMATION if information is None else information),
        previous=previous,
        by=by,
        now=now,
    )
    return Life(
        decision.dialogue,
        now,
        [(now, fact) for fact in decision.facts],
        [(now, notice) for notice in decision.notices],
    )


def mapped(life: Life) -> Life:
    """Name the risks and map the four."""
    for risk in RISKS.values():
        life.take("manager", "name-risk", **risk)
    for stakeholder in STAKEHOLDERS.values():
        life.take("manager", "map-stakeholder", **stakeholder)
    return life


def gather(life: Life) -> Life:
    """Approve the analysis."""
    return life.at("2022-01-10").take("manager", "approve-analysis")


def invited(life: Life) -> Life:
    """Invite everybody."""
    return life.at("2022-03-01").take("manager", "invite-all")


def accepted(life: Life) -> Life:
    """Everybody accepts and says what they expect; Joke by phone."""
    life.at("2022-03-08")
    for who in STAKEHOLDERS:
        by, given = spoken_by(who)
        life.take(by, "accept-invitation", **given)
        life.take(by, "share-expectation", text="Een jaartal.", success_test="Een bedrag.", **given)
    return life.at("2022-05-30").take("manager", "echo-expectations", changes="Loon eerst.")


def spoken_by(who: str) -> tuple[str, Given]:
    """Return who takes a step for *who*: they themselves, or the manager for whom has no e-mail."""
    return ("manager", {"stakeholder": who, "how": "phone"}) if who == JOKE else (who, {})


def met(life: Life) -> Life:
    """Open the session, and see who is there."""
    life.at(SESSION).take("moderator", "open-session")
    life.take("moderator", "record-management", role="sponsor", present=True)
    for who in STAKEHOLDERS:
        life.take("moderator", "record-attendance", stakeholder=who, present=True)
    return life


def spoken(life: Life) -> Life:
    """Record what each of the four said."""
    for point in POINTS.values():
        life.take("moderator", "record-contribution", **point)
    return life


def summarised(life: Life) -> Life:
    """Publish the summary."""
    lines = {name: f"Regel {name}." for name in life.dialogue.contributions}
    return life.at("2022-06-20").take("moderator", "publish-summary", lines=lines)


def checked(life: Life) -> Life:
    """Everybody confirms their line, Joke by phone; then nobody under seal can any more."""
    life.at("2022-06-21")
    for point in life.dialogue.contributions.values():
        by, given = spoken_by(point.voice)
        life.take(by, "check-line", contribution=point.id, verdict="confirmed", **given)
    return life.at("2022-07-05")


def weighed(life: Life) -> Life:
    """Close the session."""
    return life.at("2022-07-05").take("moderator", "close-session")


def settled(life: Life) -> Life:
    """Decide on each contribution."""
    life.at("2022-08-15")
    for decision in DECISIONS.values():
        life.take("manager", "decide", **decision)
    return life


def signed(life: Life) -> Life:
    """The sponsor signs."""
    return life.at("2022-08-25").take("sponsor", "sign-strategy")


def answered(life: Life) -> Life:
    """Everybody hears what was done with it, in time."""
    life.at("2022-09-01")
    for name in list(life.dialogue.contributions):
        life.answer(name)
    return life


def judged(life: Life) -> Life:
    """Everybody says whether they were heard, Joke by phone; then nobody under seal need say it any more."""
    life.at("2022-09-05")
    for voice in list(dict.fromkeys(c.voice for c in life.dialogue.contributions.values())):
        by, given = spoken_by(voice)
        life.take("moderator" if given else by, "give-verdict", heard="yes", **given)
    return life.at("2022-10-05").take("manager", "note-lesson", text="Eerder beginnen.")


def closed(life: Life) -> Life:
    """The year closes."""
    return life.at("2022-10-05").take("manager", "close-dialogue")


CHAPTERS: dict[str, Callable[[Life], Life]] = {
    chapter.__name__: chapter
    for chapter in (
        mapped,
        gather,
        invited,
        accepted,
        met,
        spoken,
        summarised,
        checked,
        weighed,
        settled,
        signed,
        answered,
        judged,
        closed,
    )
}
AT_PHASE = {
    Phase.STAKEHOLDER_ANALYSIS: "mapped",
    Phase.EXPECTATION_GATHERING: "accepted",
    Phase.SESSION: "checked",
    Phase.STRATEGY_UPDATE: "settled",
    Phase.FEEDBACK: "judged",
    Phase.CLOSED: "closed",
}
"""The chapter at whose end each phase is ripe to be left."""


@cache
def _story(chapter: str) -> Life:
    names = list(CHAPTERS)
    index = names.index(chapter)
    life = opened() if index == 0 else _story(names[index - 1]).branch()
    return CHAPTERS[chapter](life)


def live(chapter: str) -> Life:
    """Return the edition as it stands at the end of *chapter*; each call gives a life of its own."""
    return _story(chapter).branch()


def live_with(
    *, upto: str, company: Programme | None = None, rules: Policy = POLICY, skip: str = ""
) -> Life:
    """Live the edition of another *company*, or under other *rules*, up to the end of chapter *upto*."""
    life = opened(company=company, rules=rules)
    for name, chapter in CHAPTERS.items():
        if name != skip:
            chapter(life)
        if name == upto:
            break
    return life


def at_phase(phase: Phase) -> Life:
    """Return the edition in *phase*: ripe to be left, or ended."""
    if phase is Phase.CANCELLED:
        return disputed().take("sponsor", "cancel-dialogue", reason="Fusie.")
    if phase is Phase.CLOSED_WITH_DEBTS:
        return disputed().take("sponsor", "close-with-debts", reason="Het jaar is om.")
    return live(AT_PHASE[phase])


def disputed() -> Life:
    """Feedback under way: Noor disputes, Rahima was answered and asked, Deniz and Joke wait."""
    life = live("signed").at("2022-09-01")
    life.answer("c1")
    life.answer("c2")
    return life.at("2022-09-02").take(
        NOOR, "dispute-answer", contribution="c1", reason="Niet mijn punt."
    )


def reopened() -> Life:
    """The decision on Noor's point is taken again, so that the sponsor must sign once more."""
    again = {**DECISIONS["c1"], "reason": "Ook het bedrag staat er nu in, per fabriek."}
    return disputed().at("2022-09-05").take("manager", "decide", **again)


def refusal_of(ask: Callable[[], object]) -> Refused | None:
    """Return how *ask* was refused, in words that can be said; None when it was allowed."""
    try:
        ask()
    except Refused as refusal:
        said = [refusal.why(language) for language in ("nl", "en")]
        return refusal if all(said) else None
    return None


def utc(text: str) -> datetime:
    """Return the instant that *text* writes in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    """Return the day that *text* writes."""
    return date.fromisoformat(text)


def person(values: Mapping[str, Any]) -> Person:
    """Return somebody who holds a role."""
    return Person.model_validate(dict(values))
