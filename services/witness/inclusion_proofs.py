"""Inclusion proofs (RFC 6962): whether the journal still holds a line whose number somebody kept, and by what proof."""

from base64 import b64encode
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from records.journal import journal
from records.journal import transparency_log as anchors
from records.journal.checkpoints.line_lookup import Line, find_cover, find_line
from records.journal.merkle import inclusion_proof, is_included
from services.signed_notes import NoteUnfit, open_checkpoint, read_verifier


class Covered(NamedTuple):
    """By which checkpoint a line is covered, and how anybody can show it: all of it as the note writes hashes."""

    made_at: datetime
    note: str
    key: str
    place: int
    size: int
    leaf: str
    proof: tuple[str, ...]


class Witnessed(NamedTuple):
    """What the journal says of a number: its line, since when, whether it *holds*, and what covers it, if anything."""

    line: int
    since: datetime
    holds: bool
    covered: Covered | None


def witness(engine: Engine, number: str, line: int | None = None) -> Witnessed | None:
    """
    What the journal holds under *number*, the beginning of a hash, in *line* if that is known; None: nothing.

    It says nothing of whose line it is, nor of which dialogue.
    """
    found = find_line(engine, number, line)
    if found is None:
        return None
    breaks = journal.verify(engine, found.dialogue_id)
    holds = all(one.seq > found.seq for one in breaks)
    try:
        covered = _cover_of(engine, found)
    except _Rewritten:
        return Witnessed(found.seq, found.at, holds=False, covered=None)
    return Witnessed(found.seq, found.at, holds, covered)


class _Rewritten(Exception):
    """The list of heads, or a journal under it, is not what was signed."""


def _cover_of(engine: Engine, line: Line) -> Covered | None:
    cover = find_cover(engine, line)
    if cover is None:
        return None
    kept, place = cover
    try:
        said = open_checkpoint(kept.note, read_verifier(kept.key))
    except NoteUnfit:
        raise _Rewritten from None
    leaves = anchors.leaves(engine, said.size)
    proof = inclusion_proof(leaves, place)
    whole = len(leaves) == said.size and is_included(
        leaves[place], place, said.size, proof, said.root
    )
    if not whole or anchors.contradictions(engine, said.size, said.root, line.dialogue_id):
        raise _Rewritten
    packed = tuple(b64encode(one).decode() for one in proof)
    leaf = b64encode(leaves[place]).decode()
    return Covered(kept.made_at, kept.note, kept.key, place, said.size, leaf, packed)
