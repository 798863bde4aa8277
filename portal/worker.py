"""Worker process (uvicorn): makes the pages, alone on its port or for the connections that its group hands over."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import replace

import uvicorn
from starlette.types import ASGIApp

from config.clock import utc_now
from config.settings import Settings
from portal.app import create_app
from portal.demo.demo_pages import Demo
from portal.enter.rate_limit import HEADER_BYTES, ConnectionLimits, protocol
from portal.health import Watching
from portal.process_group import GONE, READY, TAKEN, Inherited
from services.garbage_collection import keep_what_is_loaded
from services.house import open_house
from services.process_locks import LOCKS

_KEEP_ALIVE = 5  # seconds
_LAST_ANSWERS = 8  # seconds that answers may still take when the process is asked to end
_LIMITS = ConnectionLimits()


def work(settings: Settings, *, demo: bool = False, inherited: Inherited | None = None) -> None:
    """Make the pages of *settings* until asked to end, for the connections of *inherited* or of the port."""
    if inherited is not None:
        LOCKS.share(inherited.locks)
    shown = Demo.of(settings) if demo else None
    if shown:
        shown.wait()
    with open_house(settings) as house:
        clock = shown.now if shown else utc_now
        pages = Watching(create_app(house, settings, clock=clock, demo=shown), house, clock)
        keep_what_is_loaded()
        server_of(pages, settings, inherited).run()


def server_of(app: ASGIApp, settings: Settings, inherited: Inherited | None) -> uvicorn.Server:
    """What serves *app*."""
    if inherited is None:
        return uvicorn.Server(config_of(app, settings))
    line = socket.socket(fileno=inherited.line)
    line.settimeout(0)
    limits = replace(_LIMITS.divided_by(inherited.of), left=lambda: _tell(line, GONE))
    return FedServer(config_of(app, settings, limits), line)


def config_of(
    app: ASGIApp, settings: Settings, limits: ConnectionLimits = _LIMITS
) -> uvicorn.Config:
    """How *app* is served, to no more than *limits* at once."""
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
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )


def _tell(line: socket.socket, what: bytes) -> None:
    with suppress(OSError):  # nobody listens any more: this process ends as well
        line.send(what)


class FedServer(uvicorn.Server):
    """Listens nowhere: connections come over *line*; when that ends, so does this."""

    def __init__(self, config: uvicorn.Config, line: socket.socket) -> None:
        super().__init__(config)
        self._line = line
        self._taken: set[asyncio.Task[object]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so."""
        await super().startup(sockets=sockets or [])
        asyncio.get_running_loop().add_reader(self._line, self._take)
        _tell(self._line, READY)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, and end once what is being answered is answered."""
        asyncio.get_running_loop().remove_reader(self._line)
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RD)
        await super().shutdown(sockets=sockets)

    def _take(self) -> None:
        try:
            said, found, _, _ = socket.recv_fds(self._line, 1, 1)
        except BlockingIOError:
            return
        except OSError:  # whoever feeds this one died, and had not heard all that was told
            said, found = b"", []
        if not said:
            asyncio.get_running_loop().remove_reader(self._line)
            self.should_exit = True
            return
        _tell(self._line, TAKEN)
        if found:
            self._begin(socket.socket(fileno=found[0]))
        else:  # all the files that this process may have are open
            _tell(self._line, GONE)

    def _begin(self, made: socket.socket) -> None:
        made.settimeout(0)
        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.connect_accepted_socket(self._answer, made))
        self._taken.add(task)
        task.add_done_callback(self._taken.discard)

    def _answer(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        told = {"server_state": self.server_state, "app_state": self.lifespan.state}
        return kind(config=self.config, **told)  # type: ignore[call-arg] # as uvicorn makes it
