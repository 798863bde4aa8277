"""Machine site: the folders and addresses of one machine on which all runs, and what its processes are told."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings, load_settings, variables
from flows.machine import server
from flows.machine.processes import free_port
from flows.machine.server import ServerAddress
from services.backup.machine_lock import LEASH, UP_LOCK

_ORPHANS_END = 60.0  # seconds: they see it within one and end within fifteen, on a machine that has time for them
_LOOK_EVERY = 0.1
_TWO = "Stop that one first, or give this one a folder of its own: WEERKLANK_PREFECT_HOME."


class AlreadyRunning(Exception):
    """Another `weerklank up` uses the same folder."""


class CannotListen(Exception):
    """
    The address or the port of a service is not to be had here.

    The pages take no other port than theirs: people and proxies know them by that very one.
    """


@dataclass(frozen=True)
class MachineSite:
    """What the services of one `weerklank up` share."""

    settings: Settings

    @cached_property
    def home(self) -> Path:
        """The folder of Prefect, which nobody else may read."""
        return self.settings.prefect.home.expanduser().absolute()

    @cached_property
    def own(self) -> ServerAddress | None:
        """The Prefect server that is started here; None when one elsewhere is used."""
        wish = self.settings.prefect
        if wish.api_url is not None:
            return None
        return ServerAddress(
            wish.host, _free_port(wish.host, wish.port, "WEERKLANK_PREFECT"), self.home
        )

    @property
    def pages(self) -> tuple[str, int]:
        """Where the portal listens: host and port."""
        wish = self.settings.portal
        return wish.host, wish.port

    def require_port(self) -> None:
        """Raise CannotListen when the portal cannot."""
        host, port = self.pages
        if _free_port(host, port, "WEERKLANK_PORTAL") != port:
            raise CannotListen(
                f"Port {port} on {host}, where the pages should be, is taken by another program. "
                "Stop that one, or give the pages another: WEERKLANK_PORTAL_PORT."
            )

    @property
    def api(self) -> str:
        """The API that the flows talk to."""
        return self.own.api if self.own else self.settings.prefect.api

    @cached_property
    def environment(self) -> dict[str, str]:
        """What every process of this site is told."""
        return self._prefect() | variables_for(self.told)

    @property
    def told(self) -> Settings:
        """The settings that the processes are told: with the port that Prefect really got."""
        if self.own is None:
            return self.settings
        prefect = self.settings.prefect.model_copy(update={"port": self.own.port})
        return self.settings.model_copy(update={"prefect": prefect})

    def _prefect(self) -> dict[str, str]:
        if self.own is not None:
            return server.environment(self.own)
        return {**os.environ, "PREFECT_API_URL": self.api, "PREFECT_HOME": str(self.home)}

    def log(self, name: str) -> Path:
        """The file that the process *name* writes its words to."""
        return self.home / "logs" / f"{name}.log"

    @cached_property
    def leash(self) -> int:
        """A file descriptor that every child keeps open: its lock is free when none of them is left."""
        return os.open(self.home / LEASH, os.O_RDWR | os.O_CREAT, 0o600)

    @contextmanager
    def alone(self, say: Callable[[str], None]) -> Iterator[None]:
        """
        Keep a second `weerklank up` out of this folder, and wait for the end of what a killed one left.

        Raises AlreadyRunning.
        """
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.home / UP_LOCK).open("w") as lock:
            if not _is_locked(lock.fileno()):
                raise AlreadyRunning(f"Weerklank runs already in {self.home}. {_TWO}")
            try:
                self._outlive_orphans(say)
                yield
            finally:
                os.close(self.leash)

    def _outlive_orphans(self, say: Callable[[str], None]) -> None:
        until = time.monotonic() + _ORPHANS_END
        if not _is_locked(self.leash):
            say("The last 'weerklank up' was killed; waiting for what it started to end …")
        while not _is_locked(self.leash):
            if time.monotonic() > until:
                raise AlreadyRunning(
                    f"Something that a killed 'weerklank up' started in {self.home} still runs. "
                    "End it (ps ax | grep -e flows -e portal.server), then try again."
                )
            time.sleep(_LOOK_EVERY)


def _free_port(host: str, wished: int, variables: str) -> int:
    try:
        return free_port(host, wished)
    except OSError as error:
        raise CannotListen(
            f"Nothing can listen on port {wished} of {host}: {error.strerror}. "
            f"{variables}_HOST is an address of this machine, {variables}_PORT is above 1023."
        ) from None


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def variables_for(settings: Settings) -> dict[str, str]:
    """The variables that make another process load the same *settings*: those that its environment does not say."""
    inherited = load_settings()
    said = {}
    for variable, path in variables().items():
        value = _at(settings, path)
        if value != _at(inherited, path) and value is not None:
            said[variable] = _content(value)
    return said


def _at(settings: Settings, path: tuple[str, ...]) -> object:
    return reduce(getattr, path, settings)


def _content(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return " ".join(map(_content, value))
    return str(value)
