"""Prefect server: the one of this machine; where it lives, how it is hardened, when it is healthy."""

import os
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.file_permissions import keep_private
from config.settings import load_settings
from flows.machine.host_guard import guard_host, own_names
from flows.machine.password import CLIENT, SERVER, login
from flows.machine.prefect_pages import complete_pages, leave_out_newer_pages
from flows.machine.processes import Child, start
from services.parent_watchdog import end_with_parent

_HEALTH_TIMEOUT = 3.0  # seconds


@dataclass(frozen=True)
class ServerAddress:
    """Where a server of our own lives."""

    host: str
    port: int
    home: Path

    @property
    def pages(self) -> str:
        """The address for people."""
        return f"http://{self.host}:{self.port}"

    @property
    def api(self) -> str:
        """The address for programs."""
        return f"{self.pages}/api"


def environment(place: ServerAddress, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    The environment of everything that belongs to the server at *place*.

    From *given* (default: of this process) nothing of another Prefect comes along: no profile, no key, no home.
    """
    kept = {
        name: value
        for name, value in (os.environ if given is None else given).items()
        if not name.startswith("PREFECT_")
    }
    return kept | _home(place) | _login(place) | _ways(place) | _SILENCE | _SERVICES


def _login(place: ServerAddress) -> dict[str, str]:
    """The server asks for it; programs of this site send it."""
    return dict.fromkeys((SERVER, CLIENT), login(place.home))


def _home(place: ServerAddress) -> dict[str, str]:
    return {
        "PREFECT_HOME": str(place.home),
        "PREFECT_PROFILES_PATH": str(place.home / "profiles.toml"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{place.home / 'prefect.db'}",
        # Its pages are unpacked here: beside the programs, whoever runs them may not write.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(place.home / "ui"),
    }


def _ways(place: ServerAddress) -> dict[str, str]:
    """How programs and browsers reach it; the pages call port 4200 unless they are told."""
    return {
        "PREFECT_API_URL": place.api,
        "PREFECT_UI_API_URL": place.api,
        "PREFECT_UI_URL": load_settings().prefect.ui_url or place.pages,
        "PREFECT_SERVER_API_HOST": place.host,
        "PREFECT_SERVER_API_PORT": str(place.port),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"{place.pages},http://localhost:{place.port}",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    }


_SILENCE = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # The newer pages load an analytics script whatever the settings say; prefect_pages.py leaves them out altogether.
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    "PREFECT_CLI_PROMPT": "false",
}
_SERVICES = {
    # Runs older than 90 days go: four hundred a day would fill the disk of a small machine.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    # Two sweeps: hundreds that are due at once and marked late keep SQLite from what would do them.
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "1800",
}


def start_server(
    place: ServerAddress,
    log: Path,
    extra: Mapping[str, str] | None = None,
    *,
    keep: Sequence[int] = (),
) -> Child:
    """Start a server at *place*; its words go to *log*, *extra* settings come on top, it keeps *keep* open."""
    place.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    words = environment(place) | dict(extra or {})
    arguments = [place.host, str(place.port)]
    return start("Prefect server", "flows.machine.server", arguments, words, log, keep=keep)


def answers(api: str) -> bool:
    """Whether a healthy Prefect server answers at *api*."""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=_HEALTH_TIMEOUT) as answer:  # noqa: S310 - our own http address
            healthy: bool = answer.status == 200  # noqa: PLR2004 - OK
            return healthy
    except (OSError, ValueError):
        return False


def main() -> None:
    """Run `python -m flows.machine.server HOST PORT`: what `prefect server start` does, two seconds sooner."""
    keep_private()
    end_with_parent()
    place = ServerAddress(sys.argv[1], int(sys.argv[2]), Path(os.environ["PREFECT_HOME"]))
    os.environ.setdefault(SERVER, login(place.home))
    import uvicorn  # noqa: PLC0415 - only in this process
    from prefect.server.api.server import create_app  # noqa: PLC0415

    leave_out_newer_pages()
    app = create_app(final=True)
    complete_pages(closed=bool(os.environ.get(SERVER)))
    names = own_names(place.host, load_settings().prefect.names)
    ways = f"{place.pages} ws://{place.host}:{place.port}"
    uvicorn.run(
        guard_host(app, names, ways),
        host=place.host,
        port=place.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
