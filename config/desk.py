"""The desk of one mail connection: it writes messages, and the next one already while the last is on its way."""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from config.links import Links
from config.mailroom import Mailroom
from notifications.channels import Post
from notifications.messages import compose
from records.keeping import Line
from records.ledger import Ledger
from records.loading import Held
from records.outbox import Posted
from states.delivery import MATTERS

_ON_THE_DESK = 50
"""Messages whose dialogues lie on the desk: of a late one each weighs a tenth of a megabyte. The reader keeps more."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """The *post* of a notice, written from the dialogue as it was *seen*."""

    posted: Posted
    seen: Held
    post: Post


@dataclass
class Desk:
    """
    Writes the messages of a batch at *now* (aware UTC); those in *waiting* are still to come.

    What is written ahead comes from the dialogue as it was last seen. It only goes out if `look`, right before, finds
    the same dialogue still; else the message is written anew.
    """

    ledger: Ledger
    mailroom: Mailroom
    now: datetime
    line: Line
    """To look at dialogues."""
    waiting: deque[Posted] = field(default_factory=deque)
    _laid_out: int = 0
    """How many of those waiting lie ready, with their dialogues and links."""
    _seen: dict[str, Held] = field(default_factory=dict)
    _draft: _Draft | None = None
    _links: Links = field(init=False)

    def __post_init__(self) -> None:
        self._links = Links(self.ledger.engine, self.mailroom.base_url, self.now)

    def begin(self, batch: Iterable[Posted]) -> None:
        """Begin a *batch*: all of it waits now."""
        self.waiting, self._laid_out = deque(batch), 0
        self._draft = None

    def take(self) -> Posted:
        """The next of those waiting; while it cannot be laid out, because of Busy or DatabaseUnavailable, it waits."""
        self._lay_out()
        self._laid_out -= 1
        return self.waiting.popleft()

    def _lay_out(self) -> None:
        """When nothing lies ready, look at the dialogues of the next messages, each once, and make their links."""
        if self._laid_out:
            return
        coming, self._seen = list(islice(self.waiting, _ON_THE_DESK)), {}
        for name in dict.fromkeys(posted.dialogue_id for posted in coming):
            with suppress(Exception):  # what cannot be read is set aside when its turn comes
                self._seen[name] = self.ledger.held(name)
        found = [(posted, self._seen.get(posted.dialogue_id)) for posted in coming]
        self._links.make((posted, held.dialogue) for posted, held in found if held)
        self._laid_out = len(coming)

    def look(self, posted: Posted) -> Held:
        """The dialogue of *posted* as it stands now."""
        name = posted.dialogue_id
        self._seen[name] = self.ledger.held(name, self._seen.get(name), self.line)
        return self._seen[name]

    def written(self, posted: Posted, seen: Held) -> Post:
        """The message of *posted* for the dialogue as it was just *seen*."""
        draft, self._draft = self._draft, None
        if draft is not None and draft.posted is posted and draft.seen is seen:
            return draft.post
        return self._write(posted, seen)

    def write_ahead(self) -> Post | None:
        """Write the next message; None when there is none, or no mail comes of it."""
        self._draft = None
        with suppress(Exception):  # what fails here fails again when its turn comes
            self._lay_out()
            posted = self.waiting[0]
            seen = self._seen[posted.dialogue_id]
            self._draft = _Draft(posted, seen, self._write(posted, seen))
        return self._draft.post if self._draft and self._draft.post.message.address else None

    def _write(self, posted: Posted, seen: Held) -> Post:
        notice, dialogue = posted.notice, seen.dialogue
        head = seen.head.hash if notice.template in MATTERS else None
        base_url = self._links.address(posted, dialogue)
        message = compose(notice, dialogue, now=self.now, base_url=base_url, journal_head=head)
        return self.mailroom.post(posted, message)

    def leaves(self, posted: Posted) -> None:
        """The message of *posted* may be in its reader's hands from now on."""
        self._links.used(posted)

    def clear(self) -> None:
        """End a batch: forget the links that nobody was given."""
        self._links.close()
