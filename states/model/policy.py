"""Policy: every value that a programme may change, as plain data; the defaults stand in config/policy.toml."""

import re
from datetime import date, time
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from states.language.validation_messages import wrong
from states.model.duties import KINDS
from states.model.sizes.profiles import FLOORS, ROWS, GovernedRule, Profile
from states.model.vocabulary import DutyKind
from states.values.values import Line, Value

_OFFSET = re.compile(r"^([+-]?\d{1,4})(wd|w)$")
_RUNG = re.compile(r"^(0|[+-]\d{1,3}wd)$")
_DUE = re.compile(r"^(S[+-]\d{1,3}(wd|w)|\+\d{1,3}(wd|w)|promised)$")


def _matching(pattern: re.Pattern[str], example: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.match(text):
            message = f"'{text}' is not understood; write it like {example}"
            raise ValueError(message)
        return text

    return AfterValidator(check)


DueRule = Annotated[str, _matching(_DUE, "'S-18w', '+10wd' or 'promised'")]
RungName = Annotated[str, _matching(_RUNG, "'-3wd', '0' or '+1wd'")]
Audience = Literal[
    "owner", "manager", "deputy", "sponsor", "moderator", "confidant", "board", "participant"
]
_KEEPERS = frozenset({"owner", "moderator", "confidant", "board", "participant"})
"""Who may hear how far words under seal came (rules 39)."""


def _require_governed(given: dict[str, str]) -> dict[str, str]:
    """Refuse a floor, a rule that is not known, a value that the rule cannot have, and a rule without one."""
    for name, value in given.items():
        if name in FLOORS:
            raise wrong("floor", floor=name)
        if name not in ROWS:
            raise wrong("no-governed-rule", given=name, known=", ".join(ROWS))
        if value not in ROWS[GovernedRule(name)].values:
            allowed = ", ".join(ROWS[GovernedRule(name)].values)
            raise wrong("no-value-of-rule", rule=name, given=value[:80], allowed=allowed)
    if missing := set(ROWS) - set(given):
        raise wrong("rule-without-value", rule=", ".join(sorted(missing)))
    return given


def _require_rules(reasons: dict[str, str]) -> dict[str, str]:
    for name in reasons:
        if name not in ROWS:
            raise wrong("no-governed-rule", given=name, known=", ".join(ROWS))
    return reasons


class Ladder(Value):
    """The reminders and escalations of a duty (rules 23); *rungs* are relative to the due day."""

    rungs: dict[RungName, tuple[Audience, ...]]
    repeat_every: Annotated[int, Field(ge=1, le=250)] | None = None  # working days
    repeat_to: tuple[Audience, ...] = ()
    at_due: Literal["lapse", "no-answer"] = "lapse"

    @cached_property
    def steps(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The named rungs as working days relative to the due day, with their audience."""
        return tuple((rung_offset(name), to) for name, to in self.rungs.items())

    @model_validator(mode="after")
    def _rising(self) -> Self:
        offsets = [rung_offset(rung) for rung in self.rungs]
        if offsets != sorted(set(offsets)):
            message = "rungs must rise in time and not repeat"
            raise ValueError(message)
        return self


class Limits(Value):
    """The numbers that checks and steps use; each has its default in config/policy.toml."""

    home_share: Annotated[float, Field(gt=0, le=1)]
    top_risks: Annotated[int, Field(ge=1, le=20)]
    chain_dialogue_months: Annotated[int, Field(ge=1, le=36)]
    postponements: Annotated[int, Field(ge=0, le=5)]
    dispute_rounds: Annotated[int, Field(ge=1, le=5)]
    question_days: Annotated[int, Field(ge=1, le=20)]
    same_reason: Annotated[int, Field(ge=2, le=100)]
    small_group: Annotated[int, Field(ge=2, le=50)]
    days_to_answer: Annotated[int, Field(ge=1, le=20)]
    farthest_weeks: Annotated[int, Field(ge=4, le=520)]
    session_lead_weeks: Annotated[int, Field(ge=4, le=52)]


class Policy(Value):
    """All values of a programme: when duties are due, who hears of them, and the limits of the checks."""

    notice_time: time
    neutral_subjects: bool
    """Whether, while any seat is at risk, everybody in the dialogue gets the subject that such a seat gets."""
    due: dict[DutyKind, DueRule]
    ladders: dict[str, Ladder]
    limits: Limits
    stock_phrases: tuple[Line, ...]
    profile: Profile | None = None
    """Which profile was chosen; None: the programme has the values of before there were any."""
    rules: Annotated[dict[str, str], AfterValidator(_require_governed)]
    """The value of every rule that a profile governs, by the name of the rule."""
    reasons: Annotated[dict[str, Line], AfterValidator(_require_rules)] = Field(
        default_factory=dict
    )
    """Why a value is not that of the profile, by the name of the rule."""
    holidays: tuple[date, ...] = ()
    """Days off that the programme adds to the public holidays of its country."""

    def rule(self, rule: GovernedRule) -> str:
        """The value of a governed *rule* in this programme."""
        return self.rules[rule]

    @model_validator(mode="before")
    @classmethod
    def _no_unknown_duty(cls, given: object) -> object:
        due = given.get("due") if isinstance(given, dict) else None
        if isinstance(due, dict) and (unknown := {str(kind) for kind in due} - set(KINDS)):
            message = (
                f"due: unknown duty {', '.join(sorted(unknown))}; known are {', '.join(KINDS)}"
            )
            raise ValueError(message)
        return given

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := set(KINDS) - set(self.due):
            message = f"due: no rule for {', '.join(sorted(missing))}"
            raise ValueError(message)
        if muted := _muted_rung(self.ladders.get("feedback")):
            message = f"ladders.feedback: nobody may mute a late answer; it needs {muted}"
            raise ValueError(message)
        if told := _wrong_readers(self.ladders.get("carrying")):
            message = f"ladders.carrying: how far words under seal came is not told to {told}"
            raise ValueError(message)
        if told := _readers_beside_owner(self.ladders.get("nudge")):
            message = f"ladders.nudge: it is for whoever owes it alone, not for {told}"
            raise ValueError(message)
        if absent := {kind.ladder for kind in KINDS.values()} - set(self.ladders):
            message = f"ladders: missing {', '.join(sorted(absent))}"
            raise ValueError(message)
        return self


def _muted_rung(feedback: Ladder | None) -> str | None:
    """What the ladder of the debt lacks: from the manager's alert upwards nothing can be muted (rules 25)."""
    if feedback is None:
        return None
    late = {who for rung, to in feedback.rungs.items() if rung_offset(rung) > 0 for who in to}
    if feedback.at_due != "lapse":
        return 'at_due = "lapse"'
    if absent := {"manager", "participant", "sponsor"} - late:
        return f"a rung after the due day to {', '.join(sorted(absent))}"
    if feedback.repeat_every is None or not {"sponsor", "participant"} <= set(feedback.repeat_to):
        return "repeats to sponsor and participant"
    return None


def _wrong_readers(carrying: Ladder | None) -> str | None:
    """Who would hear of a ladder of *carrying* what only those who keep the seals may know."""
    if carrying is None:
        return None
    return ", ".join(sorted(_hearers(carrying) - _KEEPERS)) or None


def _readers_beside_owner(nudge: Ladder | None) -> str | None:
    """Who would hear of a ladder of *nudge* beside the one who owes (rules 52)."""
    return ", ".join(sorted(_hearers(nudge) - {"owner"})) if nudge else None


def _hearers(ladder: Ladder) -> set[str]:
    return {who for to in (*ladder.rungs.values(), ladder.repeat_to) for who in to}


def rung_offset(rung: str) -> int:
    """Working days of a rung relative to the due day: `-3wd` is -3, `0` is 0."""
    return int(rung.removesuffix("wd"))


def rung_name(offset: int) -> str:
    """The way a rung is written: `-3wd`, `0`, `+1wd`."""
    return f"{offset:+d}wd" if offset else "0"


def span(rule: str) -> tuple[int, str]:
    """The number and the unit (`w` or `wd`) of a rule such as `S-18w` or `+10wd`."""
    found = _OFFSET.match(rule.removeprefix("S"))
    if found is None:
        message = f"'{rule}' names no span"
        raise ValueError(message)
    return int(found[1]), found[2]
