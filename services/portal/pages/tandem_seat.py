"""Who looks at which tandem, and what the page says of it: the one side's, and nobody else's."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.portal.pages.context import Context, Portal, if_there
from services.portal.pages.desk import ThisDesk
from shared.contracts.matching import ShowTandem, TandemPage, TandemsAt
from shared.contracts.network import OrganisationCardsOf
from shared.contracts.profiles import SharedContact
from shared.contracts.requests import RequestShown, Words, WordsOf
from shared.kernel.fields import Kind, Side
from shared.web.links import Purpose
from shared.web.problems import Problem

UNKNOWN = "matching.tandem_unknown"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page needs to say, and where it is."""

    here: str
    page: TandemPage
    words: Words
    other: str | None
    """The organisation's name, or the volunteer's first name; what only rounds it off."""

    @property
    def side(self) -> Side:
        return Side.VOLUNTEER if self.page.side is None else self.page.side


@dataclass(frozen=True, slots=True)
class Seat:
    """Who looks at which tandem, and where."""

    assignment_id: UUID
    side: Side
    here: str


async def seat_by_link(token: str, portal: Context) -> Seat:
    """Whom a mailed link names; a dependency. Raises LinkForged."""
    assignment_id, side = portal.links.read(Purpose.TANDEM, token)
    return Seat(UUID(assignment_id), Side(side), f"/t/{token}")


async def seat_at_desk(assignment_id: UUID, portal: Context, desk: ThisDesk) -> Seat:
    """An organisation's own page, reached from its request; a dependency.

    Raises:
        Problem: 404; there is no such tandem, or it is another organisation's, which looks the same.

    """
    seat = Seat(assignment_id, Side.ORGANISATION, f"{desk.base}/tandems/{assignment_id}")
    page = await portal.asker.ask(ShowTandem(assignment_id=assignment_id, side=seat.side))
    if page.organisation_id != desk.organisation_id:
        raise Problem(404, UNKNOWN)
    return seat


LinkSeat = Annotated[Seat, Depends(seat_by_link)]
DeskSeat = Annotated[Seat, Depends(seat_at_desk)]


async def shown_at(portal: Portal, seat: Seat) -> Shown:
    """What the page needs. Raises Problem: 410; the tandem, or its request, is gone."""
    page = await portal.asker.ask(ShowTandem(assignment_id=seat.assignment_id, side=seat.side))
    if not page.found or page.request_id is None:
        raise Problem(410, UNKNOWN)
    found = await portal.asker.ask(WordsOf(request_ids=(page.request_id,)))
    if not found.words:
        raise Problem(410, UNKNOWN)
    page = page.model_copy(update={"side": seat.side})
    return Shown(seat.here, page, found.words[0], await _other(portal, page))


async def _other(portal: Portal, page: TandemPage) -> str | None:
    """With whom: the organisation's name, or the first name that it knows already."""
    if page.side is Side.ORGANISATION:
        if page.volunteer_id is None:
            return None
        shared = await if_there(portal.asker.ask(SharedContact(volunteer_id=page.volunteer_id)))
        return shared.first_name if shared is not None and shared.found else None
    if page.organisation_id is None:
        return None
    cards = await if_there(
        portal.asker.ask(OrganisationCardsOf(organisation_ids=(page.organisation_id,)))
    )
    return cards.cards[0].name if cards is not None and cards.cards else None


async def tandems_at(
    portal: Portal, shown: RequestShown
) -> list[tuple[TandemPage, str | None]]:
    """The tandems of an organisation's request, each with the other's first name.

    None are shown while matching is away: the mailed link works by itself.
    """
    if shown.words is None or shown.words.kind is not Kind.TANDEM:
        return []
    asked = TandemsAt(request_id=shown.words.request_id)
    found = await if_there(portal.asker.ask(asked))
    pages = () if found is None else found.tandems
    return [(page, await _other(portal, page)) for page in pages]
