"""Examination view: what differs between journal and records, and whose witness says so, for people and as JSON."""

from typing import TYPE_CHECKING, Any

from cli import console
from cli.json_views import instant
from records.journal.examination import (
    CHAIN,
    CHECKPOINT,
    COMMITMENT,
    HELD,
    REPLAY,
    TIME_STAMP,
)

if TYPE_CHECKING:
    from records.journal.examination import Difference, Examination


_WITNESSES = {
    CHAIN: "the chain of hashes says so",
    REPLAY: "the facts, told again, say so",
    COMMITMENT: "the commitment of its fact says so",
    HELD: "the facts held back for the end of the day say so",
    CHECKPOINT: "the checkpoint says so",
    TIME_STAMP: "its time stamp says so",
}


def examination_data(heads: dict[str, Any], found: "Examination") -> dict[str, Any]:
    """What was found, and the *heads* of the journals, as JSON."""
    rows = [{"dialogue": name, "entries": seq, "head": head} for name, (seq, head) in heads.items()]
    broken = [
        {"dialogue": one.dialogue_id, "seq": one.seq, "what": one.what, "witness": CHAIN}
        for one in found.breaks
    ]
    return {
        "ok": found.ok,
        "journals": rows,
        "breaks": broken,
        "differences": [_difference(one) for one in found.differences],
        "unbound": [
            {"dialogue": name, "before": instant(since) if since else None}
            for name, since in found.unbound.items()
        ],
    }


def _difference(one: "Difference") -> dict[str, str]:
    named = {"dialogue": one.dialogue_id, "row": one.row, "field": one.field}
    return {**named, "journal": one.journal, "database": one.database, "witness": one.witness}


def tell_examination(heads: dict[str, Any], found: "Examination") -> None:
    """The same for people."""
    for one in found.breaks:
        console.complain(f"{one.dialogue_id}: entry {one.seq} is broken: {one.what}")
    for other in found.differences:
        console.complain(_sentence(other))
    bad = {one.dialogue_id for one in found.breaks} | {one.dialogue_id for one in found.differences}
    for name, (seq, head) in heads.items():
        if name not in bad:
            console.out(f"{name}: {seq} facts, unbroken; head {head[:16]}{_loose(name, found)}")
    if not heads:
        console.out("There is no journal yet.")
    if not found.ok:
        console.complain(
            "Somebody changed the database by hand: ask who, and put a copy from before that back (weerklank restore)."
        )


def _sentence(one: "Difference") -> str:
    where = f"{one.dialogue_id}: {one.row}{f' ({one.field})' if one.field else ''}"
    said = f"the journal says {one.journal}, the database {one.database}"
    return f"{where}: {said}; {_WITNESSES[one.witness]}"


def _loose(name: str, found: "Examination") -> str:
    """Words from before they were bound are no fault of anybody, and it is said that nothing proves them."""
    if name not in found.unbound:
        return ""
    since = found.unbound[name]
    return f"; words not bound before {since:%Y-%m-%d}" if since else "; words not bound yet"
