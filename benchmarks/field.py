"""A field of duties: a database with the real tables, so many duties open and so many of them due."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert

from config.policies import policy_of
from records.bulk import Bulk
from records.chain import beginning
from records.columns import canonical
from records.database import connect, writing
from records.ledger import Ledger
from records.migrate import upgrade
from records.tables import DIALOGUES, DUTIES
from states.calendar import WorkCalendar
from states.dialogue import Phase
from states.duties import KINDS, Reckoning
from states.information import Information
from states.ladders import rung_at
from states.programme import Programme

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
_COLUMNS = [column.name for column in DUTIES.c if column.name not in {"error", "error_at"}]
_INSERT = Bulk(insert(DUTIES), _COLUMNS)
_AT_ONCE = 20_000


def programme(number: int) -> Programme:
    """A programme in Amsterdam with every role held."""
    roles = {
        role: {"name": f"{role} {number}", "email": f"{role}@p{number}.example", "language": "nl"}
        for role in ("manager", "deputy", "sponsor", "moderator", "board", "confidant")
    }
    values: dict[str, Any] = {
        "id": f"p{number:05}", "company": f"Company {number}", "country": "NL",
        "time_zone": "Europe/Amsterdam", "schedule": "0 9 1 12 *", "roles": roles,
    }  # fmt: skip
    return Programme.model_validate(values)


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
    while chunk := list(islice(rows, _AT_ONCE)):
        with writing(engine) as connection:
            _INSERT.run(connection, chunk)
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
    ladder = policy.ladders[KINDS[kind].ladder]
    while True:
        found = rung_at(ladder, rung, day, CALENDAR, policy.notice_time)
        if found and found.at == NOW:
            return CALENDAR.end_of(day)
        day += timedelta(days=1)


def _duties(due: int, opened: int, dialogues: int) -> Iterator[dict[str, Any]]:
    dues = [_due_of(kind, rung) for kind, rung, _, _ in KIND_OF_DUE]
    every = max(1, opened // due) if due else opened + 1
    left = due
    for number in range(opened):
        ripe = left > 0 and number % every == 0
        left -= ripe
        turn = (number // every) % len(KIND_OF_DUE)
        kind, rung, status, lapsed = KIND_OF_DUE[turn]
        later = NOW + timedelta(days=1 + number % 200)
        name = f"{kind}/voice-{number}"
        yield {
            "id": number + 1, "dialogue_id": name_of(number // PER_DIALOGUE % dialogues), "name": name,
            "kind": kind, "whom": f"voice-{number}", "round": 1, "owner": KINDS[kind].owner,
            "due": dues[turn], "first_due": dues[turn], "status": status, "opened_at": NOW,
            "ended_at": None, "lapsed_at": dues[turn] if lapsed else None, "version": 1,
            "lapsed_version": lapsed, "waiting": f"voice-{number}", "rung": rung,
            "next_at": NOW if ripe else later, "reckoning": _RECKONING, "postponements": (),
        }  # fmt: skip
