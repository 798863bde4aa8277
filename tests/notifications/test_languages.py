"""Languages of letters: each has them all or those to participants, and what one lacks is written whole in English."""

from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import nodes

from notifications.language import templates
from notifications.language.templates import _words, language_for, languages_of
from notifications.letters.combined import Part, compose_together
from notifications.letters.compose import Message, compose
from states.language.languages import LANGUAGES, SOURCE
from states.model.people import PARTICIPANT
from tests.notifications.builders import ALERTED, dialogue, notice
from tests.notifications.cases import every_case
from tests.notifications.test_golden import LETTERS, TEMPLATES

TO_PARTICIPANTS = frozenset({"_to-participant.txt", "_silent.txt"})
"""The frames of letters to people who take part."""


def _named(text: str, tag: type[nodes.Extends] | type[nodes.Include]) -> Iterator[str]:
    """The shared files that *text* names in such a tag; a letter of several notices has two frames."""
    for found in _words().parse(text).find_all(tag):
        assert isinstance(found, nodes.Extends | nodes.Include)
        constants = nodes.List([found.template]).find_all(nodes.Const)
        yield from (constant.value for constant in constants)


def _shared(text: str) -> set[str]:
    return {*_named(text, nodes.Extends), *_named(text, nodes.Include)}


def _text(letter: str, language: str) -> str:
    return (TEMPLATES / letter / f"text.{language}.txt").read_text(encoding="utf-8")


def _frames(letter: str) -> set[str]:
    return set(_named(_text(letter, SOURCE), nodes.Extends))


PARTICIPANTS = {letter for letter in LETTERS if TO_PARTICIPANTS & _frames(letter)}


def test_the_letters_to_participants_are_those_that_participants_get() -> None:
    got = {c.notice.template for c in every_case(SOURCE) if c.notice.role == PARTICIPANT}
    assert got == PARTICIPANTS - {"_together-participant", "_neutral"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_all_letters_or_all_to_participants(language: str) -> None:
    written = {letter for letter in LETTERS if language in languages_of(letter)}
    assert written == set(LETTERS) or written == PARTICIPANTS
    assert language != SOURCE or written == set(LETTERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_a_letter_shares_is_written_in_its_language(language: str) -> None:
    shared = {path.name for path in TEMPLATES.glob("_*.txt")}
    for letter in LETTERS:
        if language not in languages_of(letter):
            continue
        for name in _shared(_text(letter, language)):
            own = name.replace(".txt", f".{language}.txt")
            assert {own, name} & shared, f"{letter}: {name}"


def test_files_of_letters_are_of_languages_of_the_house() -> None:
    found = {path.name.split(".")[-2] for path in TEMPLATES.rglob("*.*.txt")}
    assert found == set(LANGUAGES)


def _without(monkeypatch: pytest.MonkeyPatch, letter: str, language: str) -> None:
    """Let *letter* be as if nobody had written it in *language* yet."""
    real = languages_of(letter)
    monkeypatch.setattr(
        templates,
        "languages_of",
        lambda name: real - {language} if name == letter else languages_of(name),
    )
    language_for.cache_clear()


@pytest.fixture(autouse=True)
def _as_it_is() -> Iterator[None]:
    yield
    language_for.cache_clear()


def _said(message: Message) -> tuple[str, str]:
    return message.subject, message.text


def _digest(reader: str) -> Message:
    return compose(notice("digest", "manager"), dialogue(reader), now=ALERTED)


def test_what_a_language_lacks_is_written_whole_in_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    english = _digest("en")
    assert _said(_digest("nl")) != _said(english)

    _without(monkeypatch, "digest", "nl")

    assert _said(_digest("nl")) == _said(english)
    assert _digest("nl").language == "en"
    assert '<html lang="en"' in _digest("nl").html


def test_several_notices_are_written_in_one_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(reader: str) -> Message:
        home = dialogue(reader)
        told = ("agenda-echoed", "summary-to-check")
        return compose_together([Part(notice(name, "ngo"), home) for name in told], now=ALERTED)

    english = both("en")
    _without(monkeypatch, "summary-to-check", "nl")

    assert _said(both("nl")) == _said(english)
    assert both("nl").language == "en"


def test_what_is_read_out_is_whole_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the letter that holds it keeps its own language, with that of what it quotes beside it."""
    told: dict[str, Any] = {"to": "no-mail", "template": "invitation", "duty": None, "notice": {}}
    task = notice("by-hand-task", "manager").model_copy(update={"detail": told})

    _without(monkeypatch, "invitation", "nl")
    message = compose(task, dialogue("nl"), now=ALERTED)

    assert message.language == "nl"
    assert "> We invite you to the 2022 dialogue" in message.text
    assert '<blockquote lang="en"' in message.html


def test_a_language_that_the_house_has_not_is_english() -> None:
    assert language_for("xx", "answer") == "en"
    assert language_for("nl", "answer", "digest") == "nl"
    assert language_for("nl", "no-such-letter") == "en"
