"""SBOM: each package that the lock pins is named, with the hashes of its files and its licence, and nothing else is."""

import json
import re
import tomllib
from typing import Any

import pytest

from tests.test_house import ROOT
from tools.sbom import SbomUnfit, _require_valid, make_sbom

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ELSEWHERE = {"async-timeout", "httpx2-jsfetch", "pendulum", "pywin32"}
"""What the lock holds for other systems and Pythons: it may be nowhere installed here."""


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(make_sbom(LOCK, PROJECT))
    return found


def test_every_pinned_package_is_named_with_the_hashes_of_its_files(sbom: dict[str, Any]) -> None:
    pinned = re.findall(r"^([a-z0-9.-]+)(?:\[[a-z0-9,-]*\])?==([^ ;\\]+)", LOCK, re.MULTILINE)
    named = {(one["name"], one["version"]) for one in sbom["components"]}
    hashes = [one["content"] for part in sbom["components"] for one in part["hashes"]]

    assert len(pinned) > 100
    assert named == set(pinned)
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", LOCK))
    assert all(
        one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in sbom["components"]
    )


def test_every_package_that_is_installed_names_its_licence(sbom: dict[str, Any]) -> None:
    told = {one["name"]: one.get("licenses", ()) for one in sbom["components"]}
    words = json.dumps(list(told.values()))

    assert {name for name, licences in told.items() if not licences} <= ELSEWHERE
    assert {"id": "MIT"} in [each.get("license") for each in told["alembic"]]
    assert not re.search(r"Production|Developers|Python ::|Approved", words)


def test_it_says_who_asks_for_what(sbom: dict[str, Any]) -> None:
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in sbom["dependencies"]}
    house = sbom["metadata"]["component"]
    asked = {ref.partition("@")[0].removeprefix("pkg:pypi/") for ref in needs[house["bom-ref"]]}
    wished = {re.split(r"[\[<>=]", each)[0].lower() for each in PROJECT["dependencies"]}

    assert (house["name"], house["version"]) == ("weerklank", PROJECT["version"])
    assert house["licenses"] == [{"license": {"id": PROJECT["license"]}}]
    assert asked >= {re.sub(r"[._]", "-", one) for one in wished}
    assert set(needs) == {house["bom-ref"], *(one["bom-ref"] for one in sbom["components"])}


@pytest.mark.slow
def test_the_same_lock_gives_the_same_document() -> None:
    assert make_sbom(LOCK, PROJECT) == make_sbom(LOCK, PROJECT)


def test_what_the_schema_does_not_allow_is_refused() -> None:
    with pytest.raises(SbomUnfit):
        _require_valid(
            '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "a"}]}'
        )
