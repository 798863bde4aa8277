"""Count nouns of duties: what the operator reads of each kind, one and many, and how much of it is late."""

from collections.abc import Sequence
from typing import NamedTuple

from flows.overview import LateKind
from flows.prefect.run_names import number_with_noun
from states.model.vocabulary import DutyKind

MOST_KINDS = 3
"""Kinds that are named where something is late; a name of a run is one line."""


class CountNoun(NamedTuple):
    """The noun of what is owed, for *one* and for *many*."""

    one: str
    many: str

    def count_of(self, number: int) -> str:
        """So many: `1 answer`, `4 answers`."""
        return number_with_noun(number, self.one, self.many)


NOUNS: dict[DutyKind, CountNoun] = {
    DutyKind.APPROVE_ANALYSIS: CountNoun("approval of an analysis", "approvals of analyses"),
    DutyKind.INVITE_STAKEHOLDER: CountNoun("invitation", "invitations"),
    DutyKind.PASS_ON: CountNoun("delivery by hand", "deliveries by hand"),
    DutyKind.ANSWER_INVITATION: CountNoun("reply to an invitation", "replies to invitations"),
    DutyKind.SHARE_EXPECTATION: CountNoun("expectation", "expectations"),
    DutyKind.ECHO_EXPECTATIONS: CountNoun("reply to expectations", "replies to expectations"),
    DutyKind.PUBLISH_SUMMARY: CountNoun("summary", "summaries"),
    DutyKind.CHECK_SUMMARY: CountNoun("check of a summary", "checks of summaries"),
    DutyKind.INTERIM_WORD: CountNoun("word in between", "words in between"),
    DutyKind.DECIDE_CONTRIBUTION: CountNoun("decision", "decisions"),
    DutyKind.SIGN_STRATEGY: CountNoun("signature", "signatures"),
    DutyKind.ANSWER_PARTICIPANT: CountNoun("answer", "answers"),
    DutyKind.CARRY_ANSWER: CountNoun("delivery under seal", "deliveries under seal"),
    DutyKind.GIVE_VERDICT: CountNoun("verdict", "verdicts"),
    DutyKind.ANSWER_DISPUTE: CountNoun("response to an objection", "responses to objections"),
    DutyKind.CLOSE_DIALOGUE: CountNoun("closing of a dialogue", "closings of dialogues"),
    DutyKind.REPORT_PROGRESS: CountNoun("progress report", "progress reports"),
    DutyKind.SETTLE_ERASURE: CountNoun("request to delete data", "requests to delete data"),
}
_OTHER = CountNoun("other duty", "other duties")


def late_words(late: Sequence[LateKind]) -> list[str]:
    """What is *late*, the longest promised first: `4 answers late, oldest 4 days`; few kinds by name, then the rest."""
    said = [_late(NOUNS[one.kind], [one]) for one in late[:MOST_KINDS]]
    rest = late[MOST_KINDS:]
    return [*said, _late(_OTHER, rest)] if rest else said


def _late(noun: CountNoun, some: Sequence[LateKind]) -> str:
    least = "" if all(one.whole for one in some) else "at least "
    count = noun.count_of(sum(one.number for one in some))
    days = number_with_noun(max(one.days for one in some), "day", "days")
    return f"{least}{count} late, oldest {days}"
