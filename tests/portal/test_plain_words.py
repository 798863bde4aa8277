"""What no page says: stiff or risky words, and names of the machine. The list is that of the letters, with its own."""

import re
from collections.abc import Iterator

import pytest

from portal.manager.register.headings import COLUMNS
from portal.web.template_engine import sentences
from states.language.catalogue import translate
from states.language.languages import LANGUAGES
from states.language.messages import phrasebook
from states.model.vocabulary import FactName
from tests.machine_words import machine_words
from tests.notifications.test_plain_words import FORBIDDEN
from tools.catalogues.extraction import extract_catalog

OWN = {
    "nl": (
        "legt vast", "vastleggen", "vastgelegd", "meld u aan", "meldt u", "verwijzing maken", "departed",
        "wie iets inbrengt", "hoe u genoemd wilt worden", "afwijken van",
    ),
    "en": ("the clock is running", "e-mail", "sealed", "erase", "departed from"),
}  # fmt: skip
"""Struck out on pages besides what is struck out in letters."""
Line = tuple[str, str, str]
HEADINGS = frozenset(column.source for column in COLUMNS)
"""The headings of registers: in the words in which people keep them."""


def on_pages() -> Iterator[Line]:
    """Every text that templates and code of pages say: where it stands, its language, the words."""
    for message in extract_catalog("pages"):
        forms = [message.id] if isinstance(message.id, str) else message.id
        for text in {form for form in forms if form and form not in HEADINGS}:
            for language in LANGUAGES:
                said = translate("pages", language, text, message.context or "")
                yield message.locations[0][0], language, _PLACE.sub(" ", said)


_PLACE = re.compile(r"%\(\w+\)s|<[^>]*>")


def in_books() -> Iterator[Line]:
    """Every sentence of words.toml, and what people read of the law."""
    for table in sentences().values():
        for key, both in table.items():
            yield from ((key, language, both[language]) for language in LANGUAGES)
    for code, both in phrasebook("people").items():
        yield from ((code, language, both[language]) for language in LANGUAGES)


EVERY = [*on_pages(), *in_books()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_what_an_editor_struck_out(language: str) -> None:
    words = (*FORBIDDEN.get(language, ()), *OWN.get(language, ()))
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
    assert len(EVERY) > 3400
    assert sum(spoken == "nl" for _, spoken, _ in EVERY) == sum(s == "en" for _, s, _ in EVERY)


def test_each_fact_of_the_journal_is_said_in_words() -> None:
    assert [fact for fact in FactName if fact not in sentences()["fact"]] == []
