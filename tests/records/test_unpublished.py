"""Points under seal before the summary is out: where they wait, and how they become known."""

from datetime import datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import RowMapping, text

from records import migrate
from records.engine.column_types import instant_text
from records.engine.randomness import draw_from, seeded_bytes
from records.journal import journal
from records.journal.embargo.held_chain import held_rows, lived_entries, untruths
from records.journal.examination import examine
from states.language.errors import NotYours, Refused
from states.model.dialogue import Dialogue
from states.model.vocabulary import DutyKind
from states.privacy.embargo.known_to_others import as_others_know
from states.privacy.reader_view import view
from states.privacy.readers import A_MANAGER, A_MODERATOR, Reader
from tests.records.conftest import DAY, Memory

MINUTE = timedelta(minutes=1)
OWED = "answer-participant/sealed-1"


@pytest.fixture
def met(memory: Memory) -> Memory:
    """Come to the session, where somebody spoke openly first."""
    memory.open()
    memory.meet()
    say(memory, "ngo-nl", "named")
    return memory


def say(memory: Memory, who: str, level: str, by: str = "moderator", **named: str) -> None:
    """Let *who* say something a minute later."""
    memory.now += MINUTE
    given = {"stakeholder": who, "attribution": level, "text": f"Pay {who}.", **named}
    memory.act("record-contribution", given, by=by)


def publish(memory: Memory) -> None:
    """Publish a line for each point that the moderator knows of."""
    lines = dict.fromkeys(memory.reread().contributions, "Pay.")
    memory.act("publish-summary", {"lines": lines}, by="moderator")


def known(memory: Memory, reader: Reader = A_MANAGER) -> Dialogue:
    """Read the dialogue as *reader* knows it."""
    return view(memory.reread().copy(), reader)


def told(memory: Memory) -> list[tuple[str, str]]:
    """Read the journal: what happened to whom."""
    return [(one.fact, one.subject) for one in journal.entries(memory.engine, memory.dialogue_id)]


def test_nobody_else_hears_of_it_before(met: Memory) -> None:
    before = told(met)
    say(met, "union-bd", "sealed")

    assert told(met) == before
    seen = known(met)
    assert (list(seen.contributions), list(seen.seals)) == (["c1"], [])
    assert OWED not in seen.duties
    mine = known(met, A_MODERATOR)
    assert (list(mine.contributions), list(mine.seals)) == (["c1", "unnumbered-1"], ["sealed-1"])
    happened = [(one.fact, one.subject) for one in lived_entries(met.engine, met.dialogue_id)]
    assert happened[-2:] == [("contribution-recorded", "unnumbered-1"), ("duty-opened", OWED)]
    assert examine(met.engine).ok


def test_a_day_that_ends_changes_nothing_of_that(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    before = told(met)
    met.sweep(met.now + DAY)

    assert told(met) == before


def test_what_is_said_openly_has_numbers_without_a_gap(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    say(met, "ngo-nl", "named")

    assert list(known(met).contributions) == ["c1", "c2"]


def test_it_gets_its_number_with_the_summary(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    say(met, "ngo-nl", "named")
    met.now += MINUTE
    publish(met)

    entries = journal.entries(met.engine, met.dialogue_id)
    [recorded] = [one for one in entries if one.detail.get("attribution") == "sealed"]
    assert (recorded.subject, recorded.at) == ("c3", met.now)
    facts = [one.fact for one in entries]
    assert facts.index("summary-published") > recorded.seq - 1
    point = met.reread().contributions["c3"]
    assert (point.line, point.recorded_at) == ("Pay.", met.now)
    assert list(met.reread().contributions) == ["c1", "c2", "c3"]
    assert met.reread().duties[OWED].opened_at == met.now
    assert examine(met.engine).ok
    met.act("check-line", {"contribution": "c3", "verdict": "confirmed"}, by="union-bd")
    met.sweep(met.now + DAY)
    assert examine(met.engine).ok
    assert ("line-checked", "c3") not in told(met)
    met.outwait(DutyKind.CHECK_SUMMARY)
    met.sweep()
    assert examine(met.engine).ok
    assert ("line-checked", "c3") in told(met)


def test_a_name_that_was_given_is_kept(met: Memory) -> None:
    say(met, "union-bd", "sealed", id="doors")
    publish(met)

    assert list(met.reread().contributions) == ["c1", "doors"]
    assert ("contribution-recorded", "doors") in told(met)
    assert examine(met.engine).ok


@pytest.mark.parametrize("first", ["unnumbered-1", "unnumbered-2"])
def test_the_order_is_drawn_by_lot(met: Memory, first: str) -> None:
    def lot(dialogue: str, purpose: str, number: int) -> bytes:
        if purpose.startswith("place:"):
            return bytes(number) if purpose == f"place:{first}" else b"\xff" * number
        return seeded_bytes(dialogue, purpose, number)

    draw_from(met.engine, lot)
    say(met, "union-bd", "sealed")
    say(met, "ngo-nl", "sealed")
    whose = {name: point.voice for name, point in met.reread().contributions.items()}
    publish(met)

    points = met.reread().contributions
    assert list(points) == ["c1", "c2", "c3"]
    assert points["c2"].voice == whose[first]
    recorded = [subject for fact, subject in told(met) if fact == "contribution-recorded"]
    assert recorded == ["c1", "c2", "c3"]
    opened = [s for f, s in told(met) if f == "duty-opened" and s.startswith("answer-participant")]
    assert opened == ["answer-participant/ngo-nl", OWED, "answer-participant/sealed-2"]
    asked = [s for f, s in told(met) if f == "duty-opened" and s.startswith("check-summary")]
    assert asked == ["check-summary/ngo-nl", "check-summary/sealed-1", "check-summary/sealed-2"]
    assert examine(met.engine).ok


def ten_days_before(memory: Memory) -> datetime:
    """When others hear of it at the latest: the day that is ten working days before the promise begins."""
    dialogue = memory.reread()
    day = dialogue.calendar.shift(dialogue.due_day(dialogue.duties[OWED]), -10)
    return dialogue.calendar.end_of(day - DAY)


def test_ten_working_days_before_the_promise_it_is_known(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    at = ten_days_before(met)
    met.sweep(at - MINUTE)
    assert OWED not in known(met).duties
    met.sweep(at)

    [recorded] = [
        one
        for one in journal.entries(met.engine, met.dialogue_id)
        if one.fact == "contribution-recorded" and one.subject == "c2"
    ]
    assert recorded.at == at
    assert OWED in known(met).duties
    assert examine(met.engine).ok
    say(met, "union-bd", "sealed")
    met.sweep(met.now + DAY)
    assert ("contribution-recorded", "c3") in told(met)
    assert examine(met.engine).ok


def test_nobody_needs_to_sweep_for_that(met: Memory) -> None:
    """The first step after that moment finds it so."""
    say(met, "union-bd", "sealed")
    met.now = ten_days_before(met) + MINUTE
    lines = {"c1": "Pay.", "c2": "Pay."}
    met.act("publish-summary", {"lines": lines}, by="moderator")

    assert list(met.reread().contributions) == ["c1", "c2"]
    assert examine(met.engine).ok


def test_a_promise_that_moves_takes_it_along(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    was, before = ten_days_before(met), told(met)
    given = {"to": "2022-07-14T13:00:00+00:00", "reason": "The hall is flooded."}
    met.act("reschedule-session", given)
    moved = ten_days_before(met)

    assert moved > was
    assert OWED not in [subject for _, subject in told(met)]
    assert len(told(met)) > len(before)
    met.sweep(moved - MINUTE)
    assert OWED not in known(met).duties
    met.sweep(moved)
    assert OWED in known(met).duties
    assert examine(met.engine).ok


def test_the_end_of_a_dialogue_makes_it_known(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    met.now += DAY
    met.act("cancel-dialogue", {"reason": "The company was sold."})

    assert ("contribution-recorded", "c2") in told(met)
    assert OWED in met.reread().duties
    assert examine(met.engine).ok


def test_whoever_does_not_know_of_it_is_told_of_none(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    with pytest.raises(NotYours) as refused:
        met.act("publish-summary", {"lines": {"c1": "Pay."}})
    assert refused.value.code == "summary-is-moderators"
    with pytest.raises(Refused) as missing:
        met.act("publish-summary", {"lines": {}})
    assert missing.value.details["contributions"] == ["c1"]


def test_a_mark_is_no_name(met: Memory) -> None:
    with pytest.raises(Refused) as refused:
        say(met, "union-bd", "sealed", id="unnumbered-1")
    assert refused.value.code == "reserved-name"


def changed(row: RowMapping, **fields: str | None) -> RowMapping:
    """Rewrite *fields* of a row."""
    return cast("RowMapping", {**row, **fields})


def test_what_is_not_told_though_the_summary_is_out_is_named(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    publish(met)
    entries = journal.entries(met.engine, met.dialogue_id)
    with met.engine.connect() as connection:
        rows = held_rows(connection, met.dialogue_id)
    assert list(untruths(entries, rows)) == []

    untold = [changed(row, told=None) for row in rows]
    assert {one.field for one in untruths(entries, untold)} == {"told"}
    [row] = [one for one in rows if one["fact"] == "duty-opened"]
    never = changed(row, subject="carry-answer/sealed-1")
    assert {one.field for one in untruths(entries, [never])} == {"subject", "until"}


def test_the_chain_keeps_when_it_was_said(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    said = met.now
    met.now += DAY
    publish(met)

    [one] = [
        e
        for e in lived_entries(met.engine, met.dialogue_id)
        if e.fact == "contribution-recorded" and e.subject == "c2"
    ]
    assert instant_text(one.at) == instant_text(said)
    assert known(met).contributions["c2"].recorded_at > met.now


def test_what_others_know_already_stays_as_it_is(met: Memory) -> None:
    """A database from before, in which the journal tells of a point under seal: up with it, and on."""
    say(met, "union-bd", "sealed", id="c2")
    publish(met)
    before = told(met)
    migrate.downgrade(met.url, "0037")
    migrate.upgrade(met.url)

    assert told(met) == before
    assert list(known(met).contributions) == ["c1", "c2"]
    assert examine(met.engine).ok
    with met.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM held_changes WHERE awaits")) == 0


def test_a_speaker_knows_their_own(met: Memory) -> None:
    say(met, "union-bd", "sealed")
    dialogue = met.reread().copy()
    as_others_know(dialogue, Reader.by_name("union-bd"))
    assert list(dialogue.contributions) == ["c1", "unnumbered-1"]
    other = met.reread().copy()
    as_others_know(other, Reader.by_name("ngo-nl"))
    assert list(other.contributions) == ["c1"]
