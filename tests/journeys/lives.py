"""Small whole lives for the journeys: one edition with three voices, and a reader of what a rehearsal shows."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from cli.rehearsal.scenario import Scenario, parse_scenario, read_scenario
from cli.rehearsal.simulator import Life, new_life
from states.privacy.visibility import Viewer
from tests.soft_checks import overridden

CASE = Path("cli/data/kledingmerk-2022.yaml")
Row = dict[str, Any]

PROGRAMME: Row = {
    "id": "klein",
    "company": "Klein merk",
    "country": "NL",
    "time_zone": "Europe/Amsterdam",
    "languages": ["nl", "en"],
    "schedule": "0 9 1 12 *",
    "roles": {
        role: {"name": f"De {role}", "email": f"{role}@klein.example", "language": "nl"}
        for role in ("manager", "deputy", "sponsor", "moderator", "board", "confidant")
    },
}
INFORMATION: Row = {
    "purpose": "Leefbaar loon.",
    "use_of_outcomes": "Elke inbreng krijgt een besluit.",
    "contribution_asked": "Drie uur kritiek.",
    "degree_of_influence": "involve",
    "decided_by": "De directie.",
    "feedback_by": "2022-09-08",
    "confidentiality": "U kiest wie uw naam ziet.",
    "costs": "Worden vergoed.",
}
NGO: Row = {
    "id": "ngo-nl",
    "name": "Noor Campagne",
    "organisation": "Ngo Noord",
    "category": "ngo",
    "country": "NL",
    "language": "nl",
    "layer": "proxy",
    "critical": True,
    "at_risk": False,
    "speaks_for": ["wages-bd"],
    "email": "noor@ngo-noord.example",
}
UNION: Row = {
    "id": "union-bd",
    "name": "Rahima Organizer",
    "organisation": "Needle Union",
    "category": "union",
    "country": "BD",
    "language": "en",
    "layer": "representative",
    "critical": False,
    "at_risk": True,
    "speaks_for": ["wages-bd"],
    "email": "rahima@needle-union.example",
}
SUPPLIER: Row = {
    "id": "supplier-tr",
    "name": "Deniz Director",
    "organisation": "Izmir Textiles",
    "category": "supplier",
    "country": "TR",
    "language": "en",
    "layer": "expert",
    "critical": False,
    "at_risk": False,
    "speaks_for": [],
    "email": "deniz@izmir-textiles.example",
}
VOICES = (NGO["id"], UNION["id"], SUPPLIER["id"])
POINTS = {"c1": NGO["id"], "c2": UNION["id"], "c3": SUPPLIER["id"]}
ATTRIBUTIONS = {"c1": "named", "c2": "sealed", "c3": "organisation"}


def act(at: str, by: str, do: str, **given: Any) -> Row:  # noqa: ANN401 - whatever the step takes
    """One act of a scenario."""
    return {"at": at, "by": by, "do": do, "with": given}


def _analysis() -> Iterator[Row]:
    yield act("2022-01-10T10:00", "manager", "approve-analysis")


def _gathering() -> Iterator[Row]:
    yield act("2022-03-01T10:00", "manager", "invite-all")
    for who in VOICES:
        yield act("2022-03-02T10:00", who, "accept-invitation")
        yield act(
            "2022-03-03T10:00",
            who,
            "share-expectation",
            text="Een jaartal.",
            success_test="Een bedrag.",
        )
    yield act("2022-05-30T10:00", "manager", "echo-expectations", changes="Loon krijgt een uur.")
    yield act("2022-06-16T13:00", "manager", "open-session")


def _session() -> Iterator[Row]:
    yield act("2022-06-16T13:05", "manager", "record-management", role="sponsor", present=True)
    for who in VOICES:
        yield act(
            "2022-06-16T13:10", "moderator", "record-attendance", stakeholder=who, present=True
        )
    for point, who in POINTS.items():
        attribution = ATTRIBUTIONS[point]
        yield act(
            "2022-06-16T14:00",
            "moderator",
            "record-contribution",
            id=point,
            stakeholder=who,
            attribution=attribution,
            text=f"Punt {point}: loon.",
        )
    yield act(
        "2022-06-20T10:00", "moderator", "publish-summary", lines={p: f"Regel {p}." for p in POINTS}
    )
    for point, who in POINTS.items():
        yield act("2022-06-21T10:00", who, "check-line", contribution=point, verdict="confirmed")
    yield act("2022-07-05T10:00", "moderator", "close-session")


def _strategy() -> Iterator[Row]:
    for point in POINTS:
        reason = f"Voor {point} wachten wij op de nieuwe cijfers van dit voorjaar."
        yield act(
            "2022-08-01T10:00",
            "manager",
            "decide",
            contribution=point,
            outcome="not-now",
            reason=reason,
            owner="manager",
        )
    yield act("2022-08-02T10:00", "sponsor", "sign-strategy")


def _feedback() -> Iterator[Row]:
    for point in POINTS:
        yield answer(f"2022-09-0{point[1]}T10:00", point)
    for who in VOICES:
        yield act("2022-09-07T10:00", who, "give-verdict", heard="yes", success_test="yes")
    yield act("2022-09-09T10:00", "manager", "note-lesson", text="Eerder beginnen.")
    yield act("2022-10-07T11:00", "manager", "close-dialogue")


_PARTS = {
    "analysis": _analysis,
    "gathering": _gathering,
    "session": _session,
    "strategy": _strategy,
    "feedback": _feedback,
}


def answer(at: str, *points: str, by: str = "manager") -> Row:
    """The manager answers *points*."""
    return act(
        at,
        by,
        "answer-participant",
        covers=list(points),
        text=f"Over {', '.join(points)}: het antwoord.",
    )


def played(through: str) -> list[Row]:
    """All acts of the small life up to and including the part called *through*."""
    acts: list[Row] = []
    for name, part in _PARTS.items():
        acts += part()
        if name == through:
            return acts
    message = f"no part {through}"
    raise ValueError(message)


def without(acts: Iterable[Row], **match: Any) -> list[Row]:  # noqa: ANN401 - values of acts
    """*acts* without those in which each of *match* is so, as in `by="ngo-nl", do="accept-invitation"`."""
    return [one for one in acts if any(one[key] != value for key, value in match.items())]


def small(acts: Iterable[Row], *, until: str = "2022-11-30T00:00", **changes: Any) -> Row:  # noqa: ANN401
    """The small life with *acts*; *changes* replace top-level keys of the scenario."""
    life: Row = {
        "start": "2021-12-10T09:00",
        "until": until,
        "programme": PROGRAMME,
        "dialogue": {"edition": 2022, "session": "2022-06-16T13:00", "information": INFORMATION},
        "risks": [
            {
                "id": "wages-bd",
                "theme": "loon",
                "country": "BD",
                "tier": 1,
                "group": "naaisters",
                "weight": 5,
            }
        ],
        "stakeholders": [NGO, UNION, SUPPLIER],
        "acts": list(overridden(acts)),
    }
    return {**deepcopy(life), **deepcopy(changes)}


def scenario(life: Row) -> Scenario:
    """*life* by way of the file format, as a person would give it."""
    return parse_scenario(yaml.safe_dump(life, allow_unicode=True, sort_keys=False))


def the_case(*, until: str | None = None) -> Scenario:
    """The real case."""
    return read_scenario(CASE, until=until)


class Seen:
    """What a rehearsal shows, with short ways to look things up."""

    def __init__(self, shown: Row, life: Life) -> None:
        self.shown = shown
        self.life = life

    @property
    def phase(self) -> str:
        """The phase of the first dialogue."""
        return str(self.shown["dialogues"][0]["phase"])

    @property
    def refused(self) -> list[Row]:
        """The steps that were refused."""
        return list(self.shown["refused"])

    def duty(self, name: str, dialogue: str | None = None) -> Row:
        """The one duty called *name*."""
        found = self._rows("duties", id=name, **({"dialogue": dialogue} if dialogue else {}))
        assert len(found) == 1, f"{len(found)} duties called {name}"
        return found[0]

    def duties(self, **match: Any) -> list[Row]:  # noqa: ANN401 - values of JSON
        """The duties in which each of *match* is so; `for_` stands for `for`."""
        return self._rows("duties", **match)

    def facts(self, fact: str, **match: Any) -> list[Row]:  # noqa: ANN401 - values of JSON
        """The facts called *fact* in which each of *match* is so."""
        return self._rows("facts", fact=fact, **match)

    def notices(self, **match: Any) -> list[Row]:  # noqa: ANN401 - values of JSON
        """The notices in which each of *match* is so."""
        return self._rows("notices", **match)

    def rungs(self, **match: Any) -> list[Row]:  # noqa: ANN401 - values of JSON
        """The notices of a ladder in which each of *match* is so; what is said at once has no rung."""
        return [row for row in self.notices(**match) if row["rung"]]

    def told(self, **match: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - values of JSON
        """To whom notices went that fit *match*, with the moment."""
        return [(row["to"], row["at"]) for row in self.notices(**match)]

    def _rows(self, table: str, **match: Any) -> list[Row]:  # noqa: ANN401 - values of JSON
        wanted = {key.rstrip("_"): value for key, value in match.items()}
        return [
            row
            for row in self.shown[table]
            if all(row[key] == value for key, value in wanted.items())
        ]


@contextmanager
def live(life: Row | Scenario, viewer: Viewer = "manager") -> Iterator[Seen]:
    """Live a whole *life* and show it as *viewer* sees it; the records stay open meanwhile."""
    with new_life(life if isinstance(life, Scenario) else scenario(life)) as alive:
        alive.live()
        yield Seen(alive.view(viewer), alive)


def outcome_of(life: Row | Scenario, viewer: Viewer = "manager") -> Seen:
    """What *viewer* sees at the end of *life*."""
    with live(life, viewer) as seen:
        return seen
