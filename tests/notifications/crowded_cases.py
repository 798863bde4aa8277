"""Messages with more to say than a letter names, and with nothing to say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from states.model.dialogue import Dialogue, Phase
from states.model.duties import DutyStatus
from tests.notifications.builders import (
    PROMISED,
    SESSION,
    commitment,
    contributions,
    duty,
    notice,
)
from tests.notifications.case import Case

_NUMBERS = range(1, 15)
"""Two more than a letter names."""
_SUMMER = PROMISED - timedelta(days=30)


def crowd(home: Dialogue, **owed: Any) -> Dialogue:  # noqa: ANN401
    """*home* where fourteen wait for an answer, which is late unless *owed* says otherwise."""
    guest, point = home.stakeholders["ngo"], contributions()["c1"]
    names = [f"guest-{number}" for number in _NUMBERS]
    seats = {
        name: guest.model_copy(update={"id": name, "name": f"Robin {number}"})
        for number, name in zip(_NUMBERS, names, strict=True)
    }
    points = {
        f"d{number}": point.model_copy(update={"id": f"d{number}", "voice": name})
        for number, name in zip(_NUMBERS, names, strict=True)
    }
    duties = [duty("answer-participant", name, **owed) for name in names]
    promises = {f"p{n}": commitment().model_copy(update={"id": f"p{n}"}) for n in _NUMBERS}
    return replace(
        home,
        stakeholders=seats,
        contributions=points,
        commitments=promises,
        seals={},
        duties={one.name: one for one in duties},
    )


def crowded_cases(home: Dialogue) -> Iterator[Case]:
    """Lists that are cut, and lists that are empty."""
    late = crowd(home, status=DutyStatus.LAPSED)
    first = late.duties["answer-participant/guest-1"]
    waiting = notice("people-are-waiting", "sponsor", first, rung="+10wd")
    yield Case("many wait", waiting, late)
    yield Case("digest, many late", notice("digest", "manager"), late)
    yield Case("digest, many to come", notice("digest", "manager"), crowd(home), _SUMMER)
    task = duty("publish-summary")
    alone = replace(home, duties={task.name: task})
    yield Case("digest, a task late", notice("digest", "manager"), alone)
    yield Case(
        "handed over, many", notice("role-handed-over", "manager", role="manager"), crowd(home)
    )
    ended = replace(late, phase=Phase.CLOSED_WITH_DEBTS)
    yield Case("result, many", notice("result", "sponsor"), ended)
    nobody = replace(home, phase=Phase.CLOSED, duties={}, contributions={})
    yield Case("result, nobody waits", notice("result", "sponsor"), nobody)
    sign = duty("sign-strategy")
    signed = replace(home, duties=home.duties | {sign.name: sign})
    yield Case("your turn, to sign", notice("your-turn", "sponsor", sign), signed)
    check = duty("check-summary", "sealed-1", due=SESSION, first_due=SESSION)
    asked = replace(home, duties=home.duties | {check.name: check})
    yield Case("sealed, unread", notice("please-check-summary", "sealed-1", check), asked)
