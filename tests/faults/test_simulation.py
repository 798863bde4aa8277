"""
Random lives with random faults (catalogue 25), each replayable by its seed.

The run that is marked slow lives on where the other one ends, up to TESTS_LIVES of them; TESTS_SEED=77 lives that one
alone.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.simulation import Life

SHARES = 6
FEW, MANY = 320, int(os.environ.get("TESTS_LIVES", "3000"))
AMOUNTS = [
    pytest.param(range(FEW), id="few"),
    pytest.param(range(FEW, MANY), id="many", marks=pytest.mark.slow),
]
SEED = os.environ.get("TESTS_SEED")
LIVED = {
    "accept-invitation", "answer-participant", "bring", "change-contact", "check-line", "close-dialogue",
    "close-with-debts", "could-not-reach", "dispute-answer", "give-verdict", "mark-unsafe", "name-helper",
    "record-delivery", "settle-dispute", "share-expectation", "undo-relayed",
}  # fmt: skip
"""What somebody in each share must have come to, or these lives show less than they should."""
REFUSED = {
    "contact-is-theirs",
    "contact-of-debtor",
    "debtor-may-not-relay",
    "session-too-near",
    "tries-needed",
}
"""What somebody in each share must have tried in vain."""


def seeds(lives: range, share: int) -> range:
    """The lives of one share, or the one that is asked for."""
    if SEED is not None:
        return range(int(SEED), int(SEED) + 1) if (lives.start, share) == (0, 0) else range(0)
    return lives[share::SHARES]


@pytest.mark.timeout(6000)
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("lives", AMOUNTS)
def test_random_lives_with_random_faults_keep_every_law(
    migrated_file: Path, tmp_path: Path, lives: range, share: int
) -> None:
    lived: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    told: Counter[str] = Counter()
    mine = seeds(lives, share)
    for seed in mine:
        copy = shutil.copy(migrated_file, tmp_path / f"{seed}.sqlite")
        life = Life(f"sqlite:///{copy}", seed)
        wrong = life.live()
        assert wrong == [], f"replay with TESTS_SEED={seed}"
        lived += life.lived
        refused += life.refused
        told += Counter({"faults": life.faults, "relayed": life.relayed, "bounced": life.bounced})
        Path(copy).unlink()
    print(f"{len(mine)} lives, {lived.total()} steps taken, {dict(told)}, 0 broken laws")  # noqa: T201
    if SEED is None:
        assert set(lived) >= LIVED
        assert set(refused) >= REFUSED
        assert min(told[name] for name in ("faults", "relayed", "bounced")) > 0


def test_the_same_seed_is_the_same_life(migrated_file: Path, tmp_path: Path) -> None:
    lives = []
    for number in range(2):
        copy = shutil.copy(migrated_file, tmp_path / f"{number}.sqlite")
        life = Life(f"sqlite:///{copy}", 3)
        life.live()
        lives.append((life.now, life.lived, life.refused, life.faults, len(life.mail.posts)))
    assert lives[0] == lives[1]
