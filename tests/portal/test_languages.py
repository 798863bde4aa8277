"""The language of the pages: chosen among all that there are, and never one that there is not."""

import pytest

from notifications.language.words import language_in
from portal.http.accept_language import asked_language
from portal.web.template_engine import language_attributes, prose
from states.language.languages import FIRST, LANGUAGES, SOURCE, WHOLE, languages
from tests.portal.conftest import Portal
from tests.portal.page_reader import Sheet


def test_every_language_is_offered_in_its_own_words(portal: Portal) -> None:
    page = portal.browser().get("/language").text
    for code, one in languages().items():
        assert f'value="{code}" lang="{code}" dir="{one.direction}"' in page
        assert f">{one.name}</button>" in page


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_page_offers_the_other_languages(portal: Portal, code: str) -> None:
    browser = portal.browser()
    browser.cookies.set("language", code)
    page = browser.get("/").text
    assert f'<html lang="{code}"' in page
    offered = [one for one in LANGUAGES if f'name="language" value="{one}"' in page]
    assert offered == [one for one in LANGUAGES if one != code]


@pytest.mark.parametrize("code", sorted({*LANGUAGES} - {*WHOLE}))
def test_staff_read_what_is_not_theirs_in_a_language_whole_in_english(
    late: Portal, code: str
) -> None:
    """A page that is half in one language is read by nobody; participants have theirs."""
    staff, participant = late.enter_as("manager"), late.participant("ngo-nl")
    for browser, page, language in ((staff, "/today", SOURCE), (participant, "/my", code)):
        browser.cookies.set("language", code)
        assert f'<html lang="{language}"' in browser.get(page).text
    assert f'name="language" value="{code}"' not in staff.get("/today").text


@pytest.mark.parametrize("code", ["xx", "fr", "", "NL", "nl\x00", "../nl"])
def test_a_language_that_there_is_not_is_refused_with_those_that_there_are(
    portal: Portal, code: str
) -> None:
    browser = portal.browser()
    answer = browser.submit("/language", {"language": code, "back": "/new-link"})
    assert answer.status_code == 422
    assert "language" not in answer.cookies
    for one in languages().values():
        assert f"{one.name}" in answer.text
    assert 'role="alert"' in answer.text


def test_somebody_who_is_in_is_refused_in_the_same_words(late: Portal) -> None:
    browser = late.enter_as("manager")
    assert browser.submit("/language", {"language": "xx", "back": "/"}).status_code == 422


@pytest.mark.parametrize("code", ["xx", "bn", "../../nl"])
def test_a_cookie_of_a_language_that_there_is_not_counts_for_nothing(
    portal: Portal, code: str
) -> None:
    browser = portal.browser()
    browser.cookies.set("language", code)
    answer = browser.get("/", headers={"accept-language": SOURCE})
    assert f'<html lang="{SOURCE}"' in answer.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, FIRST),
        ("en", "en"),
        ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
        ("fr-FR,fr;q=0.9,nl;q=0.4,en;q=0.8", "en"),
        ("fr,de;q=0.5", SOURCE),
        ("nl;q=soon,en;q=0.1", "en"),
        ("*", SOURCE),
        ("", SOURCE),
        (",;q=;,nl", "nl"),
        ("tr;q=0,de", SOURCE),
        ("trv", SOURCE),
        ("nl;q=soon", "nl"),
        ("x" * 9000, SOURCE),
    ],
)
def test_the_browser_is_heard_in_its_own_order(header: str | None, language: str) -> None:
    assert asked_language(header) == language


@pytest.mark.parametrize(
    ("text", "language", "tags"),
    [
        ("Pay more.", "en", ' lang="en" dir="ltr"'),
        ("ادفعوا أكثر", "ar", ' lang="ar" dir="rtl"'),
        ("ادفعوا أكثر", "en", ' lang="en" dir="auto"'),
        ("Pay more.", "ar", ' lang="ar" dir="auto"'),
        ("Pay more.", "und", ' lang="und" dir="auto"'),
        ("", "nl", ' lang="nl" dir="ltr"'),
        (None, "ar", ' lang="ar" dir="rtl"'),
    ],
)
def test_what_somebody_wrote_says_in_what_and_which_way_it_runs(
    text: str | None, language: str, tags: str
) -> None:
    assert language_attributes(text, language) == tags


def test_the_reader_of_pages_sees_a_quotation_without_a_language() -> None:
    sheet = Sheet(
        '<html lang="nl"><blockquote lang="en" dir="ltr">a</blockquote><blockquote dir="auto">b</blockquote>'
        '<span lang="en">c</span></html>'
    )
    assert sheet.unmarked == ['<blockquote dir="auto">', '<span lang="en">']


def test_what_somebody_quotes_within_their_words_is_marked_too() -> None:
    assert '<blockquote lang="und" dir="auto">' in prose("> As she said")
    assert Sheet(prose("> As she said")).unmarked == []


@pytest.mark.parametrize(
    ("country", "language"), [("NL", "nl"), ("BE", "nl"), ("GB", "en"), ("BD", "en"), ("TR", "en")]
)
def test_who_says_no_language_is_written_to_in_a_complete_one(country: str, language: str) -> None:
    assert language_in(country) == language
