"""Transition table: which step fits which phase, who may take it, and where it leads."""

from dataclasses import dataclass

from states.model.dialogue import OPEN_PHASES, ChainDialogue, Phase, Risk
from states.model.information import Information
from states.model.people import HELPER, PARTICIPANT, Mapping, Role
from states.model.vocabulary import Step
from states.steps import by_hand_requests, feedback_requests, requests, sealed_requests
from states.values.values import Value

ANALYSIS = Phase.STAKEHOLDER_ANALYSIS
GATHERING = Phase.EXPECTATION_GATHERING
SESSION = Phase.SESSION
STRATEGY = Phase.STRATEGY_UPDATE
FEEDBACK = Phase.FEEDBACK
CLOSED = Phase.CLOSED
WITH_DEBTS = Phase.CLOSED_WITH_DEBTS
CANCELLED = Phase.CANCELLED

EVERY_PHASE = tuple(Phase)
SETTLING = (STRATEGY, FEEDBACK, CLOSED, WITH_DEBTS, CANCELLED)
"""Phases in which what is owed to people can be settled: an answer can bounce long after the close."""
MANAGERS = (Role.MANAGER, Role.DEPUTY)
CHAIR = (Role.MODERATOR, *MANAGERS)
SPONSOR = (Role.SPONSOR,)
SPEAKER = (PARTICIPANT,)
PROVERS = (Role.MODERATOR, Role.CONFIDANT, HELPER, PARTICIPANT)
"""Who may say that something arrived: never who owes it (rules 28)."""
ANY_ROLE = tuple(Role)
NEAR = CHAIR
"""Who may record what binds nobody who owes: that somebody comes, expects something, or finds a line right."""
INDEPENDENT = (Role.MODERATOR, Role.CONFIDANT)
"""Who may record what touches a debt; never whoever owes it, also not under another hat."""
RELAYS: dict[str, tuple[str, ...]] = {
    Step.ACCEPT_INVITATION: NEAR,
    Step.DECLINE_INVITATION: NEAR,
    Step.SHARE_EXPECTATION: NEAR,
    "check-line/confirmed": NEAR,
    "check-line/corrected": INDEPENDENT,
    "check-line/withdrawn": INDEPENDENT,
    Step.GIVE_VERDICT: INDEPENDENT,
    Step.ASK_BACK: INDEPENDENT,
    Step.DISPUTE_ANSWER: INDEPENDENT,
    Step.ASK_ERASURE: INDEPENDENT,
    Step.UNDO_RELAYED: INDEPENDENT,
}
"""Which step of a participant who may record for them (rules 26)."""


@dataclass(frozen=True, slots=True)
class StepRule:
    """One step: its name, what comes with it, in which phases it fits and who may take it."""

    name: Step
    takes: type[Value]
    phases: tuple[Phase, ...]
    by: tuple[str, ...]
    leads_to: Phase | None = None
    """The phase that it completes the way to; None: the dialogue stays where it is."""


STEPS: dict[Step, StepRule] = {
    step.name: step
    for step in (
        # the analysis
        StepRule(Step.NAME_RISK, Risk, (ANALYSIS, GATHERING), MANAGERS),
        StepRule(Step.DROP_RISK, requests.DropRisk, (ANALYSIS,), MANAGERS),
        StepRule(Step.MAP_STAKEHOLDER, Mapping, (ANALYSIS, GATHERING), MANAGERS),
        StepRule(Step.DROP_STAKEHOLDER, requests.DropStakeholder, (ANALYSIS, GATHERING), MANAGERS),
        StepRule(Step.LINK_CHAIN_DIALOGUE, ChainDialogue, (ANALYSIS, GATHERING), MANAGERS),
        StepRule(Step.GIVE_INFORMATION, Information, (ANALYSIS, GATHERING), MANAGERS),
        StepRule(Step.APPROVE_ANALYSIS, requests.Bare, (ANALYSIS,), MANAGERS, GATHERING),
        # the expectations
        StepRule(Step.INVITE, requests.Invite, (GATHERING,), MANAGERS),
        StepRule(Step.INVITE_ALL, requests.Bare, (GATHERING,), MANAGERS),
        StepRule(Step.ACCEPT_INVITATION, requests.OnBehalf, (GATHERING,), SPEAKER),
        StepRule(Step.DECLINE_INVITATION, requests.DeclineInvitation, (GATHERING,), SPEAKER),
        StepRule(Step.SHARE_EXPECTATION, requests.ShareExpectation, (GATHERING,), SPEAKER),
        StepRule(Step.ECHO_EXPECTATIONS, requests.EchoExpectations, (GATHERING,), MANAGERS),
        StepRule(Step.OPEN_SESSION, requests.Bare, (GATHERING,), CHAIR, SESSION),
        # the session
        StepRule(Step.RECORD_ATTENDANCE, requests.RecordAttendance, (SESSION,), CHAIR),
        StepRule(Step.RECORD_MANAGEMENT, requests.RecordManagement, (SESSION,), CHAIR),
        StepRule(Step.RECORD_CONTRIBUTION, requests.RecordContribution, (SESSION,), CHAIR),
        StepRule(Step.PUBLISH_SUMMARY, requests.PublishSummary, (SESSION,), CHAIR),
        StepRule(Step.CHECK_LINE, requests.CheckLine, (SESSION,), SPEAKER),
        StepRule(Step.CLOSE_SESSION, requests.CloseSession, (SESSION,), CHAIR, STRATEGY),
        StepRule(
            Step.INTERIM_WORD,
            feedback_requests.GiveInterimWord,
            (SESSION, STRATEGY, FEEDBACK),
            MANAGERS,
        ),
        # the strategy
        StepRule(Step.DECIDE, requests.Decide, (STRATEGY,), MANAGERS),
        StepRule(Step.SIGN_STRATEGY, requests.Bare, (STRATEGY,), SPONSOR, FEEDBACK),
        # the feedback
        StepRule(
            Step.ANSWER_PARTICIPANT,
            feedback_requests.AnswerParticipant,
            SETTLING,
            MANAGERS,
        ),
        StepRule(Step.GIVE_VERDICT, feedback_requests.GiveVerdict, SETTLING, SPEAKER),
        StepRule(
            Step.ASK_BACK, feedback_requests.AskBack, (STRATEGY, FEEDBACK, WITH_DEBTS), SPEAKER
        ),
        StepRule(
            Step.DISPUTE_ANSWER,
            feedback_requests.DisputeAnswer,
            (STRATEGY, FEEDBACK, WITH_DEBTS),
            SPEAKER,
        ),
        StepRule(
            Step.SETTLE_DISPUTE,
            feedback_requests.SettleDispute,
            SETTLING,
            CHAIR,
        ),
        StepRule(
            Step.WORD_NEUTRALLY,
            sealed_requests.WordNeutrally,
            (SESSION, *SETTLING),
            (Role.MODERATOR,),
        ),
        StepRule(Step.NOTE_LESSON, requests.NoteLesson, (SESSION, STRATEGY, FEEDBACK), CHAIR),
        StepRule(Step.CLOSE_DIALOGUE, requests.Bare, (FEEDBACK,), MANAGERS, CLOSED),
        StepRule(Step.CLOSE_WITH_DEBTS, requests.Reasoned, (FEEDBACK,), SPONSOR, WITH_DEBTS),
        # at any time
        StepRule(Step.OVERRIDE_CHECK, requests.OverrideCheck, OPEN_PHASES, (*MANAGERS, *SPONSOR)),
        StepRule(Step.BRING, by_hand_requests.Bring, EVERY_PHASE, (*MANAGERS, HELPER)),
        StepRule(Step.RECORD_DELIVERY, by_hand_requests.RecordDelivery, EVERY_PHASE, PROVERS),
        StepRule(Step.COULD_NOT_REACH, by_hand_requests.CouldNotReach, EVERY_PHASE, CHAIR),
        StepRule(
            Step.NAME_HELPER, by_hand_requests.NameHelper, EVERY_PHASE, (*SPONSOR, Role.BOARD)
        ),
        StepRule(
            Step.END_HELPER, by_hand_requests.EndHelper, EVERY_PHASE, (*SPONSOR, Role.BOARD, HELPER)
        ),
        StepRule(Step.CHANGE_CONTACT, requests.ChangeContact, EVERY_PHASE, (*CHAIR, PARTICIPANT)),
        StepRule(
            Step.MARK_UNSAFE, requests.MarkUnsafe, EVERY_PHASE, (*ANY_ROLE, HELPER, PARTICIPANT)
        ),
        StepRule(
            Step.RESCHEDULE_SESSION,
            requests.RescheduleSession,
            (ANALYSIS, GATHERING, SESSION),
            MANAGERS,
        ),
        StepRule(Step.POSTPONE, requests.Postpone, EVERY_PHASE, ANY_ROLE),
        StepRule(Step.AGREE_HAND_OVER, requests.AgreeHandOver, EVERY_PHASE, INDEPENDENT),
        StepRule(Step.HAND_OVER, requests.HandOver, EVERY_PHASE, ANY_ROLE),
        StepRule(
            Step.REPORT_PROGRESS,
            requests.ReportProgress,
            (STRATEGY, FEEDBACK, CLOSED, WITH_DEBTS, CANCELLED),
            ANY_ROLE,
        ),
        StepRule(Step.ASK_ERASURE, requests.AskErasure, EVERY_PHASE, SPEAKER),
        StepRule(Step.UNDO_RELAYED, requests.UndoRelayed, EVERY_PHASE, SPEAKER),
        StepRule(Step.SETTLE_ERASURE, requests.SettleErasure, EVERY_PHASE, MANAGERS),
        StepRule(
            Step.CANCEL_DIALOGUE, requests.Reasoned, OPEN_PHASES, (*MANAGERS, *SPONSOR), CANCELLED
        ),
    )
}


LEAVING = (
    Step.APPROVE_ANALYSIS,
    Step.OPEN_SESSION,
    Step.CLOSE_SESSION,
    Step.SIGN_STRATEGY,
    Step.CLOSE_DIALOGUE,
)
"""The steps that complete a phase; its checks are asked before they pass."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that takes a dialogue from one phase to another, or lets it stay (*target* None)."""

    step: Step
    source: Phase
    target: Phase | None


REOPENING = Transition(Step.DECIDE, FEEDBACK, STRATEGY)
"""A disputed answer whose decision is taken again; the sponsor signs once more."""

TRANSITIONS: tuple[Transition, ...] = (
    *(
        Transition(step.name, phase, step.leads_to)
        for step in STEPS.values()
        for phase in step.phases
    ),
    REOPENING,
)
