"""The confidant hears by mail that a report waits: at once, alone, and without a word of it."""

from datetime import timedelta

import pytest

from notifications.channels.channels import PassingFailure, PermanentFailure
from records.access.retaliation_reports import report, reports_of, take_up_report
from records.journal.journal import entries
from records.queries import notices_of
from services.delivery.direct_mail import tell_confidants
from services.delivery.outbound import Mailroom
from services.doctor import health
from services.house import House
from states.model.retaliation import reaction_due
from tests.records.readings import counts
from tests.services.conftest import ID, NOW, Post, programme

CONFIDANT = {"name": "Nadia", "email": "nadia@elsewhere.example", "language": "en"}
SECRET = "The manager threatened me in the canteen"
DAY = timedelta(days=1)


@pytest.fixture
def heard(house: House, post: Post) -> House:
    """Give a house whose other mail went out, with a confidant and one report."""
    name_confidant(house, CONFIDANT)
    house.deliver(NOW)
    post.posts.clear()
    tell(house)
    return house


def name_confidant(house: House, person: dict[str, str]) -> None:
    roles = {role.value: held for role, held in programme().roles.items()}
    house.ledger.apply_programme(programme(roles={**roles, "confidant": person}), NOW)


def tell(house: House) -> None:
    react_by = reaction_due(house.ledger.read(ID).calendar, NOW)
    report(house.engine, ID, SECRET, NOW, who="ngo", contact="+31 6", react_by=react_by)


def test_the_confidant_hears_it_at_once_and_nobody_else(heard: House, post: Post) -> None:
    done = heard.deliver(NOW)
    (one,) = post.posts
    assert one.message.address == CONFIDANT["email"]
    assert done.handled == 0
    heard.deliver(NOW)
    assert len(post.posts) == 1


def test_the_mail_holds_nothing_of_the_report_and_leads_no_answer_to_the_manager(
    heard: House, post: Post
) -> None:
    heard.deliver(NOW)
    mail = bytes(post.posts[0].email)
    for word in (SECRET, "threat", "canteen", "ngo", "Noor", "+31 6", "retaliation", "manager@"):
        assert word.encode() not in mail, word
    assert b"\nReply-To:" not in mail
    assert b"two working" in mail


def test_nothing_in_dialogue_outbox_or_journal_tells_of_it(heard: House) -> None:
    def seen() -> object:
        engine = heard.engine
        return (
            entries(engine, ID), notices_of(engine, [ID]), counts(engine), heard.ledger.revision(ID)
        )  # fmt: skip

    before = seen()
    heard.deliver(NOW)
    tell(heard)
    heard.deliver(NOW + 9 * DAY)
    assert seen() == before


def test_after_two_working_days_one_reminder_goes_out(heard: House, post: Post) -> None:
    heard.deliver(NOW)
    heard.deliver(NOW + 2 * DAY)
    assert len(post.posts) == 1
    for day in (3, 4, 30):
        heard.deliver(NOW + day * DAY)
    assert [one.message.template for one in post.posts] == ["report-waits", "report-still-waits"]
    names = {one.message_id for one in post.posts}
    assert len(names) == 2


def test_what_was_taken_up_is_not_reminded_of(heard: House, post: Post) -> None:
    heard.deliver(NOW)
    take_up_report(heard.engine, "klein", reports_of(heard.engine, "klein")[0].number, NOW)
    heard.deliver(NOW + 9 * DAY)
    assert len(post.posts) == 1


@pytest.mark.parametrize(
    "error",
    [PermanentFailure("gone"), PassingFailure("busy", of="server"), OSError("cut")],
    ids=["refused", "busy", "cut"],
)
def test_what_does_not_arrive_is_tried_until_it_does(
    error: Exception, heard: House, post: Post
) -> None:
    post.trouble = {"*": error}
    for day in range(9):
        heard.deliver(NOW + day * DAY)
    assert post.posts == []
    post.trouble = {}
    heard.deliver(NOW + 10 * DAY)
    assert {one.message.template for one in post.posts} == {"report-waits", "report-still-waits"}


def test_a_report_waits_until_a_confidant_can_be_reached(house: House, post: Post) -> None:
    tell(house)
    house.deliver(NOW)
    name_confidant(house, {"name": "Nadia", "phone": "+31 6"})
    house.deliver(NOW + DAY)
    assert "report-waits" not in {one.message.template for one in post.posts}
    name_confidant(house, CONFIDANT)
    house.deliver(NOW + 2 * DAY)
    assert "report-waits" in {one.message.template for one in post.posts}


def test_no_channel_sends_nothing(heard: House, post: Post) -> None:
    room = Mailroom(mail=None, sender="dialoog@klein.example")
    tell_confidants(heard.engine, heard.ledger, room, NOW)
    assert post.posts == []


def confidants(house: House, days: int) -> list[str]:
    found = health.examine(house.settings, NOW + days * DAY)
    return [one.says for one in found if one.name == "confidant"]


def test_the_doctor_says_in_numbers_that_nobody_hears(heard: House) -> None:
    assert confidants(heard, 0) == []
    (untold,) = confidants(heard, 1)
    assert untold.startswith("1 message to a confidant")
    _, left = confidants(heard, 5)
    assert left.startswith("1 waited longer")
    heard.deliver(NOW)
    assert confidants(heard, 1) == []


def test_the_doctor_says_that_nobody_is_named(house: House) -> None:
    (said,) = confidants(house, 0)
    assert "name no confidant" in said
