"""What the benchmarks put into the papers: a table and a picture, here of figures that nobody measured."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks import __main__ as command
from benchmarks.figures import Figure, Skipped, share
from benchmarks.report import HEAD, picture, table

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = [
    share("sweep", "a & b <swept>", "duties/s", ours=6000, raw=10_000, least=0.5),
    share("delivery", "mails", "mails/s", ours=300, raw=1000, least=0.7),
    Figure("delivery", "four connections", "mails/s", 900, 300, "≥ 2 × one", reached=True),
    Figure("idle", "nothing due", "ms", 0.25, None, "< 1 ms", reached=True),
    Figure("growth", "a duty of many", "µs", 110, 100, "± 30%", reached=True),
    Figure("year", "notices", "notices", 1_500_000),
]


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_table_has_a_row_for_each_figure() -> None:
    head, rule, *rows = table(FIGURES).splitlines()

    assert cells(head) == list(HEAD)
    assert set(rule) <= set("| -")
    assert [cells(row)[0] for row in rows] == [figure.what for figure in FIGURES]
    assert {len(cells(row)) for row in rows} == {len(HEAD)}
    assert cells(rows[0]) == [
        "a & b <swept>", "6,000", "10,000", "duties/s", "0.60", "≥ 0.5 × raw", "yes",
    ]  # fmt: skip
    assert cells(rows[1])[-1] == "**no**"
    assert cells(rows[-1])[1:] == ["1,500,000", "", "notices", "", "", ""]


def test_the_picture_is_well_formed_and_shows_what_has_a_share_to_reach() -> None:
    drawn = ET.fromstring(picture(FIGURES))  # noqa: S314 - our own

    rows = drawn.findall(f"{SVG}g")
    assert [row[0].text for row in rows] == ["a & b <swept>", "mails", "four connections"]
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label")


def test_a_bar_is_as_long_as_its_share_and_the_line_stands_at_the_goal() -> None:
    for row, (ratio, goal, reached) in zip(
        ET.fromstring(picture(FIGURES)).findall(f"{SVG}g"),  # noqa: S314 - our own
        [(0.6, 0.5, True), (0.3, 0.7, False), (3.0, 2.0, True)],
        strict=True,
    ):
        whole, bar = (float(part.get("width", "0")) for part in row.findall(f"{SVG}rect"))
        line = row.find(f"{SVG}line")
        assert line is not None
        assert bar / whole == pytest.approx(ratio, abs=0.01)
        assert float(line.get("x1", "0")) / whole == pytest.approx(goal, abs=0.01)
        assert row.findall(f"{SVG}rect")[1].get("class") == ("ours" if reached else "short")


def test_the_picture_can_be_read_on_a_dark_page() -> None:
    style = ET.fromstring(picture(FIGURES)).findtext(f"{SVG}style", "")  # noqa: S314 - our own

    light, dark = style.split("@media (prefers-color-scheme: dark)")
    assert set(re.findall(r"[.\w]+ \{", dark)) == set(re.findall(r"[.\w]+ \{", light))


def test_without_a_share_there_is_still_a_picture() -> None:
    assert ET.fromstring(picture(FIGURES[3:])).findall(f"{SVG}g") == []  # noqa: S314 - our own


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    page = tmp_path / "performance.md"
    page.write_text(f"Before.\n{command.BEGIN}\nold\n{command.END}\nAfter.\n", encoding="utf-8")
    monkeypatch.setattr(command, "DOCS", tmp_path)
    return tmp_path


def test_what_is_written_stands_between_its_marks_and_names_no_place(papers: Path) -> None:
    command.write(FIGURES)
    command.write(FIGURES)
    page = (papers / "performance.md").read_text(encoding="utf-8")
    svg = (papers / "performance.svg").read_text(encoding="utf-8")

    assert page.startswith("Before.\n")
    assert page.endswith("\nAfter.\n")
    assert "old" not in page
    in_order = sorted(FIGURES, key=lambda one: command.NAMES.index(one.bench))
    assert page.count(table(in_order)) == 1
    assert "](performance.svg)" in page
    assert str(papers) not in page + svg
    assert not re.search(r"/(?:tmp|work|home|root)/", page + svg)


def test_what_was_not_measured_now_stays_in_the_papers(papers: Path) -> None:
    command.write(FIGURES)
    better = share("delivery", "mails", "mails/s", ours=800, raw=1000, least=0.7)
    command.write([better])
    page = (papers / "performance.md").read_text(encoding="utf-8")

    whole = [one for one in FIGURES if one.bench != "delivery"] + [better]
    assert table(sorted(whole, key=lambda one: command.NAMES.index(one.bench))) in page


def test_what_cannot_be_measured_here_is_said_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(name: str, _n: int | None) -> list[Figure]:
        if name == "idle":
            raise Skipped("there is no such server")
        return FIGURES[:1]

    monkeypatch.setattr(command, "run", run)

    assert command.measure(["idle", "sweep"], None, full=False) == FIGURES[:1]
    assert "idle: skipped: there is no such server" in capsys.readouterr().out


def test_every_name_is_a_benchmark() -> None:
    folder = Path(command.__file__).parent

    assert [name for name in command.NAMES if not (folder / f"{name}.py").exists()] == []
    assert set(command.FULL) <= set(command.NAMES)
