"""Many points, long names and other scripts, on the pages of whoever made them and of whoever answers them."""

import pytest

from tests.portal.conftest import Portal
from tests.portal.windows import Open, Window
from tests.records.conftest import NGO, RISK, UNION

pytestmark = pytest.mark.browser

AT = "/dialogues/kleding-2022"
PORTUGUESE = "Federação Nacional dos Trabalhadores da Indústria do Vestuário e da Confecção, RN"
BENGALI = "বাংলাদেশ গার্মেন্টস শ্রমিক ঐক্য ও তাহাদের পরিবারের অধিকার রক্ষা ফেডারেশন"
SAID = (
    "Pay what a family needs to live on, say by when, and publish every factory that you buy from."
)
MANY = 40
SEEN = {
    "ngo-nl": ("/my", "/my/words", "/my/invitation", "/my/data"),
    "manager": tuple(f"{AT}/{room}" for room in ("people", "session", "decisions", "answers")),
    "moderator": ("/session", f"{AT}/summary"),
}


@pytest.fixture
def many(portal: Portal) -> Portal:
    """Give a portal in whose session one voice made forty points, among names that are long."""
    memory = portal.memory
    memory.open()
    memory.act("name-risk", RISK)
    memory.act("map-stakeholder", UNION | {"organisation": BENGALI, "name": "রহিমা খাতুন"})
    memory.act("map-stakeholder", NGO | {"organisation": PORTUGUESE, "name": "Conceição Gonçalves"})
    memory.act("approve-analysis")
    memory.act("invite-all")
    for name in ("union-bd", "ngo-nl"):
        memory.act("accept-invitation", by=name)
        memory.act("share-expectation", {"text": SAID, "success_test": SAID}, by=name)
    memory.act("echo-expectations", {"changes": SAID})
    memory.now = memory.read().session_at
    memory.act("open-session")
    for name in ("union-bd", "ngo-nl"):
        memory.act("record-attendance", {"stakeholder": name, "present": True}, by="moderator")
    for number in range(1, MANY + 1):
        point = {"id": f"c{number}", "stakeholder": "ngo-nl", "attribution": "named", "text": SAID}
        memory.act("record-contribution", point, by="moderator")
    return portal


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("who", SEEN)
def test_many_points_and_long_names_fit(many: Portal, window: Open, who: str, size: str) -> None:
    key = many.key_of_seat(who) if who == "ngo-nl" else many.key_of(who)
    seen = window(many, key=key, size=size, dark=size == "phone")
    for path in SEEN[who]:
        seen.go(path)
        seen.shoot(f"many-{who}-{path.rpartition('/')[2]}")
        assert seen.faults() == [], path
        assert seen.overflow() <= 0, path
    assert whole(seen, SEEN[who][1]).count(SAID) >= MANY


def whole(seen: Window, path: str) -> str:
    """All that the page at *path* says."""
    return str(seen.go(path).locator("main").inner_text())
