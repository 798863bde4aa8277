"""
Row templates: the rows of one class of duties, made once and filled in for each duty that stands alike.

What varies from duty to duty is filled in: its name, for whom it is, who waits, and its place in the journal.
"""

from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from records.engine.column_types import canonical
from records.journal.hash_chain import Head, bind, opening
from records.outbox.enqueue import PENDING, cause_of
from records.run_history import Tally
from states.model.facts import Fact, Notice
from states.model.people import SYSTEM
from states.timing.equivalence import NAME, WAITING, WHOM
from states.timing.lapse import Passing

Row = tuple[Any, ...]


ID, DIALOGUE, NAMED, WHO, WAITS, _, KIND = range(7)
"""Where a duty that is rendered has its key, its dialogue, its name, for whom it is, who waits, and its kind."""


class _FactTemplate(NamedTuple):
    fact: str
    opened: str
    before: str
    voice: int | None
    after: str


class _NoticeTemplate(NamedTuple):
    cause: str
    voice: int | None
    to: str
    kept: Row


@dataclass(slots=True)
class WrittenRows:
    """What a chunk writes: rows in the order of their columns, and the duties that each template changed."""

    facts: list[Row]
    notices: list[Row]
    changed: dict["RowTemplate", list[int]]


@dataclass(frozen=True, eq=False, slots=True)
class RowTemplate:
    """
    The rows of one pattern at one moment, in stored form.

    *moved* is the new rung and next moment; *turned*, when the due moment passed, what else it makes of a duty;
    *shifted*, when what asks for it arrived late, its new dates.
    """

    passing: Passing
    tally: Tally
    at: Any
    moved: Row
    turned: Row | None
    shifted: Row | None
    facts: tuple[_FactTemplate, ...]
    notices: tuple[_NoticeTemplate, ...]

    def render(self, duty: Row, head: Head, written: WrittenRows) -> Head:
        """Add the rows of *duty* to what is *written*; its facts follow *head*, and the new head is returned."""
        place, name, at, (seq, prev) = duty[DIALOGUE], duty[NAMED], self.at, head
        subject = encode_basestring(name)
        for fact, opened, before, voice, after in self.facts:
            seq += 1
            detail = before if voice is None else before + encode_basestring(duty[voice]) + after
            digest = bind(prev, seq, opened, subject, detail)
            written.facts.append((place, seq, at, fact, SYSTEM, name, detail, prev, digest))
            prev = digest
        for cause, voice, to, kept in self.notices:
            who = to if voice is None else duty[voice]
            role, template, *rest = kept
            row = (place, cause.replace(NAME, name), who, role, template, name, *rest)
            written.notices.append(row)
        written.changed.setdefault(self, []).append(duty[ID])
        return Head(seq, prev)


Change = tuple[Row, Row | None, Row | None]
"""What a template has as *moved*, *turned* and *shifted*."""


def make_template(passing: Passing, at: Any, moment: str, change: Change) -> RowTemplate:  # noqa: ANN401
    """The template of *passing*, for facts written *at* a stored moment that the journal spells as *moment*."""
    tally = Tally()
    tally.count(passing)
    return RowTemplate(
        passing,
        tally,
        at,
        *change,
        tuple(_fact_template(fact, moment) for fact in passing.facts),
        tuple(_notice_template(notice, at) for notice in passing.notices),
    )


_VOICES = {WHOM: WHO, WAITING: WAITS}


def _fact_template(fact: Fact, moment: str) -> _FactTemplate:
    detail, opened = canonical(fact.detail), opening(moment, fact.fact, SYSTEM)
    for stands_for, voice in _VOICES.items():
        before, found, after = detail.partition(encode_basestring(stands_for))
        if found:
            return _FactTemplate(str(fact.fact), opened, before, voice, after)
    return _FactTemplate(str(fact.fact), opened, detail, None, "")


def _notice_template(notice: Notice, at: Any) -> _NoticeTemplate:  # noqa: ANN401
    detail = canonical(notice.detail)
    kept = (
        notice.role, str(notice.template), notice.kind and str(notice.kind), notice.rung, notice.version, detail,
        at, PENDING, 0, at,
    )  # fmt: skip
    return _NoticeTemplate(cause_of(notice, "time", 0), _VOICES.get(notice.to), notice.to, kept)
