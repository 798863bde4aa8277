"""
Rate limit of connections: how long the server waits for whoever is slow, and how much room one address may take.

A connection that sends its headers or its body by drops costs nothing but a place. Places are scarce, so each wait has
an end, and whoever comes when all are taken gets the place of the one that has kept us waiting longest: those who are
being answered keep theirs. Behind a proxy the address is that of the visitor, as in `X-Forwarded-For`.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

HEADER_BYTES = 16 * 1024
"""What a request line and its headers may hold together; h11 answers 400 to more."""
_TOO_LATE = "408 Request Timeout", "This took too long. Please try again."
_TOO_FULL = "503 Service Unavailable", "It is too busy. Please try again in a moment."


@dataclass(frozen=True)
class ConnectionLimits:
    """Seconds and places: *header* for the request line and headers, *pause* between two pieces of a body."""

    header: float = 10
    pause: float = 20
    body: float = 300
    """Seconds for a whole body: two megabytes from a slow phone fit."""
    places: int = 256
    """Connections in total; the machine must be able to hold that many files open."""
    per_address: int = 64
    """Of these for one address: an office shares one."""
    proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    """Who may say for whom it asks, and is held to no number itself."""
    left: Callable[[], None] = lambda: None
    """Hears of each connection that ended."""

    def divided_by(self, processes: int) -> "ConnectionLimits":
        """The share of one of so many *processes*, which together let in no more than one would."""
        places, per_address = self.places // processes, self.per_address // processes
        return replace(self, places=max(1, places), per_address=max(1, per_address))


@dataclass
class Hall:
    """Everybody who is connected, the longest waiting first."""

    limits: ConnectionLimits
    seats: "dict[Patient, None]" = field(default_factory=dict)

    def enter(self, guest: "Patient") -> bool:
        """Give *guest* a place; False when everybody there is being answered."""
        if len(self.seats) >= self.limits.places and not self._make_room(iter(self.seats)):
            return False
        self.seats[guest] = None
        return True

    def leave(self, guest: "Patient") -> None:
        """Free the place of *guest*."""
        self.seats.pop(guest, None)

    def hold_to_places(self, guest: "Patient", address: str) -> None:
        """Hold *guest* to the number of places of *address*."""
        theirs = [seat for seat in self.seats if seat.address == address and seat is not guest]
        guest.address = address
        if len(theirs) >= self.limits.per_address:
            self._make_room(iter(theirs))

    @staticmethod
    def _make_room(seats: "Iterator[Patient]") -> bool:
        longest = next((seat for seat in seats if not seat.answering), None)
        if longest is not None:
            longest.dismiss()
        return longest is not None


class Patient(H11Protocol):
    """One connection, which is waited for only so long; `protocol` makes a kind with limits of its own."""

    hall: Hall
    address: str | None = None
    """Whose it is; None while a proxy has not said so."""
    _timer: asyncio.TimerHandle | None = None
    _ends: float = 0

    @property
    def answering(self) -> bool:
        """Whether a whole request is here and its answer is not out yet."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.more_body and not cycle.response_complete

    @property
    def _receiving(self) -> bool:
        """Whether the headers of a request are here, and its body is not."""
        return bool(self.conn.their_state is h11.SEND_BODY)

    @property
    def _halfway(self) -> bool:
        """Whether an answer began and is not whole: nothing can be said any more."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.response_started and not cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, or be turned away."""
        super().connection_made(transport)
        if not self.hall.enter(self):
            self._say(*_TOO_FULL)
            return
        peer = self.client[0] if self.client else None
        if peer and peer not in self.hall.limits.proxies:
            self.hall.hold_to_places(self, peer)
        self._wait(self.hall.limits.header)

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place."""
        self.hall.leave(self)
        self.hall.limits.left()
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what is not whole now is waited for, but not for ever."""
        fresh = not self._receiving
        if self._timer is None and fresh and not self.answering:
            self._wait(self.hall.limits.header)
        super().data_received(data)
        if self._receiving:
            self._await_body(fresh=fresh)
        elif self.answering:
            self._wait(None)

    def handle_events(self) -> None:
        """Look whose request came."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._name_visitor()

    def on_response_complete(self) -> None:
        """Rest until the next request, as long as uvicorn keeps a quiet connection."""
        self._wait(None)
        super().on_response_complete()

    def dismiss(self) -> None:
        """End the connection at once, whatever it was sending."""
        self.hall.leave(self)
        self.transport.abort()

    def _name_visitor(self) -> None:
        if self.client is None or self.client[0] not in self.hall.limits.proxies:
            return
        said = [value for name, value in self.headers if name == b"x-forwarded-for"]
        if said:
            self.hall.hold_to_places(self, said[-1].decode("latin-1").rpartition(",")[2].strip())

    def _await_body(self, *, fresh: bool) -> None:
        limits, now = self.hall.limits, self.loop.time()
        if fresh:
            self._ends = now + limits.body
        self._wait(min(limits.pause, self._ends - now))

    def _wait(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        self._timer = None
        self._say(*_TOO_LATE)

    def _say(self, status: str, words: str) -> None:
        """Answer in the plainest way there is, and hang up."""
        if self.transport.is_closing():
            return
        if self._halfway:
            self.transport.abort()
            return
        head = (
            f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
        )
        body = f"{words}\n"
        self.transport.write(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
        self.transport.close()


def protocol(limits: ConnectionLimits) -> type[asyncio.Protocol]:
    """The kind of connection of one server with these *limits*, to be given to uvicorn as `http`."""
    hall = Hall(limits)

    class Connection(Patient):
        def __init__(
            self,
            config: Config,
            server_state: ServerState,
            app_state: dict[str, object],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            self.hall = hall
            super().__init__(config, server_state, app_state, _loop)

    return Connection
