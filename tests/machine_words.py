"""
Words of the machine that nobody should read on a page, in a letter or in a refusal.

`machine_words(text)` lists them: names of steps, duties, facts, checks, phases and fields, ids, dates and times in ISO
form, lines of cron, hashes, regular expressions, and what pydantic says. A word that is both a name and a word of the
language (`invite`, `decide`, `session`) is none.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel

from states.checks.checks import RULES
from states.language.messages import phrasebook
from states.model.dialogue import Phase
from states.model.duties import KINDS, DutyStatus
from states.model.vocabulary import FactName
from states.steps.table import STEPS

PLAIN = frozenset({"hand-over", "no-answer", "met-late", "by-hand", "under-way", "follow-up"})
"""Names that English writes so as well."""
DUTCH = ("deputy", "sponsor", "carrier", "at risk", "board", "override", "feedback by")
"""English names of roles and fields that a Dutch text has words of its own for."""
PATTERNS = {
    "an ISO date": r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}\S*)?",
    "a hash": r"\b[0-9a-f]{32,}\b",
    "a pseudonym": r"\b(?:sealed|participant)-\d+\b",
    "a line of cron": r"(?:^| )(?=[^\n]*\*)(?:[\d*/,LW#-]+ ){4}[\d*/,LW#-]+(?=$| )",
    "a field": r"\b[a-z]+(?:_[a-z]+)+\b",
    "an expression": r"\^\[|\]\{\d|\\[dw]\b|\[a-z0-9|\(\?",
    "a name of a duty": r"\b[a-z]+(?:-[a-z]+)+/[\w.-]+",
    "a time zone": r"\b(?:Europe|Asia|America|Africa|Etc|Pacific|Australia)/[A-Z]\w+",
    "pydantic": r"Input should|validation error|\bgiven: '|\(given: |Value error|extra fields|Extra inputs",
    "Python": r"\bNone\b(?! of)|\bTrue\b|\bFalse\b|datetime\.|Traceback|<class ",
    "a type": r"\b(?:application|text)/[\w.+-]+\b",
}  # fmt: skip


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """All names by which the code calls things and that are no words of the language."""
    templates = files("notifications").joinpath("templates")
    folders = (folder.name for folder in templates.iterdir() if folder.is_dir())
    found = {
        *STEPS, *KINDS, *FactName, *phrasebook(), *folders, *(rule.name for rule in RULES),
        *(phase.value for phase in Phase), *(status.value for status in DutyStatus),
        *(name for step in STEPS.values() for name in _fields(step.takes)),
    }  # fmt: skip
    return frozenset(name for name in found if re.search(r"[-_]", name)) - PLAIN


def _fields(model: type[BaseModel]) -> Iterator[str]:
    yield from model.model_fields


@lru_cache(maxsize=1)
def _named() -> re.Pattern[str]:
    longest_first = sorted(names(), key=len, reverse=True)
    return re.compile(rf"(?<![\w@./-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")


def machine_words(text: str, language: str = "en", ids: Iterable[str] = ()) -> list[str]:
    """
    The words of the machine in *text*, each with what it is.

    *ids* are short names of things of this dialogue (`union-bd`), which people never read either. In Dutch (*language*
    `nl`) the English names of roles count too.
    """
    found = [f"a name: {one}" for one in _named().findall(text)]
    for kind, pattern in PATTERNS.items():
        found += [f"{kind}: {one.strip()}" for one in re.findall(pattern, text, re.MULTILINE)]
    for name in ids:
        if re.search(rf"(?<![\w@./-]){re.escape(name)}(?![\w@-])", text):
            found.append(f"an id: {name}")
    if language == "nl":
        found += [
            f"English: {w}"
            for w in DUTCH
            if re.search(rf"(?<![\w-]){w}\b(?!@)", text, re.IGNORECASE)
        ]
    return found
