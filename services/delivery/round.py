"""
Delivery round: what waits in the outbox goes out, one letter to one person at a time.

Claim a batch, ask the law again whether each notice is still wanted, write it, hand it to the channel, and mark it once
it was accepted. A message that fails never holds up the others; a mail server that fails stops the round, and what
was claimed is given back.

While the mail server works on one message the next is written, from the dialogue as it was last seen; right before it
is sent the dialogue is looked at again, and if anybody changed it meanwhile, the message is written anew. While one
message is marked the server is told for whom the next is, but it gets no text before the mark is written.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest
from os import cpu_count
from time import monotonic
from uuid import uuid4

from sqlalchemy import Engine

from config.logs import trouble_with
from notifications.channels.backoff import next_try
from notifications.channels.channels import (
    Channel,
    PassingFailure,
    PermanentFailure,
    Post,
    Stage,
)
from records.delivery import queue
from records.delivery.queue import Posted
from records.engine.advisory_slots import place
from records.engine.errors import RecordsError
from records.engine.pinned_connection import PinnedConnection
from records.ledger import Ledger
from services.composition.composer import Composer, composers
from services.delivery.compose_ahead import Desk
from services.delivery.mark_sent import InvitedTogether, Marker
from services.delivery.outbound import Mailroom
from services.delivery.report import DeliveryReport, LetterCount, sum_reports
from services.garbage_collection import collected_later

_SHARE_OF_LEASE = 0.8  # a round ends before its first claim could be taken over by another
_TOMORROW = timedelta(days=1)
_BATCHES_EACH = 4
"""Several connections take less at once, or one has the last of them all while the others have none."""
_LEAST_BATCH = 25  # letters; each batch asks the database a dozen questions
PAYS = 1_000
"""Letters from which on it pays to have them written by processes, which must start first."""
_NOT_SERVED = "The mail server does not serve us ({reason}). Nothing is lost; see: weerklank doctor"
_TIME_IS_UP = "The round took as long as a claim lasts; the rest goes out in the next one."
NO_CHANNEL = "No mail leaves this machine: set WEERKLANK_CHANNEL to smtp or maildir. Nothing is lost; it waits."
Beat = Callable[[int], None]


def deliver(
    engine: Engine,
    ledger: Ledger,
    mailroom: Mailroom,
    now: datetime,
    *,
    connections: int = 1,
    beat: Beat | None = None,
) -> DeliveryReport:
    """
    Send what waits at *now* (aware UTC) over so many *connections* at once; doing it twice at once sends nothing twice.

    It takes what stood when it began, and then, once, what that brought about; the rest waits for the next one.

    *beat* hears from each connection, after a batch, how many more were dealt with that may be told; what it raises
    ends that one.
    Raises Busy or DatabaseUnavailable (records.engine.errors); what was accepted before stays marked.
    """
    if mailroom.mail is None:
        return DeliveryReport(stopped=NO_CHANNEL)
    queue.hurry(engine, now, _TOMORROW)
    if not queue.waits(engine, now):
        return DeliveryReport()
    channels = [mailroom.mail() for _ in range(connections)]
    last = queue.newest(engine)
    if connections == 1:
        return _Round(engine, ledger, mailroom, channels[0], now, last=last, beat=beat).run()
    all_at_once = mailroom.batch * connections * _BATCHES_EACH
    waiting = queue.how_many_wait(engine, now, max(all_at_once, PAYS))
    share = max(_LEAST_BATCH, waiting // (connections * _BATCHES_EACH))
    mailroom = replace(mailroom, batch=min(mailroom.batch, share))
    processes, invited = _how_many_composers(mailroom, waiting, connections), InvitedTogether()
    with composers(mailroom.letterhead, processes, connections) as found:
        rounds = [
            _Round(
                engine, ledger, mailroom, channel, now,
                last=last, invited=invited, composer=composer, beat=beat,
            )
            for channel, composer in zip_longest(channels, found)
        ]  # fmt: skip
        with ThreadPoolExecutor(connections, "delivery") as pool:
            return sum_reports(list(pool.map(_Round.run, rounds)))


def _how_many_composers(mailroom: Mailroom, waiting: int, connections: int) -> int:
    """How many processes write for the *connections*: none for few letters, and one processor is left to send."""
    if waiting < PAYS or mailroom.composers <= 1:
        return 0
    return min(mailroom.composers, connections, (cpu_count() or 1) - 1)


class _ServerFailed(Exception):
    """The mail server does not serve us; going on would only fail again."""


class _Round:
    """The share of one connection: its own worker name, its own channel, its own counts."""

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        mailroom: Mailroom,
        channel: Channel,
        now: datetime,
        *,
        last: int,
        invited: InvitedTogether | None = None,
        composer: Composer | None = None,
        beat: Beat | None = None,
    ) -> None:
        self.engine, self.ledger, self.mailroom, self.now = engine, ledger, mailroom, now
        self.last, self.first = last, True
        self.invited, self.composer = invited, composer
        self.beat = beat
        self.worker = uuid4().hex
        self.channel = channel
        self.count = LetterCount()

    def run(self) -> DeliveryReport:
        """Send batch after batch until nothing waits, the server fails, or the first claim is nearly over."""
        mailroom = self.mailroom
        with (
            closing(self.channel),
            self.ledger.pinned_connection() as marks,
            self._looks(marks) as looks,
            place(marks, mailroom.server, mailroom.most) as free,
        ):
            if not free:
                return DeliveryReport(without_place=1)
            self.desk = Desk(self.ledger, mailroom, self.now, looks, self.channel, self.composer)
            with closing(self._marker(marks)) as self.marker:
                stopped = self._batches()
        return self.count.report(stopped)

    def _looks(self, marks: PinnedConnection) -> AbstractContextManager[PinnedConnection]:
        """Only one that looks while it marks needs two: what another wrote, SQLite reads anew."""
        return self.ledger.pinned_connection() if self.invited is None else nullcontext(marks)

    def _marker(self, pinned: PinnedConnection) -> Marker:
        alone = self.invited is None
        shared = self.invited or InvitedTogether()
        return Marker(
            self.ledger, self.mailroom, self.channel.name, self.now, pinned, alone, shared, self.count
        )  # fmt: skip

    def _batches(self) -> str | None:
        stopped = None
        until = monotonic() + self.mailroom.lease_seconds * _SHARE_OF_LEASE
        while stopped is None and (posts := self._claim()):
            self.count.hidden = queue.untold_among(self.engine, posts)
            self.marker.begin(posts)
            stopped = self._batch(posts, until)
            self.marker.end()
            if self.beat and stopped is None:
                self.beat(len(posts) - len(self.count.hidden))
        return stopped

    def _claim(self) -> list[Posted]:
        """What stood when the round began; then, once, what that brought about, so that an alert need not wait."""
        posts = self._take()
        if not posts and self.first:
            self.first, self.last = False, queue.newest(self.engine)
            posts = self._take()
        return posts

    def _take(self) -> list[Posted]:
        lease = timedelta(seconds=self.mailroom.lease_seconds)
        return self.ledger.claim(
            self.now, limit=self.mailroom.batch, lease=lease, worker=self.worker, newest=self.last
        )  # fmt: skip

    def _batch(self, posts: list[Posted], until: float) -> str | None:
        with collected_later():
            return self._sent_all(posts, until)

    def _sent_all(self, posts: list[Posted], until: float) -> str | None:
        self.desk.begin(posts)
        try:
            while self.desk.waiting:
                if monotonic() > until:
                    return _TIME_IS_UP
                # Taken out first: if it breaks off half-way it may have been sent, so only its lease frees it.
                self._deal_with(self.desk.take())
        except _ServerFailed as failed:
            return _NOT_SERVED.format(reason=failed)
        finally:
            # Also when this process is told to stop: whoever comes next need not wait for the lease.
            if self.desk.waiting:
                ids = [number for posted in self.desk.waiting for number in posted.ids]
                queue.release(self.engine, ids)
            self.desk.clear()
        return None

    def _deal_with(self, posted: Posted) -> None:
        try:
            outcome = self._one(posted)
        except _ServerFailed:
            self.count.stop(posted.message_id, (one.message_id for one in self.desk.waiting))
            raise
        if outcome is not None:
            self.count.add(outcome, posted.message_id)

    def _one(self, posted: Posted) -> str | None:
        """How *posted* ended; None when it was accepted, and is being marked."""
        try:
            seen = self.desk.look(posted)
            wanted = self.desk.sift(posted, seen)
            if wanted is None:
                return "withdrawn"
            if wanted is not posted:
                seen = self.desk.look(wanted)
            post = self.desk.write(wanted, seen)
            if post.message.reach != "email":
                self.ledger.by_hand(wanted.ids, self.now)
                return "by_hand"
            return self._send(wanted, post)
        except (RecordsError, _ServerFailed):
            raise
        except Exception as error:  # noqa: BLE001 - one bad message must not hold up the others
            return self._set_aside(posted, error)

    def _send(self, posted: Posted, post: Post) -> str | None:
        self.desk.leaves(posted)
        try:
            following = self._hand_over(post)
        except RecordsError:  # the one before could not be marked, so this one never left
            queue.release(self.engine, posted.ids)
            raise
        except PermanentFailure as refused:
            self.ledger.undeliverable(posted.id, self.channel.name, refused.reason, self.now)
            return "failed"
        except PassingFailure as passing:
            return self._later(posted, passing.reason, of_server=passing.of == "server")
        except OSError as broken:
            return self._later(posted, broken.strerror or type(broken).__name__, of_server=True)
        if following is not None:
            self.channel.announce(following)
        self.marker.mark(posted, post)
        return None

    def _hand_over(self, post: Post) -> Post | None:
        """Send *post*, once the one before is marked; the next one, which is written while this is on its way."""
        following = None
        with closing(self.channel.transmit(post)) as stages:
            for stage in stages:
                if stage is Stage.READY:
                    self.marker.settle()
                else:
                    following = self.desk.write_ahead()
        return following

    def _later(self, posted: Posted, reason: str, *, of_server: bool) -> str:
        again = next_try(posted.attempts, self.now)
        if again is None and not of_server:
            self.ledger.undeliverable(posted.id, self.channel.name, reason, self.now)
            return "failed"
        # A server that fails is no fault of this reader: that never becomes permanent.
        queue.retry_later(self.engine, posted.ids, reason, again or self.now + _TOMORROW)
        if of_server:
            raise _ServerFailed(reason)
        return "later"

    def _set_aside(self, posted: Posted, error: Exception) -> str:
        trouble_with(posted, "message set aside", error)
        why = f"unwritten-{type(error).__name__}"
        try:
            self.ledger.undeliverable(posted.id, self.channel.name, why, self.now)
        except RecordsError:
            raise
        except Exception as second:  # noqa: BLE001 - then the law cannot read this dialogue: tomorrow again
            trouble_with(posted, "dialogue cannot be read", second)
            queue.retry_later(self.engine, posted.ids, why, self.now + _TOMORROW)
        return "quarantined"
