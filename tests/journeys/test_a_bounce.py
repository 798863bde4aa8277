"""Mail that comes back: an answer that bounced does not count as given, and the manager hears of it."""

import pytest

from tests.journeys.lives import NGO, UNION, act, answer, live, outcome_of, played, small

pytestmark = pytest.mark.slow

DEBT = f"answer-participant/{NGO['id']}"
BROKEN = [{"address": NGO["email"].upper(), "from": "2022-09-01T00:00", "to": "2022-09-20T00:00"}]


def test_an_answer_that_bounced_leaves_the_debt_open_and_tells_the_manager() -> None:
    acts = [*played("strategy"), answer("2022-09-05T10:00", "c1")]
    seen = outcome_of(small(acts, until="2022-09-09T09:00", bounces=BROKEN))
    assert seen.duty(DEBT)["status"] == "lapsed"
    assert seen.facts("participant-answered") == []
    assert [fact["subject"] for fact in seen.facts("answer-bounced")] == [NGO["id"]]
    assert [row["status"] for row in seen.notices(template="answer")] == ["failed"]
    assert seen.told(template="delivery-failed")[0] == ("manager", "2022-09-05T08:00:00Z")


def test_it_can_be_answered_again_when_the_address_works() -> None:
    acts = [
        *played("strategy"),
        answer("2022-09-05T10:00", "c1"),
        act(
            "2022-09-06T09:00",
            "moderator",
            "change-contact",
            stakeholder=NGO["id"],
            email="nieuw@ngo-noord.example",
        ),
        answer("2022-09-06T10:00", "c1"),
    ]
    seen = outcome_of(small(acts, until="2022-09-09T09:00", bounces=BROKEN))
    assert seen.refused == []
    duty = seen.duty(DEBT)
    assert (duty["status"], duty["met_at"], duty["late_days"]) == ("met", "2022-09-06T08:00:00Z", 0)


def test_when_the_managers_own_address_fails_the_deputy_hears_it() -> None:
    broken = [
        {"address": "manager@klein.example", "from": "2022-09-09T00:00", "to": "2022-09-10T00:00"}
    ]
    seen = outcome_of(small(played("strategy"), until="2022-09-09T09:00", bounces=broken))
    assert {to for to, _ in seen.told(template="delivery-failed")} == {"deputy"}
    assert {row["status"] for row in seen.notices(template="answer-late-alert")} == {"failed"}


def test_a_bounce_of_a_sealed_speaker_betrays_no_address() -> None:
    broken = [{"address": UNION["email"], "from": "2022-09-01T00:00", "to": "2022-09-20T00:00"}]
    acts = [*played("strategy"), answer("2022-09-05T10:00", "c2")]
    with live(small(acts, until="2022-09-06T00:00", bounces=broken)) as seen:
        told = [message for message in seen.life.sent if message.template == "delivery-failed"]
    assert told
    for message in told:
        assert "Stem A (vertrouwelijk)" in message.text or "Voice A (confidential)" in message.text
        for secret in (UNION["name"], UNION["organisation"], UNION["email"], UNION["id"]):
            assert secret not in message.subject + message.text + message.html


def test_everybody_failing_at_once_ends() -> None:
    broken = [
        {"address": f"{role}@klein.example", "from": "2021-01-01T00:00", "to": "2024-01-01T00:00"}
        for role in ("manager", "deputy", "sponsor", "moderator", "board")
    ]
    seen = outcome_of(small(played("strategy"), until="2022-12-31T00:00", bounces=broken))
    assert {row["status"] for row in seen.notices(role="manager")} == {"failed"}
    assert seen.notices(template="answer-is-late")[0]["status"] == "sent"
