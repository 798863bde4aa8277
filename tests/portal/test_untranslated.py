"""Locale of the pages: in whatever language somebody takes part, no sentence that they meet falls back to English."""

from collections.abc import Iterator
from gettext import NullTranslations

import pytest

from notifications.language import words
from portal.route_table import PAGES
from portal.web.routes import EVERYONE
from states.language import messages
from states.language.catalogue import DOMAINS, catalogue, translate
from states.model.dialogue import OPEN_PHASES, Dialogue
from tests.portal.conftest import Portal
from tests.portal.lifetimes import BEGINNINGS, Lifetime
from tests.portal.page_walker import Seen, Walker, guests
from tests.portal.test_walk import emptied, filled, forms_of, spoiled
from tools.catalogues.extraction import target_languages

EACH = pytest.mark.parametrize("language", target_languages())


class Missed(NullTranslations):
    """Stands behind a catalogue, and keeps what is not in it."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()

    def gettext(self, message: str) -> str:
        """Keep *message*."""
        self.said.add(message)
        return super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Keep *msgid1*."""
        self.said.add(msgid1)
        return super().ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:
        """Keep *message*, with its *context*."""
        self.said.add(f"{context}: {message}")
        return super().pgettext(context, message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """Keep *msgid1*, with its *context*."""
        self.said.add(f"{context}: {msgid1}")
        return super().npgettext(context, msgid1, msgid2, n)


@pytest.fixture
def missed(language: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """What *language* lacked while a test ran."""
    behind = Missed()
    forget()
    for domain in DOMAINS:
        monkeypatch.setattr(catalogue(domain, language), "_fallback", behind)
    yield behind.said
    forget()


def forget() -> None:
    """Let no word that was asked for before stand in a cache."""
    for cached in (words.word, words.count, messages._sentence):
        cached.cache_clear()


@EACH
def test_what_a_language_lacks_is_seen(language: str, missed: set[str]) -> None:
    assert translate("pages", language, "Sign in") != "Sign in"
    assert missed == set()
    assert translate("law", language, "Never said") == "Never said"
    assert missed == {"Never said"}


@EACH
def test_the_doors_are_whole_in_each_language(
    portal: Portal, language: str, missed: set[str]
) -> None:
    browser = portal.browser()
    browser.cookies.set("language", language)
    doors = [p.path for p in PAGES if p.method == "GET" and EVERYONE in p.who and "{" not in p.path]
    for path in (*doors, "/l/no-such-link", "/in/no-such-link", "/nowhere", "/my", "/today"):
        answer = browser.get(path)
        if "text/html" in answer.headers["content-type"]:
            assert f'<html lang="{language}"' in answer.text, path
    assert missed == set()


def pages_of(walker: Walker, who: str, language: str, dialogue: Dialogue) -> list[Seen]:
    """All pages of the participant *who*, and each of their forms sent: as it should be, empty, and spoiled."""
    walker.enter(who, language)
    with walker.taken_back() as moment:
        seen = list(walker.pages(who, language, dialogue))
        for form, by in forms_of(seen).items():
            for values in (filled(form, walker), emptied(form), spoiled(form)):
                if walker.press(by, form, values).status in {200, 303}:
                    moment.again()
    return seen


def dialogues_to_look_at(portal: Portal, *, all_that_is_new: bool) -> Iterator[Dialogue]:
    """The moments of a life at which participants look: whenever more kinds of them do, or something is new."""
    life, stopped = Lifetime(portal, BEGINNINGS["as most begin"], 1), set[tuple[str, int]]()
    for dialogue in life.moments():
        stop = (dialogue.phase.value, len(guests(dialogue)))
        if stop not in stopped or all_that_is_new:
            stopped.add(stop)
            yield dialogue


@pytest.mark.slow
@pytest.mark.parametrize("all_that_is_new", [False, pytest.param(True, marks=pytest.mark.heavy)])
@EACH
def test_every_page_of_a_participant_is_whole_in_each_language(
    portal: Portal, language: str, missed: set[str], all_that_is_new: bool
) -> None:
    walker, phases = Walker(portal), set()
    for dialogue in dialogues_to_look_at(portal, all_that_is_new=all_that_is_new):
        for who in guests(dialogue):
            seen = pages_of(walker, who, language, dialogue)
            assert missed == set(), (who, dialogue.phase)
            assert {page.language for page in seen} == {language}
            phases.add(dialogue.phase)
    assert phases >= set(OPEN_PHASES[1:])
