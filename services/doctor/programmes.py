"""Programme checks: rules that came since, a key that is lost, alerts that nobody hears."""

from datetime import datetime, timedelta

from notifications.language.words import word
from records.access.accounts import Account, every_account
from records.dialogues.duty_queries import alerting
from records.dialogues.readers import unknown_readers
from records.journal.checkpoints.stamps import unstamped_since
from services.checkpoints import key_trouble
from services.doctor.findings import Finding, Findings
from services.doctor.outdated_programmes import check_outdated
from services.house import House
from services.secret_encryption import KeyLost, key_file, unlock
from states.language.languages import LANGUAGES, SOURCE
from states.steps.people.contact_ways import unheard_roles

_LONG = timedelta(hours=3)
"""How long a stamp may take before somebody should look."""


def check_rules(house: House, now: datetime) -> Findings:
    """What the programmes of *house* lack at *now* (aware UTC), one finding each."""
    yield from check_outdated(house, now)
    yield from check_paused(house)
    yield from check_alerts(house)
    yield from check_languages(house)
    yield from check_key(house)
    yield from check_checkpoints(house)
    yield from check_stamps(house, now)


def check_paused(house: House) -> Findings:
    """Which programmes are paused: nobody should forget it, and no year be missed for it."""
    for row in house.ledger.programmes():
        if row.paused is not None:
            who = f"{row.programme.id} is paused (by: {row.paused.by})"
            said = f"{who}: no new edition opens; what is owed goes on"
            advice = f"weerklank programme resume {row.programme.id}"
            yield Finding("programmes", "warn", said, row.paused.since, advice)


def check_alerts(house: House) -> Findings:
    """
    The roles whose alerts reach nobody, because nobody up their chain reads mail: said once for each programme.

    Asked of each newest edition, and of each earlier one that still owes something: what failed for good is known by
    edition. Source: rules 44, the last alert about an alert ends here.
    """
    said = set[tuple[str, str]]()
    for name in alerting(house.engine):
        dialogue = house.ledger.read(name)
        for role in unheard_roles(dialogue):
            if (dialogue.programme.id, role) not in said:
                said.add((dialogue.programme.id, role))
                yield _unheard_alerts(name, role)


def _unheard_alerts(name: str, role: str) -> Finding:
    who = word("role", role, SOURCE)
    said = (
        f"{name}: alerts to the {who} reach nobody: neither they nor anybody above them reads mail"
    )
    advice = "record addresses that work: weerklank programme apply FILE"
    return Finding("roles", "bad", said, advice=advice)


def check_languages(house: House) -> Findings:
    """How many participants of an edition read a language that the house does not write: they get English."""
    for row in unknown_readers(house.engine, LANGUAGES):
        who = "1 participant reads" if row.number == 1 else f"{row.number} participants read"
        said = f"{row.dialogue_id}: {who} '{row.language}', in which we do not write; English goes to them"
        advice = f"there are {', '.join(LANGUAGES)}: weerklank act {row.dialogue_id} change-contact"
        yield Finding("programmes", "warn", said, advice=advice)


def check_key(house: House) -> Findings:
    """How many accounts have a code that the file with the key opens no more."""
    lost = sum(not _opens(house, account) for account in every_account(house.engine))
    if lost:
        said = f"{lost} of those who sign in cannot use their codes: {key_file(house.settings)} is lost or another one"
        advice = "put the copy of it back, or make each a new one-time link: weerklank sign-in"
        yield Finding("privacy", "bad", said, advice=advice)


def check_checkpoints(house: House) -> Findings:
    """Whether checkpoints of the journal can go on: letters carry them, and whoever keeps those counts on it."""
    if trouble := key_trouble(house.engine, house.settings):
        yield Finding("journal", "bad", "no more checkpoints are made", advice=trouble)


def check_stamps(house: House, now: datetime) -> Findings:
    """Whether the authority that the settings name stamps checkpoints."""
    if house.settings.timestamp_url is None:
        return
    since = unstamped_since(house.engine)
    if since is not None and now - since > _LONG:
        said = "the time-stamping authority stamps no checkpoints; it is asked every hour"
        yield Finding("journal", "warn", said, since=since, advice="see WEERKLANK_TIMESTAMP_URL")


def _opens(house: House, account: Account) -> bool:
    try:
        unlock(house.settings, account.code_secret, f"{account.role}@{account.programme_id}")
    except KeyLost:
        return False
    return True
