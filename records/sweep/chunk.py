"""Chunk of a sweep: locks its dialogues, fills row templates for their duties, and writes all in sets."""

import json
import logging
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    String,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from records.engine.statements import CompiledStatement
from records.journal.hash_chain import COPY_FACTS, INSERT_FACTS, Head
from records.outbox import enqueue
from records.run_history import Tally
from records.schema.core import ASKING_ONLY, DIALOGUES, DUTIES, NOTICES, PROGRAMMES
from records.schema.operator_view import TELLS_OF_CARRYING
from records.sweep.row_templates import DIALOGUE, ID, KIND, NAMED, Row, RowTemplate, WrittenRows
from records.sweep.rule_cache import UNTOLD, RuleCache
from states.model.vocabulary import DutyKind, Template

_log = logging.getLogger(__name__)
_ERROR_LENGTH = 500
_TO_INVITE = DutyKind.INVITE_STAKEHOLDER.value


_p = DIALOGUES.c
_LISTED = select(func.json_each(bindparam("ids", type_=String)).table_valued("value").c.value)
_SEEN = (
    select(_p.id, _p.head_seq, _p.head_hash, _p.revision, PROGRAMMES.c.document)
    .join_from(DIALOGUES, PROGRAMMES)
    .order_by(_p.id)
)
_LISTED_PLACES = {
    "sqlite": _p.id.in_(_LISTED),
    "postgresql": _p.id == func.any(bindparam("ids", type_=ARRAY(Text))),
}
_SEE = {
    at: CompiledStatement(_SEEN.where(listed), ["ids"]) for at, listed in _LISTED_PLACES.items()
}
_HELD = _SEEN.with_for_update(of=DIALOGUES, skip_locked=True)
_HOLD = {
    at: CompiledStatement(_HELD.where(listed), ["ids"]) for at, listed in _LISTED_PLACES.items()
}
_d, _n = DUTIES.c, NOTICES.c
_SENT = select(func.min(_n.sent_at)).where(_n.dialogue_id == _d.dialogue_id)
_SENT = _SENT.where(_n.status == literal_column("'sent'"), ASKING_ONLY, _n.rung.is_(None))
_ASKING = _SENT.where(_n.duty == _d.name, _n.template == _d.asked).scalar_subquery()
_INVITING = _SENT.where(
    _n.duty == literal_column(f"'{DutyKind.ANSWER_INVITATION}/'") + _d.whom,
    _n.template == literal_column(f"'{Template.INVITATION}'"),
).scalar_subquery()
_ARRIVED = case(
    (_d.asked.is_not(None), _ASKING),
    (_d.kind == literal_column(f"'{DutyKind.INVITE_STAKEHOLDER}'"), _INVITING),
    else_=null(),
)
"""When what asks for a participant's duty arrived, or the invitation that is owed; looked up for no other duty."""
_AGAIN = (
    select(
        _d.id, _d.dialogue_id, _d.name, _d.whom, _d.waiting, TELLS_OF_CARRYING,
        _d.kind, _d.owner, _d.due, _d.status, _d.version, _d.lapsed_version, _d.rung,
        _d.whom.is_not(None), _d.waiting.is_not(None), _d.lapsed_at.is_not(None),
        _d.kept, _d.day, _d.asked, _ARRIVED,
    )
    .where(_d.next_at <= bindparam("moment"))
    .order_by(_d.dialogue_id, _d.next_at, _d.id)
)  # fmt: skip
_IN_LIST = {
    "sqlite": _d.id.in_(_LISTED),
    "postgresql": _d.id == func.any(cast(bindparam("ids", type_=Text), ARRAY(BigInteger))),
}
_BRACKETS = {"sqlite": "[{}]", "postgresql": "{{{}}}"}
"""How each writes a list in one text, which the drivers pass on faster than a list."""
_DUE_AGAIN = {
    name: CompiledStatement(_AGAIN.where(condition), ["moment", "ids"])
    for name, condition in _IN_LIST.items()
}
_MOVED = ("rung", "next_at")
_TURNED = ("status", "ended_at", "lapsed_at", "lapsed_version")
_SHIFTED = ("due", "first_due", "day", "first_day", "version", "reckoning")
CHANGED_BY_TIME = (*_TURNED, *_MOVED, *_SHIFTED)
"""The fields of a duty that time may change."""
_GIVEN = {name: bindparam(f"new_{name}", type_=_d[name].type) for name in CHANGED_BY_TIME}
_MOVE = {name: _GIVEN[name] for name in _MOVED} | {"error": null(), "error_at": null()}
_TURN = _MOVE | {
    "status": _GIVEN["status"],
    "ended_at": func.coalesce(_GIVEN["ended_at"], _d.ended_at),
    "lapsed_at": func.coalesce(_d.lapsed_at, _GIVEN["lapsed_at"]),
    "lapsed_version": _GIVEN["lapsed_version"],
}
_NEW_PLACE = [f"new_{name}" for name in _MOVED]
_NEW_STATE = [*(f"new_{name}" for name in _TURNED), *_NEW_PLACE]
_SHIFT = _TURN | {name: _GIVEN[name] for name in _SHIFTED}
_ONE = _d.id == bindparam("of_duty")
_OF_ONE, _OF_ALL = update(DUTIES).where(_ONE), update(DUTIES).where(_IN_LIST["postgresql"])
_MOVE_EACH = CompiledStatement(_OF_ONE.values(_MOVE), [*_NEW_PLACE, "of_duty"])
_TURN_EACH = CompiledStatement(_OF_ONE.values(_TURN), [*_NEW_STATE, "of_duty"])
_NEW_DATES = [f"new_{name}" for name in _SHIFTED]
_SHIFT_EACH = CompiledStatement(_OF_ONE.values(_SHIFT), [*_NEW_DATES, *_NEW_STATE, "of_duty"])
"""Few duties are moved by time: each for itself."""
_MOVE_ALL = CompiledStatement(_OF_ALL.values(_MOVE), [*_NEW_PLACE, "ids"])
_TURN_ALL = CompiledStatement(_OF_ALL.values(_TURN), [*_NEW_STATE, "ids"])
_UPDATE_HEAD = CompiledStatement(
    update(DIALOGUES)
    .where(DIALOGUES.c.id == bindparam("of_dialogue"))
    .values(head_seq=bindparam("seq"), head_hash=bindparam("digest"))
    .values(revision=literal_column("revision + 1")),
    ["seq", "digest", "of_dialogue"],
)
_HEADS = (
    func.unnest(
        bindparam("seq", type_=ARRAY(Integer)),
        bindparam("digest", type_=ARRAY(Text)),
        bindparam("of_dialogue", type_=ARRAY(Text)),
    )
    .table_valued("seq", "digest", "place", name="heads")
    .render_derived()
)
_UPDATE_HEADS = CompiledStatement(
    update(DIALOGUES)
    .where(DIALOGUES.c.id == _HEADS.c.place)
    .values(head_seq=_HEADS.c.seq, head_hash=_HEADS.c.digest)
    .values(revision=literal_column("dialogues.revision + 1")),
    ["seq", "digest", "of_dialogue"],
)
_NOTE_ERROR = CompiledStatement(
    update(DUTIES)
    .where(DUTIES.c.id == bindparam("of_duty"))
    .values(error=bindparam("why"), error_at=bindparam("moment")),
    ["of_duty", "why", "moment"],
)


class Draft(NamedTuple):
    """What a chunk would write if the dialogues still stand as they stood when it was prepared."""

    places: dict[str, Row]
    chunk: "_Chunk"


def prepare(
    connection: Connection, duty_ids: list[int], dialogue_ids: Collection[str], rules: RuleCache
) -> Draft:
    """Ask the law about those of *duty_ids* that are due; it holds nothing, so that nobody waits for it."""
    return _draft(connection, duty_ids, _places(connection, dialogue_ids, _SEE), rules)


def _draft(
    connection: Connection, duty_ids: list[int], places: dict[str, Row], rules: RuleCache
) -> Draft:
    chunk = _Chunk(rules)
    for row in _due_again(connection, duty_ids, rules.now):
        if row[DIALOGUE] in places:
            chunk.take(row, places[row[DIALOGUE]])
    return Draft(places, chunk)


def apply(
    connection: Connection,
    duty_ids: list[int],
    dialogue_ids: Collection[str],
    rules: RuleCache,
    *,
    draft: Draft | None = None,
    careful: bool = False,
) -> tuple[dict[str, Tally], set[str]]:
    """
    Let time act on those of *duty_ids* that are still due, in the dialogues that nobody else holds.

    A *draft* is used when nobody changed a dialogue since, otherwise the law is asked again. *careful* leaves out
    what is written already instead of failing on it. Answers the counts of each dialogue, and which of them somebody
    else held.
    """
    places = _places(connection, dialogue_ids, _HOLD)
    # Every change of a dialogue or of its duties raises its revision: equal rows mean that nothing changed.
    if draft is None or draft.places != places:
        draft = _draft(connection, duty_ids, places, rules)
    draft.chunk.write(connection, careful=careful)
    rules.unsettled |= draft.chunk.unsettled
    return draft.chunk.tallies, set(dialogue_ids) - places.keys()


def _places(
    connection: Connection, dialogue_ids: Collection[str], statement: dict[str, CompiledStatement]
) -> dict[str, Row]:
    """Those of the dialogues that *statement* finds, by their ids."""
    kind, ids = connection.dialect.name, sorted(dialogue_ids)
    listed = json.dumps(ids) if kind == "sqlite" else ids
    return {row[0]: row for row in statement[kind].rows(connection, {"ids": listed})}


def _due_again(connection: Connection, duty_ids: list[int], now: datetime) -> list[Row]:
    values = {"moment": now, "ids": _list_of(connection, duty_ids)}
    return _DUE_AGAIN[connection.dialect.name].rows(connection, values)


def _list_of(connection: Connection, ids: list[int]) -> str:
    return _BRACKETS[connection.dialect.name].format(",".join(map(str, ids)))


def note_errors(connection: Connection, errors: dict[int, str], now: datetime) -> None:
    """Note on each duty why the sweep could not act on it."""
    rows = [{"of_duty": number, "why": why, "moment": now} for number, why in errors.items()]
    _NOTE_ERROR.run(connection, rows)


class _Chunk:
    """What a chunk will write, gathered first, so that a failing duty leaves no trace of its own."""

    def __init__(self, rules: RuleCache) -> None:
        self.rules = rules
        self.written = WrittenRows([], [], {})
        self.ended: list[enqueue.Ended] = []
        self.heads: dict[str, Head] = {}
        self.errors: dict[int, str] = {}
        self.tallies: dict[str, Tally] = {}
        self.unsettled: set[str] = set()
        """Dialogues of which an invitation was accepted, and a kill kept the law from hearing of it."""

    def take(self, duty: Row, place: Row) -> None:
        """Ask the law about one duty and keep what follows; a failure is kept as its error."""
        name, seq, digest, _, document = place
        if duty[KIND] == _TO_INVITE and duty[-1] is not None:
            self.unsettled.add(name)
            return
        tally = self.tallies.get(name)
        if tally is None:
            tally = self.tallies[name] = Tally()
        try:
            template = self.rules.template(document, duty)
        except Exception as error:  # noqa: BLE001 - one poisoned duty must not stop the others
            _log.exception("time could not act on duty %s", duty[ID])
            self.errors[duty[ID]] = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH]
            tally.failed += 1
            return
        (tally.add_untold if duty[UNTOLD] else tally.add)(template.tally)
        head = self.heads.get(name) or Head(seq, digest)
        self.heads[name] = template.render(duty, head, self.written)
        if template.shifted:
            after = template.passing.duty
            self.ended.append(enqueue.Ended(name, duty[NAMED], after.version, enqueue.MOVED))
        if not template.passing.duty.owed:
            self.ended.append(enqueue.Ended(name, duty[NAMED], template.passing.duty.version + 1))

    def write(self, connection: Connection, *, careful: bool) -> None:
        """Write all that was gathered, one statement for each table."""
        written = self.written
        _change(connection, written.changed)
        enqueue.withdraw_ended(connection, self.ended)
        if connection.dialect.name == "postgresql" and not careful:
            COPY_FACTS.run(connection, written.facts)
            enqueue.COPY.run(connection, written.notices)
        else:
            INSERT_FACTS.run_stored(connection, written.facts)
            enqueue.put_stored(connection, written.notices)
        _move_heads(connection, [(*head, place) for place, head in self.heads.items()])
        note_errors(connection, self.errors, self.rules.now)


def _move_heads(connection: Connection, heads: list[Row]) -> None:
    if connection.dialect.name == "postgresql" and heads:
        columns = [list(column) for column in zip(*heads, strict=True)]
        _UPDATE_HEADS.run_stored(connection, [tuple(columns)])
    else:
        _UPDATE_HEAD.run_stored(connection, heads)


def _change(connection: Connection, changed: dict[RowTemplate, list[int]]) -> None:
    """On PostgreSQL each template changes its duties at once; SQLite is as fast with one after the other."""
    in_sets = connection.dialect.name == "postgresql"
    moves: list[Row] = []
    turns: list[Row] = []
    shifts: list[Row] = []
    for template, ids in changed.items():
        values = (*(template.turned or ()), *template.moved)
        if template.shifted:
            shifts += [(*template.shifted, *values, one) for one in ids]
            continue
        rows = turns if template.turned else moves
        rows += (
            [(*values, _list_of(connection, ids))] if in_sets else [(*values, one) for one in ids]
        )
    (_MOVE_ALL if in_sets else _MOVE_EACH).run_stored(connection, moves)
    (_TURN_ALL if in_sets else _TURN_EACH).run_stored(connection, turns)
    _SHIFT_EACH.run_stored(connection, shifts)
