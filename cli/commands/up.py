"""`weerklank up`: everything on one machine. Only this command starts Prefect."""

from collections.abc import Callable
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from cli import console
from config import logs
from config.clock import set_clock
from config.settings import Settings, load_settings

_FOUR_ARE_LATE = "2022-09-12T09:00"
"""Where the clock of the demonstration begins: two answers were in time, four are late."""

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=1,
        max=65_535,
        help="The port of the Prefect server, like 4300. Default: WEERKLANK_PREFECT_PORT.",
    ),
]
WithDemo = Annotated[
    bool,
    typer.Option(
        "--demo", help="Show the case study, afresh each time; nothing of it stays behind."
    ),
]


def up(port: Port = None, *, demo: WithDemo = False) -> None:
    """Start the database, the pages, the Prefect server, the schedules and the flow runner; Ctrl-C stops them all.

    weerklank up
    weerklank up --demo --port 4300
    """
    settings = load_settings()
    if port is not None:
        prefect = settings.prefect.model_copy(update={"port": port})
        settings = settings.model_copy(update={"prefect": prefect})
    logs.configure(settings.log_level)
    console.note("Starting; the pages come first, the Prefect server ten to twenty seconds later …")
    raise typer.Exit(_show_the_case(settings) if demo else _run(settings))


def _run(settings: Settings, prepare: Callable[[], None] | None = None) -> int:
    from flows.machine.supervisor import run

    return run(settings, prepare=prepare)


def _show_the_case(settings: Settings) -> int:
    with TemporaryDirectory(prefix="weerklank-demo-", ignore_cleanup_errors=True) as folder:
        told = _of_the_demo(settings, Path(folder))
        return _run(told, partial(_live_the_case, told))


def _of_the_demo(settings: Settings, home: Path) -> Settings:
    """*settings* for a demonstration in *home*: it touches no records and sends nothing to anybody."""
    own = {"home": home / "prefect", "api_url": None, "ui_url": None}
    prefect = settings.prefect.model_copy(update=own)
    return load_settings(
        database_url=f"sqlite:///{home / 'weerklank.db'}",
        channel="maildir",
        maildir=home / "mail",
        clock_file=home / "weerklank.clock",
        base_url=f"http://{settings.portal.host}:{settings.portal.port}",
        prefect=prefect,
        chat_urls=(),
        heartbeat_url=None,
    )


def _live_the_case(settings: Settings) -> None:
    """Live the case until four are late, and set the clock there: that is what the pages wait for."""
    from cli.rehearsal.scenario import read_scenario
    from cli.rehearsal.simulator import new_life
    from notifications.channels.maildir import Maildir

    with as_file(files("cli").joinpath("data/kledingmerk-2022.yaml")) as file:
        scenario = read_scenario(file)
    with (
        console.working("Living the edition of 2022 …"),
        new_life(scenario, database=settings.database_url, base_url=settings.base_url) as life,
    ):
        until = life.moment(_FOUR_ARE_LATE)
        life.live(until)
    box = Maildir(settings.maildir)
    for post in life.mail.posts:
        box.send(post)
    if settings.clock_file is not None:
        set_clock(settings.clock_file, until)
