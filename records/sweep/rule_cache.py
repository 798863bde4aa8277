"""Rule cache: the law of each programme for the length of a sweep, with the row templates made so far."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Dialect

from records.dialogues.repository import Policies, programme_of
from records.engine.column_types import from_stored, instant_text, to_stored
from records.sweep.row_templates import KIND, NAMED, WAITS, WHO, Row, RowTemplate, make_template
from states.model.calendar import calendar_of
from states.model.duties import Duty, DutyStatus
from states.model.policy import Policy
from states.timing.equivalence import (
    LAPSED_BEFORE,
    OPEN,
    Names,
    Standing,
    duty_of,
    seating,
    taken_names,
)
from states.timing.lapse import Setting, pass_time

HOW = KIND
"""From here on a row of the sweep says how its duty stands."""
UNTOLD = HOW - 1
"""Where it says whether what time does to the duty is kept from whoever watches the machine."""
ARRIVED = len(Standing._fields) - 1
"""Where that says when what asks for the duty arrived: only the day matters, so that templates are shared."""
_MOST_TEMPLATES = 20_000  # of one kind of programme, each about a kilobyte


class _Programme(NamedTuple):
    setting: Setting
    taken: frozenset[str]
    templates: dict[Row, RowTemplate]


class RuleCache:
    """
    The law at *now* (aware UTC) for duties as the database of *dialect* keeps them.

    Programmes with the same policy, calendar and seating share their templates.
    """

    def __init__(
        self, policies: Policies, now: datetime, dialect: Dialect, keep: int = 2048
    ) -> None:
        self.now = now
        self.unsettled: set[str] = set()
        """Dialogues of which an invitation was accepted, and a kill kept the law from hearing of it."""
        self._policies = policies
        self._keep = keep
        self._known: dict[str, _Programme] = {}
        self._templates: dict[Any, tuple[Policy, dict[Row, RowTemplate]]] = {}
        self._whole = dialect.name == "sqlite"

    def template(self, document: str, duty: Row) -> RowTemplate:
        """The template for a *duty* of the programme of *document*. Raises whatever the law raises on it."""
        setting, taken, templates = self._known.get(document) or self._open(document)
        how = duty[HOW:]
        if how[ARRIVED] is not None:
            how = (*how[:ARRIVED], setting.calendar.day_of(self._read(how[ARRIVED])))
        if duty[WHO] in taken or duty[WAITS] in taken:
            return self._make(
                how, Names(duty[NAMED], duty[WHO], duty[WAITS], LAPSED_BEFORE), setting
            )
        found = templates.get(how)
        if found is None:
            if len(templates) >= _MOST_TEMPLATES:
                templates.clear()
            found = templates[how] = self._make(how, OPEN, setting)
        return found

    def to_database(self, moment: datetime | None) -> Any:  # noqa: ANN401 - a number or an instant
        """*moment* as the database keeps it."""
        return to_stored(moment) if self._whole and moment is not None else moment

    def _open(self, document: str) -> _Programme:
        programme = programme_of(document)
        policy = self._policies(programme.policy)
        setting = Setting("", policy, calendar_of(programme, policy), programme.roles)
        kind = (id(policy), setting.calendar, seating(programme.roles))
        # The policy is kept with them: an id may come back when what it belonged to is gone.
        _, templates = self._templates.setdefault(kind, (policy, {}))
        if len(self._known) >= self._keep:
            del self._known[next(iter(self._known))]
        found = self._known[document] = _Programme(setting, taken_names(programme.roles), templates)
        return found

    def _make(self, how: Row, names: Names, setting: Setting) -> RowTemplate:
        kind, owner, due, status, *rest = how
        day, _, arrived = how[ARRIVED - 2 :]
        stands = Standing(kind, owner, self._read(due), DutyStatus(status), *rest)
        stands = stands._replace(day=date.fromisoformat(day) if isinstance(day, str) else day)
        before = duty_of(stands, names)
        since = () if arrived is None else (arrived,)
        passing = pass_time(before, setting, self.now, *since)
        moved = (passing.duty.rung, self.to_database(passing.duty.next_at))
        shifted = self._shift(before, passing.duty)
        turned = self._turn(before, passing.duty, always=shifted is not None)
        change = (moved, turned, shifted)
        return make_template(passing, self.to_database(self.now), instant_text(self.now), change)

    def _read(self, stored: Any) -> datetime:  # noqa: ANN401 - a number or an instant
        moment: datetime = from_stored(stored) if self._whole else stored
        return moment

    def _shift(self, before: Duty, after: Duty) -> Row | None:
        """The new dates of a duty whose asking message arrived late, None when they are the old ones."""
        if after.version == before.version:
            return None
        days = (after.day, after.first_day)
        kept = [day.isoformat() if self._whole and day else day for day in days]
        moments = [self.to_database(after.due), self.to_database(after.first_due)]
        return (*moments, *kept, after.version, after.reckoning.model_dump_json())

    def _turn(self, before: Duty, after: Duty, *, always: bool) -> Row | None:
        """What changes besides the rung when the due moment passes, None when it did not and need not be said."""
        if not always and (after.status, after.lapsed_version) == (
            before.status,
            before.lapsed_version,
        ):
            return None
        lapse = None if after.lapsed_at == LAPSED_BEFORE else self.to_database(after.lapsed_at)
        return after.status.value, self.to_database(after.ended_at), lapse, after.lapsed_version
