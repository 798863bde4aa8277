"""How well a seal hides: told to the speaker before they choose, to the moderator before they record, to no others."""

import re

import pytest

from tests.portal.conftest import Portal
from tests.records.conftest import NGO, SESSION, UNION

AT = "/dialogues/kleding-2022/session"
POINTS = f"{AT}/contributions"
SAID = "They fire whoever organises."
FEW, WEIGHS = "te weinig verborgen", 'name="despite"'


def gathered(portal: Portal, others: int, **how: object) -> Portal:
    """A dialogue in which *others*, as the union but for *how*, said yes beside union and NGO."""
    memory = portal.memory
    memory.open()
    memory.map()
    names = [f"union-{number}" for number in range(others)]
    for name in names:
        seat = UNION | {"id": name, "organisation": name, "email": f"{name}@union.example"} | how
        memory.act("map-stakeholder", seat)
    memory.act("override-check", {"check": "home-share", "reason": "Unions come first."})
    memory.act("approve-analysis")
    memory.act("invite-all")
    for name in ("union-bd", "ngo-nl", *names):
        memory.act("accept-invitation", by=name)
        memory.act("share-expectation", {"text": "Be clear"}, by=name)
    return portal


def met(portal: Portal, others: int, **how: object) -> Portal:
    """The same, at the session."""
    memory = gathered(portal, others, **how).memory
    memory.act("echo-expectations", {"changes": "Wages come first"})
    memory.now = SESSION
    memory.act("open-session")
    return portal


def point(**more: object) -> dict[str, object]:
    """What the moderator's page sends for a sealed point of the union."""
    return {"stakeholder": "union-bd", "text": SAID, "attribution": "sealed", "weigh": "yes"} | more


def told(portal: Portal, who: str) -> list[str]:
    """What the page says of their crowd, in bold."""
    page = portal.participant(who).get("/my/invitation").text
    section = re.search(r'<section[^>]*aria-labelledby="crowd-title".*?</section>', page, re.DOTALL)
    assert section is not None
    return re.findall(r"<strong>(\d+)</strong>", section[0])


@pytest.mark.parametrize(("others", "about"), [(3, "5"), (4, "5"), (8, "5"), (9, "10")])
def test_the_speaker_reads_a_round_number(portal: Portal, others: int, about: str) -> None:
    """Union and others are at risk and read English; four of them are fewer than five, five to nine are about five."""
    gathered(portal, others)
    page = portal.participant("union-bd").get("/my/invitation").text
    assert ("fewer than <strong>5</strong>" in page) is (others == 3)
    assert told(portal, "union-bd")[0] == about


def test_other_words_hide_better_where_few_read_the_language(portal: Portal) -> None:
    gathered(portal, 6)
    dutch = portal.participant("ngo-nl").get("/my/invitation").text
    assert "minder dan <strong>5</strong>" in dutch
    assert "een van ongeveer <strong>5</strong>" in dutch


def test_nobody_speaks_under_seal_to_the_eyes_of_another(portal: Portal) -> None:
    """A sealed point of the union leaves what every other speaker reads as it was."""
    met(portal, 5)
    before = told(portal, "union-0")
    given = {"id": "c1", "stakeholder": "union-bd", "text": SAID, "attribution": "sealed"}
    portal.memory.act("record-contribution", given, by="moderator")
    assert told(portal, "union-0") == before


def test_the_moderator_is_asked_before_a_seal_hides_too_little(portal: Portal) -> None:
    met(portal, 2)
    moderator = portal.enter_as("moderator")
    assert WEIGHS not in moderator.get(AT).text
    answer = moderator.submit(POINTS, point(), on=AT)
    assert answer.status_code == 422
    assert WEIGHS in answer.text
    assert f"{SAID}</textarea>" in answer.text
    assert re.search(r"maar <strong>3</strong> mensen", answer.text)
    assert not portal.memory.read().contributions


@pytest.mark.parametrize("goes_on", ["joined", "known"])
def test_the_moderator_can_go_on_knowingly(portal: Portal, goes_on: str) -> None:
    met(portal, 2)
    answer = portal.enter_as("moderator").submit(POINTS, point(despite=goes_on), on=AT)
    assert answer.status_code == 303
    assert [c.text for c in portal.memory.read().contributions.values()] == [SAID]


def test_the_moderator_can_hold_a_point_back(portal: Portal) -> None:
    met(portal, 2)
    moderator = portal.enter_as("moderator")
    answer = moderator.submit(POINTS, point(despite="held"), on=AT)
    assert answer.status_code == 303
    assert "Er is niets opgeschreven" in moderator.get(AT).text
    assert not portal.memory.read().contributions


@pytest.mark.parametrize(("others", "status"), [(5, 303), (2, 422)])
def test_other_words_are_weighed_anew(portal: Portal, others: int, status: int) -> None:
    """Five at risk who read Dutch hide an English speaker whose words are the moderator's; two do not."""
    met(portal, others, language="nl")
    moderator = portal.enter_as("moderator")
    assert moderator.submit(POINTS, point(), on=AT).status_code == 422
    assert moderator.submit(POINTS, point(despite="reworded"), on=AT).status_code == status


def test_a_text_that_shows_the_country_hides_less(portal: Portal) -> None:
    met(portal, 5, country="TR")
    moderator = portal.enter_as("moderator")
    answer = moderator.submit(POINTS, point(shows="country"), on=AT)
    assert answer.status_code == 422
    assert "<strong>Niemand behalve de spreker</strong>" in answer.text
    assert moderator.submit(POINTS, point(), on=AT).status_code == 303


def test_a_seal_that_hides_well_and_an_open_point_ask_nothing(portal: Portal) -> None:
    met(portal, 4)
    moderator = portal.enter_as("moderator")
    for sent in (
        point(),
        point(attribution="", text="Pay."),
        point(attribution="named", text="Me."),
    ):
        assert moderator.submit(POINTS, sent, on=AT).status_code == 303


def test_the_manager_learns_nothing_of_it(portal: Portal) -> None:
    """Nor by sending what only the moderator's page holds."""
    met(portal, 2)
    manager = portal.enter_as("manager")
    assert 'name="weigh"' not in manager.get(AT).text
    for sent in (point(), point(attribution=""), point(stakeholder=NGO["id"])):
        answer = manager.submit(POINTS, sent, on=AT)
        assert answer.status_code == 422
        assert WEIGHS not in answer.text
        assert FEW not in answer.text
