"""The three texts that matter most, word for word: whoever changes them sees in the diff what people will read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications.messages import compose
from notifications.words import LANGUAGES
from tests.notifications.builders import ALERTED, dialogue, notice

FOLDER = Path(__file__).parent / "golden"
_TENTH_DAY = datetime(2022, 9, 22, 6, tzinfo=UTC)
_LETTERS = {
    "answer-is-late": ("investor", "+1wd", ALERTED),
    "answer-late-alert": ("manager", "+1wd", ALERTED),
    "people-are-waiting": ("sponsor", "+10wd", _TENTH_DAY),
}
GOLDEN = [(name, language) for name in _LETTERS for language in LANGUAGES]


def letter(name: str, language: str) -> str:
    """The letter as it is written now, under its subject."""
    home, (to, rung, now) = dialogue(language), _LETTERS[name]
    asked = notice(name, to, home.duties["answer-participant/investor"], rung=rung)
    message = compose(asked, home, now=now)
    return f"{message.subject}\n\n{message.text}"


@pytest.mark.parametrize(("name", "language"), GOLDEN)
def test_the_texts_that_matter_most(name: str, language: str) -> None:
    expected = (FOLDER / f"{name}.{language}.txt").read_text(encoding="utf-8")
    assert letter(name, language) == expected
