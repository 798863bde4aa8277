"""What was stored before it was refused at the door is told by the doctor, and stops nothing."""

from services.doctor.outdated_programmes import refused_today
from states.model.programme import Programme
from states.values.values import STORED
from tests.states.builders import programme, utc

NOW = utc("2022-01-01 00:00")


def test_a_sound_programme_has_nothing_to_tell() -> None:
    assert list(refused_today(programme(), NOW)) == []


def test_each_thing_that_would_be_refused_today_is_told() -> None:
    old = programme().model_dump(mode="json") | {"time_zone": "CET", "schedule": "0 9 LW 12 *"}
    old["roles"]["manager"]["language"] = "fr"
    said = list(refused_today(Programme.model_validate(old, context=STORED), NOW))

    assert len(said) == 3
    assert any("time_zone: 'CET' is no time zone" in one for one in said)
    assert any("'fr' is a language in which we do not write yet" in one for one in said)
    assert any("'0 9 LW 12 *' is not understood" in one for one in said)
