"""The Containerfile and compose.yaml are sound, bear no secret, and say of each part that it runs as nobody special."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from jsonschema import Draft7Validator

from config.settings import variables
from tests import postgres
from tests.operations.machine import read_environment
from tests.test_house import ROOT
from tests.test_wheel import INSTALLED

CONTAINER = ROOT / "deploy" / "container"
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: one for name, one in COMPOSE["services"].items() if one.get("image") == "weerklank"}
BESIDE = Path(sys.executable).parent


def test_a_linter_finds_no_fault_in_the_containerfile() -> None:
    said = subprocess.run(
        [BESIDE / "hadolint", ROOT / "Containerfile"], capture_output=True, text=True, check=False
    )

    assert (said.returncode, said.stdout) == (0, "")


def test_compose_is_what_its_schema_allows() -> None:
    told = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")
    schema = json.loads(told.read_text(encoding="utf-8"))
    judge = Draft7Validator(schema)
    wrong = {"services": {"a": {"image": "b", "ports": 80}}}

    assert [fault.message for fault in judge.iter_errors(COMPOSE)] == []
    assert not judge.is_valid(wrong)


def test_the_image_is_made_from_what_the_wheel_is_made_from() -> None:
    given = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    packages = {*INSTALLED, "LICENSE", "pyproject.toml", "requirements.lock"}

    assert given == packages | {"prefect.yaml", "deploy/container"}


def test_the_image_runs_as_nobody_special_and_says_whether_it_is_well() -> None:
    *_, last = re.split(r"^FROM ", CONTAINERFILE, flags=re.MULTILINE)

    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.search(r"^VOLUME /var/lib/weerklank$", last, re.MULTILINE)
    assert "/healthz" in re.split(r"^HEALTHCHECK", last, flags=re.MULTILINE)[1]
    assert "--require-hashes -r requirements.lock" in CONTAINERFILE


@pytest.mark.parametrize("name", OURS)
def test_each_part_of_ours_can_write_nowhere_but_where_it_must(name: str) -> None:
    part = OURS[name]

    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert part["tmpfs"] == ["/tmp"]  # noqa: S108 - of the container
    assert "user" not in part
    assert part.get("privileged", False) is False


def test_no_secret_stands_in_compose_and_each_is_a_file() -> None:
    asked = {name for part in COMPOSE["services"].values() for name in part.get("secrets", ())}
    words = "password|passwd|token|auth|secret|url"
    shown = [
        (name, value)
        for part in COMPOSE["services"].values()
        for name, value in part.get("environment", {}).items()
        if re.search(words, name, re.IGNORECASE) and not name.endswith("_FILE")
    ]

    assert asked == set(COMPOSE["secrets"])
    assert all(one["file"].startswith("./secrets/") for one in COMPOSE["secrets"].values())
    assert not [name for name, value in shown if re.search(r"://[^/]*@", str(value))]
    assert {name for name, value in shown if value} <= {
        "WEERKLANK_PREFECT_API_URL", "WEERKLANK_BASE_URL", "PREFECT_API_URL", "PREFECT_UI_URL", "PREFECT_UI_API_URL",
    }  # fmt: skip


def test_only_the_pages_are_to_be_had_from_outside() -> None:
    opened = {name: one["ports"] for name, one in COMPOSE["services"].items() if "ports" in one}

    assert opened == {"prefect": ["127.0.0.1:4200:4200"], "portal": ["80:80", "443:443"]}
    # The pages believe what a proxy says of visitors only when it comes from 127.0.0.1.
    assert COMPOSE["services"]["caddy"]["network_mode"] == "service:portal"


def test_prefect_is_told_in_a_container_what_its_unit_is_told() -> None:
    unit = read_environment((ROOT / "deploy" / "prefect.env").read_text(encoding="utf-8"))
    image = dict(re.findall(r"^(?:ENV)? +(\w+)=([^ \\\n]+)", CONTAINERFILE, re.MULTILINE))
    container = {**image, **COMPOSE["services"]["prefect"]["environment"]}
    places = re.compile(r"URL|HOME|DIRECTORY|AUTH_STRING")
    wanted = {name: value for name, value in unit.items() if not places.search(name)}

    assert len(wanted) > 4
    told = {n: v for n, v in container.items() if n.startswith("PREFECT_") and not places.search(n)}
    assert {name: container.get(name) for name in wanted} == wanted
    assert told.keys() <= wanted.keys()


def test_each_setting_of_the_example_sets_something() -> None:
    text = (CONTAINER / "settings.env").read_text(encoding="utf-8")
    names = set(re.findall(r"^#?(WEERKLANK_[A-Z_]+)=", text, re.MULTILINE))

    assert len(names) > 7
    assert names <= set(variables())
    assert names >= set(read_environment(text))


def test_secrets_are_made_once_at_random_and_for_nobody_else(tmp_path: Path) -> None:
    made = [_make_secrets(tmp_path / name) for name in ("one", "other")]
    first = {file.name: file.read_text() for file in made[0].iterdir()}
    again = {file.name: file.read_text() for file in _make_secrets(tmp_path / "one").iterdir()}

    assert set(first) == set(COMPOSE["secrets"])
    assert again == first
    assert stat.S_IMODE(made[0].stat().st_mode) == 0o700
    for name in set(first) - {"smtp-password"}:
        assert len(re.findall(r"[0-9a-f]{48}", first[name])) == 1
        assert first[name] != (made[1] / name).read_text()


def _make_secrets(root: Path) -> Path:
    """What `deploy/container/make-secrets` makes in a checkout at *root*."""
    (root / "deploy").mkdir(parents=True, exist_ok=True)
    shutil.copytree(CONTAINER, root / "deploy" / "container", dirs_exist_ok=True)
    subprocess.run(["sh", root / "deploy" / "container" / "make-secrets"], check=True)
    return root / "secrets"


@pytest.mark.postgres
def test_each_database_gets_an_owner_of_its_own(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    secrets = _make_secrets(tmp_path)
    access = {
        "PGHOST": "127.0.0.1", "PGPORT": str(postgres_server.port), "PGPASSWORD": postgres_server.password,
        "POSTGRES_USER": postgres.OWNER, "SECRETS": str(secrets), "PATH": os.environ["PATH"],
    }  # fmt: skip
    script = (CONTAINER / "databases.sh").read_text(encoding="utf-8")
    # The server of the tests belongs to a `weerklank` already.
    script = script.replace("ROLE weerklank", "ROLE other").replace("weerklank;", "other;")
    script = script.replace("DATABASE weerklank", "DATABASE other")
    programs = f"{postgres.find_programs()}:{access['PATH']}"
    subprocess.run(["sh", "-c", script], env={**access, "PATH": programs}, check=True)

    for file, name in (("database-url", "other"), ("prefect-database-url", "prefect")):
        found = re.search(r"://[^:]*:([0-9a-f]+)@", (secrets / file).read_text())
        assert found
        address = f"host=127.0.0.1 port={postgres_server.port} user={name} password={found[1]}"
        with psycopg.connect(f"{address} dbname={name}") as connection:
            connection.execute("CREATE TABLE t (n int)")
        postgres_server.drop(name)


def test_what_a_file_holds_is_told_to_prefect_and_to_nobody_else(tmp_path: Path) -> None:
    secret = tmp_path / "prefect-login"
    secret.write_text("operator:s3cret $HOME 'x'\n")
    given = {
        "PATH": os.environ["PATH"],
        "PREFECT_API_AUTH_STRING_FILE": str(secret),
        "WEERKLANK_SMTP_PASSWORD_FILE": str(secret),
    }
    entry = CONTAINER / "secret-files"
    said = subprocess.run(
        [entry, "env"], env=given, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert "PREFECT_API_AUTH_STRING=operator:s3cret $HOME 'x'" in said
    assert f"WEERKLANK_SMTP_PASSWORD_FILE={secret}" in said
    assert not [line for line in said if line.startswith("PREFECT_API_AUTH_STRING_FILE")]
    given["PREFECT_API_AUTH_STRING_FILE"] = str(tmp_path / "nothing")
    refused = subprocess.run([entry, "env"], env=given, capture_output=True, check=False)
    assert refused.returncode != 0
