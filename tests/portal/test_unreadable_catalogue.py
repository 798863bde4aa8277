"""A catalogue that cannot be read: no page fails for it, what it held is said in English, and that is told once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.language import words
from portal.app import create_app
from states.language import catalogue as catalogues
from states.language.catalogue import DOMAINS, LENIENCY, catalogue, translate
from states.language.languages import HOME
from states.language.unreadable import UnreadableLanguage
from tests.portal.conftest import Portal
from tests.portal.test_untranslated import forget
from tests.test_unreadable_languages import OTHER, TYPO


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A house of which one language has a slip in each catalogue."""
    home = tmp_path / "locale"
    shutil.copytree(HOME, home)
    for domain in DOMAINS:
        (home / OTHER / f"{domain}.po").write_text(TYPO, "utf-8")
    monkeypatch.setattr(catalogues, "HOME", home)
    monkeypatch.setattr(LENIENCY, "tell", None)
    catalogue.cache_clear()
    forget()
    yield home
    catalogue.cache_clear()
    forget()


@pytest.mark.usefixtures("broken")
def test_whoever_asked_for_no_leniency_hears_of_it_each_time() -> None:
    for _ in range(2):
        with pytest.raises(UnreadableLanguage, match="line 7"):
            translate("pages", OTHER, "Sign in")
    with pytest.raises(UnreadableLanguage, match=f"locale/{OTHER}/words.po, line 7"):
        words.word("role", "manager", OTHER)


@pytest.mark.usefixtures("broken")
def test_a_page_falls_back_to_english_and_the_slip_is_told_once(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(LENIENCY, "tell", lambda error: told.append(str(error)))
    browser = portal.browser()
    browser.cookies.set("language", OTHER)
    for _ in range(2):
        answer = browser.get("/sign-in")
        assert (answer.status_code, "Sign in" in answer.text) == (200, True)
    assert browser.get("/nowhere").status_code == 404
    assert len(told) == len(set(told)) >= 1
    assert f"locale/{OTHER}/pages.po, line 7: it is no PO file" in told[0]


@pytest.mark.usefixtures("broken")
def test_the_portal_asks_to_be_told_and_logs_it(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(LENIENCY, "tell", None)
    create_app(portal.house, portal.app.state.site.settings, clock=lambda: portal.now)
    assert translate("pages", OTHER, "Sign in") == "Sign in"
    assert translate("pages", OTHER, "Sign out") == "Sign out"
    assert capfd.readouterr().err.count("language unreadable") == 1
