"""
Load generator: many browsers on keep-alive connections, each asking for its pages one after the other.

A process of its own, and a cheap one, because it eats from the same cores as what it measures: it speaks HTTP over
plain sockets, and looks at nothing of an answer but its status and its length.
"""

import argparse
import json
import select
import socket
import sys
from dataclasses import dataclass, field
from time import perf_counter

_LENGTH = b"content-length: "
_UNCOUNTED = 0.15
"""The share of the time that passes before anything counts."""


class Broken(Exception):
    """A page was not answered as it should be; the message is the head of what came."""


@dataclass
class LoadBrowser:
    """One connection, and the *requests* that it sends by turns, from the one with number *turn* on."""

    port: int
    requests: list[bytes]
    turn: int
    line: socket.socket = field(init=False)
    begun: float = 0.0
    missing: int | None = None
    """Bytes that are still to come; None while the head of the answer is not here."""
    head: bytes = b""

    def __post_init__(self) -> None:
        """Connect."""
        self.line = socket.create_connection(("127.0.0.1", self.port))
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        """Send the next request."""
        self.begun, self.missing, self.head = perf_counter(), None, b""
        self.line.sendall(self.requests[self.turn % len(self.requests)])
        self.turn += 1

    def hear(self) -> bool:
        """Read what came; True when the answer is whole. Raises Broken."""
        piece = self.line.recv(262_144)
        if not piece:
            raise Broken("the server hung up")
        if self.missing is None:
            self.head += piece
            head, end, body = self.head.partition(b"\r\n\r\n")
            if not end:
                return False
            self.missing = _length(head) - len(body)
        else:
            self.missing -= len(piece)
        return self.missing == 0


def _length(head: bytes) -> int:
    if not head.startswith(b"HTTP/1.1 200"):
        raise Broken(head.decode("latin-1"))
    return int(head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0])


def load(port: int, asked: list[list[bytes]], seconds: float) -> dict[str, float]:
    """Load *port* by one browser for each list of requests; pages a second, and p50 and p99 in milliseconds."""
    browsers = [LoadBrowser(port, requests, place) for place, requests in enumerate(asked)]
    by_line = {one.line.fileno(): one for one in browsers}
    watch = select.poll()
    for number, one in by_line.items():
        watch.register(number, select.POLLIN)
        one.ask()
    begun = perf_counter()
    counted, end, taken = begun + seconds * _UNCOUNTED, begun + seconds, list[float]()
    while (now := perf_counter()) < end:
        for number, _ in watch.poll(100):
            one = by_line[number]
            if one.hear():
                if one.begun >= counted:
                    taken.append((perf_counter() - one.begun) * 1000)
                one.ask()
    for one in browsers:
        one.line.close()
    if not taken:
        raise Broken("no page came in time")
    taken.sort()
    return {
        "rate": len(taken) / (now - counted),
        "p50": taken[len(taken) // 2],
        "p99": taken[int(len(taken) * 0.99)],
    }


def main() -> None:
    """Load the port of the command line with the requests that standard input lists; say what was measured."""
    asked = argparse.ArgumentParser(prog="benchmarks.browsers")
    asked.add_argument("port", type=int)
    asked.add_argument("seconds", type=float)
    given = asked.parse_args()
    requests = [[one.encode("latin-1") for one in each] for each in json.load(sys.stdin)]
    print(json.dumps(load(given.port, requests, given.seconds)))


if __name__ == "__main__":
    main()
