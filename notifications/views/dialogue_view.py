"""View of a dialogue: what letters may speak of, computed when a template asks for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import islice

from notifications.language.due_dates import reckoning
from notifications.language.layout import quote_inline
from notifications.language.words import isolate, listing, word
from notifications.views.missing_items import missing_for
from notifications.views.names import (
    about,
    company_language,
    owed_name,
    points_of,
    responds_to,
    task_name,
)
from notifications.views.overrides import Departure
from notifications.views.seat_counts import SeatCount, seat_counts
from states.checks.checks import checks_of
from states.checks.status import promise_standing
from states.model.contributions import Commitment
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, Duty
from states.model.information import Information
from states.model.people import PARTICIPANT
from states.model.vocabulary import DutyKind
from states.privacy.small_counts import least_of, seats_counted
from states.steps.permissions import postponements_left
from states.timing.ladders import Rung, rung_at

COMING = 3
"""How many rungs ahead a letter tells."""
_FARTHEST = 60
"""A ladder may repeat for ever to people who hold no role; this far ahead a letter looks."""


@dataclass(frozen=True)
class DialogueView:
    """A dialogue as any letter may speak of it."""

    source: Dialogue
    language: str

    @property
    def id(self) -> str:
        """The name by which commands call it."""
        return self.source.id

    @property
    def company(self) -> str:
        """The company that holds it."""
        return isolate(self.source.programme.company)

    @property
    def edition(self) -> int:
        """The year."""
        return self.source.edition

    @property
    def phase(self) -> str:
        """Where it stands."""
        return self.source.phase.value

    @property
    def session(self) -> datetime:
        """When the session is."""
        return self.source.session_at

    @property
    def session_day(self) -> date:
        """The local day of the session."""
        return self.source.session_day

    @property
    def information(self) -> Information:
        """The eight fields of the invitation."""
        return self.source.information

    @property
    def agenda_changes(self) -> str | None:
        """What the expectations changed."""
        return self.source.agenda_changes

    @property
    def lessons(self) -> tuple[str, ...]:
        """What the company learned this year."""
        return self.source.lessons

    @property
    def seats(self) -> int:
        """How many stakeholders are mapped, as far as those invited are told."""
        return len(seats_counted(self.source))

    @property
    def categories(self) -> list[SeatCount]:
        """The kinds of organisation, each with how many seats it has; None for what would point at people."""
        return self._seat_counts[0]

    @property
    def countries(self) -> list[SeatCount]:
        """The countries of the seats, each with how many it has; None for what would point at people."""
        return self._seat_counts[1]

    @property
    def hidden_below(self) -> int | None:
        """Under how many people a figure is left out; None when none is."""
        hides = any(number is None for side in self._seat_counts for _, number in side)
        return least_of(self.source) if hides else None

    @cached_property
    def _seat_counts(self) -> list[list[SeatCount]]:
        return seat_counts(self.source, ("category", "country"))

    @cached_property
    def spoken(self) -> str:
        """The language in which the company and its moderator write."""
        return company_language(self.source)

    @cached_property
    def overrides(self) -> list[Departure]:
        """Checks that were passed by hand, each time that it happened, in order."""
        told = sorted(self.source.overrides.values(), key=lambda o: o.at)
        return [Departure(self.source, o, self.language) for o in told]

    def noted(self, now: datetime) -> list[str]:
        """What is not in order at *now* and stops nothing: the names of checks that are only shown (rules 8)."""
        asked = checks_of(self.source, now)
        return [check.name for check in asked if check.strength == "shown" and not check.ok]

    def standing(self, promise: Commitment, now: datetime) -> str:
        """How *promise* stands at *now*, by the law: a word of `progress`."""
        return promise_standing(self.source, promise, now)

    @property
    def commitments(self) -> list[Commitment]:
        """What was promised."""
        return list(self.source.commitments.values())

    def held_by(self, owner: str) -> str:
        """Who *owner* is: a role with the name of its holder, or as it was written."""
        holder, said = self.source.role(owner), word("role", owner, self.language)
        return f"{isolate(holder.name)} ({said})" if holder else said


_last: dict[str, DialogueView] = {}
"""The view that was asked for last, in each language: letters of a batch come by dialogue."""


def view_of(dialogue: Dialogue, language: str) -> DialogueView:
    """The view of *dialogue* in *language*; as long as it is the same one, so is what was computed of it."""
    view = _last.get(language)
    if view is None or view.source is not dialogue:
        view = _last[language] = DialogueView(dialogue, language)
    return view


@dataclass(frozen=True)
class Coming:
    """A rung that is still to come: its *day* and the *roles* that will hear."""

    day: date
    roles: tuple[str, ...]


@dataclass(frozen=True)
class DutyView:
    """A duty as a letter may speak of it."""

    dialogue: Dialogue
    source: Duty
    now: datetime
    language: str

    @property
    def kind(self) -> DutyKind:
        """Which duty it is."""
        return self.source.kind

    @property
    def what(self) -> str:
        """What is to be done."""
        return task_name(self.dialogue, self.source, self.language)

    @cached_property
    def about(self) -> str | None:
        """Whom or what it is about, as a role may see it."""
        return about(self.dialogue, self.source, self.language)

    @property
    def matter(self) -> str | None:
        """The same, for a letter: where it is what somebody wrote, in their language."""
        if self.about and self.kind == DutyKind.REPORT_PROGRESS:
            return quote_inline(self.about, company_language(self.dialogue))
        return self.about

    @property
    def ids(self) -> str | None:
        """The contributions that it is about."""
        ids = [point.id for point in points_of(self.dialogue, self.source)]
        return listing(ids, self.language) or None

    @property
    def due(self) -> date:
        """The due day."""
        return self.dialogue.due_day(self.source)

    @property
    def first(self) -> date:
        """The day that was promised first."""
        return self.dialogue.first_day(self.source)

    @property
    def moved(self) -> bool:
        """Whether another day was named since."""
        return bool(self.source.postponements)

    @property
    def dispute(self) -> str:
        """What it responds to, an *objection* or a *question*; empty when it is no response."""
        return responds_to(self.dialogue, self.source)

    @property
    def awaited(self) -> bool:
        """Whether a participant waits for it and hears when it is late."""
        return self.source.waiting is not None

    @property
    def to_you(self) -> str:
        """What it is, said to whoever waits for it; with their point where it is about one of several."""
        return owed_name(self.dialogue, self.source, self.language)

    @property
    def debt(self) -> bool:
        """Whether somebody waits for it."""
        return KINDS[self.source.kind].debt

    @property
    def postponements_left(self) -> int:
        """How often another date may still be named."""
        return postponements_left(self.dialogue, self.source)

    @property
    def late(self) -> int:
        """Calendar days late, counted from the first promise."""
        return self.source.late_days(self.now, self.dialogue.zone)

    @cached_property
    def reckoned(self) -> str:
        """How the due day was computed."""
        return reckoning(self.dialogue, self.source, self.language)

    @cached_property
    def missing(self) -> list[str]:
        """What it still lacks."""
        return missing_for(self.dialogue, self.source, self.now, self.language)

    @cached_property
    def coming(self) -> list[Coming]:
        """The next rungs of its ladder that reach a role, as whoever waits reads them."""
        return self._coming(self._roles)

    @cached_property
    def ahead(self) -> list[Coming]:
        """The next rungs of its ladder, as a role reads them: also when whoever waits will hear."""
        return self._coming(self._audience)

    def rungs(self, most: int = _FARTHEST) -> Iterator[Rung]:
        """The rungs of its ladder, at *most* so many."""
        found = (self._rung(index) for index in range(most))
        return (rung for rung in found if rung)

    def _coming(self, audience: Callable[[Rung], tuple[str, ...]]) -> list[Coming]:
        ahead = (rung for rung in self.rungs() if rung.at > self.now)
        day_of = self.dialogue.calendar.day_of
        told = (Coming(day_of(rung.at), names) for rung in ahead if (names := audience(rung)))
        return list(islice(told, COMING))

    @property
    def repeats(self) -> int | None:
        """How many working days lie between the reminders that go on until it is met."""
        return self.dialogue.policy.ladders[self.source.ladder].repeat_every

    def _rung(self, index: int) -> Rung | None:
        ladder = self.dialogue.policy.ladders[self.source.ladder]
        return rung_at(
            ladder, index, self.due, self.dialogue.calendar, self.dialogue.policy.notice_time
        )

    def _audience(self, rung: Rung) -> tuple[str, ...]:
        owner = self.dialogue.owner_role(self.source)
        named = dict.fromkeys(owner if to == "owner" else to for to in rung.to)
        return tuple(name for name in named if name == PARTICIPANT or self.dialogue.role(name))

    def _roles(self, rung: Rung) -> tuple[str, ...]:
        return tuple(name for name in self._audience(rung) if name != PARTICIPANT)
