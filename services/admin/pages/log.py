"""The log of what the office did: who, what, when, and what came of it."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.admin.pages.context import Gaps, TheDesk
from services.admin.store.accounts import staff_names
from services.admin.store.deeds import latest_deeds
from services.admin.store.tables import DeedRow
from shared.contracts.requests import Words
from shared.web.translations import msg

router = APIRouter(include_in_schema=False)

SHOWN = 100
OF_ORGANISATIONS = frozenset(
    {
        "register_organisation",
        "verify_organisation",
        "suspend_organisation",
        "erase_organisation",
        "keep_handover_contact",
    }
)


class Target(NamedTuple):
    """What a deed was about."""

    url: str
    text: str


@router.get("/log")
async def show_log(request: Request, desk: TheDesk) -> Response:
    """The latest deeds, the newest first."""
    gaps = Gaps()
    async with desk.transaction() as session:
        deeds = await latest_deeds(session, SHOWN)
        names = await staff_names(session, [row.staff_id for row in deeds])
    about_requests = [row.about_id for row in deeds if row.deed not in OF_ORGANISATIONS]
    words = await desk.words(about_requests, gaps)
    gettext = desk.sentences.words.gettext
    found = {row.deed_id: target_of(row, words) for row in deeds}
    return desk.show(
        request,
        "log.html",
        gaps=gaps,
        deeds=deeds,
        staff_names=names,
        people=await desk.people([row.volunteer_id for row in deeds], gaps),
        links={
            deed_id: Target(target.url, gettext(target.text)) if target else None
            for deed_id, target in found.items()
        },
        limit=SHOWN,
    )


def target_of(row: DeedRow, words: Mapping[UUID, Words]) -> Target | None:
    """Where to look at what a deed was about."""
    if row.about_id is None:
        if row.volunteer_id is None:
            return None
        return Target(f"/volunteers/{row.volunteer_id}", msg("Person ansehen"))
    if row.deed in OF_ORGANISATIONS:
        return Target(f"/organisations/{row.about_id}", msg("Organisation ansehen"))
    known = words.get(row.about_id)
    return Target(f"/requests/{row.about_id}", known.title if known else msg("Anfrage ansehen"))
