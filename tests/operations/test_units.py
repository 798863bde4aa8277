"""The units of `deploy/` say what systemd knows, and what they start runs and ends as it should."""

import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from config.settings import load_settings, variables
from flows.machine.processes import free_port
from flows.machine.server import answers
from services.house import open_house
from tests.operations.machine import DEPLOY, Machine, lines, read_environment, sections
from tests.patience import wait_for

SERVICES = sorted(file.name for file in DEPLOY.glob("*.service"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    ports = {name: str(free_port("127.0.0.1", 0)) for name in ("PREFECT", "PORTAL")}
    return Machine(tmp_path, {f"WEERKLANK_{name}_PORT": port for name, port in ports.items()})


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_runs_as_nobody_special_and_ends_in_order(name: str) -> None:
    service = sections(name)["Service"]

    assert (service["User"], service["Group"]) == ("weerklank", "weerklank")
    assert service["KillMode"] == "mixed"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "weerklank"
    assert service["UMask"] == "0077"
    assert service["WorkingDirectory"] == "/var/lib/weerklank"
    assert lines(name, "EnvironmentFile")[0] == "/etc/weerklank/weerklank.env"


@pytest.mark.parametrize("name", SERVICES)
def test_each_program_and_each_file_of_variables_is_ours(name: str, machine: Machine) -> None:
    program, *_ = machine.command(name, "1")

    assert Path(program).exists()
    assert all((DEPLOY / Path(file).name).exists() for file in lines(name, "EnvironmentFile"))


def test_systemd_itself_finds_no_fault(tmp_path: Path) -> None:
    judge = shutil.which("systemd-analyze")
    if judge is None:
        pytest.skip("this machine has not systemd")
    for unit in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")):
        text = Machine(tmp_path, {}).here(unit.read_text(encoding="utf-8"))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = [str(unit) for unit in tmp_path.iterdir()]
    said = subprocess.run([judge, "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in said.stderr.splitlines() if "weerklank" in line]

    assert ours == []


def test_each_variable_of_the_example_sets_something() -> None:
    text = (DEPLOY / "weerklank.env").read_text(encoding="utf-8")
    commented = text.replace("\n#WEERKLANK_", "\nWEERKLANK_")
    names = {name.removesuffix("_FILE") for name in read_environment(commented)}

    assert len(names) > 15
    assert names <= set(variables())


@pytest.mark.parametrize("name", ["prefect.env", "worker.env"])
def test_each_variable_of_prefect_is_known_to_prefect(name: str) -> None:
    from prefect.settings import Settings
    from prefect.settings.legacy import _get_settings_fields

    names = set(read_environment((DEPLOY / name).read_text(encoding="utf-8")))

    assert names - {"DO_NOT_TRACK"} <= set(_get_settings_fields(Settings))


def test_the_pages_of_prefect_lie_where_its_unit_may_write() -> None:
    given = read_environment((DEPLOY / "prefect.env").read_text(encoding="utf-8"))

    assert given["PREFECT_SERVER_UI_STATIC_DIRECTORY"].startswith(given["PREFECT_HOME"] + "/")


def test_the_example_is_a_sound_installation(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in machine.environment("weerklank.service").items():
        if name.startswith("WEERKLANK_"):
            monkeypatch.setenv(name, value)
    settings = load_settings()

    assert settings.sqlite_file == machine.root / "weerklank.db"
    assert settings.channel == "none"


@pytest.mark.prefect
@pytest.mark.slow
def test_one_machine_starts_and_ends(machine: Machine) -> None:
    api = f"http://127.0.0.1:{machine.changes['WEERKLANK_PREFECT_PORT']}/api"
    with machine.running("weerklank.service") as unit:
        wait_for(lambda: "Everything runs" in unit.words())

        assert answers(api)
        assert len(unit.group()) >= 3
        # Where the unit may write: the tests could write beside the programs as well.
        assert (machine.root / "prefect" / "ui" / "v1" / "index.html").exists()

    assert not answers(api)


@pytest.mark.slow
def test_the_pages_start_and_end(machine: Machine) -> None:
    pages = f"http://127.0.0.1:{machine.changes['WEERKLANK_PORTAL_PORT']}"
    with machine.running("weerklank-portal.service") as unit:
        wait_for(lambda: unit.words() is not None and _status(f"{pages}/robots.txt") == 200)

    assert _status(f"{pages}/robots.txt") == 0


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:  # noqa: S310 - our own http address
            status: int = answer.status
            return status
    except OSError:
        return 0


def test_the_nightly_copy_is_made(machine: Machine) -> None:
    url = machine.environment("weerklank-backup.service")["WEERKLANK_DATABASE_URL"]
    open_house(load_settings(database_url=url)).close()
    done = machine.run("weerklank-backup.service")

    assert done.returncode == 0, done.stderr
    (made,) = (machine.root / "backup").iterdir()
    assert str(made) in done.stdout
    assert made.stat().st_mode & 0o077 == 0


def test_what_the_page_for_operators_names_is_there() -> None:
    page = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"WEERKLANK_[A-Z_]*[A-Z]", page))

    assert {name.removesuffix("_FILE") for name in named} <= set(variables())
    for unit in SERVICES:
        assert all(f"deploy/{Path(file).name}" in page for file in lines(unit, "EnvironmentFile"))
        assert unit.removesuffix(".service").removesuffix("@") in page
