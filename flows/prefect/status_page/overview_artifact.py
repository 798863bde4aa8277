"""
Overview artifact: published under the key that every operator has the address of.

A new version is kept of each change in what is late, so that its history is that of the debt; what else changes, like
the time of the last sweep, is brought up to date in the newest.
"""

import asyncio
import shlex
from typing import Any
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey
from prefect.settings import PREFECT_UI_URL

from config.clock import now_by
from config.settings import OVERVIEW, Settings, load_settings
from flows.overview import HouseOverview, overview_of
from flows.prefect.receiver import who_hears
from flows.prefect.status_page.overview_page import ABRIDGED, CHANGES, NAME_SOMEBODY, page_of
from services.house import open_house

KEY = OVERVIEW.rpartition("/")[2]


def overview_address() -> str:
    """Where people find it: on the pages of the server that this process talks to."""
    told = load_settings().prefect
    return f"{told.ui_url or PREFECT_UI_URL.value() or told.pages}{OVERVIEW}"


def with_address(description: str) -> str:
    """*description* of a deployment, with where what is late stands."""
    return f"{description} What is late: {overview_address()}"


async def show_overview(overview: HouseOverview | None) -> None:
    """Publish *overview*, where it is another than the one that is shown; of what could not be read nothing."""
    if overview is None:
        return
    async with get_client() as client:
        heard = await who_hears(client)
        # The page of a key shows the description above the history, a version by itself shows its data.
        command = naming_command(load_settings())
        pages = {
            "description": page_of(overview, heard, most=ABRIDGED, command=command),
            "data": page_of(overview, heard, command=command),
        }
        await _publish(client, pages)


def naming_command(settings: Settings) -> str:
    """By what somebody is named who hears the alarm; in a demonstration, which no shell knows of, with where it is."""
    if settings.clock_file is None:
        return NAME_SOMEBODY
    prefect = settings.prefect
    home = shlex.quote(str(prefect.home.expanduser().absolute()))
    where = f"WEERKLANK_PREFECT_HOME={home} WEERKLANK_PREFECT_PORT={prefect.port}"
    return f"{where} {NAME_SOMEBODY}"


async def _publish(client: PrefectClient, pages: dict[str, Any]) -> None:
    wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[KEY]))
    found = next(iter(await client.read_latest_artifacts(artifact_filter=wanted, limit=1)), None)
    if found is None or _lateness(found.data) != _lateness(pages["data"]):
        run = runtime.flow_run.get_id()
        made = ArtifactCreate(
            key=KEY, type="markdown", flow_run_id=UUID(run) if run else None, **pages
        )
        await client.create_artifact(made)
    elif (found.description, found.data) != (pages["description"], pages["data"]):
        await client.update_artifact(found.latest_id, ArtifactUpdate(**pages))


def _lateness(page: object) -> str:
    return str(page).partition(CHANGES)[0]


async def keep_overview() -> None:
    """Publish the present overview, so that whoever opens its address before the first sweep finds it."""
    await show_overview(await asyncio.to_thread(_read))


def _read() -> HouseOverview:
    settings = load_settings()
    with open_house(settings, new=False) as house:
        return overview_of(house, now_by(settings.clock_file))
