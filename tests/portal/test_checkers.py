"""
Two more readers of our pages: the Nu Html Checker (vnu) and IBM's accessibility checker, beside axe.

vnu reads the pages as they were sent, all in one run; IBM's checker looks at each in a browser. Both come from npm
into build/readers, as `.ci/run` does it.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from states.language.languages import LANGUAGES
from states.model.dialogue import Dialogue
from states.model.people import AUDITOR, PARTICIPANT
from tests.conftest import missing
from tests.portal.conftest import Portal
from tests.portal.page_walker import Walker, addresses
from tests.portal.test_every_page import (
    ANYBODY,
    EARLY,
    STAGES,
    address,
    halfway,
    key_of,
    pages_of,
    walk,
)
from tests.portal.test_every_page import every as every  # noqa: PLC0414 - a fixture
from tests.portal.test_walk import lived
from tests.portal.windows import Open

READERS = Path(__file__).resolve().parents[2] / "build" / "readers"
VNU = READERS / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
ACE = READERS / "node_modules" / "accessibility-checker-engine" / "ace.js"
ASK = """async ({ policies, but }) => {
    for (const fold of document.querySelectorAll('details')) fold.open = true;
    const { results } = await new ace.Checker().check(document, policies);
    return results.filter(one => one.value[1] === 'FAIL')
        .filter(one => !(one.ruleId in but && one.snippet.startsWith(but[one.ruleId])))
        .map(one => `${one.value[0]} ${one.ruleId}: ${one.message} ${one.snippet} ${one.path.dom}`);
}"""
POLICIES = ["WCAG_2_2", "IBM_Accessibility"]
BUT = {
    # A form without a name is no landmark (HTML-AAM); names would only make a crowd of landmarks of them.
    "aria_form_label_unique": "<form ",
    "aria_landmark_name_unique": "<form ",
    # Who skips to the content must not have to enter something first.
    "aria_content_in_landmark": '<a href="#main" class="skip">',
    # What scrolls must be reached by the keyboard; axe asks for it.
    "element_tabbable_role_valid": "<div aria-label=",
}
"""Rules that are not kept, each only where the HTML begins so."""


@pytest.fixture
def ace() -> str:
    """Give the program of IBM's checker."""
    if not ACE.is_file():
        missing(f"IBM's checker (npm install --prefix {READERS.name} accessibility-checker-engine)")
    return ACE.read_text(encoding="utf-8")


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """Give a folder for pages that vnu reads."""
    if not (shutil.which("java") and VNU.is_file()):
        missing(f"vnu (Java, and npm install --prefix {READERS.name} vnu-jar)")
    folder = tmp_path / "sheets"
    folder.mkdir()
    return folder


def said_of(sheets: Path) -> list[str]:
    """What vnu says of the pages in the folder *sheets*, warnings included."""
    command = ["java", "-jar", str(VNU), "--format", "json", "--stdout", "--exit-zero-always"]
    done = subprocess.run([*command, str(sheets)], capture_output=True, check=True, timeout=120)
    found = json.loads(done.stdout)["messages"]
    return [f"{Path(m['url']).name}: {m['message']} {m.get('extract', '')}" for m in found]


def sent(portal: Portal, language: str) -> Iterator[tuple[str, str]]:
    """Every page of the table as it is sent to everybody who may open it."""
    browser = portal.browser()
    for who in ANYBODY:
        for page in pages_of(who):
            programme_id = "tassen" if page.path.endswith(EARLY) else "kleding"
            stage = STAGES.get(page.path)
            key = halfway(portal, stage) if stage else key_of(portal, who, programme_id)
            browser.cookies.clear()
            browser.cookies.set("weerklank", key)
            browser.cookies.set("language", language)
            answer = browser.get(address(portal, page, programme_id))
            yield f"{who} {page.path}", answer.text


def at_a_turn(walker: Walker, dialogue: Dialogue, language: str) -> Iterator[tuple[str, str]]:
    """Every page of the table at one turn of a life."""
    roles = {*walker._roles(), AUDITOR}
    for who in walker.everybody(dialogue):
        browser = walker.enter(who, language)
        for path in addresses(who if who in roles else PARTICIPANT, dialogue):
            answer = browser.get(path)
            if answer.status_code == 200 and "text/html" in answer.headers["content-type"]:
                yield f"{who} {path} {dialogue.phase}", answer.text


def keep(sheets: Path, pages: Iterator[tuple[str, str]]) -> int:
    """Lay *pages* in the folder *sheets*, each under a name that says what it is."""
    number = 0
    for number, (name, html) in enumerate(pages, len(list(sheets.iterdir()))):
        told = "".join(sign if sign.isalnum() else "-" for sign in name)
        (sheets / f"{number}-{told}.html").write_text(html, encoding="utf-8")
    return number


@pytest.mark.parametrize("language", LANGUAGES)
def test_vnu_finds_nothing_on_any_page(every: Portal, sheets: Path, language: str) -> None:
    assert keep(sheets, sent(every, language)) > 90
    assert said_of(sheets) == []


def test_vnu_finds_nothing_at_any_turn_of_a_life(portal: Portal, sheets: Path) -> None:
    walker = Walker(portal)
    for number, dialogue in enumerate(lived(portal, "as most begin", 3, turns=True)):
        keep(sheets, at_a_turn(walker, dialogue, LANGUAGES[number % 2]))
    assert said_of(sheets) == []


def test_vnu_finds_what_is_wrong(sheets: Path) -> None:
    page = '<!doctype html><html lang="en"><title>x</title><p id="a">x<p id="a"><b>y</p>'
    assert keep(sheets, iter([("wrong", page)])) == 0
    assert len(said_of(sheets)) > 2


@pytest.mark.browser
@pytest.mark.parametrize("who", ANYBODY)
def test_ibm_finds_nothing(every: Portal, window: Open, ace: str, who: str) -> None:
    for seen in walk(every, window, who):
        found: list[Any] = asked(seen.page, ace)
        assert found == [], seen.page.url


@pytest.mark.browser
def test_ibm_finds_what_is_wrong(portal: Portal, window: Open, ace: str) -> None:
    page = window(portal).go("/sign-in")
    page.evaluate("document.querySelector('main').innerHTML = '<img src=x><input>'")
    assert len(asked(page, ace)) > 1


def asked(page: Any, ace: str) -> list[Any]:  # noqa: ANN401 - playwright's own
    """What IBM's checker holds against the open *page*."""
    page.evaluate(f"() => {{ {ace}; window.ace = ace; }}")
    found: list[Any] = page.evaluate(ASK, {"policies": POLICIES, "but": BUT})
    return found
