"""Two lives that differ only in which voice under seal is reached by mail give the same dry runs, word for word."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.rehearsal.simulator import Life, new_life
from tests import private_life
from tests.cli.conftest import Desk
from tests.journeys.lives import Row, act, scenario
from tests.private_life import ID, SEALED, TOLD, UNHEARD

pytestmark = pytest.mark.slow

ONE = {"c2": SEALED, "c4": UNHEARD}
"""Who says what under seal; the one reads mail, the other has none."""
OTHER = {"c2": UNHEARD, "c4": SEALED}
SETTLED, LATE = "2022-09-12T10:00+02:00", "2022-10-10T10:00+02:00"
"""When the last word in both disputes is written, and when time has acted on whatever still waits."""


def disputes(speakers: dict[str, str]) -> Iterator[Row]:
    """Both hear the answer to their point, the one of them by telephone, and dispute it."""
    for point, who in speakers.items():
        by, told = (SEALED, {}) if who == SEALED else ("moderator", {**TOLD, "stakeholder": who})
        if who == UNHEARD:
            voice = f"sealed-{list(speakers).index(point) + 1}"
            yield act("2022-09-02T10:00", "moderator", "record-delivery", to=voice, how="phone")
        given = {"contribution": point, "reason": "Een seizoen is geen antwoord.", **told}
        yield act("2022-09-06T10:00", by, "dispute-answer", **given)


def lived(folder: Path, speakers: dict[str, str]) -> Path:
    """The file of a life in which the last word to both *speakers* waits to be sent."""
    spoken = {point: (who, "sealed") for point, who in speakers.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(private_life, "POINTS", private_life.POINTS | spoken)
        life = private_life.life()
    acts = [one for one in life["acts"] if one["at"] < "2022-09-05"]
    told: dict[str, Any] = {**life, "acts": [*acts, *disputes(speakers)], "until": SETTLED}
    file = folder / "life.sqlite"
    with new_life(scenario(told), database=f"sqlite:///{file}") as alive:
        alive.live()
        assert alive.refused == []
        settle(alive, speakers)
    return file


def settle(alive: Life, speakers: dict[str, str]) -> None:
    """Write the last word in both disputes, and to somebody who spoke openly the answer."""
    text = "Wij beginnen er dit jaar nog mee."
    steps = [("settle-dispute", {"contribution": point, "text": text}) for point in speakers]
    for step, given in (*steps, ("answer-participant", {"covers": ["c1"], "text": text})):
        assert alive.act({"do": step, "by": "manager", "with": given}, alive.now), alive.refused


def foretold(desk: Desk) -> list[Any]:
    """What is said beforehand of a delivery, and of a sweep after weeks, as a document and in words."""
    told = []
    for words in (("deliver", "--now", SETTLED), ("sweep", "--now", LATE)):
        shown = desk.json(*words, "--dry-run")
        assert shown["hears"], "somebody who spoke openly is told of"
        told += [shown, desk.good(*words, "--dry-run")]
    return told


def test_twins_are_told_alike(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    told, reached = [], []
    for speakers in (ONE, OTHER):
        shutil.copy(lived(tmp_path_factory.mktemp("life"), speakers), desk.folder / "weerklank.db")
        told.append(foretold(desk))
        desk.good("deliver", "--now", SETTLED)
        facts = desk.json("journal", "show", ID, "--as", "moderator")["entries"]
        reached.append(carried(facts))
    assert told[0] == told[1]
    assert reached == [["c2"], ["c4"]]


def carried(facts: list[dict[str, Any]]) -> list[str]:
    """The points under seal in whose dispute the last word arrived; that it was written is told of both."""
    words = [one for one in facts if one["fact"] == "participant-answered"]
    return [
        point for one in words if one["detail"].get("response") for point in one["detail"]["covers"]
    ]
