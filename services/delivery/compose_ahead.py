"""Compose-ahead buffer: writes the next messages of a mail connection while the last is on its way."""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from notifications.channels.channels import Channel, Post
from records.delivery import queue
from records.delivery.queue import Posted
from records.dialogues.repository import Snapshot
from records.engine.pinned_connection import PinnedConnection
from records.ledger import Ledger
from services.composition.briefs import LetterBrief, Subject, write_letter
from services.composition.composer import Composer
from services.delivery.links import Links
from services.delivery.outbound import Mailroom
from states.steps.delivery.letters import fate_of
from states.steps.delivery.receipts import BINDING

_ON_THE_DESK = 50
"""Messages whose dialogues lie on the desk: of a late one each weighs a tenth of a megabyte. The reader keeps more."""
_AT_ONCE = 16
"""Messages that are written one after the other: each alone, between two waits, takes Python twice as long."""

Seen = tuple[Snapshot, ...]
"""The dialogues of the notices of a letter, in their order, as they were seen."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """The *post* of a letter, written from the dialogues as they were *seen*."""

    posted: Posted
    seen: Seen
    post: Post

    def of(self, posted: Posted, seen: Seen) -> bool:
        """Whether it is *posted*, written from just what is *seen* now."""
        return self.posted is posted and all(
            mine is theirs for mine, theirs in zip(self.seen, seen, strict=True)
        )


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
    pinned: PinnedConnection
    """To look at dialogues."""
    channel: Channel
    composer: Composer | None = None
    """A process that writes what lies ready, if there is one."""
    waiting: deque[Posted] = field(default_factory=deque)
    _laid_out: int = 0
    """How many of those waiting lie ready, with their dialogues and links."""
    _seen: dict[str, Snapshot] = field(default_factory=dict)
    _ordered: dict[str, Seen] = field(default_factory=dict)
    """What the composer was asked for, by the name of the letter."""
    _drafts: dict[str, _Draft] = field(default_factory=dict)
    """What is written already, by the name of the letter."""
    _links: Links = field(init=False)

    def __post_init__(self) -> None:
        self._links = Links(self.ledger.engine, self.mailroom.base_url, self.now)

    def begin(self, batch: Iterable[Posted]) -> None:
        """Begin a *batch*: all of it waits now."""
        self.waiting, self._laid_out = deque(batch), 0
        self._drafts, self._ordered = {}, {}

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
        rows = [row for posted in coming for row in posted.rows]
        for name in dict.fromkeys(row.dialogue_id for row in rows):
            with suppress(Exception):  # what cannot be read is set aside when its turn comes
                self._seen[name] = self.ledger.snapshot(name)
        found = [(row, self._seen.get(row.dialogue_id)) for row in rows]
        self._links.make([(row, held.dialogue) for row, held in found if held])
        self._laid_out = len(coming)
        self._order(coming)

    def _order(self, coming: list[Posted]) -> None:
        """Have the composer write what is *coming*, but for dialogues that the letters of this time will change."""
        self._ordered = {}
        if self.composer is None:
            return
        rows = [row for posted in coming for row in posted.rows]
        unsteady = {row.dialogue_id for row in rows if row.notice.template in BINDING}
        steady = self._seen.keys() - unsteady
        for_it = [one for one in coming if all(row.dialogue_id in steady for row in one.rows)]
        seen = {one.message_id: self._seen_for(one) for one in for_it}
        briefs = [self._brief(one, seen[one.message_id]) for one in for_it]
        dialogues = {name: self._seen[name].dialogue for name in steady}
        if self.composer.order(briefs, dialogues, self.now):
            self._ordered = seen

    def look(self, posted: Posted) -> Seen:
        """The dialogues of *posted* as they stand now."""
        for name in {row.dialogue_id for row in posted.rows}:
            self._seen[name] = self.ledger.snapshot(name, self._seen.get(name), self.pinned)
        return self._seen_for(posted)

    def _seen_for(self, posted: Posted) -> Seen:
        return tuple(self._seen[row.dialogue_id] for row in posted.rows)

    def sift(self, posted: Posted, seen: Seen) -> Posted | None:
        """What is left of the letter *posted* when all is taken out that should not go; *posted* itself when all is."""
        beside = {row.notice.template for row in posted.rows}
        left = []
        for row, held in zip(posted.rows, seen, strict=True):
            fate = fate_of(held.dialogue, row.notice, self.now, beside)
            if fate == "wanted":
                left.append(row)
            elif fate == "skipped":
                queue.skip(self.ledger.engine, row.id, "it comes too early")
            else:
                queue.withdraw(self.ledger.engine, row.id, "no longer wanted")
        if len(left) == len(posted.rows):
            return posted
        return queue.together(left) if left else None

    def write(self, posted: Posted, seen: Seen) -> Post:
        """The letter of *posted* for the dialogues as they were just *seen*."""
        draft = self._find_draft(posted, seen)
        return self._write(posted, seen) if draft is None else draft.post

    def write_ahead(self) -> Post | None:
        """Have the next message written; None when there is none, or no mail comes of it."""
        if not self.waiting:
            return None
        posted = self.waiting[0]
        with suppress(Exception):  # what fails here fails again when its turn comes
            self._lay_out()
            draft = self._find_draft(posted, self._seen_for(posted))
            if draft is None:
                self._write_some()
            else:
                self._drafts[posted.message_id] = draft
        ahead = self._drafts.get(posted.message_id)
        return ahead.post if ahead and ahead.post.message.address else None

    def _write_some(self) -> None:
        """Write the next message, and those after it as far as no dialogue will have changed by then."""
        some = 1 if self._ordered else min(_AT_ONCE, self._laid_out)
        for posted in islice(self.waiting, some):
            seen = self._seen_for(posted)
            post = self._write(posted, seen)
            self._drafts[posted.message_id] = _Draft(posted, seen, post)
            if post.message.reach != "email" or posted.notice.template in BINDING:
                return
            self.channel.prepare(post)

    def _find_draft(self, posted: Posted, seen: Seen) -> _Draft | None:
        """What was written of *posted*, if it was from just what is *seen*; whoever finds it has it."""
        draft = self._drafts.pop(posted.message_id, None) or self._find_written(posted)
        return draft if draft is not None and draft.of(posted, seen) else None

    def _find_written(self, posted: Posted) -> _Draft | None:
        """What the composer wrote for *posted*, if it was asked and has it."""
        seen = self._ordered.pop(posted.message_id, None)
        if seen is None or self.composer is None:
            return None
        post = self.composer.take(posted.message_id)
        return None if post is None else _Draft(posted, seen, post)

    def _write(self, posted: Posted, seen: Seen) -> Post:
        dialogues = {held.dialogue.id: held.dialogue for held in seen}
        return write_letter(
            self._brief(posted, seen), dialogues, self.mailroom.letterhead, self.now
        )

    def _brief(self, posted: Posted, seen: Seen) -> LetterBrief:
        subjects = (
            Subject(row.notice, row.dialogue_id, self._links.address(row, held.dialogue))
            for row, held in zip(posted.rows, seen, strict=True)
        )
        binds = posted.notice.template in BINDING and not posted.beside
        return LetterBrief(posted.message_id, tuple(subjects), seen[0].head.hash if binds else None)

    def leaves(self, posted: Posted) -> None:
        """The letter of *posted* may be in its reader's hands from now on."""
        for row in posted.rows:
            self._links.mark_used(row)

    def clear(self) -> None:
        """End a batch: forget the links that nobody was given."""
        self._links.close()
