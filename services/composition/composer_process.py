"""Composer process: writes the letters that connections of another process ask for, and ends with that."""

import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from notifications.channels.channels import Failure, Post
from services.composition.briefs import LetterBrief, Letterhead, Order, write_letter
from services.composition.frames import Frames
from services.garbage_collection import collected_later
from states.model.dialogue import Dialogue


@dataclass
class _Writer:
    """Writes letters on one *letterhead*, from the dialogues of the last order."""

    letterhead: Letterhead
    known: dict[str, Dialogue] = field(default_factory=dict)

    def keep(self, order: Order) -> None:
        """Keep the dialogues that *order* needs, and no others."""
        found = self.known | order.dialogues
        names = {one.dialogue for brief in order.briefs for one in brief.subjects}
        self.known = {name: found[name] for name in names}

    def write(self, brief: LetterBrief, now: datetime) -> Post | None:
        """The letter of *brief*, ready for the wire; None when it cannot be written, which whoever asked finds out."""
        try:
            post = write_letter(brief, self.known, self.letterhead, now)
        except Exception:  # noqa: BLE001 - it is written once more where it is sent, and fails there
            return None
        if post.message.address:
            with suppress(Failure):
                _ = post.wire
        return post


def serve(line: socket.socket) -> None:
    """Hear on *line* from whom letters come, say that all is loaded, and write what is asked for until it is closed."""
    with line, suppress(EOFError, OSError):
        frames = Frames(line)
        writer = _Writer(frames.take())
        frames.send("ready")
        while True:
            order = frames.take()
            with collected_later():
                writer.keep(order)
                for brief in order.briefs:
                    frames.send((brief.name, writer.write(brief, order.now)))


def main() -> None:
    """Serve on the sockets with these numbers, each in a thread: what letters share is laid out once for all."""
    # Ctrl-C is for the process that sends: this one ends when that one does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lines = [socket.socket(fileno=int(number)) for number in sys.argv[1:]]
    with ThreadPoolExecutor(len(lines), "composer") as pool:
        list(pool.map(serve, lines))


if __name__ == "__main__":
    main()
