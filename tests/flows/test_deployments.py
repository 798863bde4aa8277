"""prefect.yaml and the schedules of the runner say the same, and no place on one machine."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import OVERVIEW
from tests.flows.prefect_watch import ROOT

YAML = ROOT / "prefect.yaml"


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(YAML.read_text(encoding="utf-8"))
    return found


def test_a_work_pool_gets_what_the_runner_gets(project: dict[str, Any]) -> None:
    from flows.prefect.schedules import FOR_THE_HOUSE

    pool = {
        (_flow(one).name, one["name"], tuple(s["cron"] for s in one.get("schedules", ())))
        for one in project["deployments"]
    }
    runner = {(one.flow, one.name, (one.cron,) if one.cron else ()) for one in FOR_THE_HOUSE}

    assert pool == runner
    overview = f"What is late: [the overview]({OVERVIEW})"
    assert {one["description"] for one in project["deployments"]} == {
        f"{one.description} {overview}" for one in FOR_THE_HOUSE
    }


def _flow(deployment: dict[str, Any]) -> Any:  # noqa: ANN401 - a flow
    module, name = deployment["entrypoint"].split(":")
    return getattr(import_module(module), name)


def test_every_deployment_carries_the_tag_by_which_it_is_found(project: dict[str, Any]) -> None:
    from flows.prefect.run_names import HOUSE_TAG

    assert all(HOUSE_TAG in one["tags"] for one in project["deployments"])


def test_the_folder_is_named_by_the_machine_that_has_it(project: dict[str, Any]) -> None:
    (step,) = project["pull"]
    (given,) = step.values()

    assert given["directory"] == "{{ $HOUSE_FOLDER }}"
    assert not re.search(
        r"(?<![\w$./])/(?:home|root|work|Users)/", YAML.read_text(encoding="utf-8")
    )


def test_only_this_room_knows_prefect() -> None:
    import subprocess
    import sys

    light = (
        "import sys, flows.machine.supervisor, flows.once.temporary_server, flows.machine.site;"
        "print('prefect' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", light], cwd=Path(ROOT), capture_output=True, text=True, check=True
    )

    assert said.stdout == "False\n"
