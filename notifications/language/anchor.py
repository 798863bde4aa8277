"""Anchor (transparency log): the newest checkpoint of the journals, as a letter tells of it and carries it."""

from base64 import b64decode
from typing import NamedTuple

from notifications.language.layout import mark


class Anchor(NamedTuple):
    """A checkpoint as it was signed, *note*, and the public *key* that it is checked with."""

    note: str
    key: str

    @property
    def origin(self) -> str:
        """Which list it is about: the name of the key."""
        return self._line(0)

    @property
    def size(self) -> str:
        """How long the list was."""
        return self._line(1)

    @property
    def digits(self) -> str:
        """The first digits of its root, as people read and say them."""
        return mark(b64decode(self._line(2)).hex())

    def _line(self, number: int) -> str:
        return self.note.split("\n")[number]
