"""Ways out: by which of its settings this installation hands people's data to a machine that is not its own."""

from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from config.setting_values import THIS_MACHINE
from config.settings import Settings
from services.processing.company_file import CompanyFile, DataWay, Recipient, read_company_file


class WayOut(NamedTuple):
    """A way that is in use: to which *host*, and what the company wrote of it; None: nothing yet."""

    way: DataWay
    host: str
    row: Recipient | None


def ways_out(settings: Settings, company: CompanyFile) -> list[WayOut]:
    """Each way by which data leaves this machine, as *settings* say, beside its row of *company*; the machine last."""
    hosts = {
        DataWay.EMAIL: (settings.smtp.host or "") if settings.channel == "smtp" else "",
        DataWay.DATABASE: make_url(settings.database_url).host or "",
        DataWay.PREFECT: urlsplit(settings.prefect.api).hostname or "",
    }
    found = [WayOut(w, h, company.ways.get(w)) for w, h in hosts.items() if h and h not in _HERE]
    if settings.chat_urls:
        found.append(WayOut(DataWay.CHAT, "", company.ways.get(DataWay.CHAT)))
    return [*found, WayOut(DataWay.HOSTING, "", company.ways.get(DataWay.HOSTING))]


_HERE = THIS_MACHINE | {"0.0.0.0", "::"}  # noqa: S104 - where a server listens, not where we listen


class Gaps(NamedTuple):
    """Which ways are in use without a row, and which under a contract that is over."""

    unfilled: tuple[DataWay, ...]
    ended: tuple[DataWay, ...]


def gaps(settings: Settings, today: date) -> Gaps:
    """
    What the record lacks on *today* for the ways in use; where the machine stands is asked of no one who sends nothing.

    Raises CompanyFileUnfit when the company's file cannot be used.
    """
    used = ways_out(settings, read_company_file(settings.privacy_record))
    asked = [one for one in used if one.way is not DataWay.HOSTING]
    ended = (one.way for one in used if one.row and one.row.has_ended(today))
    return Gaps(tuple(one.way for one in asked if one.row is None), tuple(ended))
