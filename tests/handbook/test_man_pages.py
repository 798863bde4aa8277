"""The manual pages: one for each command, with each option, and roff takes them without a word."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import missing
from tools.handbook.man_pages import manuals, overview, page, write_pages

pytestmark = pytest.mark.slow
CHECKERS = {
    "groff": ["groff", "-man", "-Tutf8", "-ww", "-z"],
    "mandoc": [
        "mandoc",
        "-T",
        "lint",
        "-W",
        "error",
    ],  # below it: that a page bears no date, which no build changes
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_pages(tmp_path_factory.mktemp("man"))


def test_there_is_one_for_each_command(files: list[Path]) -> None:
    names = {file.name for file in files}

    assert {"weerklank.1", "weerklank-act.1", "weerklank-programme-apply.1"} <= names
    assert len(names) == len(manuals()) + 1
    assert all(
        f"\\fB{one.words[0].replace('-', chr(92) + '-')}\\fR" in overview() for one in manuals()
    )


def test_every_option_stands_on_its_page() -> None:
    for manual in manuals():
        shown = page(manual).replace("\\-", "-")
        options = (
            [] if manual.inner else [name for one in manual.command.params for name in one.opts]
        )
        assert [name for name in options if name.startswith("-") and name not in shown] == []
        assert "weerklank " in shown.partition(".SH EXAMPLES")[0]


@pytest.mark.parametrize("checker", CHECKERS)
def test_roff_takes_them_without_a_word(files: list[Path], checker: str) -> None:
    if shutil.which(checker) is None:
        missing(f"{checker} (apt-get install {checker})")
    found = subprocess.run(
        [*CHECKERS[checker], *map(str, files)], capture_output=True, text=True, check=False
    )

    assert found.stdout + found.stderr == ""
