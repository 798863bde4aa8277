"""
Golden texts: every letter, word for word. Whoever changes one sees in the diff what people will read.

After a change that is meant, write them anew and read what differs:
`pytest tests/notifications/test_golden.py --golden-update`.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import nodes

from notifications.language.templates import _words, languages_of
from states.language.languages import LANGUAGES
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
    written = {letter for letter in LETTERS if language in languages_of(letter)}
    assert sorted(written ^ {one.letter for one in golden(language)}) == []


@BOTH
def test_every_word_of_a_letter_stands_in_a_golden_text(language: str) -> None:
    """Else there is a case of it that nobody reads here: add one to `golden_letters.py`."""
    told = dict.fromkeys(LETTERS, "")
    for one in golden(language):
        told[one.letter] += " ".join(re.sub(r"(?m)^[> ]+", "", one.write()).split()) + "\n"
    everything, unread = "".join(told.values()), dict[str, list[str]]()
    for file in sorted(TEMPLATES.rglob(f"*.{language}.txt")):
        letter = file.parent.relative_to(TEMPLATES).as_posix()
        missing = [said for said in _prose(file) if said not in told.get(letter, everything)]
        unread |= {str(file.relative_to(TEMPLATES)): missing} if missing else {}
    assert not unread, "\n".join(f"{k}: {v}" for k, v in unread.items())


def _prose(file: Path) -> Iterator[str]:
    """What stands in *file* for people, up to each place that is filled in."""
    for found in _words().parse(file.read_text(encoding="utf-8")).find_all(nodes.TemplateData):
        yield from (" ".join(part.split()) for part in re.split(r"\n\n|## |\*\*\*|> ", found.data))


def test_a_letter_says_something_else_in_each_language() -> None:
    seen: dict[tuple[str, str], str] = {}
    for language in LANGUAGES:
        for one in golden(language):
            here, told = one.file(language), one.write()
            there = seen.setdefault((one.letter, told), here)
            assert there == here or one.variant in {"calendar", "chat"}, (here, there)
