"""Born late is not late: an edition opened by hand six weeks before its session."""

from datetime import UTC, datetime, timedelta

import pytest

from records.ledger import Ledger
from states.language.errors import Refused
from tests.records.conftest import Memory, a_programme

WEEKS = timedelta(weeks=6)


@pytest.fixture
def near(memory: Memory) -> Memory:
    """A programme whose manager thinks of a session six weeks from now."""
    memory.ledger.apply_programme(a_programme(), memory.now)
    return memory


def _open(ledger: Ledger, now: datetime, *, tight: bool) -> str:
    opened = ledger.open_edition(
        "kleding",
        session_at=now + WEEKS,
        edition=2022,
        information=None,
        by="manager",
        now=now,
        tight=tight,
    )
    return opened.dialogue_id


def test_it_says_which_days_do_not_fit_and_asks(near: Memory) -> None:
    with pytest.raises(Refused) as caught:
        _open(near.ledger, near.now, tight=False)
    refused = caught.value
    assert refused.code == "session-too-near"
    kinds = [over.kind for over in refused.details["days"]]
    assert kinds == ["approve-analysis", "invite-stakeholder"]
    earliest = datetime.fromisoformat(refused.details["earliest"]).replace(hour=13, tzinfo=UTC)
    assert earliest - near.now > timedelta(weeks=18)
    near.ledger.open_edition(
        "kleding",
        session_at=earliest,
        edition=2023,
        information=None,
        by="manager",
        now=near.now,
        tight=False,
    )


def test_confirmed_it_alarms_nobody_about_days_before_it_was_opened(near: Memory) -> None:
    name = _open(near.ledger, near.now, tight=True)
    near.dialogue_id = name
    near.sweep(near.now)
    dialogue = near.ledger.read(name)
    assert [d.name for d in dialogue.duties.values() if d.due <= near.now or d.lapsed_at] == []
    assert {n.template for n in near.notices()} <= {"dialogue-opened", "welcome"}
