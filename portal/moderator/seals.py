"""Seals page: who spoke under seal and what they should still hear, and the last word; for the moderator alone."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from starlette.responses import Response

from notifications.letters.compose import words_to_pass_on
from portal.http.errors import Incomplete, NotFound
from portal.manager.answers.answer_debts import PENDING, Debt, debts_of, waiting_by_hand
from portal.manager.answers.answers import record_delivery
from portal.manager.session.session_page import invited_people
from portal.manager.table.people import change_contact, end_links
from portal.shared.call_sheet import call_of
from portal.shared.points_by_role import SeenPoint, act_in_words, seen_by
from portal.shared.which_dialogue import at_hand, nothing_yet
from portal.web.pages import get, post
from portal.web.request import Visit
from records.custody import custody_of
from records.delivery.queue import find
from records.queries import NoticeRow, notices_of
from records.seals.codes import make_code, voices_with_code
from states.language.catalogue import N_
from states.language.languages import language_of
from states.model.dialogue import Dialogue, Phase
from states.model.people import Role, Stakeholder
from states.model.vocabulary import Step
from states.privacy.seals import is_pseudonym, is_sealed
from states.steps.permissions import fits, wordable

_MODERATOR = Role.MODERATOR.value
_OVERDUE = timedelta(days=1)
"""Longer than any letter waits for the morning."""


def show(visit: Visit, code: tuple[str, str] | None = None) -> Response:
    """The names behind the pseudonyms; *code* is a pseudonym and the code that was just made for it."""
    dialogue = at_hand(visit, Phase.SESSION, Phase.FEEDBACK, Phase.STRATEGY_UPDATE)
    if dialogue is None:
        return nothing_yet(visit)
    seen = seen_by(visit, dialogue)
    rows = notices_of(visit.site.house.engine, [dialogue.id])
    debts = debts_of(seen, rows)
    by_hand = waiting_by_hand(seen, rows, sealed=True)
    return visit.page(
        "moderator/seals.html",
        seen=seen,
        guests=invited_people(dialogue),
        sealed=[debt for debt in debts if debt.sealed],
        stuck=_stuck(rows, visit.now),
        by_hand=by_hand,
        texts={one.number: _text(visit, dialogue, one.number) for one in by_hand},
        objections=_objections(debts),
        wordings=wordable(dialogue) if fits(dialogue, Step.WORD_NEUTRALLY) else [],
        custody=custody_of(visit.site.house.engine, dialogue.programme.id),
        code=code,
        coded=voices_with_code(visit.site.house.engine, dialogue.id),
    )


def _text(visit: Visit, dialogue: Dialogue, number: int) -> tuple[str, str] | None:
    """What waits to be read out, with its language: of what is under seal no mail holds it, only this page."""
    posted = find(visit.site.house.engine, number)
    someone = dialogue.stakeholder_of(posted.notice.to) if posted else None
    if posted is None or someone is None or call_of(visit, dialogue, someone).silent:
        return None
    text = words_to_pass_on(posted.notice, dialogue, _MODERATOR, visit.now)
    return (text, language_of(someone.language)) if text else None


def _stuck(rows: Iterable[NoticeRow], now: datetime) -> dict[str, datetime]:
    """
    For each voice under seal since when a message to it does not leave.

    No alarm of whoever watches the machine counts such a message, so this is where it is seen (rules 39).
    """
    waits = [row for row in rows if row.status == PENDING and is_pseudonym(row.to)]
    late = [row for row in waits if now - row.at > _OVERDUE]
    return {row.to: row.at for row in sorted(late, key=lambda row: row.at, reverse=True)}


def _objections(debts: list[Debt]) -> list[tuple[Debt, SeenPoint]]:
    return [(debt, p) for debt in debts for p in debt.disputed if _is_mine(debt, p)]


def _is_mine(debt: Debt, point: SeenPoint) -> bool:
    """Whether the last word on the objection is the moderator's."""
    duty = debt.objection(point)
    return duty is not None and debt.seen.dialogue.owner_role(duty.source) == _MODERATOR


def settle(visit: Visit) -> Response:
    """Give the last word on an objection."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    name = visit.param("contribution")
    if name not in dialogue.contributions:
        raise NotFound
    text = visit.need("settlement")["settlement"]
    visit.act(dialogue.id, Step.SETTLE_DISPUTE, {"contribution": name, "text": text})
    return visit.go(f"/dialogues/{dialogue.id}/seals", said="settled")


def word_neutrally(visit: Visit) -> Response:
    """Put in neutral words, for others, what a speaker under seal wrote."""
    dialogue = visit.dialogue(visit.param("dialogue"))
    about, key = visit.param("about"), visit.need("key")["key"]
    if not any((one.about, one.key) == (about, key) for one in wordable(dialogue)):
        raise NotFound
    named = "voice" if about == "verdict" else "contribution"
    given = {"about": about, named: key, "text": visit.need("wording")["wording"]}
    visit.act(dialogue.id, Step.WORD_NEUTRALLY, given)
    return visit.go(f"/dialogues/{dialogue.id}/seals", said="saved")


def reach(visit: Visit) -> Response:
    """Correct an address: once names are sealed, nobody else may say where messages go."""
    dialogue, seat = _choice(visit)
    change_contact(visit, dialogue, seat)
    return visit.go(f"/dialogues/{dialogue.id}/seals", said="saved")


def revoke_links(visit: Visit) -> Response:
    """End the links of somebody whose link leaked."""
    dialogue, seat = _choice(visit)
    end_links(visit, dialogue, seat)
    return visit.go(f"/dialogues/{dialogue.id}/seals", said="links-ended")


def _choice(visit: Visit) -> tuple[Dialogue, Stakeholder]:
    dialogue = visit.dialogue(visit.param("dialogue"))
    seat = dialogue.stakeholders.get(visit.need("stakeholder")["stakeholder"])
    if seat is None or not seat.invited:
        raise NotFound
    return dialogue, seat


def give_code(visit: Visit) -> Response:
    """A new code for one who spoke under seal, shown this once; the one before opens nothing any more."""
    dialogue, voice = visit.dialogue(visit.param("dialogue")), visit.param("voice")
    if not is_sealed(dialogue, voice):
        raise NotFound
    return show(visit, (voice, make_code(visit.site.house.engine, dialogue.id, voice)))


def postpone(visit: Visit) -> Response:
    """Promise another day for the last word, with the reason; whoever waits hears it at once."""
    seen = seen_by(visit, visit.dialogue(visit.param("dialogue")))
    mine = {point.id: debt.objection(point) for debt, point in _objections(debts_of(seen, ()))}
    duty = mine.get(visit.param("contribution"))
    if duty is None:
        raise NotFound
    to = visit.form.day("to")
    if to is None:
        raise Incomplete({"to": visit._("Name the new day.")})
    given = {"duty": duty.source.name, "to": to, **visit.need("reason")}
    act_in_words(visit, seen, Step.POSTPONE, given, duty=duty.what)
    return visit.go(f"/dialogues/{seen.dialogue.id}/seals", said="postponed")


_AT = "/dialogues/{dialogue}/seals"
PAGES = (
    get("/seals", show, _MODERATOR, nav=N_("Confidential")),
    get(_AT, show, _MODERATOR),
    post(f"{_AT}/deliveries", record_delivery, _MODERATOR, again=show),
    post(f"{_AT}/{{voice}}/code", give_code, _MODERATOR, again=show, once=False),
    post(f"{_AT}/wording/{{about}}", word_neutrally, _MODERATOR, again=show),
    post(f"{_AT}/reach", reach, _MODERATOR, again=show, fresh=True),
    post(f"{_AT}/revoke", revoke_links, _MODERATOR, again=show),
    post(f"{_AT}/{{contribution}}/settle", settle, _MODERATOR, again=show),
    post(f"{_AT}/{{contribution}}/postpone", postpone, _MODERATOR, again=show),
)
