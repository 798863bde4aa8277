"""
Random lives with random faults (catalogue 25), each replayable by its seed.

TESTS_LIVES=5000 lives more of them, TESTS_SEED=77 lives that one alone.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.simulation import Life

SHARES = 4
LIVES = int(os.environ.get("TESTS_LIVES", "200"))
SEED = os.environ.get("TESTS_SEED")


def seeds(share: int) -> list[int]:
    """The lives of one share, or the one that is asked for."""
    if SEED is not None:
        return [int(SEED)] if share == 0 else []
    return list(range(share, LIVES, SHARES))


@pytest.mark.timeout(3000)
@pytest.mark.parametrize("share", range(SHARES))
def test_random_lives_with_random_faults_keep_every_law(
    migrated_file: Path, tmp_path: Path, share: int
) -> None:
    lived: Counter[str] = Counter()
    faults = 0
    for seed in seeds(share):
        copy = shutil.copy(migrated_file, tmp_path / f"{seed}.sqlite")
        life = Life(f"sqlite:///{copy}", seed)
        wrong = life.live()
        assert wrong == [], f"replay with TESTS_SEED={seed}"
        lived += life.lived
        faults += life.faults
        Path(copy).unlink()
    print(f"{len(seeds(share))} lives, {lived.total()} steps taken, {faults} faults, 0 broken laws")  # noqa: T201
    assert SEED is not None or set(lived) > {
        "answer-participant",
        "settle-dispute",
        "close-dialogue",
    }


def test_the_same_seed_is_the_same_life(migrated_file: Path, tmp_path: Path) -> None:
    lives = []
    for number in range(2):
        copy = shutil.copy(migrated_file, tmp_path / f"{number}.sqlite")
        life = Life(f"sqlite:///{copy}", 3)
        life.live()
        lives.append((life.now, life.lived, life.refused, life.faults, len(life.mail.posts)))
    assert lives[0] == lives[1]
