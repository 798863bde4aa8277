"""Floors: which packages of a room lie above which, from the import contracts in pyproject.toml."""

import tomllib

from tools.docgen.markdown import table
from tools.docgen.module_map import ROOT


def floors() -> str:
    """One row for each contract of layers, from the top down."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    rows = (
        (_where(one), " → ".join(_together(layer) for layer in one["layers"]))
        for one in contracts
        if one["type"] == "layers"
    )
    return table(("in", "from the top down"), rows)


def _where(contract: dict[str, list[str]]) -> str:
    inside = [f"`{name.replace('.', '/')}/`" for name in contract.get("containers", ())]
    return ", ".join(inside) or "the house"


def _together(layer: str) -> str:
    return " ".join(f"`{name}`" for name in layer.split(" | "))
