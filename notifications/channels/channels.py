"""Notification channels: the ways by which a message reaches somebody, and how each says that it did not."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from enum import Enum
from functools import cached_property
from typing import Literal, TypeVar

from notifications.channels.email import to_email, to_wire
from notifications.letters.compose import Message

Form = TypeVar("Form")


class Failure(Exception):
    """A channel did not deliver a post; *reason* is a short code without an address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PermanentFailure(Failure):
    """This post will never arrive: trying again makes no sense."""


class PassingFailure(Failure):
    """This post did not go now; *of* says whether the whole *server* fails or only this *recipient*."""

    def __init__(self, reason: str, *, of: Literal["server", "recipient"]) -> None:
        super().__init__(reason)
        self.of = of


class NeedsAPerson(Exception):
    """The reader has no address: somebody has to call (*how* is `phone`) or write (`letter`)."""

    def __init__(self, how: Literal["phone", "letter"]) -> None:
        super().__init__(how)
        self.how = how


@dataclass(frozen=True)
class Post:
    """A message on its way: from which address, and under which name in all attempts (*message_id*)."""

    message: Message
    sender: str
    message_id: str
    sender_name: str | None = None
    envelope: str | None = None
    """Where it comes back to when it cannot be delivered; None: to the sender."""

    @cached_property
    def email(self) -> EmailMessage:
        """The message as an e-mail, built once; raises PermanentFailure when mail cannot carry it."""
        return self._write(to_email)

    @cached_property
    def wire(self) -> bytes:
        """The same as it goes to a server that takes eight bits, built once; raises PermanentFailure likewise."""
        return self._write(to_wire)

    def _write(self, how: Callable[..., Form]) -> Form:
        name = self.sender_name
        try:
            return how(
                self.message, sender=self.sender, message_id=self.message_id, sender_name=name
            )
        except (ValueError, MessageError) as broken:
            raise PermanentFailure("mail-not-valid") from broken


class Stage(Enum):
    """How far a post has come with a channel; between two stages whoever sends has time for something else."""

    READY = "ready"
    """The next thing that leaves is its text: what must be done before that must be done now."""
    LEFT = "left"
    """It left, and the other side works on it."""


class Channel(ABC):
    """A way by which posts reach people."""

    name: str

    @abstractmethod
    def send(self, post: Post) -> None:
        """Deliver *post*; raises PassingFailure or PermanentFailure when it did not arrive."""

    def transmit(self, post: Post) -> Generator[Stage, None, None]:
        """
        Deliver *post* stage by stage; raises as `send` does.

        Whoever closes it before the first stage is over sends nothing. A stage comes again when the post had to be
        handed over once more.
        """
        yield Stage.READY
        self.send(post)
        yield Stage.LEFT

    def prepare(self, post: Post) -> None:  # noqa: B027 - most need nothing
        """Make now what *post* is handed over as, where that takes time; raises nothing."""

    def announce(self, post: Post) -> None:  # noqa: B027 - most have nobody who could use it
        """Say which *post* will most likely be the next; raises nothing."""

    @abstractmethod
    def close(self) -> None:
        """End a batch; the channel may be used again after it."""


class ByHand(Channel):
    """For people without e-mail: it delivers nothing and says that somebody has to."""

    name = "by-hand"

    def send(self, post: Post) -> None:
        """Raise NeedsAPerson, always."""
        raise NeedsAPerson("phone" if post.message.phone else "letter")

    def close(self) -> None:
        """There is nothing to end."""


def never(_address: str, _now: datetime) -> bool:
    """No address bounces."""
    return False


@dataclass
class Memory(Channel):
    """Keeps what it is given, for tests and simulations; *bounces* says which address fails when."""

    bounces: Callable[[str, datetime], bool] = never
    posts: list[Post] = field(default_factory=list)
    name: str = "email"

    def send(self, post: Post) -> None:
        """Keep *post*; raises PermanentFailure when its address bounces."""
        if post.message.address and self.bounces(post.message.address, post.message.at):
            reason = "mailbox-unavailable"
            raise PermanentFailure(reason)
        self.posts.append(post)

    def close(self) -> None:
        """There is nothing to end."""
