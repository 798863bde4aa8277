"""Web server: the pages for this machine, by one process or several; a proxy with TLS stands before it for others."""

import argparse
import sys
from urllib.parse import urlsplit

from config import logs
from config.file_permissions import keep_private
from config.settings import Settings, SettingsUnfit, load_settings
from portal import process_group
from portal.http.figure_files import take_room
from portal.process_group import Inherited
from services.parent_watchdog import end_with_parent


def run(settings: Settings, *, demo: bool = False, inherited: Inherited | None = None) -> int:
    """
    Serve the pages of *settings* until this process is asked to end; 0 then, 1 when they do not stay.

    On the host of the settings, 127.0.0.1 unless they say otherwise, by as many processes as they say; *inherited* is
    what one of several got. *demo* adds the pages of the demonstration, and waits until its clock is set. Raises what
    the database says, and SettingsUnfit when others could listen in.
    """
    _require_tls(settings)
    if settings.portal.processes == 1 or inherited is not None:
        take_room()
        from portal.worker import work  # noqa: PLC0415 - who only hands connections over stays small

        work(settings, demo=demo, inherited=inherited)
        return 0
    place = settings.portal
    arguments = ["--port", str(place.port), *(["--demo"] if demo else [])]
    command = [sys.executable, "-m", "portal.server", *arguments]
    try:
        return process_group.serve(place.host, place.port, place.processes, command)
    except OSError as error:
        sys.stderr.write(f"Nothing can listen on port {place.port} of {place.host}: {error}\n")
        return 1


def _require_tls(settings: Settings) -> None:
    """Without TLS anybody on the way could come in with what they overhear: only this machine may do without."""
    address = urlsplit(settings.base_url or "http://127.0.0.1")
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost", "::1"}:
        what = "must begin with https:// unless the pages are for this machine alone"
        raise SettingsUnfit([f"WEERKLANK_BASE_URL: '{settings.base_url}' {what}"])


def main() -> None:
    """Serve as a process of its own: `python -m portal.server --port 8420 [--demo]`."""
    given = argparse.ArgumentParser(prog="portal.server", allow_abbrev=False)
    given.add_argument("--port", type=int)
    given.add_argument("--demo", action="store_true")
    given.add_argument("--inherited", type=Inherited.of_text, help=argparse.SUPPRESS)
    wish = given.parse_args()
    keep_private()
    end_with_parent()
    settings = load_settings()
    logs.configure(settings.log_level)
    place = settings.portal.model_copy(update={"port": wish.port or settings.portal.port})
    told = settings.model_copy(update={"portal": place})
    sys.exit(run(told, demo=wish.demo, inherited=wish.inherited))


if __name__ == "__main__":
    main()
