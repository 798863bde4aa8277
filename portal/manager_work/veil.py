"""Takes identities out of what an auditor reads: people become numbers, holders of a role their role."""

import json
import re
from collections.abc import Mapping
from typing import Any

from states.dialogue import Dialogue
from states.views import unknown_to_auditors


class Veil:
    """Knows the names of one dialogue, as it truly is, so that none of them passes."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._words: dict[str, str] = {}
        for role, person in dialogue.programme.roles.items():
            self._keep(role.value, person.name, person.email, person.phone)
        for name, mask in unknown_to_auditors(dialogue).items():
            someone = dialogue.stakeholders[name]
            contact = (someone.name, someone.organisation, someone.email, someone.phone)
            self._keep(mask, name, *contact)
        longest_first = sorted(self._words, key=len, reverse=True)
        known = "|".join(re.escape(word) for word in longest_first) or r"(?!)"
        self._pattern = re.compile(rf"(?<![\w-])(?:{known})(?![\w-])", re.IGNORECASE)

    def _keep(self, mask: str, *words: str | None) -> None:
        for word in words:
            if word:
                self._words.setdefault(word.casefold(), mask)

    def over(self, text: str | None) -> str:
        """*text* without identities."""
        return self._pattern.sub(lambda found: self._words[found[0].casefold()], text or "")

    def detail(self, detail: Mapping[str, Any]) -> str:
        """The detail of a fact without identities, in one line."""
        known = {key: value for key, value in detail.items() if value is not None}
        return ", ".join(f"{key}: {self._plain(value)}" for key, value in known.items())

    def _plain(self, value: object) -> str:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return self.over(shown)
