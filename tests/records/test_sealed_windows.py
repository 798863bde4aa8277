"""Windows under seal: a check and a verdict are told when the time for them is over, and count from then on."""

import pytest

from records.journal import journal
from records.journal.embargo.held_chain import lived_entries
from records.journal.examination import examine
from states.language.errors import Refused
from states.model.contributions import LineVerdict
from states.model.dialogue import Dialogue
from states.model.duties import DutyStatus
from states.model.vocabulary import DutyKind
from states.privacy.embargo import holds
from states.privacy.reader_view import view
from states.privacy.readers import A_MANAGER, A_MODERATOR, Reader
from states.steps.phases import session
from tests.records.conftest import DAY, Memory

CHECK, VERDICT, ANSWER = (
    f"{kind}/sealed-1" for kind in ("check-summary", "give-verdict", "answer-participant")
)
BY_PHONE = {"stakeholder": "union-bd", "how": "phone", "contribution": "c2"}


@pytest.fixture
def published(memory: Memory) -> Memory:
    """Come to the summary; the open speaker checked their line."""
    memory.open()
    memory.speak()
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    lines = dict.fromkeys(memory.read().contributions, "Pay.")
    memory.act("publish-summary", {"lines": lines}, by="moderator")
    memory.now += DAY
    memory.act("check-line", {"contribution": "c1", "verdict": "confirmed"}, by="ngo-nl")
    return memory


def check(memory: Memory, verdict: str = "confirmed", **given: str) -> None:
    """Let the sealed voice say of its line what it is."""
    memory.act("check-line", {"contribution": "c2", "verdict": verdict, **given}, by="union-bd")


def known(memory: Memory, reader: Reader = A_MANAGER) -> Dialogue:
    """Read the dialogue as *reader* knows it."""
    return view(memory.reread().copy(), reader)


def told(memory: Memory) -> list[tuple[str, str]]:
    """Read the journal: what happened to whom."""
    return [(one.fact, one.subject) for one in journal.entries(memory.engine, memory.dialogue_id)]


def test_a_check_is_told_when_its_window_closes(published: Memory) -> None:
    before, due = told(published), published.read().duties[CHECK].due
    check(published, "corrected", text="Pay us.")
    published.sweep(published.now + 2 * DAY)

    assert told(published) == before
    seen = known(published)
    assert (seen.contributions["c2"].line, seen.contributions["c2"].line_verdict) == ("Pay.", None)
    assert seen.duties[CHECK].status is DutyStatus.OPEN
    theirs = known(published, A_MODERATOR).contributions["c2"]
    assert (theirs.line, theirs.line_verdict) == ("Pay us.", LineVerdict.CORRECTED)
    lived = [(one.fact, one.subject) for one in lived_entries(published.engine, "kleding-2022")]
    assert ("line-checked", "c2") in lived
    assert examine(published.engine).ok

    published.outwait(DutyKind.CHECK_SUMMARY)
    published.sweep()
    entries = journal.entries(published.engine, "kleding-2022")
    closing = [(one.fact, one.subject, one.actor) for one in entries if one.at == due]
    assert closing == [("line-checked", "c2", "sealed-1"), ("duty-met", CHECK, "sealed-1")]
    assert known(published).contributions["c2"].line_verdict is LineVerdict.CORRECTED
    duty = known(published).duties[CHECK]
    assert (duty.status, duty.ended_at) == (DutyStatus.MET, due)
    assert examine(published.engine).ok
    after = told(published)
    published.sweep()
    assert told(published) == after


@pytest.mark.parametrize("acted", [True, False])
def test_the_session_waits_as_for_somebody_silent(published: Memory, acted: bool) -> None:
    if acted:
        check(published)
    for by in ("moderator", "manager"):
        with pytest.raises(Refused) as refused:
            published.act("close-session", by=by)
        assert refused.value.code == "checks-not-met"
        assert "sealed-1" in refused.value.why("en")
    published.outwait(DutyKind.CHECK_SUMMARY)
    published.sweep()
    published.act("close-session", by="moderator")
    duty = published.read().duties[CHECK]
    assert duty.status is (DutyStatus.MET if acted else DutyStatus.NO_ANSWER)
    assert examine(published.engine).ok


def test_the_first_step_after_it_closes_it_without_a_sweep(published: Memory) -> None:
    check(published)
    published.close_session()

    assert published.reread().phase == "strategy_update"
    assert published.reread().duties[CHECK].status is DutyStatus.MET
    assert examine(published.engine).ok


def test_a_withdrawn_point_stands_for_others_until_then(published: Memory) -> None:
    check(published, "withdrawn")
    published.sweep(published.now + 2 * DAY)

    assert known(published).contributions["c2"].stands
    assert not known(published, A_MODERATOR).contributions["c2"].stands
    assert published.read().duties[ANSWER].owed
    published.outwait(DutyKind.CHECK_SUMMARY)
    published.sweep()
    assert not known(published).contributions["c2"].stands
    assert published.read().duties[ANSWER].status is DutyStatus.WITHDRAWN
    assert ("duty-withdrawn", ANSWER) in told(published)
    assert examine(published.engine).ok


def test_what_was_taken_back_in_the_window_was_silence(published: Memory) -> None:
    published.act("check-line", {**BY_PHONE, "verdict": "withdrawn"}, by="moderator")
    undone = {"step": "check-line", "contribution": "c2"}
    published.act("undo-relayed", undone, by="union-bd")
    before = told(published)
    published.sweep(published.now + 2 * DAY)
    assert told(published) == before

    published.outwait(DutyKind.CHECK_SUMMARY)
    published.sweep()
    assert published.read().duties[CHECK].status is DutyStatus.NO_ANSWER
    assert published.read().duties[ANSWER].owed
    assert examine(published.engine).ok


def test_what_is_taken_back_after_it_is_asked_again(published: Memory) -> None:
    published.act("check-line", {**BY_PHONE, "verdict": "withdrawn"}, by="moderator")
    published.outwait(DutyKind.CHECK_SUMMARY)
    published.sweep()
    undone = {"step": "check-line", "contribution": "c2"}
    published.act("undo-relayed", undone, by="union-bd")

    assert published.read().duties[CHECK].owed
    assert published.read().duties[ANSWER].owed
    assert examine(published.engine).ok
    check(published)
    published.outwait(DutyKind.CHECK_SUMMARY)
    published.sweep()
    assert published.read().duties[CHECK].status is DutyStatus.MET_LATE
    assert examine(published.engine).ok


def test_cancelled_in_the_window_nothing_tells_who_had_acted(published: Memory) -> None:
    due = published.read().duties[CHECK].due
    check(published)
    published.now += DAY
    published.act("cancel-dialogue", {"reason": "The hall burnt down."}, by="sponsor")

    assert ("duty-withdrawn", CHECK) in told(published)
    assert ("line-checked", "c2") not in told(published)
    published.sweep(due)
    assert ("line-checked", "c2") in told(published)
    assert published.read().duties[CHECK].status is DutyStatus.WITHDRAWN
    assert examine(published.engine).ok


def test_a_verdict_waits_too_and_an_objection_does_not(memory: Memory) -> None:
    memory.open()
    memory.sign()
    memory.act("answer-participant", {"covers": ["c2"], "text": "We look in spring."})
    memory.deliver()
    due = memory.read().duties[VERDICT].due
    memory.act("give-verdict", {"heard": "no", "comment": "No."}, by="union-bd")
    memory.act("dispute-answer", {"contribution": "c2", "reason": "Late."}, by="union-bd")
    memory.sweep(memory.now + 2 * DAY)

    assert ("answer-disputed", "c2") in told(memory)
    assert ("verdict-given", "sealed-1") not in told(memory)
    assert known(memory).verdicts == {}
    assert known(memory, A_MODERATOR).verdicts["sealed-1"].heard == "no"
    assert examine(memory.engine).ok
    memory.sweep(due)
    [given] = [
        one
        for one in journal.entries(memory.engine, memory.dialogue_id)
        if one.fact == "verdict-given"
    ]
    assert given.at == due
    assert known(memory).verdicts["sealed-1"].at == due
    assert examine(memory.engine).ok


def test_words_put_neutrally_wait_with_what_they_are_of(published: Memory) -> None:
    check(published, "corrected", text="Betaal ons.")
    worded = {"about": "line", "contribution": "c2", "text": "They ask to be paid."}
    published.act("word-neutrally", worded, by="moderator")
    published.sweep(published.now + 2 * DAY)

    assert ("worded-neutrally", "c2") not in told(published)
    assert known(published).contributions["c2"].line == "Pay."
    published.outwait(DutyKind.CHECK_SUMMARY)
    published.sweep()
    assert known(published).contributions["c2"].line == "They ask to be paid."
    assert examine(published.engine).ok


def test_what_an_earlier_version_told_at_once_stays_told(published: Memory) -> None:
    """Its duty was met on that day; nothing waits for it any more, and the session can be closed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "is_window_open", lambda *_: False)
        patch.setattr(holds, "told_at", lambda *_: None)
        check(published)
    assert examine(published.engine).ok
    published.sweep(published.now + DAY)
    assert ("line-checked", "c2") in told(published)
    assert known(published).contributions["c2"].line_verdict is LineVerdict.CONFIRMED
    published.act("close-session", by="moderator")
    assert published.reread().phase == "strategy_update"
    assert examine(published.engine).ok
