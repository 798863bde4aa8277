"""
Checkpoints (transparency log): a signed statement of the heads of all journals, to be kept by others than us.

Whoever keeps one can show later that none of these heads was written anew, however whole the chain then looks.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from secrets import token_hex

from platformdirs import user_data_path
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from config.settings import Settings
from notifications.language.anchor import Anchor
from records.engine.errors import Busy, RecordsError
from records.journal import transparency_log as anchors
from records.journal.examination import CHECKPOINT, Difference
from records.journal.merkle import consistency_proof, is_consistent
from records.journal.transparency_log import Contradiction, KeptCheckpoint
from services.signed_notes import (
    Checkpoint,
    NoteUnfit,
    Signer,
    Verifier,
    load_signer,
    make_signer,
    open_checkpoint,
    read_verifier,
)

EACH = timedelta(days=1)
_LARGEST = 64 * 1024  # bytes of a file that can be a checkpoint


class CheckpointUnfit(RecordsError):
    """A checkpoint, or the key for it, is not what it should be."""

    advice = "Nothing was changed."


def signing_key_file(settings: Settings) -> Path:
    """Where the key of *settings* lies: as they say, else beside the records, else in the folder of the programme."""
    if settings.checkpoint_key is not None:
        return settings.checkpoint_key
    file = settings.sqlite_file
    beside = file.with_name(f"{file.name}.checkpoint-key") if file else None
    return beside or user_data_path("weerklank", appauthor=False) / "weerklank.checkpoint-key"


def make_checkpoint(
    engine: Engine, settings: Settings, now: datetime, *, new_key: bool = False
) -> KeptCheckpoint:
    """
    Take the heads of all journals into the list and sign what it then is; a copy goes into the folder of *settings*.

    The key is made at the first checkpoint. Raises CheckpointUnfit when it is lost or another one, unless *new_key*,
    and OSError when key or copy cannot be written.
    """
    signer = _signer(engine, settings, new_key=new_key)
    try:
        made = anchors.append_heads(engine, signer.sign_checkpoint, signer.verifier.text, now)
    except IntegrityError:  # there was no row to lock, and somebody else made the first one
        raise Busy("Another checkpoint was made at the same moment.") from None
    if settings.checkpoint_folder is not None:
        put_beside(settings.checkpoint_folder, made, ".checkpoint", made.note.encode())
    return made


def make_daily(engine: Engine, settings: Settings, now: datetime) -> KeptCheckpoint | None:
    """
    A checkpoint, unless one was made within the last day, or there is no journal yet.

    Raises as `make_checkpoint` does.
    """
    kept = anchors.latest(engine)
    if kept is not None and now - kept.made_at < EACH:
        return None
    if kept is None and not anchors.has_journals(engine):
        return None
    return make_checkpoint(engine, settings, now)


def newest_anchor(engine: Engine) -> Anchor | None:
    """The newest checkpoint, for letters to carry; None before the first."""
    kept = anchors.latest(engine)
    return None if kept is None else Anchor(kept.note, kept.key)


def key_trouble(engine: Engine, settings: Settings) -> str | None:
    """What is wrong with the key for checkpoints, so that no more are made; None: nothing."""
    kept = anchors.latest(engine)
    if kept is None:
        return None
    try:
        _own_signer(kept, signing_key_file(settings), new_key=False)
    except CheckpointUnfit as unfit:
        return str(unfit)
    return None


def _signer(engine: Engine, settings: Settings, *, new_key: bool) -> Signer:
    file = signing_key_file(settings)
    return _own_signer(anchors.latest(engine), file, new_key=new_key) or make_signer(file)


def _own_signer(kept: KeptCheckpoint | None, file: Path, *, new_key: bool) -> Signer | None:
    """The key in *file* if it is that of the checkpoint that was *kept*; None: there may be made one."""
    try:
        signer = load_signer(file)
    except FileNotFoundError:
        if kept is not None and not new_key:
            what = f"The key for checkpoints, {file}, is gone: put it back from a copy, or begin with --new-key."
            raise CheckpointUnfit(what) from None
        return None
    except OSError as error:
        what = f"The key for checkpoints, {file}, cannot be read: {error.strerror}."
        raise CheckpointUnfit(what) from None
    except NoteUnfit:
        what = f"{file} holds no key for checkpoints: put it back from a copy, or move it and begin with --new-key."
        raise CheckpointUnfit(what) from None
    if kept is not None and kept.key != signer.verifier.text and not new_key:
        what = f"{file} holds another key than that of the last checkpoint: put that one back, or begin with --new-key."
        raise CheckpointUnfit(what)
    return signer


def put_beside(folder: Path, made: KeptCheckpoint, kind: str, content: bytes) -> None:
    """One file for each, whole or not at all; what was put there before is never touched."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{made.made_at:%Y-%m-%dT%H%M%SZ}-{made.size}{kind}"
    draft = folder / f".{token_hex(8)}"
    try:
        draft.write_bytes(content)
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)


def read_checkpoints(
    engine: Engine, settings: Settings, files: Sequence[Path], key: str | None
) -> list[Checkpoint]:
    """
    What the checkpoints in *files* say, once their signatures hold for the public *key* (default: ours).

    Raises CheckpointUnfit, which names the file and what is wrong with it.
    """
    verifier = _verifier(engine, settings, key)
    return [_read(file, verifier) for file in files]


def _verifier(engine: Engine, settings: Settings, key: str | None) -> Verifier:
    try:
        if key is not None:
            return read_verifier(key)
        file = signing_key_file(settings)
        if file.exists():
            return load_signer(file).verifier
        kept = anchors.latest(engine)
        if kept is not None:
            return read_verifier(kept.key)
    except NoteUnfit as unfit:
        raise CheckpointUnfit(f"{unfit.about or 'The key'} holds no key for checkpoints.") from None
    raise CheckpointUnfit("There is no key here to check it with: give the public one with --key.")


def own_verifiers(engine: Engine, settings: Settings) -> list[Verifier]:
    """
    Every public key that this house had, the newest first: letters outlive a key.

    Raises CheckpointUnfit when there is none.
    """
    found = [_verifier(engine, settings, None)]
    for text in anchors.keys(engine):
        with suppress(NoteUnfit):  # whoever wrote that into the database helps nobody by it
            found.append(read_verifier(text))
    return list(dict.fromkeys(found))


def _read(file: Path, verifier: Verifier) -> Checkpoint:
    try:
        with file.open("rb") as opened:
            note = opened.read(_LARGEST).decode("utf-8", errors="replace")
        return open_checkpoint(note, verifier)
    except NoteUnfit as unfit:
        what = f"{file} {_WRONG[unfit.code]}"
        if unfit.code == "other-key":
            what = f"{what}: {unfit.about}, not {verifier.name}+{verifier.id.hex()}. Give that key with --key."
        raise CheckpointUnfit(what) from None


_WRONG = {
    "damaged": "is damaged, or no checkpoint: take another copy of it.",
    "wrong-signature": "was changed after it was signed: take another copy of it.",
    "other-key": "was signed by another key",
}


def differences(
    engine: Engine, checkpoints: Sequence[Checkpoint], dialogue_id: str | None = None
) -> list[Difference]:
    """What the database says otherwise than *checkpoints*, each against it and against the next longer one."""
    found = [
        _difference(one)
        for said in checkpoints
        for one in anchors.contradictions(engine, said.size, said.root, dialogue_id)
    ]
    ordered = sorted(checkpoints, key=lambda one: one.size)
    for early, late in pairwise(ordered):
        proof = consistency_proof(anchors.leaves(engine, late.size), early.size)
        if not is_consistent((early.size, early.root), (late.size, late.root), proof):
            told = f"{early.size} heads are those of before"
            found.append(Difference("", "anchors", "", told, "not so", CHECKPOINT))
    return list(dict.fromkeys(found))


def _difference(one: Contradiction) -> Difference:
    name = one.dialogue_id.removesuffix(anchors.HELD)
    table = "facts" if name == one.dialogue_id else "held_facts"
    row = f"{table} {one.seq}" if name else "anchors"
    return Difference(name, row, "", one.checkpoint, one.database, CHECKPOINT)
