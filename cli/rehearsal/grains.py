"""Grains of a story: the facts that are told, and which of them belong together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from cli.json_views import Row
from states.model.duties import kind_of, whom_of
from states.model.vocabulary import DutyKind, FactName
from states.privacy.seals import is_told_under_seal

Span = Literal["moment", "day", "month"]
Look = Literal["late", "done", "fact", "phase", "plain"]
DEBT = DutyKind.ANSWER_PARTICIPANT
INSTANT = timedelta(microseconds=1)
"""What happens as a day ends is told on that day; what follows from a beginning is told after it."""


@dataclass(frozen=True)
class Grain:
    """One fact or notice, before it is laid in a line with others of its *basket*."""

    at: datetime
    key: str
    basket: str
    span: Span = "moment"
    look: Look = "plain"
    who: str | None = None
    details: Row = field(default_factory=dict)
    dialogue: str = ""


def grains_of_facts(shown: Row, zone: ZoneInfo) -> Iterator[Grain]:
    """The facts of what is *shown* (docs/json.md) as grains, with moments in *zone*."""
    yield from Facts(shown, zone).grains()


class Facts:
    """The facts as grains; each kind that the story tells has a method."""

    def __init__(self, shown: Row, zone: ZoneInfo) -> None:
        self.shown = shown
        self.zone = zone
        self.duties = {(row["dialogue"], row["id"]): row for row in shown["duties"]}

    def grains(self) -> Iterator[Grain]:
        """All grains, in the order of the facts."""
        for fact in self.shown["facts"]:
            tell = _TELLERS.get(fact["fact"])
            if tell:
                for grain in tell(self, fact, local(fact["at"], self.zone)):
                    yield replace(grain, dialogue=fact["dialogue"])

    def day(self, text: str) -> datetime:
        """The local moment *text*; a due moment belongs to the day that ends there."""
        return local(text, self.zone, ends_day=True)

    def duty(self, fact: Row) -> Row:
        """The duty that *fact* is about."""
        found: Row = self.duties.get((fact["dialogue"], fact["subject"]), {})
        return found


def local(text: str, zone: ZoneInfo, *, ends_day: bool = False) -> datetime:
    """The instant *text* in *zone*; midnight is told as the end of the day before when *ends_day*."""
    moment = datetime.fromisoformat(text).astimezone(zone)
    at_end = ends_day and (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.replace(fold=0) - INSTANT if at_end else moment


Teller = Callable[[Facts, Row, datetime], Iterator[Grain]]


def _quiet(key: str) -> Teller:
    def tell(_facts: Facts, _fact: Row, at: datetime) -> Iterator[Grain]:
        yield Grain(at, key, "quiet", "month", "fact")

    return tell


def _plain(key: str, look: Look = "plain") -> Teller:
    def tell(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
        yield Grain(at, key, f"{key}/{fact['subject']}", look=look, who=fact["subject"])

    return tell


def _together(key: str, span: Span = "day", look: Look = "plain") -> Teller:
    def tell(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
        yield Grain(at, key, key, span, look, who=fact["subject"])

    return tell


def _phase(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    if fact["detail"]["phase"] not in {"closed", "closed_with_debts", "cancelled"}:
        details = {"phase": fact["detail"]["phase"], "dialogue": fact["dialogue"]}
        yield Grain(
            at, "phase", f"phase/{fact['dialogue']}/{fact['detail']['phase']}", details=details
        )


def _opening_grains(facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    key = "opened-by-schedule" if fact["actor"] == "system" else "opened-by-hand"
    details = {
        "edition": fact["detail"]["edition"],
        "session": facts.day(fact["detail"]["session"]),
    }
    yield Grain(at + INSTANT, key, fact["dialogue"], details=details)


def _debt_grains(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    yield Grain(at + INSTANT, FactName.DEBT_CARRIED, FactName.DEBT_CARRIED, who=fact["subject"])


def _silence(facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    kind, who = kind_of(fact["subject"]), whom_of(fact["subject"])
    if kind not in {DutyKind.ANSWER_INVITATION, DutyKind.SHARE_EXPECTATION}:
        yield Grain(at, "silent", "quiet", "month", "fact")
        return
    reminders = [
        row
        for row in facts.shown["notices"]
        if row["duty"] == fact["subject"] and row["status"] == "sent"
    ]
    reminders = [row for row in reminders if row["rung"] and row["dialogue"] == fact["dialogue"]]
    yield Grain(
        at - INSTANT,
        "never-answered",
        fact["subject"],
        "day",
        who=who,
        details={"count": len(reminders)},
    )


def _move_grains(facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    details = {key: facts.day(fact["detail"][key]) for key in ("was", "to")}
    yield Grain(at, FactName.SESSION_RESCHEDULED, f"moved/{fact['dialogue']}", details=details)


def _attendance(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    yield Grain(at, "present" if fact["detail"]["present"] else "absent", "attendance", "day")


def _contribution(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    yield Grain(at, FactName.CONTRIBUTION_RECORDED, "said", "day")
    if is_told_under_seal(fact["detail"]):
        yield Grain(at, "sealed", "said", "day")


def _debt(facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    if fact["detail"].get("kind") == DEBT:
        due = facts.day(fact["detail"]["due"])
        # What is said under seal is known days later: of that and the rest one sum is told.
        yield Grain(at, "debts", f"debts/{due.date()}", "month", details={"due": due})


def _decision_grains(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    yield Grain(
        at, "outcome", "outcome", "day", details={"what": f"@outcome/{fact['detail']['outcome']}"}
    )


def _answer_grains(facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    who, left = fact["subject"], len(fact["detail"].get("left", ()))
    days = facts.duties.get((fact["dialogue"], f"{DEBT}/{who}"), {}).get("late_days", 0)
    key = "answered-partly" if left else "answered-late" if days else "answered"
    look: Look = "late" if key == "answered-late" else "done"
    yield Grain(at, key, f"{key}/{who}", look=look, who=who, details={"count": left or days or 1})


def _lapse_grains(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    kind, who = kind_of(fact["subject"]), whom_of(fact["subject"])
    if kind == DEBT:
        yield Grain(at - INSTANT, "lapsed-debt", "lapsed-debt", look="late", who=who)
    else:
        yield Grain(at - INSTANT, "lapsed", "lapsed", look="late", who=f"@duty/{kind}")


def _postponement_grains(facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    detail = fact["detail"]
    details = {key: facts.day(detail[key]) for key in ("was", "to", "first")}
    late = bool(detail["late"])
    key = "postponed-late" if late else "postponed"
    who = whom_of(fact["subject"]) or fact["subject"]
    yield Grain(
        at, key, fact["subject"], look="late" if late else "plain", who=who, details=details
    )


def _verdict(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    who, heard = fact["subject"], fact["detail"].get("heard")
    if heard is None:  # kept from an auditor, where few gave a verdict
        yield Grain(at, FactName.VERDICT_GIVEN, who, look="fact", who=who)
    else:
        details = {"heard": f"@story/heard-{heard}"}
        yield Grain(at, "verdict", who, look="fact", who=who, details=details)


def _dispute_grains(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    details = {"voice": fact["detail"]["voice"]}
    yield Grain(
        at,
        FactName.ANSWER_DISPUTED,
        fact["subject"],
        look="late",
        who=fact["subject"],
        details=details,
    )


def _question_grains(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    details = {"voice": fact["detail"]["voice"]}
    point = fact["subject"]
    yield Grain(at, FactName.ASKED_BACK, point, look="late", who=point, details=details)


def _report_grains(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    status = fact["detail"]["status"]
    details = {"status": f"@progress/{status}"}
    look: Look = "done" if status == "done" else "plain"
    yield Grain(
        at,
        FactName.COMMITMENT_REPORTED,
        fact["subject"],
        look=look,
        who=fact["subject"],
        details=details,
    )


def _hand_over_grains(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    yield Grain(
        at, FactName.ROLE_HANDED_OVER, fact["subject"], details={"to": f"@role/{fact['subject']}"}
    )


def _close_grains(_facts: Facts, fact: Row, at: datetime) -> Iterator[Grain]:
    debts = len(fact["detail"].get("debts", ()))
    key = "closed-with-debts" if debts else "closed"
    yield Grain(
        at, key, fact["dialogue"], look="late" if debts else "done", details={"count": debts or 1}
    )


_TELLERS: dict[str, Teller] = {
    FactName.PHASE_ENTERED: _phase,
    FactName.DIALOGUE_OPENED: _opening_grains,
    FactName.DEBT_CARRIED: _debt_grains,
    FactName.CHECK_OVERRIDDEN: _together(FactName.CHECK_OVERRIDDEN),
    FactName.PARTICIPANT_INVITED: _together(FactName.PARTICIPANT_INVITED),
    FactName.INVITATION_ACCEPTED: _quiet(FactName.INVITATION_ACCEPTED),
    FactName.INVITATION_DECLINED: _quiet(FactName.INVITATION_DECLINED),
    FactName.EXPECTATION_SHARED: _quiet(FactName.EXPECTATION_SHARED),
    FactName.LINE_CHECKED: _quiet(FactName.LINE_CHECKED),
    FactName.NO_ANSWER_RECORDED: _silence,
    FactName.EXPECTATIONS_ECHOED: _plain(FactName.EXPECTATIONS_ECHOED),
    FactName.SESSION_RESCHEDULED: _move_grains,
    FactName.ATTENDANCE_RECORDED: _attendance,
    FactName.CONTRIBUTION_RECORDED: _contribution,
    FactName.DUTY_OPENED: _debt,
    FactName.SUMMARY_PUBLISHED: _plain(FactName.SUMMARY_PUBLISHED),
    FactName.CONTRIBUTION_DECIDED: _decision_grains,
    FactName.DECISION_REOPENED: _plain(FactName.DECISION_REOPENED),
    FactName.STRATEGY_SIGNED: _plain(FactName.STRATEGY_SIGNED),
    FactName.PARTICIPANT_ANSWERED: _answer_grains,
    FactName.ANSWER_BOUNCED: _plain(FactName.ANSWER_BOUNCED, "late"),
    FactName.DUTY_LAPSED: _lapse_grains,
    FactName.DUTY_POSTPONED: _postponement_grains,
    FactName.VERDICT_GIVEN: _verdict,
    FactName.ASKED_BACK: _question_grains,
    FactName.ANSWER_DISPUTED: _dispute_grains,
    FactName.DISPUTE_SETTLED: _plain(FactName.DISPUTE_SETTLED, "done"),
    FactName.COMMITMENT_REPORTED: _report_grains,
    FactName.ROLE_HANDED_OVER: _hand_over_grains,
    FactName.RUNG_SKIPPED: _together(FactName.RUNG_SKIPPED, "moment"),
    FactName.DIALOGUE_CLOSED: _close_grains,
    FactName.DIALOGUE_CANCELLED: _plain("cancelled", "late"),
}
