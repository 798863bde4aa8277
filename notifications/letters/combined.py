"""Combined letters: several notices to one reader as one, with greeting and reasons once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from notifications.calendar.entries import CalendarEntry, entry_for
from notifications.language.anchor import Anchor
from notifications.language.layout import Marked
from notifications.language.templates import LetterIncomplete, language_for, passage, write
from notifications.language.words import count, fill
from notifications.letters.compose import (
    Message,
    Unwritable,
    blank_message,
    context_of,
    frame_of,
    like_the_others,
    message_of,
    neutral_message,
)
from notifications.letters.neutral_letter import is_neutral
from notifications.letters.task_groups import Group, group_tasks, is_task
from notifications.views.dialogue_view import DutyView
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from states.model.facts import Notice
from states.model.people import PARTICIPANT, Person
from states.model.vocabulary import Template
from states.steps.delivery.letters import KINDS, Kind

_TO_PARTICIPANTS, _TO_ROLES = "_together-participant", "_together"
"""The letters that hold several notices."""


@dataclass(frozen=True, slots=True)
class Part:
    """One notice of a letter, the *dialogue* it comes from, and the address of its reader's pages."""

    notice: Notice
    dialogue: Dialogue
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """What a letter says of one thing, under its *heading*: *said* in words of a template, or a *group* of tasks."""

    heading: str
    said: Marked | None = None
    group: Group | None = None


def compose_together(
    parts: Sequence[Part], *, now: datetime, anchor: Anchor | None = None
) -> Message:
    """
    Write one message of *parts*, at least two, the most urgent first, as their dialogues stand at *now* (aware UTC).

    *anchor* is the newest checkpoint, which goes along.
    Raises Unwritable as `notifications.letters.compose.compose` does.
    """
    parts = _without_repeats(parts)
    first = parts[0]
    reader = first.dialogue.reader(first.notice.to)
    if reader is None:
        raise Unwritable(
            f"{first.notice.template}: nobody is there to read it as {first.notice.to}"
        )
    if first.dialogue.is_locked(first.notice.to):
        return blank_message(first.notice, first.dialogue, now)
    layout = _TO_PARTICIPANTS if first.notice.role == PARTICIPANT else _TO_ROLES
    frame = frame_of(first.dialogue, reader, now, first.base_url, first.notice)
    frame["anchor"] = anchor
    told = [(part.notice, part.dialogue) for part in parts]
    if any(is_neutral(notice, dialogue, reader) for notice, dialogue in told):
        return _neutral(told, reader, frame)
    templates = dict.fromkeys(part.notice.template for part in parts)
    frame["language"] = language_for(reader.language, layout, *templates)
    try:
        return _write(layout, parts, reader, frame)
    except LetterIncomplete as missing:
        raise Unwritable(str(missing)) from missing


def _neutral(
    told: Sequence[tuple[Notice, Dialogue]], reader: Person, frame: dict[str, Any]
) -> Message:
    try:
        return neutral_message(told, reader, frame)
    except LetterIncomplete as missing:
        raise Unwritable(str(missing)) from missing


def _without_repeats(parts: Sequence[Part]) -> list[Part]:
    """*parts*, with one for all that is carried under seal in a dialogue: how many there are it says itself, or not."""
    seen, kept = set[str](), list[Part]()
    for part in parts:
        counts = part.notice.template == Template.CARRYING_LATE
        if not (counts and part.dialogue.id in seen):
            kept.append(part)
        if counts:
            seen.add(part.dialogue.id)
    return kept


def _write(layout: str, parts: Sequence[Part], reader: Person, frame: dict[str, Any]) -> Message:
    first = parts[0]
    context = context_of(first.notice, first.dialogue, frame)
    sections = list(_sections(parts, reader, frame))
    context |= {
        "sections": sections,
        "subject_line": _subject(sections, parts, frame["language"]),
        "late": any(KINDS.get(part.notice.template) is Kind.ALERTS for part in parts),
    }
    letter = write(layout, context)
    message = message_of(first.notice, first.dialogue, reader, context, letter)
    message = replace(message, alert=_alert(message, parts), calendar=_calendar(parts, frame))
    return like_the_others(message, first.notice, first.dialogue)


def _sections(parts: Sequence[Part], reader: Person, frame: dict[str, Any]) -> Iterator[Section]:
    """Groups of tasks where tasks are alike; all else in its own words. In the order of what is urgent."""
    tasks: list[tuple[Notice, DutyView, str | None]] = []
    others: list[Part] = []
    for part in parts:
        duty = _duty(part) if is_task(part.notice) else None
        if duty is None:
            others.append(part)
        else:
            view = DutyView(part.dialogue, duty, frame["now"], frame["language"])
            tasks.append((part.notice, view, part.base_url))
    yield from (Section(group.heading, group=group) for group in group_tasks(tasks))
    # Two overviews that waited for each other say the same.
    yield from dict.fromkeys(_passage(part, reader, frame) for part in others)


def _duty(part: Part) -> Duty | None:
    return part.dialogue.latest(part.notice.duty) if part.notice.duty else None


def _passage(part: Part, reader: Person, frame: dict[str, Any]) -> Section:
    own = frame_of(part.dialogue, reader, frame["now"], part.base_url, part.notice)
    own |= {"language": frame["language"], "anchor": frame["anchor"]}
    subject, said = passage(part.notice.template, context_of(part.notice, part.dialogue, own))
    return Section(subject, said)


def _subject(sections: list[Section], parts: Sequence[Part], language: str) -> str:
    """What comes first, and how much more there is."""
    first = sections[0]
    left = len(parts) - (first.group.number if first.group else 1)
    if not left:
        return first.heading
    others = "other-task" if all(section.group for section in sections) else "other-message"
    if all(part.notice.template == Template.DELIVERY_FAILED for part in parts):
        return count(len(parts), "failed-message", language)
    more = count(left, others, language)
    return Marked(fill("stage", "and-more", language, first=first.heading, others=more))


def _alert(message: Message, parts: Sequence[Part]) -> str | None:
    """For a chat: the first of them, and how many more there are."""
    return f"{message.alert} · +{len(parts) - 1}" if message.alert else None


def _calendar(parts: Iterable[Part], frame: dict[str, Any]) -> CalendarEntry | None:
    """The entry of the first part that has one: a letter carries at most one."""
    now, language = frame["now"], frame["language"]
    for part in parts:
        reader = part.dialogue.reader(part.notice.to)
        entry = reader and entry_for(part.notice, part.dialogue, reader, now, language)
        if entry:
            return entry
    return None
