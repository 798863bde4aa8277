"""Mail to somebody at risk or under seal: from outside one letter is as the next, and inside it tells nothing."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.channels.smtp import Smtp
from notifications.language.words import word
from notifications.letters.combined import Part, compose_together
from notifications.letters.compose import Message, compose
from services.composition.briefs import Letterhead
from states.language.languages import LANGUAGES
from states.model.dialogue import Dialogue
from states.model.people import PARTICIPANT, ROLES, Role
from states.model.vocabulary import Template
from states.privacy.seals import BEARERS, is_veiled
from tests.notifications.builders import ALERTED, dialogue, notice
from tests.notifications.case import Case, at_risk, beside_somebody_at_risk
from tests.notifications.cases import every_case, role_cases
from tests.notifications.servers import HOST, Handler, mail_server
from tests.notifications.test_languages import PARTICIPANTS
from tests.patience import PATIENCE

EACH = pytest.mark.parametrize("language", LANGUAGES)
PAGES = "https://dialoog.example/l/key"
HOUSE = Letterhead(
    "dialoog@weerklank.example", "Dialoog Nederlands kledingmerk", "terug@weerklank.example", verp=True
)  # fmt: skip
COMPANY = ("Nederlands kledingmerk", "merk-2022", "2022 dialogue", "dialoog 2022")
"""What names the company, its programme or the edition."""
WAY_REPLACED, NEWS = Template.WAY_REPLACED, Template.THERE_MAY_BE_NEWS
NEUTRAL_TO_ALL = frozenset({WAY_REPLACED, NEWS})
"""What nobody's mail says more of: the old way may be read by others, and news may be anybody's."""


def mailed(case: Case, pages: str | None = PAGES) -> Message:
    return compose(case.notice, case.dialogue, now=case.now, base_url=pages, journal_head="5f" * 32)


def posted(message: Message, name: str = "notice-" + "0" * 32) -> EmailMessage:
    return message_from_bytes(HOUSE.post(name, message).wire, policy=policy.default)


def own_words(case: Case) -> set[str]:
    """What the reader of *case* wrote, and what was written to them."""
    home, seat = case.dialogue, case.dialogue.stakeholder_of(case.notice.to)
    assert seat is not None
    points = [c for c in home.contributions.values() if c.voice in home.voices_of(seat.id)]
    told = [
        t
        for c in points
        for t in (c.text, c.line, c.reason, c.answer, c.settlement, c.dispute_reason)
    ]
    told += [seat.expectation, seat.success_test, case.notice.detail.get("reason")]
    return {text for text in told if text}


@lru_cache(maxsize=1)
def veiled_cases(language: str) -> list[Case]:
    """Every message to a participant, to somebody at risk; those to a voice under seal as they are too."""
    told = [c for c in every_case(language) if c.notice.role == PARTICIPANT]
    told = [c for c in told if c.notice.template != WAY_REPLACED]
    sealed = [c for c in told if c.notice.to.startswith("sealed-")]
    return [c for c in (*map(at_risk, told), *sealed) if mailed(c).address]


def test_every_message_to_participants_is_among_them() -> None:
    told = {str(case.notice.template) for case in veiled_cases("en")}
    assert told == PARTICIPANTS - {"_together-participant", "_neutral", "way-replaced"}


@EACH
def test_each_message_says_that_it_is_there_and_none_what_it_says(language: str) -> None:
    said: dict[str, str] = {}
    for case in veiled_cases(language):
        inside = mailed(case).text
        untold = replace(case, notice=case.notice.model_copy(update={"template": "no-such-news"}))
        assert inside != mailed(untold).text, case.notice.template
        first = said.setdefault(inside.split("\n\n")[1], str(case.notice.template))
        assert first == case.notice.template


@EACH
def test_neither_header_nor_body_names_company_person_or_words(language: str) -> None:
    for case in veiled_cases(language):
        message, home = mailed(case), case.dialogue
        seat = home.stakeholder_of(case.notice.to)
        assert seat is not None
        mail = posted(message)
        outside = "\n".join(f"{name}: {value}" for name, value in mail.items())
        inside = " ".join(f"{message.text}\n{message.html}".split())
        people = {person.name for person in home.programme.roles.values()}
        for hidden in {*COMPANY, seat.name, seat.organisation, *people, *own_words(case)}:
            assert hidden not in outside, (case.name, hidden)
            assert hidden not in inside, (case.name, hidden)
        assert str(mail["Subject"]) == word("voice", "discreet", language)
        assert str(mail["From"]) == "Weerklank <dialoog@weerklank.example>"
        assert mail["Reply-To"] is None
        assert message.calendar is None
        assert ">" not in message.text


@EACH
def test_who_is_neither_at_risk_nor_under_seal_is_written_to_as_before(language: str) -> None:
    for case in every_case(language):
        if case.notice.role != PARTICIPANT or is_veiled(case.dialogue, case.notice.to):
            continue
        mail = posted(mailed(case)) if mailed(case).address else None
        if mail is None or case.notice.template in NEUTRAL_TO_ALL:
            continue
        assert str(mail["Subject"]) != word("voice", "discreet", language), case.name
        assert "Nederlands kledingmerk" in str(mail["From"])
        named = case.dialogue.role(Role.MANAGER) is not None
        assert ("@merk.example" in str(mail["Reply-To"])) == named, case.name


@EACH
def test_that_there_may_be_news_is_said_to_all_alike(language: str) -> None:
    """It goes to everybody because nobody here knows who spoke: whoever gets it looks no different."""
    case = next(c for c in every_case(language) if c.notice.template == NEWS)
    assert not is_veiled(case.dialogue, case.notice.to)
    name = "notice-" + "0" * 32
    one, other = (mailed(c) for c in (case, at_risk(case)))
    assert seen_from_outside(one, name) == seen_from_outside(other, name)
    assert one.text == other.text


_LETTER = re.compile(r"(notice-)[0-9a-f]{32}")


def seen_from_outside(message: Message, name: str) -> tuple[Any, ...]:
    """Envelope and headers, with the date and the ids of the letter taken out."""
    post = HOUSE.post(name, message)
    mail = message_from_bytes(post.wire, policy=policy.default)
    told = [(key, str(value)) for key, value in mail.items() if key != "Date"]
    boundary = mail.get_boundary() or "-"
    hidden = [(key, _LETTER.sub(r"\1…", value.replace(boundary, "…"))) for key, value in told]
    parts = [part.get_content_type() for part in mail.walk()]
    return (_LETTER.sub(r"\1…", str(post.envelope)), message.address, hidden, parts)


@settings(max_examples=40)
@given(data=st.data())
def test_two_letters_to_one_seat_differ_outside_in_date_and_ids_alone(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(LANGUAGES))
    home = at_risk(Case("any", notice("answer", "union-bd"), dialogue(language))).dialogue
    names = st.text("0123456789abcdef", min_size=32, max_size=32)
    seen = [seen_from_outside(_letter(data, home), f"notice-{data.draw(names)}") for _ in range(2)]
    assert all(one == other for one, other in pairwise(seen))


def _letter(data: st.DataObject, home: Dialogue) -> Message:
    """Any letter to the seat at risk, under its own name or its pseudonym, about one thing or several."""
    cases = data.draw(st.lists(st.sampled_from(_of_the_seat(home)), min_size=1, max_size=3))
    told = [Part(case.notice, case.dialogue, PAGES) for case in cases]
    if len(told) > 1:
        return compose_together(told, now=ALERTED)
    return mailed(cases[0], data.draw(st.sampled_from([PAGES, None])))


@lru_cache(maxsize=4)
def _told(language: str) -> list[Case]:
    return [
        c for c in every_case(language) if c.notice.template in {*PARTICIPANTS} - {WAY_REPLACED}
    ]


def _of_the_seat(home: Dialogue) -> list[Case]:
    """Every message as `cases` makes it, sent to the one seat instead."""
    seat = home.stakeholders["union-bd"]
    language = seat.language
    found = []
    for case in _told(language):
        to = case.notice.to if case.notice.to.startswith("sealed-") else seat.id
        seats = {**case.dialogue.stakeholders, seat.id: seat}
        moved = case.notice.model_copy(update={"to": to, "role": PARTICIPANT})
        found.append(Case(case.name, moved, replace(case.dialogue, stakeholders=seats)))
    return found


def test_letters_to_others_have_the_same_headers_but_for_where_replies_go() -> None:
    case = next(c for c in every_case("en") if c.name == "summary")
    ordinary, hidden = (posted(mailed(one)) for one in (case, at_risk(case)))
    assert [name for name in ordinary if name != "Reply-To"] == list(hidden)


def test_what_a_seat_under_seal_says_openly_comes_in_letters_that_look_the_same() -> None:
    """Else the neutral subject would come with what is sealed alone, and be its mark."""
    home = _bold(dialogue("en"))
    own = compose(notice("agenda-echoed", "union-bd"), home, now=ALERTED, base_url=PAGES)
    sealed = compose(notice("dialogue-closed", "sealed-1"), home, now=ALERTED, base_url=PAGES)
    name = "notice-" + "0" * 32
    assert seen_from_outside(own, name) == seen_from_outside(sealed, name)


def _bold(home: Dialogue) -> Dialogue:
    """*home* when who speaks under seal in it is said not to be at risk."""
    bold = home.stakeholders["union-bd"].model_copy(update={"at_risk": False})
    return replace(home, stakeholders={**home.stakeholders, bold.id: bold})


def test_whoever_looks_at_a_letter_before_it_goes_sees_nothing_of_a_bold_voice() -> None:
    """Whether somebody who is not at risk spoke under seal changes what everybody is mailed, and no preview."""
    case = next(c for c in every_case("en") if c.name == "answer, in parts")
    bold = replace(case, dialogue=_bold(case.dialogue))
    assert mailed(bold).subject != mailed(case).subject
    one, other = (
        compose(c.notice, c.dialogue, now=c.now, base_url=PAGES, whole=True) for c in (case, bold)
    )
    assert one == other


def test_one_letter_tells_of_several_things_and_leads_to_one_page() -> None:
    home = at_risk(Case("any", notice("answer", "ngo"), dialogue("en"))).dialogue
    told = [
        Part(notice(name, "ngo"), home, PAGES) for name in ("agenda-echoed", "summary-to-check")
    ]
    message = compose_together(told, now=ALERTED)
    assert "Something changes in the agenda" in message.text
    assert "There is a summary" in message.text
    assert message.text.count(PAGES) == 1


@EACH
def test_a_policy_gives_everybody_beside_somebody_at_risk_the_same_outside(language: str) -> None:
    for case in every_case(language):
        if case.notice.role != PARTICIPANT:
            continue
        beside = beside_somebody_at_risk(case)
        message = mailed(beside)
        if not message.address:
            continue
        mail = posted(message)
        assert str(mail["Subject"]) == word("voice", "discreet", language), case.name
        assert str(mail["From"]) == "Weerklank <dialoog@weerklank.example>"
        assert mail["Reply-To"] is None
        assert message.name == ""


def test_a_policy_changes_nothing_where_nobody_is_at_risk() -> None:
    case = next(c for c in every_case("en") if c.name == "summary")
    asked = case.dialogue.policy.model_copy(update={"neutral_subjects": True})
    safe = {
        name: seat.model_copy(update={"at_risk": False})
        for name, seat in case.dialogue.stakeholders.items()
    }
    alone = replace(case.dialogue, policy=asked, stakeholders=safe, seals={})
    assert mailed(replace(case, dialogue=alone)) == mailed(case)
    beside = beside_somebody_at_risk(case)
    off = replace(beside, dialogue=replace(beside.dialogue, policy=case.dialogue.policy))
    assert mailed(off).subject == mailed(case).subject


@EACH
def test_who_may_have_to_bring_what_is_sealed_writes_back_to_nobody_who_owes(language: str) -> None:
    """Whatever the letter is about: one without a way back would else say that it is about a seal."""
    for case in role_cases(dialogue(language)):
        message = mailed(case)
        if case.notice.to not in ROLES:
            continue
        assert (message.reply_to is None) == (case.notice.to in BEARERS), case.name


@EACH
def test_no_mail_to_a_role_holds_a_word_said_under_seal(language: str) -> None:
    for case in every_case(language):
        if case.notice.role == PARTICIPANT:
            continue
        message = mailed(_with_sealed_words(case))
        told = " ".join(f"{message.subject}\n{message.text}\n{message.html}".split())
        assert not re.search(r"sealed words \w+", told), case.name


def _with_sealed_words(case: Case) -> Case:
    """*case* with words in each field of what was said under seal, that stand nowhere else."""
    home = case.dialogue
    if "c2" not in home.contributions:
        return case
    fields = ("text", "line", "answer", "settlement", "dispute_reason")
    said = {name: f"sealed words {name}" for name in fields}
    point = home.contributions["c2"].model_copy(update=said)
    return replace(case, dialogue=replace(home, contributions={**home.contributions, "c2": point}))


def test_a_mail_server_sees_no_more_than_that_there_is_a_mail() -> None:
    """Over SMTP: sender, recipient and headers of an invitation to somebody at risk beside that of somebody else."""
    handler = Handler()
    case = next(c for c in every_case("en") if c.name == "invitation")
    with mail_server(handler) as port:
        smtp = Smtp(host=HOST, port=port, security="none", timeout=PATIENCE)
        for number, one in enumerate((case, at_risk(case))):
            smtp.send(HOUSE.post(f"notice-{number:032x}", mailed(one)))
        smtp.close()
    ordinary, hidden = (message_from_bytes(raw, policy=policy.default) for raw in handler.received)
    first, second = handler.senders
    assert _LETTER.sub("…", first) == _LETTER.sub("…", second) == "terug+…@weerklank.example"
    assert handler.recipients[0] == handler.recipients[1]
    assert "kledingmerk" in str(ordinary["Subject"])
    assert str(hidden["Subject"]) == "A message for you"
    assert b"kledingmerk" not in handler.received[1]
    assert hidden["Reply-To"] is None
    assert str(ordinary["Reply-To"]) != "None"
