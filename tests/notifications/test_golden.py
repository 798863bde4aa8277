"""
Golden texts: every letter, word for word. Whoever changes one sees in the diff what people will read.

After a change that is meant, write them anew and read what differs:
`pytest tests/notifications/test_golden.py --golden-update`.
"""

from importlib.resources import files
from pathlib import Path

import pytest

from notifications.words import LANGUAGES
from tests.notifications.golden_letters import Golden, golden

FOLDER = Path(__file__).parent / "golden"
TEMPLATES = Path(str(files("notifications") / "templates"))
LETTERS = sorted(
    path.parent.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("page.html")
)
ALL = [
    pytest.param(one, language, id=one.file(language))
    for language in LANGUAGES
    for one in golden(language)
]
BOTH = pytest.mark.parametrize("language", LANGUAGES)


@pytest.mark.parametrize(("one", "language"), ALL)
def test_a_letter_says_what_it_said(
    one: Golden, language: str, pytestconfig: pytest.Config
) -> None:
    file, said = FOLDER / one.file(language), one.write()
    kept = file.read_text(encoding="utf-8") if file.is_file() else ""
    if said != kept and pytestconfig.getoption("golden_update"):
        file.write_text(said, encoding="utf-8")
        pytest.skip(f"{file.name} is written anew: read what differs")
    assert said == kept, f"{file.name}: if this is meant, run this test with --golden-update"


def test_every_golden_text_is_of_a_letter() -> None:
    expected = {one.file(language) for language in LANGUAGES for one in golden(language)}
    assert sorted({file.name for file in FOLDER.iterdir()} - expected) == []


def test_no_two_golden_texts_share_a_file() -> None:
    for language in LANGUAGES:
        names = [one.file(language) for one in golden(language)]
        assert len(names) == len(set(names))


@BOTH
def test_every_letter_has_a_golden_text(language: str) -> None:
    assert sorted(set(LETTERS) - {one.letter for one in golden(language)}) == []


@BOTH
def test_a_letter_says_something_else_in_each_language(language: str) -> None:
    others = [each for each in LANGUAGES if each != language]
    for one in golden(language):
        told = (FOLDER / one.file(language)).read_text(encoding="utf-8")
        alike = [o for o in others if (FOLDER / one.file(o)).read_text(encoding="utf-8") == told]
        assert not alike or one.variant in {"calendar", "chat"}, one.file(language)
