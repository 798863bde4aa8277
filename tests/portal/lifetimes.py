"""Lives of a dialogue of every kind, told as the moments in which its pages show something new."""

# ruff: noqa: S311 - chance that can be repeated is the point

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.shared.call_sheet import speaks
from records import queries
from states.language.errors import Refused
from states.model.dialogue import Dialogue
from states.model.programme import Programme
from states.model.vocabulary import DutyKind
from states.privacy.independence import helpers_of
from states.privacy.seals import is_under_seal
from tests.faults.wishes import Wish, wishes_of
from tests.portal.conftest import Portal
from tests.records.conftest import INFORMATION, NGO, RISK, SESSION, START, UNION, a_programme

EVENTS = 160
LEAPS = tuple(timedelta(days=days) for days in (1, 3, 8, 20, 45))
BY_HAND = {**NGO, "id": "letter", "name": "Without mail", "email": None, "phone": "+880 1"}
ROLES = {
    role: {"name": f"{name} Jansen", "email": f"{role}@life.example", "language": language}
    for role, name, language in (
        ("manager", "Meike", "nl"), ("deputy", "Dirk", "en"), ("sponsor", "Sanne", "nl"), ("moderator", "Mo", "en"),
        ("board", "Bas", "nl"),
        ("confidant", "Chris", "en"),
    )
}  # fmt: skip
BENGALI = "মোসাম্মাৎ রহিমা খাতুন চৌধুরী-রহমান সংগঠক পোশাক শ্রমিক ফেডারেশন " * 4
ARABIC = "الدكتورة فاطمة بنت عبد الرحمن الأنصاري منسقة نقابة عمال النسيج " * 4
Seat = dict[str, Any]


def _many() -> list[Seat]:
    lands = ("BD", "TR", "IN", "NL", "PK", "CN", "KH")
    return [
        NGO | {"id": f"seat-{n}", "name": f"Person {n}", "country": lands[n % 7],
               "email": f"p{n}@seat.example" if n % 9 else None, "phone": "+31 6 1"}
        for n in range(42)
    ]  # fmt: skip


@dataclass(frozen=True)
class Beginning:
    """How a life begins: who is mapped, and which roles nobody holds, or somebody holds twice."""

    seats: tuple[Seat, ...] = (UNION, NGO, BY_HAND)
    nobody: tuple[str, ...] = ()
    twice: Mapping[str, str] = field(default_factory=dict)
    years: tuple[int, ...] = (2022,)


BEGINNINGS: dict[str, Beginning] = {
    "as most begin": Beginning(),
    "nobody on the map": Beginning(seats=()),
    "no moderator, board or confidant": Beginning(nobody=("moderator", "board", "confidant")),
    "no sponsor or deputy": Beginning(nobody=("sponsor", "deputy")),
    "the manager moderates": Beginning(twice={"moderator": "manager", "confidant": "board"}),
    "forty-five on the map": Beginning(seats=(UNION, NGO, BY_HAND, *_many())),
    "long names": Beginning(
        seats=(
            UNION | {"name": BENGALI[:300].strip(), "organisation": ARABIC[:300].strip()},
            NGO | {"name": ARABIC[:300].strip(), "organisation": "x" * 300},
            BY_HAND | {"organisation": BENGALI[:300].strip()},
        )
    ),
    "two years": Beginning(years=(2022, 2023)),
}


@dataclass
class Lifetime:
    """One life in the empty *portal*, begun as *beginning* says and wholly decided by *seed*."""

    portal: Portal
    beginning: Beginning
    seed: int
    events: int = EVENTS
    met: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def moments(self) -> Iterator[Dialogue]:
        """The dialogue whenever something about it is so for the first time in its phase."""
        self._begin()
        yield from self._new()
        for _ in range(self.events):
            self._event()
            yield from self._new()

    def _new(self) -> Iterator[Dialogue]:
        dialogue = self.portal.memory.read()
        traits = {(dialogue.phase.value, trait) for trait in traits_of(dialogue, self.portal.now)}
        if traits - self.met:
            self.met |= traits
            yield dialogue

    def _begin(self) -> None:
        memory, begun = self.portal.memory, self.beginning
        roles: dict[str, Any] = {name: ROLES[begun.twice.get(name, name)] for name in ROLES}
        roles = {name: who for name, who in roles.items() if name not in begun.nobody}
        memory.now = START
        programme = Programme.model_validate(a_programme("leven").model_dump() | {"roles": roles})
        memory.ledger.apply_programme(programme, memory.now)
        for year in begun.years:
            self._open(year)
        memory.dialogue_id = f"leven-{begun.years[0]}"

    def _open(self, year: int) -> None:
        memory = self.portal.memory
        memory.dialogue_id = memory.ledger.open_edition(
            "leven", session_at=SESSION.replace(year=year), edition=year,
            information=INFORMATION.model_copy(update={"feedback_by": date(year, 9, 8)}),
            by="manager", now=memory.now,
        ).dialogue_id  # fmt: skip
        if self.beginning.seats:
            memory.act("name-risk", RISK)
        for seat in self.beginning.seats:
            memory.act("map-stakeholder", seat)

    def _event(self) -> None:
        dice = self.chance.random()
        if dice < 0.3:
            self._pass()
            self.portal.memory.sweep()
        elif dice < 0.45:
            self._deliver()
        else:
            self._act()

    def _pass(self) -> None:
        memory = self.portal.memory
        due = queries.next_moment(memory.engine) if self.chance.random() < 0.4 else None
        near = due is not None and memory.now < due < memory.now + timedelta(days=30)
        memory.now = due if due and near else memory.now + self.chance.choice(LEAPS)

    def _deliver(self) -> None:
        """Let what waits arrive; some of it bounces, and whom no mail reaches is left to somebody's hand."""
        memory = self.portal.memory
        dialogue = memory.read()
        for row in [one for one in memory.notices(status="pending") if one.at <= memory.now]:
            who = dialogue.stakeholder_of(row.to)
            if who and not who.email:
                memory.ledger.by_hand(row.id, memory.now)
            elif self.chance.random() < 0.15:
                memory.ledger.undeliverable(row.id, "email", "refused-550", memory.now)
            else:
                memory.ledger.record_delivered(row.id, "email", memory.now)

    def _act(self) -> None:
        memory, dialogue = self.portal.memory, self.portal.memory.read()
        wishes = [
            *wishes_of(dialogue, self.chance, memory.now),
            *more_wishes(dialogue, self.chance),
        ]
        for step, by, given in self.chance.sample(wishes, min(6, len(wishes))):
            try:
                memory.act(step, given, by)
            except Refused:
                continue


def more_wishes(dialogue: Dialogue, chance: random.Random) -> Iterator[Wish]:
    """What people wish more seldom, and pages must bear as well."""
    for seat in dialogue.stakeholders.values():
        behalf = {} if seat.email else {"stakeholder": seat.id}
        by = seat.id if seat.email else "manager"
        if chance.random() < 0.04:
            yield "ask-erasure", seat.id, {"text": "Please take my name out."}
        if seat.invited and chance.random() < 0.05:
            yield "decline-invitation", by, {**behalf, "reason": "No visa."}
        if chance.random() < 0.02:
            yield "change-contact", "moderator", {"stakeholder": seat.id, "by_hand": True}
        if dialogue.latest(f"settle-erasure/{seat.id}") and chance.random() < 0.4:
            declined = {"declined": "A court asked for it."} if chance.random() < 0.5 else {}
            yield "settle-erasure", "manager", {"stakeholder": seat.id, **declined}
    yield from _helpers(dialogue, chance)
    for point in dialogue.contributions.values():
        yield (
            "check-line",
            point.voice,
            {"contribution": point.id, "verdict": "corrected", "text": "More pay."},
        )
        if point.commitment:
            given = {"commitment": point.commitment, "status": "under-way", "evidence": "A letter."}
            yield "report-progress", "manager", given
        yield "give-verdict", point.voice, {"heard": "no", "comment": "Too late."}
    if not dialogue.risks and chance.random() < 0.5:
        yield "name-risk", "manager", RISK
    yield "close-session", "moderator", {"no_contributions": "Nobody came."}
    yield "close-session", "manager", {"no_contributions": "Nobody came."}


def _helpers(dialogue: Dialogue, chance: random.Random) -> Iterator[Wish]:
    """Helpers are named, say what arrived, and stop; one speaks Dutch, which those without mail read here."""
    if len(dialogue.helpers) < 4 and chance.random() < 0.2:
        language = chance.choice(("nl", "bn"))
        mail = {"email": f"help{len(dialogue.helpers)}@taal.example"}
        yield "name-helper", chance.choice(("sponsor", "board")), {
            "organisation": "Taalhulp", "language": language, **(mail if chance.random() < 0.5 else {})
        }  # fmt: skip
    for helper in dialogue.helpers:
        if chance.random() < 0.03:
            yield "end-helper", chance.choice(("sponsor", helper)), {"helper": helper}
        for duty in dialogue.owed(DutyKind.PASS_ON):
            step = chance.choice(("bring", "record-delivery"))
            yield step, helper, {"to": str(duty.whom), "how": "A call."}


Trait = Callable[[Dialogue], bool]


def traits_of(d: Dialogue, now: Any) -> set[str]:  # noqa: ANN401 - an aware datetime
    """All that is so of a dialogue and that some page shows."""
    return {
        "here",
        *(f"invitation {seat.invitation.value}" for seat in d.stakeholders.values()),
        *(f"{duty.kind} {duty.status}" for duty in d.duties.values()),
        *(f"late {duty.kind}" for duty in d.duties.values() if duty.owed and duty.first_due <= now),
        *(f"postponed {duty.kind}" for duty in d.duties.values() if duty.postponements),
        *(f"override {name}" for name in d.overrides),
        *(f"promise {promise.status}" for promise in d.commitments.values()),
        *(trait for seat in d.stakeholders.values() for trait in _of_seat(seat)),
        *(trait for point in d.contributions.values() for trait in _of_point(point)),
        *(f"heard {verdict.heard}" for verdict in d.verdicts.values()),
        *(f"helper {'stopped' if one.ended_at else 'there'}" for one in d.helpers.values()),
        *({"a call for a helper"} if waits_for_helper(d) else ()),
        *({"lesson"} if d.lessons else ()),
        *({"shared"} if d.summary_published_at else ()),
        *({"ready to sign"} if d.phase == "strategy_update" and ready(d) else ()),
    }


def waits_for_helper(d: Dialogue) -> bool:
    """Whether a message waits for somebody whom a helper may call."""
    seats = [d.stakeholders[str(duty.whom)] for duty in d.owed(DutyKind.PASS_ON)]
    return any(speaks(helper, seat) for helper in helpers_of(d) for seat in seats)


def ready(d: Dialogue) -> bool:
    """Whether every point has its decision."""
    return all(c.outcome for c in d.contributions.values() if c.stands)


def _of_seat(seat: Any) -> Iterator[str]:  # noqa: ANN401
    yield f"reached {'by hand' if not seat.email else 'by mail'}"
    if seat.erased_at:
        yield "erased"
    elif seat.erasure_granted_at:
        yield "erasure granted"
    elif seat.erasure_refusal:
        yield "erasure refused"


def _of_point(point: Any) -> Iterator[str]:  # noqa: ANN401
    sealed = "sealed " if is_under_seal(point) else ""
    if not point.stands:
        yield f"{sealed}withdrawn"
    if point.outcome:
        yield f"{sealed}{point.outcome.value}"
    if point.line_verdict:
        yield f"{sealed}line {point.line_verdict.value}"
    if point.written_at:
        yield f"{sealed}{'delivered' if point.delivered_at else 'written'}"
    if point.dispute_round:
        yield f"{sealed}dispute {point.dispute_round} {'open' if point.dispute_open else 'settled'}"
