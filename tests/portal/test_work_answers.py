"""From the decision through the signature to the answer, on the pages of those who run the dialogue."""

import pytest
from httpx2 import Response

from records.queries import notices_of
from tests.portal.conftest import Browser, Portal
from tests.records.conftest import DAY, utc

AT = "/dialogues/kleding-2022"
DECISION = f"{AT}/decisions/c1"
ANSWER = f"{AT}/answers/c1"
STRATEGY = f"{AT}/strategy"
NOT_NOW = {
    "outcome": "not-now",
    "reason": "Prices are fixed until spring; we look again in March.",
    "owner": "manager",
}


@pytest.fixture
def deciding(portal: Portal) -> Portal:
    """Give a portal in which the session is closed and nothing decided."""
    memory = portal.memory
    memory.open()
    memory.speak()
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    lines = {"c1": "Pay a living wage.", "c2": "Nobody may be fired for speaking."}
    memory.act("publish-summary", {"lines": lines}, by="moderator")
    for point, name in (("c1", "ngo-nl"), ("c2", "union-bd")):
        memory.act("check-line", {"contribution": point, "verdict": "confirmed"}, by=name)
    memory.close_session()
    return portal


def decide(browser: Browser, name: str = "c1", **given: str) -> Response:
    path = f"{AT}/decisions/{name}"
    return browser.submit(path, NOT_NOW | given, on=path)


def test_a_decision_with_a_change_and_a_promise(deciding: Portal) -> None:
    manager = deciding.enter_as("manager")
    given = {
        "outcome": "adopted", "before": "We aim for it", "after": "We pay it",
        "what": "Raise prices", "due": "2022-12-01",
    }  # fmt: skip
    assert decide(manager, **given).status_code == 303
    dialogue = deciding.memory.read()
    point = dialogue.contributions["c1"]
    assert point.change is not None
    assert (point.outcome, point.change.after) == ("adopted", "We pay it")
    assert point.commitment is not None
    assert dialogue.commitments[point.commitment].what == "Raise prices"
    page = manager.get(f"{AT}/decisions").text
    assert "We pay it" in page
    assert "1 van 2" in page


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"reason": ""}, "reason"),
        ({"owner": ""}, "owner"),
        ({"before": "We aim"}, "after"),
        ({"after": "We pay"}, "before"),
        ({"what": "Raise prices"}, "due"),
        ({"due": "2022-12-01"}, "what"),
    ],
)
def test_half_a_decision_is_kept_as_typed(
    given: dict[str, str], field: str, deciding: Portal
) -> None:
    manager = deciding.enter_as("manager")
    answer = decide(manager, **{"reason": "A reason that stays in the form", **given})
    assert answer.status_code == 422
    assert f'-{field}"' in answer.text
    assert "A reason that stays" in answer.text or field == "reason"
    assert deciding.memory.read().contributions["c1"].outcome is None


def test_a_stock_phrase_is_questioned_before_it_is_recorded(deciding: Portal) -> None:
    manager = deciding.enter_as("manager")
    answer = decide(manager, reason="Wij nemen dit mee.")
    assert answer.status_code == 422
    assert "Wij nemen dit mee.</textarea>" in answer.text
    assert 'name="anyway"' in answer.text
    assert deciding.memory.read().contributions["c1"].outcome is None
    assert decide(manager, reason="Wij nemen dit mee.", anyway="yes").status_code == 303
    assert "reden zegt te weinig" in manager.get(f"{AT}/decisions").text


def test_the_sponsor_signs_when_all_is_decided_and_passes_a_check_with_a_reason(
    deciding: Portal,
) -> None:
    manager, sponsor = deciding.enter_as("manager"), deciding.enter_as("sponsor")
    decide(manager, reason="Wij nemen dit mee.", anyway="yes")
    early = sponsor.submit(f"{STRATEGY}/sign", {}, on=STRATEGY)
    assert early.status_code == 422
    assert "c2" in early.text
    decide(manager, "c2", reason="We ask suppliers to sign this before the summer.")
    assert sponsor.submit(f"{STRATEGY}/sign", {}, on=STRATEGY).status_code == 422
    given = {"check": "no-stock-phrases", "reason": "It is all there is to say."}
    assert sponsor.submit(f"{STRATEGY}/override", given, on=STRATEGY).status_code == 303
    assert sponsor.submit(f"{STRATEGY}/sign", {}, on=STRATEGY).status_code == 303
    assert deciding.memory.read().phase == "feedback"


def test_only_the_sponsor_signs(deciding: Portal) -> None:
    for role in ("manager", "deputy", "board"):
        browser = deciding.enter_as(role)
        assert "Ik onderteken" not in browser.get(STRATEGY).text
        assert browser.submit(f"{STRATEGY}/sign", {}, on=STRATEGY).status_code == 404


def test_an_answer_is_seen_as_its_reader_will_see_it_and_then_sent(two_companies: Portal) -> None:
    manager = two_companies.enter_as("manager")
    given = {"covers": ["c1"], "text": "We raised it with\n\nall suppliers."}
    seen = manager.submit(f"{ANSWER}/preview", given, on=ANSWER)
    assert seen.status_code == 200
    assert "Beste Campaigner," in seen.text
    assert "U zei:" in seen.text
    assert two_companies.memory.read().contributions["c1"].written_at is None
    sent = manager.submit(ANSWER, given, on=ANSWER)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{AT}/answers")
    assert "onderweg" in manager.get(f"{AT}/answers").text
    two_companies.memory.deliver()
    page = manager.get(f"{AT}/answers").text
    assert ">aangekomen<" in page
    assert "<dt>Aangekomen</dt>" in page
    assert two_companies.memory.read().contributions["c1"].delivered_at is not None


@pytest.mark.parametrize("path", [ANSWER, f"{ANSWER}/preview"])
def test_an_answer_without_text_or_points_is_kept_as_typed(
    path: str, two_companies: Portal
) -> None:
    manager = two_companies.enter_as("manager")
    bare = manager.submit(path, {"text": "Half an answer"}, on=ANSWER)
    assert bare.status_code == 422
    assert "Half an answer</textarea>" in bare.text
    assert manager.submit(path, {"covers": ["c1"], "text": ""}, on=ANSWER).status_code == 422
    other = manager.submit(path, {"covers": ["c2"], "text": "For another"}, on=ANSWER)
    assert other.status_code == 422
    assert two_companies.memory.read().contributions["c2"].written_at is None


def test_a_sealed_speaker_is_answered_without_being_known(two_companies: Portal) -> None:
    manager = two_companies.enter_as("manager")
    path = f"{AT}/answers/c2"
    given = {"covers": ["c2"], "text": "We will protect you."}
    seen = manager.submit(f"{path}/preview", given, on=path)
    assert seen.status_code == 200
    assert "Beste deelnemer," in seen.text
    assert "Be clear" not in seen.text
    assert manager.submit(path, given, on=path).status_code == 303
    two_companies.memory.deliver()
    assert two_companies.memory.read().contributions["c2"].delivered_at is not None


def test_an_answer_is_postponed_with_both_dates(two_companies: Portal) -> None:
    manager = two_companies.enter_as("manager")
    given = {"what": "answer", "to": "2022-09-15", "reason": "The board meets on the 13th."}
    for gap in ("to", "reason"):
        refused = manager.submit(f"{ANSWER}/postpone", given | {gap: ""}, on=ANSWER)
        assert refused.status_code == 422
        assert "The board meets" in refused.text or gap == "reason"
    early = manager.submit(f"{ANSWER}/postpone", given | {"to": "2022-07-01"}, on=ANSWER)
    assert early.status_code == 422
    assert 'value="2022-07-01"' in early.text
    assert manager.submit(f"{ANSWER}/postpone", given, on=ANSWER).status_code == 303
    page = manager.get(f"{AT}/answers").text
    assert "8 september 2022" in page
    assert "15 september 2022" in page


def answered(portal: Portal) -> None:
    memory = portal.memory
    for name in ("c1", "c2"):
        memory.act("answer-participant", {"covers": [name], "text": "Here it is."})
    memory.deliver()


def test_an_objection_is_answered(two_companies: Portal) -> None:
    answered(two_companies)
    dispute = {"contribution": "c1", "reason": "I meant overtime."}
    two_companies.memory.act("dispute-answer", dispute, by="ngo-nl")
    manager = two_companies.enter_as("manager")
    assert "Reageer op het bezwaar" in manager.get(f"{AT}/answers").text
    assert "I meant overtime." in manager.get(ANSWER).text
    later = {"what": "dispute", "to": "2022-08-01", "reason": "The lawyer is away."}
    assert manager.submit(f"{ANSWER}/postpone", later, on=ANSWER).status_code == 303
    assert "1 augustus 2022" in manager.get(ANSWER).text
    given = {"settlement": "Overtime is now in the code."}
    assert manager.submit(f"{ANSWER}/settle", {}, on=ANSWER).status_code == 422
    assert manager.submit(f"{ANSWER}/settle", given, on=ANSWER).status_code == 303
    two_companies.memory.deliver()
    assert not two_companies.memory.read().contributions["c1"].dispute_open


def test_the_manager_responds_to_what_the_moderator_worded(two_companies: Portal) -> None:
    answered(two_companies)
    memory, page = two_companies.memory, f"{AT}/answers/c2"
    memory.act("dispute-answer", {"contribution": "c2", "reason": "Their own way"}, by="union-bd")
    memory.sweep(memory.now + DAY)
    manager, moderator = (two_companies.enter_as(role) for role in ("manager", "moderator"))
    told = manager.get(page).text
    assert "Their own way" not in told
    assert "de moderator zet dat nog" in told
    path, seals = f"{AT}/seals/wording/dispute", f"{AT}/seals"
    assert "Their own way" in moderator.get(seals).text
    assert moderator.submit(path, {"key": "c2"}, on=seals).status_code == 422
    for other in ({"key": "c1"}, {"key": "nothing"}):
        assert moderator.submit(path, other | {"wording": "x"}, on=seals).status_code == 404
    given = {"key": "c2", "wording": "The amount is missing."}
    assert moderator.submit(path, given, on=seals).status_code == 303
    memory.sweep(memory.now + DAY)
    manager = two_companies.enter_as("manager")
    assert "The amount is missing." in manager.get(page).text
    said = {"settlement": "The amount follows."}
    assert manager.submit(f"{page}/settle", said, on=page).status_code == 303


def test_the_moderator_has_the_last_word(two_companies: Portal) -> None:
    answered(two_companies)
    memory = two_companies.memory
    for _ in range(2):
        memory.act("dispute-answer", {"contribution": "c2", "reason": "No"}, by="union-bd")
        memory.act("settle-dispute", {"contribution": "c2", "text": "Again."})
        memory.deliver()
    memory.act("dispute-answer", {"contribution": "c2", "reason": "Still not"}, by="union-bd")
    memory.sweep(memory.now + DAY)
    manager, moderator = (two_companies.enter_as(role) for role in ("manager", "moderator"))
    page = f"{AT}/answers/c2"
    assert "laatste woord" in manager.get(page).text
    given = {"settlement": "The company should say so."}
    assert manager.submit(f"{page}/settle", given, on=page).status_code == 422
    path = f"{AT}/seals/c2/settle"
    assert "Still not" in moderator.get(f"{AT}/seals").text
    assert moderator.submit(path, given, on=f"{AT}/seals").status_code == 303
    memory.deliver()
    assert not memory.read().contributions["c2"].dispute_open


def test_the_moderator_can_postpone_the_last_word_and_nothing_else(two_companies: Portal) -> None:
    answered(two_companies)
    memory = two_companies.memory
    moderator, page = two_companies.enter_as("moderator"), f"{AT}/seals"
    path = f"{page}/c2/postpone"
    given = {"to": "2022-09-30", "reason": "I still speak with both"}
    memory.act("dispute-answer", {"contribution": "c2", "reason": "No"}, by="union-bd")
    assert moderator.submit(path, given, on=page).status_code == 404
    for _ in range(2):
        memory.act("settle-dispute", {"contribution": "c2", "text": "Again."})
        memory.deliver()
        memory.act("dispute-answer", {"contribution": "c2", "reason": "Still not"}, by="union-bd")
    assert "Beloofd uiterlijk op" in moderator.get(page).text
    for gap in ({"to": ""}, {"reason": ""}, {"to": "2020-01-01"}):
        assert moderator.submit(path, given | gap, on=page).status_code == 422
    assert moderator.submit(path, given, on=page).status_code == 303
    duty = memory.read().latest("answer-dispute/c2")
    assert duty is not None
    assert [moved.reason for moved in duty.postponements] == [given["reason"]]
    assert [n.to for n in memory.notices(template="answer-postponed")] == ["sealed-1"]


def test_the_way_to_an_objection_leads_to_its_form(two_companies: Portal) -> None:
    answered(two_companies)
    given = {"contribution": "c2", "reason": "No"}
    two_companies.memory.act("dispute-answer", given, by="union-bd")
    manager = two_companies.enter_as("manager")
    assert "#c2" not in manager.get("/today").text, (
        "what is objected under seal is told the next day"
    )
    two_companies.memory.sweep(two_companies.memory.now + DAY)
    manager = two_companies.enter_as("manager")
    for path in ("/today", f"{AT}/answers"):
        assert f'href="{AT}/answers/c2#c2"' in manager.get(path).text
    page = manager.get(f"{AT}/answers/c2").text
    assert f'action="{AT}/answers/c2/settle"' in page
    assert 'id="c2"' in page


def test_whoever_owes_the_answer_records_no_verdict_and_no_objection(two_companies: Portal) -> None:
    answered(two_companies)
    manager = two_companies.enter_as("manager")
    sent = {"heard": "yes", "comment": "Told by phone", "objection": "Not mine", "how": "phone"}
    for path in (f"{ANSWER}/verdict", f"{ANSWER}/dispute", f"{AT}/answers/c2/verdict"):
        assert manager.submit(path, sent, on=ANSWER).status_code in {404, 405}
    assert "Die schrijft het op" in manager.get(ANSWER).text
    assert not two_companies.memory.read().verdicts


def test_a_bounce_asks_to_write_again(two_companies: Portal) -> None:
    memory = two_companies.memory
    memory.act("answer-participant", {"covers": ["c1"], "text": "Here it is."})
    row = next(r for r in notices_of(memory.engine, [memory.dialogue_id]) if r.template == "answer")
    memory.ledger.undeliverable(row.id, "email", "no such user", memory.now)
    page = two_companies.enter_as("manager").get(f"{AT}/answers").text
    assert "kwam niet aan" in page


def test_the_sponsor_closes_with_debts_and_says_why(two_companies: Portal) -> None:
    two_companies.memory.sweep(utc(2022, 9, 12))
    sponsor = two_companies.enter_as("sponsor")
    page = sponsor.get(STRATEGY).text
    assert "te laat" in page
    path = f"{STRATEGY}/close-with-debts"
    assert sponsor.submit(path, {"reason": ""}, on=STRATEGY).status_code == 422
    assert sponsor.submit(path, {"reason": "The chain broke."}, on=STRATEGY).status_code == 303
    assert two_companies.memory.read().phase == "closed_with_debts"
    manager = two_companies.enter_as("manager")
    assert manager.submit(path, {"reason": "Me too"}, on=STRATEGY).status_code == 404


def test_progress_on_a_promise_is_reported_by_its_owner(deciding: Portal) -> None:
    manager = deciding.enter_as("manager")
    given = {"outcome": "adopted", "owner": "sponsor", "what": "Raise prices", "due": "2022-12-01"}
    assert decide(manager, **given).status_code == 303
    name = next(iter(deciding.memory.read().commitments))
    path = f"{STRATEGY}/promises/{name}"
    sponsor, board = deciding.enter_as("sponsor"), deciding.enter_as("board")
    assert sponsor.submit(path, {"status": ""}, on=STRATEGY).status_code == 422
    report = {"status": "under-way", "evidence": "Two contracts signed."}
    assert sponsor.submit(path, report, on=STRATEGY).status_code == 303
    assert "Two contracts signed." in board.get(STRATEGY).text
    assert board.submit(path, report, on=STRATEGY).status_code == 422
    missing = sponsor.submit(f"{STRATEGY}/promises/nothing", report, on=STRATEGY)
    assert missing.status_code == 404
