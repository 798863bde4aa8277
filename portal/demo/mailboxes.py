"""Demonstration mailboxes: read from the maildir that the mail of a demonstration went into."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

_ENDS = ".eml"


@dataclass(frozen=True, slots=True)
class DemoMail:
    """One mail: the *box* and *letter* that name it, and what it says."""

    box: str
    letter: str
    to: str
    at: str
    subject: str
    text: str
    html: str

    @property
    def path(self) -> str:
        """Where it is shown."""
        return f"/demo/mail/{quote(self.box, safe='')}/{quote(self.letter, safe='')}"


def boxes(folder: Path) -> list[DemoMail]:
    """All mail under *folder*, newest first; none when there is no such folder."""
    files = sorted(folder.glob(f"*/new/*{_ENDS}"), key=lambda file: file.name, reverse=True)
    return [_read(file) for file in files]


def find_mail(folder: Path, box: str, letter: str) -> DemoMail | None:
    """The mail *letter* in *box*; None when there is none, whatever the names try to be."""
    files = (folder / box / "new").glob(f"*{_ENDS}") if (folder / box).parent == folder else ()
    return next((_read(file) for file in files if file.name == letter), None)


@lru_cache(maxsize=4096)
def _read(file: Path) -> DemoMail:
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the default policy makes
    box = file.parent.parent.name
    return DemoMail(
        box=box,
        letter=file.name,
        to=unquote(box),
        at=_show(file.name),
        subject=str(message["subject"]),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _show(name: str) -> str:
    at = datetime.strptime(name[:15], "%Y-%m-%dT%H%M")  # noqa: DTZ007 - local time, as the mail says it
    return f"{at:%Y-%m-%d %H:%M}"


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
