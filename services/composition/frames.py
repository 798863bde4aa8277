"""Message framing: whole values over a stream between two processes of ours, each after its length."""

import pickle
import socket
import struct
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

_LENGTH = struct.Struct("!I")
_AT_ONCE = 1 << 16  # bytes


@dataclass
class Frames:
    """
    The values that come and go over the socket *line*, whose other end this installation itself holds.

    Raises OSError when the other end does not take what is sent, EOFError when it is gone.
    """

    line: socket.socket
    _read: bytearray = field(default_factory=bytearray)

    def send(self, value: object) -> None:
        """Send *value* whole."""
        packed = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self.line.sendall(_LENGTH.pack(len(packed)) + packed)

    def has_come(self, patience: float | None) -> bool:
        """Whether a whole value is there, or comes within *patience* seconds after each piece of it; None: wait."""
        while self._missing() > 0:
            if not wait([self.line], patience):
                return False
            piece = self.line.recv(_AT_ONCE)
            if not piece:
                raise EOFError
            self._read += piece
        return True

    def take(self) -> Any:  # noqa: ANN401 - what the other end sent
        """The next value; waits until it is there."""
        self.has_come(None)
        end = _LENGTH.size + self._length()
        packed = self._read[_LENGTH.size : end]
        del self._read[:end]
        return pickle.loads(packed)  # noqa: S301 - from our own process, over a socket that nobody else has

    def _length(self) -> int:
        return int(_LENGTH.unpack_from(self._read)[0])

    def _missing(self) -> int:
        """How many bytes of the next value are still to come."""
        if len(self._read) < _LENGTH.size:
            return _LENGTH.size - len(self._read)
        return _LENGTH.size + self._length() - len(self._read)
