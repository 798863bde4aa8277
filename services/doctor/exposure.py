"""Exposure checks: what others could read or reach of this installation, and countries whose days off are unknown."""

import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from config.file_permissions import LOGIN_FILE, PRIVATE
from config.settings import Settings
from services.checkpoints import signing_key_file
from services.doctor.findings import Finding
from services.house import House
from services.secret_encryption import key_file
from states.model.calendar import known_countries

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PROBE_SECONDS = 5
Findings = Iterator[Finding]
_OK = 200


def check_readable(settings: Settings) -> Findings:
    """Whether others on this machine may read what names, addresses and words of people lie in."""
    open_ones = [place for place in _kept_files(settings) if place.exists() and _is_open(place)]
    for place in open_ones:
        said = f"others on this machine may read {place}"
        yield Finding("privacy", "warn", said, advice=f"chmod -R go= '{place}'")
    if not open_ones:
        yield Finding("privacy", "ok", "nobody else on this machine may read what is kept")


def _kept_files(settings: Settings) -> Iterator[Path]:
    if file := settings.sqlite_file:
        yield from (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm"))
    if settings.channel == "maildir":
        yield settings.maildir
    yield from (key_file(settings), signing_key_file(settings))
    yield settings.prefect.home
    yield from (settings.prefect.home / name for name in (LOGIN_FILE, "prefect.db"))


def _is_open(place: Path) -> bool:
    return bool(stat.S_IMODE(place.stat().st_mode) & PRIVATE)


def check_reachable(settings: Settings) -> Findings:
    """Whether what is served here is served to others in the clear."""
    safe = (settings.base_url or "").startswith("https://")
    if settings.portal.host not in _HERE and not safe:
        said = f"are served on {settings.portal.host} without TLS: who listens in comes in"
        advice = "put a proxy with TLS before them: WEERKLANK_BASE_URL=https://…, WEERKLANK_PORTAL_HOST=127.0.0.1"
        yield Finding("pages", "bad", said, advice=advice)
    if settings.prefect.host not in _HERE and settings.prefect.api_url is None:
        said = f"is served on {settings.prefect.host} without TLS: its password passes in the clear"
        advice = "set WEERKLANK_PREFECT_HOST to 127.0.0.1, and come to it by a tunnel or a proxy"
        yield Finding("prefect", "warn", said, advice=advice)


def check_closed(settings: Settings) -> Findings:
    """Whether the Prefect server that answers asks who is there."""
    if _ask(f"{settings.prefect.api}/admin/version") == _OK:
        said = "lets in whoever reaches it: it asks for no password"
        advice = "start it with 'weerklank up', or set PREFECT_SERVER_API_AUTH_STRING where it runs"
        yield Finding("prefect", "bad", said, advice=advice)


def _ask(address: str) -> int | None:
    """The status with which *address* answers to somebody without a password, None when nothing answers."""
    try:
        with urllib.request.urlopen(address, timeout=_PROBE_SECONDS) as answer:  # noqa: S310 - http or https, by its type
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except (OSError, ValueError):
        return None


def check_calendars(house: House) -> Findings:
    """Which programmes stand in a country of whose holidays nothing is known."""
    for row in house.ledger.programmes():
        if row.programme.country not in known_countries():
            said = f"of {row.programme.country} no holidays are known: in {row.programme.id} only weekends are free"
            advice = "name them in the policy of the programme"
            yield Finding("calendar", "warn", said, advice=advice)
