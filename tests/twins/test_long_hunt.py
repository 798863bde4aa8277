"""
Many pairs of twin lives: TESTS_TWINS=500 tries so many; a pair takes ten seconds of one core.

By name alone, as `pytest tests/twins/test_long_hunt.py`.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings

from tests.twins.cast import CASTS, Cast
from tests.twins.test_twins import assert_alike

pytestmark = pytest.mark.slow

MANY = int(os.environ.get("TESTS_TWINS", "20"))


@pytest.mark.xfail(
    strict=False, reason="who is at risk, and the keys of messages that go by hand, are told"
)
@pytest.mark.timeout(36000)
@settings(max_examples=MANY, suppress_health_check=list(HealthCheck))
@given(CASTS)
def test_a_long_hunt_finds_no_leak(cast: Cast) -> None:
    assert_alike(cast)
