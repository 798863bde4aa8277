"""The delivery round: each message once, no message behind another, and nothing lost."""

# ruff: noqa: ANN401 - fakes pass on what they are given

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from notifications.channels.channels import Memory, PassingFailure, PermanentFailure
from notifications.letters import compose as messages
from records import queries
from records.dialogues import programmes
from records.engine.advisory_slots import place
from records.engine.database import reading
from records.schema.access import LINKS
from services.composition import briefs
from services.delivery import compose_ahead
from services.delivery.outbound import Mailroom
from services.delivery.report import ALL_TAKEN, DeliveryReport
from services.delivery.round import NO_CHANNEL, deliver
from services.house import House
from tests.conftest import POSTGRESQL
from tests.services.conftest import ID, NOW, SESSION, Post, act, furnished, programme, statuses

LATER = NOW + timedelta(hours=1)
PAGES = "https://dialoog.example"
MAILED = {"ngo": "noor@ngo.example", "union": "rahima@union.example"}


def addresses(post: Memory) -> list[str]:
    return sorted(str(one.message.address) for one in post.posts)


def mailroom_of(house: House) -> Mailroom:
    assert house.mailroom is not None
    return house.mailroom


def facts(house: House) -> list[str]:
    from records.journal import journal

    return [entry.fact for entry in journal.entries(house.engine, ID)]


def test_each_person_gets_their_message_once(house: House, post: Post) -> None:
    first, second = house.deliver(NOW), house.deliver(NOW)

    # one invitation goes by hand, and the moderator gets the task for it
    assert (first.sent, first.by_hand) == (3, 1)
    assert second == DeliveryReport()
    assert addresses(post) == ["moderator@klein.example", *sorted(MAILED.values())]
    assert statuses(house) == {"ngo": "sent", "union": "sent", "worker": "by-hand"}


def test_the_same_message_has_the_same_name_at_every_try(house: House, post: Post) -> None:
    post.trouble = {"*": PassingFailure("connection-lost", of="server")}
    house.deliver(NOW)
    post.trouble = {}
    house.deliver(LATER)

    names = [one.message_id for one in post.posts]
    assert len(set(names)) == len(names)
    assert all(name.endswith("@klein.example") for name in names)


def test_a_reader_without_address_becomes_a_task_for_the_moderator(
    house: House, post: Post
) -> None:
    house.deliver(NOW)

    (task,) = (one for one in post.posts if one.message.template == "by-hand-task")
    assert task.message.to == "moderator"

    act(house, "record-delivery", "moderator", to="worker", how="by phone")

    assert statuses(house)["worker"] == "sent"
    assert "delivery-recorded" in facts(house)


def test_a_refused_address_is_a_fact_and_the_others_go_on(house: House, post: Post) -> None:
    post.trouble = {MAILED["ngo"]: PermanentFailure("refused-550")}

    report = house.deliver(NOW)

    assert report.failed == 1
    assert statuses(house)["ngo"] == "failed"
    assert statuses(house)["union"] == "sent"
    assert "notice-undeliverable" in facts(house)
    assert "delivery-failed" in {one.message.template for one in post.posts}


def test_what_a_clock_put_off_that_ran_a_year_ahead_goes_when_it_is_right_again(
    house: House, post: Post
) -> None:
    post.trouble = {MAILED["ngo"]: PassingFailure("deferred-450", of="recipient")}
    # nothing swept a year ahead, so there the morning is not over: nothing is even tried
    assert house.deliver(NOW + timedelta(days=365)).handled == 0
    assert statuses(house)["ngo"] == "pending"

    post.trouble = {}

    assert house.deliver(NOW).sent == 3
    assert statuses(house)["ngo"] == "sent"


def test_an_erasure_that_was_relayed_waits_out_its_ten_days_and_is_then_done(
    house: House, post: Post
) -> None:
    act(house, "ask-erasure", "moderator", stakeholder="ngo", how="phone")
    act(house, "settle-erasure", stakeholder="ngo")

    days = [NOW + timedelta(days=passed) for passed in range(16)]
    erased = [
        (day.date(), house.deliver(day), "participant-erased" in facts(house)) for day in days
    ]

    # ten working days after the Monday on which it was asked for are over at the end of the Monday two weeks later
    first = next(day for day, _, done in erased if done)
    assert first.isoformat() == "2022-01-25"
    told = [one for one in post.posts if one.message.template == "erasure-done"]
    assert [one.message.address for one in told] == [MAILED["ngo"]]
    assert house.ledger.read(ID).duties["settle-erasure/ngo"].met_at == days[15]


def test_a_deferred_address_is_tried_again_later(house: House, post: Post) -> None:
    post.trouble = {MAILED["ngo"]: PassingFailure("deferred-450", of="recipient")}

    assert house.deliver(NOW).later == 1
    assert statuses(house)["ngo"] == "pending"
    assert house.deliver(NOW) == DeliveryReport()

    post.trouble = {}
    assert house.deliver(LATER).sent == 1


def test_whoever_never_takes_the_mail_is_given_up_at_last(house: House, post: Post) -> None:
    post.trouble = {MAILED["ngo"]: PassingFailure("deferred-450", of="recipient")}

    reports_ = [house.deliver(NOW + timedelta(hours=5 * number)) for number in range(60)]

    assert sum(report.failed for report in reports_) == 1
    assert statuses(house)["ngo"] == "failed"


@pytest.mark.parametrize(
    "trouble", [PassingFailure("timeout", of="server"), OSError(28, "No space left on device")]
)
def test_a_server_that_fails_stops_the_round_and_gives_the_rest_back(
    house: House, post: Post, trouble: Exception
) -> None:
    post.trouble = {"*": trouble}

    report = house.deliver(NOW)

    assert report.stopped is not None
    assert (report.later, report.sent, report.failed) == (1, 0, 0)
    post.trouble = {}
    assert house.deliver(LATER).sent == 3


def test_a_server_that_fails_for_weeks_loses_nothing(house: House, post: Post) -> None:
    post.trouble = {"*": PassingFailure("timeout", of="server")}
    for day in range(30):
        assert house.deliver(NOW + timedelta(days=day)).stopped

    post.trouble = {}
    house.deliver(NOW + timedelta(days=32))

    assert statuses(house) == {"ngo": "sent", "union": "sent", "worker": "by-hand"}


def test_a_message_that_breaks_the_server_does_not_stand_before_the_others_for_ever(
    house: House, post: Post
) -> None:
    post.trouble = {MAILED["ngo"]: PassingFailure("connection-lost", of="server")}

    rounds = [house.deliver(NOW + timedelta(seconds=second)) for second in range(3)]

    assert sum(report.sent for report in rounds) == 2
    assert statuses(house)["ngo"] == "pending"


def test_a_message_that_cannot_be_written_is_set_aside(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:

    def compose(notice: Any, dialogue: Any, **how: Any) -> Any:
        if notice.to == "ngo":
            raise ZeroDivisionError
        return messages.compose(notice, dialogue, **how)

    monkeypatch.setattr(briefs, "compose", compose)

    report = house.deliver(NOW)

    assert report.quarantined == 1
    assert statuses(house) == {"ngo": "failed", "union": "sent", "worker": "by-hand"}
    assert house.deliver(LATER) == DeliveryReport()


def test_a_dialogue_that_cannot_be_read_waits_for_tomorrow(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(house.ledger, "snapshot", broken)
    monkeypatch.setattr(house.ledger, "undeliverable", broken)

    assert house.deliver(NOW).quarantined == 3
    assert house.deliver(LATER) == DeliveryReport()
    assert set(statuses(house).values()) == {"pending"}


def test_what_was_sent_but_could_not_be_recorded_is_never_sent_again(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(house.ledger, "record_delivered", broken)

    assert house.deliver(NOW).quarantined == 3
    house.deliver(NOW + timedelta(days=2))

    assert len(addresses(post)) == len(set(addresses(post)))


def test_without_a_channel_everything_waits(house: House) -> None:
    house.mailroom = replace(mailroom_of(house), mail=None)

    assert house.deliver(NOW) == DeliveryReport(stopped=NO_CHANNEL)
    assert set(statuses(house).values()) == {"pending"}


def test_a_round_in_which_nothing_waits_opens_no_connection(house: House, post: Post) -> None:
    def never() -> Post:
        raise AssertionError

    house.deliver(NOW)
    closed = replace(mailroom_of(house), mail=never)
    assert deliver(house.engine, house.ledger, closed, NOW) == DeliveryReport()


def test_a_round_ends_before_its_first_claim_does(house: House, post: Post) -> None:
    house.mailroom = replace(mailroom_of(house), lease_seconds=0)

    report = house.deliver(NOW)

    assert report.sent == 0
    assert report.stopped is not None
    house.mailroom = replace(house.mailroom, lease_seconds=900)
    assert house.deliver(NOW).sent == 3


def test_a_reminder_that_is_no_longer_wanted_is_withdrawn(house: House, post: Post) -> None:
    house.deliver(NOW)
    reminding = NOW + timedelta(days=133)  # five working days before the answer is due
    house.sweep(reminding)
    act(house, "accept-invitation", by="ngo", now=reminding)
    post.posts.clear()

    house.deliver(reminding)

    reminders = [one for one in post.posts if one.message.template == "please-answer-invitation"]
    assert {one.message.to for one in reminders} == {"union"}
    assert statuses(house, "please-answer-invitation")["ngo"] == "withdrawn"


class Moving(Post):
    """While the first message is on its way somebody changes what the next one says, or ends what it is about."""

    move: Callable[[], None]

    def transmit(self, post: Any) -> Any:
        yield from super().transmit(post)  # here the next one is written
        if len(self.posts) == 1:
            self.move()


def moving(house: House, move: Callable[[], None]) -> Moving:
    box = Moving()
    box.move = move
    house.mailroom = Mailroom(lambda: box, "dialoog@klein.example", base_url=PAGES)
    return box


def test_what_was_written_ahead_is_written_anew_when_something_changed(house: House) -> None:
    moved: dict[str, Any] = {"stakeholder": "union", "email": "rahima@home.example"}
    box = moving(house, lambda: act(house, "change-contact", **moved))

    assert house.deliver(NOW).sent == 5  # with a word to the new address and to the old one

    invited = {one.message.address for one in box.posts if one.message.template == "invitation"}
    assert "rahima@home.example" in invited
    assert MAILED["union"] not in invited


def test_what_is_no_longer_wanted_is_not_sent_although_it_was_written(house: House) -> None:
    house.deliver(NOW)
    reminding = NOW + timedelta(days=133)
    house.sweep(reminding)
    box = moving(house, lambda: None)

    def both_answer() -> None:
        for who in ("ngo", "union"):
            act(house, "accept-invitation", by=who, now=reminding)

    box.move = both_answer
    report = house.deliver(reminding)

    reminders = [one for one in box.posts if one.message.template == "please-answer-invitation"]
    assert len(reminders) <= 1
    assert report.withdrawn >= 1


def test_links_that_nobody_was_given_are_forgotten(house: House, post: Post) -> None:
    house.mailroom = replace(mailroom_of(house), base_url=PAGES, batch=10)
    post.trouble = {"*": PassingFailure("timeout", of="server")}

    assert house.deliver(NOW).stopped is not None

    assert links(house) == 1  # of the one that may have been sent
    post.trouble = {}
    assert house.deliver(LATER).sent == 3
    found = {re.search(r"/l/\S+", one.message.text) for one in post.posts[:2]}
    assert links(house) == 3
    assert len({match[0] for match in found if match}) == 2


class Watching(Post):
    """It notes how many dialogues were read when each message leaves, the next ones included."""

    read: set[str]
    noted: list[int]

    def send(self, post: Any) -> None:
        self.noted.append(len(self.read))
        super().send(post)


def test_of_a_batch_only_what_comes_next_lies_on_the_desk(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be of as many dialogues as it has messages, and late in its year each of them is heavy."""
    house.deliver(NOW)
    for name in ("a", "b", "c"):
        opened(house, name)
    box, held = Watching(), house.ledger.snapshot
    box.read, box.noted = set(), []

    def noting(name: str, *known: Any) -> Any:
        box.read.add(name)
        return held(name, *known)

    monkeypatch.setattr(house.ledger, "snapshot", noting)
    monkeypatch.setattr(compose_ahead, "_ON_THE_DESK", 1)
    house.mailroom = Mailroom(lambda: box, "dialoog@klein.example", batch=200)

    sent = house.deliver(NOW).sent

    assert box.read == {"a-2022", "b-2022", "c-2022"}
    assert box.noted[0] == 1
    assert len({one.message_id for one in box.posts}) == len(box.posts) == sent


def opened(house: House, name: str) -> None:
    """Open an edition of the new programme *name*; those who hold its roles are told."""
    house.ledger.apply_programme(programme(id=name), NOW)
    house.ledger.open_edition(
        name, session_at=SESSION, edition=2022, information=None, by="manager", now=NOW
    )


@pytest.mark.parametrize("together", [1, 2, 50])
def test_however_few_lie_ready_each_reader_has_a_link(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    house.mailroom = replace(mailroom_of(house), base_url=PAGES, batch=10)
    monkeypatch.setattr(compose_ahead, "_ON_THE_DESK", together)

    assert house.deliver(NOW).sent == 3

    mails = [one.message for one in post.posts if one.message.address in MAILED.values()]
    found = [re.search(r"/l/\S+", mail.text) for mail in mails]
    assert len({match[0] for match in found if match}) == 2
    assert links(house) == 2


def links(house: House) -> int:
    with reading(house.engine) as connection:
        return len(connection.execute(select(LINKS)).all())


def test_the_chat_hears_alerts_and_its_trouble_stops_nothing(house: House, post: Post) -> None:
    class Chat:
        name = "chat"
        heard = 0

        def wants(self, one: Any) -> bool:
            return bool(one.message.template == "by-hand-task")

        def send(self, _: object) -> None:
            self.heard += 1
            raise PassingFailure("chat-unreachable", of="server")

    chat: Any = Chat()
    house.mailroom = replace(mailroom_of(house), chat=chat)

    assert house.deliver(NOW).sent == 3
    assert chat.heard == 1


def test_two_rounds_at_once_send_nothing_twice(migrated_url: str) -> None:
    post = Post()
    with furnished(migrated_url, post) as house, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: house.deliver(NOW), range(4)))
        house.deliver(NOW)

        assert sum(report.sent for report in found) in {2, 3}
        assert addresses(post) == ["moderator@klein.example", *sorted(MAILED.values())]


def test_several_connections_share_the_work(house: House, post: Post) -> None:
    report = house.deliver(NOW, connections=3)

    assert report.sent + house.deliver(NOW).sent == 3
    assert len(set(addresses(post))) == 3


@pytest.mark.parametrize("database_kind", [POSTGRESQL])
def test_a_mail_server_never_has_more_connections_than_it_may(migrated_url: str) -> None:
    post = Post()
    with furnished(migrated_url, post) as house:
        house.mailroom = replace(mailroom_of(house), server="mail.example:25", most=1)
        with house.ledger.pinned_connection() as line, place(line, "mail.example:25", 1):
            report = house.deliver(NOW, connections=2)
            assert (report.without_place, report.sent, report.sentence()) == (2, 0, ALL_TAKEN)
        assert house.deliver(NOW).sent == 3


def test_a_round_tells_how_far_it_is_and_can_be_ended_between_two_batches(
    migrated_url: str,
) -> None:
    class Enough(Exception): ...

    heard: list[int] = []

    def beat(more: int) -> None:
        heard.append(more)
        if len(heard) == 2:
            raise Enough

    post = Post()
    with furnished(migrated_url, post) as house:
        house.mailroom = replace(mailroom_of(house), batch=1)
        with pytest.raises(Enough):
            house.deliver(NOW, beat=beat)
        assert (heard, len(addresses(post))) == ([1, 1], 2)
        assert house.deliver(NOW).sent == 1


def test_a_delivery_has_as_many_connections_as_the_settings_say(migrated_url: str) -> None:
    rooms: list[Post] = []
    heard: list[int] = []

    def another() -> Post:
        rooms.append(Post())
        return rooms[-1]

    with furnished(migrated_url, Post()) as house:
        house.mailroom = replace(mailroom_of(house), mail=another, connections=2)
        report = house.deliver(NOW, beat=heard.append)
        assert (len(rooms), report.handled) == (2, sum(heard))
        assert report.handled + house.deliver(NOW).handled == 4
        assert sorted(name for room in rooms for name in addresses(room)) == [
            "moderator@klein.example",
            *sorted(MAILED.values()),
        ]


def test_the_report_is_one_sentence() -> None:
    assert DeliveryReport().sentence() == "Nothing waited to be sent."
    assert DeliveryReport(sent=3, failed=1).sentence() == "3 sent, 1 failed."
    assert DeliveryReport(stopped="No channel is set.").sentence() == "Nothing was sent."


def test_the_overview_of_the_week_is_written_once(house: House, post: Post) -> None:
    assert house.send_digest("klein", NOW) == 1
    assert house.send_digest("klein", NOW + timedelta(days=1)) == 0
    assert house.send_digest("klein", NOW + timedelta(days=7)) == 1

    house.deliver(NOW + timedelta(days=7))

    assert [one.message.template for one in post.posts].count("digest") == 1
    rows = queries.notices_of(house.engine, [ID])
    assert [row.status for row in rows if row.template == "digest"] == ["sent", "sent"]


def test_no_overview_is_written_while_the_programme_is_paused(house: House) -> None:
    programmes.pause(house.engine, "klein", "operator", "Verkoop.", NOW)
    assert house.send_digest("klein", NOW) == 0

    programmes.resume(house.engine, "klein", NOW)
    assert house.send_digest("klein", NOW) == 1


def test_a_mailroom_of_the_settings_has_their_channel() -> None:
    from config.settings import load_settings

    quiet, folder, server = (
        Mailroom.of(
            load_settings(
                channel=name, smtp={"host": "localhost"}, sender="Klein <d@klein.example>"
            )
        )
        for name in ("none", "maildir", "smtp")
    )

    assert quiet.mail is None
    assert folder.mail is not None
    assert folder.mail().name == "maildir"
    assert server.mail is not None
    assert server.mail().name == "email"
    assert (server.sender, server.sender_name) == ("d@klein.example", "Klein")


def test_what_failed_is_kept_without_an_address(house: House, post: Post) -> None:
    post.trouble = {MAILED["ngo"]: PermanentFailure("550 <noor@ngo.example> unknown")}

    house.deliver(NOW)

    (row,) = (r for r in queries.notices_of(house.engine, [ID]) if r.status == "failed")
    assert row.error is not None
    assert "noor" not in row.error
