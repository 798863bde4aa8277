"""Scenario file: a whole edition as a person writes it, read into moments that are aware UTC (docs/scenario.md)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo

from cli.rehearsal.acts import complaints_of_acts
from cli.yaml_input import (
    BadDocument,
    Document,
    FileProblem,
    parse_document,
    read_document,
    validate,
)
from config.policies import PolicyUnfit, policy_of
from states.language.errors import Refused
from states.language.validation_messages import wrong
from states.model.calendar import WorkCalendar
from states.model.dialogue import ChainDialogue, Risk
from states.model.information import Information
from states.model.people import Mapping as Seat
from states.model.programme import Programme
from states.timing.schedule import require_schedule
from states.values.values import Line, Name, Text, Value


def _written_out(value: object) -> object:
    # A bare number would pass as seconds since 1970.
    if isinstance(value, int | float):
        raise wrong("no-moment")
    return value


def _with_hour(value: object) -> object:
    if isinstance(value, str) and ":" not in value:
        raise wrong("no-hour")
    return value


def _in_zone(local: datetime, info: ValidationInfo) -> datetime:
    calendar = (info.context or {}).get("calendar") or WorkCalendar("UTC", "NL")
    try:
        return _instant(calendar, local)
    except Refused as refused:
        raise ValueError(refused.why()) from None


def _instant(calendar: WorkCalendar, local: datetime) -> datetime:
    try:
        return calendar.instant(local)
    except OverflowError:
        message = "lies beyond the calendar"
        raise ValueError(message) from None


Moment = Annotated[datetime, BeforeValidator(_written_out), AfterValidator(_in_zone)]
"""A moment in the file: a naive time is local time of the programme; what comes out is aware UTC."""

SessionMoment = Annotated[Moment, BeforeValidator(_with_hour)]
"""A moment with its hour: a bare day would be a session at midnight."""


def _or_empty(value: object) -> object:
    return {} if value is None else value


def _or_none_of_it(value: object) -> object:
    return () if value is None else value


Many = BeforeValidator(_or_none_of_it)
"""A list that may be left empty, as in `outages:` with nothing behind it."""


class Opening(Value):
    """The edition that is opened by hand at the start."""

    edition: Annotated[int, Field(ge=1900, le=2999)] | None = None
    session: SessionMoment | None = None
    information: Information | None = None


class Act(Value):
    """One thing that one person does; what comes `with` it is judged by the law when it is played."""

    at: Moment
    by: Line
    do: Line
    given: Annotated[dict[str, Any], BeforeValidator(_or_empty)] = Field(
        default_factory=dict, alias="with"
    )
    edition: int | None = None
    dialogue: Name | None = None


class Outage(Value):
    """A span in which the scheduler is down: *begin* included, *end* not."""

    begin: Moment = Field(alias="from")
    end: Moment = Field(alias="to")


class BounceSpan(Outage):
    """A span in which delivery to one address fails for good."""

    address: Text


class Scenario(Value):
    """A scenario as read; all moments are aware UTC."""

    start: Moment
    until: Moment | None = None
    programme: Programme
    policy: Annotated[dict[str, Any], BeforeValidator(_or_empty)] = Field(default_factory=dict)
    dialogue: Opening
    risks: Annotated[tuple[Risk, ...], Many] = ()
    chain_dialogues: Annotated[tuple[ChainDialogue, ...], Many] = ()
    stakeholders: Annotated[tuple[Seat, ...], Many] = ()
    acts: Annotated[tuple[Act, ...], Many] = ()
    outages: Annotated[tuple[Outage, ...], Many] = ()
    bounces: Annotated[tuple[BounceSpan, ...], Many] = ()

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar in which the file's naive times are read."""
        return WorkCalendar(self.programme.time_zone, self.programme.country)

    def own_programme(self) -> Programme:
        """The programme with the scenario's own policy laid over it."""
        return self.programme.model_copy(
            update={"policy": _laid_over(self.programme.policy, self.policy)}
        )

    def in_order(self) -> list[Act]:
        """The acts in the order of their moments, equal moments in the order of the file."""
        return sorted(self.acts, key=lambda act: act.at)

    def up_to(self, until: datetime) -> Self:
        """The same scenario, lived until another moment."""
        return self.model_copy(update={"until": until})


def _laid_over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key for key in over if isinstance(over[key], Mapping) and isinstance(base.get(key), Mapping)
    }
    return {**base, **over, **{key: _laid_over(base[key], over[key]) for key in both}}


def read_scenario(file: Path, *, until: str | None = None) -> Scenario:
    """
    The scenario in *file*, lived up to *until* (local time of the programme) when that is given.

    Raises BadDocument with every problem that the file has.
    """
    return _scenario(read_document(file), until)


def parse_scenario(text: str, source: str = "scenario", *, until: str | None = None) -> Scenario:
    """The scenario that *text* holds. Raises BadDocument."""
    return _scenario(parse_document(text, source), until)


def _scenario(document: Document, until: str | None) -> Scenario:
    if not isinstance(document.data, Mapping):
        what = "a scenario is a list of keys like start, programme, dialogue"
        raise BadDocument(document.source, [FileProblem("", 1, what)])
    scenario = validate(Scenario, document, {"calendar": _calendar(document.data)})
    if until is not None:
        scenario = scenario.up_to(_moment_of(until, scenario.calendar))
    if problems := [document.problem(complaint) for complaint in _complaints(scenario)]:
        raise BadDocument(document.source, problems)
    return scenario


def _calendar(data: Mapping[str, Any]) -> WorkCalendar | None:
    """The calendar of the file, None while its programme is not sound: that is complained of by itself."""
    try:
        programme = Programme.model_validate(data.get("programme"))
    except ValidationError:
        return None
    return WorkCalendar(programme.time_zone, programme.country)


def _moment_of(text: str, calendar: WorkCalendar) -> datetime:
    try:
        return calendar.instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        what = f"'{text}' is not understood; write a date like 2022-12-31 or a time like 2022-12-31T08:00"
    except Refused as refused:
        what = refused.why()
    raise BadDocument("--until", [FileProblem("", None, what)])


def _complaints(scenario: Scenario) -> Iterator[str]:
    if scenario.until is None:
        yield "until: is missing; say here or with --until until when the scenario is lived"
    elif scenario.until < scenario.start:
        yield "until: lies before start"
    for name, listed in (
        ("risks", scenario.risks),
        ("chain_dialogues", scenario.chain_dialogues),
        ("stakeholders", scenario.stakeholders),
    ):
        yield from _twice(name, [one.id for one in listed])
    for name, spans in (("outages", scenario.outages), ("bounces", scenario.bounces)):
        yield from (
            f"{name}[{i}].to: must lie after from"
            for i, span in enumerate(spans)
            if span.end <= span.begin
        )
    yield from _rules(scenario)
    yield from complaints_of_acts(scenario)


def _twice(name: str, ids: list[str]) -> Iterator[str]:
    for index, one in enumerate(ids):
        if one in ids[:index]:
            yield f"{name}[{index}].id: '{one}' is taken by {name}[{ids.index(one)}]"


def _rules(scenario: Scenario) -> Iterator[str]:
    programme = scenario.programme
    try:
        require_schedule(programme.schedule, programme.time_zone, scenario.start)
    except Refused as refused:
        yield f"programme.schedule: {refused.why()}"
    for prefix, values in (("programme.", programme.policy), ("", scenario.policy)):
        try:
            policy_of(values)
        except PolicyUnfit as unfit:
            yield from (prefix + line for line in unfit.lines)
