"""Step handlers of the session: who was there, what was said, and the summary that its speakers check."""

from datetime import date

from states.language.errors import BadInput, NotYours, Refused
from states.model.contributions import Attribution, Contribution, LineVerdict
from states.model.dialogue import Dialogue
from states.model.duties import duty_name
from states.model.people import Role, Stakeholder
from states.model.vocabulary import DutyKind, FactName, Template
from states.privacy.embargo.known_to_others import number_of
from states.privacy.embargo.unpublished import free_mark, free_number, is_unnumbered
from states.privacy.embargo.windows import is_window_open
from states.privacy.seals import is_sealed, level_for, level_for_pseudonym, speak_under_seal
from states.steps.delivery.carriage import keep_from_managers
from states.steps.delivery.onlookers import say_it_is_theirs
from states.steps.delivery.sealed_windows import settle_check
from states.steps.draft import Deliberation
from states.steps.permissions import can_say_silence, can_seal
from states.steps.phases.neutral_words import ask_for_wording, keep_published_line
from states.steps.requests import (
    CheckLine,
    CloseSession,
    PublishSummary,
    RecordAttendance,
    RecordContribution,
    RecordManagement,
)


def enter_session(work: Deliberation) -> None:
    """A summary is owed, by the moderator when there is one, and a word in between to those who wait (rules 52)."""
    owner = Role.MODERATOR if work.dialogue.role(Role.MODERATOR) else Role.MANAGER
    work.open_duty(DutyKind.PUBLISH_SUMMARY, owner=owner)
    work.open_duty(DutyKind.INTERIM_WORD)
    say_it_is_theirs(work, Role.MODERATOR, DutyKind.PUBLISH_SUMMARY)


def record_attendance(work: Deliberation, given: RecordAttendance) -> None:
    """Who was there, and the reason for an absence."""
    if not work.stakeholder(given.stakeholder).invited:
        raise Refused("not-invited", stakeholder=given.stakeholder)
    work.change_stakeholder(given.stakeholder, present=given.present, absence_reason=given.reason)
    work.fact(FactName.ATTENDANCE_RECORDED, given.stakeholder, present=given.present)


def record_management(work: Deliberation, given: RecordManagement) -> None:
    """Which role of the management was there."""
    if work.dialogue.role(given.role) is None:
        raise BadInput("role-not-named", role=given.role)
    if given.role is Role.MODERATOR and given.present and not _says_was_there(work):
        raise NotYours("moderator-says-so")
    work.dialogue.management[given.role.value] = given.present
    work.fact(FactName.MANAGEMENT_RECORDED, given.role.value, present=given.present)


def _says_was_there(work: Deliberation) -> bool:
    """Whether whoever acts may say that an independent moderator was there: nobody else's word counts (rules 52)."""
    return can_seal(work.dialogue, work.actor) and work.now >= work.dialogue.session_at


def record_contribution(work: Deliberation, given: RecordContribution) -> None:
    """
    Record one point. It opens the debt: its speaker is owed an answer by the promised date.

    A sealed point can only be recorded by an independent moderator, who alone knows whose it is, and only the
    moderator, to whom people say how they wish to be named, records less than a seal of anybody at risk (rules 35).
    Where the names are closed they name the pseudonym itself for a further point of the same speaker (decision 46).
    """
    d = work.dialogue
    _require_own_name(d, given.id)
    if d.summary_published_at is not None:
        raise Refused("summary-is-out")
    voice, attribution = _speaker(work, given)
    under_seal = is_sealed(d, voice)
    name = given.id or (free_mark(d) if under_seal else free_number(d))
    d.contributions[name] = Contribution(
        id=name, voice=voice, attribution=attribution, text=given.text, recorded_at=work.now
    )
    work.sealed = voice if under_seal else None
    work.fact(FactName.CONTRIBUTION_RECORDED, name, voice=voice, attribution=attribution)
    open_debt(work, voice)
    keep_from_managers(work)


def _speaker(work: Deliberation, given: RecordContribution) -> tuple[str, Attribution]:
    """The voice that makes the point, and how it is to be named."""
    if work.actor == Role.MODERATOR and is_sealed(work.dialogue, given.stakeholder):
        level = level_for_pseudonym(given)
        if level is None:
            raise BadInput("pseudonym-is-sealed", voice=given.stakeholder)
        _require_seal(work, level)
        return given.stakeholder, level
    speaker = work.stakeholder(given.stakeholder)
    attribution = level_for(given, speaker)
    _require_seal(work, attribution)
    if speaker.at_risk and work.actor != Role.MODERATOR:
        raise NotYours("risk-needs-moderator")
    if not speaker.invited:
        raise Refused("speaker-not-invited")
    return _voice(work.dialogue, speaker, attribution), attribution


def _require_own_name(dialogue: Dialogue, name: str) -> None:
    """Raise BadInput or Refused when a point cannot be called *name*; empty: it gets a number."""
    if is_unnumbered(name):
        raise BadInput("reserved-name", name=name)
    if name in dialogue.contributions:
        raise Refused("contribution-twice", contribution=name)


def _require_seal(work: Deliberation, attribution: Attribution) -> None:
    if attribution is not Attribution.SEALED:
        return
    if not can_seal(work.dialogue, work.actor):
        raise NotYours("seal-needs-moderator")


def _voice(dialogue: Dialogue, speaker: Stakeholder, attribution: Attribution) -> str:
    if attribution is not Attribution.SEALED:
        return speaker.id
    return speak_under_seal(dialogue, speaker)


def open_debt(work: Deliberation, voice: str) -> None:
    """An answer is owed to *voice* by the promised date, from the first contribution on."""
    duty = work.duty(duty_name(DutyKind.ANSWER_PARTICIPANT, voice))
    if duty is None or not duty.owed:
        work.open_duty(
            DutyKind.ANSWER_PARTICIPANT, voice, due_day=promised_day(work.dialogue), waiting=voice
        )


def promised_day(dialogue: Dialogue) -> date | None:
    """The day on which feedback was promised; None: the policy's rule decides."""
    return dialogue.information.feedback_by


def publish_summary(work: Deliberation, given: PublishSummary) -> None:
    """Publish the summary line of each contribution; each speaker is asked whether it says what they meant."""
    d = work.dialogue
    if d.summary_published_at is not None:
        raise Refused("summary-is-out")
    _require_lines(work, given)
    for name, line in given.lines.items():
        work.contribution(name)
        work.change_contribution(name, line=line)
    d.summary_published_at = work.now
    work.fact(FactName.SUMMARY_PUBLISHED, lines=len(given.lines))
    work.meet(DutyKind.PUBLISH_SUMMARY)
    for voice in _voices(d):
        # What is sealed runs from publication: it must not show whether its speaker was reached (rules 35).
        asked = None if is_sealed(d, voice) else Template.SUMMARY_TO_CHECK
        duty = work.open_duty(DutyKind.CHECK_SUMMARY, voice, asked=asked)
        work.tell(voice, Template.SUMMARY_TO_CHECK, duty)


def _require_lines(work: Deliberation, given: PublishSummary) -> None:
    """A line for each point; whoever does not know of those under seal is told of none, and leaves it to who does."""
    points = work.dialogue.contributions
    untold = () if work.actor == Role.MODERATOR else work.dialogue.unpublished_keys("contributions")
    known = [c.id for c in points.values() if c.stands and c.id not in untold]
    left = [name for name in untold if name not in given.lines]
    if not known and (left or not untold):
        raise Refused("nothing-to-summarise")
    if missing := [name for name in known if name not in given.lines]:
        raise BadInput("lines-missing", contributions=missing)
    if left:
        raise NotYours("summary-is-moderators")


def _voices(dialogue: Dialogue) -> list[str]:
    """Who speaks, in the order in which they spoke; under seal last, in that of the pseudonyms."""
    voices = dict.fromkeys(c.voice for c in dialogue.contributions.values() if c.stands)
    sealed = {voice for voice in voices if is_sealed(dialogue, voice)}
    return [voice for voice in voices if voice not in sealed] + sorted(sealed, key=number_of)


def check_line(work: Deliberation, given: CheckLine, voice: str) -> None:
    """The speaker confirms, corrects or withdraws the line of their contribution."""
    if work.dialogue.summary_published_at is None:
        raise Refused("summary-not-out")
    point = work.contribution(given.contribution)
    verdict = LineVerdict(given.verdict)
    changes = dict[str, object]()
    if verdict is LineVerdict.CORRECTED:
        changes = {"line": given.text, **keep_published_line(work, point)}
        ask_for_wording(work, "line", voice, contribution=point.id)
    work.change_contribution(given.contribution, line_verdict=verdict, **changes)
    work.fact(FactName.LINE_CHECKED, given.contribution, verdict=verdict)
    if not is_window_open(work.dialogue, DutyKind.CHECK_SUMMARY, voice, work.now):
        settle_check(work, voice)


def close_session(work: Deliberation, given: CloseSession) -> None:
    """The session is complete; lines that nobody checked are recorded as silence."""
    if given.no_contributions:
        if not can_say_silence(work.dialogue, work.actor):
            raise NotYours("silence-is-moderators")
        if work.dialogue.contributions:
            raise BadInput("contributions-are-there", number=len(work.dialogue.contributions))
        work.dialogue.no_contributions = given.no_contributions
    for contribution in list(work.dialogue.contributions.values()):
        if contribution.line_verdict is None:
            work.change_contribution(contribution.id, line_verdict=LineVerdict.SILENT)
    if not work.dialogue.contributions:
        for kind in (DutyKind.PUBLISH_SUMMARY, DutyKind.INTERIM_WORD):
            work.withdraw_named(kind, "no-contributions")
