"""The pictures of the README: small, described, and taken by a command that still works."""

import re
from pathlib import Path

import pytest

from tools.docgen import pictures

README = (pictures.ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r'<img src="(docs/pictures/[^"]+)"[^>]* alt="([^"]+)"', README))
MOST = 100_000  # bytes: whoever clones the house fetches every picture that ever was


def test_the_readme_opens_with_every_picture() -> None:
    names = {f"docs/pictures/{one.name}.webp" for one in pictures.PICTURES}

    assert set(SHOWN) == names
    assert README.index("<img") < README.index("## ")


def test_each_is_described_for_whoever_does_not_see_it() -> None:
    assert [file for file, said in SHOWN.items() if len(said.split()) < 8] == []


@pytest.mark.parametrize("file", SHOWN)
def test_a_picture_is_small(file: str) -> None:
    content = (pictures.ROOT / file).read_bytes()

    assert content[:4] == b"RIFF"
    assert content[8:12] == b"WEBP"
    assert len(content) < MOST


@pytest.mark.browser
@pytest.mark.prefect
@pytest.mark.heavy
def test_they_can_be_taken_anew(
    chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "FOLDER", tmp_path / "docs" / "pictures")

    assert pictures.main() == 0

    made = {file.name: file.stat().st_size for file in pictures.FOLDER.iterdir()}
    assert set(made) == {f"{one.name}.webp" for one in pictures.PICTURES}
    assert all(10_000 < size < MOST for size in made.values())
