"""The texts that matter most, word for word: whoever changes them sees in the diff what people will read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications.messages import compose
from notifications.words import LANGUAGES
from states.dialogue import Dialogue
from states.facts import Notice
from tests.notifications.builders import ALERTED, contributions, decided, dialogue, notice

FOLDER = Path(__file__).parent / "golden"
_TENTH_DAY = datetime(2022, 9, 22, 6, tzinfo=UTC)
_LATE = "answer-participant/investor"
_HEAD = "5f2a9c31" * 8


def _late(name: str, to: str, rung: str) -> Notice:
    return notice(name, to, dialogue("nl").duties[_LATE], rung=rung)


_LETTERS: dict[str, tuple[Notice, datetime]] = {
    "answer": (
        notice("answer", "ngo", dialogue("nl").duties["answer-participant/ngo"], covers=["c1"]),
        ALERTED,
    ),
    "answer-is-late": (_late("answer-is-late", "investor", "+1wd"), ALERTED),
    "answer-late-alert": (_late("answer-late-alert", "manager", "+1wd"), ALERTED),
    "people-are-waiting": (_late("people-are-waiting", "sponsor", "+10wd"), _TENTH_DAY),
}
GOLDEN = [(name, language) for name in _LETTERS for language in LANGUAGES]


def _home(name: str, language: str) -> Dialogue:
    if name != "answer":
        return dialogue(language)
    return dialogue(language, contributions={c.id: decided(c) for c in contributions().values()})


def letter(name: str, language: str) -> str:
    """The letter as it is written now, under its subject."""
    asked, now = _LETTERS[name]
    message = compose(asked, _home(name, language), now=now, journal_head=_HEAD)
    return f"{message.subject}\n\n{message.text}"


@pytest.mark.parametrize(("name", "language"), GOLDEN)
def test_the_texts_that_matter_most(name: str, language: str) -> None:
    expected = (FOLDER / f"{name}.{language}.txt").read_text(encoding="utf-8")
    assert letter(name, language) == expected
