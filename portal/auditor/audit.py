"""Audit pages: everything without identities, and the proof that the journal is as it was written."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.responses import Response

from notifications.language.words import tables, word
from notifications.views.dialogue_view import DutyView
from portal.http.errors import Incomplete, NotFound
from portal.shared.points_by_role import Seen, seen_by
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from records.journal.journal import Break, Entry, entries, head, verify
from services.sizes.profile_choice import rules_of
from states.language.catalogue import N_
from states.model.dialogue import OPEN_PHASES, Dialogue
from states.model.duties import kind_of, whom_of
from states.model.people import AUDITOR
from states.model.vocabulary import DutyKind, FactName
from states.privacy.readers import Reader
from states.privacy.redaction import Redactor, for_auditors
from states.privacy.seals import is_sealed, may_know_fact
from states.privacy.small_counts import untold_of, verdicts_shown

_LEAF = 100
"""Facts on one leaf of the journal."""
_SHORTEST = 12
"""Characters of a kept number that are enough to know it by."""


@dataclass(frozen=True, slots=True)
class AuditedDuty:
    """A duty in words that name nobody."""

    view: DutyView
    about: str
    owner: str
    status: str


def show(visit: Visit) -> Response:
    """The dialogue as a whole."""
    dialogue = at_hand(visit, *OPEN_PHASES)
    return nothing_yet(visit) if dialogue is None else _page(visit, dialogue)


def _page(
    visit: Visit,
    dialogue: Dialogue,
    breaks: list[Break] | None = None,
    witnessed: int | None = None,
) -> Response:
    seen, redactor = seen_by(visit, dialogue), _redactor(visit, dialogue)
    count, last = head(visit.site.house.engine, dialogue.id)
    return visit.page(
        "auditor/audit.html",
        seen=seen,
        redactor=redactor,
        duties=[_owed_row(seen, redactor, duty) for duty in dialogue.duties.values()],
        verdicts=verdicts_shown(dialogue),
        seats=len(dialogue.stakeholders),
        count=count,
        head=last,
        breaks=breaks,
        witnessed=witnessed,
        rules=rules_of(dialogue.policy),
        profile=dialogue.policy.profile,
    )


def _redactor(visit: Visit, dialogue: Dialogue) -> Redactor:
    """What hides the names; it must know them, and *dialogue* no longer does."""
    return for_auditors(visit.site.house.ledger.read(dialogue.id))


def _owed_row(seen: Seen, redactor: Redactor, duty: Any) -> AuditedDuty:  # noqa: ANN401 - a duty
    view = DutyView(seen.dialogue, duty, seen.now, seen.language)
    promised = seen.dialogue.commitments.get(duty.whom or "")
    about = promised.what if promised and duty.kind == DutyKind.REPORT_PROGRESS else duty.whom
    return AuditedDuty(
        view, redactor.over(about), seen.dialogue.owner_role(duty), duty.status.value
    )


def check(visit: Visit) -> Response:
    """Recompute the chain of the journal; this changes nothing."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    engine = visit.site.house.engine
    witnessed = _find(visit, dialogue) if visit.form.one("witness") else None
    return _page(visit, dialogue, verify(engine, dialogue.id), witnessed)


def _find(visit: Visit, dialogue: Dialogue) -> int | None:
    """The fact whose number somebody kept; None when the journal holds it no more, or never did."""
    kept = "".join(visit.form.one("witness").split()).casefold()
    if len(kept) < _SHORTEST:
        said = visit._("Copy at least 12 characters.")
        raise Incomplete({"witness": said})
    facts = _known_facts(visit, dialogue)
    return next((fact.seq for fact in facts if fact.hash.startswith(kept)), None)


def _known_facts(visit: Visit, dialogue: Dialogue) -> list[Entry]:
    """The facts of which whoever asks may know."""
    reader, facts = Reader.by_name(visit.me.name), entries(visit.site.house.engine, dialogue.id)
    return [one for one in facts if may_know_fact(reader, one.fact, one.subject, one.detail)]


def show_journal(visit: Visit) -> Response:
    """The facts, a leaf at a time, newest leaf first."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    facts = _known_facts(visit, dialogue)
    leaves = max(1, -(-len(facts) // _LEAF))
    asked = visit.query("leaf", str(leaves))
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked) <= leaves):
        raise NotFound
    start, redactor = (int(asked) - 1) * _LEAF, _redactor(visit, dialogue)

    def who(actor: str) -> str:
        return word("role", redactor.over(actor), visit.language)

    def about(fact: Entry) -> str:
        return _about(dialogue, redactor, fact, visit.language)

    return visit.page(
        "auditor/journal.html",
        seen=seen_by(visit, dialogue),
        redactor=redactor,
        who=who,
        about=about,
        facts=facts[start : start + _LEAF],
        untold=partial(untold_of, dialogue),
        leaf=int(asked),
        leaves=leaves,
    )


def _about(dialogue: Dialogue, redactor: Redactor, fact: Entry, language: str) -> str:
    """What a fact is about, in words: a duty with whom it is for, a role, a check, a risk, or somebody unnamed."""
    subject = fact.subject
    if kind := kind_of(subject):
        whom = whom_of(subject) or ""
        told = _promise(dialogue, whom) if kind is DutyKind.REPORT_PROGRESS else whom
        return ": ".join(filter(None, [word("duty", kind, language), redactor.over(told)]))
    if fact.fact == FactName.COMMITMENT_REPORTED:
        return redactor.over(_promise(dialogue, subject)) or "–"
    if subject in dialogue.risks:
        return redactor.over(dialogue.risks[subject].theme)
    found = next((t for t in ("role", "check", "phase") if subject in tables()[t]), None)
    return word(found, subject, language) if found else _name_of(dialogue, redactor, subject)


def _promise(dialogue: Dialogue, name: str) -> str:
    """What was promised; nothing when the decision that promised it was taken again."""
    known = dialogue.commitments.get(name)
    return known.what if known else ""


def _name_of(dialogue: Dialogue, redactor: Redactor, subject: str) -> str:
    """A point or a masked person; what has only a short name of the records is not named."""
    known = (
        subject in dialogue.contributions
        or redactor.over(subject) != subject
        or is_sealed(dialogue, subject)
        or subject in dialogue.helpers
    )
    return redactor.over(subject) if known else "–"


_AT = "/dialogues/{dialogue}/audit"
PAGES = (
    get("/audit", show, AUDITOR, nav=N_("Audit")),
    get(_AT, show, AUDITOR),
    get(f"{_AT}/journal", show_journal, AUDITOR),
    post(f"{_AT}/verify", check, AUDITOR, again=show),
)
