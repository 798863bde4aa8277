"""Settings come from the environment or from files, and say what is wrong with them."""

from pathlib import Path

import pytest

from config.settings import Settings, SettingsUnfit, load_settings, unknown_variables, variables
from states.language.languages import LANGUAGES


def test_without_any_variable_nothing_leaves_the_machine() -> None:
    settings = load_settings()

    assert settings.channel == "none"
    assert settings.sqlite_file is not None
    assert settings.sqlite_file.name == "weerklank.db"
    assert settings.prefect.api == "http://127.0.0.1:4200/api"


def test_a_variable_sets_a_setting_also_inside_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_HOST", "smtp.bedrijf.nl")
    monkeypatch.setenv("WEERKLANK_SMTP_PORT", "465")
    monkeypatch.setenv("WEERKLANK_CHANNEL", "smtp")
    monkeypatch.setenv("WEERKLANK_CHAT_URLS", "json://one.example  json://two.example")

    settings = load_settings()

    assert (settings.smtp.host, settings.smtp.port) == ("smtp.bedrijf.nl", 465)
    assert len(settings.chat_urls) == 2


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n", encoding="utf-8")
    monkeypatch.setenv("WEERKLANK_SMTP_PASSWORD_FILE", str(tmp_path / "password"))

    password = load_settings().smtp.password

    assert password is not None
    assert password.get_secret_value() == "open sesame"
    assert "sesame" not in repr(load_settings())


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_PASSWORD_FILE", str(tmp_path / "nowhere"))

    with pytest.raises(
        SettingsUnfit, match=r"WEERKLANK_SMTP_PASSWORD_FILE: '.*nowhere' cannot be read"
    ):
        load_settings()


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("WEERKLANK_SMTP_PORT", "abc", "'abc' is not a whole number"),
        ("WEERKLANK_SMTP_PORT", "70000", "must be at most 65535"),
        ("WEERKLANK_SMTP_TLS", "ssl", "allowed are 'none', 'starttls' or 'tls'"),
        ("WEERKLANK_SMTP_TIMEOUT", "0", "must be more than 0"),
        ("WEERKLANK_CHANNEL", "pigeon", "allowed are 'smtp', 'maildir' or 'none'"),
        ("WEERKLANK_DATABASE_URL", "mysql://x", "sqlite:////"),
        ("WEERKLANK_SENDER", "nobody", "write it like"),
        ("WEERKLANK_SENDER", "a@b.nl\r\nBcc: c@d.nl", "write it like"),
        ("WEERKLANK_BASE_URL", "dialoog.bedrijf.nl", "https://"),
        ("WEERKLANK_LANGUAGE", "de", f"choose from {', '.join(LANGUAGES)}"),
        ("WEERKLANK_LOG_LEVEL", "loud", "allowed are"),
    ],
)
def test_a_bad_value_names_variable_value_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsUnfit) as unfit:
        load_settings()

    (line,) = unfit.value.lines
    assert line.startswith(f"{variable}: ")
    assert allowed in line
    assert "\n" not in line


def test_all_bad_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_SMTP_PORT", "abc")
    monkeypatch.setenv("WEERKLANK_CHANNEL", "pigeon")

    with pytest.raises(SettingsUnfit) as unfit:
        load_settings()

    assert len(unfit.value.lines) == 2


@pytest.mark.parametrize(
    "address",
    ["mysql://me:sesame@host/db", "mysql://me:o@sesame@h/d", "mysql://h/d?password=sesame"],
)
def test_a_password_in_an_address_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", address)

    with pytest.raises(SettingsUnfit) as unfit:
        load_settings()

    assert "sesame" not in str(unfit.value)


def test_mail_over_smtp_needs_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_CHANNEL", "smtp")

    with pytest.raises(SettingsUnfit, match="WEERKLANK_SMTP_HOST"):
        load_settings()


def test_a_misspelt_variable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_SMPT_HOST", "smtp.bedrijf.nl")

    assert unknown_variables() == ["WEERKLANK_SMPT_HOST"]


def test_every_setting_is_described() -> None:
    described = {name: field.description for name, field in Settings.model_fields.items()}

    assert all(described[keys[0]] or len(keys) > 1 for keys in variables().values())


def test_what_is_given_in_code_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEERKLANK_CHANNEL", "maildir")

    assert load_settings(channel="none").channel == "none"
