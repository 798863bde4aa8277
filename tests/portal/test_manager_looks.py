"""The pages of those who run a dialogue in a real browser: a hundred people, and a whole beginning."""

import csv
import io
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload

from tests.portal.conftest import Portal, opened
from tests.portal.windows import LOOKS, Open, Window
from tests.records.conftest import RISK, UNION, a_programme, utc

pytestmark = pytest.mark.browser

AT = "/dialogues/kleding-2022"
LATE = utc(2022, 9, 12, 8)
POISON = (
    '"><img src=x onerror=alert(1)><script>alert(1)</script><svg/onload=alert(1)>'
    "![x](https://evil.example/x.png) {{ 7*7 }}"
)
LONG = "Landelijke Coalitie voor Schone en Eerlijke Kleding in de Hele Keten van Vezel tot Winkel"
LANDS = ("NL", "BD", "IN", "TR", "CN", "ET")
LAYERS = ("expert", "proxy", "representative", "affected")


def a_risk(name: str, theme: str, country: str, tier: int, group: str) -> dict[str, object]:
    """Something that is wrong in the chain."""
    texts = {"id": name, "theme": theme, "country": country, "group": group}
    return {**texts, "tier": tier, "weight": 4}


DOWNSTREAM = "cotton farmers and those who live downstream"
RISKS = (
    RISK,
    a_risk("water-in", "use of water", "IN", 4, DOWNSTREAM),
    a_risk("labour-tr", "undocumented labour of refugees", "TR", 2, "refugees"),
    a_risk("mica-mg", "child labour", "MG", 5, "children in mica mines"),
)
PAGES = ("", "people", "person/seat-7", "mirror", "risks", "invitations", "expectations", "lessons")
CHOSEN = ("override?check=management-present",)


def a_seat(number: int) -> dict[str, object]:
    """One of many."""
    poisoned = number == 3
    return {
        "id": f"seat-{number}",
        "name": POISON if poisoned else f"Deelnemer {number} van den Berg-Oosterhout",
        "organisation": LONG if number % 9 == 0 else f"Organisatie {number}",
        "category": ("ngo", "union", "supplier", "financier")[number % 4],
        "country": LANDS[number % len(LANDS)],
        "layer": LAYERS[number % len(LAYERS)],
        "critical": number % 5 == 0,
        "at_risk": number % 7 == 1,
        "speaks_for": [RISKS[number % 3]["id"]],
        "email": f"seat{number}@many.example",
    }


@pytest.fixture(scope="module")
def crowd_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """Live a dialogue with a hundred people up to the middle of its session, once."""
    file = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("crowd") / "crowd.sqlite"))
    with opened(file) as made:
        live(made)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def live(made: Portal) -> None:
    """Map, invite and gather a hundred people; most come."""
    memory = made.memory
    memory.open(a_programme(company=f"{LONG} B.V."))
    for risk in RISKS:
        memory.act("name-risk", risk)
    memory.act("map-stakeholder", UNION)
    for number in range(99):
        memory.act("map-stakeholder", a_seat(number))
    for check in ("affected-represented", "home-share", "critical-voice"):
        memory.act("override-check", {"check": check, "reason": f"Nobody could come. {POISON}"})
    memory.act("approve-analysis")
    memory.act("invite-all")
    names = list(memory.read().stakeholders)
    for at, name in enumerate(names):
        if at % 6 == 5:
            memory.act("decline-invitation", {"reason": "No visa"}, by=name)
        else:
            memory.act("accept-invitation", by=name)
            memory.act("share-expectation", {"text": f"Hear us. {POISON}"}, by=name)
    memory.act("override-check", {"check": "declined-replaced", "reason": "Too late in the year"})
    memory.act("override-check", {"check": "affected-represented", "reason": "Visa refused"})
    memory.act("echo-expectations", {"changes": "Wages first"})
    memory.now = memory.read().session_at
    memory.act("open-session")
    for at, seat in enumerate(s for s in memory.read().stakeholders.values() if s.accepted):
        here = {"stakeholder": seat.id, "present": at % 5 != 0}
        memory.act("record-attendance", here, by="moderator")
        if at % 2:
            said = {"id": f"c{at}", "stakeholder": seat.id, "text": "Pay a living wage."}
            memory.act("record-contribution", said, by="moderator")


@pytest.fixture
def crowd(tmp_path: Path, crowd_file: Path) -> Iterator[Portal]:
    """Give the portal of a hundred people, three months after the session, with every answer late."""
    file = Path(shutil.copy(crowd_file, tmp_path / "portal.sqlite"))
    with opened(file) as made:
        made.memory.dialogue_id = "kleding-2022"
        made.memory.sweep(LATE)
        yield made


def inspect(seen: Window, name: str) -> None:
    """Leave a picture, and find nothing wrong."""
    seen.shoot(f"overview-{name}")
    assert seen.complaints == [], name
    assert seen.faults() == [], name
    assert seen.overflow() <= 0, name
    assert (seen.outside, seen.dialogs) == ([], []), name


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_a_hundred_people_and_long_names_fit(
    crowd: Portal, window: Open, size: str, language: str
) -> None:
    seen = window(crowd, key=crowd.key_of("manager"), size=size, language=language)
    for path in ("/today", *(f"{AT}/{page}".rstrip("/") for page in (*PAGES, *CHOSEN))):
        seen.go(path)
        name = path.removeprefix(AT).strip("/").split("?")[0].replace("/", "-") or "dialogue"
        inspect(seen, f"crowd-{name}-{language}")


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_a_beginning_says_what_comes_next(
    portal: Portal, window: Open, size: str, language: str
) -> None:
    portal.memory.open()
    seen = window(portal, key=portal.key_of("manager"), size=size, language=language)
    pages = ("people", "map", "import", "mirror", "risks", "expectations", "move", "cancel")
    duty = "postpone?duty=approve-analysis"
    for path in ("/today", AT, *(f"{AT}/{page}" for page in (*pages, duty))):
        seen.go(path)
        name = path.removeprefix(AT).strip("/").split("?")[0] or "dialogue"
        inspect(seen, f"begin-{name}-{language}")


@pytest.mark.parametrize("dark", [False, True])
def test_figures_are_legible_in_the_dark_and_at_twice_the_size(
    crowd: Portal, window: Open, dark: bool
) -> None:
    seen = window(crowd, key=crowd.key_of("manager"), dark=dark, scale=2)
    for path in ("/today", AT, f"{AT}/mirror"):
        seen.go(path)
        name = path.removeprefix(AT).strip("/") or "dialogue"
        inspect(seen, f"twice-{name}-{'dark' if dark else 'light'}")


def press(seen: Window, action: str, *, last: bool = False) -> None:
    """Press the button of the form that is sent to *action*, and wait for the next page."""
    buttons = seen.page.locator(f"form[action='{action}'] button")
    with seen.page.expect_navigation():
        (buttons.last if last else buttons.first).click()


def a_sheet() -> bytes:
    """A list as somebody's spreadsheet writes it, with one row that is wrong."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow(
        ["Naam", "Organisatie", "Soort", "Land", "Laag", "Spreekt voor", "Loopt gevaar", "E-mail"]
    )
    writer.writerow(
        [
            "Rahima",
            "Garment union",
            "vakbond",
            "Bangladesh",
            "vertegenwoordiger",
            "living wage",
            "ja",
            "r@u.example",
        ]
    )
    writer.writerow(["Zo", "Mill", "supplier", "Atlantis", "expert", "", "nee", "z@m.example"])
    return file.getvalue().encode()


@pytest.mark.parametrize(("size", "language"), [("phone", "nl"), ("desktop", "en")])
def test_an_analysis_is_made_and_a_session_moved(
    portal: Portal, window: Open, size: str, language: str
) -> None:
    portal.memory.open()
    seen = window(portal, key=portal.key_of("manager"), size=size, language=language)
    tag = f"journey-{language}"
    name_a_risk(seen)
    map_somebody(seen, tag)
    bring_in_a_list(seen, tag)
    consent(seen, tag)
    seen.go(f"{AT}/invitations")
    press(seen, f"{AT}/invite-all")
    inspect(seen, f"{tag}-5-invited")
    move_the_session(seen, tag)
    dialogue = portal.memory.read()
    assert [s.invitation for s in dialogue.stakeholders.values()] == ["invited", "invited"]
    assert dialogue.session_day.isoformat() == "2022-06-30"
    assert seen.dialogs == []


def name_a_risk(seen: Window) -> None:
    page = seen.go(f"{AT}/risks")
    page.fill("input[name=theme]", "living wage")
    page.fill("input[name=group]", "sewers")
    page.select_option(f"form[action='{AT}/risks'] select[name=country]", "BD")
    page.check("input[name=weight][value='5']")
    press(seen, f"{AT}/risks")


def map_somebody(seen: Window, tag: str) -> None:
    page = seen.go(f"{AT}/map")
    page.fill("input[name=name]", POISON)
    page.fill("input[name=organisation]", LONG)
    press(seen, f"{AT}/map")
    inspect(seen, f"{tag}-1-refused")
    assert page.input_value("input[name=name]") == POISON
    page.select_option("select[name=country]", "NL")
    page.check("input[name=layer][value=proxy]")
    page.check("input[name=critical]")
    page.check("input[name=at_risk][value=no]")
    page.fill("input[name=email]", "critic@ngo.example")
    press(seen, f"{AT}/map")


def bring_in_a_list(seen: Window, tag: str) -> None:
    page = seen.go(f"{AT}/import")
    sheet = FilePayload(name="list.csv", mimeType="text/csv", buffer=a_sheet())
    page.set_input_files("input[type=file]", sheet)
    press(seen, f"{AT}/import/preview")
    inspect(seen, f"{tag}-2-preview")
    press(seen, f"{AT}/import")
    inspect(seen, f"{tag}-3-brought-in")


def consent(seen: Window, tag: str) -> None:
    seen.go(AT)
    inspect(seen, f"{tag}-4-ready")
    press(seen, f"{AT}/leave")


def move_the_session(seen: Window, tag: str) -> None:
    page = seen.go(f"{AT}/move")
    page.fill("input[name=to]", "2022-06-30T14:00")
    page.fill("textarea[name=reason]", f"The hall burnt down. {POISON}")
    press(seen, f"{AT}/move/preview")
    inspect(seen, f"{tag}-6-what-moves")
    press(seen, f"{AT}/move")
    inspect(seen, f"{tag}-7-moved")


def test_the_keyboard_alone_postpones(portal: Portal, window: Open) -> None:
    portal.memory.open()
    seen = window(portal, key=portal.key_of("manager"), language="en")
    page = seen.go("/today")
    tab_to(seen, "Postpone: approve the stakeholder analysis")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.focus("input[name=to]")
    page.keyboard.type("03012022")
    tab_to(seen, "text")
    page.keyboard.type("The analysis takes longer")
    tab_to(seen, "Postpone")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/today")
    assert "1 March 2022" in page.inner_text("main")


def tab_to(seen: Window, words: str) -> None:
    """Press Tab until what says *words* (`text`: a text area) has the focus."""
    script = (
        "document.activeElement.tagName == 'TEXTAREA' ? 'text' : document.activeElement.textContent"
    )
    for _ in range(40):
        seen.page.keyboard.press("Tab")
        if " ".join(seen.page.evaluate(script).split()) == words:
            break
    else:
        pytest.fail(f"the keyboard never comes to '{words}'")
