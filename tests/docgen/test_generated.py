"""Generated parts of the papers say what the code says; `make docs` writes them anew."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.docgen import papers
from tools.docgen.markdown import part, replace_part, table

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("one", papers.PARTS, ids=lambda one: f"{one.file}:{one.name}")
def test_a_part_is_as_the_code_is(one: papers.GeneratedPart) -> None:
    written = part((ROOT / one.file).read_text(encoding="utf-8"), one.name)

    assert written is not None, f"{one.file} has no <!-- {one.name} -->"
    fresh = one.write()
    missing = [line for line in fresh.splitlines() if line not in written.splitlines()]
    gone = [line for line in written.splitlines() if line not in fresh.splitlines()]
    assert (missing, gone) == ([], []), f"{one.file} is out of date: run `make docs`"
    assert written == fresh, f"{one.file} is out of date: run `make docs`"


@pytest.mark.parametrize("file", papers.WHOLE)
def test_a_file_is_as_the_code_is(file: str) -> None:
    written, fresh = (ROOT / file).read_text(encoding="utf-8"), papers.WHOLE[file]()

    assert written == fresh, f"{file} is out of date: run `make docs`"


def test_writing_twice_is_writing_once() -> None:
    """No date, no order of a set, no machine stands in them."""
    assert [one.write() for one in papers.PARTS] == [one.write() for one in papers.PARTS]


def test_every_marker_on_a_page_is_written_by_somebody() -> None:
    known = {(one.file, one.name) for one in papers.PARTS}
    found = {
        (page.relative_to(ROOT).as_posix(), line.removeprefix("<!-- /").removesuffix(" -->"))
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("<!-- /") and line.endswith(" -->")
    }

    assert found == known


def test_a_stale_part_is_named_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.md").write_text("above\n<!-- one -->\nold\n<!-- /one -->\nbelow\n")
    one = papers.GeneratedPart("page.md", "one", lambda: "new")
    monkeypatch.setattr(papers, "ROOT", tmp_path)
    monkeypatch.setattr(papers, "PARTS", (one,))
    monkeypatch.setattr(papers, "WHOLE", {"whole.json": lambda: "{}\n"})

    assert papers.stale() == ["page.md: one", "whole.json"]
    assert papers.write_all() == ["page.md", "whole.json"]
    assert papers.stale() == papers.write_all() == []
    assert (tmp_path / "whole.json").read_text() == "{}\n"
    page = (tmp_path / "page.md").read_text()
    assert page == "above\n<!-- one -->\nnew\n<!-- /one -->\nbelow\n"


def test_a_page_without_markers_is_a_mistake_that_says_so() -> None:
    with pytest.raises(ValueError, match="no <!-- one -->"):
        replace_part("nothing here", "one", "new")


def test_a_bar_in_a_cell_is_no_cell() -> None:
    assert table(("a",), [("b|c",)]) == "| a |\n| --- |\n| b\\|c |"


def test_the_check_ends_with_the_way_to_mend_it() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tools.docgen", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "--check" in said.stdout
