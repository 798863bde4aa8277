"""`weerklank db`: the tables."""

from cli import console
from cli.app import HELP, group
from cli.console import AsJson
from config.settings import load_settings

app = group("Create the tables or bring them up to date.")


@app.callback()
def database() -> None:
    """Create the tables or bring them up to date."""


@app.command("upgrade", context_settings=HELP)
def upgrade(as_json: AsJson = False) -> None:
    """Create the tables of WEERKLANK_DATABASE_URL or bring them up to date; doing it again changes nothing."""
    from records import migrate

    settings = load_settings()
    before = migrate.current(settings.database_url)
    migrate.upgrade(settings.database_url)
    after = migrate.current(settings.database_url)
    if as_json:
        console.say_json({"from": before, "to": after, "changed": before != after})
    else:
        console.out(
            f"The tables are up to date ({after})."
            if before == after
            else f"Upgraded from {before or 'nothing'} to {after}."
        )
