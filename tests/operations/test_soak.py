"""A minute of fast years: memory and open files stay flat (`make soak` takes twenty)."""

import subprocess
import sys

import pytest

from tests.flows.waiting import ROOT


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_minute_of_years_holds_out() -> None:
    soak = [sys.executable, "-m", "benchmarks.soak", "--minutes", "1", "--companies", "2"]
    done = subprocess.run(soak, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "flat"
