"""Delivery against bare smtplib that sends ready bytes on one connection to the same sink."""

import multiprocessing
import smtplib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from multiprocessing.synchronize import Event
from time import perf_counter
from typing import Any

from benchmarks.figures import Figure, share
from benchmarks.steps import START, gathering
from config.delivery import deliver
from config.mailroom import Mailroom
from notifications.channels import Memory, Post
from notifications.email import to_bytes
from notifications.smtp import Smtp

ROUNDS = 3
SENDER = "dialoog@p1.example"


def sink(port: Any, ready: Event) -> None:  # noqa: ANN401 - a shared number
    """Accept mail and forget it."""
    import asyncio  # noqa: PLC0415 - in its own process

    from aiosmtpd.smtp import SMTP  # noqa: PLC0415

    class Forget:
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - the name that the library calls
            return "250 OK"

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Forget(), hostname="sink"), "127.0.0.1", 0)
        port.value = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def running_sink() -> Iterator[int]:
    """Run the sink in a process of its own; the port it listens on."""
    context = multiprocessing.get_context("spawn")
    port, ready = context.Value("i", 0), context.Event()
    process = context.Process(target=sink, args=(port, ready), daemon=True)
    process.start()
    assert ready.wait(30)
    yield port.value
    process.terminate()
    process.join()


def bare(port: int, posts: list[Post]) -> float:
    """Send the ready bytes of *posts* on one connection; mails a second."""
    ready = [(str(post.message.address), to_bytes(post.email)) for post in posts]
    begun = perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for address, data in ready:
            server.sendmail(SENDER, [address], data)
    return len(ready) / (perf_counter() - begun)


def one_round(port: int, n: int) -> tuple[float, float, float]:
    """Mails a second: ours on one connection, ours on four, and bare smtplib."""
    rates: list[float] = []
    kept = Memory()
    for connections in (0, 1, 4):
        with tempfile.TemporaryDirectory() as folder:
            ledger, _ = gathering(f"sqlite:///{folder}/post.sqlite", n)
            mailroom = Mailroom(lambda: Smtp("127.0.0.1", port, "none"), SENDER)
            now = START + timedelta(minutes=5)
            if not connections:
                mailroom = replace(mailroom, mail=lambda: kept)
            begun = perf_counter()
            done = deliver(ledger.engine, ledger, mailroom, now, connections=connections or 1)
            rates.append(done.sent / (perf_counter() - begun))
            assert done.sent >= n, done
            ledger.engine.dispose()
    return rates[1], rates[2], bare(port, kept.posts)


def run(n: int = 60, *, rounds: int = ROUNDS) -> list[Figure]:
    """Deliver *n* invitations in two languages, composed from the dialogue, each marked once accepted."""
    with running_sink() as port:
        found = sorted((one_round(port, n) for _ in range(rounds)), key=lambda r: r[0] / r[2])
    one, four, raw = found[len(found) // 2]
    what = "delivery, SQLite, composed, two languages, marked one by one"
    return [
        share("delivery", f"{what}, one connection", "mails/s", ours=one, raw=raw, least=0.7),
        Figure(
            "delivery",
            f"{what}, four connections",
            "mails/s",
            four,
            one,
            "≥ 2 × one",
            four >= 2 * one,
        ),
    ]
