"""Sweep benchmark on PostgreSQL: it against raw binary COPY of the same rows, and two workers against one."""

# ruff: noqa: S608 - no text of anybody's is in these statements

import multiprocessing
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.field import NOW, sow
from benchmarks.figures import Figure, median, share
from benchmarks.sweep import alone, ours
from tests.postgres import Server, server

ROUNDS = 3
CHUNK = 5000
_NOTICE = (
    'dialogue_id, cause, "to", role, template, duty, kind, rung, version, detail, at, status, attempts,'
    " next_try_at"
)
_FACT = "dialogue_id, seq, at, fact, actor, subject, detail, prev, hash"
_DUTY = "id, status, lapsed_at, lapsed_version, rung, next_at"
_HEAD = "id, head_seq, head_hash, revision"
_TEXT, _WHOLE, _MOMENT = "text", "int4", "timestamptz"
_KINDS = {
    "notices": [_TEXT] * 8 + [_WHOLE, _TEXT, _MOMENT, _TEXT, _WHOLE, _MOMENT],
    "facts": [_TEXT, _WHOLE, _MOMENT] + [_TEXT] * 6,
    "some_duties": ["int8", _TEXT, _MOMENT, _WHOLE, _WHOLE, _MOMENT],
    "some_heads": [_TEXT, _WHOLE, _TEXT, _WHOLE],
}
_PUT_DUTIES = (
    "UPDATE duties d SET status = s.status, lapsed_at = s.lapsed_at, lapsed_version = s.lapsed_version,"
    " rung = s.rung, next_at = s.next_at FROM some_duties s WHERE d.id = s.id"
)
_PUT_HEADS = (
    "UPDATE dialogues d SET head_seq = s.head_seq, head_hash = s.head_hash, revision = s.revision"
    " FROM some_heads s WHERE d.id = s.id"
)


def _address(url: str) -> str:
    return url.replace("+psycopg", "")


def raw(swept: str, target: str) -> float:
    """Write by COPY what the sweep wrote in *swept* to *target*, its copy from before; seconds."""
    with psycopg.connect(_address(swept)) as before, psycopg.connect(_address(target)) as after:
        after.execute(
            f"CREATE TEMP TABLE some_duties ON COMMIT DELETE ROWS AS SELECT {_DUTY} FROM duties LIMIT 0"
        )
        after.execute(
            f"CREATE TEMP TABLE some_heads ON COMMIT DELETE ROWS AS SELECT {_HEAD} FROM dialogues LIMIT 0"
        )
        after.commit()
        rows = {
            "notices": before.execute(f"SELECT {_NOTICE} FROM notices ORDER BY id").fetchall(),
            "facts": before.execute(
                f"SELECT {_FACT} FROM facts WHERE at = %s ORDER BY dialogue_id, seq",
                (NOW,),
            ).fetchall(),
            "some_duties": before.execute(
                f"SELECT {_DUTY} FROM duties WHERE opened_at = %s AND (next_at IS NULL OR"
                " id IN (SELECT id FROM duties WHERE error IS NOT NULL) OR rung > 0) ORDER BY id",
                (NOW,),
            ).fetchall(),
            "some_heads": before.execute(
                f"SELECT {_HEAD} FROM dialogues WHERE revision > 1 ORDER BY id"
            ).fetchall(),
        }
        due = {row[0] for row in after.execute("SELECT id FROM duties WHERE next_at <= %s", (NOW,))}
        after.commit()
        rows["some_duties"] = [row for row in rows["some_duties"] if row[0] in due]
        chunks = -(-len(due) // CHUNK)
        return sum(
            _chunk(after, {name: _part(found, number, chunks) for name, found in rows.items()})
            for number in range(chunks)
        )


def _part(rows: list[Any], number: int, chunks: int) -> list[Any]:
    size = -(-len(rows) // chunks)
    return rows[number * size : (number + 1) * size]


def _chunk(connection: "psycopg.Connection[Any]", rows: dict[str, list[Any]]) -> float:
    begun = perf_counter()
    columns = {"notices": f"({_NOTICE})", "facts": f"({_FACT})"}
    for name, found in rows.items():
        sql = f"COPY {name} {columns.get(name, '')} FROM STDIN (FORMAT BINARY)"
        with connection.cursor() as cursor, cursor.copy(sql.encode()) as copy:
            copy.set_types(_KINDS[name])
            for row in found:
                copy.write_row(row)
    connection.execute(_PUT_DUTIES)
    connection.execute(_PUT_HEADS)
    connection.commit()
    return perf_counter() - begun


def together(url: str, workers: int) -> float:
    """Sweep with so many *workers* at once; seconds from the first start to the last end."""
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        pool.map(_ready, range(workers), chunksize=1)
        done = pool.map(ours, [url] * workers, chunksize=1)
    assert all(done)
    return max(seconds for seconds, _, _ in done)


def _ready(_: int) -> None:
    """Import what the worker needs."""


def run(n: int = 20_000, *, spread: int = 10, rounds: int = ROUNDS) -> list[Figure]:
    """Sweep *n* duties out of *spread* times as many on PostgreSQL, beside the raw limit."""
    rates: list[tuple[float, float]] = []
    gains: list[float] = []
    memory = 0.0
    with server() as running:
        sow(running.create("field"), n, n * spread)
        for number in range(rounds):
            swept, target, shared = (
                _fresh(running, f"{name}_{number}") for name in ("a", "b", "c")
            )
            seconds, duties, rss = alone(ours, swept)
            assert duties == n, (duties, n)
            memory = max(memory, rss)
            rates.append((n / seconds, n / raw(swept, target)))
            gains.append(seconds / together(shared, 2))
            for name in ("a", "b", "c"):
                running.drop(f"{name}_{number}")
    what = f"sweep, PostgreSQL: {n:,} due of {n * spread:,} open"
    ratio = sorted(rates, key=lambda pair: pair[0] / pair[1])[len(rates) // 2]
    gain = median(gains)
    return [
        share("sweep_postgresql", what, "duties/s", ours=ratio[0], raw=ratio[1], least=0.5),
        Figure(
            "sweep_postgresql", f"{what}, two workers", "× one", gain, None, "≥ 1.2", gain >= 1.2
        ),
        Figure(
            "sweep_postgresql", f"{what}, memory", "MB", memory, None, "≤ 300 MB", memory <= 300
        ),
    ]


def _fresh(running: Server, name: str) -> str:
    return running.create(name, template="field")
