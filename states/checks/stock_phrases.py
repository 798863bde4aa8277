"""Stock phrases: reasons and answers that say nothing, as participants of any dialogue know them (rules 11)."""

import re
from collections import defaultdict
from functools import lru_cache

from states.model.dialogue import Dialogue

_FEWEST_WORDS = 3


def stock_phrases(dialogue: Dialogue) -> list[tuple[list[str], str]]:
    """Groups of contributions whose reason is empty talk or was given too often, with that reason."""
    groups: dict[str, list[str]] = defaultdict(list)
    for contribution in dialogue.contributions.values():
        if contribution.stands and contribution.reason:
            groups[_plain(contribution.reason)].append(contribution.id)
    phrases = tuple(_plain(phrase) for phrase in dialogue.policy.stock_phrases)
    most = dialogue.policy.limits.same_reason
    return [
        (ids, plain) for plain, ids in groups.items() if len(ids) >= most or _empty(plain, phrases)
    ]


def hollow_answers(dialogue: Dialogue) -> list[list[str]]:
    """Groups of contributions whose answer is empty talk or went to too many voices alike; never what it says."""
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for contribution in dialogue.contributions.values():
        if contribution.stands and contribution.answer:
            groups[_plain(contribution.answer)][contribution.voice].append(contribution.id)
    most = dialogue.policy.limits.same_reason
    return [
        [name for names in voices.values() for name in names]
        for plain, voices in groups.items()
        if len(voices) >= most or says_little(dialogue, plain)
    ]


def says_little(dialogue: Dialogue, text: str) -> bool:
    """Whether *text* is empty talk, by the stock phrases of the policy and its number of words."""
    return _empty(_plain(text), tuple(_plain(phrase) for phrase in dialogue.policy.stock_phrases))


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _empty(plain: str, phrases: tuple[str, ...]) -> bool:
    words = plain.split()
    if len(words) < _FEWEST_WORDS:
        return True
    return any(
        plain == phrase
        or (plain.startswith(f"{phrase} ") and len(words) <= len(phrase.split()) + 3)
        for phrase in phrases
    )
