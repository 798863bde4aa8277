"""One form of an e-mail address: what is taken can be mailed, what cannot is refused where it is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from states.language.validation_messages import problem_of
from states.model.people import Mapping, Person
from states.values.addresses import on_the_wire, plain_address, same_address
from states.values.values import STORED, Email

EMAIL: TypeAdapter[str] = TypeAdapter(Email)


@pytest.mark.parametrize(
    ("given_", "wire"),
    [
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("info@faß.example", "info@xn--fa-hia.example"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("ana@ÑANDÚ.example", "ana@xn--and-6ma2c.example"),
        ("a@βόλος.example", "a@xn--nxasmm1c.example"),
        ("Ana.B+c@W.Example", "Ana.B+c@w.example"),
    ],
)
def test_a_domain_in_any_letters_can_be_mailed(given_: str, wire: str) -> None:
    assert on_the_wire(EMAIL.validate_python(given_)) == wire


@pytest.mark.parametrize("address", ["josé@w.example", "rene\u0301@w.example", "রহিমা@w.example"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_letters_before_the_at_are_refused_in_a_clear_sentence(address: str, language: str) -> None:
    with pytest.raises(ValidationError) as refused:
        EMAIL.validate_python(address)
    said = problem_of(dict(refused.value.errors()[0])).say(language)
    assert "@" in said
    assert ("vóór" if language == "nl" else "before") in said


def test_what_was_kept_before_stays_readable() -> None:
    assert EMAIL.validate_python("josé@w.example", context=STORED) == "josé@w.example"


@pytest.mark.parametrize("kind", [Person, Mapping])
def test_every_address_that_is_given_is_looked_at(kind: type[Person | Mapping]) -> None:
    given_ = {
        "name": "José", "email": "josé@w.example", "id": "x", "organisation": "W", "category": "ngo", "country": "NL",
        "layer": "proxy",
    }  # fmt: skip
    wanted = {key: value for key, value in given_.items() if key in kind.model_fields}
    with pytest.raises(ValidationError, match="before the @"):
        kind.model_validate(wanted)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Rene@W.example", "rene@w.EXAMPLE", True),
        ("rené@w.example", "rene@w.example", False),
        ("ren\u00e9@w.example", "rene\u0301@w.example", True),
        ("a@straße.example", "a@xn--strae-oqa.example", True),
        ("a@straße.example", "a@strasse.example", False),
        ("a@BÜCHER.example", "a@bücher.example", True),
        ("", "", False),
        (None, None, False),
    ],
)
def test_when_two_are_the_same(one: str | None, other: str | None, same: bool) -> None:
    assert same_address(one, other) is same
    assert same_address(other, one) is same


@given(st.emails() | st.text(max_size=40))
def test_whatever_is_taken_can_be_mailed_and_is_the_same_as_itself(text: str) -> None:
    try:
        kept = EMAIL.validate_python(text)
    except ValidationError:
        return
    assert on_the_wire(kept).isascii()
    assert same_address(kept, on_the_wire(kept))
    assert EMAIL.validate_python(kept) == kept
    assert plain_address(kept) == plain_address(text)
