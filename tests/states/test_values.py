"""The kinds of text that people may give: what is seen, what is kept, what is turned into a line break."""

import sys
import unicodedata
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from states.language.errors import BadInput
from states.language.languages import LANGUAGES
from states.language.validation_messages import problem_book, problem_of
from states.model.people import Person
from states.model.programme import Programme
from states.model.vocabulary import Step
from states.steps.decide import understand
from states.steps.table import STEPS
from states.values.characters import has_sign
from states.values.time_zones import known_zones
from states.values.values import STORED, Day, Line, Moment, Text
from tests.states.builders import programme

TEXT, LINE = TypeAdapter[str](Text), TypeAdapter[str](Line)
UNSEEN = ["\u200b", "\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\u034f", "\ufeff", "\u00ad"]
LIBRARY = ("should", "String", "Input", "pydantic", "pattern", "Value error", "^", "validation")


def wrong(adapter: TypeAdapter[Any], value: object) -> str:
    """What is said of *value* in English."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return problem_of(dict(caught.value.errors()[0])).what()


@pytest.mark.parametrize("kind", [TEXT, LINE], ids=["text", "line"])
@pytest.mark.parametrize(
    "text",
    [
        *UNSEEN,
        "".join(UNSEEN),
        "\u2800 \u00a0\u3000",
        "\u200f\u202e",
        "\ufe0f",
        "\U000e0041",
        "\u2066\u2069",
    ],
    ids=ascii,
)
def test_what_nobody_sees_is_no_text(kind: TypeAdapter[str], text: str) -> None:
    assert not has_sign(text)
    assert "visible sign" in wrong(kind, text)


@pytest.mark.parametrize(
    "text", ["x", ".", "ó", "é", "বাংলা", "עברית", "👩🏽‍🏭", "한", "٣", "‎ok", "\ufffc"], ids=ascii
)
def test_one_sign_is_enough(text: str) -> None:
    assert has_sign(text)
    assert TEXT.validate_python(text) == text


@given(
    st.text(alphabet=st.characters(categories=["Zs", "Zl", "Zp", "Cc", "Cf", "Cs"]), max_size=20)
)
def test_no_mixture_of_what_is_unseen_has_a_sign(text: str) -> None:
    assert not has_sign(text)


@given(st.text(max_size=50), st.characters(categories=["Lu", "Ll", "Nd", "Po"]))
def test_a_letter_among_anything_is_a_sign(text: str, letter: str) -> None:
    assert has_sign(text + letter)


@pytest.mark.parametrize("sign", ["\v", "\f", "\x85", "\u2028", "\u2029", "\r\n"], ids=ascii)
def test_breaks_of_other_programs_are_breaks(sign: str) -> None:
    assert TEXT.validate_python(f"Eén.{sign}Twee.") == "Eén.\nTwee."
    if sign != "\r\n":
        assert LINE.validate_python(f"Eén{sign}twee") == "Eén twee"


def test_signs_that_turn_a_name_round_are_taken_out_and_a_name_has_one_form() -> None:
    assert LINE.validate_python("\u202aJan\u202c \u202eneknaJ\u202c") == "Jan neknaJ"
    assert LINE.validate_python("Zoe\u0301") == unicodedata.normalize("NFC", "Zoe\u0301")
    assert TEXT.validate_python("a \u202b.. b") == "a \u202b.. b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bel\x07", "(U+0007), at place 4 after 'bel'"),
        ("\x00", "(U+0000), at place 1"),
        ("half \ud800", "(U+D800)"),
        ("een\nlange regel\x1b[0m", "after 'lange regel'"),
    ],
    ids=ascii,
)
def test_a_sign_that_cannot_be_kept_is_said_with_its_place(text: str, said: str) -> None:
    assert said in wrong(TEXT, text)
    assert wrong(TEXT, text).isprintable()


@given(st.text(alphabet=st.characters(codec=None, max_codepoint=sys.maxunicode), max_size=40))
def test_whatever_is_typed_is_a_text_or_said_plainly(text: str) -> None:
    for kind in (TEXT, LINE):
        try:
            kept = kind.validate_python(text)
        except ValidationError as error:
            said = problem_of(dict(error.errors()[0])).say("nl")
            said.encode()
            # What was typed is shown back, so a sign in it is no sign of the library.
            assert not any(word in said for word in LIBRARY[4:] if word not in text)
        else:
            assert has_sign(kept)
            assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in kept if c not in "\n\t")
            assert kind.validate_python(kept) == kept


@pytest.mark.parametrize("given", ["2022-06-16", "16", 1655380800, 5.5, "soon", ""], ids=repr)
def test_a_moment_has_an_hour(given: object) -> None:
    assert "names no hour" in wrong(TypeAdapter(Moment), given)


@pytest.mark.parametrize("given", [1655380800, "1655380800", 0.5, True], ids=repr)
def test_a_number_is_no_day(given: object) -> None:
    assert "is no date" in wrong(TypeAdapter(Day), given)


@pytest.mark.parametrize(
    "zone",
    [
        *("localtime", "posixrules", "Factory", "EST5EDT", "CET", "Turkey", "GB", "US/Eastern"),
        *("europe/amsterdam", "Europe/amsterdam", "posix/Europe/Amsterdam", "Etc/GMT+2", "UTC+1"),
        *("Amsterdam", "", "Europe/", "../etc/passwd", "GMT", "Zulu"),
    ],
)
def test_a_zone_is_named_by_its_place(zone: str) -> None:
    assert zone not in known_zones()
    with pytest.raises(ValidationError) as caught:
        programme(time_zone=zone)
    said = problem_of(dict(caught.value.errors()[0])).say("nl")
    assert "zoals Europe/Amsterdam" in said


@pytest.mark.parametrize(
    "zone",
    ["Europe/Amsterdam", "Asia/Dhaka", "America/Argentina/Buenos_Aires", "UTC", "Asia/Calcutta"],
)
def test_a_zone_with_a_place_is_taken(zone: str) -> None:
    assert programme(time_zone=zone).time_zone == zone


def test_a_programme_from_before_is_read_as_it_was_written() -> None:
    old = programme().model_dump(mode="json") | {"time_zone": "CET"}
    old["roles"]["manager"]["language"] = "fr"
    with pytest.raises(ValidationError):
        Programme.model_validate(old)
    read = Programme.model_validate(old, context=STORED)
    assert (read.time_zone, read.roles["manager"].language) == ("CET", "fr")  # type: ignore[index]


@pytest.mark.parametrize("code", sorted({"fr", "sw", "bn", "xx"} - set(LANGUAGES)))
def test_a_reader_reads_a_language_of_the_house(code: str) -> None:
    for step, wish in (
        ("change-contact", {"stakeholder": "union", "language": code}),
        ("hand-over", {"role": "manager", "person": {"name": "Jo", "language": code}}),
    ):
        with pytest.raises(BadInput) as caught:
            understand(STEPS[Step(step)], wish)
        there = ", ".join(LANGUAGES)
        assert f"kies uit {there}" in caught.value.why("nl")
        assert f"choose from {there}" in caught.value.why("en")
    assert {Person(name="Jo", language=code).language for code in LANGUAGES} == set(LANGUAGES)


@pytest.mark.parametrize("code", ["fr", "xx", "bn"])
def test_a_programme_writes_in_languages_of_the_house(code: str) -> None:
    plain = programme().model_dump(mode="json")
    with pytest.raises(ValidationError) as caught:
        Programme.model_validate(plain | {"languages": [LANGUAGES[0], code]})
    [problem] = [problem_of(dict(one)) for one in caught.value.errors()]
    assert problem.code == "no-texts"
    assert problem.say().startswith(f"languages.1: '{code}' is a language in which we do not write")
    old = Programme.model_validate(plain | {"languages": [code]}, context=STORED)
    assert old.languages == (code,)


@pytest.mark.parametrize(
    ("code", "known"), [("bn", True), ("fy", True), ("xx", False), ("qq", False)]
)
def test_a_helper_speaks_a_language_that_there_is(code: str, known: bool) -> None:
    wish = {"organisation": "Taalhulp", "language": code}
    if known:
        understand(STEPS[Step.NAME_HELPER], wish)
        return
    with pytest.raises(BadInput) as caught:
        understand(STEPS[Step.NAME_HELPER], wish)
    assert f"'{code}' is geen taal die wij onder die code kennen" in caught.value.why("nl")
    assert f"'{code}' is no language that we know by that code" in caught.value.why("en")


WRONG = [
    None,
    5,
    1.5,
    True,
    "",
    " ",
    "x\x00",
    "\ud800",
    "x" * 30_000,
    [],
    ["a"],
    {},
    {"a": 1},
    "2022-02-30",
]


@pytest.mark.parametrize("step", STEPS)
def test_no_field_of_any_step_is_refused_in_a_library_s_words(step: str) -> None:
    for name in STEPS[Step(step)].takes.model_fields:
        for value in WRONG:
            try:
                understand(STEPS[Step(step)], {name: value})
            except BadInput as refusal:
                for language in LANGUAGES:
                    said = refusal.why(language)
                    assert not [word for word in LIBRARY if word in said], said
                    assert len(said) < 3_000
                    said.encode()


@pytest.mark.parametrize("code", sorted(problem_book()))
def test_a_problem_is_said_in_both_languages(code: str) -> None:
    said = problem_book()[code]
    assert set(said) == set(LANGUAGES)
    assert said["nl"] != said["en"]
    assert not [word for word in LIBRARY if any(word in one for one in said.values())]


def test_a_custom_kind_of_text_keeps_its_limits() -> None:
    short = Annotated[Line, "only here"]
    assert "at most 300" in wrong(TypeAdapter(short), "x" * 301)
