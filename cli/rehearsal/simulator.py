"""Simulator: a clock that jumps from event to event, through the real ledger, sweep and delivery."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from cli.json_views import Refusal, Row, refusal, visible_dialogues
from cli.rehearsal.scenario import Act, Scenario
from cli.rehearsal.throwaway_database import make_tables, throwaway
from cli.rehearsal.weekly_rounds import next_monday
from config.settings import load_settings
from notifications.channels.channels import Memory
from notifications.letters.compose import Message
from records.engine.randomness import draw_from, seeded_bytes
from records.journal.embargo.held_facts import next_day_end
from records.queries import next_moment
from services.delivery.outbound import Mailroom
from services.house import House, open_house
from states.language.catalogue import N_, translate
from states.language.errors import NotKnown, Refused
from states.language.languages import SOURCE
from states.model.dialogue import Dialogue
from states.model.people import Role
from states.model.vocabulary import Step
from states.privacy.visibility import Viewer
from states.steps.decide import known_step
from states.steps.phases.lead_time import UnfitDay, unfit
from states.values.addresses import same_address
from states.values.values import Value

_STILL_LIMIT = 25  # rounds at one moment, after which something does not move on
_EVENT_LIMIT = 200_000
_SENDER = "weerklank@dialoog.example"
_MINUTE = "%Y-%m-%d %H:%M"


class StandsStill(Refused):
    """Time does not move on any more: an event comes back for ever."""

    def __init__(self, moment: datetime) -> None:
        super().__init__("time-stands-still", moment=moment)

    def why(self, language: str = SOURCE) -> str:
        """What is so, in *language*."""
        moment = f"{self.details['moment']:{_MINUTE}}"
        return translate("words", language, _STANDS_STILL) % {"moment": moment}


_TOO_EARLY = N_("It lies before the start of the scenario, %(start)s.")
_STANDS_STILL = N_("Time stands still at %(moment)s UTC: something there comes back for ever.")


class Life:
    """A scenario being lived in *house*, whose mail ends in *mail*. Call `begin` once, then `live`."""

    def __init__(
        self, scenario: Scenario, house: House, mail: Memory, language: str = SOURCE
    ) -> None:
        self.scenario = scenario
        self.house = house
        self.mail = mail
        self.language = language
        self.now = scenario.start
        self.dialogue_id = ""
        self.refused: list[Refusal] = []
        self.tight: list[UnfitDay] = []
        """The days that did not fit any more when the edition was opened, as if that was confirmed."""
        self.taken: Counter[tuple[str, Step]] = Counter()
        """How often whom took each step, of what everybody may know."""
        self.taken_under_seal: Counter[tuple[str, Step]] = Counter()
        """The same of what only the moderator may know."""
        self._acts = deque(scenario.in_order())
        self._monday = self._first_monday()
        self._still = 0
        self._events = 0

    def begin(self) -> None:
        """Open the edition at the start and map who and what it is about. Raises Refused when it cannot be opened."""
        scenario, opening = self.scenario, self.scenario.dialogue
        programme = scenario.own_programme()
        self.house.ledger.apply_programme(programme, self.now)
        receipt = self.house.ledger.open_edition(
            programme.id,
            session_at=opening.session,
            edition=opening.edition,
            information=opening.information,
            by=Role.MANAGER.value,
            now=self.now,
        )
        self.dialogue_id = receipt.dialogue_id
        self.taken[Role.MANAGER, Step.GIVE_INFORMATION] += opening.information is not None
        self.tight = unfit(self.house.ledger.read(self.dialogue_id), self.now)
        self._set_the_table()
        while self._acts and self._acts[0].at < self.now:
            self._refuse_early(self._acts.popleft())

    def _set_the_table(self) -> None:
        scenario = self.scenario
        steps: list[tuple[str, Value]] = [(Step.NAME_RISK, risk) for risk in scenario.risks]
        steps += [(Step.LINK_CHAIN_DIALOGUE, held) for held in scenario.chain_dialogues]
        steps += [(Step.MAP_STAKEHOLDER, seat) for seat in scenario.stakeholders]
        for step, value in steps:
            given = value.model_dump(mode="json", exclude_unset=True)
            self.act({"do": step, "by": Role.MANAGER.value, "with": given}, self.now)

    def _refuse_early(self, act: Act) -> None:
        local = self.scenario.start.astimezone(self.scenario.calendar.zone)
        why = translate("words", self.language, _TOO_EARLY) % {"start": f"{local:{_MINUTE}}"}
        reason = ("before-the-start", why)
        self.refused.append(refusal(self._dialogue(self._target(act)), _plain(act), reason, act.at))

    def live(self, until: datetime | None = None) -> None:
        """
        Live up to and with *until* (aware UTC; default: the end of the scenario). Can be called again to go on.

        Raises StandsStill when an event does not move on, and whatever a database raises.
        """
        end = until or self.scenario.until or self.now
        while (moment := self._next_event()) is not None and moment <= end:
            self._come_to(moment)
            self._pass_time()
            if self._play():
                self.deliver()
        if self.now < end:
            self._come_to(end)
            self._pass_time()

    def _play(self) -> bool:
        """Play the acts of this moment; False when there are none."""
        played = False
        while self._acts and self._acts[0].at <= self.now:
            act = self._acts.popleft()
            self.act(_plain(act), self.now, self._target(act))
            played = True
        return played

    @property
    def sent(self) -> list[Message]:
        """All messages that arrived, in order."""
        return [post.message for post in self.mail.posts]

    def moment(self, local: str) -> datetime:
        """The instant (aware UTC) of a *local* time of the programme: `2022-09-09T08:00`."""
        return self.scenario.calendar.instant(datetime.fromisoformat(local))

    def next_moment(self) -> datetime | None:
        """When something happens next by itself; None: never."""
        engine = self.house.engine
        found = [next_moment(engine), next_day_end(engine)]
        return min((moment for moment in found if moment is not None), default=None)

    def _first_monday(self) -> datetime | None:
        """Overviews are lived where a profile was chosen, so that older scenarios tell what they told."""
        policy = self.house.policies(self.scenario.own_programme().policy)
        return next_monday(self.scenario.calendar, self.now) if policy.profile else None

    def _next_event(self) -> datetime | None:
        acts = [self._acts[0].at] if self._acts else []
        due = [moment for moment in (self.next_moment(), self._monday) if moment]
        times = [self._awake_from(max(min(due), self.now))] if due else []
        return min(acts + times, default=None)

    def _awake_from(self, moment: datetime) -> datetime:
        """*moment*, or the end of the outage in which it falls."""
        while down := [
            span.end for span in self.scenario.outages if span.begin <= moment < span.end
        ]:
            moment = max(down)
        return moment

    def _come_to(self, moment: datetime) -> None:
        self._still = self._still + 1 if moment <= self.now else 0
        self._events += 1
        if self._still > _STILL_LIMIT or self._events > _EVENT_LIMIT:
            raise StandsStill(moment)
        self.now = max(moment, self.now)

    @property
    def awake(self) -> bool:
        """Whether the scheduler runs at this moment."""
        return self._awake_from(self.now) == self.now

    def _pass_time(self) -> None:
        if self.awake:
            self.house.sweep(self.now, pause_seconds=0)
            self.house.open_due_editions(self.now)
            self._write_overviews()
            self.deliver()

    def _write_overviews(self) -> None:
        if self._monday and self._monday <= self.now:
            self.house.send_digest(self.scenario.programme.id, self.now)
            self._monday = next_monday(self.scenario.calendar, self.now)

    def deliver(self) -> None:
        """Send all that waits, also what the sending itself brings about; nothing while the scheduler is down."""
        for _ in range(_STILL_LIMIT if self.awake else 0):
            if not self.house.deliver(self.now).handled:
                return

    def act(self, act: Row, at: datetime, dialogue_id: str | None = None) -> bool:
        """Play *act* (`do`, `by`, `with`) at the moment *at*; what is refused is noted and False is returned."""
        target = dialogue_id or self.dialogue_id
        try:
            step = known_step(act["do"]).name
            done = self.house.ledger.act(target, step, act["with"], by=act["by"], now=at)
        except Refused as refused:
            reason = (refused.code, refused.why(self.language))
            self.refused.append(refusal(self._dialogue(target), act, reason, at))
            return False
        untold = any(fact.hold for fact in done.facts)
        (self.taken_under_seal if untold else self.taken)[str(act["by"]), step] += 1
        return True

    def _target(self, act: Act) -> str:
        if act.edition is not None:
            return f"{self.scenario.programme.id}-{act.edition}"
        return act.dialogue or self.dialogue_id

    def _dialogue(self, dialogue_id: str) -> Dialogue | None:
        try:
            return self.house.ledger.read(dialogue_id)
        except NotKnown:
            return None

    def view(self, viewer: Viewer = "manager") -> Row:
        """What *viewer* may see of everything so far, in the shape of docs/json.md."""
        ledger = self.house.ledger
        ids = ledger.dialogue_ids(self.scenario.programme.id)
        return visible_dialogues(
            ledger,
            ids,
            self.now,
            viewer=viewer,
            refused=self.refused,
            language=self.language,
        )


def _plain(act: Act) -> Row:
    return {"do": act.do, "by": act.by, "with": act.given}


@contextmanager
def new_life(
    scenario: Scenario,
    *,
    database: str | None = None,
    language: str = SOURCE,
    base_url: str | None = None,
) -> Iterator[Life]:
    """
    A life of *scenario* that has just begun, in a database of its own that is thrown away, or in *database*.

    Its mail holds links to *base_url*, or none.

    Raises Refused('database-in-use') when *database* already holds tables: simulated time must never pass there.
    """
    with ExitStack() as stack:
        url = database or throwaway(stack)
        if database:
            make_tables(database)
        mail = Memory(bounces=bouncing(scenario))
        settings = load_settings(
            database_url=url, channel="none", sender=_SENDER, base_url=base_url, chat_urls=()
        )
        mailroom = Mailroom(mail=lambda: mail, sender=_SENDER, base_url=base_url)
        made = open_house(settings, mailroom=mailroom, durable=False, clock=None)
        house = stack.enter_context(made)
        draw_from(house.engine, seeded_bytes)
        life = Life(scenario, house, mail, language)
        life.begin()
        yield life


def bouncing(scenario: Scenario) -> Callable[[str, datetime], bool]:
    """Which address fails when, as *scenario* scripts it; addresses are compared without case."""

    def bounces(address: str, now: datetime) -> bool:
        named = (one for one in scenario.bounces if same_address(one.address, address))
        return any(one.begin <= now < one.end for one in named)

    return bounces
