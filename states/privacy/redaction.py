"""Redaction: takes identities out of what an auditor reads; people become numbers, holders of a role their role."""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from states.model.dialogue import Dialogue
from states.privacy.visibility import unknown_to_auditors

_SHORTEST = 4


class Veil:
    """Knows the names of one dialogue, as it truly is, so that none of them passes."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._words: dict[str, str] = {}
        for role, person in dialogue.programme.roles.items():
            self._keep(role.value, person.name, person.email, person.phone)
        for name, mask in unknown_to_auditors(dialogue).items():
            someone = dialogue.stakeholders[name]
            contact = (someone.name, someone.organisation, someone.email, someone.phone)
            self._keep(mask, name, *contact, *_given_names(someone.name))
        for number, helper in enumerate(dialogue.helpers.values(), start=1):
            told = (helper.name, helper.organisation, helper.email, helper.phone)
            self._keep(f"helper-{number}", helper.id, *told, *_given_names(helper.name))
        longest_first = sorted(self._words, key=len, reverse=True)
        self._masks = [self._words[word] for word in longest_first]
        known = "|".join(f"({_spelled(word)})" for word in longest_first) or r"(?!)"
        self._pattern = re.compile(rf"(?<![\w-])(?:{known})(?![\w-])", re.IGNORECASE)

    def _keep(self, mask: str, *words: str | None) -> None:
        for word in filter(None, words):
            for spelled in (_composed(word), _composed(word).upper()):  # Weiß, WEISS
                self._words.setdefault(spelled, mask)

    def over(self, text: str | None) -> str:
        """*text* without identities."""
        return self._pattern.sub(self._mask, _composed(text or ""))

    def _mask(self, found: re.Match[str]) -> str:
        """By its place and not by its letters: ı and i match each other, and are two words."""  # noqa: RUF002
        return self._masks[(found.lastindex or 1) - 1]

    def detail(self, detail: Mapping[str, Any], untold: Collection[str] = ()) -> str:
        """The detail of a fact without identities and without what is *untold*, in one line."""
        known = {k: value for k, value in detail.items() if value is not None and k not in untold}
        return ", ".join(f"{key}: {self._plain(value)}" for key, value in known.items())

    def _plain(self, value: object) -> str:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return self.over(shown)


def _given_names(name: str) -> list[str]:
    """The first name alone, by which people are called in a sentence; a short one could be any word."""
    parts = name.split()
    return parts[:1] if len(parts) > 1 and len(parts[0]) >= _SHORTEST else []


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _spelled(word: str) -> str:
    """*word* as a pattern, whatever blanks stand between its parts."""
    return r"\s+".join(map(re.escape, word.split()))
