"""Timeline: from facts and notices to happenings; what belongs together in one line, at one moment, day or month."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from cli.json_views import Row
from cli.rehearsal.grains import DEBT, INSTANT, Grain, Span, grains_of_facts, local
from states.checks.checks import RULES
from states.model.vocabulary import FactName, Template

_ROLES_TOLD = {
    Template.ANSWER_LATE_ALERT: Template.ANSWER_LATE_ALERT,
    Template.ANSWER_NOW_OR_POSTPONE: Template.ANSWER_NOW_OR_POSTPONE,
    Template.PEOPLE_ARE_WAITING: Template.PEOPLE_ARE_WAITING,
    Template.ANSWER_LONG_OVERDUE: Template.ANSWER_LONG_OVERDUE,
    Template.DUTY_LATE: "role-told",
    Template.DUTY_STILL_LATE: "role-told",
    Template.DUTY_LATE_SPONSOR: "role-told",
}
"""The sentence for each message with which lateness goes up the ladder."""
_ENDS = frozenset({FactName.DIALOGUE_CLOSED, FactName.DIALOGUE_CANCELLED})
_CHECK = re.compile(rf"(?:^|(?<=[.;] ))({'|'.join(sorted({rule.name for rule in RULES}))}): ")
_A_CHECK = 3
_SENTENCE = re.compile(r"(?<=[.;]) ")
_WAITING_TOLD = frozenset({Template.ANSWER_IS_LATE, Template.ANSWER_STILL_LATE})


@dataclass
class StoryPart:
    """One count in a line: the sentence *key*, how many, and what fills it."""

    key: str
    n: int = 0
    details: Row = field(default_factory=dict)


@dataclass
class Happening:
    """One line: the *first* of its grains gives the local moment, the span and the look."""

    first: Grain
    parts: list[StoryPart] = field(default_factory=list)

    @property
    def clock(self) -> str:
        """The local time; the end of a day is 24:00 of that day."""
        ends_day = (self.first.at + INSTANT).time() == time()
        return "24:00" if ends_day else f"{self.first.at:%H:%M}"


def happenings(shown: Row, zone: ZoneInfo) -> list[Happening]:
    """The happenings of what is *shown* (docs/json.md): dialogue after dialogue, in order, with moments in *zone*."""
    grains = [*grains_of_facts(shown, zone), *_notices(shown, zone), *_refusals(shown, zone)]
    order = [row["id"] for row in shown["dialogues"]]
    grains.sort(key=lambda grain: (order.index(grain.dialogue), grain.at))
    lines: dict[tuple[object, ...], Happening] = {}
    phase = 0
    for grain in grains:
        phase += grain.key == "phase"
        line = lines.setdefault(_bucket(grain, phase), Happening(grain))
        _lay(line, grain)
    return list(lines.values())


def _bucket(grain: Grain, phase: int) -> tuple[object, ...]:
    day = grain.at.date()
    moments: dict[Span, object] = {
        "moment": grain.at,
        "day": day,
        "month": (phase, day.year, day.month),
    }
    return grain.dialogue, grain.basket, grain.span, moments[grain.span]


def _lay(line: Happening, grain: Grain) -> None:
    same = (part for part in line.parts if part.key == grain.key)
    found = next(
        (part for part in same if part.details.get("what") == grain.details.get("what")), None
    )
    if found is None:
        found = StoryPart(grain.key, 0, {**grain.details, "who": []})
        line.parts.append(found)
    found.n += int(grain.details.get("count", 1))
    if grain.who is not None and grain.who not in found.details["who"]:
        found.details["who"].append(grain.who)
    if grain.details.get("to") and isinstance(grain.details["to"], list):
        found.details["to"] = list(dict.fromkeys([*found.details["to"], *grain.details["to"]]))


_TOLD = {"sent", "sealed"}
"""Whether words to a voice under seal arrived, nobody but the moderator is told; that it was time for them, all."""


def _notices(shown: Row, zone: ZoneInfo) -> Iterator[Grain]:
    upwards: dict[tuple[str, str, str], list[Row]] = {}
    for row in shown["notices"]:
        at = local(row["at"], zone)
        if row["status"] == "failed":
            yield Grain(
                at,
                "undeliverable",
                "undeliverable",
                look="late",
                who=row["to"],
                dialogue=row["dialogue"],
            )
        elif row["status"] in _TOLD and row["rung"]:
            if row["template"] in _ROLES_TOLD:
                upwards.setdefault(
                    (row["dialogue"], row["at"], _ROLES_TOLD[row["template"]]), []
                ).append(row)
            elif row["template"] in _WAITING_TOLD:
                yield Grain(
                    at,
                    row["template"],
                    row["template"],
                    look="late",
                    who=row["to"],
                    dialogue=row["dialogue"],
                )
            else:
                yield Grain(at, "reminder", "quiet", "month", "fact", dialogue=row["dialogue"])
    for (_, moment, key), rows in upwards.items():
        yield _upwards(shown, local(moment, zone), key, rows)


def _upwards(shown: Row, at: datetime, key: str, rows: list[Row]) -> Grain:
    duties = {(row["dialogue"], row["duty"]) for row in rows}
    waiting = len(_waiting(shown, rows[0]["at"])) if key == Template.PEOPLE_ARE_WAITING else 0
    details: Row = {
        "count": waiting or len(duties),
        "waiting": waiting,
        "to": list(dict.fromkeys(f"@role/{row['role']}" for row in rows)),
        "what": list(dict.fromkeys(f"@duty/{row['kind']}" for row in rows)),
    }
    span: Span = "month" if key == "role-told" else "moment"
    basket = f"{key}/{details['what']}" if key == "role-told" else key
    return Grain(at, key, basket, span, "late", details=details, dialogue=rows[0]["dialogue"])


def _waiting(shown: Row, moment: str) -> set[tuple[str, str]]:
    """Who waited at *moment* for an answer that was promised before it."""
    debts = [row for row in shown["duties"] if row["kind"] == DEBT and row["status"] != "withdrawn"]
    late = [
        row
        for row in debts
        if row["first_due"] <= moment and not (row["met_at"] and row["met_at"] <= moment)
    ]
    return {(row["dialogue"], row["for"]) for row in late}


def _refusals(shown: Row, zone: ZoneInfo) -> Iterator[Grain]:
    for number, row in enumerate(shown["refused"]):
        details = {"do": row["do"], "by": row["by"], "why": _in_short(row["why"])}
        at, home = local(row["at"], zone), _home(shown, row["at"])
        yield Grain(at, "refused", f"refused/{number}", look="late", details=details, dialogue=home)


def _home(shown: Row, moment: str) -> str:
    """The dialogue in which a step was refused: the first that had not ended then."""
    ids = [row["id"] for row in shown["dialogues"]]
    ended = {f["dialogue"] for f in shown["facts"] if f["fact"] in _ENDS and f["at"] < moment}
    return str(next((name for name in ids if name not in ended), ids[-1]))


def _in_short(why: str) -> str:
    """*why* without what to do about it: of each check its first sentence."""
    parts = [part.strip() for part in _CHECK.split(why)]
    if len(parts) < _A_CHECK:
        return why
    pairs = zip(parts[1::2], parts[2::2], strict=False)
    return " ".join(
        f"{name}: {_SENTENCE.split(text, maxsplit=1)[0].rstrip('.;')}." for name, text in pairs
    )
