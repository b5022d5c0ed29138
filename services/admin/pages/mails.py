"""Mails and what became of them: no address and no text is shown."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.admin.pages.context import Gaps, SignedIn, TheDesk
from services.admin.pages.wording.labels import EMAIL_STATES
from shared.contracts.notifications import FindEmails
from shared.web.forms import Form

router = APIRouter(include_in_schema=False)

SHOWN = 100


@router.get("/mails")
async def list_mails(
    request: Request,
    desk: TheDesk,
    staff: SignedIn,
    state: str = "",
    request_id: UUID | None = None,
) -> Response:
    """Mails by state or request, newest first; whom they are for, where one may see that."""
    gaps = Gaps()
    found = await desk.learn(
        FindEmails(
            state=state if state in EMAIL_STATES else None, request_id=request_id, limit=SHOWN
        ),
        gaps,
    )
    entries = found.entries if found else ()
    named = entries if staff.role.sees_people else ()
    words, people, organisations = await asyncio.gather(
        desk.words([entry.request_id for entry in named], gaps),
        desk.people([entry.volunteer_id for entry in named], gaps),
        desk.organisations([entry.organisation_id for entry in named], gaps),
    )
    return desk.show(
        request,
        "mails.html",
        gaps=gaps,
        form=Form.blank({"state": state}),
        states=[(code, (found.counts if found else {}).get(code, 0)) for code in EMAIL_STATES],
        entries=entries,
        request_id=request_id,
        words=words,
        people=people,
        organisations=organisations,
        limit=SHOWN,
    )
