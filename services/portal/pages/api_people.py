"""JSON API: registering volunteers and organisations. The answer never tells who is registered."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.portal.pages.context import Context
from services.portal.pages.inputs import OrganisationInput, VolunteerInput
from services.portal.pages.keys import Wish, wish_of
from services.portal.pages.outputs import OrganisationReceived, VolunteerReceived
from shared.contracts.network import RegisterOrganisation
from shared.contracts.profiles import RegisterVolunteer
from shared.kernel.fields import Via

router = APIRouter(prefix="/api/v1", tags=["people"])


@router.post("/volunteers", status_code=202)
async def register_volunteer(
    body: VolunteerInput, portal: Context, wish: Annotated[Wish, Depends(wish_of)]
) -> VolunteerReceived:
    """Register a volunteer; a confirmation mail follows."""
    said = body.model_dump() | {"command_key": wish.key("api-volunteer"), "via": Via.API}
    registration = await portal.asker.ask(RegisterVolunteer.model_validate(said))
    return VolunteerReceived(volunteer_id=registration.volunteer_id, status="unconfirmed")


@router.post("/organisations", status_code=202)
async def register_organisation(
    body: OrganisationInput, portal: Context, wish: Annotated[Wish, Depends(wish_of)]
) -> OrganisationReceived:
    """Register an organisation; a confirmation mail follows, then a coordinator verifies."""
    said = body.model_dump() | {"command_key": wish.key("api-organisation"), "via": Via.API}
    registration = await portal.asker.ask(RegisterOrganisation.model_validate(said))
    return OrganisationReceived(
        organisation_id=registration.organisation_id, status="unverified"
    )
