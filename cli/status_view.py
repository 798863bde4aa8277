"""Status view: a dialogue in the terminal; its phase, checks, duties by urgency, and who waits since when."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from cli import console
from cli.json_views import dialogue_row, duties_of, duty_row, for_an_auditor
from states.checks.status import ANSWERING, about_nothing, stage_of, waiting_voices
from states.model.dialogue import OPEN_PHASES, Dialogue
from states.model.duties import Duty
from states.model.people import Role
from states.model.vocabulary import Step
from states.privacy.readers import Reader
from states.privacy.seals import seals_open_to
from states.privacy.visibility import Viewer
from states.steps.machine import leaving_step
from states.steps.permissions import may_take
from states.steps.table import STEPS

_MOST = 20  # duties that are listed before the rest is counted
_DONE, _HERE, _AHEAD, _IDLE = "✓", "●", "○", "·"


def portray(
    dialogue: Dialogue, now: datetime, viewer: Viewer, language: str, *, short: bool = False
) -> None:
    """Print *dialogue* as *viewer* may see it at *now*; *short* leaves out what is in order."""
    known = duties_of(dialogue, viewer)
    owed = sorted((duty for duty in known if duty.owed), key=lambda d: (d.due, d.name))
    shown: dict[str, Any] = {
        "dialogues": [dialogue_row(dialogue, now, language)],
        "duties": [duty_row(dialogue, duty, now) for duty in owed],
    }
    if viewer == "auditor":
        shown = for_an_auditor(shown, [dialogue])
    view = _View(dialogue, now)
    view.head()
    view.checks(shown["dialogues"][0]["checks"], short=short)
    view.duties(list(zip(owed, shown["duties"], strict=True)), short=short)
    if not short:
        view.waiting(list(zip(owed, shown["duties"], strict=True)))
        view.opened_seals(viewer)
        view.proposal(shown["dialogues"][0]["checks"])


class _View:
    """One dialogue at one moment, in the programme's own time zone."""

    def __init__(self, dialogue: Dialogue, now: datetime) -> None:
        self.dialogue = dialogue
        self.now = now
        self.today = dialogue.calendar.day_of(now)

    def head(self) -> None:
        """The name, the line of phases, and the three dates that matter."""
        d = self.dialogue
        console.out(console.tint(f"{d.id} · {d.programme.company}", "bold"))
        console.paragraph(self._phases(), "  ")
        promised = d.information.feedback_by
        dates = [
            f"{_words(d.phase)} since {_day(self.day(d.phase_since))}",
            f"session {self.moment(d.session_at)}",
        ]
        dates += [f"answers promised for {_day(promised)}"] if promised else []
        console.paragraph(" · ".join(dates), "  ")

    def _phases(self) -> str:
        here = self.dialogue.phase
        if here not in OPEN_PHASES:
            return f"{_DONE} {_words(here)}"
        marks = {"past": _DONE, "here": _HERE, "coming": _AHEAD}
        return "  ".join(
            f"{marks[stage_of(self.dialogue, phase)]} {_words(phase)}" for phase in OPEN_PHASES
        )

    def checks(self, rows: Iterable[Mapping[str, Any]], *, short: bool) -> None:
        """The checks to leave this phase, each with what is missing and where the rule comes from."""
        listed = [row for row in rows if not short or _waits(row)]
        if not listed:
            return
        console.out()
        console.out(f"  To leave this phase ({leaving_step(self.dialogue.phase)})")
        for row in listed:
            self._check(row)

    def _check(self, row: Mapping[str, Any]) -> None:
        if row["ok"]:
            idle = about_nothing(self.dialogue, row["check"])
            mark = _IDLE if idle else console.tint(_DONE, "good")
            console.out(f"    {mark} {row['check']}{': nothing to look at yet' if idle else ''}")
            return
        if not _waits(row):
            how = "passed by hand" if row["overridden"] else "shown, stops nothing"
            console.out(f"    {console.tint('~', 'warn')} {row['check']}: {how}")
        else:
            console.out(
                f"    {console.tint('✗', 'bad')} {row['check']}  {row['strength']} · {row['source']}"
            )
        console.paragraph(row["why"], "      ")

    def duties(self, pairs: list[tuple[Duty, Mapping[str, Any]]], *, short: bool) -> None:
        """The duties that are still owed, the most urgent first."""
        console.out()
        if not pairs:
            console.out("  Nothing is owed.")
            return
        most = 5 if short else _MOST
        console.out("  Duties")
        console.columns(
            [
                (self._when(duty), row["id"], row["owner"], self._due(duty))
                for duty, row in pairs[:most]
            ],
            "    ",
        )
        if len(pairs) > most:
            console.out(f"    … and {len(pairs) - most} more")

    def _when(self, duty: Duty) -> str:
        late = duty.late_days(self.now, self.dialogue.zone)
        if late:
            return f"{_days(late)} late"
        days = (self.dialogue.due_day(duty) - self.today).days
        return "today" if days == 0 else f"in {_days(days)}"

    def _due(self, duty: Duty) -> str:
        due = f"due {_day(self.dialogue.due_day(duty))}"
        first = self.dialogue.first_day(duty)
        return due if duty.due == duty.first_due else f"{due}, first promised {_day(first)}"

    def waiting(self, pairs: list[tuple[Duty, Mapping[str, Any]]]) -> None:
        """Who waits for an answer, since when, and how late it is."""
        waits = [(duty, row) for duty, row in pairs if duty.kind in ANSWERING]
        if not waits:
            return
        console.out()
        people = len(waiting_voices(self.dialogue))
        console.out(
            f"  Waiting for an answer: {console.number_with_noun(people, 'person', 'people')}"
        )
        console.columns(
            [
                (row["for"], f"since {_day(self.day(duty.opened_at))}", self._lateness(duty))
                for duty, row in waits
            ],
            "    ",
        )

    def _lateness(self, duty: Duty) -> str:
        late = duty.late_days(self.now, self.dialogue.zone)
        return (
            f"{_days(late)} late" if late else f"promised for {_day(self.dialogue.due_day(duty))}"
        )

    def opened_seals(self, viewer: Viewer) -> None:
        """Who speaks under which pseudonym; for the moderator alone."""
        opened = seals_open_to(self.dialogue, Reader.by_name(viewer))
        if opened:
            console.out()
            console.out("  Seals (for the moderator alone)")
            rows = [(seal.id, seal.stakeholder or "closed: --key-file opens it") for seal in opened]
            console.columns(rows, "    ")

    def proposal(self, checks: Iterable[Mapping[str, Any]]) -> None:
        """The command that most likely comes next."""
        step = leaving_step(self.dialogue.phase)
        if step is None:
            return
        if not any(map(_waits, checks)):
            console.suggest(f"weerklank act {self.dialogue.id} {step} --by {_taker(step)}")
        else:
            console.suggest(
                f"weerklank act {self.dialogue.id} STEP --by PERSON (all steps: weerklank act --steps)"
            )

    def day(self, moment: datetime) -> date:
        """The local day of *moment*."""
        return self.dialogue.calendar.day_of(moment)

    def moment(self, moment: datetime) -> str:
        """The local day and time of *moment*."""
        return f"{_day(self.day(moment))}, {moment.astimezone(self.dialogue.zone):%H:%M}"


def _taker(step: Step) -> str:
    """Who is proposed to take *step*: the manager where it is theirs."""
    return Role.MANAGER if may_take(Role.MANAGER, step) else STEPS[step].by[0]


def _waits(row: Mapping[str, Any]) -> bool:
    """Whether a check, as a row of JSON, keeps the phase from being left."""
    return not (row["ok"] or row["overridden"] or row["strength"] == "shown")


def _words(phase: str) -> str:
    return phase.replace("_", " ")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _days(number: int) -> str:
    return console.number_with_noun(number, "day", "days")
