"""What no page says: stiff or risky words, and names of the machine. The list is that of the letters, with its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.language.words import LANGUAGES
from portal.web.template_engine import sentences
from states.language.messages import phrasebook
from states.model.facts import FACTS
from tests.machine_words import machine_words
from tests.notifications.test_plain_words import FORBIDDEN

PORTAL = Path(__file__).resolve().parents[2] / "portal"
OWN = {
    "nl": (
        "legt vast", "vastleggen", "vastgelegd", "meld u aan", "meldt u", "verwijzing maken", "departed",
        "wie iets inbrengt", "hoe u genoemd wilt worden", "afwijken van",
    ),
    "en": ("the clock is running", "e-mail", "sealed", "erase", "departed from"),
}  # fmt: skip
"""Struck out on pages besides what is struck out in letters."""
_PAIR = re.compile(
    r"""\bt\(\s*(["'])((?:(?!\1).)*)\1\s*,\s*(["'])((?:(?!\3).)*)\3\s*\)""", re.DOTALL
)
_LANG = re.compile(r"\{% lang (nl|en) %\}(.*?)(?=\{% (?:lang|endlang))", re.DOTALL)
Line = tuple[str, str, str]


def on_templates() -> Iterator[Line]:
    """Every text of the templates: where it stands, its language, the words."""
    for path in sorted((PORTAL / "templates").rglob("*.html")):
        source = path.read_text(encoding="utf-8")
        for pair in _PAIR.finditer(source):
            yield path.name, "nl", pair[2]
            yield path.name, "en", pair[4]
        for block in _LANG.finditer(source):
            yield path.name, block[1], re.sub(r"<[^>]*>|\{[{%].*?[%}]\}", " ", block[2])


def in_code() -> Iterator[Line]:
    """Every pair of texts that a page's code says: `t("…", "…")`, `Way(…)`, the names in the menu."""
    for path in sorted(PORTAL.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "t":
                said = [_text(one) for one in node.args]
                if len(said) == len(LANGUAGES):
                    yield path.name, "nl", said[0]
                    yield path.name, "en", said[1]


def _text(node: ast.expr) -> str:
    parts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return " ".join(part for part in parts if isinstance(part, str))


def in_books() -> Iterator[Line]:
    """Every sentence of words.toml, and what people read of the law."""
    for table in sentences().values():
        for key, both in table.items():
            yield from ((key, language, both[language]) for language in LANGUAGES)
    for code, both in phrasebook("people").items():
        yield from ((code, language, both[language]) for language in LANGUAGES)


EVERY = [*on_templates(), *in_code(), *in_books()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_what_an_editor_struck_out(language: str) -> None:
    words = (*FORBIDDEN[language], *OWN[language])
    found = [
        (where, word, text)
        for where, spoken, text in EVERY
        for word in words
        if spoken == language and word in f" {text.casefold()} "
    ]

    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_a_page_holds_a_word_of_the_machine(language: str) -> None:
    found = [
        (where, machine_words(text, language), text)
        for where, spoken, text in EVERY
        if spoken == language and "weerklank sign-in" not in text and "{" not in text
    ]

    assert [one for one in found if one[1]] == []


def test_the_texts_were_found() -> None:
    """Each text in both languages; a template that says something else would not be looked at."""
    assert len(EVERY) > 1500
    assert sum(spoken == "nl" for _, spoken, _ in EVERY) == sum(s == "en" for _, s, _ in EVERY)


def test_each_fact_of_the_journal_is_said_in_words() -> None:
    assert [fact for fact in FACTS if fact not in sentences()["fact"]] == []
