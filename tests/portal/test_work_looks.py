"""A whole year typed, decided, signed and answered in a real browser; and how the pages of those who run it look."""

import pytest

from states.model.vocabulary import DutyKind
from tests.portal.conftest import Portal
from tests.portal.test_looks import poisoned
from tests.portal.windows import LOOKS, Open, Window
from tests.records.conftest import NGO, utc

pytestmark = pytest.mark.browser

AT = "/dialogues/kleding-2022"
POINTS = (
    ("ngo-nl", "Pay what a family needs to live, and say by when."),
    ("ngo-nl", "Publish every factory, also those of your subcontractors."),
)
PAGES = (
    ("manager", f"{AT}/session"),
    ("manager", f"{AT}/summary"),
    ("manager", f"{AT}/decisions"),
    ("manager", f"{AT}/decisions/c1"),
    ("manager", f"{AT}/answers"),
    ("manager", f"{AT}/answers/c2"),
    ("manager", "/settings"),
    ("sponsor", "/strategy"),
    ("moderator", "/session"),
    ("moderator", "/seals"),
    ("confidant", "/reports"),
    ("auditor", "/audit"),
    ("auditor", f"{AT}/audit/journal"),
)


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    late: Portal, window: Open, size: str, language: str
) -> None:
    for role in dict.fromkeys(role for role, _ in PAGES):
        seen = window(late, key=late.key_of(role), size=size, language=language)
        for path in (path for who, path in PAGES if who == role):
            seen.go(path)
            name = path.removeprefix(AT).strip("/").replace("/", "-")
            inspect(seen, f"work-{role}-{name}-{language}")


def inspect(seen: Window, name: str) -> None:
    seen.shoot(name)
    assert seen.complaints == [], name
    assert seen.faults() == [], name
    assert seen.overflow() <= 0, name
    assert seen.outside == [], name


def send(seen: Window, action: str) -> None:
    """Press the button of the form that is sent to *action*, and wait for the next page."""
    with seen.page.expect_navigation():
        seen.page.click(f"form[action='{action}'] button")


@pytest.mark.parametrize(("size", "language"), [("phone", "nl"), ("desktop", "en")])
def test_a_year_is_typed_decided_signed_and_answered(
    portal: Portal, window: Open, size: str, language: str
) -> None:
    portal.memory.open()
    portal.memory.meet()
    tag = f"year-{language}"
    moderator = window(portal, key=portal.key_of("moderator"), size=size, language=language)
    hold_the_session(moderator, tag)
    share_the_summary(moderator, tag)
    for name, who in (("c1", "ngo-nl"), ("c2", "ngo-nl"), ("c3", "union-bd")):
        portal.memory.act("check-line", {"contribution": name, "verdict": "confirmed"}, by=who)
    portal.memory.outwait(DutyKind.CHECK_SUMMARY)
    windows = {
        role: window(portal, key=portal.key_of(role), size=size, language=language)
        for role in ("moderator", "manager", "sponsor")
    }
    end_the_session(windows["moderator"], tag)
    for name in ("c1", "c2", "c3"):
        decide(windows["manager"], name, tag)
    sign(windows["sponsor"], tag)
    for name in ("c1", "c3"):
        answer(windows["manager"], name, tag)
    portal.memory.deliver()
    windows["manager"].go(f"{AT}/answers")
    inspect(windows["manager"], f"{tag}-8-answered")
    dialogue = portal.memory.read()
    assert all(point.delivered_at for point in dialogue.contributions.values())
    assert dialogue.seals["sealed-1"].stakeholder == "union-bd"


def hold_the_session(seen: Window, tag: str) -> None:
    page = seen.go("/session")
    inspect(seen, f"{tag}-1-session-begins")
    for name in ("ngo-nl", "union-bd"):
        page.check(f"input[name=present-{name}][value=yes]")
    send(seen, f"{AT}/session/attendance")
    page.check("input[name=role][value=sponsor]")
    send(seen, f"{AT}/session/management")
    form = f"form[action='{AT}/session/contributions']"
    for who, text in (*POINTS, ("union-bd", "Who speaks up is moved to nights.")):
        page.select_option(f"{form} [name=stakeholder]", who)
        page.fill(f"{form} textarea", text)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    inspect(seen, f"{tag}-1-too-few-to-hide-among")
    page.check(f"{form} [name=despite][value=known]")
    send(seen, f"{AT}/session/contributions")
    inspect(seen, f"{tag}-2-session-typed")
    assert page.locator(".points > li").count() == 3


def share_the_summary(seen: Window, tag: str) -> None:
    page = seen.go(f"{AT}/summary")
    page.fill("textarea[name=line-unnumbered-1]", "Nobody may suffer for speaking up.")
    inspect(seen, f"{tag}-3-summary")
    send(seen, f"{AT}/summary")


def end_the_session(seen: Window, tag: str) -> None:
    seen.go(f"{AT}/summary")
    inspect(seen, f"{tag}-4-summary-checked")
    send(seen, f"{AT}/session/close")


def decide(seen: Window, name: str, tag: str) -> None:
    path = f"{AT}/decisions/{name}"
    page = seen.go(path)
    page.check("input[name=outcome][value=partly]")
    page.fill("textarea[name=reason]", "Noted.")
    page.select_option("select[name=owner]", "sponsor")
    page.fill("textarea[name=before]", "We aim for decent pay.")
    page.fill("textarea[name=after]", "We pay a living wage in our own chain by 2024.")
    send(seen, path)
    assert page.locator("input[name=anyway]").count() == 1
    assert page.input_value("textarea[name=after]").startswith("We pay a living wage")
    inspect(seen, f"{tag}-5-stock-phrase-{name}")
    page.fill("textarea[name=reason]", f"Half of our orders follow this already; {name} decides.")
    send(seen, path)
    assert page.locator(".said").count() == 1


def sign(seen: Window, tag: str) -> None:
    page = seen.go("/strategy")
    inspect(seen, f"{tag}-6-strategy")
    send(seen, f"{AT}/strategy/sign")
    assert page.locator(".said").count() == 1


def answer(seen: Window, name: str, tag: str) -> None:
    path = f"{AT}/answers/{name}"
    page = seen.go(path)
    page.fill("textarea[name=text]", "You asked for a date.\n\nIt is in the strategy now.")
    send(seen, f"{path}/preview")
    assert "It is in the strategy now." in page.locator(".letter").inner_text()
    inspect(seen, f"{tag}-7-preview-{name}")
    send(seen, path)
    assert page.url == f"{seen.address}{AT}/answers"


def test_nothing_that_people_write_becomes_a_program(portal: Portal, window: Open) -> None:
    poisoned(portal)
    for role in dict.fromkeys(role for role, _ in PAGES):
        seen = window(portal, key=portal.key_of(role))
        for path in (path.replace("/c2", "/c1") for who, path in PAGES if who == role):
            page = seen.go(path)
            assert page.locator("script, iframe, img, main style, link[href*=evil]").count() == 0
            assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0
            assert seen.overflow() <= 0, path
            seen.shoot(f"work-hostile-{role}-{path.strip('/').replace('/', '-')}")
        assert (seen.dialogs, seen.outside, seen.complaints) == ([], [], [])


@pytest.mark.parametrize("path", [path for _, path in PAGES])
def test_a_page_can_be_used_at_320_pixels(late: Portal, window: Open, path: str) -> None:
    role = next(role for role, other in PAGES if other == path)
    seen = window(late, key=late.key_of(role))
    seen.page.set_viewport_size({"width": 320, "height": 640})
    seen.go(path)
    assert seen.overflow() <= 0


def test_a_hundred_people_at_the_table(portal: Portal, window: Open) -> None:
    memory = portal.memory
    memory.open()
    memory.map()
    for number in range(100):
        seat = NGO | {
            "id": f"seat-{number}",
            "email": f"seat{number}@example.org",
            "name": f"Somebody with rather a long name {number}",
            "organisation": f"Federation of garment workers and their families {number}",
        }
        memory.act("map-stakeholder", seat)
    memory.act("override-check", {"check": "home-share", "reason": "A hundred came"})
    memory.act("approve-analysis")
    memory.act("invite-all")
    memory.now = utc(2022, 3, 1)
    for name in memory.read().stakeholders:
        memory.act("accept-invitation", by=name)
        memory.act("share-expectation", {"text": "Be clear"}, by=name)
    memory.act("echo-expectations", {"changes": "Wages come first"})
    memory.now = memory.read().session_at
    memory.act("open-session")
    seen = window(portal, key=portal.key_of("moderator"), size="phone")
    seen.go("/session")
    inspect(seen, "work-session-hundred")


def test_the_pages_can_be_read_in_the_dark_and_on_paper(late: Portal, window: Open) -> None:
    dark = window(late, key=late.key_of("manager"), dark=True)
    dark.go(f"{AT}/answers/c2")
    inspect(dark, "work-dark-manager")
    seen = window(late, key=late.key_of("sponsor"), dark=True)
    seen.go("/strategy")
    inspect(seen, "work-dark-sponsor")
    seen.page.emulate_media(media="print", color_scheme="light")
    seen.shoot("work-print-strategy")
    assert not seen.page.locator(".top nav").is_visible()
