"""Former deployments: those of one programme each, as earlier versions made them, are removed round by round."""

from collections.abc import Mapping

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.responses import DeploymentResponse

from flows.prefect.bulk_requests import delete_deployments
from flows.prefect.run_names import programme_tag

BY_HAND = "by-hand"
_FLOWS = ("open-annual-cycle", "send-digest")


async def remove_former(client: PrefectClient, found: Mapping[str, DeploymentResponse]) -> None:
    """Remove those among *found* (by their full names) with their runs to come; the next round goes on."""
    former = [one.id for name, one in found.items() if _is_former(name, one)]
    await delete_deployments(client, former)


def _is_former(full_name: str, found: DeploymentResponse) -> bool:
    """Whether an earlier version made it; an operator's own deployment has another name."""
    if full_name.split("/", maxsplit=1)[0] not in _FLOWS:
        return False
    return found.name == BY_HAND or _is_of_programme(found, found.parameters)


def _is_of_programme(found: DeploymentResponse, given: Mapping[str, object]) -> bool:
    return given == {"programme": found.name} and programme_tag(found.name) in found.tags
