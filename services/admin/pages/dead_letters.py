"""Messages that a service gave up on: read them, have them handled once more, or discard them."""

import json
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from services.admin.pages.context import Desk, Gaps, SignedIn, Staff, TheDesk
from services.admin.pages.wording.matching import REASONS_OF_DEED
from services.admin.store.deeds import begin_deed, end_deed
from shared.contracts.values import Code
from shared.kernel.ids import new_id
from shared.messaging.asking import Unavailable
from shared.messaging.dead_letters import DeadLetter, Replayed
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

SHOWN = 50
LAST = 2**53
"""A sequence that no stream reaches; larger ones the broker cannot read."""


class DeedForm(BaseModel):
    """Replay, or discard for a reason."""

    model_config = ConfigDict(hide_input_in_errors=True)

    deed: Literal["replay", "discard"]
    reason: Code | None = None


@router.get("/dead-letters")
async def list_letters(request: Request, desk: TheDesk, first: int = 1) -> Response:
    """Those that have waited longest."""
    gaps = Gaps()
    letters: tuple[DeadLetter, ...] = ()
    count = 0
    try:
        letters = await desk.letters.oldest(SHOWN, first=min(max(1, first), LAST))
        count = await desk.letters.count()
    except Unavailable:
        gaps.note("dead_letters")
    return desk.show(
        request,
        "dead_letters.html",
        gaps=gaps,
        letters=letters,
        count=count,
        more=letters[-1].sequence + 1 if len(letters) == SHOWN else None,
    )


@router.get("/dead-letters/{sequence}")
async def show_letter(sequence: int, request: Request, desk: TheDesk) -> Response:
    """Headers and body as text."""
    return await _page(request, desk, sequence, Form[DeedForm].blank())


@router.post("/dead-letters/{sequence}")
async def decide(sequence: int, request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """Have it handled once more and say what came of it, or discard it."""
    form = await read_form(request, DeedForm)
    value = form.value
    if value is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "admin.not_possible")
    if value.deed == "discard":
        if value.reason not in REASONS_OF_DEED["discard"]:
            form = form.refused(FieldError("reason", "admin.pick_a_reason", "Pick a reason."))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await _page(request, desk, sequence, form, status=status)
        await _discard(desk, staff, sequence, value.reason)
        return RedirectResponse("/dead-letters?note=discarded", HTTPStatus.SEE_OTHER)
    result = await _replay(desk, staff, sequence)
    if result.handled:
        return RedirectResponse("/dead-letters?note=replayed", HTTPStatus.SEE_OTHER)
    return await _page(request, desk, sequence, form, result=result, status=HTTPStatus.CONFLICT)


async def _replay(desk: Desk, staff: Staff, sequence: int) -> Replayed:
    letter = await desk.letters.get(sequence)
    async with desk.transaction() as session:
        deed_id = await begin_deed(
            session,
            wish_key=str(new_id()),
            staff_id=staff.staff_id,
            deed="replay_dead_letter",
            now=desk.clock.now(),
        )
    result = await desk.letters.replay(letter)
    async with desk.transaction() as session:
        await end_deed(session, deed_id, "done" if result.handled else "refused")
    return result


async def _discard(desk: Desk, staff: Staff, sequence: int, reason: str) -> None:
    async with desk.transaction() as session:
        deed_id = await begin_deed(
            session,
            wish_key=str(new_id()),
            staff_id=staff.staff_id,
            deed="discard_dead_letter",
            now=desk.clock.now(),
            detail=reason,
        )
    await desk.letters.discard(sequence)
    async with desk.transaction() as session:
        await end_deed(session, deed_id, "done")


async def _page(
    request: Request,
    desk: Desk,
    sequence: int,
    form: Form[DeedForm],
    *,
    result: Replayed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    letter = await desk.letters.get(sequence)
    return desk.show(
        request,
        "dead_letter.html",
        status=status,
        letter=letter,
        body=readable(letter.body),
        form=form,
        result=result,
    )


def readable(body: bytes) -> str:
    """The body as text: JSON with line breaks, anything else as far as it is text."""
    text = body.decode("utf-8", errors="replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
