"""A personal link goes to the mailbox of its person alone: no letter to staff holds one, nor what goes by hand."""

from dataclasses import replace
from datetime import timedelta

from records import queries
from services.house import House
from tests.services.conftest import ID, NOW, PEOPLE, Post, act, statuses

PAGES = "https://dialoog.example"


def test_no_letter_to_staff_and_no_message_by_hand_holds_a_personal_link(
    house: House, post: Post
) -> None:
    mailroom = house.mailroom
    assert mailroom is not None
    house.mailroom = replace(mailroom, base_url=PAGES, batch=10)
    house.deliver(NOW)
    act(house, "change-contact", by="moderator", stakeholder="ngo", by_hand=True)
    for days in (1, 8):
        house.sweep(NOW + timedelta(days=days))
        house.deliver(NOW + timedelta(days=days))

    mine = {mail for mail in PEOPLE.values() if mail}
    held = [one.message for one in post.posts if "/l/" in one.message.text + one.message.html]
    staff = [one.message for one in post.posts if one.message.address not in mine]
    assert staff
    assert {mail.address for mail in held} <= mine
    assert held
    assert statuses(house)["worker"] == "by-hand"
    rows = queries.notices_of(house.engine, [ID])
    assert not any("/l/" in str(row) for row in rows)
