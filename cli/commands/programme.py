"""`weerklank programme`: create or update a programme from a file, show and list them, pause and resume one."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import typer

from cli import console, times
from cli.app import HELP, group
from cli.commands.pause import ProgrammeId, pause, paused_data, resume
from cli.commands.profile import profile
from cli.console import AsJson
from cli.dry_run_view import DryRun, show_dry_run
from cli.times import Now
from cli.yaml_input import BadDocument, Document, read_document, validate
from config.policies import PolicyUnfit, policy_of
from services.house import House, open_house
from services.sizes.profile_choice import keep_choice
from states.language.errors import NotKnown, Refused
from states.model.programme import Programme
from states.timing.schedule import require_schedule

if TYPE_CHECKING:
    from records.dialogues.programmes import ProgrammeRow

_KEY = "programme."
_OURS = frozenset({"roles", "owed_before"})
"""Fields of a programme that are compared in another way, or written by steps alone."""

app = group("Create, update, show or list programmes; choose their size; pause and resume one.")
app.command("pause", context_settings=HELP)(pause)
app.command("resume", context_settings=HELP)(resume)
app.command("profile", context_settings=HELP)(profile)

ProgrammeFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="YAML with the programme: id, company, country, roles, schedule, …"
    ),
]


@app.command("apply", context_settings=HELP)
def apply(
    file: ProgrammeFile, now: Now = None, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Create or update the programme in FILE; doing it again changes nothing.

    What stands in the file wins over roles that were handed over since. A profile that was chosen since stays,
    unless the file says one.

    weerklank programme apply kledingmerk.yaml
    weerklank programme apply kledingmerk.yaml --dry-run
    """
    moment = times.moment_or_now(now)
    programme = read_programme(file, moment)

    def apply_it(house: House) -> _Applied:
        return _apply(house, programme, moment)

    if dry_run:
        applied = show_dry_run(lambda _: [programme.id], apply_it, _Applied.row, as_json=as_json)
        if not as_json:
            _tell_differences(applied)
        return
    with open_house() as house:
        applied = apply_it(house)
    if as_json:
        console.say_json(applied.row())
        return
    console.out(applied.sentence())
    if applied.now.paused:
        console.suggest(f"weerklank programme resume {programme.id}, when it shall go on")
        return
    console.suggest(
        f"weerklank open {programme.id} --session WHEN, or wait for the schedule: weerklank up"
    )


class _Applied(NamedTuple):
    """The programme as it is kept now, and as it was kept *before*."""

    now: "ProgrammeRow"
    before: Programme | None
    changed: bool

    def row(self) -> dict[str, Any]:
        """The same as JSON."""
        return {**_as_data(self.now), "changed": self.changed, "fields": self.differences()}

    def differences(self) -> list[str]:
        """The fields that are not as they were, of roles each by itself: `schedule`, `roles.manager`."""
        was = self.before.model_dump() if self.before else {}
        parts = [_flat(one) for one in (was, self.now.programme.model_dump())]
        return sorted(key for key in parts[0] | parts[1] if parts[0].get(key) != parts[1].get(key))

    def sentence(self, saved: str = "saved") -> str:
        """The same in a line; *saved* tells that something changed."""
        following = _next(self.now) if self.now.paused else f"the next edition {_next(self.now)}"
        return f"{self.now.programme.id}: {saved if self.changed else 'unchanged'}; {following}"


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    roles = {f"roles.{role}": person for role, person in document.get("roles", {}).items()}
    plain = {key: value for key, value in document.items() if key not in _OURS}
    return plain | roles


def _apply(house: House, programme: Programme, moment: datetime) -> _Applied:
    before = None
    with suppress(NotKnown):
        before = house.ledger.programme(programme.id).programme
    changed = house.ledger.apply_programme(keep_choice(before, programme), moment)
    return _Applied(house.ledger.programme(programme.id), before, changed)


def _tell_differences(applied: _Applied) -> None:
    console.out(applied.sentence("would be saved"))
    if fields := applied.differences():
        console.out(f"Would change: {', '.join(fields)}")


@app.command("list", context_settings=HELP)
def list_programmes(as_json: AsJson = False) -> None:
    """List the programmes and when their next edition opens."""
    with open_house() as house:
        rows = house.ledger.programmes()
    if as_json:
        console.say_json({"programmes": [_as_data(row) for row in rows]})
    elif rows:
        console.columns(
            [(row.programme.id, row.programme.company, _next(row)) for row in rows],
            indent="",
        )
    else:
        console.out("There are no programmes yet.")
        console.suggest("weerklank programme apply FILE, or see the case first: weerklank demo")


@app.command("show", context_settings=HELP)
def show(programme: ProgrammeId, as_json: AsJson = False) -> None:
    """Show a programme: where, who holds which role, its editions, when the next one opens, and whether it is paused.

    weerklank programme show kledingmerk
    """
    with open_house() as house:
        row = house.ledger.programme(programme)
        editions = house.ledger.dialogue_ids(programme)
    if as_json:
        console.say_json({**_as_data(row), "editions": editions})
        return
    of = row.programme
    told = [
        ("company", f"{of.company}, {of.country}, {of.time_zone}"),
        ("languages", ", ".join(of.languages)),
        ("schedule", f"{of.schedule}; {_next(row)}"),
        *([("reason", row.paused.reason.replace("\n", " "))] if row.paused else []),
        ("roles", ", ".join(sorted(role.value for role in of.roles))),
        ("editions", ", ".join(editions) or "none yet"),
    ]
    console.columns([(name, console.clean(what)) for name, what in told], indent="")


def read_programme(file: Path, now: datetime) -> Programme:
    """
    The programme in *file*: under `programme:`, or the mapping itself; its policy and schedule are tried out.

    Raises BadDocument, which names the path, the value and what is allowed.
    """
    document = read_document(file)
    nested = isinstance(document.data, dict) and isinstance(document.data.get("programme"), dict)
    inner = _inside(document) if nested else document
    programme = validate(Programme, inner)
    _try_out(programme, inner, now)
    return programme


def _inside(document: Document) -> Document:
    inner = {
        place.removeprefix(_KEY): line
        for place, line in document.lines.items()
        if place.startswith(_KEY)
    }
    return Document(document.source, document.data["programme"], inner)


def _try_out(programme: Programme, document: Document, now: datetime) -> None:
    try:
        policy_of(programme.policy)
        require_schedule(programme.schedule, programme.time_zone, now)
    except PolicyUnfit as unfit:
        problems = [document.problem(line) for line in unfit.lines]
        raise BadDocument(document.source, problems) from None
    except Refused as refused:
        problem = document.problem(f"schedule: {refused.why(console.language())}")
        raise BadDocument(document.source, [problem]) from None


def _local(row: "ProgrammeRow") -> str:
    opens = row.opens_at.astimezone(ZoneInfo(row.programme.time_zone))
    return f"{opens:%Y-%m-%d %H:%M} ({row.programme.time_zone})"


def _next(row: "ProgrammeRow") -> str:
    if row.paused is None:
        return f"opens {_local(row)}"
    since = row.paused.since.astimezone(ZoneInfo(row.programme.time_zone))
    return f"paused since {since:%Y-%m-%d} by {row.paused.by}: no new edition opens"


def _as_data(row: "ProgrammeRow") -> dict[str, Any]:
    programme = row.programme
    return {
        "id": programme.id,
        "company": programme.company,
        "country": programme.country,
        "time_zone": programme.time_zone,
        "languages": list(programme.languages),
        "schedule": programme.schedule,
        "roles": sorted(role.value for role in programme.roles),
        "opens_at": console.stamp(row.opens_at),
        "paused": paused_data(row.paused),
    }
