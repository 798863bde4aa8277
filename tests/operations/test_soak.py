"""Minutes of fast years: memory and open files stay flat (`make soak` takes twenty)."""

import subprocess
import sys

import pytest

from tests.flows.prefect_watch import ROOT


@pytest.mark.slow
def test_a_minute_of_years_holds_out() -> None:
    soak = [sys.executable, "-m", "benchmarks.soak", "--minutes", "1", "--companies", "2"]
    done = subprocess.run(soak, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "flat"


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.timeout(900)
def test_all_of_up_holds_out_for_some_minutes() -> None:
    """Its processes, Prefect's flows, mail and pages; a line through what they held does not rise."""
    soak = [sys.executable, "-m", "benchmarks.soak_up", "--minutes", "4"]
    done = subprocess.run(soak, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "flat"
