"""Health check: is everything that must run running, and since when? For `weerklank doctor` and a health page."""

import os
import urllib.request
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from config.settings import Settings, unknown_variables
from notifications.channels.channels import PassingFailure
from records import migrate, queries, run_history
from records.access import retaliation_reports
from records.delivery import returned_mail
from records.engine.database import connect
from records.engine.errors import NoRecords, RecordsError
from records.journal import journal
from services.doctor import exposure, programmes, recipients, watchmen
from services.doctor.findings import Finding, Findings, guard
from services.house import House
from states.model.people import Role

SWEEP_LATE = timedelta(hours=1)
SWEEP_SILENT = timedelta(days=1)
NOTICE_LATE = timedelta(hours=1)
_PROBE_SECONDS = 5
__all__ = ["Finding", "examine"]


def examine(settings: Settings, now: datetime) -> list[Finding]:
    """Look at everything at *now* (aware UTC). Never raises: what cannot be looked at is a finding too."""
    return [
        *_settings(),
        *guard("privacy", lambda: exposure.check_readable(settings)),
        *guard("pages", lambda: exposure.check_reachable(settings)),
        *guard("database", lambda: _database(settings, now)),
        *guard("mail", lambda: _mail(settings)),
        *guard("prefect", lambda: _prefect(settings)),
        *guard("prefect", lambda: exposure.check_closed(settings)),
        *guard("processing", lambda: recipients.check_recorded(settings, now)),
    ]


def _no_file(file: Path) -> Finding:
    if not _writable(file.parent):
        said = f"the file {file} cannot be made"
        return Finding("database", "bad", said, advice="check WEERKLANK_DATABASE_URL")
    return Finding("database", "bad", f"there is none at {file}", advice=NoRecords.advice)


def _writable(folder: Path) -> bool:
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK)


def _database(settings: Settings, now: datetime) -> Findings:
    file = settings.sqlite_file
    if file is not None and not file.exists():
        yield _no_file(file)
    else:
        yield from _open(settings, now)


def _open(settings: Settings, now: datetime) -> list[Finding]:
    engine = connect_quietly(settings)
    if engine is None:
        said = "cannot be used: the address or its folder is wrong"
        return [Finding("database", "bad", said, advice="check WEERKLANK_DATABASE_URL")]
    try:
        tables = guard("database", lambda: _tables(settings))
        well = all(finding.state != "bad" for finding in tables)
        return [*tables, *_records(House(settings, engine), now)] if well else tables
    finally:
        engine.dispose()


def connect_quietly(settings: Settings) -> Engine | None:
    """An engine for the database, None when its address cannot even be tried."""
    try:
        return connect(settings.database_url)
    except (RecordsError, OSError):
        return None


def _settings() -> Findings:
    from config.setting_report import near_variable  # noqa: PLC0415 - only when something was misspelt

    for name in unknown_variables():
        near = near_variable(name)
        advice = f"do you mean {near}?" if near else "take it away"
        yield Finding("settings", "warn", f"{name} sets nothing", advice=advice)


def _tables(settings: Settings) -> Findings:
    current, wanted = migrate.current(settings.database_url), migrate.head()
    kind = settings.database_url.partition(":")[0].partition("+")[0]
    if current is None:
        yield Finding("database", "bad", "holds no tables yet", advice="weerklank db upgrade")
    elif current != wanted:
        said = f"the tables stand at {current}, this version works with {wanted}"
        yield Finding(
            "database",
            "bad",
            said,
            advice="weerklank db upgrade, with the newest version installed",
        )
    else:
        yield Finding("database", "ok", f"{kind} answers, tables up to date ({current})")


def _records(house: House, now: datetime) -> list[Finding]:
    engine = house.engine
    return [
        *guard("calendar", lambda: exposure.check_calendars(house)),
        *guard("database", lambda: _writes(engine)),
        *guard("sweep", lambda: _sweep(house, now)),
        *guard("heartbeat", lambda: watchmen.check_heartbeat(house)),
        *guard("programmes", lambda: programmes.check_rules(house, now)),
        *guard("duties", lambda: _duties(engine)),
        *guard("outbox", lambda: _outbox(engine, now)),
        *guard("journal", lambda: _journal(engine)),
        *guard("confidant", lambda: _confidant(house, now)),
    ]


def _writes(engine: Engine) -> Findings:
    """Reading may go well where nothing can be written: a copy, a standby, a file of somebody else."""
    run_history.require_writable(engine)
    yield from ()


def _sweep(house: House, now: datetime) -> Findings:
    last = queries.last_sweep(house.engine, now)
    how = "every 15 minutes: weerklank up, the workers of a pool, or weerklank sweep from cron"
    if not house.ledger.programmes():
        yield Finding("sweep", "ok", "there is nothing to sweep yet: no programmes")
    elif last is None:
        yield Finding("sweep", "bad", "has never run: nobody is reminded of anything", advice=how)
    elif now - last.began_at > SWEEP_SILENT:
        yield Finding(
            "sweep", "bad", "does not run: nobody is reminded of anything", last.began_at, how
        )
    elif now - last.began_at > SWEEP_LATE:
        yield Finding("sweep", "warn", "is late", last.began_at, how)
    else:
        yield Finding("sweep", "ok", "runs; the last one was at", last.began_at)


def _duties(engine: Engine) -> Findings:
    for one in queries.poisoned_duties(engine):
        said = f"the sweep cannot act on {one.name} of {one.dialogue_id} ({one.error})"
        yield Finding(
            "duties", "bad", said, one.error_at, "tell a programmer; all other duties go on"
        )
    for row in queries.stuck_duties(engine):
        yield Finding(
            "duties",
            "bad",
            f"time will never act on {row.duty.name} of {row.dialogue_id}: the database was changed by hand",
        )


def _outbox(engine: Engine, now: datetime) -> Findings:
    waits = queries.waiting(engine)
    late = waits.oldest is not None and now - waits.oldest > NOTICE_LATE
    if late:
        why = queries.waits_because(engine)
        said = f"{_messages(waits.pending)} not sent{f' ({why})' if why else ''}"
        yield Finding("outbox", "bad", said, waits.oldest, "weerklank deliver")
    else:
        since = waits.oldest if waits.oldest and waits.oldest <= now else None
        first = ", the first one written" if since else ""
        morning = " with a morning's letters" if waits.oldest and not since else ""
        said = f"{_messages(waits.pending)} to be sent{first}{morning}"
        yield Finding("outbox", "ok", said, since)
    if waits.by_hand:
        said = f"{_messages(waits.by_hand)} to be given by hand"
        yield Finding("outbox", "warn", said, advice="weerklank by-hand list")
    if waits.failed:
        said = f"{_messages(waits.failed)} could not be delivered"
        yield Finding("outbox", "warn", said, advice="the manager was told, or the next role up")
    if unread := returned_mail.how_many_unread(engine):
        said = f"{_messages(unread)} of which something came back that a person must read"
        yield Finding("bounces", "warn", said, advice="weerklank bounces --unread")
    if unheard := returned_mail.unheard_alerts(engine):
        said = (
            f"{unheard} of them told a role that something did not arrive: their addresses fail too"
        )
        advice = "record addresses that work: weerklank programme apply FILE"
        yield Finding("outbox", "bad", said, advice=advice)


def _messages(number: int) -> str:
    return "1 message" if number == 1 else f"{number} messages"


def _journal(engine: Engine) -> Findings:
    breaks = journal.verify(engine)
    for one in breaks:
        said = f"{one.dialogue_id}: entry {one.seq} {one.what}"
        yield Finding(
            "journal",
            "bad",
            said,
            advice="somebody changed the database by hand: ask who, restore a backup",
        )
    if not breaks:
        yield Finding("journal", "ok", "every chain of hashes is unbroken")


def _confidant(house: House, now: datetime) -> Findings:
    """Whether reports of retaliation are heard: in numbers alone, and silent while all is well."""
    found = retaliation_reports.missed_reports(house.engine, now, NOTICE_LATE)
    if found.untold:
        said = f"{_messages(found.untold)} to a confidant did not arrive"
        advice = "name a confidant with a working address, outside the manager's line"
        yield Finding("confidant", "bad", said, found.untold_since, advice)
    if found.left_lying:
        said = f"{found.left_lying} waited longer than two working days for a reaction"
        advice = "speak to the confidant, and to nobody in the manager's line"
        yield Finding("confidant", "bad", said, advice=advice)
    nobody = sum(Role.CONFIDANT not in row.programme.roles for row in house.ledger.programmes())
    if nobody:
        said = f"{nobody} of the programmes name no confidant: nobody there can report retaliation"
        yield Finding("confidant", "warn", said, advice="name one: weerklank programme apply FILE")


def _mail(settings: Settings) -> Findings:
    if settings.channel == "none":
        advice = "set WEERKLANK_CHANNEL to smtp or maildir"
        yield Finding("mail", "bad", "no mail leaves this machine", advice=advice)
    elif settings.channel == "maildir":
        yield _maildir(settings)
    else:
        yield _smtp(settings)
        if "@localhost" in settings.sender:
            said = "mail comes from an address nobody can answer"
            yield Finding("mail", "warn", said, advice="set WEERKLANK_SENDER")
        if settings.bounce_address is None:
            said = "what does not arrive comes back to bounces+…@ the domain of WEERKLANK_SENDER"
            advice = (
                "see that weerklank bounces reads that mailbox, or set WEERKLANK_BOUNCE_ADDRESS"
            )
            yield Finding("bounces", "ok", said, advice=advice)


def _maildir(settings: Settings) -> Finding:
    folder = settings.maildir
    if _writable(folder):
        return Finding("mail", "ok", f"goes into the folder {folder}")
    said = f"the folder {folder} cannot be written to"
    return Finding("mail", "bad", said, advice="set WEERKLANK_MAILDIR")


def _smtp(settings: Settings) -> Finding:
    from services.delivery.outbound import smtp_of  # noqa: PLC0415 - only for this kind of channel

    where = f"{settings.smtp.host}:{settings.smtp.port}"
    try:
        with closing(smtp_of(settings.smtp)) as server:
            server.knock()
    except PassingFailure as failed:
        said = f"the mail server {where} does not serve us ({failed.reason})"
        return Finding(
            "mail",
            "bad",
            said,
            advice="check WEERKLANK_SMTP_HOST, _PORT, _TLS, _USER and _PASSWORD_FILE",
        )
    return Finding("mail", "ok", f"the mail server {where} answers")


def _prefect(settings: Settings) -> Findings:
    address = f"{settings.prefect.api}/health"
    try:
        with urllib.request.urlopen(address, timeout=_PROBE_SECONDS) as answer:  # noqa: S310 - http or https, by its type
            healthy = answer.status == 200  # noqa: PLR2004 - OK
    except OSError:
        healthy = False
    if healthy:
        late = f"what is late stands at {settings.prefect.overview}"
        yield Finding("prefect", "ok", f"answers at {settings.prefect.api}; {late}")
    else:
        advice = "weerklank up; without it, run sweep and deliver from cron"
        yield Finding(
            "prefect", "warn", f"does not answer at {settings.prefect.api}", advice=advice
        )
