"""
Entry point: the command `weerklank`, which refuses to run where it and other packages take each other's place.

The rooms of this house have plain names (`config`, `records`): whatever else is called so in the same environment lies
in the same folder, and the one that was installed last has overwritten the other. Nothing can ask while a wheel is
installed, so this is asked at each start, and before any room is imported, which may be somebody else's. It needs
nothing but Python. A checkout (`make setup`) has an environment of its own and is not asked.
"""

import json
import os
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

ROOMS = ("cli", "config", "flows", "notifications", "portal", "records", "services", "states")
TAKEN = frozenset({*ROOMS, "locale"})
"""The names that this house takes beside its own at the top of an environment: a test holds them against the wheel."""
_HOME = Path(__file__).resolve().parent
_ADVICE = (
    "Weerklank needs an environment of its own: 'uv tool install' or 'pipx install' makes one "
    "(docs/operations.md). Here, uninstall weerklank, then install anew what else is named."
)


def main() -> None:
    """Run the command line, or say why it cannot run in this environment and end with 1."""
    if trouble := [*_shared_names(_HOME), *_hidden_rooms(_HOME)]:
        _refuse(f"{'; '.join(trouble)}. {_ADVICE}")
    from cli.main import main as run  # noqa: PLC0415 - only once the rooms are known to be ours

    run()


def _shared_names(home: Path) -> Iterator[str]:
    """Which other distributions in the folder of this one own one of our names, when it was installed as a wheel."""
    found = {entry.name: entry.path for entry in os.scandir(home) if entry.name.endswith("-info")}
    if not any(name.startswith("weerklank-") for name in found):
        return
    for name, place in sorted(found.items()):
        if name.startswith("weerklank-"):
            continue
        if both := sorted(TAKEN & _names_of(place)):
            owner = " ".join(name.rpartition(".")[0].rsplit("-", 1))
            yield f"{_quoted(both)} in this environment also belongs to {owner}"


def _names_of(place: str) -> set[str]:
    """What the distribution with its papers at *place* put at the top of its folder."""
    try:
        with open(f"{place}/RECORD", "rb") as papers:  # noqa: PTH123 - at each start, for each package
            lines = papers.read().splitlines()
    except OSError:
        return set()
    tops = {line.partition(b"/")[0] for line in lines}
    # A module of one file stands there as `config.py,sha256=…`.
    return {top.partition(b",")[0].removesuffix(b".py").decode(errors="replace") for top in tops}


def _hidden_rooms(home: Path) -> Iterator[str]:
    """Which rooms Python would take from elsewhere, because something of the same name comes first on its path."""
    for room in ROOMS:
        spec = PathFinder.find_spec(room)
        places = [*(spec.submodule_search_locations or ()), spec.origin] if spec else []
        if str(home / room) not in {os.path.realpath(place) for place in places if place}:
            where = (spec.origin or places[0]) if spec else "nowhere"
            yield f"'{room}' is taken from {where}, not from {home}"


def _quoted(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)


def _refuse(why: str) -> None:
    """Say *why*, to a program too where it asked for a document, and end with 1."""
    sys.stderr.write(f"Weerklank does not run here: {why}\n")
    if "--json" in sys.argv:
        told = {"code": "shared-environment", "message": why, "checks": [], "near": []}
        sys.stdout.write(json.dumps({"refused": told}, ensure_ascii=False) + "\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
