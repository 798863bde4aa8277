"""There and back through a real Postfix: what was accepted and could not be delivered is recorded for its reader."""

import pytest

from config.policies import policy_of
from config.settings import load_settings
from flows.machine.processes import free_port
from records.ledger import Ledger
from services.delivery.bounces import hear
from services.delivery.outbound import Mailroom
from services.delivery.round import deliver
from tests.conftest import missing
from tests.patience import wait_for
from tests.records import postfix
from tests.records.conftest import Memory

OURS, ELSEWHERE = "merk.example", "union.example"


@pytest.mark.slow
@pytest.mark.parametrize("verp", [True, False])
def test_an_answer_to_nobody_comes_back_and_is_owed_again(answered: Memory, *, verp: bool) -> None:
    if lacking := postfix.lacks():
        missing(lacking)
    port = free_port("127.0.0.1", 0)
    smtp = {"host": "127.0.0.1", "port": port, "tls": "none"}
    settings = load_settings(
        channel="smtp", smtp=smtp, sender=f"Dialoog <dialoog@{OURS}>", verp=verp
    )
    ledger = Ledger(answered.engine, policy_of)
    with (
        postfix.folder() as place,
        postfix.running(place, port, ours=OURS, elsewhere=ELSEWHERE) as server,
    ):
        report = deliver(answered.engine, ledger, Mailroom.of(settings), answered.now)
        assert report.sent
        [asked] = [row for row in answered.notices(template="answer") if row.status == "sent"]
        assert _debt(answered) == "met"
        wait_for(server.came_back)
        found = [
            one
            for file in server.came_back()
            for one in hear(answered.engine, ledger, file.read_bytes(), answered.now)
        ]

    assert [(one.what, one.notice and one.notice.id) for one in found] == [("recorded", asked.id)]
    assert _debt(answered) == "open"


def _debt(answered: Memory) -> str:
    dialogue = answered.ledger.read(answered.dialogue_id)
    return str(dialogue.duties["carry-answer/sealed-1"].status)
