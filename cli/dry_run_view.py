"""Dry-run view: who would hear what and what would change, for people and as JSON, without what is under seal."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cli import console
from config.settings import load_settings
from records.outbox.enqueue import PENDING
from states.model.duties import whom_of
from states.model.vocabulary import FactName
from states.privacy.readers import A_MANAGER
from states.privacy.seals import is_pseudonym, may_know_notice, may_know_owed

if TYPE_CHECKING:
    from records.foresight import NewFact
    from records.queries import NoticeRow
    from services.dry_run import Foreseen, Which
    from services.house import House

Outcome = TypeVar("Outcome")
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Say who would hear what and what would change; change nothing."
    ),
]
WRITTEN = "written"
"""How it stands with a notice that waits in the outbox for the next delivery."""
_MOST = 50  # rows of a table that are shown before the rest is counted
Row = dict[str, Any]


def show_dry_run(
    which: "Which",
    act: "Callable[[House], Outcome]",
    as_row: "Callable[[Outcome], Row]",
    *,
    as_json: bool,
    new: bool = True,
) -> Outcome:
    """
    Find out what *act* would do to the programmes *which* it touches, and show it; what *act* answered.

    *as_row* makes of that what the command prints with `--json`. Not *new*: there must be a database.
    """
    from services.dry_run import foresee

    outcome, seen = foresee(load_settings(), which, act, new=new)
    shown = _as_data(as_row(outcome), seen)
    if as_json:
        console.say_json(shown)
    else:
        _tell(shown)
    return outcome


def _as_data(outcome: Row, seen: "Foreseen") -> Row:
    """The document of a dry run: what the command would print, and what is *seen* to follow."""
    return {
        "dry_run": True,
        "report": outcome,
        "hears": list(_hears(seen.notices)),
        "changes": list(_changes(seen.facts)),
        "sign_ins": seen.sign_ins,
    }


def _hears(rows: Iterable["NoticeRow"]) -> Iterable[Row]:
    """The notices that a manager may see; to a voice under seal, and of how it is reached, none."""
    letters: dict[str, int] = {}
    for row in rows:
        if not may_know_notice(A_MANAGER, row.to, row.template, row.kind, row.duty):
            continue
        letter = letters.setdefault(row.message_id, len(letters) + 1) if row.message_id else None
        yield {
            "dialogue": row.dialogue_id,
            "duty": _without_pseudonym(row.duty),
            "rung": row.rung,
            "letter": letter,
            "to": row.to,
            "role": row.role,
            "template": row.template,
            "how": WRITTEN if row.status == PENDING else row.status,
        }


def _changes(facts: Iterable["NewFact"]) -> Iterable[Row]:
    """The facts that a manager may see: of a voice under seal only that an answer to it is late."""
    for fact in facts:
        sealed = is_pseudonym(fact.subject) or is_pseudonym(whom_of(fact.subject) or "")
        late = fact.fact == FactName.DUTY_LAPSED and may_know_owed(A_MANAGER, fact.subject)
        if is_pseudonym(fact.actor) or (sealed and not late):
            continue
        subject = _without_pseudonym(fact.subject)
        yield {"dialogue": fact.dialogue_id, "fact": fact.fact, "subject": subject}


def _without_pseudonym(duty: str | None) -> str | None:
    return duty.partition("/")[0] if duty and is_pseudonym(whom_of(duty) or "") else duty


def _tell(shown: Row) -> None:
    """Print the tables of *shown*, the document of a dry run."""
    console.note("A dry run: nothing was changed, nothing was sent. It would say:")
    if shown["hears"]:
        console.out("Would hear:")
        _table([_hearing(row) for row in shown["hears"]])
    if shown["changes"]:
        console.out("Would be recorded:")
        _table([(row["dialogue"], row["fact"], row["subject"] or "") for row in shown["changes"]])
    if shown["sign_ins"]:
        console.out(f"Would hear that their sign-in ends: {', '.join(shown['sign_ins'])}")


def _hearing(row: Row) -> tuple[str, ...]:
    place = row["rung"] or "–"
    letter = f"letter {row['letter']}" if row["letter"] else ""
    return (
        row["dialogue"],
        row["duty"] or "–",
        place,
        row["to"],
        row["template"],
        row["how"],
        letter,
    )


def _table(rows: list[tuple[str, ...]]) -> None:
    console.columns(rows[:_MOST], "  ")
    if len(rows) > _MOST:
        console.out(f"  … and {len(rows) - _MOST} more (all: --json)")
