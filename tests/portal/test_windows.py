"""What the tests themselves do with a browser that is does not at once do what it is asked."""

from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Error, Page

from tests.portal import windows

REFUSED = "Page.screenshot: Protocol error (Page.captureScreenshot): Unable to capture screenshot"


class Slow:
    """A page whose first pictures fail."""

    def __init__(self, *complaints: str) -> None:
        """Fail with each of *complaints*, then succeed."""
        self.complaints = list(complaints)

    def screenshot(self, *, path: str, **_: Any) -> None:  # noqa: ANN401 - as in the library
        """Take the picture, or complain."""
        if self.complaints:
            raise Error(self.complaints.pop(0))
        Path(path).touch()

    def evaluate(self, script: str) -> None:
        """Do nothing: there is no page."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep these pictures apart from those that are looked at."""
    monkeypatch.setattr(windows, "SCREENSHOTS", tmp_path / "pictures")
    return tmp_path / "pictures"


def test_a_refused_picture_is_asked_for_again(folder: Path) -> None:
    windows.picture(cast("Page", Slow(REFUSED, REFUSED)), "page")
    assert [file.name for file in folder.iterdir()] == ["page.png"]


@pytest.mark.parametrize(
    "complaints", [[REFUSED] * 4, ["Page.screenshot: Timeout 30000ms exceeded."]]
)
def test_what_is_not_a_whim_is_a_failure(folder: Path, complaints: list[str]) -> None:
    with pytest.raises(Error, match=r"Page\.screenshot"):
        windows.picture(cast("Page", Slow(*complaints)), "page")
    assert list(folder.iterdir()) == []
