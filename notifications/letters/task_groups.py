"""Task groups: tasks of one kind in a letter, with what they lack, where they are done and who hears of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from notifications.language.words import count, fill
from notifications.views.dialogue_view import DutyView
from notifications.views.names import Contact, contact_of, points_of
from states.model.duties import KINDS, About, Place
from states.model.facts import Notice
from states.model.people import ROLES, Role
from states.model.policy import rung_offset
from states.model.vocabulary import DutyKind, Template
from states.steps.delivery.letters import KINDS as LETTER_KINDS
from states.steps.delivery.letters import Kind

_OF_ONE_POINT = frozenset({Place.DECISIONS, Place.ANSWERS, Place.RESPONSES})
"""Where each has a form of its own, named after the contribution."""
_HEARS = (Role.SPONSOR, Role.CONFIDANT, Role.BOARD)
SHOWN = 12
_FARTHEST = 60


def page_for_many(kind: DutyKind) -> str:
    """The page, beneath that of the dialogue, on which many of *kind* are done; empty when that is the dialogue's."""
    rule = KINDS[kind]
    named = rule.asked or rule.about is About.ASKER  # an address in a letter names nobody
    return "" if named else rule.settled_at.page


@dataclass(frozen=True, slots=True)
class Heard:
    """A *role* that hears of a late task, and the *day* on which it first does; *past*: it heard already."""

    role: str
    day: date
    past: bool


@dataclass(frozen=True)
class Group:
    """Reminders of one *stage* (a template) about duties of one kind of one dialogue, to the role *you*."""

    stage: Template
    views: tuple[DutyView, ...]
    you: str
    base_url: str | None

    @property
    def first(self) -> DutyView:
        """The one that is due, or was due, first."""
        return self.views[0]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.views)

    @property
    def late(self) -> bool:
        """Whether their day has passed."""
        return LETTER_KINDS[self.stage] is Kind.ALERTS

    @property
    def debt(self) -> bool:
        """Whether somebody waits for them."""
        return self.first.debt

    @property
    def awaited(self) -> bool:
        """Whether those who wait are told that it is late."""
        return any(view.awaited for view in self.views)

    @property
    def same_day(self) -> bool:
        """Whether all have the same day."""
        return len({view.first for view in self.views}) == 1

    @property
    def last_due(self) -> date:
        """The last of their days."""
        return max(view.due for view in self.views)

    @property
    def moved(self) -> bool:
        """Whether another day was named for one of them."""
        return any(view.moved for view in self.views)

    @property
    def postponements_left(self) -> int:
        """How often each may still be moved."""
        return min(view.postponements_left for view in self.views)

    @property
    def longest(self) -> int:
        """Calendar days that the latest of them is late."""
        return max(view.late for view in self.views)

    @property
    def yours(self) -> bool:
        """Whether whoever reads this owes them, or stands in for who does."""
        owner = self.first.dialogue.owner_role(self.first.source)
        return self.you in {owner, Role.MANAGER, Role.DEPUTY}

    @property
    def owner(self) -> Contact | None:
        """Whoever owes them, when that is somebody else."""
        owner = self.first.dialogue.owner_role(self.first.source)
        return contact_of(self.first.dialogue, owner) if owner != self.you else None

    @cached_property
    def lacking(self) -> list[str]:
        """What all of them lack alike; what each lacks by itself stands with it."""
        first = self.first.missing
        return first if all(view.missing == first for view in self.views) else []

    @property
    def lines(self) -> list[str]:
        """Each of them in a line, the most urgent first."""
        return [line for view in self.views[:SHOWN] for line in self._lines(view)]

    def _lines(self, view: DutyView) -> Iterable[str]:
        own = view.missing if view.missing and not self.lacking else []
        return own or ([view.matter] if view.matter else [])

    @property
    def more(self) -> int:
        """How many are not named."""
        return max(0, self.number - SHOWN)

    @property
    def tasks(self) -> str:
        """How many they are, and of what: `45 invitations`."""
        return count(self.number, self.first.kind, self.first.language)

    @property
    def heading(self) -> str:
        """What they are, in one line: `Today: 45 invitations`."""
        language, left = self.first.language, self._days_left()
        stage = "late" if self.late else self.stage if left else Template.DUTY_DUE_TODAY
        days = count(left, "working-day", language)
        return fill("stage", stage, language, tasks=self.tasks, days=days)

    def _days_left(self) -> int:
        """Working days from today to the due day: a letter that left late says what is so now."""
        calendar, now = self.first.dialogue.calendar, self.first.now
        return calendar.working_days(calendar.day_of(now), self.first.due)

    @property
    def link(self) -> str | None:
        """The very form, which opens after signing in; None when there are no pages."""
        if self.base_url is None or not self.yours:
            return None
        home = f"{self.base_url}/dialogues/{self.first.dialogue.id}"
        place = KINDS[self.first.kind].settled_at
        point = self._point() if self.number == 1 and place in _OF_ONE_POINT else None
        return "/".join(part for part in (home, page_for_many(self.first.kind), point) if part)

    def _point(self) -> str | None:
        points = points_of(self.first.dialogue, self.first.source)
        return points[0].id if points else None

    @property
    def heard(self) -> list[Heard]:
        """Who above the owner was told already."""
        return [one for one in self._hearing if one.past]

    @property
    def will_hear(self) -> list[Heard]:
        """Who above the owner will be told, if it stays undone."""
        return [one for one in self._hearing if not one.past]

    @cached_property
    def _hearing(self) -> list[Heard]:
        """Since when the sponsor and the board hear of the first of them, or from when on they will."""
        found: dict[str, Heard] = {}
        for rung in self.first.rungs(_FARTHEST):
            day = self.first.dialogue.calendar.day_of(rung.at)
            for role in rung.to:
                if role in _HEARS and role != self.you and self.first.dialogue.role(role):
                    found.setdefault(role, Heard(role, day, rung.at <= self.first.now))
        return list(found.values())


def is_task(notice: Notice) -> bool:
    """
    Whether *notice* is a rung to a role, which can be grouped with others of its kind.

    Of what is carried under seal those above the moderator hear no single one.
    """
    alone = notice.template == Template.CARRYING_LATE
    rung = notice.rung is not None and notice.duty is not None
    return notice.role in ROLES and rung and not alone


def group_tasks(
    parts: Sequence[tuple[Notice, DutyView, str | None]],
) -> list[Group]:
    """The reminders *parts*, each with its duty and the address of the pages, as groups in their order."""
    found: dict[tuple[str, ...], list[tuple[Notice, DutyView, str | None]]] = {}
    for part in parts:
        notice, view, _ = part
        stage = (notice.template, str(rung_offset(notice.rung or "0")) if _ahead(notice) else "")
        found.setdefault((view.dialogue.id, *stage, view.kind), []).append(part)
    return [_group(same) for same in found.values()]


def _ahead(notice: Notice) -> bool:
    return notice.template == Template.DUTY_DUE_SOON


def _group(parts: Sequence[tuple[Notice, DutyView, str | None]]) -> Group:
    notice, _, base_url = parts[0]
    views = sorted((view for _, view, _ in parts), key=lambda view: view.source.first_due)
    return Group(notice.template, tuple(views), notice.to, base_url)
