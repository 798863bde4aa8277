"""Web server (uvicorn): one process on this machine; a proxy with TLS stands before it for everybody else."""

import argparse
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from config import logs
from config.clock import utc_now
from config.file_permissions import keep_private
from config.settings import Settings, SettingsUnfit, load_settings
from portal.app import create_app
from portal.demo.demo_pages import Demo
from portal.enter.rate_limit import HEADER_BYTES, ConnectionLimits, protocol
from portal.health import Watching
from services.house import open_house
from services.parent_watchdog import end_with_parent

_KEEP_ALIVE = 5  # seconds
_LIMITS = ConnectionLimits()


def run(settings: Settings, *, port: int | None = None, demo: bool = False) -> None:
    """
    Serve the pages of *settings* until this process is asked to end.

    *port* (default: of the settings) on the host of the settings, 127.0.0.1 unless they say otherwise. *demo* adds the
    pages of the demonstration, and waits until its clock is set. Raises what the database says, and
    SettingsUnfit when others could listen in.
    """
    _require_tls(settings)
    place = settings.portal.model_copy(update={"port": port or settings.portal.port})
    told = settings.model_copy(update={"portal": place})
    shown = Demo.of(told) if demo else None
    if shown:
        shown.wait()
    with open_house(told) as house:
        clock = shown.now if shown else utc_now
        pages = create_app(house, told, clock=clock, demo=shown)
        uvicorn.Server(_config(Watching(pages, house, clock), told)).run()


def _require_tls(settings: Settings) -> None:
    """Without TLS anybody on the way could come in with what they overhear: only this machine may do without."""
    address = urlsplit(settings.base_url or "http://127.0.0.1")
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost", "::1"}:
        what = "must begin with https:// unless the pages are for this machine alone"
        raise SettingsUnfit([f"WEERKLANK_BASE_URL: '{settings.base_url}' {what}"])


def _config(app: ASGIApp, settings: Settings, limits: ConnectionLimits = _LIMITS) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.portal.host,
        port=settings.portal.port,
        access_log=False,  # it would print the secrets of links; the portal logs rows of its table instead
        log_level="warning",
        server_header=False,
        forwarded_allow_ips="127.0.0.1",
        ws="none",
        http=protocol(limits),
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_keep_alive=_KEEP_ALIVE,
    )


def main() -> None:
    """Serve as a process of its own: `python -m portal.server --port 8420 [--demo]`."""
    given = argparse.ArgumentParser(prog="portal.server", allow_abbrev=False)
    given.add_argument("--port", type=int)
    given.add_argument("--demo", action="store_true")
    wish = given.parse_args()
    keep_private()
    end_with_parent()
    settings = load_settings()
    logs.configure(settings.log_level)
    run(settings, port=wish.port, demo=wish.demo)


if __name__ == "__main__":
    main()
