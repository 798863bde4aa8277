"""`weerklank up`: everything on one machine. Only this command starts Prefect."""

from functools import partial
from importlib.resources import as_file, files
from typing import Annotated

import typer
from platformdirs import user_data_path

from cli import speech
from config import logs
from config.settings import Settings, load_settings
from config.wiring import open_house

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
    bool, typer.Option("--demo", help="Begin with the case study, in a database of its own.")
]


def up(port: Port = None, *, demo: WithDemo = False) -> None:
    """Start the database, the Prefect server, the schedules and the flow runner; Ctrl-C stops them all.

    weerklank up
    weerklank up --demo --port 4300
    """
    settings = load_settings()
    if demo:
        settings = _of_the_demo(settings)
    if port is not None:
        prefect = settings.prefect.model_copy(update={"port": port})
        settings = settings.model_copy(update={"prefect": prefect})
    logs.configure(settings.log_level)
    speech.note("Starting; the Prefect server takes ten to twenty seconds …")
    from flows.up import run

    raise typer.Exit(run(settings, prepare=partial(_live_the_case, settings) if demo else None))


def _of_the_demo(settings: Settings) -> Settings:
    home = user_data_path("weerklank", appauthor=False) / "demo"
    prefect = settings.prefect.model_copy(update={"home": home / "prefect", "api_url": None})
    return load_settings(
        database_url=f"sqlite:///{home / 'weerklank.db'}",
        channel="maildir",
        maildir=home / "mail",
        clock_file=home / "weerklank.clock",
        base_url=f"http://{settings.portal.host}:{settings.portal.port}",
        prefect=prefect,
        chat_urls=(),
    )


def _live_the_case(settings: Settings) -> None:
    with open_house(settings) as house:
        if house.ledger.programmes():
            return
    from cli.life import lived
    from cli.scenario import read_scenario
    from notifications.maildir import Maildir

    box = Maildir(settings.maildir)

    with as_file(files("cli").joinpath("data/kledingmerk-2022.yaml")) as file:
        scenario = read_scenario(file)
    with (
        speech.working("Living the edition of 2022 …"),
        lived(scenario, database=settings.database_url) as life,
    ):
        until = life.moment(_FOUR_ARE_LATE)
        life.live(until)
        for post in life.mail.posts:
            box.send(post)
    if settings.clock_file is not None:
        settings.clock_file.write_text(until.isoformat(), encoding="ascii")
