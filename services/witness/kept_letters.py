"""
Kept letters (Maildir, mbox): the checkpoints in the headers of somebody's mail, held against the journal.

Whoever got letters is a witness without having done anything. Only headers are read, and nothing is written.
"""

import binascii
import mailbox
import os
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from sqlalchemy import Engine

from config.settings import Settings
from notifications.channels.email import CHECKPOINT
from records.journal import transparency_log as anchors
from records.journal.examination import Difference
from services.checkpoints import CheckpointUnfit, differences, own_verifiers
from services.signed_notes import Checkpoint, NoteUnfit, Verifier, open_checkpoint, read_verifier

_MOST = 256 * 1024  # bytes of the headers of a mail
_FOLDERS = frozenset({"cur", "new"})
Fate = Literal["fits", "differs", "without", "damaged", "foreign"]


class _Lines(Protocol):
    def readline(self, size: int, /) -> bytes: ...


class NoMail(Exception):
    """Where letters were to be there are none; its text says what was looked for."""


class KeptLetter(NamedTuple):
    """One mail: in which *file*, of which *date* (aware UTC) by its header, and what its checkpoint says."""

    file: str
    date: datetime | None
    fate: Fate
    said: Checkpoint | None = None
    signer: str = ""
    """By which key it was signed, where it is not one of ours."""


@dataclass
class LettersRead:
    """What somebody's letters say of the journal."""

    letters: list[KeptLetter]
    differences: list[Difference] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """How many of each fate."""
        return Counter(one.fate for one in self.letters)

    @property
    def unfit(self) -> list[KeptLetter]:
        """Those that say otherwise than the journal, in the order of their dates."""
        return sorted((one for one in self.letters if one.fate == "differs"), key=_by_date)

    @property
    def fit_until(self) -> datetime | None:
        """The date of the newest that fits and is older than all that do not; None: there is none."""
        first = next((one.date for one in self.unfit if one.date), None)
        dates = [one.date for one in self.letters if one.fate == "fits" and one.date]
        return max((date for date in dates if first is None or date < first), default=None)

    @property
    def signers(self) -> list[str]:
        """The keys that are none of ours."""
        return sorted({one.signer for one in self.letters if one.signer})


_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def _by_date(letter: KeptLetter) -> datetime:
    return letter.date or _END_OF_TIME


def read_letters(
    engine: Engine,
    settings: Settings,
    place: Path,
    key: str | None = None,
    dialogue_id: str | None = None,
) -> LettersRead:
    """
    Hold every checkpoint in the mail at *place*, a Maildir, a folder of them or an mbox, against the journal.

    Signatures are checked with *key*, by default with every one that this house ever had. Mails that are damaged, or
    from elsewhere, are counted. Raises NoMail, and CheckpointUnfit when there is none that could be checked.
    """
    verifiers = [_verifier_of(key)] if key is not None else own_verifiers(engine, settings)
    read = [_letter(file, mail, verifiers) for file, mail in mails_at(place)]
    said = [one.said for one in read if one.said]
    if not said:
        raise CheckpointUnfit(_none_checked(place, LettersRead(read)))
    right = _find_right(engine, said, dialogue_id)
    held = LettersRead([_judge(one, right) for one in read])
    wrong = [one.said for one in held.unfit if one.said]
    if wrong:
        ends = [min(wrong, key=_size), max(wrong, key=_size)]
        held.differences = differences(engine, list(dict.fromkeys(ends)), dialogue_id)
    return held


def _size(said: Checkpoint) -> int:
    return said.size


def _verifier_of(key: str) -> Verifier:
    try:
        return read_verifier(key)
    except NoteUnfit:
        raise CheckpointUnfit("What was given with --key is no public key.") from None


def _none_checked(place: Path, read: LettersRead) -> str:
    counts = read.counts
    parts = [f"{len(read.letters)} read", f"{counts['without']} without one"]
    parts += [f"{counts['damaged']} damaged", f"{counts['foreign']} signed by another key"]
    said = f"No letter in {place} carries a checkpoint that could be checked: {', '.join(parts)}."
    if read.signers:
        said += f" Give the public part of its key with --key: {', '.join(read.signers)}."
    return said


def _find_right(
    engine: Engine, said: Iterable[Checkpoint], dialogue_id: str | None
) -> set[Checkpoint]:
    """Those of *said* that the list of heads, and the journals under it, still bear out."""
    roots = anchors.roots(engine, {one.size for one in said})
    broken = anchors.first_rewritten(engine, max(one.size for one in said), dialogue_id)
    return {
        one
        for one in said
        if roots.get(one.size) == one.root and (broken is None or one.size <= broken)
    }


def _judge(letter: KeptLetter, right: set[Checkpoint]) -> KeptLetter:
    return letter._replace(fate="differs") if letter.said and letter.said not in right else letter


def _letter(file: str, mail: Message, verifiers: Sequence[Verifier]) -> KeptLetter:
    date = _date(mail)
    value = mail[CHECKPOINT]
    if value is None:
        return KeptLetter(file, date, "without")
    try:
        note = b64decode("".join(str(value).split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return KeptLetter(file, date, "damaged")
    signer = ""
    for verifier in verifiers:
        try:
            return KeptLetter(file, date, "fits", open_checkpoint(note, verifier))
        except NoteUnfit as unfit:
            if unfit.code != "other-key":
                return KeptLetter(file, date, "damaged")
            signer = unfit.about
    return KeptLetter(file, date, "foreign", signer=signer)


def _date(mail: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(mail["Date"]))
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def mails_at(place: Path) -> Iterator[tuple[str, Message]]:
    """The headers of each mail at *place*, and in which file it lies. Raises NoMail."""
    found = _of_file(place) if place.is_file() else _of_folder(place)
    first = next(found, None)
    if first is None:
        raise NoMail(f"'{place}' holds no mail: name a Maildir, a folder of them, or an mbox file")
    yield first
    yield from found


def _of_folder(place: Path) -> Iterator[tuple[str, Message]]:
    """The mails of a Maildir, and of those below it: one for each reader, or the folders of a mail program."""
    for folder, below, files in os.walk(place):
        below.sort()
        if Path(folder).name in _FOLDERS:
            for name in sorted(files):
                file = Path(folder, name)
                with file.open("rb") as opened:
                    yield str(file.relative_to(place)), _headers(opened)


def _of_file(file: Path) -> Iterator[tuple[str, Message]]:
    box = mailbox.mbox(file, create=False)
    try:
        for number, key in enumerate(box.keys(), start=1):
            with box.get_file(key) as opened:
                yield f"{file.name}, mail {number}", _headers(opened)
    finally:
        box.close()


def _headers(opened: _Lines) -> Message:
    """The headers alone: what is in a mail is none of our business here."""
    lines, size = [], 0
    while size < _MOST and (line := opened.readline(_MOST)).strip():
        lines.append(line)
        size += len(line)
    return BytesHeaderParser(policy=compat32).parsebytes(b"".join(lines))
