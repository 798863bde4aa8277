"""Transition table: which step fits which phase, who may take it, and where it leads."""

from dataclasses import dataclass

from states.model.dialogue import OPEN_PHASES, ChainDialogue, Phase, Risk
from states.model.information import Information
from states.model.people import HELPER, PARTICIPANT, Mapping, Role
from states.steps import by_hand_requests, requests
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
    "accept-invitation": NEAR,
    "decline-invitation": NEAR,
    "share-expectation": NEAR,
    "check-line/confirmed": NEAR,
    "check-line/corrected": INDEPENDENT,
    "check-line/withdrawn": INDEPENDENT,
    "give-verdict": INDEPENDENT,
    "dispute-answer": INDEPENDENT,
    "ask-erasure": INDEPENDENT,
    "undo-relayed": INDEPENDENT,
}
"""Which step of a participant who may record for them (rules 26)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, what comes with it, in which phases it fits and who may take it."""

    name: str
    takes: type[Value]
    phases: tuple[Phase, ...]
    by: tuple[str, ...]
    leads_to: Phase | None = None
    """The phase that it completes the way to; None: the dialogue stays where it is."""


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        # the analysis
        Step("name-risk", Risk, (ANALYSIS, GATHERING), MANAGERS),
        Step("drop-risk", requests.DropRisk, (ANALYSIS,), MANAGERS),
        Step("map-stakeholder", Mapping, (ANALYSIS, GATHERING), MANAGERS),
        Step("drop-stakeholder", requests.DropStakeholder, (ANALYSIS, GATHERING), MANAGERS),
        Step("link-chain-dialogue", ChainDialogue, (ANALYSIS, GATHERING), MANAGERS),
        Step("give-information", Information, (ANALYSIS, GATHERING), MANAGERS),
        Step("approve-analysis", requests.Bare, (ANALYSIS,), MANAGERS, GATHERING),
        # the expectations
        Step("invite", requests.Invite, (GATHERING,), MANAGERS),
        Step("invite-all", requests.Bare, (GATHERING,), MANAGERS),
        Step("accept-invitation", requests.OnBehalf, (GATHERING,), SPEAKER),
        Step("decline-invitation", requests.DeclineInvitation, (GATHERING,), SPEAKER),
        Step("share-expectation", requests.ShareExpectation, (GATHERING,), SPEAKER),
        Step("echo-expectations", requests.EchoExpectations, (GATHERING,), MANAGERS),
        Step("open-session", requests.Bare, (GATHERING,), CHAIR, SESSION),
        # the session
        Step("record-attendance", requests.RecordAttendance, (SESSION,), CHAIR),
        Step("record-management", requests.RecordManagement, (SESSION,), CHAIR),
        Step("record-contribution", requests.RecordContribution, (SESSION,), CHAIR),
        Step("publish-summary", requests.PublishSummary, (SESSION,), CHAIR),
        Step("check-line", requests.CheckLine, (SESSION,), SPEAKER),
        Step("close-session", requests.CloseSession, (SESSION,), CHAIR, STRATEGY),
        # the strategy
        Step("decide", requests.Decide, (STRATEGY,), MANAGERS),
        Step("sign-strategy", requests.Bare, (STRATEGY,), SPONSOR, FEEDBACK),
        # the feedback
        Step(
            "answer-participant",
            requests.AnswerParticipant,
            SETTLING,
            MANAGERS,
        ),
        Step("give-verdict", requests.GiveVerdict, SETTLING, SPEAKER),
        Step("dispute-answer", requests.DisputeAnswer, (STRATEGY, FEEDBACK, WITH_DEBTS), SPEAKER),
        Step(
            "settle-dispute",
            requests.SettleDispute,
            SETTLING,
            CHAIR,
        ),
        Step("note-lesson", requests.NoteLesson, (SESSION, STRATEGY, FEEDBACK), CHAIR),
        Step("close-dialogue", requests.Bare, (FEEDBACK,), MANAGERS, CLOSED),
        Step("close-with-debts", requests.Reasoned, (FEEDBACK,), SPONSOR, WITH_DEBTS),
        # at any time
        Step("override-check", requests.OverrideCheck, OPEN_PHASES, (*MANAGERS, *SPONSOR)),
        Step("bring", by_hand_requests.Bring, EVERY_PHASE, (*MANAGERS, HELPER)),
        Step("record-delivery", by_hand_requests.RecordDelivery, EVERY_PHASE, PROVERS),
        Step("could-not-reach", by_hand_requests.CouldNotReach, EVERY_PHASE, CHAIR),
        Step("name-helper", by_hand_requests.NameHelper, EVERY_PHASE, (*SPONSOR, Role.BOARD)),
        Step("end-helper", by_hand_requests.EndHelper, EVERY_PHASE, (*SPONSOR, Role.BOARD, HELPER)),
        Step("change-contact", requests.ChangeContact, EVERY_PHASE, (*CHAIR, PARTICIPANT)),
        Step("mark-unsafe", requests.MarkUnsafe, EVERY_PHASE, (*ANY_ROLE, HELPER, PARTICIPANT)),
        Step(
            "reschedule-session",
            requests.RescheduleSession,
            (ANALYSIS, GATHERING, SESSION),
            MANAGERS,
        ),
        Step("postpone", requests.Postpone, EVERY_PHASE, ANY_ROLE),
        Step("agree-hand-over", requests.AgreeHandOver, EVERY_PHASE, INDEPENDENT),
        Step("hand-over", requests.HandOver, EVERY_PHASE, ANY_ROLE),
        Step(
            "report-progress",
            requests.ReportProgress,
            (STRATEGY, FEEDBACK, CLOSED, WITH_DEBTS, CANCELLED),
            ANY_ROLE,
        ),
        Step("ask-erasure", requests.AskErasure, EVERY_PHASE, SPEAKER),
        Step("undo-relayed", requests.UndoRelayed, EVERY_PHASE, SPEAKER),
        Step("settle-erasure", requests.SettleErasure, EVERY_PHASE, MANAGERS),
        Step("cancel-dialogue", requests.Reasoned, OPEN_PHASES, (*MANAGERS, *SPONSOR), CANCELLED),
    )
}


LEAVING = ("approve-analysis", "open-session", "close-session", "sign-strategy", "close-dialogue")
"""The steps that complete a phase; its checks are asked before they pass."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that takes a dialogue from one phase to another, or lets it stay (*target* None)."""

    step: str
    source: Phase
    target: Phase | None


REOPENING = Transition("decide", FEEDBACK, STRATEGY)
"""A disputed answer whose decision is taken again; the sponsor signs once more."""

TRANSITIONS: tuple[Transition, ...] = (
    *(
        Transition(step.name, phase, step.leads_to)
        for step in STEPS.values()
        for phase in step.phases
    ),
    REOPENING,
)
