"""The story of a rehearsal: every happening has its sentence, in each language, and fits the screen."""

import string
from io import StringIO

import pytest
from rich.console import Console

from cli.rehearsal.story import WIDTH, story_of, tell
from states.language.catalogue import book
from states.language.languages import LANGUAGES
from tests.counted_forms import all_forms
from tests.journeys.lives import NGO, Row, act, answer, live, played, scenario, small

NEW = {"name": "Nieuwe manager", "email": "nieuw@klein.example", "language": "nl"}
REASON = "Zaal niet beschikbaar."
LIVES: dict[str, tuple[Row, str, str]] = {
    "outage": (
        small(
            played("strategy"),
            until="2022-09-12T00:00",
            outages=[{"from": "2022-09-05T00:00", "to": "2022-09-10T00:00"}],
        ),
        "the scheduler is back",
        "de planner draait weer",
    ),
    "moved session": (
        small(
            [
                *played("gathering")[:-1],
                act(
                    "2022-05-24T10:00",
                    "manager",
                    "reschedule-session",
                    to="2022-06-30T13:00",
                    reason=REASON,
                ),
            ],
            until="2022-05-25T00:00",
        ),
        "the session moves from 16 Jun to 30 Jun",
        "de sessie gaat van 16 jun naar 30 jun",
    ),
    "bounce": (
        small(
            [*played("strategy"), answer("2022-09-05T10:00", "c1")],
            until="2022-09-06T00:00",
            bounces=[
                {"address": NGO["email"], "from": "2022-09-01T00:00", "to": "2022-09-20T00:00"}
            ],
        ),
        "the answer to ngo-nl bounced",
        "het antwoord aan ngo-nl kwam terug",
    ),
    "cancelled": (
        small(
            [act("2022-01-20T10:00", "manager", "cancel-dialogue", reason="Fusie.")],
            until="2022-02-01T00:00",
        ),
        "the dialogue is cancelled",
        "de dialoog is afgelast",
    ),
    "closed with debts": (
        small(
            [
                *played("strategy"),
                act("2022-11-20T10:00", "sponsor", "close-with-debts", reason="Haast."),
            ],
            until="2023-02-01T00:00",
        ),
        "closed with 3 open debts",
        "afgesloten met 3 open beloften",
    ),
    "hand-over": (
        small(
            [act("2022-01-20T10:00", "sponsor", "hand-over", role="manager", person=NEW)],
            until="2022-02-01T00:00",
        ),
        "another person is responsible manager now",
        "iemand anders is nu verantwoordelijke manager",
    ),
    "announced": (
        small(
            [
                *played("session"),
                act(
                    "2022-07-01T10:00",
                    "manager",
                    "postpone",
                    duty="answer-participant/ngo-nl",
                    to="2022-09-22",
                    reason=REASON,
                ),
            ],
            until="2022-07-02T00:00",
        ),
        "ngo-nl: promised 22 Sep instead of 8 Sep",
        "ngo-nl: 22 sep beloofd in plaats van 8 sep",
    ),
    "late work": (
        small([], until="2022-03-01T00:00"),
        "late, and told to responsible manager",
        "te laat, en gemeld aan verantwoordelijke manager",
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_what_happened_is_told_in_both_languages(name: str) -> None:
    life, english, dutch = LIVES[name]
    read = scenario(life)
    with live(read) as seen:
        for lang, told in (("en", english), ("nl", dutch)):
            assert told in "\n".join(str(line) for line in story_of(seen.shown, read, lang))


def test_a_narrow_plain_terminal_loses_nothing() -> None:
    read = scenario(small(played("strategy"), until="2022-09-12T00:00"))
    with live(read) as seen:
        for width in (60, WIDTH):
            page = StringIO()
            tell(seen.shown, read, "nl", Console(file=page, width=width, highlight=False))
            lines = page.getvalue().splitlines()
            assert max(map(len, lines)) <= width
            assert "\x1b" not in page.getvalue()
            assert sum("sealed-1" in line for line in lines) >= 2


def test_late_has_one_colour_and_done_another() -> None:
    read = scenario(
        small([*played("strategy"), answer("2022-09-05T10:00", "c1")], until="2022-09-12T00:00")
    )
    with live(read) as seen:
        page = StringIO()
        tell(
            seen.shown,
            read,
            "en",
            Console(file=page, width=WIDTH, force_terminal=True, color_system="standard"),
        )
    late, done = "\x1b[31m", "\x1b[32m"
    lines = page.getvalue().splitlines()
    assert all(late in line for line in lines if "lapse" in line)
    assert all(done in line for line in lines if "in time" in line and "ngo-nl" in line)


@pytest.mark.parametrize("file", ["story.toml", "demo.toml"])
def test_each_language_has_every_sentence_with_the_same_places(file: str) -> None:
    for key, texts in book("words", "cli", f"data/{file}", f"{file[:-5]}.").items():
        assert set(texts) == set(LANGUAGES), key
        places = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (all_forms(texts, language) for language in LANGUAGES)
        ]
        assert all(one == places[0] for one in places), key
        assert texts.source.count("|") <= 1
