"""Demonstration pages: a clock to move, a mailbox, and doors to enter by. Never for real people."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.responses import Response

from config.clock import now_by, set_clock
from config.file_permissions import LOGIN_FILE
from config.settings import PrefectSettings, Settings
from portal.demo.mailboxes import DemoMail, boxes, find_mail
from portal.enter.front_door import home_of, remember_language
from portal.http.errors import Incomplete, NotFound
from portal.web.pages import Page, get, post
from portal.web.request import Visit
from portal.web.routes import EVERYONE, STAFF
from portal.web.sessions import holder_of, let_in
from portal.web.site import Site
from records.access.links import Capacity, end_session
from records.queries import next_moment, overdue_duties
from services.house import House
from services.process_locks import CLOCK, LOCKS
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from states.model.people import AUDITOR, HELPER
from states.privacy.independence import helpers_of

DAYS = (1, 7)
_EVENTS = 20_000
_ROUNDS = 25
_LETTERS_PER_PAGE = 60
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_LOOK_EVERY = 0.02  # seconds between two looks whether the clock is set


@dataclass(frozen=True)
class Demo:
    """A demonstration: the file that holds its *clock*, the folder that gets its *mail*, and where *prefect* is."""

    clock: Path
    mail: Path
    prefect: PrefectSettings
    pages: tuple[Page, ...] = field(default_factory=lambda: PAGES)

    @classmethod
    def of(cls, settings: Settings) -> "Demo":
        """The demonstration of *settings*; without a clock file of its own, its clock lies beside its database."""
        if settings.sqlite_file is None:
            raise ValueError("a demonstration keeps its records in an SQLite file of its own")
        clock = settings.clock_file or settings.sqlite_file.with_suffix(".clock")
        return cls(clock, settings.maildir, settings.prefect)

    def now(self) -> datetime:
        """What time it is in the demonstration (aware UTC); the real time while nobody has set its clock."""
        return now_by(self.clock)

    def set(self, now: datetime) -> None:
        """Set the clock to *now* (aware UTC)."""
        set_clock(self.clock, now)

    def prefect_login(self) -> str:
        """What Prefect's pages ask of whoever opens them; nothing while there is none."""
        try:
            kept = (self.prefect.home.expanduser() / LOGIN_FILE).read_text(encoding="ascii")
        except OSError:
            return ""
        return kept.strip()

    def prefect_overview(self) -> str:
        """Where Prefect says what is late; nothing while it is still coming up."""
        place = (self.prefect.host, self.prefect.port)
        try:
            socket.create_connection(place, timeout=1).close()
        except OSError:
            return ""
        return self.prefect.overview

    def wait(self) -> None:
        """Wait until somebody has set the clock: only then is there something to show."""
        while not self.clock.exists():
            time.sleep(_LOOK_EVERY)

    @staticmethod
    def shown_time(now: datetime) -> datetime:
        """The moment that the banner shows."""
        return now


def live_on(house: House, now: datetime, until: datetime, tell: Callable[[datetime], None]) -> int:
    """
    Let time act on everything from *now* to *until* (aware UTC), event by event; returns how many mails went out.

    *tell* hears of each moment before anything happens at it, so that flows that run meanwhile live in the same time.
    """
    sent = 0
    for _ in range(_EVENTS):
        moment = next_moment(house.engine)
        now = until if moment is None or moment > until else max(moment, now)
        tell(now)
        house.sweep(now, pause_seconds=0)
        house.open_due_editions(now)
        handled = _deliver(house, now)
        sent += handled
        still = moment is not None and moment == next_moment(house.engine) and not handled
        if now >= until or still:
            break
    return sent


def _deliver(house: House, now: datetime) -> int:
    sent = 0
    for _ in range(_ROUNDS):
        report = house.deliver(now)
        sent += report.sent
        if not report.handled:
            break
    return sent


def _demo(visit: Visit) -> Demo:
    if not isinstance(visit.site.demo, Demo):
        raise NotFound
    return visit.site.demo


@dataclass(frozen=True, slots=True)
class Door:
    """A door to enter by: the *key* that the form sends, as whom, and what is known of them."""

    key: str
    capacity: Capacity
    name: str
    country: str = ""
    role: str = ""
    protected: bool = False
    waits: bool = False


def show(visit: Visit) -> Response:
    """The clock, the doors and the mailbox."""
    demo = _demo(visit)
    return visit.page(
        "demo/demo.html",
        days=DAYS,
        doors=list(_doors(visit)),
        late=overdue_duties(visit.site.house.engine, visit.now),
        coming=next_moment(visit.site.house.engine),
        newest=boxes(demo.mail)[:5],
        prefect=demo.prefect_overview(),
        login=demo.prefect_login(),
        zone=_zone(visit),
    )


def _zone(visit: Visit) -> ZoneInfo:
    """The zone of whoever is in, or else of the first programme."""
    programmes = visit.site.house.ledger.programmes()
    return (
        visit.zone if visit.actor or not programmes else ZoneInfo(programmes[0].programme.time_zone)
    )


def move(visit: Visit) -> Response:
    """Move the clock on, and let everything happen that happens by itself on the way."""
    demo, days = _demo(visit), visit.form.one("days")
    if days not in {str(number) for number in DAYS}:
        raise Incomplete({"days": visit._("Choose a day or a week.")})
    with LOCKS.hold(CLOCK):
        begin = demo.now()
        until = begin + timedelta(days=int(days))
        live_on(visit.site.house, begin, until, demo.set)
        demo.set(until)
    return visit.go("/demo", said="clock")


def enter(visit: Visit) -> Response:
    """Come in as somebody of the demonstration, without any key, and read on in the same language."""
    door = next((door for door in _doors(visit) if door.key == visit.form.one("door")), None)
    if door is None:
        raise NotFound
    if visit.known:
        end_session(visit.site.house.engine, visit.known.session.hash, visit.site.door_time())
    is_role = door.capacity.kind == "role"
    name = door.capacity.who if is_role else door.capacity.kind
    holder = _holder(visit.site, door.capacity) if is_role else ""
    response = visit.go(home_of(visit, name))
    remember_language(visit, response, visit.language)
    now = visit.site.door_time()
    return let_in(visit.site, response, door.capacity, now, holder=holder, unsealed=not is_role)


def _holder(site: Site, capacity: Capacity) -> str:
    return holder_of(site.house.ledger.programme(capacity.programme_id).programme, capacity.who)


def _doors(visit: Visit) -> Iterator[Door]:
    ledger = visit.site.house.ledger
    for row in ledger.programmes():
        programme = row.programme
        for role in (role for role in STAFF if role in {*programme.roles, AUDITOR}):
            capacity = Capacity("role", programme.id, role)
            yield Door(f"{role}@{programme.id}", capacity, "", role=role)
        for dialogue_id in ledger.dialogue_ids(programme.id):
            yield from _seats(ledger.read(dialogue_id))
            yield from _helpers(ledger.read(dialogue_id))


def _helpers(dialogue: Dialogue) -> Iterator[Door]:
    """Who helps to reach people in their language."""
    for helper in helpers_of(dialogue):
        capacity = Capacity("helper", dialogue.programme.id, helper.id, dialogue.id)
        yield Door(f"{helper.id}@{dialogue.id}", capacity, helper.name, role=HELPER)


def _seats(dialogue: Dialogue) -> Iterator[Door]:
    """Everybody invited: the union organiser from Dhaka first, then those who wait longest."""
    waiting = {_who(dialogue, duty): duty for duty in dialogue.duties.values() if _late(duty)}
    seats = [seat for seat in dialogue.stakeholders.values() if seat.invited]
    for seat in sorted(seats, key=lambda seat: (not seat.at_risk, seat.id not in waiting)):
        capacity = Capacity("participant", dialogue.programme.id, seat.id, dialogue.id)
        yield Door(
            f"{seat.id}@{dialogue.id}",
            capacity,
            f"{seat.name}, {seat.organisation}",
            seat.country,
            protected=bool(seat.at_risk),
            waits=seat.id in waiting,
        )


def _late(duty: Duty) -> bool:
    return duty.owed and duty.waiting is not None and duty.lapsed_at is not None


def _who(dialogue: Dialogue, duty: Duty) -> str | None:
    seat = dialogue.stakeholder_of(duty.waiting or "")
    return seat.id if seat else None


def show_mail(visit: Visit) -> Response:
    """All mail of the demonstration, newest first, or of one mailbox."""
    chosen = visit.query("to")
    everything = boxes(_demo(visit).mail)
    names = sorted({mail.to for mail in everything})
    shown = [mail for mail in everything if not chosen or mail.to == chosen]
    return visit.page(
        "demo/mail.html",
        mails=shown[:_LETTERS_PER_PAGE],
        more=max(0, len(shown) - _LETTERS_PER_PAGE),
        names=names,
        chosen=chosen,
    )


def show_letter(visit: Visit) -> Response:
    """One mail as plain text."""
    return visit.page("demo/letter.html", mail=_letter(visit))


def show_letter_page(visit: Visit) -> Response:
    """One mail as its reader sees it: shut in, so that it can reach nothing."""
    return Response(
        _letter(visit).html,
        media_type="text/html",
        headers={"content-security-policy": _MAIL_POLICY},
    )


def _letter(visit: Visit) -> DemoMail:
    mail = find_mail(_demo(visit).mail, visit.param("box"), visit.param("letter"))
    if mail is None:
        raise NotFound
    return mail


PAGES: tuple[Page, ...] = (
    get("/demo", show, EVERYONE),
    post("/demo/clock", move, EVERYONE, again=show),
    post("/demo/enter", enter, EVERYONE, again=show),
    get("/demo/mail", show_mail, EVERYONE),
    get("/demo/mail/{box}/{letter}", show_letter, EVERYONE),
    get("/demo/mail/{box}/{letter}/page", show_letter_page, EVERYONE),
)
