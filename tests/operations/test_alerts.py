"""Alerts and board: Prometheus itself understands them, each alert hears what it is for, and every figure is there."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from starlette.applications import Starlette
from starlette.testclient import TestClient

from config.settings import load_settings
from notifications.channels.channels import Memory
from portal.health import routes
from portal.http.page_times import note_page
from services.house import open_house
from tests.conftest import missing
from tests.operations.companies import DUE, found_companies, room
from tests.operations.machine import DEPLOY

ALERTS, BOARD = DEPLOY / "alerts.yml", DEPLOY / "grafana.json"
TESTED = Path(__file__).with_name("alerts_test.yml")
PROMTOOL = shutil.which("promtool")


def rules() -> list[dict[str, str]]:
    """Every alert."""
    read = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in read["groups"] for rule in group["rules"]]


def board_questions() -> Iterator[str]:
    """What each panel of the board asks."""
    for panel in json.loads(BOARD.read_text(encoding="utf-8"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def promtool(*words: str) -> str:
    if PROMTOOL is None:
        missing("promtool (Debian's package is called prometheus)")
    done = subprocess.run([PROMTOOL, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def figures(migrated_file: Path, tmp_path: Path) -> set[str]:
    """The names of all figures, of a house in which all kinds of work were done."""
    url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'weerklank.db')}"
    with open_house(load_settings(database_url=url), mailroom=room(Memory())) as house:
        found_companies(house, 1)
        house.sweep(DUE)
        house.deliver(DUE)
        note_page("GET:today", 200, 0.01)
        client = TestClient(Starlette(routes=routes(house, lambda: DUE)), "http://127.0.0.1")
        lines = client.get("/metrics").text.splitlines()
    return {re.split(r"[ {]", line)[0] for line in lines if not line.startswith("#")}


def test_every_figure_of_the_alerts_and_the_board_is_there(figures: set[str]) -> None:
    asked = [rule["expr"] for rule in rules()] + list(board_questions())
    named = {name for question in asked for name in re.findall(r"weerklank_\w+", question)}

    assert len(named) > 10
    assert named <= figures
    # And nothing that is measured is looked at by nobody.
    assert {name for name in figures if not name.endswith(("_bucket", "_count", "_sum"))} <= named


def test_prometheus_understands_the_alerts() -> None:
    assert f"{len(rules())} rules found" in promtool("check", "rules", str(ALERTS))


def test_each_alert_hears_what_it_is_for(tmp_path: Path) -> None:
    shutil.copy(ALERTS, tmp_path)
    shutil.copy(TESTED, tmp_path)
    promtool("test", "rules", str(tmp_path / TESTED.name))

    tried = {
        one["alertname"]
        for test in yaml.safe_load(TESTED.read_text(encoding="utf-8"))["tests"]
        for one in test["alert_rule_test"]
        if one["exp_alerts"]
    }
    assert tried == {rule["alert"] for rule in rules()}


def test_prometheus_understands_what_the_board_asks(tmp_path: Path) -> None:
    asked = [
        {"record": f"board:{number}", "expr": question}
        for number, question in enumerate(board_questions())
    ]
    file = tmp_path / "board.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": asked}]}), "utf-8")

    assert f"{len(asked)} rules found" in promtool("check", "rules", str(file))


def test_nothing_on_the_board_lies_over_another() -> None:
    taken = set[tuple[int, int]]()
    for panel in json.loads(BOARD.read_text(encoding="utf-8"))["panels"]:
        at = panel["gridPos"]
        room_ = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not room_ & taken
        assert at["x"] + at["w"] <= 24
        taken |= room_
