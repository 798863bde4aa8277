"""Two voices act under seal on one day: when and in which order, nobody but moderator and speaker can tell."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cli.rehearsal.simulator import Life, new_life
from records.journal import journal
from records.journal.examination import examine
from states.privacy.visibility import Viewer
from tests.journeys.lives import act, answer, played, scenario, small

pytestmark = pytest.mark.slow

CHECKED, JUDGED, OBJECTED = "2022-06-21", "2022-09-07", "2022-09-08"
VOICES = {"union-bd": "c2", "supplier-tr": "c3"}
OTHERS: tuple[Viewer, ...] = ("manager", "auditor")
Minutes = tuple[str, str]
MINUTE = st.tuples(st.integers(0, 23), st.integers(1, 59)).map(lambda at: f"{at[0]:02}:{at[1]:02}")
LATER = st.integers(9, 23).map(lambda hour: f"{hour:02}:17")
LOOKS = [f"{day}T{time}" for day, time in product((CHECKED, JUDGED, OBJECTED), ("12:30", "23:59"))]
"""When others look at it: while the day is not over, and after it."""
MORNINGS = ["2022-06-22T09:00", "2022-09-08T09:00", "2022-09-09T08:30", "2022-11-30T00:00"]


def life(checked: Minutes, judged: Minutes, objected: Minutes) -> dict[str, Any]:
    """A year in which two sealed voices check their lines, judge and object, each at its own minute of those days."""
    acts = [_sealed(one) for one in played("strategy") if not _is_theirs(one)]
    acts += [answer("2022-09-01T10:00", "c2"), answer("2022-09-01T10:00", "c3")]
    acts += [
        act(f"{JUDGED}T12:00", "ngo-nl", "share-expectation", text="Nee.", success_test="Nee.")
    ]
    for who, at in zip(VOICES, checked, strict=True):
        acts.append(
            act(f"{CHECKED}T{at}", who, "check-line", contribution=VOICES[who], verdict="confirmed")
        )
    for who, at in zip(VOICES, judged, strict=True):
        acts.append(act(f"{JUDGED}T{at}", who, "give-verdict", heard="no", success_test="no"))
    for who, at in zip(VOICES, objected, strict=True):
        acts.append(
            act(f"{OBJECTED}T{at}", who, "dispute-answer", contribution=VOICES[who], reason="Nee.")
        )
    return small(sorted(acts, key=lambda one: one["at"]))


def _is_theirs(one: dict[str, Any]) -> bool:
    return one["do"] == "check-line" and one["by"] in VOICES


def _sealed(one: dict[str, Any]) -> dict[str, Any]:
    under_seal = one["do"] == "record-contribution" and one["with"]["stakeholder"] in VOICES
    return {**one, "with": {**one["with"], "attribution": "sealed"}} if under_seal else one


def told(begun: Life) -> dict[str, Any]:
    """All that others can read, and that binds it."""
    engine, name = begun.house.engine, begun.dialogue_id
    return {
        "journal": journal.entries(engine, name),
        **{viewer: begun.view(viewer) for viewer in OTHERS},
    }


def lived(written: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What others could read each time that they looked."""
    with new_life(scenario(written)) as begun:
        for moment in sorted(LOOKS + MORNINGS):
            begun.live(begun.moment(moment))
            yield told(begun)
        assert [one.do for one in begun.refused] == ["share-expectation"]
        assert examine(begun.house.engine).ok


NOON = ("12:00", "12:00")
MODEL = list(lived(life(NOON, NOON, NOON)))


@settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    checked=st.tuples(MINUTE, MINUTE),
    judged=st.tuples(MINUTE, MINUTE),
    objected=st.tuples(LATER, LATER),
)
def test_neither_minute_nor_order_shows(
    checked: Minutes, judged: Minutes, objected: Minutes
) -> None:
    for then, now in zip(MODEL, lived(life(checked, judged, objected)), strict=True):
        assert now == then
