"""What is reported to the confidant: on their page with its clock, and on no way to anybody else."""

from datetime import timedelta
from pathlib import Path
from shutil import copy

import pytest

from cli.json_views import visible_dialogues
from notifications.channels.channels import Memory
from portal.route_table import PAGES
from portal.web.routes import EVERYONE
from services.delivery.outbound import Mailroom
from states.model.people import AUDITOR
from tests.portal.conftest import Portal, opened
from tests.portal.test_doors import HERE, filled
from tests.portal.test_seals import shown
from tests.records.conftest import SESSION

OTHERS = ("manager", "deputy", "sponsor", "moderator", "board", AUDITOR)
TOLD = {"text": "They threatened me", "named": "yes", "contact": "+880 99"}
DAY = timedelta(days=1)


def test_a_report_has_a_clock_that_stops_when_it_is_taken_up(two_companies: Portal) -> None:
    two_companies.participant("union-bd").submit("/my/safety", TOLD, on="/my/safety")
    confidant = two_companies.enter_as("confidant")
    assert "Beloofd is een reactie uiterlijk op" in confidant.get("/reports").text
    two_companies.memory.now += 6 * DAY
    confidant = two_companies.enter_as("confidant")
    assert "Te laat: een reactie was beloofd" in confidant.get("/reports").text
    number = {"number": "1"}
    path = "/reports/taken-up"
    for given, status in (({"number": "2"}, 404), ({"number": "x"}, 404), (number, 303)):
        assert confidant.submit(path, given, on="/reports").status_code == status
    assert confidant.submit(path, number, on="/reports").status_code == 404
    page = confidant.get("/reports").text
    assert "De reactie kwam te laat" in page
    assert "Door u opgepakt" in page


def test_another_companys_confidant_takes_up_nothing(two_companies: Portal) -> None:
    two_companies.participant("union-bd").submit("/my/safety", TOLD, on="/my/safety")
    other = two_companies.enter_as("confidant", "schoenen")
    answer = other.submit("/reports/taken-up", {"number": "1"}, on="/my/safety")
    assert answer.status_code == 404


@pytest.fixture
def twins(tmp_path: Path, signed_file: Path) -> list[Path]:
    """Give the files of two portals that are the same."""
    return [Path(copy(signed_file, tmp_path / f"{name}.sqlite")) for name in ("quiet", "told")]


def test_a_report_is_unreachable_for_everybody_but_the_confidant(twins: list[Path]) -> None:
    with opened(twins[0]) as quiet, opened(twins[1]) as told:
        boxes = [_delivering(portal) for portal in (quiet, told)]
        told.participant("union-bd").submit("/my/safety", TOLD, on="/my/safety")
        done = [portal.house.deliver(SESSION) for portal in (quiet, told)]
        assert done[0] == done[1]
        extra = [post.message.to for post in boxes[1].posts[: -len(boxes[0].posts)]]
        assert extra == ["confidant"]
        for role in OTHERS:
            _require_the_same(quiet, told, role)
        as_data = [
            visible_dialogues(portal.house.ledger, ["kleding-2022"], SESSION)
            for portal in (quiet, told)
        ]
        assert as_data[0] == as_data[1]


def _delivering(portal: Portal) -> Memory:
    """A mailbox for the mail of *portal*, whose clock stands at the session."""
    box = Memory()
    portal.memory.now = SESSION
    portal.house.mailroom = Mailroom(mail=lambda: box, sender="dialoog@kleding.example")
    return box


def _require_the_same(quiet: Portal, told: Portal, role: str) -> None:
    one, other = quiet.enter_as(role), told.enter_as(role)
    rows = [p for p in PAGES if p.method == "GET" and EVERYONE not in p.who and role in p.who]
    paths = [filled(page, HERE) for page in rows]
    paths += ["/reports", "/dialogues/kleding-2022/lists/people.csv"]
    assert [path for path in paths if shown(one, path) != shown(other, path)] == []
