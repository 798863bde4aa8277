"""Who speaks under seal is stored for the moderator's own key alone, and nothing that they should hear is lost."""

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from notifications.channels.channels import PermanentFailure
from records.custody import custody_of
from records.engine.database import reading
from records.schema.access import LINKS
from records.schema.core import DIALOGUES
from records.seals import slow_hashes
from records.seals.ciphertext import decrypt, new_secret, pair_in, secret_in
from records.seals.codes import make_code, voice_of_code
from records.seals.key_file import whole_file
from records.seals.keys import open_seals, unseal_with
from services.delivery.outbound import Mailroom
from states.language.errors import BadInput, NotKnown, Refused
from states.model.people import Person, Role
from states.model.vocabulary import DutyKind
from tests.records.conftest import SESSION, a_programme
from tests.services.conftest import Post
from tests.services.sealed_life import MORNING, OTHER, SPEAKER, Keys, Life, answered_with, begun


@pytest.fixture
def life(migrated_url: str, post: Post) -> Iterator[Life]:
    with begun(migrated_url, post) as made:
        yield made


def test_what_was_readable_is_encrypted_and_opens_with_key_and_share(life: Life) -> None:
    life.memory.speak()
    keys = Keys()
    assert life.take(keys) == 1
    assert life.memory.reread().seals["sealed-1"].stakeholder == ""
    assert life.opened(keys) == {"sealed-1": SPEAKER}
    assert open_seals(life.memory.reread(), keys.share) == {"sealed-1": SPEAKER}
    assert open_seals(life.memory.reread(), new_secret()) == {}


def test_what_is_said_later_is_never_written_readably(life: Life) -> None:
    keys = Keys()
    life.take(keys)
    life.memory.speak()
    kept = life.house.ledger.read(life.memory.dialogue_id)
    assert kept.seals["sealed-1"].stakeholder == ""
    assert life.opened(keys) == {"sealed-1": SPEAKER}
    given = {"id": "c3", "stakeholder": SPEAKER, "attribution": "sealed", "text": "More."}
    life.act("record-contribution", "moderator", keys, **given)
    assert life.memory.reread().contributions["c3"].voice == "sealed-1"


def test_without_the_key_nobody_gets_a_second_pseudonym(life: Life) -> None:
    """Whether they spoke before only the key tells: one speaker must not count as two, nor as a crowd."""
    keys = Keys()
    life.take(keys)
    life.memory.speak()
    before = life.memory.reread()
    for name in (SPEAKER, OTHER):  # whoever it is: that it is refused tells nothing
        given = {"id": "c3", "stakeholder": name, "attribution": "sealed", "text": "More."}
        with pytest.raises(Refused) as said:
            life.memory.act("record-contribution", given, by="moderator")
        assert said.value.code == "seals-closed"
        assert "key" in said.value.why("en")
    assert life.memory.reread() == before
    given = {"id": "c3", "stakeholder": "sealed-1", "text": "More."}
    life.memory.act("record-contribution", given, by="moderator")
    life.act("record-contribution", "moderator", keys, id="c4", stakeholder=OTHER,
             attribution="sealed", text="Other.")  # fmt: skip
    points = life.memory.reread().contributions
    assert [points[name].voice for name in ("c2", "c3", "c4")] == ["sealed-1"] * 2 + ["sealed-2"]
    assert life.opened(keys) == {"sealed-1": SPEAKER, "sealed-2": OTHER}
    opened = unseal_with(keys.secret)(life.memory.read())
    assert opened.voices_of(SPEAKER) == [SPEAKER, "sealed-1"]
    kept = [d.whom for d in life.memory.reread().owed(DutyKind.ANSWER_PARTICIPANT)]
    assert sorted(filter(None, kept)) == [OTHER, "sealed-1", "sealed-2"]


def test_a_pseudonym_is_named_by_the_moderator_alone_and_never_openly(life: Life) -> None:
    life.take(Keys())
    life.memory.speak()
    given = {"id": "c3", "stakeholder": "sealed-1", "text": "More."}
    with pytest.raises(NotKnown):
        life.memory.act("record-contribution", given, by="manager")
    with pytest.raises(BadInput) as said:
        life.memory.act("record-contribution", {**given, "attribution": "named"}, by="moderator")
    assert said.value.code == "pseudonym-is-sealed"
    assert "c3" not in life.memory.reread().contributions


def test_after_a_lost_key_points_go_on_being_recorded(life: Life) -> None:
    """What nobody can open any more holds up nobody who speaks."""
    life.take(Keys())
    life.memory.speak()
    life.take(Keys())
    given = {"id": "c3", "stakeholder": OTHER, "attribution": "sealed", "text": "More."}
    life.memory.act("record-contribution", given, by="moderator")
    assert life.memory.reread().contributions["c3"].voice == "sealed-2"


def test_what_they_are_to_hear_goes_to_all_alike_and_counts_once_all_heard(life: Life) -> None:
    keys = Keys()
    answered_with(life, keys)
    life.post.posts.clear()
    life.house.deliver(life.memory.now)
    assert life.to("rahima@union") == [] == life.to("campaign@ngo")
    assert life.memory.read().contributions["c2"].delivered_at is None
    life.house.deliver(MORNING)
    assert life.to("rahima@union") == life.to("campaign@ngo") == ["there-may-be-news"]
    assert life.memory.read().contributions["c2"].delivered_at == MORNING


def test_neutral_letters_are_the_same_but_for_greeting_and_link(life: Life) -> None:
    keys = Keys()
    answered_with(life, keys)
    life.post.posts.clear()
    life.house.deliver(life.memory.now)
    life.house.deliver(MORNING)
    news = {
        p.message.address: p for p in life.post.posts if p.message.template == "there-may-be-news"
    }
    one, other = news.values()
    assert one.message.subject == "A message for you"
    assert other.message.subject in {"A message for you", "Een bericht voor u"}
    for post in (one, other):
        for telling in ("Company", "confiden", "vertrouw", "sealed", "Pay", "answer", "antwoord"):
            assert telling not in post.message.text, telling
        assert post.message.reply_to is None


def test_what_is_written_after_the_morning_waits_for_the_next(life: Life) -> None:
    keys = Keys()
    answered_with(life, keys)
    life.house.deliver(life.memory.now)
    life.house.deliver(MORNING)
    life.memory.now = MORNING + timedelta(hours=3)
    life.act("dispute-answer", SPEAKER, keys, contribution="c2", reason="That is no answer to it.")
    given = {"contribution": "c2", "text": "You are right: in April, and not after it."}
    life.memory.act("settle-dispute", given)
    life.house.deliver(life.memory.now)
    assert life.to("rahima@union").count("there-may-be-news") == 1
    assert life.memory.read().contributions["c2"].settlement_waits
    life.house.deliver(MORNING + timedelta(days=1))
    assert life.to("rahima@union").count("there-may-be-news") == 2
    assert not life.memory.read().contributions["c2"].settlement_waits


def test_a_neutral_letter_that_did_not_arrive_leaves_it_open(life: Life) -> None:
    """It may have been the speaker's: the moderator sees it by hand, and proves it once it was brought."""
    keys = Keys()
    answered_with(life, keys)
    life.house.deliver(life.memory.now)
    life.post.trouble = {"campaign@ngo.example": PermanentFailure("mailbox-unavailable")}
    life.house.deliver(MORNING)
    life.house.deliver(MORNING + timedelta(days=1))
    assert life.memory.read().contributions["c2"].delivered_at is None
    waits = life.memory.notices(to="sealed-1", status="by-hand")
    assert [row.template for row in waits][-1:] == ["answer"]
    life.memory.now = MORNING + timedelta(days=1)
    life.memory.act("record-delivery", {"to": "sealed-1", "how": "phone"}, by="moderator")
    assert life.memory.read().contributions["c2"].delivered_at == life.memory.now


def test_where_somebody_reads_no_mail_the_moderator_has_the_task(life: Life) -> None:
    keys = Keys()
    answered_with(life, keys)
    life.memory.act(
        "change-contact", {"stakeholder": OTHER, "by_hand": True, "phone": "+31 20"}, "moderator"
    )
    life.post.posts.clear()
    life.house.deliver(life.memory.now)
    life.memory.sweep(MORNING)
    life.house.deliver(MORNING)
    assert life.to("rahima@union").count("there-may-be-news") == 1
    assert "by-hand-task" in life.to("moderator@kleding")
    assert life.memory.read().contributions["c2"].delivered_at is None


def test_another_moderator_or_a_lost_key(life: Life) -> None:
    life.memory.speak()
    first, second, third = Keys(), Keys(), Keys()
    life.take(first)
    life.take(second)
    assert life.opened(second) == {}
    assert custody_of(life.house.engine, "kleding").former == 1
    with pytest.raises(Refused) as wrong:
        life.move(new_secret())
    assert wrong.value.code == "seal-key-other"
    assert life.move(second.secret) == (0, 1)
    assert life.opened(first) == {"sealed-1": SPEAKER}
    assert life.move(first.secret) == (1, 0)
    assert life.opened(second) == {"sealed-1": SPEAKER}
    assert life.opened(first) == {}
    life.take(third)
    assert life.move(second.share) == (1, 0)
    assert life.opened(third) == {"sealed-1": SPEAKER}


def test_a_key_that_is_no_key_is_told_in_words(life: Life) -> None:
    keys = Keys()
    for broken in ("", "hello", keys.secret[:-4], keys.secret.replace("1", "2", 1)):
        with pytest.raises(BadInput) as said:
            secret_in(broken)
        assert said.value.code == "seal-key-unreadable"
        assert said.value.why("en") != said.value.code
    with pytest.raises(BadInput) as half:
        pair_in(keys.secret)
    assert half.value.code == "seal-file-incomplete"
    whole = whole_file("kleding", keys.secret, keys.share, keys.pair)
    assert pair_in(whole) == keys.pair
    assert secret_in(whole) == keys.secret
    with pytest.raises(Refused) as nothing:
        life.move(keys.secret)
    assert nothing.value.code == "no-seal-key"


def test_ciphertext_that_was_exchanged_opens_nothing(life: Life) -> None:
    life.memory.speak()
    keys = Keys()
    life.take(keys)
    kept = life.memory.reread().seals["sealed-1"].sealed_for
    assert kept is not None
    with pytest.raises(Refused) as said:
        decrypt(keys.secret, life.memory.dialogue_id, "sealed-2", kept)
    assert said.value.code == "seal-damaged"


def test_codes_open_a_pseudonym_however_they_are_typed(life: Life) -> None:
    life.memory.speak()
    engine, dialogue = life.house.engine, life.memory.dialogue_id
    code = make_code(engine, dialogue, "sealed-1")
    assert voice_of_code(engine, dialogue, f" {code.upper()} ") == "sealed-1"
    assert voice_of_code(engine, dialogue, code.replace("-", " ")) == "sealed-1"
    for wrong in ("", "1", "1-", "x", f"{code}2", code.replace("1-", "2-", 1), "1-2345-6789"):
        assert voice_of_code(engine, dialogue, wrong) is None
    again = make_code(engine, dialogue, "sealed-1")
    assert voice_of_code(engine, dialogue, code) is None
    assert voice_of_code(engine, dialogue, again) == "sealed-1"


def test_a_code_for_nobody_takes_the_same_work(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether there is such a voice, and a code for it, is not found with a clock."""
    looked = list[str]()

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            looked.append("$".join(str(hash).split("$")[:4]))
            return super().verify(hash, password)

    slow_hashes.nobodys.cache_clear()
    monkeypatch.setattr(slow_hashes, "HASHER", Watched(time_cost=1, memory_cost=64))
    life.memory.speak()
    engine, dialogue = life.house.engine, life.memory.dialogue_id
    code = make_code(engine, dialogue, "sealed-1")
    for number in ("1-", "2-", "99-"):
        assert voice_of_code(engine, dialogue, f"{number}{code[2:]}x") is None
    slow_hashes.nobodys.cache_clear()
    assert len(looked) == 3
    assert len(set(looked)) == 1  # the same algorithm, with the same cost


def test_links_no_longer_tell_with_which_message_they_went(life: Life) -> None:
    life.memory.speak()
    life.house.mailroom = Mailroom(
        mail=lambda: life.post, sender="dialoog@kleding.example", base_url="https://k.example"
    )
    life.memory.sweep(SESSION + timedelta(hours=1))
    life.house.deliver(life.memory.now)
    life.take(Keys())
    with reading(life.house.engine) as connection:
        rows = connection.execute(select(LINKS).order_by(LINKS.c.hash)).all()
        marks = connection.scalar(select(DIALOGUES.c.failed_ways))
    assert len({(row.made_at, row.expires_at) for row in rows}) == 1
    assert not [name for name in marks or {} if name.startswith("sealed-")]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_done_with_keys_no_seal_is_lost(life: Life, seed: int) -> None:
    """Points are made, keys changed, moved and recovered, in any order: those who hold what was given out open all."""
    chance, held = random.Random(seed), [Keys()]  # noqa: S311 - a test
    life.memory.speak()
    spoken = {"sealed-1": SPEAKER}
    for number in range(24):
        done = chance.choice(("take", "speak", "key", "share", "foreign"))
        if done == "take" or len(held) == 1:
            held.append(Keys())
            life.take(held[-1])
        elif done == "speak":
            who = chance.choice((SPEAKER, OTHER))
            known = unseal_with(held[-1].secret)(life.memory.read())
            given = {"id": f"x{number}", "stakeholder": who, "attribution": "sealed", "text": "."}
            life.act(
                "record-contribution", "moderator", held[-1], **given | {"text": f"N{number}."}
            )
            voice = life.memory.read().contributions[f"x{number}"].voice
            assert voice not in known.seals or who == spoken.get(voice)
            spoken[voice] = who
        else:
            secrets = {"key": "secret", "share": "share"}
            keys = chance.choice(held)
            secret = getattr(keys, secrets[done]) if done in secrets else new_secret()
            with suppress(Refused):
                life.move(secret)
        kept = life.memory.reread()
        for which in ("secret", "share"):
            found = [open_seals(kept, getattr(keys, which)) for keys in held]
            assert {n: seat for one in found for n, seat in one.items()} == spoken
    assert custody_of(life.house.engine, "kleding").stored[None] == 0


def test_a_foreign_key_is_refused_alike_whether_somebody_spoke(life: Life) -> None:
    life.take(Keys())
    said = list[str]()
    for spoke in (False, True):
        if spoke:
            life.memory.speak()
        with pytest.raises(Refused) as refused:
            life.move(new_secret())
        said.append(refused.value.why("en"))
    assert len(set(said)) == 1


@pytest.mark.parametrize("by", ["board", "sponsor"])
def test_when_the_moderator_is_gone_board_and_confidant_name_another(life: Life, by: str) -> None:
    """Board, or sponsor with the confidant, names the moderator; the confidant's share opens the names for them."""
    person = {"name": "New moderator", "email": "new@moderation.example"}
    given = {"role": "moderator", "person": person}
    life.memory.speak()
    with pytest.raises(Refused) as readable:
        life.memory.act("hand-over", given, by="board")
    assert readable.value.code == "seals-not-yours"
    first, second = Keys(), Keys()
    life.take(first)
    with pytest.raises(Refused):
        life.memory.act("hand-over", given, by="manager")
    if by == "sponsor":
        with pytest.raises(Refused):
            life.memory.act("hand-over", given, by=by)
        life.memory.act("agree-hand-over", given, by="confidant")
    life.memory.act("hand-over", given, by=by)
    assert life.memory.reread().programme.roles[Role.MODERATOR].name == "New moderator"
    life.take(second)
    assert life.opened(second) == {}
    assert life.move(first.share) == (1, 0)
    assert life.opened(second) == {"sealed-1": SPEAKER}
    assert life.opened(first) == {}


def test_a_file_of_the_programme_changes_the_moderator_once_nothing_is_readable(life: Life) -> None:
    """Not while it is owed: then nobody beside those who wait is changed by a file."""
    life.memory.speak()
    roles = {**a_programme().roles, Role.MODERATOR: Person(name="Other", email="o@m.example")}
    other = a_programme().model_copy(update={"roles": roles})
    for code in ("seals-not-yours", "roles-are-kept"):
        with pytest.raises(Refused) as said:
            life.house.ledger.apply_programme(other, life.memory.now)
        assert said.value.code == code
        if code == "seals-not-yours":
            life.take(Keys())
