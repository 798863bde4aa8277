"""What a profile changes in what goes out, and in when a session opens."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from records import queries
from records.custody import take_key
from records.seals.ciphertext import Pair, new_secret, public_half
from services.house import House
from states.language.errors import Refused
from states.model.dialogue import Phase
from tests.services.conftest import ID, NOW, PEOPLE, SESSION, act, programme

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
AUDITOR = {"name": "Ada Wiersma", "email": "ada@audit.example", "language": "en"}


def governed(house: House, **policy: Any) -> House:  # noqa: ANN401 - policy values
    """Give the programme an auditor and these values."""
    house.ledger.apply_programme(programme(auditor=AUDITOR, policy=policy), NOW)
    house.sweep(NOW, pause_seconds=0)
    house.deliver(NOW)
    return house


def told(engine: Engine, template: str, to: str) -> int:
    rows = queries.notices_of(engine, [ID])
    return sum(row.template == template and row.to == to for row in rows)


def mondays(house: House, weeks: int) -> None:
    """So many Mondays, in each week of which something happens."""
    for number in range(weeks):
        moment = NOW + DAY + number * WEEK
        house.sweep(moment, pause_seconds=0)
        act(
            house,
            "change-contact",
            stakeholder=next(iter(PEOPLE)),
            phone=f"+3120{number:07}",
            now=moment,
        )
        house.send_digest("klein", moment)
        house.deliver(moment)


@pytest.mark.parametrize(("rhythm", "letters"), [("weekly", 9), ("monthly", 3), ("at-close", 0)])
def test_checkpoints_go_as_often_as_the_value_says(house: House, rhythm: str, letters: int) -> None:
    governed(house, rules={"checkpoints": rhythm})

    mondays(house, 9)

    found = {to: told(house.engine, "weekly-checkpoint", to) for to in ("auditor", "board")}
    assert found == {"auditor": letters, "board": letters}


def test_at_the_close_one_checkpoint_goes_once(house: House) -> None:
    governed(house, profile="small")
    act(house, "cancel-dialogue", "sponsor", reason="Sold.", now=NOW + DAY)

    for number in range(4):
        house.send_digest("klein", NOW + DAY + number * WEEK)

    assert told(house.engine, "weekly-checkpoint", "auditor") == 1
    assert told(house.engine, "weekly-checkpoint", "board") == 1


@pytest.mark.parametrize(("value", "letters"), [("weekly", 9), ("when-owed", 3)])
def test_while_something_is_late_the_overview_keeps_its_pace(
    house: House, value: str, letters: int
) -> None:
    """Nobody passes on what must go by hand: nine Mondays in three months."""
    governed(house, rules={"overview": value})

    mondays(house, 9)

    assert told(house.engine, "digest", "manager") == letters


@pytest.mark.parametrize(("value", "letters"), [("weekly", 9), ("when-owed", 0)])
def test_while_nothing_is_owed_only_the_weekly_one_comes(
    house: House, value: str, letters: int
) -> None:
    governed(house, rules={"overview": value})
    act(
        house,
        "record-delivery",
        "moderator",
        to="worker",
        how="phone",
        now=NOW + timedelta(hours=1),
    )

    mondays(house, 9)

    assert told(house.engine, "digest", "manager") == letters


def test_what_is_late_is_told_at_once_whatever_the_overview(house: House) -> None:
    governed(house, profile="small")
    _pass_days(house, SESSION + 30 * DAY)

    rows = queries.notices_of(house.engine, [ID])
    assert [row for row in rows if row.to == "manager" and row.template == "duty-late"]


def _pass_days(house: House, until: datetime) -> None:
    moment = NOW
    while moment < until:
        moment += 2 * DAY
        house.sweep(moment, pause_seconds=0)
        house.deliver(moment)


def ready(house: House) -> House:
    """Everybody accepted, and only the session is to be opened."""
    for who in PEOPLE:
        act(house, "accept-invitation", who)
        act(house, "share-expectation", who, text="A year.", success_test="An amount.")
    act(house, "echo-expectations", changes="Wages first.")
    return house


def test_with_the_key_on_the_session_waits_for_one(house: House) -> None:
    ready(governed(house, profile="large"))

    with pytest.raises(Refused) as refused:
        act(house, "open-session", "moderator", now=SESSION)

    assert refused.value.code == "session-needs-key"
    assert house.ledger.read(ID).phase is Phase.EXPECTATION_GATHERING
    pair = Pair(public_half(new_secret()), public_half(new_secret()))
    take_key(house.engine, house.policies, "klein", pair, by="moderator", now=SESSION)
    act(house, "open-session", "moderator", now=SESSION)
    assert house.ledger.read(ID).phase is Phase.SESSION


@pytest.mark.parametrize("own", [{}, {"profile": "small"}, {"profile": "standard"}])
def test_where_a_key_is_offered_nothing_waits_for_it(house: House, own: dict[str, str]) -> None:
    ready(governed(house, **own))

    act(house, "open-session", "moderator", now=SESSION)

    assert house.ledger.read(ID).phase is Phase.SESSION
