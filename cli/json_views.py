"""JSON views: what `--json` prints (docs/json.md), as the manager, the moderator or an auditor may see it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cli.letters_view import number_letters
from records import queries
from records.delivery import queue
from records.journal import journal
from records.journal.embargo.held_chain import lived_entries
from records.ledger import Ledger
from records.seals.keys import Unseal, as_stored
from states.checks.checks import Check, checks_of
from states.language.languages import SOURCE
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from states.model.vocabulary import Template
from states.privacy.embargo.known_to_others import as_others_know, is_heard_of
from states.privacy.readers import A_MODERATOR, Reader
from states.privacy.redaction import Redactor, for_auditors, without_speaker
from states.privacy.seals import (
    may_know_duty,
    may_know_fact,
    may_know_task,
    may_know_way,
    seals_open_to,
)
from states.privacy.small_counts import untold_of
from states.privacy.visibility import Viewer, actor_seen

Row = dict[str, Any]
_NAMING = frozenset({"for", "duty", "to", "actor", "subject", "detail", "by", "why", "checks"})
"""Fields that may name somebody; the others are words of ours, whatever somebody is called."""
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$")
SEALED = "sealed"
"""The status of what was written to a voice under seal, to everybody but the moderator."""


def instant(moment: datetime) -> str:
    """*moment* (aware) the way all our JSON has it: `2022-09-08T22:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _instant(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None


@dataclass(frozen=True)
class Refusal:
    """A step that was refused: when, which, by whom as the manager may know them, and why."""

    at: datetime
    do: str
    by: str
    code: str
    why: str

    def row(self) -> Row:
        """The refusal as JSON."""
        named = {"do": self.do, "by": self.by, "code": self.code}
        return {"at": instant(self.at), **named, "why": self.why}


def refusal(
    dialogue: Dialogue | None, act: Mapping[str, Any], reason: tuple[str, str], at: datetime
) -> Refusal:
    """
    The refusal of *act* (`do`, `by`, `with`) at *at* for a *reason* (its code and sentence).

    Without what would betray who speaks under seal.
    """
    do, by, given = str(act["do"]), str(act["by"]), dict(act["with"])
    code, why = reason
    if dialogue is not None:
        by = actor_seen(dialogue, by, do, given)
    return Refusal(at, do, by, code, without_speaker(dialogue, do, given, why))


def visible_dialogues(
    ledger: Ledger,
    ids: Sequence[str],
    now: datetime,
    *,
    viewer: Viewer = "manager",
    refused: Iterable[Refusal] = (),
    language: str = SOURCE,
    unseal: Unseal = as_stored,
) -> Row:
    """
    The dialogues *ids* as *viewer* may see them at *now* (aware UTC): plain data in the shape of docs/json.md.

    *unseal* opens what the moderator's own key opens. Raises NotKnown('unknown-dialogue').
    """
    found = (unseal(known_as(ledger, name, viewer)) for name in ids)
    dialogues = sorted(found, key=_by_age)
    shown: Row = {
        "dialogues": [dialogue_row(d, now, language) for d in dialogues],
        "duties": [duty_row(d, duty, now) for d, duty in _duties(dialogues, viewer)],
        "facts": facts(ledger, [d.id for d in dialogues], viewer),
        "notices": notices(ledger, dialogues, viewer),
        "letters": [],
        "refused": [one.row() for one in sorted(refused, key=lambda one: one.at)],
    }
    if viewer == "moderator":
        shown["seals"] = [row for d in dialogues for row in _seals(d)]
    kinds = queue.kinds_of_letters(ledger.engine, [d.id for d in dialogues])
    shown["letters"] = number_letters(shown["notices"], kinds)
    return for_an_auditor(shown, dialogues) if viewer == "auditor" else shown


def _by_age(dialogue: Dialogue) -> tuple[datetime, str]:
    return dialogue.opened_at, dialogue.id


def known_as(ledger: Ledger, dialogue_id: str, viewer: Viewer) -> Dialogue:
    """
    The dialogue with what *viewer* may know by now of what was done under seal; names are as they truly are.

    Raises NotKnown('unknown-dialogue').
    """
    found = ledger.read(dialogue_id)
    as_others_know(found, Reader.by_name(viewer))
    return found


def _duties(dialogues: Iterable[Dialogue], viewer: Viewer) -> list[tuple[Dialogue, Duty]]:
    found = [(d, duty) for d in dialogues for duty in duties_of(d, viewer)]
    return sorted(found, key=lambda pair: pair[1].opened_at)


def duties_of(dialogue: Dialogue, viewer: Viewer) -> list[Duty]:
    """The duties of *dialogue* that *viewer* may know of."""
    reader = Reader.by_name(viewer)
    return [duty for duty in dialogue.duties.values() if may_know_duty(reader, duty.name)]


def dialogue_row(dialogue: Dialogue, now: datetime, language: str = SOURCE) -> Row:
    """A dialogue with the checks to leave its phase, as JSON."""
    checks = [check_row(check, language) for check in checks_of(dialogue, now)]
    since = instant(dialogue.phase_since)
    return {"id": dialogue.id, "phase": dialogue.phase.value, "since": since, "checks": checks}


def check_row(check: Check, language: str = SOURCE) -> Row:
    """A check as JSON; `why` says in *language* what is missing."""
    return {
        "check": check.name,
        "ok": check.ok,
        "strength": check.strength,
        "overridden": check.overridden,
        "why": check.why(language),
        "source": check.source,
    }


def duty_row(dialogue: Dialogue, duty: Duty, now: datetime) -> Row:
    """A duty as JSON; its lateness counts to *now* while it is owed."""
    return {
        "id": duty.name,
        "dialogue": dialogue.id,
        "kind": duty.kind,
        "owner": dialogue.owner_role(duty),
        "for": duty.whom,
        "due": instant(duty.due),
        "first_due": instant(duty.first_due),
        "status": duty.status.value,
        "met_at": _instant(duty.met_at),
        "late_days": duty.late_days(now, dialogue.zone),
        "version": duty.version,
    }


def facts(ledger: Ledger, ids: Iterable[str], viewer: Viewer) -> list[Row]:
    """The journals of *ids* as *viewer* may read them, as JSON: by time, then in the order of each journal."""
    entries = [(name, one) for name in ids for one in entries_for(ledger, name, viewer)]
    entries.sort(key=lambda pair: pair[1].at)
    return [fact_row(name, entry) for name, entry in entries]


def entries_for(ledger: Ledger, dialogue_id: str, viewer: Viewer) -> list[journal.Entry]:
    """
    The facts of the journal of *dialogue_id* that *viewer* may know of, in their order.

    The moderator sees what was done under seal where it happened, and what never enters the journal.
    """
    reader = Reader.by_name(viewer)
    read = lived_entries if reader.opens_seals else journal.entries
    entries = read(ledger.engine, dialogue_id)
    return [one for one in entries if may_know_fact(reader, one.fact, one.subject, one.detail)]


def fact_row(dialogue_id: str, entry: journal.Entry) -> Row:
    """One entry of a journal as JSON."""
    return {
        "at": instant(entry.at),
        "dialogue": dialogue_id,
        "fact": entry.fact,
        "actor": entry.actor,
        "subject": entry.subject,
        "detail": _with_stamps(entry.detail),
    }


def _with_stamps(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """*value* with each instant in it written as all our JSON writes instants."""
    if isinstance(value, str):
        return instant(datetime.fromisoformat(value)) if _INSTANT.match(value) else value
    if isinstance(value, Mapping):
        return {key: _with_stamps(inner) for key, inner in value.items()}
    return [_with_stamps(inner) for inner in value] if isinstance(value, list | tuple) else value


def notices(ledger: Ledger, dialogues: Sequence[Dialogue], viewer: Viewer) -> list[Row]:
    """
    The notices of *dialogues* that *viewer* may know of, as JSON: when each was sent, or written while it was not.

    Of one to a voice under seal only the moderator sees when and by which way it went, and whether it arrived.
    """
    reader, known = Reader.by_name(viewer), {d.id: d for d in dialogues}
    rows = [
        _seal_row(row) if not may_know_way(known[row.dialogue_id], reader, row.to) else row
        for row in queries.notices_of(ledger.engine, list(known))
        if may_know_task(reader, row.to, row.template, row.kind)
        and may_know_duty(reader, row.duty or "")
        and is_heard_of(known[row.dialogue_id], row.to)
    ]
    rows.sort(key=lambda row: (row.sent_at or row.at, row.id))
    return [notice_row(row) for row in rows]


def _seal_row(row: queries.NoticeRow) -> queries.NoticeRow:
    return row._replace(sent_at=None, status=SEALED, channel=None)


_OPENERS = frozenset({Template.INVITATION, Template.SUMMARY_TO_CHECK, Template.DIALOGUE_OPENED})
"""Messages that begin a duty; they are no reminder of it and are not shown as one."""


def notice_row(row: queries.NoticeRow) -> Row:
    """One row of the outbox as JSON."""
    return {
        "at": instant(row.sent_at or row.at),
        "dialogue": row.dialogue_id,
        "to": row.to,
        "role": row.role,
        "template": row.template,
        "duty": None if row.template in _OPENERS else row.duty,
        "kind": None if row.template in _OPENERS else row.kind,
        "rung": row.rung,
        "version": row.version,
        "status": row.status,
        "channel": row.channel,
        "letter": row.message_id or f"{row.id}",
    }


def _seals(dialogue: Dialogue) -> Iterator[Row]:
    for seal in seals_open_to(dialogue, A_MODERATOR):
        yield {"dialogue": dialogue.id, "voice": seal.id, "stakeholder": seal.stakeholder or None}


def for_an_auditor(shown: Row, dialogues: Sequence[Dialogue]) -> Row:
    """*shown*, tables of rows about *dialogues*, as an auditor may see it."""
    redactor, known = for_auditors(*dialogues), {d.id: d for d in dialogues}
    facts = [_told_fact(row, known[row["dialogue"]]) for row in shown.get("facts", ())]
    tables = shown | {"facts": facts} if "facts" in shown else shown
    return {name: [_redact(row, name, redactor) for row in rows] for name, rows in tables.items()}


def _told_fact(row: Row, dialogue: Dialogue) -> Row:
    untold = untold_of(dialogue, row["fact"])
    return row | {"detail": {k: v for k, v in row["detail"].items() if k not in untold}}


def _redact(row: Row, table: str, redactor: Redactor) -> Row:
    naming = _NAMING | {"id"} if table == "duties" else _NAMING
    return {key: redactor.over_all(v) if key in naming else v for key, v in row.items()}
