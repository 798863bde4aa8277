"""The other channels: memory, mailboxes in folders, chat, and by hand."""

import mailbox
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import apprise
import pytest
from apprise.decorators import notify

from notifications.channels.channels import (
    ByHand,
    Memory,
    NeedsAPerson,
    PassingFailure,
    PermanentFailure,
    Post,
)
from notifications.channels.chat import Chat
from notifications.channels.maildir import Maildir
from notifications.letters.compose import compose
from tests.notifications.builders import ALERTED, dialogue, notice
from tests.notifications.cases import SEALED

# A library that some chats would use still imports it.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SENDER = "dialoog@weerklank.example"


def post(template: str = "agenda-echoed", to: str = "ngo", number: int = 1) -> Post:
    message = compose(notice(template, to), dialogue(), now=ALERTED)
    return Post(message, SENDER, f"notice-{number}@weerklank.example")


def alert() -> Post:
    home = dialogue()
    message = compose(
        notice("answer-late-alert", "manager", home.duties[SEALED]), home, now=ALERTED
    )
    return Post(message, SENDER, "notice-7@weerklank.example")


def test_memory_keeps_posts_and_bounces_as_told() -> None:
    memory = Memory(bounces=lambda address, now: address.startswith("worker@") and now == ALERTED)
    memory.send(post())
    with pytest.raises(PermanentFailure) as failed:
        memory.send(post(to="worker"))
    memory.close()
    assert failed.value.reason == "mailbox-unavailable"
    assert [kept.message.to for kept in memory.posts] == ["ngo"]


def test_by_hand_asks_for_a_person() -> None:
    call = post(to="no-mail")
    write = Post(replace(call.message, phone=None), SENDER, "a@b.example")
    for sent, how in ((call, "phone"), (write, "letter")):
        with pytest.raises(NeedsAPerson) as needed:
            ByHand().send(sent)
        assert needed.value.how == how
    ByHand().close()


def test_a_mailbox_per_person(tmp_path: Path) -> None:
    channel = Maildir(tmp_path / "mail")
    for sent in (post(), post(to="worker"), post("dialogue-closed", number=2)):
        channel.send(sent)
    channel.close()
    boxes = sorted(path.name for path in (tmp_path / "mail").iterdir())
    assert boxes == ["ngo@deelnemer.example", "worker@deelnemer.example"]
    names = [path.name for path in sorted((tmp_path / "mail" / boxes[0] / "new").iterdir())]
    assert [name[:-13] for name in names] == [
        "2022-09-09T0800-agenda-echoed",
        "2022-09-09T0800-dialogue-closed",
    ]
    with closing(mailbox.Maildir(tmp_path / "mail" / boxes[0])) as opened:
        assert {str(mail["Message-ID"]) for mail in opened} == {
            "<notice-1@weerklank.example>",
            "<notice-2@weerklank.example>",
        }


def test_the_same_post_lies_in_the_mailbox_once(tmp_path: Path) -> None:
    channel = Maildir(tmp_path)
    for _ in range(2):
        channel.send(post())
    assert len(list((tmp_path / "ngo@deelnemer.example" / "new").iterdir())) == 1
    assert not list((tmp_path / "ngo@deelnemer.example" / "tmp").iterdir())


def test_an_address_cannot_leave_the_folder(tmp_path: Path) -> None:
    sent = post()
    for address in ("a/b/c@evil.example", "%2e%2e@evil.example"):
        Maildir(tmp_path / "mail").send(
            Post(replace(sent.message, address=address), SENDER, "a@b.example")
        )
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]
    assert all("@" in path.name for path in (tmp_path / "mail").iterdir())


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What a chat on this machine heard."""
    heard: list[str] = []

    @notify(on="weerklanktest")  # type: ignore[no-untyped-call, untyped-decorator]
    def listen(body: str, title: str, notify_type: str, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401
        heard.append(body)
        return "fail" not in str(kwargs.get("meta"))

    yield heard
    plugins = apprise.manager_plugins.NotificationManager()  # type: ignore[no-untyped-call]
    plugins.remove("weerklanktest")  # type: ignore[no-untyped-call]


def test_an_alert_is_said_in_the_chat(said: list[str]) -> None:
    chat = Chat(["weerklanktest://here"])
    chat.send(alert())
    chat.send(post())
    chat.close()
    assert said == ["Weerklank · merk-2022 · answer-late-alert · c2 · 1d · 5 waiting"]
    assert chat.wants(alert())
    assert not chat.wants(post())


def test_a_chat_that_fails_is_trouble_of_the_server(said: list[str]) -> None:
    with pytest.raises(PassingFailure) as failed:
        Chat(["weerklanktest://fail"]).send(alert())
    assert failed.value.of == "server"
    assert said


def test_an_address_that_is_not_understood_is_not_shown() -> None:
    with pytest.raises(ValueError, match="chat address 1 is not understood") as refused:
        Chat(["nosuchchat://secret-token"])
    assert "secret-token" not in str(refused.value)
