"""Password rules, asked before the password hash is made: long, and nothing that others would try first."""

from collections.abc import Iterable

from zxcvbn import zxcvbn

from portal.web.request import Visit

SHORTEST = 12
LONGEST = 256
_LOOKED_AT = 72
"""Signs that are looked at: the library takes no more, and so many need no looking at."""
_HARD = 3
"""From 0 to 4: this one is not guessed within ten thousand million tries."""


def problem_of(visit: Visit, password: str, own: Iterable[str]) -> str | None:
    """What is wrong with *password*, None when nothing is; *own* are words that others would try for this person."""
    if not SHORTEST <= len(password) <= LONGEST:
        return visit._("Choose %(shortest)s characters or more.", shortest=SHORTEST)
    words = [part for text in own for part in (text, *text.replace("@", " ").split()) if part]
    if zxcvbn(password[:_LOOKED_AT], user_inputs=words)["score"] < _HARD:
        return visit._(
            "This password is too easy to guess: it stands on lists of common ones, or is like your name or that of "
            "your company. Take four or five words that have nothing to do with each other."
        )
    return None


def own_words(visit: Visit, programme_id: str, role: str) -> list[str]:
    """What others would try first for the holder of *role*: names, the company, the house."""
    programme = visit.site.house.ledger.programme(programme_id).programme
    person = next((p for name, p in programme.roles.items() if name == role), None)
    named = [person.name, person.email or ""] if person else []
    return ["weerklank", role, programme_id, programme.company, *named]
