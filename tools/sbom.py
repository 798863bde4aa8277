"""
Software bill of materials (SBOM, CycloneDX): what is installed with this house: `python -m tools.sbom FILE`.

Each package with its version, who asks for it, the hash of every file of it that may be installed, and its licence
where the package is installed here and names one. The same lock gives the same document: it holds no moment and nothing
random.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
_PINNED = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9.-]*)(?:\[[^]]*])?==(?P<version>[^ ;\\]+).*\n(?P<rest>(?:    .*\n)*)",
    re.MULTILINE,
)
_ASKS = re.compile(r"^    #(?: via|  ) +(\S+)", re.MULTILINE)
_SHORT = 60  # letters; more is the licence itself, not its name
_CLASSIFIED = "License :: "
_VAGUE = frozenset({"OSI Approved", "Other/Proprietary License"})
_LICENCES = LicenseFactory()


class SbomUnfit(Exception):
    """The document is not what its schema allows."""


@dataclass(frozen=True)
class Pin:
    """A package of a lock file: *hashes* are the SHA-256 of its files, *asked_by* the names of who needs it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    asked_by: frozenset[str]


def read_pins(lock: str) -> Iterator[Pin]:
    """The packages that *lock* (of `make lock`) pins."""
    for found in _PINNED.finditer(lock):
        hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", found["rest"]))
        asked_by = frozenset(name.partition(":")[0] for name in _ASKS.findall(found["rest"]))
        yield Pin(found["name"], found["version"], hashes, asked_by)


def make_sbom(lock: str, project: dict[str, str]) -> str:
    """
    The SBOM as JSON of what *lock* pins for *project* (the table of pyproject.toml).

    Raises SbomUnfit when the schema of CycloneDX does not allow it.
    """
    house = _house(project)
    parts = {pin: _component(pin) for pin in read_pins(lock)}
    bom = Bom(
        components=parts.values(),
        metadata=BomMetaData(component=house),
        serial_number=uuid5(NAMESPACE_URL, lock),
    )
    bom.metadata.timestamp = None  # type: ignore[assignment]  # optional in the schema
    for asking in (house, *parts.values()):
        needs = [part for pin, part in parts.items() if asking.name in pin.asked_by]
        bom.register_dependency(asking, needs)
    return _require_valid(JsonV1Dot6(bom).output_as_string(indent=2))


def _house(project: dict[str, str]) -> Component:
    name, version = project["name"], project["version"]
    return Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        description=project["description"],
        licenses=[_LICENCES.make_from_string(project["license"])],
        bom_ref=f"{name}@{version}",
    )


def _component(pin: Pin) -> Component:
    address = PackageURL("pypi", None, pin.name, pin.version)
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        purl=address,
        bom_ref=address.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in pin.hashes],
        licenses=list(_licences(pin.name)),
    )


def _licences(name: str) -> Iterator[License]:
    """What the papers of the package call its licence; nothing for one that is not installed here."""
    try:
        papers = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return
    told = next((papers[key] for key in ("License-Expression", "License") if key in papers), "")
    if told and len(told) <= _SHORT and "\n" not in told:
        yield _LICENCES.make_from_string(told)
        return
    classified = papers.get_all("Classifier") or ()
    names = {one.rpartition(" :: ")[2] for one in classified if one.startswith(_CLASSIFIED)}
    named = sorted(names - _VAGUE) or list(_titles(name, papers.get_all("License-File") or ()))
    yield from (_LICENCES.make_with_name(one) for one in named)


def _titles(name: str, files: Iterable[str]) -> Iterator[str]:
    """What the licence *files* of package *name* are headed by, where that is the name of a licence."""
    about = metadata.distribution(name)
    for file in files:
        text = about.read_text(f"licenses/{file}") or about.read_text(file) or ""
        title = text.strip().partition("\n")[0].strip()
        if "licen" in title.casefold() and len(title) <= _SHORT:
            yield title


def _require_valid(text: str) -> str:
    """*text*, when the schema allows it."""
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SbomUnfit(str(fault))
    return text


def main() -> None:
    """Write the SBOM of this checkout to the file that is named."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    place = Path(sys.argv[1])
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(make_sbom(lock, project) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
