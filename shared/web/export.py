"""The export of a volunteer's data as pages hand it out (Art. 15 GDPR)."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from shared.contracts.network import OrganisationCardsOf
from shared.contracts.notifications import DisclosureShown, DisclosuresOf
from shared.contracts.profiles import ExportVolunteer
from shared.messaging.asking import Asker

ASKED_AT_ONCE = 500


async def export_of(asker: Asker, volunteer_id: UUID) -> str | None:
    """What is kept of a volunteer, and to whom their contact was given, as JSON; None: unknown.

    Raises Unavailable where an owner does not answer: half an export would look like a whole one.
    """
    found = await asker.ask(ExportVolunteer(volunteer_id=volunteer_id))
    if not found.found:
        return None
    told = (await asker.ask(DisclosuresOf(volunteer_id=volunteer_id))).disclosures
    names = await _names(asker, {one.organisation_id for one in told})
    document: dict[str, Any] = json.loads(found.document)
    document["disclosures"] = [_shown(one, names) for one in told]
    return json.dumps(document, ensure_ascii=False, indent=2)


async def _names(asker: Asker, organisation_ids: Iterable[UUID]) -> dict[UUID, str]:
    ids = sorted(organisation_ids)
    names: dict[UUID, str] = {}
    for start in range(0, len(ids), ASKED_AT_ONCE):
        some = tuple(ids[start : start + ASKED_AT_ONCE])
        found = await asker.ask(OrganisationCardsOf(organisation_ids=some))
        names |= {card.organisation_id: card.name for card in found.cards}
    return names


def _shown(told: DisclosureShown, names: dict[UUID, str]) -> dict[str, Any]:
    """Of an organisation that is gone there is no name left."""
    given = ["first_name"] if told.what == "first_name" else ["first_name", told.what]
    return {
        "given": given,
        "organisation": names.get(told.organisation_id),
        "request_id": str(told.request_id),
        "at": told.disclosed_at.isoformat(),
    }
