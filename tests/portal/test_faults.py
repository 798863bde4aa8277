"""When something fails, a calm page says so: no traceback, nothing half done, and a reference for whoever must look."""

import re
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from portal.web.pages import Page, get, post
from portal.web.request import Visit
from portal.web.routes import EVERYONE, MANAGERS
from records.engine.errors import Busy, DatabaseUnavailable, SchemaOutdated
from states.language.languages import LANGUAGES
from tests.portal.conftest import Browser, Portal

SECRET = "what a participant wrote"


def break_with(portal: Portal, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Browser:
    """A browser that is in, on a house whose ledger fails with *error*."""
    browser = portal.participant("ngo-nl")

    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(portal.house.ledger, "read", fail)
    return browser


@pytest.mark.parametrize("kind", [Busy, DatabaseUnavailable, SchemaOutdated])
def test_a_database_that_does_not_answer_is_no_mystery(
    two_companies: Portal, monkeypatch: pytest.MonkeyPatch, kind: type[Busy]
) -> None:
    answer = break_with(two_companies, monkeypatch, kind("It is so.")).get("/my")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert ("weerklank doctor" in answer.text) == (kind is not Busy)
    assert answer.headers["content-security-policy"]


def test_what_nobody_foresaw_has_a_reference_and_no_traceback(
    two_companies: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = break_with(two_companies, monkeypatch, ZeroDivisionError(SECRET))
    with capture_logs() as lines:
        answer = browser.get("/my")
    assert answer.status_code == 500
    found = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert found is not None
    assert any(line.get("reference") == found[1] for line in lines)
    for told in (answer.text, str(lines)):
        assert SECRET not in told
        assert "Traceback" not in told


def test_even_the_page_for_faults_may_fail(
    two_companies: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr("portal.web.template_engine.render", fail)
    answer = two_companies.browser().get("/")
    assert answer.status_code == 500
    assert "Nothing is lost" in answer.text


def test_the_front_page_needs_no_database(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal.house.ledger, "read", None)
    assert portal.browser().get("/").status_code == 200


def nothing(visit: Visit) -> NoReturn:
    raise AssertionError(visit)


def test_a_row_of_the_table_must_make_sense() -> None:
    with pytest.raises(ValueError, match="nobody is called"):
        get("/x", nothing, "king")
    with pytest.raises(ValueError, match="names the page to show again"):
        Page("POST", "/x", frozenset({EVERYONE}), handler=nothing)
    assert post("/x", nothing, *MANAGERS, again=nothing).open_to("manager")
    assert not get("/x", nothing, *MANAGERS).open_to(None)


def test_every_language_of_every_sentence_is_there() -> None:
    from portal.web.template_engine import sentences

    for table in sentences().values():
        for key, said in table.items():
            assert set(said) == set(LANGUAGES), key

    for key, said in sentences()["said"].items():
        assert all(text.endswith((".", "?")) for text in said.values()), key


def test_a_word_from_outside_is_never_shown(portal: Portal) -> None:
    browser = portal.browser()
    browser.cookies.set("weerklank-said", "<b>bold</b>")
    answer = browser.get("/")
    assert answer.status_code == 200
    assert 'role="status"' not in answer.text
