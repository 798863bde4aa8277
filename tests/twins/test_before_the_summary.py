"""Before the summary is out nobody but moderator and speaker can tell whether anything was said under seal at all."""

from pathlib import Path

import pytest

from tests.twins.cast import ONE, Cast, Seat, Story
from tests.twins.surfaces import differences, lived

pytestmark = pytest.mark.slow

WHEN = ("2022-06-16T18:00", "2022-06-17T09:00", "2022-06-19T18:00")
"""In the evening of the session, after a night, and the day before the summary."""
CASTS = {
    "who is at risk": Cast(),
    "who is not": Cast(one=Seat(at_risk=False), story=Story(also_open=True)),
    "who cannot be mailed": Cast(one=Seat(mail=False)),
    "while the session moves": Cast(story=Story(moved=True)),
}


@pytest.mark.parametrize("cast", CASTS.values(), ids=list(CASTS))
def test_others_see_the_same_as_if_nothing_was_said(cast: Cast, tmp_path: Path) -> None:
    seen = []
    for level in ("sealed", None):
        with lived(cast, ONE, tmp_path, level) as life:
            seen.append([life.look(moment, whole=True) for moment in WHEN])
            assert [one.do for one in life.life.refused] == []
    for moment, one, other in zip(WHEN, *seen, strict=True):
        found = differences(one, other)
        assert found == {}, (moment, found)
