"""
Commitments (cryptographic): of which words a fact speaks, so that the journal can bind them without holding them.

The words of people and of the company lie in their rows, where they can be erased. What a fact itself carries, such
as due days, status, voices and attribution, the chain of hashes binds already.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from states.model.vocabulary import FactName, Step

ALL = "*"
"""In the place of an id: of all rows of that kind."""
DIALOGUE = "dialogue"
"""The collection of what stands in the dialogue itself."""


class Bound(NamedTuple):
    """Words of one kind: the *collection* in which they lie, and the *fields* of its rows that hold them."""

    collection: str
    fields: tuple[str, ...]


BOUND: dict[str, Bound] = {
    "information": Bound(DIALOGUE, ("information",)),
    "agenda": Bound(DIALOGUE, ("agenda_changes",)),
    "silence": Bound(DIALOGUE, ("no_contributions",)),
    "lessons": Bound(DIALOGUE, ("lessons",)),
    "interim-words": Bound(DIALOGUE, ("interim_words",)),
    "risk": Bound("risks", ("theme", "group")),
    "chain-dialogue": Bound("chain_dialogues", ("place", "partner")),
    "override": Bound("overrides", ("name", "reason")),
    "decline": Bound("stakeholders", ("decline_reason",)),
    "expectation": Bound("stakeholders", ("expectation", "success_test", "tell_me_by")),
    "absence": Bound("stakeholders", ("absence_reason",)),
    "erasure": Bound("stakeholders", ("erasure_wish", "erasure_refusal")),
    "text": Bound("contributions", ("text",)),
    "line": Bound("contributions", ("line",)),
    "decision": Bound("contributions", ("reason", "change")),
    "promise": Bound("commitments", ("what", "owner", "due")),
    "progress": Bound("commitments", ("evidence",)),
    "reply": Bound("contributions", ("answer",)),
    "dispute": Bound("contributions", ("dispute_reason", "settlement")),
    "verdict": Bound("verdicts", ("comment",)),
    "neutral-line": Bound("contributions", ("neutral_line",)),
    "neutral-dispute": Bound("contributions", ("neutral_dispute",)),
    "neutral-verdict": Bound("verdicts", ("neutral_comment",)),
}
"""Every kind of words that facts speak of; `kind/id` names the words of one row."""
_UNDONE: dict[str, str] = {
    Step.ACCEPT_INVITATION: "decline",
    Step.DECLINE_INVITATION: "decline",
    Step.SHARE_EXPECTATION: "expectation",
    Step.ASK_ERASURE: "erasure",
    Step.CHECK_LINE: "line",
    Step.ASK_BACK: "dispute",
    Step.DISPUTE_ANSWER: "dispute",
    Step.GIVE_VERDICT: "verdict",
}
"""Which words the undoing of a relayed step puts back."""
THEIRS = ("decline", "expectation", "absence", "erasure", "verdict")
"""What is somebody's own under their own name; of what they said (`SAID`) the rows are the contributions'."""
SAID = ("text", "line", "reply", "dispute")


def words_spoken_of(fact: str, subject: str, detail: Mapping[str, Any]) -> list[str]:
    """
    The names of the words of which *fact* speaks, from nothing but the fact; `kind/*`: some rows of that kind.

    Source: rules 38.
    """
    names = _SPOKEN.get(fact)
    return names(subject, detail) if names else []


Names = Callable[[str, Mapping[str, Any]], list[str]]


def _its(kind: str) -> Names:
    """The words of that of which the fact happened."""
    return lambda subject, _detail: [f"{kind}/{subject}"]


def _all(*names: str) -> Names:
    """The words of these names, whatever the fact happened to."""
    return lambda _subject, _detail: list(names)


def _silence(_subject: str, detail: Mapping[str, Any]) -> list[str]:
    return ["silence"] if detail.get("phase") == "strategy_update" else []


def _override(_subject: str, detail: Mapping[str, Any]) -> list[str]:
    name = f"override/{detail.get('phase')}/{detail.get('check')}"
    return [name, f"{name}#{ALL}"]


def _decision(subject: str, detail: Mapping[str, Any]) -> list[str]:
    promise = detail.get("commitment")
    return [f"decision/{subject}", *([f"promise/{promise}"] if promise else [])]


def _answers(_subject: str, detail: Mapping[str, Any]) -> list[str]:
    return [f"reply/{name}" for name in detail.get("covers", ())]


def _bounce(_subject: str, detail: Mapping[str, Any]) -> list[str]:
    """An answer that came back is taken out; so is what was answered to a dispute."""
    return [f"{kind}/{name}" for name in detail.get("covers", ()) for kind in ("reply", "dispute")]


def _restoration(subject: str, detail: Mapping[str, Any]) -> list[str]:
    kind = _UNDONE.get(str(detail.get("step")))
    return _own(kind)(subject, detail) if kind else []


def _own(kind: str) -> Names:
    """The words of that of which the fact happened, and how they read to others while their speaker is under seal."""
    both = (kind, f"neutral-{kind}")
    return lambda subject, _detail: [f"{one}/{subject}" for one in both if one in BOUND]


def _neutral(subject: str, detail: Mapping[str, Any]) -> list[str]:
    return [f"neutral-{detail['about']}/{subject}"]


_SPOKEN: dict[str, Names] = {
    FactName.DIALOGUE_OPENED: _all("information", f"risk/{ALL}"),
    FactName.PHASE_ENTERED: _silence,
    FactName.CHECK_OVERRIDDEN: _override,
    FactName.INFORMATION_GIVEN: _all("information"),
    FactName.SESSION_RESCHEDULED: _all("information"),
    FactName.RISK_NAMED: _its("risk"),
    FactName.CHAIN_DIALOGUE_LINKED: _its("chain-dialogue"),
    FactName.INVITATION_ACCEPTED: _its("decline"),
    FactName.INVITATION_DECLINED: _its("decline"),
    FactName.EXPECTATION_SHARED: _its("expectation"),
    FactName.EXPECTATIONS_ECHOED: _all("agenda"),
    FactName.ATTENDANCE_RECORDED: _its("absence"),
    FactName.CONTRIBUTION_RECORDED: _its("text"),
    FactName.SUMMARY_PUBLISHED: _all(f"line/{ALL}"),
    FactName.LINE_CHECKED: _own("line"),
    FactName.CONTRIBUTION_DECIDED: _decision,
    FactName.COMMITMENT_REPORTED: _its("progress"),
    FactName.ANSWER_WRITTEN: _answers,
    FactName.ANSWER_BOUNCED: _bounce,
    FactName.VERDICT_GIVEN: _own("verdict"),
    FactName.ASKED_BACK: _own("dispute"),
    FactName.ANSWER_DISPUTED: _own("dispute"),
    FactName.WORDED_NEUTRALLY: _neutral,
    FactName.SETTLEMENT_WRITTEN: _its("dispute"),
    FactName.LESSON_NOTED: _all("lessons"),
    FactName.INTERIM_WORD_GIVEN: _all("interim-words"),
    FactName.ERASURE_ASKED: _its("erasure"),
    FactName.ERASURE_DECLINED: _its("erasure"),
    FactName.STEP_UNDONE: _restoration,
}
"""The facts that are about words, and about which."""


def words_gone(fact: str, subject: str, said: Iterable[str]) -> list[str]:
    """The names of the words that *fact* takes out; *said*: the contributions under the subject's own name."""
    if fact == FactName.RISK_DROPPED:
        return [f"risk/{subject}"]
    if fact not in {FactName.STAKEHOLDER_DROPPED, FactName.PARTICIPANT_ERASED}:
        return []
    theirs = [f"{kind}/{subject}" for kind in THEIRS]
    return [*theirs, *(f"{kind}/{name}" for name in said for kind in SAID)]
