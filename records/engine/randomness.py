"""
Randomness source: what is drawn by lot when something is written, from the operating system or, in a rehearsal, a seed.

A rehearsal that is lived twice writes the same to the byte: whoever wires the house hands the engine a source that
follows from programme and edition alone.
"""

import secrets
from collections.abc import Callable
from hashlib import shake_256

from sqlalchemy import Connection, Engine

Source = Callable[[str, str, int], bytes]
"""Draws so many bytes for a dialogue and a purpose that is never the same twice in it."""
_SOURCE = "weerklank_randomness"


def draw_from(engine: Engine, source: Source) -> None:
    """Let all who write over *engine* draw from *source*."""
    engine.update_execution_options(**{_SOURCE: source})


def draw(connection: Connection, dialogue_id: str, purpose: str, number: int) -> bytes:
    """*number* bytes for *purpose* in the dialogue *dialogue_id*, from the source of the engine of *connection*."""
    source: Source = connection.get_execution_options().get(_SOURCE, _system_bytes)
    return source(dialogue_id, purpose, number)


def _system_bytes(_dialogue_id: str, _purpose: str, number: int) -> bytes:
    return secrets.token_bytes(number)


def seeded_bytes(dialogue_id: str, purpose: str, number: int) -> bytes:
    """
    *number* bytes that follow from programme and edition, which the id of a dialogue names, and the *purpose*.

    Foreseeable by everybody: for rehearsals alone, in which nobody is real.
    """
    return shake_256(f"weerklank:{dialogue_id}:{purpose}".encode()).digest(number)
