"""What every test may ask for: databases of both kinds, and honesty about what is missing."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from typing import NoReturn

import pytest
from hatchling.build import build_wheel
from hypothesis import HealthCheck, settings
from playwright.sync_api import Playwright, sync_playwright

from tests import postgres

POSTGRESQL = pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres)
KINDS = [pytest.param("sqlite", id="sqlite"), POSTGRESQL]
# The first is Chromium without the windows that nobody sees: a third of the work for the same pages.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# By these a machine says how wide its terminal is, and that colours are wanted where there is none.
TERMINAL = (
    "COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PY_COLORS", "CLICOLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS",
    "TERMINAL_WIDTH", "TTY_COMPATIBLE", "TTY_INTERACTIVE",
)  # fmt: skip
# The house must not take it for a setting of its own, yet the workers must hear of it.
REQUIRE_ALL = "TESTS_REQUIRE_ALL"
NAMES = (f"test_{number}" for number in count(1))


def missing(what: str) -> NoReturn:
    """Skip the test for want of *what*; where everything must be there, fail it instead."""
    sentence = f"this machine has not {what}"
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{sentence}, and WEERKLANK_REQUIRE_ALL=1 asks for it", pytrace=False)
    pytest.skip(sentence)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the option that writes golden texts anew."""
    told = "write golden texts that differ anew, to be read before they are kept"
    parser.addoption("--golden-update", action="store_true", help=told)


def pytest_configure(config: pytest.Config) -> None:
    """Make each run like any other, whatever this machine is set to."""
    # A deadline would measure the machine; on CI the same examples come each time.
    calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("here", calm)
    settings.register_profile("ci", calm, derandomize=True, print_blob=True)
    usual = settings.get_profile("ci" if os.environ.get("CI") else "here")
    # What is tried on every other Python was tried with all examples on ours.
    settings.register_profile("quick", usual, max_examples=25)
    if not config.getoption("hypothesis_profile", None):
        settings.load_profile("ci" if os.environ.get("CI") else "here")
    home = tempfile.mkdtemp(prefix="weerklank-tests-")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    isolate(Path(home))


@pytest.fixture(autouse=True)
def _usual_mask() -> Iterator[None]:
    """Give new files the usual rights: a command in this process closes them for all that come after it."""
    was = os.umask(0o022)
    yield
    os.umask(was)


def isolate(home: Path) -> None:
    """Keep the settings of this machine out, and what the tests write in *home*."""
    if wish := os.environ.get("WEERKLANK_REQUIRE_ALL"):
        os.environ[REQUIRE_ALL] = wish
    for name in list(os.environ):
        if name.startswith(("WEERKLANK_", "PREFECT_")):
            del os.environ[name]
    for name in TERMINAL:
        os.environ.pop(name, None)
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        os.environ[name] = str(home / name.lower())
    os.environ["PREFECT_HOME"] = str(home / "prefect")
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    os.environ["DO_NOT_TRACK"] = "1"


HEAVY = (
    "tests/faults/",
    "tests/flows/test_alarm",
    "tests/operations/test_fresh_debian",
    "tests/operations/test_image",
    "tests/operations/test_many_workers",
    "tests/operations/test_soak",
    "tests/operations/test_units",
    "tests/operations/test_upgrade",
    "tests/twins/test_long_hunt",
)
"""What breaks or loads things for minutes, and has `make faults` to itself."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is heavy by the place where it stands."""
    for item in items:
        if any(place in item.nodeid for place in HEAVY):
            item.add_marker(pytest.mark.heavy)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(Path(__file__).parents[1])
        return folder / build_wheel(str(folder))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Run a private PostgreSQL for this worker, from the first test that asks for it."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.server())
        except postgres.NoServer as error:
            missing(str(error))
        yield server


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Run the test once for each kind of database."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """Give the address of a database without any table, on each kind."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'weerklank.sqlite'}"
        return
    yield from lend(request.getfixturevalue("postgres_server"), "template0")


@pytest.fixture
def migrated_url(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """Give the address of a database with all tables and no rows, on each kind."""
    if database_kind == "sqlite":
        copy = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "weerklank.sqlite")
        yield f"sqlite:///{copy}"
        return
    server = request.getfixturevalue("postgres_server")
    yield from lend(server, request.getfixturevalue("migrated_template"))


def lend(server: postgres.Server, template: str) -> Iterator[str]:
    """Give a copy of *template* for the length of one test."""
    name = next(NAMES)
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file, for every test to copy."""
    file = tmp_path_factory.mktemp("migrated") / "weerklank.sqlite"
    migrate(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture(scope="session")
def migrated_template(postgres_server: postgres.Server) -> str:
    """Migrate one PostgreSQL database, for every test to copy."""
    migrate(postgres_server.create("migrated"))
    return "migrated"


def migrate(url: str) -> None:
    """Bring the tables of *url* up to date, as an operator would."""
    from records.migrate import upgrade

    upgrade(url)


@pytest.fixture(scope="session")
def player() -> Iterator[Playwright]:
    """Give the one Playwright of this process, which keeps an event loop: a second would be refused."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> str:
    """Find the browser that this machine has: `executable_path` for playwright."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    return missing("Chromium (Debian's package is called chromium)")
