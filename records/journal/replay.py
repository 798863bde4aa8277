"""
Event replay: the facts of a journal, told again into what must therefore be so (duties, points, verdicts, overrides).

It asks the facts alone, and knows nothing of how the law decides: it is the witness against a row that was rewritten.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from records.journal.duty_replay import replay_duty
from records.journal.journal import Entry
from records.journal.story import PointStory, SeatStory, Story
from states.model.contributions import LineVerdict
from states.model.dialogue import Phase
from states.model.people import Invitation
from states.model.vocabulary import DutyKind, FactName, Step

_CHECKED = {Phase.STRATEGY_UPDATE, Phase.FEEDBACK, Phase.CLOSED, Phase.CLOSED_WITH_DEBTS}
"""Phases in which a line that nobody checked counts as silence."""


def replay(entries: Sequence[Entry]) -> Story:
    """
    What *entries*, in order, tell together.

    Raises KeyError, ValueError or TypeError for facts that nobody could have written.
    """
    story = Story()
    for place, entry in enumerate(entries):
        replay_duty(story.duties, entry)
        if handle := _HANDLERS.get(FactName(entry.fact)):
            handle(story, entry)
        elif entry.fact == FactName.ANSWER_BOUNCED:
            _bounce(story, entry, entries[place + 1 : place + 2])
    return story


def _keep(story: Story, step: str, subject: str, was: Any) -> None:  # noqa: ANN401 - any value
    story.past.setdefault((step, subject), []).append(was)


def _open(story: Story, entry: Entry) -> None:
    story.session_at = datetime.fromisoformat(entry.detail["session"])


def _enter(story: Story, entry: Entry) -> None:
    story.phase, story.phase_since = entry.detail["phase"], entry.at
    if story.phase == Phase.STRATEGY_UPDATE:
        for point in story.points.values():
            point.line_verdict = point.line_verdict or LineVerdict.SILENT


def _override(story: Story, entry: Entry) -> None:
    said = {key: entry.detail[key] for key in ("check", "phase", "reason")}
    story.overrides.append({**said, "by": entry.actor, "at": entry.at})


def _seat(story: Story, name: str) -> SeatStory:
    return story.seats.setdefault(name, SeatStory())


def _map(story: Story, entry: Entry) -> None:
    _seat(story, entry.subject).known = True


def _drop(story: Story, entry: Entry) -> None:
    story.seats.pop(entry.subject, None)


_INVITED = {
    FactName.PARTICIPANT_INVITED: Invitation.INVITED,
    FactName.INVITATION_ACCEPTED: Invitation.ACCEPTED,
    FactName.INVITATION_DECLINED: Invitation.DECLINED,
}


def _reply(story: Story, entry: Entry) -> None:
    seat = _seat(story, entry.subject)
    _keep(story, _REPLIES, entry.subject, seat.invitation)
    seat.invitation = _INVITED[FactName(entry.fact)]


_REPLIES = "invitation"  # what was recorded is taken back in its order, whichever of the two it was


def _attend(story: Story, entry: Entry) -> None:
    _seat(story, entry.subject).present = entry.detail["present"]


def _record(story: Story, entry: Entry) -> None:
    said = entry.detail
    story.points[entry.subject] = PointStory(said["voice"], said["attribution"], entry.at)


def _check(story: Story, entry: Entry) -> None:
    point = story.points[entry.subject]
    _keep(story, Step.CHECK_LINE, entry.subject, point.line_verdict)
    point.line_verdict = entry.detail["verdict"]


def _decide(story: Story, entry: Entry) -> None:
    point, said = story.points[entry.subject], entry.detail
    if point.commitment and point.commitment != said["commitment"]:
        story.commitments.pop(point.commitment, None)
    if said["commitment"]:
        story.commitments.setdefault(said["commitment"], "promised")
    point.outcome, point.owner = said["outcome"], said["owner"]
    point.commitment = said["commitment"]


def _report(story: Story, entry: Entry) -> None:
    story.commitments[entry.subject] = entry.detail["status"]


def _write(story: Story, entry: Entry) -> None:
    for name in entry.detail["covers"]:
        story.points[name].written_at = entry.at


def _deliver(story: Story, entry: Entry) -> None:
    response = bool(entry.detail.get("response"))
    for point in (story.points[name] for name in entry.detail["covers"]):
        point.response_waits &= not response
        point.delivered = point.delivered if response else point.written_at is not None


def _bounce(story: Story, entry: Entry, following: Sequence[Entry]) -> None:
    """An answer came back, or what was answered to a dispute; which of the two, what follows upon it says."""
    disputes = {f"{DutyKind.ANSWER_DISPUTE}/{name}" for name in entry.detail["covers"]}
    dispute = any(one.subject.partition("#")[0] in disputes for one in following)
    for name in entry.detail["covers"]:
        point = story.points[name]
        if entry.detail.get("written"):  # under seal, where what came back is carried again
            response = bool(entry.detail.get("response"))
            setattr(point, "response_waits" if response else "delivered", response)
        elif dispute:
            point.dispute_open = True
        elif point.delivered and (point.dispute_round or point.asked_back):
            point.unsure |= {"written_at", "delivered_at", "dispute_open"}
        else:
            point.written_at, point.delivered = None, False


def _dispute(story: Story, entry: Entry) -> None:
    point = story.points[entry.subject]
    _keep(story, Step.DISPUTE_ANSWER, entry.subject, _of_dispute(point))
    point.dispute_round, point.dispute_open, point.asked_back = entry.detail["round"], True, False


def _ask_back(story: Story, entry: Entry) -> None:
    point = story.points[entry.subject]
    _keep(story, Step.ASK_BACK, entry.subject, _of_dispute(point))
    point.dispute_open, point.asked_back = True, True


def _of_dispute(point: PointStory) -> tuple[int, bool, bool]:
    return point.dispute_round, point.dispute_open, point.asked_back


def _settle(story: Story, entry: Entry) -> None:
    story.points[entry.subject].dispute_open = False
    story.points[entry.subject].response_waits = bool(entry.detail.get("written"))


def _judge(story: Story, entry: Entry) -> None:
    _keep(story, Step.GIVE_VERDICT, entry.subject, story.verdicts.get(entry.subject))
    said = {key: entry.detail[key] for key in ("heard", "success_test")}
    story.verdicts[entry.subject] = {**said, "at": entry.at}


def _undo(story: Story, entry: Entry) -> None:
    step, name = entry.detail["step"], entry.subject
    replies = step in {Step.ACCEPT_INVITATION, Step.DECLINE_INVITATION}
    past = story.past.get((_REPLIES if replies else step, name))
    if not past:
        return
    was = past.pop()
    if replies:
        story.seats[name].invitation = was
    elif step == Step.CHECK_LINE:
        silent = LineVerdict.SILENT if story.phase in _CHECKED else None
        story.points[name].line_verdict = was or silent
    elif step in {Step.ASK_BACK, Step.DISPUTE_ANSWER}:
        point = story.points[name]
        point.dispute_round, point.dispute_open, point.asked_back = was
    elif was is None:
        story.verdicts.pop(name, None)
    else:
        story.verdicts[name] = was


def _erase(story: Story, entry: Entry) -> None:
    seat = _seat(story, entry.subject)
    seat.erased = True
    if story.phase == Phase.EXPECTATION_GATHERING and seat.invitation != Invitation.NOT_YET:
        seat.invitation = Invitation.DECLINED
    for name in story.points_of(entry.subject):
        point = story.points[name]
        point.dispute_open = point.asked_back = False
        if point.outcome is None:
            point.line_verdict = LineVerdict.WITHDRAWN


def _manage(story: Story, entry: Entry) -> None:
    story.management[entry.subject] = entry.detail["present"]


def _reschedule(story: Story, entry: Entry) -> None:
    story.session_at = datetime.fromisoformat(entry.detail["to"])


def _sign(story: Story, entry: Entry) -> None:
    story.signed_at = entry.at


def _reconsider(story: Story, _entry: Entry) -> None:
    story.signed_at = None


def _publish(story: Story, entry: Entry) -> None:
    story.summary_published_at = entry.at


def _echo(story: Story, entry: Entry) -> None:
    story.echoed_at = entry.at


_HANDLERS: dict[FactName, Any] = {
    FactName.DIALOGUE_OPENED: _open,
    FactName.PHASE_ENTERED: _enter,
    FactName.CHECK_OVERRIDDEN: _override,
    FactName.STAKEHOLDER_MAPPED: _map,
    FactName.STAKEHOLDER_DROPPED: _drop,
    FactName.PARTICIPANT_INVITED: _reply,
    FactName.INVITATION_ACCEPTED: _reply,
    FactName.INVITATION_DECLINED: _reply,
    FactName.EXPECTATIONS_ECHOED: _echo,
    FactName.SESSION_RESCHEDULED: _reschedule,
    FactName.ATTENDANCE_RECORDED: _attend,
    FactName.MANAGEMENT_RECORDED: _manage,
    FactName.CONTRIBUTION_RECORDED: _record,
    FactName.SUMMARY_PUBLISHED: _publish,
    FactName.LINE_CHECKED: _check,
    FactName.CONTRIBUTION_DECIDED: _decide,
    FactName.DECISION_REOPENED: _reconsider,
    FactName.STRATEGY_SIGNED: _sign,
    FactName.COMMITMENT_REPORTED: _report,
    FactName.ANSWER_WRITTEN: _write,
    FactName.PARTICIPANT_ANSWERED: _deliver,
    FactName.ASKED_BACK: _ask_back,
    FactName.ANSWER_DISPUTED: _dispute,
    FactName.DISPUTE_SETTLED: _settle,
    FactName.VERDICT_GIVEN: _judge,
    FactName.STEP_UNDONE: _undo,
    FactName.PARTICIPANT_ERASED: _erase,
}
