"""How an organisation's request stands, from `requests` and `matching` together."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.portal.pages.context import Portal
from services.portal.pages.outputs import PreviewShown, RequestState
from shared.contracts.matching import PlacesOf, PlacesShown, PreviewMatching
from shared.contracts.requests import (
    PreviewNeed,
    RequestContent,
    RequestShown,
    ShowRequest,
)
from shared.messaging.asking import Unavailable
from shared.web.problems import Problem

Counts = Mapping[UUID, PlacesShown]
OVER = {"done", "cancelled", "expired"}


async def own_request(portal: Portal, request_id: UUID, organisation_id: UUID) -> RequestShown:
    """The organisation's own request.

    Raises:
        Problem: 404; there is none, or it is another organisation's, which looks the same.

    """
    shown = await portal.asker.ask(
        ShowRequest(request_id=request_id, organisation_id=organisation_id)
    )
    if not shown.found:
        raise Problem(404, "requests.unknown", "There is no such request of yours.")
    return shown


def is_over(shown: RequestShown) -> bool:
    """Whether nothing can be done with the request any more."""
    return shown.status in OVER


async def counts_of(portal: Portal, request_ids: Sequence[UUID]) -> Counts | None:
    """Counts from matching, or None while it does not answer.

    What matching has not heard of yet (it waits in review) counts nobody.
    """
    if not request_ids:
        return {}
    try:
        found = await portal.asker.ask(PlacesOf(request_ids=tuple(request_ids)))
    except Unavailable:
        return None
    nobody = {request_id: _nobody(request_id) for request_id in request_ids}
    return nobody | {places.request_id: places for places in found.places}


async def state_of(portal: Portal, shown: RequestShown, request_id: UUID) -> RequestState:
    """The outside form of a request's state."""
    found = await counts_of(portal, [request_id])
    counts = found[request_id] if found else None
    return RequestState(
        request_id=request_id,
        reference=shown.reference,
        status=shown.status,
        version=shown.version,
        places=shown.places,
        invited=counts.invited if counts else None,
        reserved=counts.reserved if counts else None,
        accepted=counts.assigned if counts else None,
        waitlisted=counts.waitlisted if counts else None,
        nobody_left=_while_open(shown, counts.nobody_left if counts else None),
        stopped=_while_open(shown, counts.stopped if counts else None),
    )


def _while_open(shown: RequestShown, told: bool | None) -> bool | None:  # noqa: FBT001
    """What matching tells of its search; as on the page, there is none once all places are taken."""
    return told and shown.status == "open"


async def preview_of(portal: Portal, content: RequestContent) -> PreviewShown:
    """The dry run: who would fit; nothing is kept and nobody is asked."""
    need = await portal.asker.ask(PreviewNeed(content=content))
    found = await portal.asker.ask(PreviewMatching(need=need))
    return PreviewShown(
        fitting=found.fitting,
        free_then=found.free_then,
        first_mail_at=found.first_mail_at,
        excluded=found.excluded,
    )


def _nobody(request_id: UUID) -> PlacesShown:
    return PlacesShown(
        request_id=request_id,
        sequence=0,
        places=0,
        invited=0,
        reserved=0,
        assigned=0,
        waitlisted=0,
        nobody_left=False,
        stopped=False,
    )
