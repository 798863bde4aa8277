"""What programmes want to be watched over: rules that came since, a key that is lost, alerts that nobody hears."""

from datetime import datetime

from config.findings import Finding, Findings
from config.locking import KeyLost, key_file, opened
from config.outdated import outdated
from config.wiring import House
from notifications.words import word
from records.access_accounts import Account, every_account
from states.ways import unheard_roles


def wanting(house: House, now: datetime) -> Findings:
    """What the programmes of *house* lack at *now* (aware UTC), one finding each."""
    yield from outdated(house, now)
    yield from unheard(house)
    yield from lost_key(house)


def unheard(house: House) -> Findings:
    """
    The roles of each newest edition whose alerts reach nobody, because nobody up their chain reads mail.

    Source: rulings 8 and trust 7, the last alert about an alert ends here.
    """
    for row in house.ledger.programmes():
        for name in house.ledger.dialogue_ids(row.programme.id)[-1:]:
            for role in unheard_roles(house.ledger.read(name)):
                who = word("role", role, "en")
                said = f"{name}: alerts to the {who} reach nobody: neither they nor anybody above them reads mail"
                advice = "record addresses that work: weerklank programme apply FILE"
                yield Finding("roles", "bad", said, advice=advice)


def lost_key(house: House) -> Findings:
    """How many accounts have a code that the file with the key opens no more."""
    lost = sum(not _opens(house, account) for account in every_account(house.engine))
    if lost:
        said = f"{lost} of those who sign in cannot use their codes: {key_file(house.settings)} is lost or another one"
        advice = "put the copy of it back, or make each a new one-time link: weerklank sign-in"
        yield Finding("privacy", "bad", said, advice=advice)


def _opens(house: House, account: Account) -> bool:
    try:
        opened(house.settings, account.code_secret, f"{account.role}@{account.programme_id}")
    except KeyLost:
        return False
    return True
