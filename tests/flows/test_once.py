"""Every flow once, as `weerklank demo` shows them."""

import sys
from pathlib import Path

import pytest

from config.settings import Settings
from flows.machine.processes import Child
from flows.once import temporary_server
from flows.once.temporary_server import Brief, NoPrefect, run_flows_once
from tests.flows.prefect_watch import MORNING_AFTER


@pytest.mark.prefect
def test_every_flow_runs_once_and_is_told_as_plain_data(
    house: Settings, brief: Brief, tmp_path: Path
) -> None:
    told = run_flows_once(house, now=MORNING_AFTER, folder=tmp_path, server=brief)

    mine = told["runs"][-4:]
    assert [run["flow"] for run in mine] == [
        "open-annual-cycle",
        "enforce-deadlines",
        "send-digest",
        "deliver-notices",
    ]
    assert [run["state"] for run in mine] == ["Completed", "Overdue", "Completed", "Completed"]
    assert {"key": "overdue", "type": "table"} in told["artifacts"]
    assert told["events"]["weerklank.duty.escalated"] == 4
    assert told["events"]["weerklank.sweep.finished"] == 1
    assert told["programmes"] == 1
    assert set(told["seconds"]) == {"server", "flows"}


def test_a_server_that_does_not_come_up_is_told_with_its_last_words(
    house: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.machine import processes

    def broken(*_: object) -> Child:
        return processes.start("Prefect server", "no_such_module", [], {}, tmp_path / "log.log")

    monkeypatch.delitem(sys.modules, "prefect.server", raising=False)  # another test may have it
    monkeypatch.setattr(temporary_server, "start_server", broken)
    with pytest.raises(NoPrefect, match="no_such_module"):
        run_flows_once(house, now=MORNING_AFTER, folder=tmp_path)
    assert "prefect.server" not in sys.modules
