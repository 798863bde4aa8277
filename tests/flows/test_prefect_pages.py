"""Prefect's pages as the operator meets them: no advertising, no cry before they came in, the way to what is late."""

import json
import urllib.request
from pathlib import Path

import pytest

from config.settings import OVERVIEW
from flows.machine.prefect_pages import complete_pages, page_with_overview
from flows.machine.server import ServerAddress

FIRST = '<html><head><script src="/assets/a.js"></script></head><body><div id="app"></div></body></html>'


def unpacked(folder: Path) -> Path:
    page = folder / "v1" / "index.html"
    page.parent.mkdir()
    page.write_text(FIRST, encoding="utf-8")
    return page


def test_the_first_page_is_completed_once_and_before_its_own_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(tmp_path))
    page = unpacked(tmp_path)
    for _ in range(2):
        complete_pages(closed=True)
    text = page.read_text(encoding="utf-8")

    assert text == page_with_overview(FIRST, closed=True)
    assert text.count(f'href="{OVERVIEW}"') == 1
    assert text.index("prefect-show-promotional-content") < text.index("/assets/a.js")
    assert "prefect-password" in text


def test_where_nobody_is_asked_for_a_password_there_is_no_login() -> None:
    assert "prefect-password" not in page_with_overview(FIRST, closed=False)


def test_what_is_not_unpacked_for_this_server_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = unpacked(tmp_path)
    monkeypatch.delenv("PREFECT_SERVER_UI_STATIC_DIRECTORY", raising=False)
    complete_pages(closed=True)
    monkeypatch.setenv("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(tmp_path / "none"))
    complete_pages(closed=True)

    assert page.read_text(encoding="utf-8") == FIRST


@pytest.mark.prefect
def test_the_server_has_the_older_pages_alone(server: ServerAddress) -> None:
    with urllib.request.urlopen(f"{server.pages}/ui-settings", timeout=30) as answer:  # noqa: S310 - our own address
        told = json.load(answer)
    with urllib.request.urlopen(f"{server.pages}/", timeout=30) as answer:  # noqa: S310
        front = answer.read().decode()

    assert told["available_uis"] == ["v1"]
    assert f'href="{OVERVIEW}"' in front
    assert not (server.home / "ui" / "v2").exists()
