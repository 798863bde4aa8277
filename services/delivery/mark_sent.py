"""Marking as sent: marks what was accepted, while the mail server already hears for whom the next mail is."""

import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from config.logs import trouble_with
from notifications.channels.channels import Post
from records.delivery import queue
from records.delivery.queue import Posted
from records.engine.errors import Busy, RecordsError
from records.engine.pinned_connection import PinnedConnection
from records.ledger import Ledger
from services.delivery.outbound import Mailroom
from services.delivery.report import LetterCount
from states.model.vocabulary import Template
from states.steps.delivery.receipts import BINDING

_TRIES = 3


@dataclass
class InvitedTogether:
    """
    The dialogues of the invitations that the connections of one delivery have in hand, counted by batch.

    Whoever ends the last batch of a dialogue lets the law say what follows. Sooner it would only change the dialogue
    under those who still send of it, and what they had written ahead would be written anew.
    """

    _held: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, dialogues: Iterable[str]) -> None:
        """A batch with invitations of these *dialogues* begins."""
        with self._lock:
            self._held.update(dialogues)

    def let_go(self, dialogues: Iterable[str]) -> list[str]:
        """It ended: which of its *dialogues* no other batch holds."""
        with self._lock:
            self._held.subtract(names := list(dialogues))
            return [name for name in names if not self._held[name]]


@dataclass
class Marker:
    """
    Marks the messages of one mail connection as sent at *now* (aware UTC), one after the other, over its *pinned*.

    Whoever sends calls `settle` before another message leaves the house: so no more than one is ever accepted and not
    marked, and a kill repeats no more than that.
    """

    ledger: Ledger
    mailroom: Mailroom
    channel: str
    now: datetime
    pinned: PinnedConnection
    alone: bool = True
    """Whether this is the only connection: beside others a thread more only takes the interpreter's lock from them."""
    invited: InvitedTogether = field(default_factory=InvitedTogether)
    """What all connections of this delivery have in hand."""
    count: LetterCount = field(default_factory=LetterCount)
    """Where it is put down how the marked ones ended: *sent*, or *quarantined*."""
    _thread: ThreadPoolExecutor = field(init=False, repr=False)
    _pending: "Future[tuple[str, str]] | None" = None
    _begun: list[str] = field(default_factory=list)
    """The dialogues of the invitations of this batch."""

    def __post_init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "marks")

    def begin(self, batch: Iterable[Posted]) -> None:
        """Begin a *batch*."""
        rows = (row for letter in batch for row in letter.rows)
        invited = (row.dialogue_id for row in rows if row.notice.template == Template.INVITATION)
        self._begun = list(dict.fromkeys(invited))
        self.invited.take(self._begun)

    def mark(self, posted: Posted, post: Post) -> None:
        """Begin to mark *posted*, or mark it at once when that may change the dialogue. Raises as `settle` does."""
        self.settle()
        if self.alone and posted.notice.template not in BINDING:
            self._pending = self._thread.submit(self._mark, posted, post)
        else:
            self.count.add(*self._mark(posted, post))

    def settle(self) -> None:
        """Wait until the last one is marked. Raises Busy or DatabaseUnavailable when it was not."""
        pending, self._pending = self._pending, None
        if pending is not None:
            self.count.add(*pending.result())

    def end(self) -> None:
        """End the batch: what a company owed to those whom it invited is met, now that invitations are accepted."""
        self.settle()
        for dialogue_id in self._let_go():
            self.ledger.settle(dialogue_id, self.now)

    def close(self) -> None:
        """Let the last mark come to its end. What follows from a batch that broke off the others see to, or a sweep."""
        self._thread.shutdown()
        self._let_go()

    def _let_go(self) -> list[str]:
        begun, self._begun = self._begun, []
        return self.invited.let_go(begun)

    def _mark(self, posted: Posted, post: Post) -> tuple[str, str]:
        """How the letter ended, and its name."""
        try:
            self._record(posted)
        except RecordsError:
            raise
        except Exception as error:  # noqa: BLE001 - it left the house: it may never be sent again
            trouble_with(posted, "delivery could not be recorded", error)
            why = f"sent, but not recorded ({type(error).__name__})"
            for number in posted.ids:
                queue.withdraw(self.ledger.engine, number, why)
            return "quarantined", posted.message_id
        self._tell_chat(posted, post)
        return "sent", posted.message_id

    def _record(self, posted: Posted) -> None:
        for left in reversed(range(_TRIES)):
            try:
                self._say_so(posted)
            except Busy:
                if not left:
                    raise
            else:
                return

    def _say_so(self, posted: Posted) -> None:
        if posted.beside:
            self.ledger.letter_delivered(posted.ids, self.channel, self.now)
        else:
            self.ledger.record_delivered(posted.id, self.channel, self.now, self.pinned)

    def _tell_chat(self, posted: Posted, post: Post) -> None:
        chat = self.mailroom.chat
        if chat is None or not chat.wants(post):
            return
        try:
            chat.send(post)
        except Exception as error:  # noqa: BLE001 - the mail went out; the chat is a courtesy
            trouble_with(posted, "chat was not told", error)
