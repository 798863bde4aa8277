"""
Health endpoints: liveness, readiness, and metrics for Prometheus.

Counts and ages only: never a name, an id or a word of anybody. `/readyz` and `/metrics` are for who asks the port
itself; through a proxy they do not exist, so nothing of them is public by accident.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.http.page_times import page_figures
from portal.http.security_headers import guard
from records.engine.errors import RecordsError
from records.engine.schema_revision import REVISION, revision
from records.metrics import Gauges, gauges
from records.work_times import DELIVERY, LETTER, SWEEP, work_times
from services.doctor.health import SWEEP_LATE
from services.house import House

Clock = Callable[[], datetime]
_THROUGH_A_PROXY = ("x-forwarded-for", "forwarded")
_KEEP_NOTHING = {"cache-control": "no-store"}


def routes(house: House, clock: Clock, *, late: timedelta = SWEEP_LATE) -> list[Route]:
    """
    The three pages of a watchdog on *house*; *clock* gives the time (aware UTC).

    `/healthz` says that the process lives. `/readyz` answers 503 with reasons when the database does not answer, its
    tables are of another version, or no sweep finished for longer than *late*. `/metrics` is for Prometheus.
    """
    watch = _Watch(house, clock, late)
    registry = CollectorRegistry()
    registry.register(_Figures(watch))

    def ready(_request: Request) -> Response:
        reasons = watch.reasons()
        status = 503 if reasons else 200
        return JSONResponse({"ready": not reasons, "reasons": reasons}, status, _KEEP_NOTHING)

    def metrics(_request: Request) -> Response:
        kind = {**_KEEP_NOTHING, "content-type": CONTENT_TYPE_PLAIN_0_0_4}
        return Response(generate_latest(registry) + page_figures(), headers=kind)

    return [
        Route("/healthz", _alive, methods=["GET"]),
        Route("/readyz", _kept_in(ready), methods=["GET"]),
        Route("/metrics", _kept_in(metrics), methods=["GET"]),
    ]


class Watching:
    """Answers a watchdog before anything else looks at its request: it asks by number, not by the public name."""

    def __init__(self, app: ASGIApp, house: House, clock: Clock) -> None:
        self._app = app
        self._router = Router(found := routes(house, clock))
        self._paths = frozenset(route.path for route in found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the three paths, and let everything else through."""
        ours = scope["type"] == "http" and scope["path"] in self._paths
        await (self._router if ours else self._app)(scope, receive, guard(send) if ours else send)


def _alive(_request: Request) -> Response:
    return JSONResponse({"alive": True}, headers=_KEEP_NOTHING)


def _kept_in(page: Callable[[Request], Response]) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        if any(name in request.headers for name in _THROUGH_A_PROXY):
            return PlainTextResponse("Not Found", 404, _KEEP_NOTHING)
        return page(request)

    return answer


@dataclass(frozen=True)
class _Watch:
    house: House
    clock: Clock
    late: timedelta

    def reasons(self) -> list[str]:
        """Why the engine is not well, as codes with an age; none when it is."""
        try:
            return list(self._look())
        except RecordsError as error:
            return [f"database: {type(error).__name__}"]

    def _look(self) -> Iterator[str]:
        found = revision(self.house.engine)
        if found != REVISION:
            yield f"tables: at {found}, this version works with {REVISION}"
            return
        seen = gauges(self.house.engine, now := self.clock())
        if seen.programmes and seen.last_sweep is None:
            yield "sweep: has never run"
        elif seen.programmes and (age := _age(seen.last_sweep, now)) > self.late_seconds:
            yield f"sweep: none finished for {age:.0f} seconds"

    @property
    def late_seconds(self) -> float:
        return self.late.total_seconds()

    def figures(self, now: datetime) -> Gauges | None:
        """The figures at *now*, None when the database does not give them."""
        try:
            return gauges(self.house.engine, now)
        except RecordsError:
            return None


class _Figures(Collector):
    """Reads the figures when Prometheus asks for them, and holds none."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is known beforehand: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        now = self._watch.clock()
        seen = self._watch.figures(now)
        answers = "1 when the database answers."
        yield GaugeMetricFamily("weerklank_database_up", answers, value=seen is not None)
        if seen is not None:
            yield from _families(seen, now)
            yield from _histograms(self._watch.house)


def _families(seen: Gauges, now: datetime) -> Iterator[GaugeMetricFamily]:
    for name, says, value in (
        ("duties_overdue", "Duties that lapsed and are still owed.", seen.overdue),
        (
            "oldest_overdue_seconds",
            "Since the oldest broken promise, 0 without one.",
            _age(seen.oldest_overdue, now),
        ),
        ("outbox_pending", "Notices that wait for a channel.", seen.pending),
        (
            "outbox_oldest_pending_seconds",
            "Age of the oldest notice that waits, 0 without one.",
            _age(seen.oldest_pending, now),
        ),
        ("outbox_failed", "Undeliverable among the newest 10,000 notices.", seen.failed),
    ):
        yield GaugeMetricFamily(f"weerklank_{name}", says, value=value)
    if seen.last_sweep is not None:
        says = "Since the last sweep that finished; absent when there never was one."
        age = _age(seen.last_sweep, now)
        yield GaugeMetricFamily("weerklank_last_sweep_age_seconds", says, value=age)


_TIMES = {
    SWEEP: ("sweep_seconds", "Seconds that a sweep took which found something due."),
    DELIVERY: ("delivery_seconds", "Seconds that a delivery took which found something to send."),
    LETTER: ("letter_seconds", "Seconds for a message that was sent: the mean of its delivery."),
}


def _histograms(house: House) -> Iterator[HistogramMetricFamily]:
    with suppress(RecordsError):
        for one in work_times(house.engine):
            name, says = _TIMES[one.kind]
            yield HistogramMetricFamily(f"weerklank_{name}", says, one.upto, one.seconds)


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
