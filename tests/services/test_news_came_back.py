"""A neutral letter that comes back was maybe the speaker's: what stood behind it is carried again, and nothing else."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from notifications.channels.channels import PermanentFailure
from records.journal import journal
from records.journal.examination import examine
from states.model.duties import Duty
from tests.records.conftest import SESSION
from tests.services.conftest import Post
from tests.services.sealed_life import (
    MORNING,
    OTHER,
    SPEAKER,
    Keys,
    Life,
    answered_after,
    answered_with,
    begun,
)


@pytest.fixture
def life(migrated_url: str, post: Post) -> Iterator[Life]:
    with begun(migrated_url, post) as made:
        yield made


def news_to(life: Life, seat: str) -> int:
    """The number of the newest neutral letter to *seat* that went."""
    sent = life.memory.notices(to=seat, template="there-may-be-news", status="sent")
    return max(sent, key=lambda row: row.next_try_at).id


def came_back(life: Life, seat: str, now: datetime, why: str = "bounced-5.1.1") -> None:
    """Let the newest neutral letter to *seat* come back, after it was accepted."""
    life.house.ledger.undeliverable(news_to(life, seat), "email", why, now)


def tasks(life: Life) -> int:
    """How many messages the moderator is asked to bring."""
    return len(life.memory.notices(to="moderator", template="by-hand-task"))


def carrying(life: Life) -> Duty:
    found = life.memory.reread().latest("carry-answer/sealed-1")
    assert found is not None
    return found


@pytest.mark.parametrize("seat", [SPEAKER, OTHER])
def test_a_neutral_letter_that_comes_back_reopens_the_carrying_alone(life: Life, seat: str) -> None:
    """Whoever it went to: nobody here knows whether it was the speaker's."""
    keys = Keys()
    answered_with(life, keys)
    life.house.deliver(life.memory.now)
    life.house.deliver(MORNING)
    assert life.memory.read().contributions["c2"].delivered_at == MORNING
    assert not carrying(life).owed
    before = life.memory.read()
    later = MORNING + timedelta(hours=5)
    came_back(life, seat, later)
    after = life.memory.reread()
    assert after.contributions["c2"].delivered_at is None
    assert after.contributions["c2"].written_at == before.contributions["c2"].written_at
    assert carrying(life).owed
    for kind in ("answer-participant", "give-verdict"):
        assert after.latest(f"{kind}/sealed-1") == before.latest(f"{kind}/sealed-1")
    waits = life.memory.notices(to="sealed-1", template="answer")
    assert [(row.status, row.channel, row.sent_at) for row in waits] == [("by-hand", None, None)]
    assert tasks(life) == 2  # the answer, and the summary of before
    life.house.deliver(later + timedelta(days=1))
    assert carrying(life).owed
    assert examine(life.house.engine).ok
    life.memory.now = later + timedelta(days=1)
    life.memory.act("record-delivery", {"to": "sealed-1", "how": "phone"}, by="moderator")
    assert not carrying(life).owed


def test_only_who_keeps_the_seals_learns_that_it_is_carried_again(life: Life) -> None:
    answered_with(life, Keys())
    life.house.deliver(life.memory.now)
    life.house.deliver(MORNING)
    came_back(life, OTHER, MORNING + timedelta(hours=5))
    told = [
        f for f in journal.entries(life.house.engine, life.memory.dialogue_id) if f.at > MORNING
    ]
    assert [f for f in told if "sealed-1" in f"{f.subject}{f.detail}"] == []
    alerts = [row.to for row in life.memory.notices() if row.at > MORNING]
    assert set(alerts) <= {"moderator"}


def test_whoever_reacted_has_it_whatever_comes_back(life: Life) -> None:
    keys = Keys()
    answered_with(life, keys)
    life.house.deliver(life.memory.now)
    life.house.deliver(MORNING)
    life.memory.now = MORNING + timedelta(hours=2)
    life.act("give-verdict", SPEAKER, keys, heard="yes", voice="sealed-1")
    came_back(life, OTHER, MORNING + timedelta(hours=5))
    assert life.memory.reread().contributions["c2"].delivered_at == MORNING
    assert not carrying(life).owed


def test_the_same_morning_is_told_once_and_a_new_address_brings_it_home(life: Life) -> None:
    keys = Keys()
    answered_with(life, keys)
    life.house.deliver(life.memory.now)
    life.house.deliver(MORNING)
    for hour, seat in ((5, OTHER), (6, SPEAKER)):
        came_back(life, seat, MORNING + timedelta(hours=hour))
    assert tasks(life) == 2
    life.memory.now = MORNING + timedelta(hours=7)
    for seat in (OTHER, SPEAKER):
        given = {"stakeholder": seat, "email": f"new.{seat}@home.example"}
        life.memory.act("change-contact", given, by="moderator")
        assert carrying(life).owed
        life.house.deliver(life.memory.now)
    assert not carrying(life).owed


def test_who_said_no_and_stayed_away_hears_of_news_too(life: Life) -> None:
    """Their points are recorded as well: what is for them must not count as told without having gone to them."""
    keys = Keys()
    life.take(keys)
    life.memory.gather()
    life.memory.act("invite-all")
    life.memory.act("decline-invitation", {"reason": "No visa."}, by=SPEAKER)
    life.memory.act("accept-invitation", by=OTHER)
    life.memory.act("share-expectation", {"text": "Be clear"}, by=OTHER)
    life.memory.act("echo-expectations", {"changes": "Wages come first"})
    life.memory.now = SESSION
    for check in ("declined-replaced", "affected-represented"):
        life.memory.act("override-check", {"check": check, "reason": "She speaks in writing."})
    life.memory.act("open-session")
    for name, there in ((SPEAKER, False), (OTHER, True)):
        life.memory.act("record-attendance", {"stakeholder": name, "present": there}, "moderator")
    for point, name, chosen in (("c1", OTHER, "named"), ("c2", SPEAKER, "sealed")):
        given = {"id": point, "stakeholder": name, "attribution": chosen, "text": "Pay."}
        life.memory.act("record-contribution", given, by="moderator")
    answered_after(life, keys)
    life.house.deliver(life.memory.now)
    life.post.trouble = {"rahima@union.example": PermanentFailure("mailbox-unavailable")}
    life.house.deliver(MORNING)
    assert life.memory.reread().contributions["c2"].delivered_at is None
    assert life.to("campaign@ngo").count("there-may-be-news") == 1
    life.post.trouble = {}
    life.memory.now = MORNING + timedelta(hours=1)
    given = {"stakeholder": SPEAKER, "email": "rahima@home.example"}
    life.memory.act("change-contact", given, by="moderator")
    life.house.deliver(life.memory.now)
    assert life.to("rahima@home").count("there-may-be-news") == 1
    assert life.memory.reread().contributions["c2"].delivered_at == life.memory.now


@pytest.mark.parametrize("judged", [True, False])
def test_the_days_of_neutral_letters_tell_nothing_of_what_a_voice_did(
    life: Life, judged: bool
) -> None:
    """A reminder would tell all that this voice did not judge yet; on the last day all hear, whatever it did."""
    keys = Keys()
    answered_with(life, keys)
    life.house.deliver(life.memory.now)
    life.house.deliver(MORNING)
    life.memory.now = MORNING + timedelta(hours=2)
    if judged:
        life.act("give-verdict", SPEAKER, keys, heard="yes", voice="sealed-1")
    life.memory.act("answer-participant", {"covers": ["c1"], "text": "We will pay."})
    for day in range(1, 60):
        life.memory.sweep(MORNING + timedelta(days=day))
        life.house.deliver(life.memory.now)
    news = life.memory.notices(to=OTHER, template="there-may-be-news", status="sent")
    verdict = life.memory.reread().latest("give-verdict/sealed-1")
    assert verdict is not None
    days = sorted({row.next_try_at.date() for row in news})
    assert days[-2:] == [MORNING.date(), verdict.due.date()]
    reminders = [row for row in life.memory.notices(to="sealed-1") if row.rung]
    assert reminders
    assert {row.status for row in reminders} == {"withdrawn" if judged else "skipped"}
