"""
View for roles: what letters to the holders of roles may speak of.

Contributions and stakeholders themselves never enter these letters, only what `sight` shows of them: no template can
print by mistake what it was never given.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from notifications.language.templates import language_for
from notifications.language.words import fill, word
from notifications.views.alerts import lacking
from notifications.views.dialogue_view import DutyView, view_of
from notifications.views.milestones import Milestone, Result, milestones, result_of
from notifications.views.names import (
    Contact,
    addressee,
    contact_of,
    points_of,
    speaker,
    travels_sealed,
    voice_language,
)
from notifications.views.waiting_people import Waiting, waiting_for
from states.checks.checks import checks_of
from states.model.contributions import Contribution
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, Duty, kind_of, whom_of
from states.model.facts import Notice
from states.model.people import PARTICIPANT, Person, Role
from states.model.policy import rung_offset
from states.model.vocabulary import DutyKind, Template
from states.privacy.readers import A_MANAGER, Reader
from states.privacy.seals import (
    BEARERS,
    has_seals,
    is_pseudonym,
    is_sealed,
    letters_of,
    may_know_duty,
)
from states.privacy.small_counts import OverdueCarrying, overdue_carrying, undelivered_messages
from states.privacy.visibility import is_hidden

_ALERTS = frozenset(
    {
        Template.ANSWER_LATE_ALERT,
        Template.ANSWER_NOW_OR_POSTPONE,
        Template.DELIVERY_FAILED,
        Template.BY_HAND_TASK,
    }
)
_NAMED = frozenset({DutyKind.REPORT_PROGRESS, DutyKind.ANSWER_DISPUTE})
"""Duties that are named after a commitment or a contribution, not after a person."""
SHOWN = 12
"""How many duties a list in a letter shows before it only counts the others."""


@dataclass(frozen=True, slots=True)
class RolePoint:
    """A contribution as a role may see it."""

    id: str
    line: str | None
    speaker: str
    objection: str | None
    spoken: str
    """The language in which its speaker speaks, unless it would tell who speaks."""
    on_page: bool = False
    """Whether its words stand on the pages alone, because they were said under seal."""


@dataclass(frozen=True)
class RoleYou:
    """Whoever holds the role that is written to."""

    role: str
    person: Person

    @property
    def name(self) -> str:
        """Their name."""
        return self.person.name

    @property
    def discreet(self) -> bool:
        """Roles are no secret."""
        return False

    @property
    def replies(self) -> bool:
        """Whether they may write back to who owes: never who may have to bring what is under seal, for any letter."""
        return self.role not in BEARERS


@dataclass(frozen=True)
class Overview:
    """What the letters to a role count up, when a template asks for it; *reader*: who reads it."""

    dialogue: Dialogue
    now: datetime
    language: str
    reader: Reader = A_MANAGER

    @cached_property
    def waiting(self) -> Waiting:
        """Everybody who waits for a late answer."""
        return waiting_for(self.dialogue, self.now, self.language)

    @cached_property
    def late(self) -> list[DutyView]:
        """Duties of roles whose first promise has passed, a new date or not, as *Today* counts them."""
        return [view for view in self._debts() if view.source.first_due <= self.now]

    @cached_property
    def coming(self) -> list[DutyView]:
        """Duties of roles that are still in time, the nearest first."""
        return [view for view in self._debts() if view.source.first_due > self.now]

    @cached_property
    def lacking(self) -> list[str]:
        """What the checks of the phase still lack."""
        unmet = [one for one in checks_of(self.dialogue, self.now) if not one.passes]
        return [line for one in unmet for line in lacking(self.dialogue, one, self.language)]

    def owed_by(self, role: str) -> list[DutyView]:
        """What *role* owes, the nearest first."""
        return [view for view in self._debts() if self.dialogue.owner_role(view.source) == role]

    def carried(self, names: Iterable[str]) -> list[str]:
        """Debts of an earlier edition, from names such as `merk-2022: answer-participant/sealed-1`."""
        return [_carried_debt(name, self.language) for name in names]

    def addressee(self, to: str) -> str:
        """Somebody who was written to, as a role may see them."""
        return addressee(self.dialogue, to, self.language)

    def left_way(self, detail: dict[str, Any]) -> str | None:
        """The number that was replaced and where one neutral line is still to be said, None when there is none."""
        seat = self.dialogue.stakeholders.get(detail["stakeholder"])
        left = dict(enumerate(seat.left_ways)) if seat else {}
        return left.get(detail.get("left", -1))

    def spoken(self, detail: dict[str, Any]) -> str:
        """The language of the letter that *detail* names, as its reader would get it."""
        reader = self.dialogue.reader(detail["to"])
        return language_for(reader.language if reader else self.language, detail["template"])

    def hidden(self, to: str) -> bool:
        """Whether this letter may not say who *to* is, so that only the moderator can reach them."""
        return is_hidden(self.dialogue, to)

    def sealed(self, to: str) -> bool:
        """Whether *to* is the pseudonym of somebody who speaks under seal."""
        return is_sealed(self.dialogue, to)

    def moderated(self, to: str) -> bool:
        """Whether only the moderator may say where the mail of *to* goes: since somebody spoke under seal."""
        return to in self.dialogue.stakeholders and has_seals(self.dialogue)

    @cached_property
    def undelivered(self) -> int | None:
        """How many messages to participants did not arrive, as far as manager and deputy may know; they alone hear."""
        managing = self.reader.name in {Role.MANAGER, Role.DEPUTY}
        return undelivered_messages(self.dialogue) if managing else None

    @cached_property
    def dates(self) -> list[Milestone]:
        """The days of the year that are still to come, in their order."""
        return milestones(self.dialogue, self.now, self.language)

    @cached_property
    def result(self) -> Result:
        """What came of the year, in numbers."""
        return result_of(self.dialogue)

    @cached_property
    def carrying(self) -> OverdueCarrying:
        """What they may know of answers under seal that did not arrive in time."""
        return overdue_carrying(self.dialogue, self.reader, self.now)

    def _debts(self) -> list[DutyView]:
        known = [d for d in self.dialogue.duties.values() if may_know_duty(self.reader, d.name)]
        told = [d for d in known if not travels_sealed(self.dialogue, d)]
        owed = [d for d in told if d.owed and d.owner != PARTICIPANT]
        return [self._view(duty) for duty in sorted(owed, key=lambda d: (d.due, d.name))]

    def _view(self, duty: Duty) -> DutyView:
        return DutyView(self.dialogue, duty, self.now, self.language)


def _carried_debt(name: str, language: str) -> str:
    """Of people only a pseudonym is told: how far the others spoke openly stands in the earlier edition."""
    home, _, duty = name.rpartition(": ")
    kind, whom = kind_of(duty), whom_of(duty) or ""
    told = whom if kind in _NAMED else ""
    if is_pseudonym(whom):
        told = fill("voice", "sealed", language, letter=letters_of(whom))
    said = " – ".join(part for part in (word("duty", kind or duty, language), told) if part)
    year = home.rpartition("-")[2]
    return f"{fill('voice', 'edition', language, year=year)}: {said}" if home else said


def context_for_role(
    notice: Notice, dialogue: Dialogue, now: datetime, language: str
) -> dict[str, Any]:
    """What the letter of *notice* may use; the notice's reader must exist."""
    duty = dialogue.latest(notice.duty) if notice.duty else None
    person = dialogue.holder(notice.to)
    context: dict[str, Any] = {
        "dialogue": view_of(dialogue, language),
        "you": person and RoleYou(notice.to, person),
        "overview": Overview(dialogue, now, language, Reader.by_name(notice.to)),
        "shown": SHOWN,
        "contact": _contact(dialogue, notice.to),
        "accountable": contact_of(dialogue, dialogue.owner_role(duty) if duty else Role.MANAGER),
        "points": _points(notice, dialogue, duty, language),
        "offset": abs(rung_offset(notice.rung)) if notice.rung else 0,
    }
    return context | ({"duty": DutyView(dialogue, duty, now, language)} if duty else {})


def _contact(dialogue: Dialogue, to: str) -> Contact | None:
    """To whom a role may write back: the manager, but the manager to the deputy."""
    return contact_of(dialogue, Role.DEPUTY if to == Role.MANAGER else Role.MANAGER)


def _points(
    notice: Notice, dialogue: Dialogue, duty: Duty | None, language: str
) -> list[RolePoint]:
    named = notice.detail.get("contribution")
    about = points_of(dialogue, duty) if duty else []
    if named and named in dialogue.contributions:
        about = [dialogue.contributions[named]]
    return [_role_point(dialogue, point, language) for point in about]


def _role_point(dialogue: Dialogue, point: Contribution, language: str) -> RolePoint:
    """*point* as a mail may tell it: what was said under seal stays on the pages, the moderator's neutral line too."""
    told = not is_sealed(dialogue, point.voice)
    return RolePoint(
        id=point.id,
        line=point.line if told else None,
        speaker=speaker(dialogue, point.voice, language),
        objection=point.dispute_reason if told else None,
        spoken=voice_language(dialogue, point.voice),
        on_page=not told,
    )


def alert_for(notice: Notice, dialogue: Dialogue, now: datetime, language: str) -> str | None:
    """The alert of *notice* in one line for a chat, of ids and counts only; None when it is no alert to the manager."""
    if notice.role != Role.MANAGER or notice.template not in _ALERTS:
        return None
    duty = dialogue.latest(notice.duty) if notice.duty else None
    parts = ["Weerklank", dialogue.id, notice.template]
    if duty and KINDS[duty.kind].debt:
        view = DutyView(dialogue, duty, now, language)
        parts += [part for part in (view.ids,) if part]
        parts += [f"{view.late}d", f"{waiting_for(dialogue, now, language).number} waiting"]
    return " · ".join(parts)
