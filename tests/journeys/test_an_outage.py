"""The scheduler is down across three rungs: each gets the highest that is due, and the rest is on record."""

from collections import Counter

import pytest

from tests.journeys.lives import Seen, answer, outcome_of, played, small

OUTAGE = [
    {"from": "2022-09-05T00:00", "to": "2022-09-10T00:00"}
]  # -3wd (5th), 0 (8th) and +1wd (9th)
BACK = "2022-09-09T22:00:00Z"
DEBT = "answer-participant/ngo-nl"


@pytest.fixture(scope="module")
def seen() -> Seen:
    """Five days of silence around the promised day."""
    return outcome_of(small(played("strategy"), until="2022-09-14T00:00", outages=OUTAGE))


def test_nothing_happens_while_it_is_down(seen: Seen) -> None:
    during = [row for row in seen.notices() if "2022-09-04T22" <= row["at"] < BACK]
    assert during == []
    assert [f for f in seen.shown["facts"] if "2022-09-04T22" <= f["at"] < BACK] == []


def test_each_recipient_gets_one_notice_the_highest(seen: Seen) -> None:
    caught_up = {
        row["to"]: (row["rung"], row["at"]) for row in seen.notices(duty=DEBT) if row["at"] >= BACK
    }
    assert caught_up == {"manager": ("+1wd", BACK), "deputy": ("0", BACK), "ngo-nl": ("+1wd", BACK)}
    assert (
        Counter(row["to"] for row in seen.notices(duty=DEBT) if row["at"] >= BACK).most_common(1)[
            0
        ][1]
        == 1
    )


def test_the_skipped_rungs_are_on_record(seen: Seen) -> None:
    skipped = [
        (fact["detail"]["rung"], fact["detail"]["to"])
        for fact in seen.facts("rung-skipped", subject=DEBT)
    ]
    assert skipped == [("-3wd", "manager"), ("0", "manager")]


def test_the_lapse_is_recorded_and_counts_from_the_promise(seen: Seen) -> None:
    (lapse,) = seen.facts("duty-lapsed", subject=DEBT)
    assert lapse["at"] == BACK
    assert seen.duty(DEBT)["late_days"] == 6  # from the 8th to the 14th


def test_the_ladder_goes_on_afterwards() -> None:
    seen = outcome_of(small(played("strategy"), until="2022-09-23T00:00", outages=OUTAGE))
    assert [row["rung"] for row in seen.notices(duty=DEBT, to="manager")] == [
        "-10wd",
        "+1wd",
        "+5wd",
    ]
    assert [row["rung"] for row in seen.notices(duty=DEBT, to="sponsor")] == ["+10wd"]


def test_an_outage_of_months_ends_in_no_burst() -> None:
    down = [{"from": "2022-08-20T00:00", "to": "2022-12-20T00:00"}]
    seen = outcome_of(small(played("strategy"), until="2022-12-21T00:00", outages=down))
    burst = Counter(row["to"] for row in seen.notices(duty=DEBT))
    assert set(burst.values()) == {1}
    assert set(burst) == {"manager", "deputy", "sponsor", "board", "moderator", "ngo-nl"}


def test_acts_go_on_while_the_scheduler_is_down_and_their_mail_follows() -> None:
    down = [{"from": "2022-02-25T00:00", "to": "2022-03-05T00:00"}]
    seen = outcome_of(small(played("gathering"), until="2022-03-06T00:00", outages=down))
    assert {row["at"] for row in seen.facts("participant-invited")} == {"2022-03-01T09:00:00Z"}
    assert {row["at"] for row in seen.notices(template="invitation")} == {"2022-03-04T23:00:00Z"}


def test_an_answer_counts_as_given_only_when_it_was_delivered() -> None:
    down = [{"from": "2022-09-07T00:00", "to": "2022-09-12T00:00"}]
    acts = [*played("strategy"), answer("2022-09-07T10:00", "c1")]
    seen = outcome_of(small(acts, until="2022-09-13T00:00", outages=down))
    duty = seen.duty(DEBT)
    assert (duty["status"], duty["met_at"], duty["late_days"]) == (
        "met-late",
        "2022-09-11T22:00:00Z",
        4,
    )
    assert seen.facts("answer-written")[0]["at"] == "2022-09-07T08:00:00Z"


def test_the_yearly_opening_waits_for_the_scheduler() -> None:
    down = [{"from": "2022-11-30T00:00", "to": "2022-12-03T00:00"}]
    seen = outcome_of(small(played("analysis"), until="2022-12-04T00:00", outages=down))
    assert [(row["dialogue"], row["at"]) for row in seen.facts("dialogue-opened")] == [
        ("klein-2022", "2021-12-10T08:00:00Z"),
        ("klein-2023", "2022-12-02T23:00:00Z"),
    ]
