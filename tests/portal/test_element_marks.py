"""An older form overwrites nobody's change: every form bears a mark of what it shows, and says what is so now."""

import re
from html import unescape
from typing import Any, NamedTuple

import pytest

from portal.route_table import PAGES
from portal.web.pages import Page
from portal.web.routes import CAPACITIES, EVERYONE
from tests.portal.conftest import Portal
from tests.portal.test_doors import HERE, READ, filled, names
from tests.portal.test_idempotency import AT, click, fields, somebody
from tests.records.conftest import NGO, RISK, UNION

FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'<(?:textarea|select|input type="(?!hidden|password|file))')
UNMARKED = ("/language", "/sign-out", "/import/preview", "/audit/verify")


def forms_of(portal: Portal, page: Page) -> list[tuple[str, str]]:
    """Every form on *page*, for whoever may open it: where it goes and what is in it."""
    found = []
    for name in [name for name in CAPACITIES if name in page.who and name != EVERYONE]:
        browser = portal.anybody(name)
        found += FORM.findall(browser.get(filled(page, HERE)).text)
    return found


@pytest.mark.parametrize("page", [page for page in READ if EVERYONE not in page.who], ids=names)
def test_every_form_has_an_id_and_a_mark(page: Page, two_companies: Portal) -> None:
    for action, inside in forms_of(two_companies, page):
        if action.endswith(UNMARKED):
            continue
        assert 'name="form" value="' in inside, action
        assert FIELD.search(inside) is None or 'name="shown" value="' in inside, action


PERSON = NGO | {"phone": "+31 20 1", "at_risk": "no", "critical": "yes", "speaks_for": RISK["id"]}
INVITED = {"purpose": "To hear you", "decided_by": "The board", "feedback_by": "2022-12-01"}
RISKS = {"id": RISK["id"], "theme": "wages", "group": "sewers", "country": "BD", "tier": "1"}
Fields = dict[str, Any]


class Case(NamedTuple):
    """Two people with the same form: what each types, and what the later one is told."""

    who: str
    page: str
    action: str
    mine: Fields
    theirs: Fields
    says: str


EARLY = [
    Case(
        "manager",
        f"{AT}/person/ngo-nl",
        f"{AT}/person/ngo-nl",
        PERSON,
        {"phone": "+31 20 2"},
        "+31 20 2",
    ),
    Case(
        "manager",
        f"{AT}/person/ngo-nl",
        f"{AT}/person/ngo-nl",
        PERSON,
        {"layer": "expert"},
        "deskundige",
    ),
    Case(
        "manager",
        f"{AT}/risks?risk={RISK['id']}",
        f"{AT}/risks",
        RISKS | {"weight": "5"},
        {"weight": "2"},
        "2",
    ),
    Case(
        "manager",
        f"{AT}/invitations",
        f"{AT}/invitations",
        INVITED,
        {"decided_by": "The sponsor"},
        "The sponsor",
    ),
]
LATE = [
    Case(
        "manager",
        "/settings",
        "/settings/hand-over",
        {"role": "deputy", "name": "Bo de Vries", "language": "nl"},
        {"name": "Ans Smit"},
        "Ans Smit",
    ),
]


@pytest.fixture
def early(portal: Portal) -> Portal:
    """Give a portal in whose dialogue somebody was mapped."""
    memory = portal.memory
    memory.open()
    memory.act("name-risk", RISK)
    memory.act("map-stakeholder", UNION)
    memory.act("map-stakeholder", NGO)
    return portal


@pytest.mark.parametrize("case", EARLY, ids=str)
def test_an_older_form_is_held_against_what_is_so(early: Portal, case: Case) -> None:
    told_first(early, case)


@pytest.mark.parametrize("case", LATE, ids=str)
def test_an_older_form_is_held_against_what_is_so_late_in_the_year(
    two_companies: Portal, case: Case
) -> None:
    told_first(two_companies, case)


def told_first(portal: Portal, case: Case) -> None:
    who, page, action, mine, theirs, says = case
    one, other = somebody(portal, who), somebody(portal, who)
    old, new = fields(one.get(page).text, action), fields(other.get(page).text, action)
    assert old["shown"] == new["shown"]
    changed = click(other, action, new | mine | theirs)
    assert changed.status_code == 303, changed.text
    before = written(portal)
    answer = click(one, action, old | mine)
    assert answer.status_code == 422
    shown = unescape(answer.text)
    assert "Iemand anders heeft dit intussen veranderd" in shown
    assert re.search(f"Hier staat nu: [^<]*{re.escape(says)}", shown, re.IGNORECASE)
    assert written(portal) == before
    for typed in ("phone", "purpose", "theme", "name"):
        assert str(mine.get(typed, "")) in shown
    meant = click(one, action, fields(answer.text, action) | mine)
    assert meant.status_code == 303  # whoever has seen it and means it


def written(portal: Portal) -> list[str]:
    return [row for row in portal.dump() if "sent_forms" not in row]


def test_what_somebody_else_typed_alike_is_no_conflict(early: Portal) -> None:
    one, other = early.enter_as("manager"), early.enter_as("manager")
    path = f"{AT}/invitations"
    old = fields(one.get(path).text, path)
    click(other, path, fields(other.get(path).text, path) | INVITED)
    assert click(one, path, old | INVITED).status_code in {303, 422}
    assert "Iemand anders" not in click(one, path, old | INVITED).text


def test_going_back_to_an_older_choice_is_not_swallowed(portal: Portal) -> None:
    """Yes, then no, then back to the page of the yes: it says what is so, and does not claim that it was done."""
    memory = portal.memory
    memory.open()
    memory.act("name-risk", RISK)
    memory.act("map-stakeholder", UNION)
    memory.act("map-stakeholder", NGO)
    memory.act("approve-analysis")
    memory.act("invite-all")
    browser = portal.participant("ngo-nl")
    path = "/my/invitation"
    yes = fields(browser.get(path).text, path) | {"reply": "accept"}
    assert click(browser, path, yes).status_code == 303
    assert click(browser, path, yes).status_code == 303  # a double click
    no = fields(browser.get(path).text, path) | {"reply": "decline"}
    assert click(browser, path, no).status_code == 303
    again = click(browser, path, yes)
    assert again.status_code == 422
    assert memory.read().stakeholders["ngo-nl"].declined_at is not None
    assert PAGES
