"""The clock of a demonstration is a file; without one it is now."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import now_by, utc_now
from config.validation_messages import Unfit


def test_a_demonstration_takes_its_time_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "weerklank.clock"
    file.write_text("2022-09-12T09:00:00+02:00\n", encoding="ascii")
    assert now_by(file) == datetime(2022, 9, 12, 7, tzinfo=UTC)


@pytest.mark.parametrize("file", [None, Path("there-is-no-such.clock")])
def test_without_a_file_it_is_now(file: Path | None) -> None:
    before = utc_now()
    assert before <= now_by(file) <= utc_now()


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weerklank.clock"
    file.write_text("2022-09-12T09:00:00", encoding="ascii")
    with pytest.raises(Unfit, match="zone"):
        now_by(file)


@pytest.mark.parametrize("held", ["soon", "", "2022-13-01T00:00Z", "é"])
def test_what_is_no_time_is_told_in_a_sentence(tmp_path: Path, held: str) -> None:
    file = tmp_path / "weerklank.clock"
    file.write_text(held, encoding="utf-8")
    with pytest.raises(Unfit, match="one moment with its offset"):
        now_by(file)
