"""The phrasebook: every sentence that the law says exists in each language, and none is left over."""

import ast
import re
import string
from collections import defaultdict

import pytest

from states.language.errors import Refused
from states.language.languages import LANGUAGES
from states.language.messages import phrasebook, say
from tests.test_house import ROOMS, ROOT

SAYING = {"Refused", "BadInput", "NotKnown", "NotYours", "StepNotAllowed", "Gap", "say"}
FORMS = string.Formatter()


def placeholders(code: str, language: str) -> set[str]:
    """Return what is filled in in the sentence of *code*."""
    parsed = FORMS.parse(phrasebook()[code][language])
    return {name for _, name, _, _ in parsed if name is not None}


def calls(room: str) -> list[tuple[str, ast.Call]]:
    """Return the calls in *room* that say something by its code."""
    return [
        (f"{path.relative_to(ROOT).as_posix()}:{node.lineno}", node)
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and called(node) in SAYING and codes(node)
    ]


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def codes(node: ast.Call) -> list[str]:
    """Return the codes that a call may name: a string, or one of two."""
    if not node.args:
        return []
    first = node.args[0]
    options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    return [o.value for o in options if isinstance(o, ast.Constant) and isinstance(o.value, str)]


def details(node: ast.Call) -> set[str] | None:
    """Return the names of what a call fills in; None when it cannot be read from the source."""
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    named = {str(keyword.arg) for keyword in node.keywords}
    if called(node) != "Gap":
        return named
    if len(node.args) == 1:
        return set()
    filled = node.args[1]
    if not isinstance(filled, ast.Dict):
        return None
    return {str(key.value) for key in filled.keys if isinstance(key, ast.Constant)}


SAID = [(where, node) for room in ROOMS for where, node in calls(room)]
IN_THE_LAW = [
    pytest.param(code, node, id=f"{where} {code}")
    for where, node in SAID
    if where.startswith("states/")
    for code in codes(node)
]
CODES = sorted(phrasebook())


@pytest.mark.parametrize(("code", "node"), IN_THE_LAW)
def test_what_the_law_says_is_in_the_book(code: str, node: ast.Call) -> None:
    assert code in phrasebook()
    filled = details(node)
    for language in LANGUAGES:
        if filled is not None:
            assert placeholders(code, language) <= filled


def test_the_scan_finds_what_the_law_says() -> None:
    assert len(IN_THE_LAW) > 60


def test_what_other_rooms_refuse_is_in_the_book() -> None:
    refusals = SAYING - {"say", "Gap"}
    elsewhere = [
        (where, code) for where, node in SAID if called(node) in refusals for code in codes(node)
    ]

    assert [(where, code) for where, code in elsewhere if code not in phrasebook()] == []


@pytest.mark.parametrize("code", CODES)
def test_a_sentence_is_said_in_both_languages(code: str) -> None:
    sentences = phrasebook()[code]

    assert set(sentences) == set(LANGUAGES)
    assert sentences["nl"] != sentences["en"]
    assert placeholders(code, "nl") == placeholders(code, "en")
    for sentence in sentences.values():
        assert sentence == sentence.strip()
        assert sentence.endswith((".", "?"))
        assert sentence[0].isupper() or sentence.startswith(("{", "'", "Inbreng"))


@pytest.mark.parametrize("code", CODES)
def test_a_sentence_that_is_there_is_said_somewhere(code: str) -> None:
    words = "\n".join(
        path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")
    )

    assert re.search(rf"""["']{re.escape(code)}["']""", words)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_can_be_filled_in(code: str, language: str) -> None:
    filled = dict.fromkeys(placeholders(code, language), "Noor & co {x}")

    said = say(code, language, **filled)

    assert "{x}" in said or not filled
    assert say(code, "xx", **filled) == say(code, "en", **filled)


def test_a_code_that_is_not_in_the_book_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        Refused("no-such-code").why()


def test_the_codes_of_a_sentence_mean_the_same_wherever_they_are_used() -> None:
    """Two places that say the same code fill in the same things."""
    used: dict[str, set[frozenset[str]]] = defaultdict(set)
    for _, node in SAID:
        filled = details(node)
        for code in codes(node):
            if filled is not None and code in phrasebook():
                used[code].add(frozenset(filled & placeholders(code, "en")))

    assert {code for code, ways in used.items() if len(ways) > 1} == set()


@pytest.mark.parametrize(
    ("value", "nl", "en"),
    [
        pytest.param("noor", "noor", "noor", id="a word"),
        pytest.param(["a", "b"], "a, b", "a, b", id="two"),
        pytest.param([], "", "", id="none"),
        pytest.param(range(14), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 en nog 2", None, id="many"),
        pytest.param(3, "3", "3", id="a number"),
    ],
)
def test_how_values_are_shown(value: object, nl: str, en: str | None) -> None:
    expected = nl.replace("en nog 2", "and 2 more") if en is None else en

    assert say("not-disputed", "nl", contribution=value) == (
        f"Inbreng {nl} is niet betwist; het besluit staat."
    )
    assert say("not-disputed", "en", contribution=value) == (
        f"Contribution {expected} is not disputed; the decision stands."
    )
