"""
Documentation site (MkDocs, Material): the papers as they lie in the house, with navigation by reader and a search.

Nothing in it comes from elsewhere: no font, no script, no counting. It opens from a folder as well as from a server.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
_PAPERS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")
_DECISIONS = "docs/decisions"
_INDEX = Path("index").with_suffix(".md").name
"""How the page of a folder is called."""
_SHIM = "assets/iframe-worker.js"
"""Lets the search work where the site lies in a folder; without it the theme would fetch one from elsewhere."""
_USE = ["docs/portal.md", "docs/rules.md"]
_RUN = [
    "docs/operations.md", "docs/effort.md", "docs/settings.md", "docs/reliability.md", "docs/performance.md",
    "docs/json.md", "docs/scenario.md", "SECURITY.md",
]  # fmt: skip
_CHANGE = ["CONTRIBUTING.md", "ARCHITECTURE.md", "docs/modules.md", "docs/style.md"]

_EXTENSIONS = ["tables", {"toc": {"permalink": True}}, "pymdownx.highlight", "pymdownx.superfences"]


def build(folder: Path, work: Path) -> None:
    """Make the site in *folder*, by way of *work*. Raises CalledProcessError when a link leads nowhere."""
    papers = stage(work / "papers")
    config = work / "mkdocs.yml"
    config.write_text(yaml.safe_dump(_config(papers, folder), allow_unicode=True), encoding="utf-8")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", str(config)]
    subprocess.run(words, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})


def stage(to: Path) -> Path:
    """Lay the papers in *to* as they lie in the house, with the files that they link to; *to*."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(ROOT / "docs", to / "docs")
    for name in _PAPERS:
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, to / name)
    (to / _SHIM).parent.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("iframe-worker.js"), to / _SHIM)
    _list_decisions(to / _DECISIONS)
    for paper in sorted(to.rglob("*.md")):
        _settle_links(paper, to)
    return to


def _list_decisions(folder: Path) -> None:
    rows = [
        (file.name, file.read_text(encoding="utf-8").splitlines()[0])
        for file in sorted(folder.glob("0*.md"))
    ]
    lines = [f"- [{title.removeprefix('# ')}]({name})" for name, title in rows]
    (folder / _INDEX).write_text("# Decisions\n\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _settle_links(paper: Path, papers: Path) -> None:
    """Let links to folders lead to their page, and bring along each file that is linked to."""
    text = paper.read_text(encoding="utf-8")

    def settle(found: re.Match[str]) -> str:
        place, part = found[1], found[2] or ""
        target = (paper.parent / place).resolve()
        inside = target.relative_to(papers.resolve())
        if (ROOT / inside).is_dir():
            _list_folder(target, ROOT / inside)
            place = f"{place.rstrip('/')}/{_INDEX}"
        elif not target.exists() and (ROOT / inside).is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / inside, target)
        return place + part

    paper.write_text(_LINK.sub(settle, text), encoding="utf-8")


def _list_folder(target: Path, source: Path) -> None:
    """A page for a folder of the house that has none: what lies in it."""
    if (target / _INDEX).exists():
        return
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(one.name for one in source.iterdir() if not one.name.startswith((".", "_")))
    listed = "\n".join(f"- `{name}`" for name in names)
    (target / _INDEX).write_text(f"# {target.name}\n\n{listed}\n", encoding="utf-8")


def _config(papers: Path, folder: Path) -> dict[str, object]:
    return {
        "site_name": "Weerklank",
        "docs_dir": str(papers.resolve()),
        "site_dir": str(folder.resolve()),
        "use_directory_urls": False,
        "theme": {
            "name": "material",
            "font": False,
            "features": ["navigation.tabs", "navigation.top", "toc.follow", "content.code.copy"],
            "palette": [_palette("default", "slate", "dark"), _palette("slate", "default", "light")],
        },
        "plugins": ["offline", "search"],
        "extra": {"polyfills": [_SHIM], "generator": False},
        "markdown_extensions": _EXTENSIONS,
        "validation": {"omitted_files": "ignore", "not_found": "warn", "anchors": "warn"},
        "nav": [
            {"Weerklank": "README.md"},
            {"Use it": _there(papers, _USE)},
            {"Run it": _there(papers, _RUN)},
            {"Change it": [*_there(papers, _CHANGE), {"Decisions": f"{_DECISIONS}/{_INDEX}"}]},
            {"Changes": "CHANGELOG.md"},
        ],
    }  # fmt: skip


def _there(papers: Path, names: list[str]) -> list[str | dict[str, str]]:
    return [name for name in names if (papers / name).exists()]


def _palette(scheme: str, other: str, to: str) -> dict[str, object]:
    icon = "material/weather-night" if other == "slate" else "material/weather-sunny"
    media = f"(prefers-color-scheme: {'light' if scheme == 'default' else 'dark'})"
    return {
        "scheme": scheme,
        "media": media,
        "primary": "teal",
        "toggle": {"icon": icon, "name": f"Switch to {to}"},
    }


def main() -> None:
    """Build the site into a folder."""
    parser = argparse.ArgumentParser(description="Make the documentation site.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "build" / "site")
    folder = parser.parse_args().folder
    work = ROOT / "build" / "site-work"
    work.mkdir(parents=True, exist_ok=True)
    build(folder, work)
    print(f"written: {folder / 'index.html'}")


if __name__ == "__main__":
    main()
