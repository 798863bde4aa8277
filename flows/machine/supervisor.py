"""
Process supervisor (`weerklank up`): the database, the Prefect server, the schedules and the flow runner.

Nothing is restarted in silence: when a service ends by itself, everything stops and says so.
"""

import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from urllib.parse import urlsplit

from config.settings import Settings
from flows.machine.password import login_file
from flows.machine.processes import Child, is_open, start, stop
from flows.machine.server import answers, start_server
from flows.machine.site import AlreadyRunning, CannotListen, MachineSite
from records.migrate import upgrade

Say = Callable[[str], None]
Prepare = Callable[[], None]
LOOK_EVERY = 0.2  # seconds
_ROOM = 1_000_000  # bytes; with less, whatever a service says last is about something else
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Service:
    """One line of the table: how to start something, when it is healthy, and what to tell of it."""

    name: str
    start: Callable[[MachineSite], Child]
    healthy: Callable[[MachineSite, Child], bool]
    where: Callable[[MachineSite], str]
    patience: float
    """Seconds that it may take to become healthy."""
    wanted: Callable[[MachineSite], bool] = lambda _: True


def _start_prefect(site: MachineSite) -> Child:
    if site.own is None:
        raise AssertionError(site.api)
    return start_server(site.own, site.log("prefect-server"), keep=[site.leash])


def _start_runner(site: MachineSite) -> Child:
    alone = ["alone"] if site.own else []
    ready = str(site.home / "runner.ready")
    return _start(site, "Flow runner", "flows.runner", [ready, *alone], "flow-runner")


def _start(site: MachineSite, name: str, module: str, arguments: list[str], log: str) -> Child:
    return start(name, module, arguments, site.environment, site.log(log), keep=[site.leash])


def _runner_is_ready(site: MachineSite, child: Child) -> bool:
    ready = site.home / "runner.ready"
    return ready.exists() and ready.read_text(encoding="utf-8") == str(child.process.pid)


def _start_portal(site: MachineSite) -> Child:
    demo = ["--demo"] if site.settings.clock_file else []
    arguments = ["--port", str(site.pages[1]), *demo]
    return _start(site, "Pages", "portal.server", arguments, "portal")


def _prefect(site: MachineSite) -> str:
    """Where its pages are, and how to enter: the password itself is no word for a log."""
    if site.own is None:
        return site.api
    return f"{site.own.pages}   (its password stands in {login_file(site.home)})"


def _overview(site: MachineSite) -> str:
    return f"{site.told.prefect.overview}   (what is late, whose turn it is, what comes next)"


def _pages(site: MachineSite) -> str:
    host, port = site.pages
    return f"http://{host}:{port}/demo" if site.settings.clock_file else f"http://{host}:{port}"


SERVICES = (
    Service(
        "Pages",
        _start_portal,
        lambda site, _: is_open(*site.pages),
        _pages,
        patience=120,
    ),
    Service(
        "Prefect",
        _start_prefect,
        lambda site, _: answers(site.api),
        _prefect,
        patience=120,
        wanted=lambda site: site.own is not None,
    ),
    Service(
        "Flow runner",
        _start_runner,
        _runner_is_ready,
        lambda site: f"takes up runs from {site.api}",
        patience=120,
    ),
)
"""Everything that runs, in the order in which it must be healthy: people see the first while the others come up."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(
    settings: Settings,
    *,
    prepare: Prepare | None = None,
    services: Sequence[Service] = SERVICES,
    say: Say = _say,
) -> int:
    """
    Start everything, say where it is, and wait for Ctrl-C; what was started is stopped, and nothing else.

    *prepare* makes the records ready while the first service comes up; by default the tables are brought up to
    date before that.
    Returns 0 when asked to stop, 1 when something did not start or ended by itself.
    Raises what the database says when it cannot be used.
    """
    site = MachineSite(settings)
    try:
        with site.alone(say), _asked_to_end() as ending:
            site.require_port()
            if prepare is None:
                upgrade(settings.database_url)
            say(_line("Records", _records(settings)))
            wanted = [one for one in services if one.wanted(site)]
            return _run(site, wanted, prepare or _nothing, ending, say)
    except (AlreadyRunning, CannotListen) as error:
        say(str(error))
        return 1


def _nothing() -> None:
    """What is left to prepare when the tables are up to date."""


def _run(
    site: MachineSite, services: list[Service], prepare: Prepare, ending: threading.Event, say: Say
) -> int:
    _tell_port(site, say)
    children: list[Child] = []
    try:
        problem = _come_up(site, services, prepare, children=children, ending=ending, say=say)
        if problem is None and not ending.is_set():
            _tell_ready(site, say)
            problem = _wait(children, ending)
        say(problem or "Stopping …")
        return 1 if problem else 0
    finally:
        stop(children)
        say("Everything is stopped.")


def _come_up(
    site: MachineSite,
    services: list[Service],
    prepare: Prepare,
    *,
    children: list[Child],
    ending: threading.Event,
    say: Say,
) -> str | None:
    """Start the first service alone: it has the whole machine until it can be seen. Then all the others at once."""
    for group in filter(None, (services[:1], services[1:])):
        begun = [service.start(site) for service in group]
        children.extend(begun)
        if children == begun:
            prepare()
        for service, child in zip(group, begun, strict=True):
            problem = _healthy(site, service, child, children, ending)
            if problem or ending.is_set():
                return problem
            say(_line(service.name, f"{service.where(site)}   (log: {child.log})"))
    return None


def _healthy(
    site: MachineSite,
    service: Service,
    child: Child,
    children: list[Child],
    ending: threading.Event,
) -> str | None:
    """Wait until *service* is healthy; what is wrong when it does not become so."""
    deadline = time.monotonic() + service.patience
    while not ending.is_set() and not service.healthy(site, child):
        if problem := _first_end(children):
            return problem
        if time.monotonic() > deadline:
            return (
                f"{service.name} is not healthy after {service.patience:.0f} seconds. {_log(child)}"
            )
        ending.wait(LOOK_EVERY)
    return None


def _wait(children: list[Child], ending: threading.Event) -> str | None:
    while not ending.wait(LOOK_EVERY):
        if problem := _first_end(children):
            return problem
    return None


def _first_end(children: list[Child]) -> str | None:
    for child in children:
        if child.ended:
            how = child.process.returncode
            return f"{child.name} ended by itself (status {how}). {_log(child)}"
    return None


def _log(child: Child) -> str:
    full = shutil.disk_usage(child.log.parent).free < _ROOM
    why = f"There is no room left on the disk of {child.log.parent}. " if full else ""
    return f"{why}Its last words, from {child.log}:\n{child.last_words()}"


def _tell_port(site: MachineSite, say: Say) -> None:
    wish = site.settings.prefect
    if site.own and site.own.port != wish.port:
        say(
            _line(
                "Prefect",
                f"port {wish.port} is taken by another program, so this gets {site.own.port}",
            )
        )


def _tell_ready(site: MachineSite, say: Say) -> None:
    say(_line("Overview", _overview(site)))
    say(_line("Mail", _mail(site.settings)))
    say("Everything runs. Ctrl-C stops it all.")


def _mail(settings: Settings) -> str:
    if settings.channel == "none":
        return (
            "nothing is sent, because no channel is set: give WEERKLANK_CHANNEL=smtp or maildir. "
            "Nothing is lost; it waits."
        )
    if settings.channel == "maildir":
        return f"into the folder {settings.maildir}"
    return f"over {settings.smtp.host}:{settings.smtp.port}"


def _records(settings: Settings) -> str:
    if settings.sqlite_file:
        return str(settings.sqlite_file)
    address = urlsplit(settings.database_url)
    return f"{address.path.lstrip('/')} on {address.hostname or 'this machine'}"


def _line(name: str, what: str) -> str:
    return f"{name:<12} {what}"


@contextmanager
def _asked_to_end() -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM and a closed terminal set, instead of ending this process at once."""
    ending = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    before = {number: signal.signal(number, end) for number in _ENDINGS}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
