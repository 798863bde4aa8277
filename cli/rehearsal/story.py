"""Story of a rehearsal: a timeline that a newcomer understands in two minutes, from what the manager may see."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from rich.console import Console
from rich.text import Text

from cli import console as speech
from cli.json_views import Row
from cli.letters_view import busiest
from cli.rehearsal.grains import Grain, Look
from cli.rehearsal.scenario import Scenario
from cli.rehearsal.timeline import Happening, happenings
from notifications.language.words import word
from states.language.catalogue import Sentence, book
from states.language.languages import SOURCE, capital_in
from states.model.people import PARTICIPANT, ROLES
from states.model.vocabulary import DutyKind

WIDTH = 92  # columns
_MARGIN = 19  # columns before the text of a line
_STYLES = {"late": "red", "done": "green", "fact": "dim", "phase": "bold", "plain": ""}
_MARKS = {"late": "!", "done": "✓", "fact": "·", "plain": "·", "phase": ""}


@dataclass(frozen=True)
class StoryLine:
    """One line of the story: *when* in words, what happened, and how it looks."""

    when: str
    text: str
    look: Look = "plain"

    def __str__(self) -> str:
        return (
            f"{self.when:>{_MARGIN - 4}}  {_MARKS[self.look]:1} {self.text}"
            if self.look != "phase"
            else self.text
        )


@cache
def _phrases() -> dict[str, Sentence]:
    return book("words", "cli", "data/story.toml", "story.")


def phrase(key: str, lang: str, n: int = 1, **details: object) -> str:
    """The sentence *key* in *lang* for *n* things, filled in from *details*."""
    return _phrases()[key].number(n, lang).format(n=n, **details)


def short_day(moment: datetime, lang: str, *, year: bool = False) -> str:
    """A day as the story writes it: `8 Sep`, or `8 Sep 2022` with its *year*."""
    text: str = format_date(moment, "d MMM y" if year else "d MMM", lang)
    return text.replace(".", "")


def story_of(shown: Row, scenario: Scenario, lang: str = SOURCE) -> list[StoryLine]:
    """The lines of the story that *shown* (docs/json.md) tells in *lang*."""
    zone = scenario.calendar.zone
    return [_title(scenario, lang), *_timeline(shown, zone, lang), *_ending(shown, lang)]


def _title(scenario: Scenario, lang: str) -> StoryLine:
    zone = scenario.calendar.zone
    end = scenario.until or scenario.start
    days = [short_day(moment.astimezone(zone), lang, year=True) for moment in (scenario.start, end)]
    return StoryLine(
        "",
        phrase("title", lang, company=scenario.programme.company, start=days[0], end=days[1]),
        "phase",
    )


def _timeline(shown: Row, zone: ZoneInfo, lang: str) -> Iterator[StoryLine]:
    several = len(shown["dialogues"]) > 1
    for one in happenings(shown, zone):
        if one.first.key == "phase":
            yield _heading(one.first, lang, several=several)
        else:
            yield StoryLine(_when(one, lang), _sentence(one, lang), one.first.look)


def _heading(one: Grain, lang: str, *, several: bool) -> StoryLine:
    name = capital_in(lang, word("phase", one.details["phase"], lang))
    day = short_day(one.at, lang, year=True)
    edition = f"{one.dialogue} · " if several else ""
    return StoryLine("", f"{edition}{name} · {phrase('since', lang, day=day)}", "phase")


def _when(one: Happening, lang: str) -> str:
    at, span = one.first.at, one.first.span
    if span == "month":
        text: str = format_date(at, "MMMM", lang)
        return text
    return short_day(at, lang) if span == "day" else f"{short_day(at, lang)} {one.clock}"


def _sentence(one: Happening, lang: str) -> str:
    parts = [phrase(part.key, lang, part.n, **_in_words(part.details, lang)) for part in one.parts]
    return " · ".join(parts)


def _in_words(details: Row, lang: str) -> Row:
    """*details* with days, roles and other words of ours in *lang*."""
    return {key: _word(key, value, lang) for key, value in details.items()}


def _word(key: str, value: object, lang: str) -> str:
    if isinstance(value, datetime):
        return short_day(value, lang)
    if isinstance(value, list):
        return ", ".join(_word(key, item, lang) for item in value)
    text = str(value)
    if text.startswith("@"):
        table, _, name = text[1:].partition("/")
        return phrase(name, lang) if table == "story" else word(table, name, lang)
    return text


def _ending(shown: Row, lang: str) -> Iterator[StoryLine]:
    yield StoryLine("", phrase("the-end", lang), "phase")
    for row in shown["dialogues"]:
        yield StoryLine("", f"{row['id']}: {word('phase', row['phase'], lang)}")
    yield from _answers(shown["duties"], lang)
    yield from _messages(shown, lang)
    yield from _effort(shown, lang)
    if refused := len(shown["refused"]):
        yield StoryLine("", phrase("end-refused", lang, refused), "fact")


def _answers(duties: Iterable[Row], lang: str) -> Iterator[StoryLine]:
    debts = [
        row
        for row in duties
        if row["kind"] == DutyKind.ANSWER_PARTICIPANT and row["status"] != "withdrawn"
    ]
    counts = Counter(row["status"] for row in debts)
    late = sorted(row["late_days"] for row in debts if row["status"] == "met-late")
    days = phrase("end-days", lang, days=", ".join(map(str, late))) if late else ""
    owed = counts["open"] + counts["lapsed"]
    if debts:
        text = phrase(
            "end-answers", lang, len(debts), met=counts["met"], late=len(late), days=days, owed=owed
        )
        yield StoryLine("", text, "late" if late or counts["lapsed"] else "done")
    if waiting := [row["id"] for row in duties if row["status"] == "lapsed"]:
        yield StoryLine("", phrase("end-owed", lang, who=", ".join(waiting)), "late")


def _messages(shown: Row, lang: str) -> Iterator[StoryLine]:
    letters = shown["letters"]
    yield StoryLine("", phrase("end-messages", lang, len(letters)), "done")
    if letters:
        yield StoryLine("", phrase("end-readers", lang, who=_per_role(letters, lang)), "done")
        (to, day), most = busiest(letters)
        when = short_day(datetime.fromisoformat(day), lang, year=True)
        who = word("role", to, lang) if to in ROLES else word("role", PARTICIPANT, lang)
        yield StoryLine("", phrase("end-busiest", lang, most, day=when, who=who), "done")
    if failed := sum(row["status"] == "failed" for row in shown["notices"]):
        yield StoryLine("", phrase("end-failed", lang, failed), "late")


def _effort(shown: Row, lang: str) -> Iterator[StoryLine]:
    """Hours of each role, where they were estimated."""
    rows = [row for row in shown.get("effort", ()) if row["minutes"]]
    if not rows:
        return
    said = [f"{word('role', row['role'], lang)} {_hours(row['hours'], lang)}" for row in rows]
    yield StoryLine("", phrase("end-hours", lang, who=", ".join(said)), "done")
    if profile := shown.get("profile"):
        yield StoryLine(
            "", phrase("end-profile", lang, profile=word("profile", profile, lang)), "fact"
        )


def _hours(hours: float, lang: str) -> str:
    text: str = format_decimal(hours, "0.0", lang)
    return text


def _per_role(letters: Iterable[Row], lang: str) -> str:
    """How many letters each role got, and all participants together."""
    counts = Counter(row["role"] for row in letters)
    return ", ".join(f"{word('role', role, lang)} {n}" for role, n in counts.most_common())


def tell(
    shown: Row, scenario: Scenario, lang: str = SOURCE, console: Console | None = None
) -> None:
    """Print the story in at most 92 columns; colours only where they are seen."""
    console = console or _console()
    for line in story_of(shown, scenario, lang):
        _print(console, line)


def _console() -> Console:
    plain = not speech.SPEECH.color
    width = min(WIDTH, speech.width())
    return Console(
        highlight=False, emoji=False, markup=False, width=width, no_color=plain, soft_wrap=False
    )


def _print(console: Console, line: StoryLine) -> None:
    if line.look == "phase":
        console.print()
        console.print(Text(f"  {line.text}", _STYLES["phase"]))
        return
    text = Text(speech.clean(line.text)).wrap(console, console.width - _MARGIN)
    for number, part in enumerate(text):
        part.rstrip()
        mark = _MARKS[line.look] if number == 0 else ""
        when = line.when if number == 0 else ""
        style = _STYLES[line.look]
        console.print(
            Text.assemble(
                (f"{when:>{_MARGIN - 4}}  ", "dim"), (f"{mark:1} ", style), (part.plain, style)
            )
        )
