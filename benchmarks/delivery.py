"""
Delivery benchmark: rounds against bare smtplib that sends ready bytes on one connection to the same sink.

On two cores four connections do not bring twice one to a sink that answers at once: sink and senders have no processor
left to share (docs/performance.md has the arithmetic). The row is kept and says so. To a slower sink they do.
"""

import multiprocessing
import smtplib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from multiprocessing.synchronize import Event
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.figures import Figure, share
from benchmarks.steps import PEOPLE, START, gathering, invite
from notifications.channels.channels import Channel, Memory, Post
from notifications.channels.smtp import Smtp
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver

ROUNDS = 3
SENDER = "dialoog@p1.example"
NOW = START + timedelta(minutes=5)
HOUR = 3600.0
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


def ours(url: str, n: int, mail: Callable[[], Channel], connections: int) -> float:
    """Invite *n* people of several companies and deliver; mails a second."""
    ledger, _ = gathering(url)
    for number in range(2, 2 + max(0, n - 1) // PEOPLE):
        invite(ledger, number)
    mailroom = Mailroom(mail, SENDER, base_url="https://dialoog.example", lease_seconds=HOUR)
    begun = perf_counter()
    done = deliver(ledger.engine, ledger, mailroom, NOW, connections=connections)
    taken = perf_counter() - begun
    assert done.sent >= n, done
    ledger.engine.dispose()
    return done.sent / taken


def one_round(port: int, n: int) -> Rates:
    """Mails a second in one round: what is written first goes into memory and is sent bare at the end."""
    kept = Memory()
    rates = []
    for connections in (0, 1, 4):
        with tempfile.TemporaryDirectory() as folder:
            smtp = partial(Smtp, "127.0.0.1", port, "none")
            mail = smtp if connections else lambda: kept
            rates.append(ours(f"sqlite:///{folder}/post.sqlite", n, mail, connections or 1))
    return Rates(rates[1], rates[2], bare(port, kept.posts), bare_at_once(port, kept.posts, 4))


def measure_rates(n: int, rounds: int, pause: float) -> Rates:
    """The middle one of several rounds to a sink that waits *pause* seconds before each answer."""
    with running_sink(pause) as port:
        one_round(
            port, min(n, PEOPLE)
        )  # to warm up: templates are read and statements compiled once
        found = sorted((one_round(port, n) for _ in range(rounds)), key=lambda r: r.one / r.bare)
    return found[len(found) // 2]


def run(n: int = 400, *, rounds: int = ROUNDS) -> list[Figure]:
    """Deliver *n* invitations in two languages, composed from the dialogue, each marked once accepted."""
    near, far = measure_rates(n, rounds, 0), measure_rates(n, 1, PAUSE)
    return [
        *_figures("delivery, SQLite, composed, two languages, links, marked one by one", near),
        *_figures(f"delivery to a server that takes {PAUSE * 1000:g} ms for each answer", far),
    ]


def _figures(what: str, rates: Rates) -> list[Figure]:
    beside = partial(share, "delivery", unit="mails/s", least=0.7)
    return [
        beside(f"{what}, one connection", ours=rates.one, raw=rates.bare),
        _twice(f"{what}, four connections", rates),
        beside(f"{what}, four connections beside four bare ones", ours=rates.four, raw=rates.bare4),
        Figure(
            "delivery", f"{what}, the raw limit itself: four", "mails/s", rates.bare4, rates.bare
        ),
    ]


def _twice(what: str, rates: Rates) -> Figure:
    reached = rates.four >= 2 * rates.one
    return Figure("delivery", what, "mails/s", rates.four, rates.one, "≥ 2 × one", reached)
