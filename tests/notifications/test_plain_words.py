"""What no letter says: stiff or risky words, the machine's words, and words of others without their language."""

import re
from html.parser import HTMLParser

import pytest

from notifications.language.language_tags import direction
from notifications.language.words import tables
from notifications.letters.compose import Message, compose
from states.language.languages import LANGUAGES
from tests.counted_forms import all_forms
from tests.notifications.case import Case
from tests.notifications.cases import every_case

_HEAD = "5f2a9c31" * 8
FORBIDDEN = {
    "nl": (
        "aanmeld", "aangemeld", "afmeld", "tegoed", " koppeling", "onder zegel", "verzegeld",
        "afgeweken van", "aanspreekbaar", "uw verwachtingen veranderen aan", "stand:",
        "gelukt is, is aan u", "leg vast", "vanzelf", "buiten onze macht", "lukt die niet", "verwijt",
        "contactpersoon bij het toezicht", "nog een oordeel schuldig", "naar soort",
        "afgelast", "ingewilligd", "gewist", "wissen", "besluit dat vaststaat", " haar ", "klopt zij", "te goed hadden",
    ),
    "en": (
        "e-mail", " mail ", "whoever contributes", "decision that stands", "no reproach",
        "you had an answer from us", "visibly weighs", "suffer for speaking", "your doing",
        "promised was", "committed, by", "cannot be taken out", "how you wish to be named",
        "a reaction ", "under seal", "owes you this", "nothing is asked of you", "itself to:",
        "the confidant", "without your hearing", "stands here", "hold our answer against",
    ),
    "tr": (
        "tarafınız", "işbu", "hususunda", "mühür", "duyulmuş hiss", "ihbar", "gereğince", "söz konusu",
        "müteakip", "arz ederiz",
    ),
}  # fmt: skip
"""What an editor struck out when the letters were read aloud."""
_MACHINE = re.compile(
    r"\b(?:sealed-\d+|participant-\d+|at_risk|deputy_|\d{4}-\d\d-\d\d|[0-9a-f]{16,}|[a-z]+(?:-[a-z]+)+/[a-z0-9-]+)\b"
)
_OTHERS = ("blockquote", "span")


class _Unnamed(HTMLParser):
    """Elements that hold what somebody else said, without the language in which they said it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        lang = given.get("lang")
        if tag in _OTHERS and not (lang and given.get("dir") == direction(lang)):
            self.found.append(f"{tag} {given}")


def _written(case: Case) -> Message:
    return compose(
        case.notice,
        case.dialogue,
        now=case.now,
        base_url="https://dialoog.example",
        journal_head=_HEAD,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_say_nothing_stiff_or_risky(language: str) -> None:
    for case in every_case(language):
        message = _written(case)
        told = " ".join(f"{message.subject} {message.text}".casefold().split())
        stiff = FORBIDDEN.get(message.language, ())
        assert not [word for word in stiff if word in told], case.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_the_machine_reaches_people(language: str) -> None:
    for case in every_case(language):
        message = _written(case)
        found = _MACHINE.findall(f"{message.subject}\n{message.text}")
        assert not found, f"{case.name}: {found}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_others_name_their_language_and_the_way_it_runs(language: str) -> None:
    for case in every_case(language):
        assert not _Unnamed(_written(case).html).found, case.name


@pytest.mark.parametrize("language", FORBIDDEN)
def test_the_words_for_things_are_plain_too(language: str) -> None:
    said = [
        all_forms(entry, language).casefold()
        for table in tables().values()
        for entry in table.values()
    ]  # fmt: skip
    assert not [(word, one) for one in said for word in FORBIDDEN[language] if word in one]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("nl", ("antwoord aan u:", "Wat wij u beloven", "Wat u kunt doen", "Zo kwamen wij")),
        ("en", ("our answer to you:", "What we promise you", "What you can do", "How we came")),
    ],
)
def test_the_answer_comes_first_then_the_promise_then_what_one_can_do(
    language: str, parts: tuple[str, ...]
) -> None:
    case = next(case for case in every_case(language) if case.name == "answer")
    text = " ".join(_written(case).text.split())
    places = [text.find(part) for part in parts]
    assert places == sorted(places)
    assert places[0] > 0
    assert places[0] < 200  # characters: on the first screen of a phone
