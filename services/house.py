"""Composition root (the house): settings become a database, a ledger and channels, for one round of work."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Engine

from config.clock import utc_now
from config.policies import policy_of
from config.settings import Settings, load_settings
from records.engine.clock_guard import Clock, live_by, require_present
from records.engine.database import connect
from records.engine.errors import DatabaseUnavailable, NoRecords, RecordsError, SchemaOutdated
from records.engine.schema_revision import require_ours, revision
from records.ledger import Ledger
from records.schema.rehearsal_mark import is_rehearsed
from records.work_times import DELIVERY, LETTER, SWEEP, record_work
from states.language.errors import Refused
from states.model.policy import Policy

if TYPE_CHECKING:
    from records.ledger import Receipt
    from records.sweep.sweep import SweepReport
    from services.delivery.digest import DigestReport
    from services.delivery.outbound import Mailroom
    from services.delivery.report import DeliveryReport
    from services.delivery.round import Beat


_log = logging.getLogger(__name__)


@dataclass
class House:
    """
    One open database with everything that works on it; close it, or use it in a `with`.

    Its *engine* carries the clock beyond which nothing is written (`records/engine/clock_guard.py`).
    """

    settings: Settings
    engine: Engine
    mailroom: "Mailroom | None" = None
    """The channels; None: the ones that the settings name."""
    policies: Callable[[Mapping[str, Any]], Policy] = field(default=policy_of)
    is_copy: bool = False
    """Whether its records are a copy for a dry run: what is so there binds nobody."""
    _adopted: bool = field(default=False, init=False)
    """Whether what an earlier version wrote was looked at, once."""

    @cached_property
    def _is_rehearsed(self) -> bool:
        return is_rehearsed(self.engine)

    @cached_property
    def ledger(self) -> Ledger:
        """The one door for change."""
        return Ledger(self.engine, self.policies)

    def open_due_editions(self, now: datetime) -> "list[Receipt]":
        """Open every edition whose moment has come by *now* (aware UTC); a second time opens nothing."""
        return self.ledger.open_due_editions(now)

    def sweep(self, now: datetime, **pace: Any) -> "SweepReport":  # noqa: ANN401 - `chunk`, `pause_seconds`
        """Let time act up to *now* (aware UTC) on every duty, and record that it did."""
        from records.sweep.sweep import sweep  # noqa: PLC0415 - most commands never sweep

        if not self._adopted:
            from records.delivery.written_words import adopt_written  # noqa: PLC0415 - as above

            adopt_written(self.engine, self.policies, now)
            self._adopted = True
        began = perf_counter()
        report = sweep(self.engine, self.policies, now, **pace)
        told = report.public_part()
        if told.duties or told.failed:
            self._record({SWEEP: (1, perf_counter() - began)})
        self._anchor(now)
        return report

    def _anchor(self, now: datetime) -> None:
        """A checkpoint a day; that none can be made is told by the log, and holds up nothing that is due."""
        if self.is_copy or self._is_rehearsed:
            return
        from services.checkpoints import make_daily  # noqa: PLC0415 - most commands never sweep

        try:
            make_daily(self.engine, self.settings, now)
            if self.settings.timestamp_url is not None:
                from services.witness.time_stamps import stamp_newest  # noqa: PLC0415 - most houses ask for none

                stamp_newest(self.engine, self.settings, now)
        except (RecordsError, OSError) as error:
            _log.warning("no checkpoint of the journal could be made: %s", type(error).__name__)

    def deliver(
        self, now: datetime, *, connections: int | None = None, beat: "Beat | None" = None
    ) -> "DeliveryReport":
        """Send what waits in the outbox at *now* (aware UTC), over so many *connections* (the settings say)."""
        from records.delivery.news import CHANNEL, arrived_by_news  # noqa: PLC0415 - most commands never send
        from services.checkpoints import newest_anchor  # noqa: PLC0415 - most commands never send
        from services.delivery.direct_mail import send_direct_mail  # noqa: PLC0415 - most commands never send
        from services.delivery.round import deliver  # noqa: PLC0415

        require_present(self.engine, now)
        mailroom = replace(self.find_mailroom(), anchor=newest_anchor(self.engine))
        send_direct_mail(self.engine, self.ledger, mailroom, now)
        began = perf_counter()  # a mail to a confidant shows in no figure
        at_once = connections or mailroom.connections
        report = deliver(self.engine, self.ledger, mailroom, now, connections=at_once, beat=beat)
        for number in arrived_by_news(self.engine, self.policies, now):
            self.ledger.record_delivered(number, CHANNEL, now)
        took, told = perf_counter() - began, report.public_part()
        self._record({DELIVERY: (int(told.handled > 0), took), LETTER: (told.sent, took)})
        return report

    def _record(self, times: dict[str, tuple[int, float]]) -> None:
        """Count how long work took; that it cannot be counted undoes none of it."""
        with suppress(RecordsError):
            record_work(self.engine, times)

    def find_mailroom(self) -> "Mailroom":
        """The channels that mail leaves by; what a rehearsal made up goes over none that reaches people."""
        from services.delivery.outbound import Mailroom  # noqa: PLC0415 - most commands never send

        if self.mailroom is not None:
            return self.mailroom
        if reaches_people(self.settings) and self._is_rehearsed:
            raise Refused("rehearsed")
        return Mailroom.of(self.settings)

    def send_digest(self, programme_id: str, now: datetime) -> int:
        """Put this week's overview for the manager in the outbox, once; the number of overviews written."""
        from services.delivery.digest import send_digest  # noqa: PLC0415 - once a week

        return send_digest(self.ledger, programme_id, now)

    def send_digests(
        self, zone_name: str, now: datetime, beat: Callable[[int], None]
    ) -> "DigestReport":
        """The same for every programme of the zone *zone_name*, in batches of which *beat* is told."""
        from services.delivery.digest import send_digests  # noqa: PLC0415 - once a week

        return send_digests(self.ledger, zone_name, now, beat)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def reaches_people(settings: Settings) -> bool:
    """Whether what is sent leaves this machine."""
    return settings.channel == "smtp" or bool(settings.chat_urls)


def open_house(
    settings: Settings | None = None,
    *,
    mailroom: "Mailroom | None" = None,
    durable: bool = True,
    new: bool = True,
    clock: Clock | None = utc_now,
) -> House:
    """
    The house of *settings* (default: of the environment), ready for use.

    A new SQLite file gets its tables at once; on PostgreSQL that is left to whoever runs `weerklank db upgrade`.
    *durable* False is for simulations whose database is thrown away. *new* False is for time, which acts unasked: a
    file that is gone must not pass for a house in which nothing is due. Nothing is written beyond the *clock*; a
    rehearsal has none, nor has whoever lives by the clock file of a demonstration: their time is their own.
    Raises SettingsUnfit, DatabaseUnavailable (NoRecords), SchemaOutdated when there are no tables or older ones, or
    SchemaNewer.
    """
    settings = settings or load_settings()
    _require_file(settings, new=new)
    engine = connect(settings.database_url, durable=durable)
    try:
        _require_tables(settings, engine, new=new)
    except RecordsError:
        engine.dispose()
        raise
    live_by(engine, None if settings.clock_file else clock)
    return House(settings, engine, mailroom)


def _require_file(settings: Settings, *, new: bool) -> None:
    """A *new* file of records is for whoever made it, and for nobody else on the machine."""
    file = settings.sqlite_file
    if file is None or file.exists():
        return
    if not new:
        message = f"There is no database file {file}."
        raise NoRecords(message)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        message = f"The database file {file} cannot be made: {error.strerror}."
        raise DatabaseUnavailable(message) from None


def _require_tables(settings: Settings, engine: Engine, *, new: bool) -> None:
    found = _revision(engine)
    if found is None:
        _first_use(settings, engine, new=new)
    else:
        require_ours(found)


def _revision(engine: Engine) -> str | None:
    try:
        return revision(engine)
    except SchemaOutdated:
        return None


def _first_use(settings: Settings, engine: Engine, *, new: bool) -> None:
    if engine.dialect.name != "sqlite":
        message = "The database holds no tables yet."
        raise SchemaOutdated(message)
    if not new:
        message = f"The database file {settings.sqlite_file} holds no tables."
        raise NoRecords(message)
    from records.migrate import upgrade  # noqa: PLC0415 - half a second, once in the life of a file

    upgrade(settings.database_url)
