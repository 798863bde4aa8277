"""The participants' pages in a real browser: how they look, for whom they work, and that nothing gets out."""

import pytest

from tests.portal.conftest import Portal
from tests.portal.windows import LOOKS, Open, Window
from tests.records.conftest import NGO, RISK, UNION, a_programme, utc

pytestmark = pytest.mark.browser

LATE = utc(2022, 9, 12, 8)
MINE = ("/my", "/my/words", "/my/invitation", "/my/data", "/my/safety")
ANYBODYS = ("/", "/new-link", "/sign-in", "/nowhere")
EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "![x](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    '<iframe src="https://evil.example"></iframe>',
    "<style>*{background:url(https://evil.example/s)}</style>",
    "</textarea><script>alert(1)</script>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<link rel=stylesheet href=https://evil.example/c.css>",
    "{{ 7*7 }}{% raw %}",
    "';alert(1)//",
)
POISON = "\n\n".join(EVIL)
POISONED_NAME = "".join(EVIL[:3]) + "A very long name " * 10


@pytest.fixture
def waiting(two_companies: Portal) -> Portal:
    """Give a portal where one voice was answered and another waits, four days late."""
    memory = two_companies.memory
    memory.act("answer-participant", {"covers": ["c1"], "text": "We raise prices in **spring**."})
    memory.deliver()
    memory.sweep(LATE)
    return two_companies


def poisoned(portal: Portal) -> Portal:
    """Live a dialogue in which every text that anybody can write is an attack."""
    memory, names = (
        portal.memory,
        {"name": POISONED_NAME[:250], "organisation": POISONED_NAME[:250]},
    )
    memory.open(a_programme(company=POISONED_NAME[:250]))
    memory.act("name-risk", RISK)
    memory.act("map-stakeholder", UNION)
    memory.act("map-stakeholder", NGO | names)
    given = {"check": "home-share", "reason": POISON}
    memory.act("override-check", given)
    memory.act("approve-analysis")
    fields = ("purpose", "use_of_outcomes", "contribution_asked", "decided_by", "confidentiality")
    kept = {"degree_of_influence": "involve", "feedback_by": "2022-09-08", "costs": POISON}
    memory.act("give-information", dict.fromkeys(fields, POISON) | kept)
    memory.act("invite-all")
    for who in ("union-bd", "ngo-nl"):
        memory.act("accept-invitation", by=who)
        memory.act("share-expectation", {"text": POISON, "success_test": POISON}, by=who)
    memory.act("echo-expectations", {"changes": POISON})
    memory.now = memory.read().session_at
    memory.act("open-session")
    _meet_and_answer(portal)
    return portal


def _meet_and_answer(portal: Portal) -> None:
    memory = portal.memory
    for who in ("union-bd", "ngo-nl"):
        memory.act("record-attendance", {"stakeholder": who, "present": True}, by="moderator")
    point = {"id": "c1", "stakeholder": "ngo-nl", "attribution": "named", "text": POISON}
    memory.act("record-contribution", point, by="moderator")
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    memory.act("publish-summary", {"lines": {"c1": POISON}}, by="moderator")
    line = {"contribution": "c1", "verdict": "corrected", "text": POISON}
    memory.act("check-line", line, by="ngo-nl")
    memory.close_session()
    change = {"before": POISON, "after": POISON}
    commitment = {"id": "k1", "what": POISON, "due": "2023-01-01"}
    outcome = {"contribution": "c1", "outcome": "adopted", "owner": "manager", "reason": POISON}
    memory.act("decide", outcome | {"change": change, "commitment": commitment})
    memory.act("sign-strategy", by="sponsor")
    given = {"duty": "answer-participant/ngo-nl", "to": "2022-10-03", "reason": POISON}
    memory.act("postpone", given)
    memory.act("answer-participant", {"covers": ["c1"], "text": POISON})
    memory.deliver()
    verdict = {"heard": "no", "success_test": "no", "comment": POISON}
    memory.act("give-verdict", verdict, by="ngo-nl")
    memory.act("dispute-answer", {"contribution": "c1", "reason": POISON}, by="ngo-nl")


def test_nothing_that_people_write_becomes_a_program(portal: Portal, window: Open) -> None:
    poisoned(portal)
    seen = window(portal, key=portal.key_of_seat("ngo-nl"))
    for path in (*MINE, "/my/answers/ngo-nl"):
        page = seen.go(path)
        assert page.locator("script, iframe, img, main style, link[href*=evil]").count() == 0
        assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0
        attributes = (
            "els => els.flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on'))"
        )
        assert page.locator("*").evaluate_all(attributes) == []
        assert "49" not in page.locator("main").inner_text().split()
        assert seen.overflow() <= 0, path
        seen.shoot(f"long-and-hostile-{path.strip('/').replace('/', '-')}")
    assert seen.dialogs == []
    assert seen.outside == []
    assert seen.complaints == []


def test_what_is_typed_and_refused_comes_back_as_text(portal: Portal, window: Open) -> None:
    portal.memory.open()
    portal.memory.gather()
    portal.memory.act("invite-all")
    portal.memory.act("accept-invitation", by="ngo-nl")
    seen = window(portal, key=portal.key_of_seat("ngo-nl"))
    page = seen.go("/my/invitation")
    page.fill("#my-expectation-success_test", POISON)
    with page.expect_navigation():
        page.click("form[action='/my/expectation'] button")
    assert page.title().startswith("Fout: ")
    assert page.input_value("#my-expectation-success_test").replace("\r", "") == POISON
    assert page.evaluate("document.activeElement.className") == "refused"
    assert seen.dialogs == []


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    waiting: Portal, window: Open, size: str, language: str
) -> None:
    for who in ("ngo-nl", "union-bd"):
        key = waiting.key_of_seat(who)
        seen = window(waiting, key=key, size=size, language=language)
        for path in MINE:
            _inspect(seen, path, f"{who}-{language}")
    seen = window(waiting, size=size, language=language)
    for path in (*ANYBODYS, waiting.link("ngo-nl")):
        _inspect(seen, path, f"anybody-{language}")


def _inspect(seen: Window, path: str, who: str) -> None:
    seen.go(path)
    name = "link" if path.startswith("/l/") else path.strip("/").replace("/", "-") or "front"
    seen.shoot(f"{name}-{who}")
    assert seen.complaints == [], path
    assert seen.faults() == [], path
    assert seen.overflow() <= 0, path


def test_the_answer_is_fit_to_be_seen_in_the_dark_and_on_paper(
    waiting: Portal, window: Open
) -> None:
    key = waiting.key_of_seat("ngo-nl")
    for dark in (False, True):
        shown = window(waiting, key=key, dark=dark)
        for path in ("/my/answers/ngo-nl", "/my", "/my/words"):
            shown.go(path)
            assert shown.faults() == []
            name = path.split("/")[2] if path != "/my" else "my"
            shown.shoot(f"{name}-{'dark' if dark else 'light'}")
    seen = window(waiting, key=key)
    seen.go("/my/answers/ngo-nl")
    seen.page.emulate_media(media="print", color_scheme="light")
    seen.shoot("answer-print")
    assert not seen.page.locator(".top nav").is_visible()


@pytest.mark.parametrize("path", MINE)
def test_a_page_can_be_used_at_twice_its_size_and_at_320_pixels(
    waiting: Portal, window: Open, path: str
) -> None:
    seen = window(waiting, key=waiting.key_of_seat("ngo-nl"), scale=2)
    seen.go(path)
    assert seen.overflow() <= 0
    seen.page.set_viewport_size({"width": 320, "height": 640})
    assert seen.overflow() <= 0


def test_whatever_is_pressed_is_large_enough(waiting: Portal, window: Open) -> None:
    seen = window(waiting, key=waiting.key_of_seat("ngo-nl"), size="phone")
    script = """els => els.filter(e => e.checkVisibility()).map(e => [e.innerText, e.getBoundingClientRect()])
        .filter(([_, r]) => r.height < 24 || r.width < 24).map(([t, r]) => `${t} ${r.width}x${r.height}`)"""
    for path in MINE:
        page = seen.go(path)
        found = page.locator("button, input:not([type=hidden]), summary, nav a").evaluate_all(
            script
        )
        assert found == [], path


def test_a_verdict_is_given_with_the_keyboard_alone(waiting: Portal, window: Open) -> None:
    seen = window(waiting, key=waiting.key_of_seat("ngo-nl"))
    page = seen.go("/my/words")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    _tab_to(seen, "[name=heard]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    _tab_to(seen, "textarea[name=comment]")
    page.keyboard.type("Half of it")
    _tab_to(seen, "form[action^='/my/verdicts'] button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".said").count() == 1
    verdict = waiting.memory.read().verdicts["ngo-nl"]
    assert (verdict.heard, verdict.comment) == ("partly", "Half of it")


def _tab_to(seen: Window, selector: str) -> None:
    for _ in range(60):
        seen.page.keyboard.press("Tab")
        if seen.page.evaluate("s => document.activeElement.matches(s)", selector):
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert seen.page.evaluate(outline) != "none"
            return
    pytest.fail(f"{selector} cannot be reached by the keyboard")


def test_a_link_in_a_mail_leads_to_my_page_in_two_presses(waiting: Portal, window: Open) -> None:
    seen = window(waiting, size="phone")
    page = seen.go(waiting.link("ngo-nl"))
    with page.expect_navigation():
        page.click("main button")
    assert page.url == f"{seen.address}/my"
    with page.expect_navigation():
        page.click("text=Uitloggen")
    assert page.url == f"{seen.address}/"
    assert seen.outside == []


ARABIC = "يجب أن يدفع Merk أجراً يكفي للعيش قبل عام 2026.\n\nBefore 2026, please."


def test_a_quotation_runs_as_its_speaker_writes(
    portal: Portal, window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each paragraph in its own direction, and the bar at the side where it begins."""
    monkeypatch.setattr("tests.portal.test_looks.POISON", ARABIC)
    page = window(poisoned(portal), key=portal.key_of_seat("ngo-nl")).go("/my/words")
    quote = page.locator(".quote").first
    sides = ["borderLeftWidth", "borderRightWidth"]
    read = f"e => {sides}.map(side => getComputedStyle(e)[side])"
    assert quote.evaluate(read) == ["0px", "3px"]
    first, second = quote.locator("p").all()[:2]
    begins = """e => { const r = document.createRange(); r.selectNodeContents(e);
        const [box, line] = [e.getBoundingClientRect(), r.getBoundingClientRect()];
        return [line.left - box.left, box.right - line.right].map(gap => gap < 2) }"""
    assert first.evaluate(begins)[1]
    assert second.evaluate(begins)[0]
