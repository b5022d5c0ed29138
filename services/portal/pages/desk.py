"""Who speaks on an organisation's pages: the one whom the mailed link names."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.portal.pages.context import Context, meant_by
from shared.contracts.network import OrganisationCard, OrganisationCardsOf
from shared.web.links import Purpose
from shared.web.problems import Problem

VALID_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Desk:
    """One organisation at its own pages."""

    token: str
    card: OrganisationCard

    @property
    def organisation_id(self) -> UUID:
        return self.card.organisation_id

    @property
    def base(self) -> str:
        """Where its pages begin."""
        return f"/organisation/{self.token}"

    def request(self, request_id: UUID) -> str:
        """The page of one request."""
        return f"{self.base}/requests/{request_id}"


async def desk_of(token: str, portal: Context) -> Desk:
    """The organisation that the link in the path names; a dependency.

    Raises:
        LinkForged, LinkExpired: the link is not good, or not any more.
        Problem: 410; the organisation is gone.

    """
    link = portal.links.read(Purpose.ORGANISATION_PAGE, token, max_age=VALID_FOR)
    found = await portal.asker.ask(OrganisationCardsOf(organisation_ids=(meant_by(link),)))
    if not found.cards:
        raise Problem(410, "network.organisation_unknown")
    return Desk(token, found.cards[0])


ThisDesk = Annotated[Desk, Depends(desk_of)]
