"""Personal links: one button, an exchange, and the same calm page for everything that does not work."""

import re
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from config.logs import configure
from notifications.channels.channels import Memory
from portal.web.sessions import LASTS, QUIET
from records.access.links import Capacity, mint_link, revoke
from records.queries import notices_of
from services.delivery.outbound import Mailroom
from tests.portal.conftest import ADDRESS, Browser, Portal

SEAT = Capacity("participant", "kleding", "ngo-nl", "kleding-2022")


def test_a_link_leads_to_the_page_of_its_owner_at_a_clean_address(two_companies: Portal) -> None:
    browser, path = two_companies.browser(), two_companies.link("ngo-nl")
    shown = browser.get(path)
    assert shown.status_code == 200
    assert "set-cookie" in shown.headers  # for the token of the form alone
    answer = browser.submit(path, on=path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")
    assert "Company kleding" in browser.get("/my").text


def test_opening_a_link_any_number_of_times_is_recorded_nowhere(two_companies: Portal) -> None:
    path = two_companies.link("ngo-nl")
    before = two_companies.dump()
    for _ in range(3):
        two_companies.browser().get(path)
        two_companies.browser().head(path)
    assert two_companies.dump() == before


def test_what_does_not_work_looks_the_same(two_companies: Portal) -> None:
    portal = two_companies
    revoked, kept = portal.link("union-bd"), portal.link("ngo-nl")
    revoke(
        portal.house.engine,
        Capacity("participant", "kleding", "union-bd", "kleding-2022"),
        portal.now,
    )
    short = mint_link(portal.house.engine, SEAT, portal.now, timedelta(minutes=1))
    role = mint_link(portal.house.engine, Capacity("role", "kleding", "manager"), portal.now, QUIET)
    portal.memory.now += timedelta(minutes=2)
    browser = portal.browser()
    assert browser.get(kept).status_code == 200
    pages = [
        browser.get(path) for path in (revoked, f"/l/{short}", f"/l/{role}", "/l/never", f"{kept}x")
    ]
    assert {page.status_code for page in pages} == {410}
    assert len({page.text.replace(page.request.url.path, "") for page in pages}) == 1
    assert browser.submit(revoked).status_code == 410


def test_a_new_secret_at_each_entrance(two_companies: Portal) -> None:
    browser, path = two_companies.browser(), two_companies.link("ngo-nl")
    browser.submit(path)
    first = browser.cookies["weerklank"]
    browser.submit(path)
    assert browser.cookies["weerklank"] != first
    thief = two_companies.browser()
    thief.cookies.set("weerklank", first)
    assert thief.get("/my").status_code == 401


def test_a_stay_ends_when_it_is_quiet_or_old(two_companies: Portal) -> None:
    portal = two_companies
    browser = portal.browser()
    browser.submit(portal.link("ngo-nl"))
    for _ in range(int(LASTS["participant"] / (QUIET / 2)) - 1):
        portal.memory.now += QUIET / 2
        assert browser.get("/my").status_code == 200
    portal.memory.now += QUIET / 2
    assert browser.get("/my").status_code == 401
    other = portal.browser()
    other.submit(portal.link("ngo-nl"))
    portal.memory.now += QUIET + timedelta(seconds=1)
    assert other.get("/my").status_code == 401


def test_whoever_wrote_for_too_long_gets_their_words_back(two_companies: Portal) -> None:
    browser = two_companies.participant("ngo-nl")
    two_companies.memory.now += QUIET + timedelta(seconds=1)
    answer = browser.submit("/my/safety", {"text": "Two hours of careful <b>words</b>"})
    assert answer.status_code == 401
    assert "Two hours of careful &lt;b&gt;words&lt;/b&gt;" in answer.text
    data, other = {"text": "Words of somebody else"}, {"sec-fetch-site": "cross-site"}
    answer = browser.post("/my/safety", data=data, headers=other)
    assert (answer.status_code, "somebody else" in answer.text) == (403, False)


def test_the_time_in_a_cookie_cannot_be_made_up(two_companies: Portal) -> None:
    browser = two_companies.participant("ngo-nl")
    token, seen, mark = browser.cookies["weerklank"].split("~")
    for forged in (f"{token}~{int(seen) + 9}~{mark}", f"{token}~{seen}~0", token, "~~", "a~1~b"):
        made = two_companies.browser()
        made.cookies.set("weerklank", forged)
        assert made.get("/my").status_code == 401


def test_leaving_ends_the_stay_on_our_side(two_companies: Portal) -> None:
    browser = two_companies.participant("ngo-nl")
    kept = browser.cookies["weerklank"]
    assert browser.submit("/sign-out").status_code == 303
    other = two_companies.browser()
    other.cookies.set("weerklank", kept)
    assert other.get("/my").status_code == 401


def test_behind_tls_cookies_are_bound_to_the_host(two_companies: Portal) -> None:
    from portal.app import create_app

    portal = two_companies
    settings = portal.house.settings.model_copy(update={"base_url": "https://dialoog.bedrijf.nl"})
    app = create_app(portal.house, settings, clock=lambda: portal.now)
    browser = Browser(app, base_url="https://dialoog.bedrijf.nl")
    answer = browser.get("/new-link")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-weerklank-form=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"]
    assert browser.get("/", headers={"host": "127.0.0.1"}).status_code == 400


@pytest.mark.parametrize("address", ["campaign@ngo.example", "nobody@nowhere.example"])
def test_asking_for_a_link_says_the_same_to_everybody(two_companies: Portal, address: str) -> None:
    browser = two_companies.browser()
    answer = browser.submit("/new-link", {"email": address})
    assert answer.status_code == 200
    assert address not in answer.text
    sent = [
        n
        for n in notices_of(two_companies.house.engine, ["kleding-2022"])
        if n.template == "new-link"
    ]
    assert [n.to for n in sent] == (["ngo-nl"] if "ngo" in address else [])


def test_asking_too_often_is_slowed_down(two_companies: Portal) -> None:
    browser = two_companies.browser()
    answers = [browser.submit("/new-link", {"email": "x@y.example"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600


def test_following_one_link_too_often_is_slowed_down(two_companies: Portal) -> None:
    browser, path = two_companies.browser(), two_companies.link("ngo-nl")
    answers = [browser.submit(path).status_code for _ in range(31)]
    assert set(answers[:-1]) == {303}
    assert answers[-1] == 429


def test_no_secret_reaches_a_log(two_companies: Portal) -> None:
    configure("info")
    browser, path = two_companies.browser(), two_companies.link("ngo-nl")
    with capture_logs() as lines:
        browser.get(path)
        browser.submit(path, on=path)
        browser.get("/my")
        browser.get("/l/never-made")
    told = str(lines)
    assert "GET:l/:token" in told
    for secret in (path.rpartition("/")[2], browser.cookies["weerklank"], "never-made"):
        assert secret not in told
    configure()


def test_a_mail_carries_a_link_of_its_readers_own(two_companies: Portal) -> None:
    portal = two_companies
    mail = Memory()
    portal.house.mailroom = Mailroom(mail=lambda: mail, sender="w@x.example", base_url=ADDRESS)
    browser = portal.browser()
    browser.submit("/new-link", {"email": "campaign@ngo.example"})
    portal.house.deliver(portal.now)
    post = next(post for post in mail.posts if post.message.template == "new-link")
    found = re.search(rf"{ADDRESS}(/l/\S+)", post.message.text)
    assert found is not None
    assert browser.submit(found[1], on=found[1]).headers["location"] == "/my"
    assert "Company kleding" in browser.get("/my").text
    roles = [post.message for post in mail.posts if post.message.to == "manager"]
    assert not any("/l/" in message.text for message in roles)
