"""Ledger: the one door for change. One step is one transaction; what is refused changes nothing."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.exc import IntegrityError

from records.delivery import queue
from records.delivery.settle import Deliveries
from records.dialogues import programmes
from records.dialogues.editions import ask_other_editions, heard_beside
from records.dialogues.openings import Opener, OpeningRequest
from records.dialogues.persist import Decided, up_to_date, write_chosen_step
from records.dialogues.programmes import ProgrammeRow
from records.dialogues.repository import DialogueReader, Policies, Snapshot
from records.engine.clock_guard import require_present
from records.engine.database import reading, writing
from records.engine.errors import Busy, RecordsError
from records.engine.pinned_connection import PinnedConnection, pin_connection
from records.outbox import enqueue
from records.schema.core import DIALOGUES
from records.seals.keys import Unseal, as_stored
from states.language.errors import Refused
from states.model.dialogue import Dialogue, Phase
from states.model.facts import Fact, Notice
from states.model.information import Information
from states.model.programme import Programme
from states.model.vocabulary import Step
from states.steps.decide import decide, decide_all

_log = logging.getLogger(__name__)
_Law = Callable[[Dialogue], Decided]
TOUCH_PROGRAMME = frozenset({Step.HAND_OVER})  # they lock the programme first
_IDS = select(DIALOGUES.c.id).order_by(DIALOGUES.c.programme_id, DIALOGUES.c.edition)
_IDS_OF = _IDS.where(DIALOGUES.c.programme_id == bindparam("of_programme"))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a step brought about: where the dialogue now stands, and the facts that were written."""

    dialogue_id: str
    phase: Phase
    facts: tuple[Fact, ...]


class Ledger:
    """
    Changes dialogues and programmes in the database of *engine*, and in no other way than the law decides.

    *policies* turns the policy values of a programme into its whole policy; it should cache. Every method may raise
    Busy or DatabaseUnavailable, and what changes something Refused('future-now') for a *now* far from the clock.
    """

    def __init__(self, engine: Engine, policies: Policies) -> None:
        self.engine = engine
        self._policies = policies
        self._reader = DialogueReader(policies)
        self._deliveries = Deliveries(engine, self._reader)

    def act(
        self,
        dialogue_id: str,
        step: Step,
        given: Mapping[str, Any],
        *,
        by: str,
        now: datetime,
        expected_revision: int | None = None,
        unseal: Unseal = as_stored,
    ) -> Receipt:
        """
        Let *by* (a role, a stakeholder or a pseudonym) take *step* with what is *given*, at *now* (aware UTC).

        With *expected_revision* the step is refused ('changed-meanwhile') when somebody was faster; *unseal* opens the
        seals that a key at hand opens. Raises Refused; then nothing has changed. Source: rules 2 and 3.
        """

        def law(dialogue: Dialogue) -> Decided:
            return decide(unseal(dialogue), step, given, by, now)

        return self._change(dialogue_id, law, now, expected_revision, whole=step in TOUCH_PROGRAMME)

    def act_all(
        self,
        dialogue_id: str,
        step: Step,
        givens: Sequence[Mapping[str, Any]],
        *,
        by: str,
        now: datetime,
        expected_revision: int | None = None,
        unseal: Unseal = as_stored,
    ) -> Receipt:
        """
        Let *by* take *step* once for each of *givens*, at least one, in one transaction; otherwise as `act`.

        Raises Refused for the first that is refused; then nothing has changed, not even what came before it.
        """

        def law(dialogue: Dialogue) -> Decided:
            return decide_all(unseal(dialogue), step, givens, by, now)

        return self._change(dialogue_id, law, now, expected_revision, whole=step in TOUCH_PROGRAMME)

    def _change(
        self, dialogue_id: str, law: _Law, now: datetime, expected: int | None, *, whole: bool
    ) -> Receipt:
        with writing(self.engine, now) as connection:
            beside = whole and ask_other_editions(connection, self._reader, dialogue_id, law, now)
            held = self._reader.read(connection, dialogue_id, lock=True)
            if expected not in {None, held.revision}:
                raise Refused("changed-meanwhile", dialogue=dialogue_id)
            held = up_to_date(connection, held, now) if held.dialogue.held else held
            decided = law(heard_beside(held.dialogue) if beside else held.dialogue)
            after = write_chosen_step(connection, held, decided, now)
        return self._write(after, decided)

    def _write(self, after: Snapshot, decided: Decided) -> Receipt:
        self._reader.remember(after)
        return Receipt(after.dialogue.id, after.dialogue.phase, decided.facts)

    def apply_programme(self, programme: Programme, now: datetime) -> bool:
        """Create or replace *programme*; True when something changed. Source: rules 7."""
        try:
            with writing(self.engine, now) as connection:
                if changed := programmes.apply(connection, programme, now):
                    self._opener(connection).settle_next(programme.id)
                return changed
        except IntegrityError:  # there was no row to lock, and somebody else was first to make it
            raise Busy("The programme was created by somebody else at the same moment.") from None

    def programmes(self) -> list[ProgrammeRow]:
        """All programmes, each with the moment at which its next edition opens."""
        with reading(self.engine) as connection:
            return programmes.every(connection)

    def programme(self, programme_id: str) -> ProgrammeRow:
        """One programme. Raises NotKnown('unknown-programme')."""
        with reading(self.engine) as connection:
            return programmes.get(connection, programme_id)

    def open_edition(
        self,
        programme_id: str,
        *,
        session_at: datetime | None,
        edition: int | None,
        information: Information | None,
        by: str,
        now: datetime,
        tight: bool = True,
    ) -> Receipt:
        """
        Open an edition by hand; without *session_at* its session is proposed as the schedule would.

        Raises NotKnown('unknown-programme'), Refused('edition-exists', 'programme-paused', 'session-too-near').
        """
        asked = OpeningRequest(by, session_at, edition, information, tight)
        with writing(self.engine, now) as connection:
            opened = self._opener(connection).open(programme_id, asked, now)
        return self._write(*opened)

    def due_to_open(self, now: datetime) -> list[str]:
        """The programmes of which an edition should be open at *now* (aware UTC), and is not."""
        with reading(self.engine) as connection:
            return programmes.due_ids(connection, now)

    def open_due_editions(self, now: datetime) -> list[Receipt]:
        """Open one edition of each programme whose moment has come; doing it again opens nothing. Source: rules 4."""
        require_present(self.engine, now)
        opened = [self._open_or_go_on(programme_id, now) for programme_id in self.due_to_open(now)]
        return [receipt for receipt in opened if receipt is not None]

    def _open_or_go_on(self, programme_id: str, now: datetime) -> Receipt | None:
        """A programme that cannot open is tried again next time, and holds up no other one."""
        try:
            return self.open_cycle(programme_id, now)
        except RecordsError:
            raise
        except Exception:  # noqa: BLE001 - one programme must not stop the others
            _log.exception("the next edition of %s could not be opened", programme_id)
            return None

    def open_cycle(self, programme_id: str, now: datetime) -> Receipt | None:
        """
        Open the edition that the schedule of *programme_id* asks for; None when it is not due or already open.

        However many openings an outage missed, one edition opens: that of the latest.
        """
        with writing(self.engine, now) as connection:
            opened = self._opener(connection).open_due(programme_id, now)
        return None if opened is None else self._write(*opened)

    def _opener(self, connection: Connection) -> Opener:
        return Opener(connection, self._reader, self._policies)

    def read(self, dialogue_id: str) -> Dialogue:
        """The dialogue as it stands. Raises NotKnown('unknown-dialogue')."""
        return self.snapshot(dialogue_id).dialogue.copy()

    def pinned_connection(self) -> AbstractContextManager[PinnedConnection]:
        """A kept connection for the many small questions and marks of a delivery round; for one thread."""
        return pin_connection(self.engine)

    def snapshot(
        self,
        dialogue_id: str,
        known: Snapshot | None = None,
        pinned: PinnedConnection | None = None,
    ) -> Snapshot:
        """
        The dialogue with the head of its journal; *known* itself when nobody changed it since that was read.

        With a *pinned* that is asked over it. It is only looked at. Raises NotKnown('unknown-dialogue').
        """
        if known is not None and pinned is not None and self._reader.same(pinned, known):
            return known
        with reading(self.engine) as connection:
            return self._reader.read(connection, dialogue_id, known=known)

    def revision(self, dialogue_id: str) -> int:
        """The revision of the dialogue, for `expected_revision`. Raises NotKnown('unknown-dialogue')."""
        return self.snapshot(dialogue_id).revision

    def dialogue_ids(self, programme_id: str | None = None) -> list[str]:
        """The dialogues of *programme_id*, or all, in the order of programme and edition."""
        with reading(self.engine) as connection:
            chosen = _IDS if programme_id is None else _IDS_OF
            return list(connection.scalars(chosen, {"of_programme": programme_id}))

    def record_delivered(
        self, notice_id: int, channel: str, now: datetime, pinned: PinnedConnection | None = None
    ) -> bool:
        """
        Mark the notice *notice_id* as sent by *channel*, and let the law say what follows, in one transaction.

        False when it was marked before. With a *pinned* the mark goes over it when that serves.
        Raises NotKnown('unknown-notice'). Source: rules 16, an answer counts when it was delivered.
        """
        return self._deliveries.record_delivered(notice_id, channel, now, pinned)

    def letter_delivered(self, notice_ids: Sequence[int], channel: str, now: datetime) -> bool:
        """Mark a letter's notices as sent by *channel*, none of which matters to the law; False: none was left."""
        return self._deliveries.letter_delivered(notice_ids, channel, now)

    def claim(
        self, now: datetime, *, limit: int, lease: timedelta, worker: str, newest: int | None = None
    ) -> list[queue.Posted]:
        """Take up to *limit* letters that wait at *now* (aware UTC) for *worker*, as `queue.claim` says."""
        return queue.claim(
            self.engine, self._policies, now, limit=limit, lease=lease, worker=worker, newest=newest
        )  # fmt: skip

    def settle(self, dialogue_id: str, now: datetime) -> int:
        """Let the law say what follows from the invitations that a round marked; how many there were (rules 15)."""
        return self._deliveries.settle(dialogue_id, now)

    def undeliverable(self, notice_id: int, channel: str, reason: str, now: datetime) -> bool:
        """
        Mark the letter that holds *notice_id* as refused for good because of *reason*, with the facts that follow.

        All its notices fail in one transaction, and one alert tells of them. Addresses in *reason* are left out. False
        when it failed or was withdrawn before. Raises NotKnown('unknown-notice'). Source: rules 16.
        """
        return self._deliveries.undeliverable(notice_id, channel, reason, now)

    def report_unread(self, notice_id: int, now: datetime) -> bool:
        """Record, once, that something came back about the notice which a person must read; False: it was so before."""
        return self._deliveries.report_unread(notice_id, now)

    def report_looked_at(self, notice_id: int, by: str, now: datetime) -> bool:
        """Record that *by*, a role or the machine, read what came back in vain; False: nothing waited to be read."""
        return self._deliveries.report_looked_at(notice_id, by, now)

    def by_hand(self, notice_ids: int | Sequence[int], now: datetime) -> bool:
        """Let the notices wait for a person's hand, and give that person the task; False when none waits."""
        ids = [notice_ids] if isinstance(notice_ids, int) else notice_ids
        return any([self._deliveries.by_hand(number, now) for number in ids])  # noqa: C419 - all of them

    def tell(self, dialogue_id: str, notice: Notice, origin: str, now: datetime) -> bool:
        """
        Put *notice* in the outbox because of *origin* (`digest:2022-W36`), which is no fact and no rung.

        False when it is there already: each cause speaks to each person once. Raises NotKnown('unknown-dialogue').
        """
        with writing(self.engine, now) as connection:
            self._reader.read(connection, dialogue_id, lock=True)
            rows = enqueue.rows_of(dialogue_id, [notice], origin, now)
            return enqueue.put_once(connection, rows) == 1
