"""`weerklank config` shows each setting, and stops at none that is unfit."""

import pytest

from tests.cli.conftest import Desk


def test_it_shows_values_and_origins_and_what_sets_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_SMPT_HOST", "smtp.bedrijf.nl")
    lines = [line.split(maxsplit=2) for line in desk.good("config").splitlines()]

    assert ["WEERKLANK_CHANNEL", "environment", "maildir"] in lines
    assert ["WEERKLANK_SMTP_PORT", "default", "587"] in lines
    (unknown,) = (line for line in lines if line[1] == "unknown")
    assert unknown[0] == "WEERKLANK_SMPT_HOST"
    assert "do you mean WEERKLANK_SMTP_HOST?" in unknown[2]


def test_what_is_unfit_stands_in_the_list_and_ends_with_1(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_PORT", "abc")
    result = desk("config")

    assert result.exit_code == 1
    assert "WEERKLANK_SMTP_PORT" in result.stdout
    assert "abc  ✗ is not a whole number" in result.stdout
    assert "WEERKLANK_CHANNEL" in result.stdout
    assert desk("config", "--json").exit_code == 1
