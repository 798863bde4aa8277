"""Pauses grow, and after five days a passing failure is permanent."""

from datetime import UTC, datetime, timedelta

from notifications.channels.backoff import PATIENCE, next_try

NOW = datetime(2022, 9, 9, 6, tzinfo=UTC)


def test_the_first_pauses() -> None:
    pauses = [next_try(attempts, NOW) for attempts in range(1, 7)]
    minutes = [(when - NOW).total_seconds() / 60 for when in pauses if when]
    assert minutes == [1, 5, 15, 60, 240, 240]


def test_after_five_days_it_is_over() -> None:
    now, attempts = NOW, 1
    while (later := next_try(attempts, now)) is not None:
        assert later > now
        now, attempts = later, attempts + 1
    assert PATIENCE - timedelta(hours=4) < now - NOW <= PATIENCE + timedelta(hours=4)
    assert next_try(1000, NOW) is None
