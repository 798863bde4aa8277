"""The report of settings says of each where it comes from and what is wrong with it, and tells no secret."""

from pathlib import Path

import pytest

from config.setting_report import HIDDEN, ReportedSetting, near_variable, report_settings
from config.settings import variables


def row(variable: str) -> ReportedSetting:
    (found,) = (row for row in report_settings().rows if row.variable == variable)
    return found


def test_without_any_variable_all_are_defaults_and_fit() -> None:
    report = report_settings()

    assert [row.variable for row in report.rows] == list(variables())
    assert {row.origin for row in report.rows} == {"default"}
    assert report.ok
    assert row("WEERKLANK_SMTP_PORT").value == 587
    assert row("WEERKLANK_VERP").value is True
    assert row("WEERKLANK_SMTP_HOST").value is None


def test_each_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "host").write_text("smtp.bedrijf.nl\n", encoding="utf-8")
    monkeypatch.setenv("WEERKLANK_SMTP_PORT", "465")
    monkeypatch.setenv("WEERKLANK_SMTP_HOST_FILE", str(tmp_path / "host"))
    monkeypatch.setenv("WEERKLANK_PREFECT_NAMES", "one.example two.example")

    assert row("WEERKLANK_SMTP_PORT") == ReportedSetting("WEERKLANK_SMTP_PORT", 465, "environment")
    read = row("WEERKLANK_SMTP_HOST")
    assert (read.value, read.origin) == ("smtp.bedrijf.nl", "file")
    assert read.file == str(tmp_path / "host")
    assert row("WEERKLANK_PREFECT_NAMES").value == ["one.example", "two.example"]


def test_what_stands_in_the_variable_wins_over_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_HOST", "smtp.bedrijf.nl")
    monkeypatch.setenv("WEERKLANK_SMTP_HOST_FILE", "/nowhere")

    assert row("WEERKLANK_SMTP_HOST").origin == "environment"
    assert report_settings().ok


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("WEERKLANK_SMTP_PASSWORD", "sesame", HIDDEN),
        ("WEERKLANK_OIDC_CLIENT_SECRET", "sesame", HIDDEN),
        ("WEERKLANK_DATABASE_URL", "postgresql+psycopg://w:sesame@db/x", "postgresql+psycopg://w:…@db/x"),
        ("WEERKLANK_DATABASE_URL", "mysql://w:sesame@db/x", "mysql://w:…@db/x"),
        ("WEERKLANK_DATABASE_URL", "mysql://db/x?sslpassword=sesame&a=b", "mysql://db/x?sslpassword=…&a=b"),
        ("WEERKLANK_BASE_URL", "https://me:sesame@x.nl", "https://me:…@x.nl"),
        ("WEERKLANK_CHAT_URLS", "tgram://sesame/1 json://x/sesame", ["tgram://(hidden)", "json://(hidden)"]),
    ],
)  # fmt: skip
def test_no_secret_is_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, shown: object
) -> None:
    monkeypatch.setenv(variable, value)

    assert row(variable).value == shown
    assert "sesame" not in repr(report_settings())


def test_all_that_is_unfit_stands_in_the_same_list(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_PORT", "abc")
    monkeypatch.setenv("WEERKLANK_CHANNEL", "pigeon")
    monkeypatch.setenv("WEERKLANK_SMTP_PASSWORD_FILE", str(tmp_path / "nowhere"))
    report = report_settings()
    unfit = {row.variable: row.unfit for row in report.rows if row.unfit}

    assert not report.ok
    assert set(unfit) == {
        "WEERKLANK_SMTP_PORT",
        "WEERKLANK_CHANNEL",
        "WEERKLANK_SMTP_PASSWORD",
    }
    assert "whole number" in str(unfit["WEERKLANK_SMTP_PORT"])
    assert "'smtp', 'maildir' or 'none'" in str(unfit["WEERKLANK_CHANNEL"])
    assert "cannot be read" in str(unfit["WEERKLANK_SMTP_PASSWORD"])
    assert row("WEERKLANK_SMTP_PORT").value == "abc"


def test_what_does_not_fit_together_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_CHANNEL", "smtp")
    report = report_settings()

    assert not report.ok
    assert [row for row in report.rows if row.unfit] == []
    assert report.unfit == ["smtp needs WEERKLANK_SMTP_HOST, the name of the mail server"]


def test_an_unknown_variable_is_named_with_the_one_that_was_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_PASWORD_FILE", "/etc/secret")
    report = report_settings()

    assert report.unknown == {"WEERKLANK_SMTP_PASWORD_FILE": "WEERKLANK_SMTP_PASSWORD_FILE"}
    assert report.ok
    assert near_variable("WEERKLANK_XYZZY") is None
