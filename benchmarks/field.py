"""Synthetic data: a field of duties in a database with the real tables, so many duties open and so many of them due."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnClause,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    Text,
    bindparam,
    case,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    values,
)

from config.policies import policy_of
from records.engine.column_types import canonical
from records.engine.database import connect, writing
from records.journal.hash_chain import beginning
from records.ledger import Ledger
from records.migrate import upgrade
from records.schema.core import DIALOGUES, DUTIES
from states.model.calendar import WorkCalendar
from states.model.dialogue import Phase
from states.model.duties import KINDS
from states.model.information import Information
from states.model.programme import Programme
from states.model.vocabulary import DutyKind
from states.timing.ladders import rung_at
from states.values.promised_days import Reckoning

NOW = datetime(2022, 9, 8, 6, tzinfo=UTC)  # eight o'clock in Amsterdam, when rungs fire
CALENDAR = WorkCalendar("Europe/Amsterdam", "NL", frozenset())
PER_DIALOGUE = 50
PROGRAMMES = 20
KIND_OF_DUE = (
    ("answer-participant", 0, "open", 0),
    ("decide-contribution", 1, "open", 0),
    ("answer-invitation", 0, "open", 0),
    ("answer-participant", 3, "lapsed", 1),
)
"""What falls due, by turns: kind, rung, status and lapsed version."""
_RECKONING = Reckoning(rule="S+12w", start=datetime(2022, 6, 16, tzinfo=UTC).date(), end=NOW.date())
_DAYS_AHEAD = 200
"""Over so many days the others fall due."""
_AT_ONCE = 500_000


def programme(number: int) -> Programme:
    """A programme in Amsterdam with every role held."""
    roles = {
        role: {"name": f"{role} {number}", "email": f"{role}@p{number}.example", "language": "nl"}
        for role in ("manager", "deputy", "sponsor", "moderator", "board", "confidant")
    }
    document: dict[str, Any] = {
        "id": f"p{number:05}", "company": f"Company {number}", "country": "NL",
        "time_zone": "Europe/Amsterdam", "schedule": "0 9 1 12 *", "roles": roles,
    }  # fmt: skip
    return Programme.model_validate(document)


def sow(url: str, due: int, opened: int) -> None:
    """Fill the database of *url* with *opened* duties, of which *due* are due at NOW, spread over all dialogues."""
    upgrade(url)
    engine = connect(url, durable=False)
    ledger = Ledger(engine, policy_of)
    for number in range(PROGRAMMES):
        ledger.apply_programme(programme(number), NOW - timedelta(days=300))
    dialogues = max(1, opened // PER_DIALOGUE)
    with writing(engine) as connection:
        _dialogues(connection, dialogues)
    rows = _duties(due, opened, dialogues)
    for first in range(0, opened, _AT_ONCE):
        with writing(engine) as connection:
            connection.execute(rows, {"first": first, "last": min(first + _AT_ONCE, opened) - 1})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def name_of(number: int) -> str:
    """The dialogue with this *number*."""
    return f"p{number % PROGRAMMES:05}-{number}"


def _dialogues(connection: Connection, count: int) -> None:
    rows = [
        {
            "id": name_of(number), "programme_id": f"p{number % PROGRAMMES:05}", "edition": number,
            "phase": Phase.FEEDBACK, "phase_since": NOW, "opened_at": NOW, "session_at": NOW,
            "information": Information(), "calendar_sequence": 0, "management": canonical({}),
            "lessons": (), "revision": 1, "head_seq": 0, "head_hash": beginning(name_of(number)).hash,
        }
        for number in range(count)
    ]  # fmt: skip
    for start in range(0, count, _AT_ONCE):
        connection.execute(insert(DIALOGUES), rows[start : start + _AT_ONCE])


def _due_of(kind: str, rung: int) -> datetime:
    """The due moment of which *rung* fires at NOW."""
    policy, day = policy_of({}), NOW.date() - timedelta(days=40)
    ladder = policy.ladders[KINDS[DutyKind(kind)].ladder]
    while True:
        found = rung_at(ladder, rung, day, CALENDAR, policy.notice_time)
        if found and found.at == NOW:
            return CALENDAR.end_of(day)
        day += timedelta(days=1)


def _duties(due: int, opened: int, dialogues: int) -> Insert:
    """The database writes the duties from *first* to *last* itself: ten million rows are too many to hand over."""
    every = max(1, opened // due) if due else opened + 1
    number, kinds, later = _numbers(), _kinds(), _later()
    ripe = (number % every == 0) & (number // every < due)
    voice = "voice-" + cast(number, Text)
    dialogue = number // PER_DIALOGUE % dialogues
    programme_id = "p" + func.substr(cast(100_000 + dialogue % PROGRAMMES, Text), 2)
    duty: dict[str, Any] = {
        "id": number + 1, "dialogue_id": programme_id + "-" + cast(dialogue, Text),
        "name": kinds.c.kind + "/" + voice, "kind": kinds.c.kind, "whom": voice, "round": 1,
        "owner": kinds.c.owner, "due": kinds.c.due, "first_due": kinds.c.due, "status": kinds.c.status,
        "opened_at": literal(NOW, DUTIES.c.opened_at.type), "lapsed_at": kinds.c.lapsed_at, "version": 1,
        "lapsed_version": kinds.c.lapsed_version, "waiting": voice, "rung": kinds.c.rung,
        "next_at": case((ripe, literal(NOW, DUTIES.c.next_at.type)), else_=later.c.at),
        "reckoning": literal(_RECKONING, DUTIES.c.reckoning.type),
        "postponements": literal((), DUTIES.c.postponements.type),
    }  # fmt: skip
    told = select(*(_label(value, name) for name, value in duty.items()))
    told = told.where(kinds.c.turn == number // every % len(KIND_OF_DUE))
    return insert(DUTIES).from_select(list(duty), told.where(later.c.turn == number % _DAYS_AHEAD))


def _label(value: Any, name: str) -> Any:  # noqa: ANN401 - an expression or a plain number
    return (value if isinstance(value, ColumnElement) else literal(value)).label(name)


def _numbers() -> ColumnElement[int]:
    """Each number from *first* to *last*."""
    one = select(bindparam("first", type_=Integer).label("number")).cte("numbers", recursive=True)
    next_one = select(one.c.number + 1).where(one.c.number < bindparam("last", type_=Integer))
    return one.union_all(next_one).c.number


def _kinds() -> CTE:
    moment = DUTIES.c.due.type
    columns: list[ColumnClause[Any]] = [
        column(name, Integer) for name in ("turn", "rung", "lapsed_version")
    ]
    columns += [column(name, Text) for name in ("kind", "owner", "status")]
    columns += [column(name, moment) for name in ("due", "lapsed_at")]
    rows = []
    for turn, (kind, rung, status, lapsed) in enumerate(KIND_OF_DUE):
        due = _due_of(kind, rung)
        owner = KINDS[DutyKind(kind)].owner
        rows.append((turn, rung, lapsed, kind, owner, status, due, due if lapsed else None))
    return values(*columns, name="kinds").data(rows).cte("kinds")


def _later() -> CTE:
    columns = (column("turn", Integer), column("at", DUTIES.c.next_at.type))
    rows = [(day, NOW + timedelta(days=1 + day)) for day in range(_DAYS_AHEAD)]
    return values(*columns, name="later").data(rows).cte("later")
