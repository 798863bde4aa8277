"""Page times: by the row of the route table alone, and of all processes that make pages together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.http.page_times import SHARED, page_figures
from tests.portal.conftest import Portal

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


def run(code: str, folder: Path) -> str:
    """Run *code* in a process that shares its counts in *folder*."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from portal.http.page_times import note_page, page_figures\n{code}",
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
