"""Leaks that were seen, each as the smallest two lives that differ in it: whoever speaks, others see the same."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.twins.cast import ONE, OTHER, Cast, Seat, Story
from tests.twins.surfaces import Seen, differences, lived

pytestmark = pytest.mark.slow

SPOKEN, PUBLISHED, CHECKED = "2022-06-16T18:00", "2022-06-20T18:00", "2022-06-21T18:00"
NEXT_DAY, ANSWERED, HEARD = "2022-06-22T09:00", "2022-09-02T11:00", "2022-09-03T11:00"
CALLED, PROMISED, LATER = "2022-09-06T09:00", "2022-09-09T09:00", "2022-09-20T09:00"


class Leak(NamedTuple):
    """Two seats that differ in one thing, and *when* that showed."""

    cast: Cast
    when: tuple[str, ...]
    whole: bool = False
    """Whether it is looked for at every door, or only where most is told: documents, journal, engine."""


LEAKS = {
    "nobody differs": Leak(Cast(), (SPOKEN, CHECKED, ANSWERED, LATER)),
    "who cannot be mailed": Leak(
        Cast(one=Seat(mail=False, called_after=2), other=Seat(judges_after=2)),
        (PUBLISHED, ANSWERED, HEARD, CALLED, LATER),
    ),
    "who cannot be mailed, and is answered late": Leak(
        Cast(
            one=Seat(mail=False, called_after=3),
            other=Seat(judges_after=3),
            story=Story(answered=12),
        ),
        (PROMISED, "2022-09-14T18:00", LATER),
    ),
    "whose answer comes back": Leak(
        Cast(one=Seat(bounces=True, called_after=2), other=Seat(judges_after=2)),
        (ANSWERED, HEARD, CALLED, LATER),
    ),
    "whose address is corrected right after that": Leak(
        Cast(
            one=Seat(bounces=True, called_after=2),
            other=Seat(judges_after=2),
            story=Story(corrected=True),
        ),
        (ANSWERED, HEARD, LATER),
    ),
    "at which hour they act": Leak(
        Cast(one=Seat(hour=9), other=Seat(hour=18)), (CHECKED, NEXT_DAY, LATER)
    ),
    "who says two things a minute apart": Leak(
        Cast(
            one=Seat(at_risk=False, hour=9),
            other=Seat(at_risk=False, hour=18),
            story=Story(also_open=True),
        ),
        (SPOKEN, CHECKED, NEXT_DAY, LATER),
    ),
    "in which order they spoke": Leak(
        Cast(one=Seat(speaks="14:30")), (SPOKEN, PUBLISHED, NEXT_DAY, LATER)
    ),
    "on which day they check and judge": Leak(
        Cast(one=Seat(checks_after=1), other=Seat(judges_after=1)), (NEXT_DAY, CALLED, LATER)
    ),
    "in which language they spoke": Leak(
        Cast(one=Seat(language="tr", country="TR")), (SPOKEN, PUBLISHED), whole=True
    ),
    "in whose words they correct, judge and object": Leak(
        Cast(one=Seat(language="tr", country="TR"), story=Story(disputed=True)),
        (NEXT_DAY, LATER),
        whole=True,
    ),
    "who judges": Leak(Cast(one=Seat(judges_after=None)), (CALLED, LATER)),
    "for whom somebody else records it": Leak(Cast(one=Seat(relayed=True)), (NEXT_DAY, LATER)),
}
OPEN = {
    "who is at risk": "all get neutral letters once one who is not at risk spoke (decision 43)",
}
"""Leaks that are not closed yet, and what of them is seen."""
LEAKS["who is at risk"] = Leak(Cast(one=Seat(at_risk=False)), (ANSWERED,), whole=True)
CASES = [
    pytest.param(leak, id=name, marks=pytest.mark.xfail(reason=OPEN[name], strict=True))
    if name in OPEN
    else pytest.param(leak, id=name)
    for name, leak in LEAKS.items()
]


@pytest.mark.parametrize("leak", CASES)
def test_others_see_the_same_whoever_speaks(leak: Leak, tmp_path: Path) -> None:
    seen: list[list[Seen]] = []
    refused: list[str] = []
    for speaker in (ONE, OTHER):
        with lived(leak.cast, speaker, tmp_path) as life:
            seen.append([life.look(moment, whole=leak.whole) for moment in leak.when])
            refused += [one.do for one in life.life.refused]
    found = {
        moment: told
        for moment, *both in zip(leak.when, *seen, strict=True)
        if (told := differences(*both))
    }
    assert found == {}
    assert refused == []
