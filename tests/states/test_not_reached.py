"""Nobody counts as not to be reached by tries from before there was anything to bring (care 5)."""

import pytest

from states.dialogue import Phase
from states.errors import Refused
from tests.states.builders import JOKE, Life
from tests.states.examples import ready

STEP = "could-not-reach"


def _tries(*days: str) -> list[dict[str, str]]:
    return [{"on": day, "how": "phone"} for day in days]


def _refused(life: Life, by: str, *days: str) -> str:
    given = {"to": JOKE, "reason": "Nobody answers.", "tries": _tries(*days)}
    with pytest.raises(Refused) as refused:
        life.branch().take(by, STEP, **given)
    return refused.value.code


@pytest.mark.parametrize("by", ["manager", "deputy", "moderator"])
def test_tries_from_before_the_message_count_for_nothing(by: str) -> None:
    life = ready(Phase.EXPECTATION_GATHERING, STEP)
    assert _refused(life, by, "2021-01-04", "2021-01-05") == "tries-needed"
    today = life.now.date().isoformat()
    assert _refused(life, by, "2021-01-04", today) == "tries-needed"
    assert _refused(life, by, today, today) == "tries-needed"


def test_whoever_can_be_mailed_is_not_given_up() -> None:
    life = ready(Phase.EXPECTATION_GATHERING, STEP)
    reached = next(s.id for s in life.dialogue.stakeholders.values() if s.email)
    with pytest.raises(Refused) as refused:
        life.take("moderator", STEP, to=reached, reason="Nobody answers.")
    assert refused.value.code == "reached-by-mail"
