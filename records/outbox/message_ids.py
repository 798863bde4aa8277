"""Message-ID: the name of a letter, the same in every try, and telling nothing of whom it is about."""

from hashlib import sha256

_HASH_LENGTH = 32  # hexadecimal digits, 128 bits


def message_id(dialogue_id: str, cause: str, to: str) -> str:
    """
    The left part of the Message-ID of a notice by itself: a digest of what makes it the only one.

    So it stays the same in every try, in a restored copy and in another database, and tells nobody whom it is about.
    """
    return f"notice-{digest(dialogue_id, cause, to)}"


def digest(*parts: str) -> str:
    """What stands for *parts* where nobody may read them."""
    return sha256("\n".join(parts).encode()).hexdigest()[:_HASH_LENGTH]
