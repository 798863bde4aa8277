"""Nobody is reminded of what they did, declined or what was withdrawn; and nothing is ever said twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tests.journeys.lives import (
    NGO,
    SUPPLIER,
    UNION,
    Row,
    Seen,
    act,
    live,
    outcome_of,
    played,
    scenario,
    small,
    without,
)

pytestmark = pytest.mark.slow

NAGGING = (
    "please-answer-invitation",
    "please-share-expectation",
    "please-check-summary",
    "please-give-verdict",
)
ALERT = datetime(2022, 9, 9, 6, 0, tzinfo=UTC)


def _nagged(seen: Seen, who: str) -> list[Row]:
    return [row for row in seen.notices(to=who) if row["template"] in NAGGING]


def test_who_did_everything_in_time_gets_no_reminder() -> None:
    seen = outcome_of(small(played("feedback")))
    assert [
        row for who in (NGO["id"], UNION["id"], SUPPLIER["id"]) for row in _nagged(seen, who)
    ] == []


def test_whether_a_sealed_voice_did_shows_by_no_reminder_and_they_get_none() -> None:
    """Others see the reminders that somebody silent would get; what the moderator sees is that none of them went."""
    life = small(played("feedback"))
    silent = small(without(played("feedback"), by=UNION["id"], do="check-line"))
    planned = [
        [
            (row["template"], row["rung"], row["at"], row["status"])
            for row in _nagged(seen, "sealed-1")
        ]
        for seen in (outcome_of(life), outcome_of(silent))
    ]
    assert planned[0] == planned[1]
    assert {row[-1] for row in planned[0]} == {"sealed"}
    truly = _nagged(outcome_of(life, "moderator"), "sealed-1")
    assert len(truly) == len(planned[0]) > 0
    assert {row["status"] for row in truly} == {"withdrawn"}


def test_who_declined_is_never_reminded() -> None:
    acts = without(played("gathering"), by=SUPPLIER["id"])
    acts.append(act("2022-03-02T10:00", SUPPLIER["id"], "decline-invitation", reason="Geen tijd."))
    seen = outcome_of(small(acts, until="2022-06-15T00:00"))
    assert seen.facts("invitation-declined")
    assert _nagged(seen, SUPPLIER["id"]) == []
    assert [
        row
        for row in seen.duties(for_=SUPPLIER["id"])
        if row["status"] in {"open", "lapsed", "no-answer"}
    ] == []


def test_who_is_silent_is_reminded_twice_and_no_more() -> None:
    acts = without(without(played("gathering"), by=SUPPLIER["id"]), do="open-session")
    seen = outcome_of(small(acts, until="2022-06-15T00:00"))
    assert [row["rung"] for row in _nagged(seen, SUPPLIER["id"])] == ["-5wd", "-1wd"]


def test_the_manager_is_reminded_until_the_thing_is_done_and_not_after() -> None:
    acts = played("analysis")
    acts[-1]["at"] = "2022-02-08T10:00"  # two days before it is due; -3wd was the 7th
    seen = outcome_of(small(acts, until="2022-03-01T00:00"))
    assert [row["rung"] for row in seen.rungs(kind="approve-analysis")] == ["-10wd", "-3wd"]


def test_withdrawn_contributions_leave_nothing_to_remind_of() -> None:
    acts = without(played("session"), by=NGO["id"], do="check-line")
    acts.append(
        act("2022-06-21T09:00", NGO["id"], "check-line", contribution="c1", verdict="withdrawn")
    )
    seen = outcome_of(small(acts, until="2022-11-30T00:00"))
    assert seen.duty(f"answer-participant/{NGO['id']}")["status"] == "withdrawn"
    assert seen.duties(kind="decide-contribution", for_="c1") == []
    late = [row for row in seen.notices(duty=f"answer-participant/{NGO['id']}") if row["rung"]]
    assert late == []
    assert seen.notices(duty="answer-participant/sealed-1", rung="+1wd")


def test_a_cancelled_edition_asks_nobody_anything_more() -> None:
    acts = [
        *played("gathering")[:-1],
        act("2022-05-01T10:00", "manager", "cancel-dialogue", reason="Fusie."),
    ]
    seen = outcome_of(small(acts, until="2022-11-30T00:00"))
    assert seen.phase == "cancelled"
    assert [
        row for row in seen.notices() if row["rung"] and row["at"] > "2022-05-01T08:00:00Z"
    ] == []
    told = {row["to"] for row in seen.notices(template="dialogue-cancelled")}
    assert {NGO["id"], UNION["id"], SUPPLIER["id"]} <= told


def test_sweep_and_delivery_run_twice_say_nothing_twice() -> None:
    with live(small(played("strategy"), until="2022-09-09T08:00")) as seen:
        before = len(seen.life.sent)
        for _ in range(2):
            seen.life.house.sweep(ALERT)
            seen.life.house.deliver(ALERT)
        assert len(seen.life.sent) == before
        assert (
            Counter((row["duty"], row["to"]) for row in seen.notices(rung="+1wd")).most_common(1)[
                0
            ][1]
            == 1
        )


@pytest.mark.parametrize("attempt", range(3))
def test_two_sweeps_and_two_deliveries_at_once_say_nothing_twice(attempt: int) -> None:
    del attempt
    with live(small(played("strategy"), until="2022-09-09T07:00")) as seen:
        house, before = seen.life.house, len(seen.life.sent)

        def run(_: int) -> None:
            house.sweep(ALERT)
            house.deliver(ALERT)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, range(4)))
        sent = Counter((post.to, post.template, post.subject) for post in seen.life.sent[before:])
        rungs = Counter(
            (row["duty"], row["to"])
            for row in Seen(seen.life.view(), seen.life).notices(rung="+1wd")
        )
    assert set(rungs.values()) == {1}
    assert (
        len(rungs) == 6
    )  # the alert to the manager and the honest notice, for each of three debts
    # the three alerts to the manager are one letter; those who wait get one each
    assert sum(sent.values()) == 1 + 3


def test_a_life_can_be_lived_in_stretches() -> None:
    whole = outcome_of(small(played("feedback")))
    with live(scenario(small(played("feedback"), until="2022-04-01T00:00"))) as seen:
        for stretch in ("2022-06-16T14:00", "2022-09-02T00:00", "2022-11-29T23:00"):
            seen.life.live(datetime.fromisoformat(f"{stretch}+00:00"))
        assert seen.life.view()["facts"] == whole.shown["facts"]
