"""JSON API: an organisation's support requests."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.portal.pages.content import (
    changed_contact,
    content_of,
    merged,
    with_contact,
)
from services.portal.pages.context import Context, Portal
from services.portal.pages.inputs import RequestChange, RequestInput
from services.portal.pages.keys import Wish, wish_of
from services.portal.pages.outputs import PreviewShown, RequestReceived, RequestState
from services.portal.pages.state import own_request, preview_of, state_of
from shared.contracts.messages import Command
from shared.contracts.network import OwnerOfToken
from shared.contracts.requests import (
    CancelRequest,
    ChangeRequest,
    CompleteRequest,
    PostRequest,
    RequestContent,
    RequestPosted,
)
from shared.kernel.fields import Via
from shared.messaging.asking import Unavailable
from shared.web.problems import Problem

router = APIRouter(prefix="/api/v1/requests", tags=["requests"])
RECEIVED = "received"
LATER: dict[int | str, dict[str, Any]] = {
    202: {
        "model": RequestReceived,
        "description": "Stored and not yet handled. What comes of it shows under this id; if it is"
        " refused, the organisation's contact gets an email.",
    }
}
_bearer = HTTPBearer(auto_error=False, description="A token from the district's office.")


async def organisation_of(
    portal: Context,
    sent: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> UUID:
    """The organisation whose token came with the call.

    Raises:
        Problem: 401; there is no token, or nobody's.

    """
    if sent is not None:
        digest = hashlib.sha256(sent.credentials.strip().encode()).hexdigest()
        owner = await portal.asker.ask(OwnerOfToken(token_hash=digest))
        if owner.organisation_id is not None:
            return owner.organisation_id
    raise Problem(
        401,
        "portal.token_missing",
        "Send a valid token: `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": "Bearer"},
    )


Organisation = Annotated[UUID, Depends(organisation_of)]
ThisWish = Annotated[Wish, Depends(wish_of)]


@router.post("", status_code=201, responses=LATER)
async def post_request(
    organisation_id: Organisation,
    body: RequestInput,
    response: Response,
    portal: Context,
    wish: ThisWish,
) -> RequestReceived:
    """Post a request; 202 when it is stored and its answer, taken or refused, comes by mail."""
    request_id = wish.chosen_id("request", organisation_id)
    contact_key = wish.key("contact", organisation_id, request_id)
    content = await with_contact(
        portal, content_of(body), body, organisation_id, contact_key, via=Via.API
    )
    reply = await portal.send(
        PostRequest(
            command_key=wish.key("post", organisation_id),
            via=Via.API,
            organisation_id=organisation_id,
            request_id=request_id,
            content=content,
        )
    )
    if reply is None:
        response.status_code = 202
        return RequestReceived(request_id=request_id, status=RECEIVED)
    response.headers["Location"] = f"/api/v1/requests/{reply.request_id}"
    return _as_posted(reply)


@router.post("/preview")
async def preview_request(
    _organisation: Organisation, body: RequestInput, portal: Context
) -> PreviewShown:
    """The dry run: how many fit, how many are free then, and why the others do not."""
    return await preview_of(portal, content_of(body))


@router.get("/{request_id:uuid}")
async def show_request(
    organisation_id: Organisation, request_id: UUID, portal: Context
) -> RequestState:
    """How the organisation's own request stands."""
    shown = await own_request(portal, request_id, organisation_id)
    return await state_of(portal, shown, request_id)


@router.patch("/{request_id:uuid}", responses=LATER)
async def change_request(
    *,
    organisation_id: Organisation,
    request_id: UUID,
    body: RequestChange,
    response: Response,
    portal: Context,
    wish: ThisWish,
) -> RequestState | RequestReceived:
    """Change a request; what is not sent stays as it is."""
    shown = await own_request(portal, request_id, organisation_id)
    before = shown.content or RequestContent()
    content = merged(before, body)
    contact = await changed_contact(portal, before, body)
    if contact is not None:
        contact_key = wish.key("contact", organisation_id, request_id)
        content = await with_contact(
            portal, content, contact, organisation_id, contact_key, via=Via.API
        )
    if content == shown.content:
        return await state_of(portal, shown, request_id)
    command = ChangeRequest(
        command_key=wish.key("change", organisation_id, request_id),
        via=Via.API,
        request_id=request_id,
        organisation_id=organisation_id,
        version=shown.version if body.version is None else body.version,
        content=content,
    )
    return await _after(portal, response, command, request_id, organisation_id)


@router.post("/{request_id:uuid}/cancel", responses=LATER)
async def cancel_request(
    *,
    organisation_id: Organisation,
    request_id: UUID,
    response: Response,
    portal: Context,
    wish: ThisWish,
) -> RequestState | RequestReceived:
    """Call the request off; everybody asked is told."""
    command = CancelRequest(
        command_key=wish.key("cancel", organisation_id, request_id),
        via=Via.API,
        request_id=request_id,
        organisation_id=organisation_id,
    )
    return await _after(portal, response, command, request_id, organisation_id)


@router.post("/{request_id:uuid}/complete", responses=LATER)
async def complete_request(
    *,
    organisation_id: Organisation,
    request_id: UUID,
    response: Response,
    portal: Context,
    wish: ThisWish,
) -> RequestState | RequestReceived:
    """It took place."""
    command = CompleteRequest(
        command_key=wish.key("complete", organisation_id, request_id),
        via=Via.API,
        request_id=request_id,
        organisation_id=organisation_id,
    )
    return await _after(portal, response, command, request_id, organisation_id)


async def _after(
    portal: Portal,
    response: Response,
    command: Command[RequestPosted],
    request_id: UUID,
    organisation_id: UUID,
) -> RequestState | RequestReceived:
    """The new state; 202 with what is known of it where the rest cannot be asked just now.

    A wish that was stored never ends in an error, or it would be sent again.
    """
    reply = await portal.send(command)
    if reply is None:
        response.status_code = 202
        return RequestReceived(request_id=request_id, status=RECEIVED)
    try:
        shown = await own_request(portal, request_id, organisation_id)
        return await state_of(portal, shown, request_id)
    except Unavailable:
        response.status_code = 202
        return _as_posted(reply)


def _as_posted(reply: RequestPosted) -> RequestReceived:
    return RequestReceived(
        request_id=reply.request_id,
        status=reply.status,
        reference=reply.reference,
        version=reply.version,
    )
