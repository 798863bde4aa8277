"""Checks: the named conditions to leave a phase, each with its source and its strength; they explain themselves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from states.checks import composition, gaps
from states.checks.gaps import Gap
from states.checks.status import about_nothing
from states.language.languages import SOURCE
from states.language.messages import say
from states.model.dialogue import Dialogue, Phase
from states.model.sizes.profiles import GovernedRule
from states.model.vocabulary import CheckName, Step
from states.privacy.seals import has_seals

Strength = Literal["hard", "soft", "shown"]
"""*hard* must hold, *soft* may be passed by hand with name and reason, *shown* never stops a step (rules 8)."""
Ask = Callable[[Dialogue, datetime], Iterator[Gap]]


@dataclass(frozen=True, slots=True)
class Check:
    """The answer of one check: in order (*ok*), passed by hand (*overridden*), or what is missing (*gaps*)."""

    name: CheckName
    strength: Strength
    source: str
    gaps: tuple[Gap, ...]
    overridden: bool = False
    idle: bool = False
    """There is nothing yet that it could look at: lacking nothing then does not mean that all is in order."""

    @property
    def ok(self) -> bool:
        """Whether nothing is missing."""
        return not self.gaps

    @property
    def passes(self) -> bool:
        """Whether the phase may be left as far as this check is concerned."""
        return self.ok or self.overridden or self.strength == "shown"

    @property
    def step(self) -> Step | None:
        """The step that gives what it lacks; None where no step does."""
        return GIVEN_BY.get(self.name)

    def missing(self, language: str = SOURCE) -> list[str]:
        """What is missing, one sentence each."""
        return [gap.say(language) for gap in self.gaps]

    def why(self, language: str = SOURCE) -> str:
        """What is missing in one line, or that nothing is, and what that does not say."""
        fine = "check-ok" if self.idle else _FINE.get(self.name, "check-ok")
        return " ".join(self.missing(language)) or say(fine, language)


GIVEN_BY: dict[CheckName, Step] = {
    CheckName.ROLES_NAMED: Step.HAND_OVER,
    CheckName.RISKS_NAMED: Step.NAME_RISK,
    CheckName.AFFECTED_REPRESENTED: Step.MAP_STAKEHOLDER,
    CheckName.CRITICAL_VOICE: Step.MAP_STAKEHOLDER,
    CheckName.HOME_SHARE: Step.MAP_STAKEHOLDER,
    CheckName.SAFETY_CONSIDERED: Step.MAP_STAKEHOLDER,
    CheckName.INFORMATION_COMPLETE: Step.GIVE_INFORMATION,
    CheckName.EVERYONE_INVITED: Step.INVITE,
    CheckName.REACHABLE: Step.CHANGE_CONTACT,
    CheckName.HANDS_NAMED: Step.NAME_HELPER,
    CheckName.ANSWERS_IN: Step.ACCEPT_INVITATION,
    CheckName.EXPECTATIONS_ECHOED: Step.ECHO_EXPECTATIONS,
    CheckName.DECLINED_REPLACED: Step.MAP_STAKEHOLDER,
    CheckName.ATTENDANCE_RECORDED: Step.RECORD_ATTENDANCE,
    CheckName.MANAGEMENT_PRESENT: Step.RECORD_MANAGEMENT,
    CheckName.INDEPENDENT_MODERATOR: Step.HAND_OVER,
    CheckName.CONTRIBUTIONS_RECORDED: Step.RECORD_CONTRIBUTION,
    CheckName.SUMMARY_CHECKED: Step.PUBLISH_SUMMARY,
    CheckName.EVERYTHING_DECIDED: Step.DECIDE,
    CheckName.ADOPTIONS_TRACED: Step.DECIDE,
    CheckName.STRATEGY_SIGNED: Step.SIGN_STRATEGY,
    CheckName.NO_STOCK_PHRASES: Step.DECIDE,
    CheckName.EVERYONE_ANSWERED: Step.ANSWER_PARTICIPANT,
    CheckName.VERDICTS_IN: Step.ANSWER_PARTICIPANT,
    CheckName.DISPUTES_SETTLED: Step.SETTLE_DISPUTE,
    CheckName.LESSONS_NOTED: Step.NOTE_LESSON,
}
"""The step by which somebody of the company gives what a check lacks; what only time can give has none."""
_FINE = {CheckName.DEBTS_CARRIED: "debts-carried-fine"}
"""What is said of a check that lacks nothing, where *in order* would be taken for more than it means."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the law: a check of one phase."""

    phase: Phase
    name: CheckName
    strength: Strength | Callable[[Dialogue], Strength]
    source: str
    ask: Ask


_INCLUSION = "SER, meaningful dialogue: inclusion"
_TRANSPARENCY = "SER, meaningful dialogue: transparency"
_COMMITMENT = "SER, meaningful dialogue: commitment"
_OECD = "OECD due diligence guidance: meaningful engagement with those most affected"
_OECD_SAFE = "OECD guidelines: engagement that is safe for those who take part"
_AA = "AA1000SES: documenting the engagement and acting on it"
_UNGP = "UN guiding principles, 31: a predictable and transparent process"

A, E, S, U, F = (
    Phase.STAKEHOLDER_ANALYSIS,
    Phase.EXPECTATION_GATHERING,
    Phase.SESSION,
    Phase.STRATEGY_UPDATE,
    Phase.FEEDBACK,
)


def _where_hands_are_needed(dialogue: Dialogue) -> Strength:
    """Hard for a dialogue with a seat that is reached by hand or at risk (rules 10)."""
    return "hard" if composition.seats_needing_hands(dialogue) else "shown"


def _of_moderator(dialogue: Dialogue) -> Strength:
    """As the programme's profile says, and hard in any case once there is a seal or a seat at risk (rules 50)."""
    if has_seals(dialogue) or composition.seats_at_risk(dialogue):
        return "hard"
    chosen = dialogue.policy.rule(GovernedRule.INDEPENDENT_MODERATOR)
    return "hard" if chosen == "hard" else "soft"


POSSIBLE: dict[CheckName, tuple[Strength, ...]] = {
    CheckName.HANDS_NAMED: ("hard", "shown"),
    CheckName.INDEPENDENT_MODERATOR: ("hard", "soft"),
}
"""The strengths of the checks that are not the same in every dialogue."""
RULES: tuple[Rule, ...] = (
    Rule(A, CheckName.ROLES_NAMED, "hard", _COMMITMENT, gaps.roles_named),
    Rule(A, CheckName.RISKS_NAMED, "hard", _OECD, gaps.risks_named),
    Rule(A, CheckName.AFFECTED_REPRESENTED, "soft", _OECD, gaps.affected_mapped),
    Rule(A, CheckName.CRITICAL_VOICE, "soft", _INCLUSION, gaps.critical_voice),
    Rule(A, CheckName.HOME_SHARE, "soft", _INCLUSION, gaps.home_share),
    Rule(A, CheckName.SAFETY_CONSIDERED, "hard", _OECD_SAFE, gaps.safety_considered),
    Rule(A, CheckName.DEBTS_CARRIED, "hard", _UNGP, gaps.debts_carried),
    Rule(E, CheckName.INFORMATION_COMPLETE, "hard", _TRANSPARENCY, gaps.information_complete),
    Rule(E, CheckName.EVERYONE_INVITED, "hard", _INCLUSION, gaps.everyone_invited),
    Rule(E, CheckName.REACHABLE, "hard", _INCLUSION, gaps.reachable),
    Rule(E, CheckName.HANDS_NAMED, _where_hands_are_needed, _OECD_SAFE, gaps.hands_named),
    Rule(E, CheckName.ANSWERS_IN, "hard", _TRANSPARENCY, gaps.answers_in),
    Rule(E, CheckName.EXPECTATIONS_ECHOED, "hard", _TRANSPARENCY, gaps.expectations_echoed),
    Rule(E, CheckName.DECLINED_REPLACED, "soft", _INCLUSION, gaps.declined_replaced),
    Rule(E, CheckName.AFFECTED_REPRESENTED, "soft", _OECD, gaps.affected_accepted),
    Rule(S, CheckName.SESSION_HELD, "hard", _AA, gaps.session_held),
    Rule(S, CheckName.ATTENDANCE_RECORDED, "hard", _AA, gaps.attendance_recorded),
    Rule(S, CheckName.MANAGEMENT_PRESENT, "soft", _COMMITMENT, gaps.management_present),
    Rule(S, CheckName.INDEPENDENT_MODERATOR, _of_moderator, _INCLUSION, gaps.independent_moderator),
    Rule(S, CheckName.CONTRIBUTIONS_RECORDED, "hard", _AA, gaps.contributions_recorded),
    Rule(S, CheckName.SUMMARY_CHECKED, "hard", _TRANSPARENCY, gaps.summary_checked),
    Rule(U, CheckName.EVERYTHING_DECIDED, "hard", _AA, gaps.everything_decided),
    Rule(U, CheckName.ADOPTIONS_TRACED, "hard", _AA, gaps.adoptions_traced),
    Rule(U, CheckName.STRATEGY_SIGNED, "hard", _COMMITMENT, gaps.strategy_signed),
    Rule(U, CheckName.NO_STOCK_PHRASES, "soft", _TRANSPARENCY, gaps.no_stock_phrases),
    Rule(F, CheckName.EVERYONE_ANSWERED, "hard", _UNGP, gaps.everyone_answered),
    Rule(F, CheckName.ANSWERS_SPEAK, "shown", _TRANSPARENCY, gaps.answers_speak),
    Rule(F, CheckName.VERDICTS_IN, "hard", _UNGP, gaps.verdicts_in),
    Rule(F, CheckName.DISPUTES_SETTLED, "hard", _UNGP, gaps.disputes_settled),
    Rule(F, CheckName.LESSONS_NOTED, "soft", _AA, gaps.lessons_noted),
)


def checks_of(dialogue: Dialogue, now: datetime) -> list[Check]:
    """The checks to leave the phase in which *dialogue* stands at *now*; none for an ended dialogue."""
    return [_ask(rule, dialogue, now) for rule in RULES if rule.phase is dialogue.phase]


def soft_checks(phase: Phase) -> list[CheckName]:
    """The names of the checks of *phase* that may be overridden, at least in some dialogues."""
    return [rule.name for rule in RULES if rule.phase is phase and "soft" in strengths_of(rule)]


def strengths_of(rule: Rule) -> tuple[Strength, ...]:
    """The strengths that *rule* can have."""
    return POSSIBLE[rule.name] if callable(rule.strength) else (rule.strength,)


def overridable(dialogue: Dialogue) -> list[CheckName]:
    """The names of the checks of its phase that may be overridden in *dialogue*."""
    mine = [rule for rule in RULES if rule.phase is dialogue.phase]
    return [rule.name for rule in mine if _strength_in(rule, dialogue) == "soft"]


def _strength_in(rule: Rule, dialogue: Dialogue) -> Strength:
    return rule.strength(dialogue) if callable(rule.strength) else rule.strength


def _ask(rule: Rule, dialogue: Dialogue, now: datetime) -> Check:
    gaps = tuple(rule.ask(dialogue, now))
    strength = _strength_in(rule, dialogue)
    idle = not gaps and about_nothing(dialogue, rule.name)
    overridden = strength != "hard" and _overridden(rule, dialogue)
    return Check(rule.name, strength, rule.source, gaps, overridden=overridden, idle=idle)


def _overridden(rule: Rule, dialogue: Dialogue) -> bool:
    """An override counts for the leaving of its phase alone, so not for a phase that was entered again."""
    override = dialogue.overrides.get(f"{rule.phase}/{rule.name}")
    return override is not None and override.at >= dialogue.phase_since
