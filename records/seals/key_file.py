"""
Key file of seals: what a moderator and a confidant are given, with what each needs to know to use it.

It is text that `age` reads as well: lines that begin with # are for people.
"""

from records.seals.ciphertext import Pair

_SHARE = """\
# Recovery share of the seals of {programme}, for the confidant. Keep it where nobody else gets at it.
# If the moderator's key is lost, or the moderator is somebody else, it moves the seals to a new key.
# Whoever has this and the database can read who spoke under seal.
# public key: {recovery}
{secret}
"""
_KEY = """\
# The moderator's own key for the seals of {programme}. Keep it where nobody else gets at it, and a copy elsewhere.
# Without it nobody here knows who spoke under seal. If it is lost, the confidant's recovery share helps.
# public key: {recipient}
# public key of the recovery share: {recovery}
{secret}
"""
_BOTH = "{key}\n# ---- cut here; what follows is for the confidant alone, and then leaves this file ----\n\n{share}"


def secret_file(programme: str, secret: str, pair: Pair) -> str:
    """The file for the moderator of *programme*."""
    return _KEY.format(programme=programme, secret=secret, **pair._asdict())


def recovery_file(programme: str, share: str, pair: Pair) -> str:
    """The file for the confidant of *programme*."""
    return _SHARE.format(programme=programme, secret=share, **pair._asdict())


def whole_file(programme: str, secret: str, share: str, pair: Pair) -> str:
    """Both in one, for one download: the share is cut out of it and handed to the confidant."""
    key, recovery = secret_file(programme, secret, pair), recovery_file(programme, share, pair)
    return _BOTH.format(key=key, share=recovery)
