"""
ETag of a form: the mark of what it shows, so that who sends an older one overwrites nothing.

The mark is made of what the fields hold before anybody types. When the form comes back its page is made once more, as
it would be shown now, and compared (sent_forms/outdated_forms.py). So every form has one, without its page knowing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from portal.http.forms import tidy

_LENGTH = 16
Choices = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What one field holds before anybody types: as a form sends it, and as people say it."""

    raw: str
    words: str
    must: bool = False
    """Whether the form need not send it: a box that nobody ticked, or something that is only watched."""


@dataclass
class FormMarks:
    """What the forms of one page show, by the path that each is sent to."""

    shown: dict[str, dict[str, Shown]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """The mark of a refused form: it may ask more than it did, such as *all the same?*, and keeps the mark without."""

    def note(self, at: str, name: str, shown: Shown) -> None:
        """Note what field *name* of the form that is sent to *at* holds."""
        self.shown.setdefault(at, {})[name] = shown


class KeepsMarks(Protocol):
    """Whatever a page is made for: it keeps the marks of its forms."""

    @property
    def marks(self) -> FormMarks:
        """The marks of the page that is being made."""


def shows(
    visit: KeepsMarks, at: str, name: str, value: object, choices: Choices | None = None
) -> None:
    """Note that field *name* of the form that is sent to *at* holds *value*; one of *choices*, or several, if given."""
    held = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    raw = [tidy(str("" if one is None else one)) for one in held]
    said = {str(choice[0]): str(choice[1]) for choice in choices or ()}
    words = ", ".join(said.get(one, one) for one in raw if one)
    visit.marks.note(at, name, Shown(";".join(raw), words, must=held is value))


def watches(visit: KeepsMarks, at: str, name: str, words: str) -> None:
    """Note that the form that is sent to *at* rests on *words*, although none of its fields holds them."""
    visit.marks.note(at, name, Shown(words, words, must=True))


def mark_of(visit: KeepsMarks, at: str) -> str:
    """The mark of what the form that is sent to *at* shows on this page; empty when it has no field."""
    marks = visit.marks
    return marks.refused[at] if at in marks.refused else mark_of_fields(marks.shown.get(at, {}))


def mark_of_fields(shown: Mapping[str, Shown]) -> str:
    """The mark of a form with the fields *shown*; empty without any."""
    if not shown:
        return ""
    fields = sorted((name, one.raw) for name, one in shown.items())
    return sha256(repr(fields).encode()).hexdigest()[:_LENGTH]
