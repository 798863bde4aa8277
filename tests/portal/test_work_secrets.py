"""Who spoke under seal, or without their name, is on no page but the moderator's; and no page asks too much."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from cli.json_views import visible_dialogues
from portal.route_table import PAGES
from portal.web.routes import MANAGERS
from states.model.people import AUDITOR, Role
from states.privacy.visibility import Viewer
from tests.portal.conftest import Browser, Portal
from tests.portal.test_doors import HERE, filled
from tests.portal.test_queries import counted
from tests.records.conftest import NGO, UNION, utc

pytestmark = pytest.mark.slow

ROOMS = (
    "manager.session",
    "manager.answers",
    "manager.by_hand",
    "moderator",
    "confidant",
    "auditor",
)
AT_WORK = (*(f"portal.{room}." for room in ROOMS), "portal.manager.overview.settings")
READ = [
    page for page in PAGES if page.method == "GET" and page.handler.__module__.startswith(AT_WORK)
]
SEALED = ("union-bd", "Rahima", "Garment union", "rahima@union.example", "Be clear")
HIDDEN = ("ngo-nl", "Campaigner", "Clean clothes", "campaign@ngo.example")
EYES = (*MANAGERS, Role.SPONSOR.value, Role.BOARD.value)
_SEATS = re.compile(r"<option.*?</option>|<section id=\"attendance\".*?</section>", re.DOTALL)
"""Where people are named because they were invited, which is no secret."""


def lived(portal: Portal) -> None:
    """Let the sealed speaker be answered, object, and judge; and let the open speaker wait until it is late."""
    memory = portal.memory
    memory.act("answer-participant", {"covers": ["c2"], "text": "We protect you."})
    memory.deliver()
    memory.act("give-verdict", {"heard": "partly"}, by="sealed-1")
    memory.act("dispute-answer", {"contribution": "c2", "reason": "Not enough"}, by="sealed-1")
    memory.sweep(utc(2022, 9, 12))


def pages_of(portal: Portal, role: str) -> Iterator[tuple[str, str]]:
    """Give every page of these that *role* can open, with what it says."""
    browser = portal.enter_as(role)
    for page in READ:
        if not page.open_to(role):
            continue
        for point in ("c1", "c2") if "{contribution}" in page.path else ("",):
            path = filled(page, HERE | {"contribution": point})
            answer = browser.get(path)
            assert answer.status_code == 200, path
            yield path, _SEATS.sub("", answer.text)


@pytest.mark.parametrize("role", EYES)
def test_who_spoke_under_seal_is_on_no_page(role: str, two_companies: Portal) -> None:
    lived(two_companies)
    for path, text in pages_of(two_companies, role):
        assert not [word for word in SEALED if word in text], path


def test_an_auditor_meets_nobody_at_all(two_companies: Portal) -> None:
    lived(two_companies)
    holders = [f"{role.value} of kleding" for role in Role]
    addresses = [f"{role.value}@kleding.example" for role in Role]
    for path, text in pages_of(two_companies, AUDITOR):
        found = [w for w in (*SEALED, *HIDDEN, *holders, *addresses) if w in text]
        assert not found, path


@pytest.mark.parametrize(
    "written",
    [
        "Jörg Weiß of Straße Textil",
        "JÖRG WEISS of STRASSE TEXTIL",
        "Ayşe İnan of İstanbul Konfeksiyon",
        "Mehmet Yıldız of Yıldız Tekstil",
        "Mehmet Yildiz of Yildiz Tekstil",
        "Jo\u0308rg  Weiß",
    ],
)
def test_an_auditor_meets_no_name_however_it_is_spelled(written: str, portal: Portal) -> None:
    portal.memory.open()
    portal.memory.map()
    people = [
        ("Jörg Weiß", "Straße Textil", "DE"),
        ("Ayşe İnan", "İstanbul Konfeksiyon", "TR"),
        ("Mehmet Yıldız", "Yıldız Tekstil", "TR"),
    ]
    for number, (name, organisation, country) in enumerate(people):
        seat = {**NGO, "id": f"s{number}", "email": f"s{number}@chain.example"}
        seat |= {"name": name, "organisation": organisation, "country": country}
        portal.memory.act("map-stakeholder", seat)
    reason = f"We asked {written}, and nobody else could come."
    portal.memory.act("override-check", {"check": "home-share", "reason": reason})
    auditor = portal.enter_as(AUDITOR)
    for path in ("/audit", "/dialogues/kleding-2022/audit/journal"):
        text = unescape(auditor.get(path).text)
        assert "We asked deelnemer " in text or "We asked participant-" in text, path
        parts = [part for word in written.split(" of ") for part in word.split()]
        assert not [part for part in parts if part in text], path


def test_forms_about_a_sealed_point_name_nobody(two_companies: Portal) -> None:
    lived(two_companies)
    manager = two_companies.enter_as("manager")
    at = "/dialogues/kleding-2022/answers/c2"
    sent = {"covers": ["c2"], "text": "x", "settlement": "", "to": "2022-09-30", "reason": "x"}
    for path in (at, f"{at}/preview", f"{at}/postpone", f"{at}/settle"):
        for what in ("answer", "dispute"):
            answer = manager.submit(path, sent | {"what": what}, on=at)
            text = _SEATS.sub("", answer.text)
            assert not [word for word in SEALED if word in text], path


def hidden_behind(portal: Portal, level: str) -> Browser:
    """Give the manager's browser, in a year in which the open speaker is hidden behind *level*."""
    memory = portal.memory
    memory.open()
    memory.meet()
    for name in ("union-bd", "ngo-nl"):
        memory.act("record-attendance", {"stakeholder": name, "present": True})
    given = {"id": "c1", "stakeholder": "ngo-nl", "attribution": level, "text": "Pay."}
    memory.act("record-contribution", given, by="moderator")
    memory.act("record-management", {"role": "sponsor", "present": True})
    memory.act("publish-summary", {"lines": {"c1": "Pay."}})
    memory.act("check-line", {"contribution": "c1", "verdict": "confirmed"}, by="ngo-nl")
    memory.act("close-session")
    reason = "Prices are agreed until spring; we look again in March."
    memory.act(
        "decide",
        {"contribution": "c1", "outcome": "not-now", "owner": "manager", "reason": reason},
    )
    memory.act("sign-strategy", by="sponsor")
    return portal.enter_as("manager")


@pytest.mark.parametrize(("level", "shown"), [("region", ()), ("organisation", ("Clean clothes",))])
def test_who_spoke_without_their_name_is_on_no_page(
    level: str, shown: tuple[str, ...], portal: Portal
) -> None:
    manager = hidden_behind(portal, level)
    secret = [word for word in HIDDEN if word not in shown]
    at = "/dialogues/kleding-2022/answers"
    sent = {"covers": ["c1"], "text": "We look again.", "what": "answer", "reason": "x"}
    answers = [
        manager.get(at),
        manager.get(f"{at}/c1"),
        manager.get("/dialogues/kleding-2022/summary"),
        manager.get("/dialogues/kleding-2022/decisions"),
        manager.get("/dialogues/kleding-2022/decisions/c1"),
        manager.get("/dialogues/kleding-2022/strategy"),
        manager.submit(f"{at}/c1/preview", sent, on=f"{at}/c1"),
        manager.submit(f"{at}/c1/postpone", sent | {"to": "2022-07-01"}, on=f"{at}/c1"),
    ]
    for answer in answers:
        assert not [word for word in secret if word in answer.text], answer.url
    assert "U zei:" in answers[-2].text
    assert answers[-1].status_code == 422


MOST = 16
"""Questions to the database for one page, however much there is."""


def test_no_page_asks_more_when_there_is_more(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    memory.meet()
    browsers = {role: portal.enter_as(role) for role in (*EYES, "moderator", "confidant", AUDITOR)}

    def asked(points: range) -> dict[str, int]:
        for number in points:
            given = {"id": f"c{number}", "stakeholder": "ngo-nl", "text": f"Point {number}"}
            memory.act("record-contribution", given)
        return {
            f"{role} {page.path}": count(browsers[role], page.path)
            for page in READ
            for role in browsers
            if page.open_to(role)
        }

    def count(browser: Browser, path: str) -> int:
        path = path.format(dialogue="kleding-2022", contribution="c1", stakeholder="ngo-nl")
        assert browser.get(path).status_code == 200
        with counted(portal) as statements:
            browser.get(path)
        return len(statements)

    few, many = asked(range(1, 3)), asked(range(3, 40))
    assert few == many
    assert max(many.values()) <= MOST, many


@pytest.mark.parametrize("who", ["union-bd", "ngo-nl"])
def test_nobody_comes_in_as_the_speaker_by_way_of_an_address(
    who: str, two_companies: Portal
) -> None:
    manager, moderator = two_companies.enter_as("manager"), two_companies.enter_as("moderator")
    at, mine = "/dialogues/kleding-2022", {"email": "manager@kleding.example"}
    before = two_companies.memory.read().stakeholders[who]
    for given in (mine, {"by_hand": "yes"}):
        refused = manager.submit(f"{at}/person/{who}/reach", given)
        assert refused.status_code == 422
        assert "moderator" in refused.text
    assert two_companies.memory.read().stakeholders[who] == before
    assert manager.submit(f"{at}/person/{who}/reach", {"phone": "020 1"}).status_code == 422
    page = f"{at}/seals"
    assert manager.submit(f"{page}/reach", {"stakeholder": who, **mine}).status_code == 404
    assert moderator.submit(f"{page}/reach", {"stakeholder": "x", **mine}).status_code == 404
    assert moderator.submit(f"{page}/reach", mine).status_code == 422
    old, new = two_companies.link(who), {"stakeholder": who, "email": "new@chain.example"}
    assert moderator.submit(f"{page}/reach", new, on=page).status_code == 303
    assert two_companies.memory.read().stakeholders[who].email == "new@chain.example"
    assert two_companies.browser().get(old).status_code == 410


_BARS = re.compile(
    r'name="token" value="\w+"|sealed-\d|Verzegeld-\d|\bc[23]\b|answers/c\d', re.IGNORECASE
)
"""In what two cards may differ: the pseudonym and its point."""


def sealed_twice(portal: Portal) -> None:
    """Live a year in which one sealed speaker reads mail and the other, as everybody knows, has none."""
    memory = portal.memory
    memory.open()
    memory.map()
    phone_only = {**UNION, "id": "worker-bd", "name": "Nasrin", "organisation": "Line 4"}
    memory.act("map-stakeholder", phone_only | {"email": None, "phone": "+880 2 55 01"})
    memory.act("approve-analysis")
    memory.act("invite-all")
    for who in ("union-bd", "ngo-nl", "worker-bd"):
        told, by = (
            ({"stakeholder": who, "how": "phone"}, "manager") if who == "worker-bd" else ({}, who)
        )
        memory.act("accept-invitation", told, by=by)
        memory.act("share-expectation", told | {"text": "Safety"}, by=by)
    memory.act("echo-expectations", {"changes": "Safety first"})
    memory.now = memory.read().session_at
    memory.act("open-session")
    for who in ("union-bd", "ngo-nl", "worker-bd"):
        memory.act("record-attendance", {"stakeholder": who, "present": True}, by="moderator")
    for name, who in (("c2", "union-bd"), ("c3", "worker-bd")):
        given = {"id": name, "stakeholder": who, "attribution": "sealed", "text": "Doors."}
        memory.act("record-contribution", given, by="moderator")
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    memory.act("publish-summary", {"lines": {"c2": "Doors.", "c3": "Doors."}}, by="moderator")
    memory.act("check-line", {"contribution": "c2", "verdict": "confirmed"}, by="sealed-1")
    checked = {
        "contribution": "c3",
        "verdict": "confirmed",
        "stakeholder": "worker-bd",
        "how": "phone",
    }
    memory.act("check-line", checked, by="moderator")
    memory.close_session()
    for name in ("c2", "c3"):
        reason = "Prices are agreed until spring, and we look again then."
        given = {"contribution": name, "outcome": "not-now", "owner": "manager", "reason": reason}
        memory.act("decide", given)
    memory.act("override-check", {"check": "no-stock-phrases", "reason": "The two are one"})
    memory.act("sign-strategy", by="sponsor")
    for name in ("c2", "c3"):
        memory.act("answer-participant", {"covers": [name], "text": "We look again."})
    for row in memory.notices(status="pending"):
        if row.to == "sealed-2":
            memory.ledger.by_hand(row.id, memory.now)
    memory.deliver()


def _alike(text: str) -> str:
    """*text* without what names the one voice or the other."""
    return _BARS.sub("", text.replace("Stem B", "Stem A"))


def test_how_an_answer_travels_tells_nobody_who_spoke_under_seal(portal: Portal) -> None:
    sealed_twice(portal)
    portal.memory.sweep(utc(2022, 9, 12))
    manager, moderator = portal.enter_as("manager"), portal.enter_as("moderator")
    page = unescape(manager.get("/dialogues/kleding-2022/answers").text)
    cards = [_alike(card) for card in re.findall(r"<article.*?</article>", page, re.DOTALL)]
    assert len(cards) == 2
    assert cards[0] == cards[1]
    assert "verstuurd" in cards[0]
    single = [manager.get(f"/dialogues/kleding-2022/answers/{name}").text for name in ("c2", "c3")]
    assert _alike(single[0]) == _alike(single[1])
    for path in ("/today", "/dialogues/kleding-2022"):
        page = manager.get(path).text.casefold()
        assert page.count("stem a") == page.count("stem b"), path
    assert "te laat" in moderator.get("/dialogues/kleding-2022/seals").text


def test_json_tells_no_manager_who_is_reached_by_hand(portal: Portal) -> None:
    sealed_twice(portal)
    ledger, now = portal.house.ledger, portal.now

    def answers(viewer: Viewer) -> list[tuple[str, str | None]]:
        rows = visible_dialogues(ledger, ["kleding-2022"], now, viewer=viewer)["notices"]
        return [(row["status"], row["channel"]) for row in rows if row["template"] == "answer"]

    assert answers("manager") == answers("auditor") == [("sealed", None)] * 2
    assert ("by-hand", None) in answers("moderator")


@pytest.mark.parametrize("written", ["Nasrin", "nasrin", "NASRIN"])
def test_an_auditor_meets_no_first_name(written: str, portal: Portal) -> None:
    portal.memory.open()
    portal.memory.map()
    portal.memory.act(
        "map-stakeholder", {**NGO, "id": "s1", "name": "Nasrin Khatun", "email": None}
    )
    reason = f"We asked {written}, and nobody else could come."
    portal.memory.act("override-check", {"check": "home-share", "reason": reason})
    auditor = portal.enter_as(AUDITOR)
    for path in ("/audit", "/dialogues/kleding-2022/audit/journal"):
        text = unescape(auditor.get(path).text)
        assert "We asked deelnemer 3, and" in text or "We asked participant-3, and" in text, path


@pytest.mark.parametrize("role", ["manager", "moderator"])
def test_a_leaked_link_is_ended(role: str, two_companies: Portal) -> None:
    at, link = "/dialogues/kleding-2022", two_companies.link("ngo-nl")
    reader, other = two_companies.participant("ngo-nl"), two_companies.link("union-bd")
    browser = two_companies.enter_as(role)
    path = f"{at}/person/ngo-nl/revoke" if role == "manager" else f"{at}/seals/revoke"
    on = path.removesuffix("/revoke")
    assert browser.submit(path, {"stakeholder": "ngo-nl"}, on=on).status_code == 303
    assert two_companies.browser().get(link).status_code == 410
    assert reader.get("/my").status_code in {401, 404}
    assert two_companies.browser().get(other).status_code == 200


def test_a_manager_is_not_offered_what_only_the_moderator_may(two_companies: Portal) -> None:
    page = two_companies.enter_as("manager").get("/dialogues/kleding-2022/person/ngo-nl").text
    assert 'name="email"' not in page
    assert 'name="by_hand"' not in page
    assert 'name="phone"' in page
    assert "kan alleen de moderator" in page


def test_managers_see_how_many_messages_did_not_arrive_and_no_more(
    two_companies: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, sentence = two_companies.enter_as("manager"), "zijn niet aangekomen"
    assert sentence not in manager.get("/today").text
    monkeypatch.setattr("portal.manager.overview.today.undelivered_messages", lambda _: 5)
    assert f"minstens 5 berichten aan deelnemers {sentence}" in manager.get("/today").text


def test_only_the_moderator_sees_that_a_message_under_seal_does_not_leave(portal: Portal) -> None:
    """No alarm of whoever watches the machine counts it, so that it is seen here."""
    portal.memory.open()
    portal.memory.sign()
    portal.memory.deliver()
    given = {"covers": ["c2"], "text": "Thank you."}
    portal.memory.act("answer-participant", given)
    sentence, page = "wacht al sinds", "/dialogues/kleding-2022/seals"
    assert sentence not in portal.enter_as("moderator").get(page).text
    portal.memory.now += timedelta(hours=25)
    assert sentence in portal.enter_as("moderator").get(page).text
    for role in ("manager", "deputy", "sponsor", "board", "confidant"):
        assert all(sentence not in text for _, text in pages_of(portal, role))
    portal.memory.deliver()
    assert sentence not in portal.enter_as("moderator").get(page).text
