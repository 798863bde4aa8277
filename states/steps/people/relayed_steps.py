"""Relayed steps: what somebody else recorded in a person's name is kept, shown and told to them (rules 29)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from states.language.errors import BadInput
from states.model.dialogue import Dialogue
from states.model.facts import Fact
from states.model.people import SYSTEM
from states.model.relays import FAMILIES, Before, Relay, Relayed
from states.model.vocabulary import FactName, Step, Template
from states.privacy.embargo.windows import asking_duty
from states.privacy.seals import is_sealed
from states.steps.draft import Deliberation

UNDO_DAYS = 20
"""Working days in which what was recorded in somebody's name can be undone (rules 29)."""
HELD_DAYS = 10
"""Working days that an erasure waits which somebody else asked for, so that it can be undone (rules 21)."""
HEARD_OF = Template.RELAYED
"""The message to whoever something was recorded for."""
_SAID = frozenset(
    {
        FactName.INVITATION_ACCEPTED,
        FactName.INVITATION_DECLINED,
        FactName.EXPECTATION_SHARED,
        FactName.LINE_CHECKED,
        FactName.VERDICT_GIVEN,
        FactName.ASKED_BACK,
        FactName.ANSWER_DISPUTED,
        FactName.ERASURE_ASKED,
        FactName.STEP_UNDONE,
    }
)
"""The facts that say what a person said: a relayed one says by whom and how it was recorded."""
_SEAT: dict[str, tuple[str, ...]] = {
    Step.ACCEPT_INVITATION: ("invitation", "declined_at", "decline_reason"),
    Step.DECLINE_INVITATION: ("invitation", "declined_at", "decline_reason"),
    Step.SHARE_EXPECTATION: ("expectation", "success_test", "tell_me_by"),
    Step.ASK_ERASURE: ("erasure_wish", "erasure_refusal"),
}
"""What a step changes of the seat of whoever takes it."""
_OF_DISPUTE = (
    "dispute_round",
    "dispute_open",
    "asked_back",
    "dispute_reason",
    "neutral_dispute",
    "settlement",
)
_POINT: dict[str, tuple[str, ...]] = {
    Step.CHECK_LINE: ("line", "line_verdict", "neutral_line", "line_worded"),
    Step.ASK_BACK: _OF_DISPUTE,
    Step.DISPUTE_ANSWER: _OF_DISPUTE,
}
"""What a step changes of the point that it is about."""


def note(work: Deliberation, step: Step, given: Any, relay: Relay | None, voice: str) -> None:  # noqa: ANN401
    """
    Keep what was before a relayed *step*, say in its fact who recorded it and how, and tell whoever it was for.

    What their own calendar answered was read by the machine: it is theirs, and the fact says how it came.
    Their own step, without a *relay*, overtakes what was recorded for them before. Under seal neither who nor how
    enters the journal, and no message says that something was recorded: it stands on the speaker's own page.
    Raises BadInput('said-later') for something that was said after today.
    """
    contribution = getattr(given, "contribution", None)
    question = (FAMILIES.get(step, step), contribution)
    if relay is None:
        _overtake(work, voice, question)
        if getattr(given, "how", None) == "calendar" and not is_sealed(work.dialogue, voice):
            _say_so(work, Relay(SYSTEM, "calendar"))
        return
    if relay.said_on and relay.said_on > work.today:
        raise BadInput("said-later", date=relay.said_on.isoformat(), today=work.today.isoformat())
    if step != Step.UNDO_RELAYED:
        _keep(work, step, relay, voice, contribution)
    if is_sealed(work.dialogue, voice):
        return
    _say_so(work, relay)
    _tell(work, step, given, relay, voice)


def _overtake(work: Deliberation, voice: str, question: tuple[str, str | None]) -> None:
    for one in list(work.dialogue.relays.values()):
        if one.voice == voice and one.stands and one.family == question:
            keep(work, one, overtaken_at=work.now)


def keep(work: Deliberation, one: Relayed, **changes: Any) -> None:  # noqa: ANN401 - values of its fields
    """Change fields of what was recorded for somebody."""
    work.dialogue.relays[one.id] = one.model_copy(update=changes)


def _keep(
    work: Deliberation, step: Step, relay: Relay, voice: str, contribution: str | None
) -> None:
    name = f"relay-{len(work.dialogue.relays) + 1}"
    work.dialogue.relays[name] = Relayed(
        id=name,
        step=step,
        voice=voice,
        contribution=contribution,
        by=relay.by,
        how=relay.how,
        said_on=relay.said_on,
        at=work.now,
        before=_what_was(work, step, voice, contribution),
    )


def _what_was(work: Deliberation, step: Step, voice: str, contribution: str | None) -> Before:
    was, now = work.before, work.dialogue
    seat, point = was.stakeholder_of(voice), was.contributions.get(contribution or "")
    kept: dict[str, Any] = {name: getattr(seat, name) for name in _SEAT.get(step, ())}
    kept |= {name: getattr(point, name) for name in _POINT.get(step, ())}
    if step == Step.GIVE_VERDICT:
        kept["verdict"] = was.verdicts.get(voice)
    changed = [name for name, duty in now.duties.items() if was.duties.get(name) is not duty]
    duties = tuple(was.duties[name] for name in changed if name in was.duties)
    if (asking := asking_duty(was, step, voice)) and asking.name not in changed:
        duties = (*duties, asking)  # it is met only when its window closes
    opened = tuple(name for name in changed if name not in was.duties)
    return Before(**kept, duties=duties, opened=opened)


def restored_fields(step: Step, before: Before) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of the seat and those of the point that undoing *step* puts back."""
    seat = {name: getattr(before, name) for name in _SEAT.get(step, ())}
    return seat, {name: getattr(before, name) for name in _POINT.get(step, ())}


def _say_so(work: Deliberation, relay: Relay) -> None:
    said = {"relayed_by": relay.by, "how": relay.how}
    said |= {"said_on": relay.said_on.isoformat()} if relay.said_on else {}
    work.facts = [_with(fact, said) if fact.fact in _SAID else fact for fact in work.facts]


def _with(fact: Fact, said: dict[str, str]) -> Fact:
    return fact.model_copy(update={"detail": {**fact.detail, **said}})


def _tell(work: Deliberation, step: Step, given: Any, relay: Relay, voice: str) -> None:  # noqa: ANN401
    undone = {"undone": given.step} if step == Step.UNDO_RELAYED else {}
    verdict = {"verdict": given.verdict} if step == Step.CHECK_LINE else {}
    until = undo_until(work.dialogue, work.now)
    work.tell(
        voice,
        HEARD_OF,
        None,
        step=step,
        contribution=getattr(given, "contribution", None),
        by=relay.by,
        how=relay.how,
        until=until.isoformat(),
        read_back=relay.read_back,
        **undone,
        **verdict,
    )


def undo_until(dialogue: Dialogue, at: datetime) -> date:
    """The last day on which what was recorded *at* a moment can be undone."""
    return dialogue.calendar.shift(dialogue.calendar.day_of(at), UNDO_DAYS)


def undoable(dialogue: Dialogue, voices: list[str], today: date) -> Iterator[Relayed]:
    """What was recorded for *voices* and can still be undone on *today*: of each question the latest, those first."""
    seen: set[tuple[str, tuple[str, str | None]]] = set()
    for one in sorted(
        dialogue.relays.values(), key=lambda r: (r.at, len(r.id), r.id), reverse=True
    ):
        key = (one.voice, one.family)
        open_still = one.stands and one.voice in voices and key not in seen
        if open_still and today <= undo_until(dialogue, one.at):
            seen.add(key)
            yield one


def latest(dialogue: Dialogue, step: str, voice: str, contribution: str | None) -> Relayed | None:
    """The last time that *step* was recorded for *voice* and still stands, None when it was not."""
    found = [
        one
        for one in dialogue.relays.values()
        if one.stands
        and (one.step, one.voice) == (step, voice)
        and contribution in {None, one.contribution}
    ]
    return max(found, key=lambda one: (one.at, len(one.id), one.id), default=None)


def held_until(dialogue: Dialogue, name: str) -> datetime | None:
    """Until when an erasure that somebody else asked for in the name of *name* waits; None: it does not wait."""
    asked = latest(dialogue, Step.ASK_ERASURE, name, None)
    if asked is None:
        return None
    calendar = dialogue.calendar
    return calendar.end_of(calendar.shift(calendar.day_of(asked.at), HELD_DAYS))


def forget(work: Deliberation, voice: str) -> None:
    """Take out the words that were kept of *voice*: who is erased has nothing to go back to."""
    for one in list(work.dialogue.relays.values()):
        if one.voice == voice:
            keep(work, one, before=None, overtaken_at=one.overtaken_at or work.now)
