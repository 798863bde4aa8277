"""Page times: by the row of the route table alone, and of all processes that make pages together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.logs import configure
from portal.http.figure_files import ROOM, SHARED
from portal.http.page_times import page_figures
from portal.route_table import PAGES
from portal.web.pages import Page
from portal.web.routes import EVERYONE, OTHERS
from tests.portal.conftest import Portal

TOLD = {"text": "My shift was changed.", "named": "no"}
BEGUN = """
from portal.http.figure_files import take_room
take_room()
from portal.http.page_times import note_page, page_figures
"""
ROOT = Path(__file__).resolve().parents[2]


def test_a_page_is_counted_by_its_row_and_never_by_its_address(two_companies: Portal) -> None:
    browser = two_companies.enter_as("manager")
    for path in ("/dialogues/kleding-2022", "/l/a-secret", "/no/such-page-as-this"):
        browser.get(path)
    said = page_figures().decode()

    assert 'weerklank_page_seconds_count{route="GET:dialogues/:dialogue"}' in said
    assert 'weerklank_page_answers_total{status="4xx"}' in said
    for secret in ("kleding", "a-secret", "such-page-as-this", "manager@"):
        assert secret not in said


def test_no_figure_and_no_line_tells_of_a_report_or_who_reads_it(two_companies: Portal) -> None:
    configure("info")
    before = page_figures().decode()
    with capture_logs() as lines:
        union = two_companies.participant("union-bd")
        assert union.submit("/my/safety", TOLD, on="/my/safety").is_redirect
        assert two_companies.enter_as("confidant").get("/reports").status_code == 200
        assert two_companies.helper().get("/helping").status_code == 200
    configure()
    after = page_figures().decode()

    assert {line["route"] for line in lines if line["event"] == "page"} == {OTHERS}
    grown = [line for line in after.splitlines() if line not in before.splitlines()]
    assert not [line for line in grown if "route=" in line and f'route="{OTHERS}"' not in line]
    assert f'weerklank_page_seconds_count{{route="{OTHERS}"}}' in after


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.row)
def test_only_what_everybody_or_a_manager_may_open_is_counted_by_its_row(page: Page) -> None:
    seen = bool(page.who & {EVERYONE, "manager", "deputy"})
    assert page.counted_as == (page.row if seen else "others")


def run(code: str, folder: Path) -> str:
    """Run *code* in a process that shares its counts in *folder*."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{BEGUN}\n{code}",
        ],
        env={**os.environ, SHARED: str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_several_processes_are_counted_together_also_those_that_ended(tmp_path: Path) -> None:
    for status in (200, 200, 503):
        run(f"note_page('GET:today', {status}, 0.02)", tmp_path)
    said = run("print(page_figures().decode())", tmp_path)

    assert 'weerklank_page_seconds_count{route="GET:today"} 3.0' in said
    assert 'weerklank_page_seconds_bucket{le="0.025",route="GET:today"} 3.0' in said
    assert 'weerklank_page_answers_total{status="5xx"} 1.0' in said


@pytest.mark.slow
def test_the_room_of_the_figures_is_taken_before_it_is_needed(tmp_path: Path) -> None:
    """What is written to a file that lies on no disk yet, when that is full, ends the process."""
    rows = {page.counted_as for page in PAGES}
    run(f"for row in {rows}: note_page(row, 200, 0.02)", tmp_path)

    files = list(tmp_path.iterdir())
    assert {file.name.partition("_")[0] for file in files} == {"counter", "histogram"}
    for file in files:
        assert file.suffix == ".db"
        assert file.stat().st_size == ROOM <= file.stat().st_blocks * 512


@pytest.mark.slow
def test_without_a_folder_or_room_in_it_the_pages_go_on(tmp_path: Path) -> None:
    tell = "print(page_figures().decode())"
    alone = run(f"note_page('GET:today', 200, 0.02)\n{tell}", tmp_path / "nowhere")
    assert 'weerklank_page_seconds_count{route="GET:today"} 1.0' in alone

    gone = f"import shutil\nshutil.rmtree({str(tmp_path)!r})\nnote_page('GET:today', 200, 0.02)\n"
    assert "weerklank_page_seconds" in run(f"{gone}{tell}", tmp_path)
