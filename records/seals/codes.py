"""
Speakers' codes: a code opens one pseudonym on the page of whoever has it; stored is only its argon2 hash.

With a moderator's own key nobody here knows whose pseudonym it is, so it is the code that joins the two, and only
while its owner reads. It names the pseudonym and never a seat: who has read it is written nowhere.
"""

import re
from hashlib import sha256
from secrets import choice

from sqlalchemy import Engine, delete, insert, select

from records.engine.database import reading, writing
from records.schema.seal_keys import SEAL_CODES
from records.seals.slow_hashes import fits, hash_slowly
from states.privacy.seals import PSEUDONYM

_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Nothing that is mistaken for something else when it is read out."""
_GROUPS, _OF = 4, 4  # 79 bits, which nobody tries out against the hash
_NUMBER = re.compile(r"\d+")


def make_code(engine: Engine, dialogue_id: str, voice: str) -> str:
    """A new code for *voice*, a pseudonym of *dialogue_id*; told once, and the one before opens nothing any more."""
    number = _NUMBER.findall(voice)[-1]
    secret = "-".join("".join(choice(_SIGNS) for _ in range(_OF)) for _ in range(_GROUPS))
    row = {"dialogue_id": dialogue_id, "voice": voice, "tag": hash_slowly(_plain(secret))}
    mine = (SEAL_CODES.c.dialogue_id == dialogue_id, SEAL_CODES.c.voice == voice)
    with writing(engine) as connection:
        connection.execute(delete(SEAL_CODES).where(*mine))
        connection.execute(insert(SEAL_CODES), row)
    return f"{number}-{secret}"


def voice_of_code(engine: Engine, dialogue_id: str, code: str) -> str | None:
    """
    The pseudonym of *dialogue_id* that *code* opens, however it was typed; None: none.

    It takes as long where there is no such pseudonym, or none with a code.
    """
    number, _, secret = code.strip().replace(" ", "-").partition("-")
    if not _NUMBER.fullmatch(number):
        return None
    voice = f"{PSEUDONYM}{number}"
    chosen = select(SEAL_CODES.c.tag).where(
        SEAL_CODES.c.dialogue_id == dialogue_id, SEAL_CODES.c.voice == voice
    )
    with reading(engine) as connection:
        tag = connection.scalar(chosen)
    return voice if fits(tag, _plain(secret)) else None


def mark_of_code(engine: Engine, dialogue_id: str, voice: str) -> str | None:
    """What tells the code of *voice* apart from the one before it; None: there is none."""
    chosen = select(SEAL_CODES.c.tag).where(
        SEAL_CODES.c.dialogue_id == dialogue_id, SEAL_CODES.c.voice == voice
    )
    with reading(engine) as connection:
        tag = connection.scalar(chosen)
    return None if tag is None else sha256(tag.encode()).hexdigest()


def voices_with_code(engine: Engine, dialogue_id: str) -> set[str]:
    """The pseudonyms of *dialogue_id* for which there is a code."""
    chosen = select(SEAL_CODES.c.voice).where(SEAL_CODES.c.dialogue_id == dialogue_id)
    with reading(engine) as connection:
        return set(connection.scalars(chosen))


def _plain(code: str) -> str:
    return "".join(sign for sign in code.casefold() if sign.isalnum())
