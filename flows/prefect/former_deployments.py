"""Former deployments: those of one programme each, as earlier versions made them, are removed round by round."""

from collections.abc import Mapping

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowFilter,
    FlowFilterName,
)
from prefect.client.schemas.responses import DeploymentResponse

from flows.prefect.bulk_requests import PAGE, delete_deployments
from flows.prefect.run_names import HOUSE_TAG, programme_tag

BY_HAND = "by-hand"
_FLOWS = ("open-annual-cycle", "send-digest")


async def remove_former(client: PrefectClient) -> None:
    """Remove what one page shows of them; the next round goes on. Their runs to come go with them."""
    page = await client.read_deployments(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(_FLOWS))),
        deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[HOUSE_TAG])),
        limit=PAGE,
    )
    await delete_deployments(client, [one.id for one in page if _is_former(one)])


def _is_former(found: DeploymentResponse) -> bool:
    """Whether an earlier version made it; an operator's own deployment has another name."""
    return found.name == BY_HAND or _is_of_programme(found, found.parameters)


def _is_of_programme(found: DeploymentResponse, given: Mapping[str, object]) -> bool:
    return given == {"programme": found.name} and programme_tag(found.name) in found.tags
