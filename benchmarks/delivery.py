"""
Delivery benchmark: rounds against bare smtplib that sends ready bytes on one connection to the same sink.

Letters are written by a process beside the one that sends (decision 29), whose start is in what is measured. The sink
takes a processor for itself: what two of them can bring at most is in docs/performance.md.
"""

import multiprocessing
import shutil
import smtplib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.figures import Figure, share
from benchmarks.steps import PEOPLE, START, gathering, invite
from config.policies import policy_of
from notifications.channels.channels import Channel, Memory, Post
from notifications.channels.smtp import Smtp
from records.engine.database import connect
from records.ledger import Ledger
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver

ROUNDS = 3
SENDER = "dialoog@p1.example"
NOW = START + timedelta(minutes=5)
HOUR = 3600.0
COMPOSERS = 4
FOUR = 1.6
"""So many times as much as one connection should four bring."""
FAR = 400  # mails to the slow sink
PAUSE = 0.002  # seconds


class Rates(NamedTuple):
    """Mails a second: ours on one and on four connections, and bare smtplib likewise."""

    one: float
    four: float
    bare: float
    bare4: float


def sink(port: Any, ready: Event, pause: float) -> None:  # noqa: ANN401 - a shared number
    """Accept mail and forget it, *pause* seconds before each answer."""
    import asyncio  # noqa: PLC0415 - in its own process

    from aiosmtpd.smtp import SMTP  # noqa: PLC0415

    class Forget:
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - the name that the library calls
            return "250 OK"

    class SlowServer(SMTP):
        async def push(self, status: Any) -> None:  # noqa: ANN401 - as in the library
            await asyncio.sleep(pause)
            await super().push(status)

    kind = SlowServer if pause else SMTP

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: kind(Forget(), hostname="sink"), "127.0.0.1", 0)
        port.value = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def running_sink(pause: float = 0) -> Iterator[int]:
    """Run the sink in a process of its own; the port it listens on."""
    context = multiprocessing.get_context("spawn")
    port, ready = context.Value("i", 0), context.Event()
    process = context.Process(target=sink, args=(port, ready, pause), daemon=True)
    process.start()
    assert ready.wait(30)
    yield port.value
    process.terminate()
    process.join()


def bare(port: int, posts: list[Post]) -> float:
    """Send the ready bytes of *posts* on one connection; mails a second."""
    ready = [(str(post.message.address), post.wire) for post in posts]
    begun = perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for address, data in ready:
            server.sendmail(SENDER, [address], data)
    return len(ready) / (perf_counter() - begun)


def bare_at_once(port: int, posts: list[Post], connections: int) -> float:
    """The same on several connections, each in a thread of its own."""
    shares = [posts[number::connections] for number in range(connections)]
    _ = [post.wire for post in posts]
    begun = perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda share: bare(port, share), shares))
    return len(posts) / (perf_counter() - begun)


def prepare(file: Path, n: int) -> None:
    """Invite *n* people of several companies in the new database *file*; their mails wait."""
    ledger, _ = gathering(f"sqlite:///{file}")
    for number in range(2, 2 + max(0, n - 1) // PEOPLE):
        invite(ledger, number)
    ledger.engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def ours(prepared: Path, n: int, mail: Callable[[], Channel], connections: int) -> float:
    """Deliver the *n* mails of a copy of *prepared*; mails a second."""
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{shutil.copy(prepared, folder)}")
        mailroom = Mailroom(
            mail,
            SENDER,
            base_url="https://dialoog.example",
            lease_seconds=HOUR,
            composers=COMPOSERS,
        )
        begun = perf_counter()
        done = deliver(engine, Ledger(engine, policy_of), mailroom, NOW, connections=connections)
        taken = perf_counter() - begun
        assert done.sent >= n, done
        engine.dispose()
        return done.sent / taken


def one_round(port: int, prepared: Path, n: int) -> Rates:
    """Mails a second in one round: what is written first goes into memory and is sent bare at the end."""
    kept, smtp = Memory(), partial(Smtp, "127.0.0.1", port, "none")
    ours(prepared, n, lambda: kept, 1)
    one, four = (ours(prepared, n, smtp, connections) for connections in (1, 4))
    return Rates(one, four, bare(port, kept.posts), bare_at_once(port, kept.posts, 4))


def measure_rates(n: int, rounds: int, pause: float) -> Rates:
    """The middle one of several rounds to a sink that waits *pause* seconds before each answer."""
    with running_sink(pause) as port, tempfile.TemporaryDirectory() as folder:
        few, all_ = Path(folder, "few.sqlite"), Path(folder, "all.sqlite")
        for file, number in ((few, min(n, PEOPLE)), (all_, n)):
            prepare(file, number)
        one_round(port, few, min(n, PEOPLE))  # templates are read and statements compiled once
        found = sorted(
            (one_round(port, all_, n) for _ in range(rounds)), key=lambda r: r.one / r.bare
        )
    return found[len(found) // 2]


def run(n: int = 2_000, *, rounds: int = ROUNDS) -> list[Figure]:
    """Deliver *n* invitations in two languages, composed from the dialogue, each marked once accepted."""
    near, far = measure_rates(n, rounds, 0), measure_rates(min(n, FAR), 1, PAUSE)
    return [
        *_figures("delivery, SQLite, composed, two languages, links, marked one by one", near),
        *_figures(f"delivery to a server that takes {PAUSE * 1000:g} ms for each answer", far),
    ]


def _figures(what: str, rates: Rates) -> list[Figure]:
    beside = partial(share, "delivery", unit="mails/s")
    return [
        beside(f"{what}, one connection", ours=rates.one, raw=rates.bare, least=0.8),
        _four(f"{what}, four connections", rates),
        beside(
            f"{what}, four connections beside four bare ones",
            ours=rates.four,
            raw=rates.bare4,
            least=0.6,
        ),
        Figure(
            "delivery", f"{what}, the raw limit itself: four", "mails/s", rates.bare4, rates.bare
        ),
    ]


def _four(what: str, rates: Rates) -> Figure:
    reached = rates.four >= FOUR * rates.one
    return Figure("delivery", what, "mails/s", rates.four, rates.one, f"≥ {FOUR:g} × one", reached)
