"""One volunteer and one request: why, why not, what was said, and what a coordinator may do."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.admin.pages.acting import About, Failed, act, after, failed
from services.admin.pages.context import Desk, Gaps, SignedIn, Staff, TheDesk
from services.admin.pages.outlook import outlook_of
from services.admin.pages.request_standing import standing_of
from shared.contracts.matching import (
    AnswerInvitation,
    AssignVolunteer,
    DecideReservation,
    ExcludeVolunteer,
    HoldBackVolunteer,
    InviteVolunteer,
    ReadmitVolunteer,
    ReleaseVolunteer,
    ShowBoard,
    SkipDate,
    UnskipDate,
)
from shared.contracts.messages import Command
from shared.contracts.profiles import Card
from shared.contracts.values import Code
from shared.kernel.fields import Answer, Via
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.problems import Problem

router = APIRouter(include_in_schema=False)

ALL_CANDIDATES = 500
BY_PHONE = frozenset({"agreed_by_phone", "cancelled_by_phone"})
"""Reasons that say how the volunteer told us; any other is the office's own word."""

Deed = Literal[
    "invite",
    "assign",
    "exclude",
    "hold_back",
    "readmit",
    "release",
    "confirm",
    "decline",
    "yes",
    "no",
    "later",
    "skip",
    "unskip",
]
WITH_REASON: dict[Deed, type[Any]] = {
    "invite": InviteVolunteer,
    "assign": AssignVolunteer,
    "exclude": ExcludeVolunteer,
    "hold_back": HoldBackVolunteer,
    "release": ReleaseVolunteer,
}
NOTE_OF: dict[Deed, str] = {
    "invite": "invited",
    "assign": "assigned",
    "exclude": "excluded",
    "hold_back": "held_back",
    "readmit": "readmitted",
    "release": "released",
    "confirm": "confirmed",
    "decline": "declined",
    "yes": "answered",
    "no": "answered",
    "later": "answered",
    "skip": "date_skipped",
    "unskip": "date_unskipped",
}
TICK_OF: dict[Deed, FieldError] = {
    "decline": FieldError("really", "admin.tick_to_decline", "Tick the box."),
    "no": FieldError("really_no", "admin.tick_to_say_no", "Tick the box."),
}
OF_ONE_DATE = {"skip", "unskip"}
BY_TELEPHONE = OF_ONE_DATE | set(Answer)
"""What somebody who rings says, through the invitation that they have."""


class PersonForm(BaseModel):
    """Which button was pressed, and the reason beside it; what costs a place wants a tick."""

    model_config = ConfigDict(hide_input_in_errors=True)

    deed: Deed
    reason_invite: Code | None = None
    reason_assign: Code | None = None
    reason_exclude: Code | None = None
    reason_hold_back: Code | None = None
    days: Annotated[int, Field(ge=1, le=60)] = 7
    reason_release: Code | None = None
    invitation_id: UUID | None = None
    starts_at: AwareDatetime | None = None
    really: bool = False
    really_no: bool = False
    """Hidden and set where a no costs nothing, since a later yes changes it."""

    @property
    def reason(self) -> str | None:
        """The reason for this very deed."""
        found: str | None = getattr(self, f"reason_{self.deed}", None)
        return found


@router.get("/requests/{request_id}/people/{volunteer_id}")
async def show_person(
    request_id: UUID, volunteer_id: UUID, request: Request, desk: TheDesk
) -> Response:
    """How one person stands with this request."""
    return await _page(request, desk, request_id, volunteer_id, Form.blank({"days": "7"}))


@router.post("/requests/{request_id}/people/{volunteer_id}")
async def decide(
    request_id: UUID, volunteer_id: UUID, request: Request, desk: TheDesk, staff: SignedIn
) -> Response:
    """Do what the button says."""
    form = _checked(await read_form(request, PersonForm))
    value = form.value
    if value is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(request, desk, request_id, volunteer_id, form, status=status)
    about = About(request_id, volunteer_id, _detail(value))
    outcome = await act(desk, staff, _wish(form, value, request_id, volunteer_id, staff), about)
    back = f"/requests/{request_id}"
    if outcome.went_well:
        here = value.deed in BY_TELEPHONE
        return after(outcome, request.url.path if here else back, NOTE_OF[value.deed])
    told = failed(request, form, outcome)
    return await _page(
        request, desk, request_id, volunteer_id, form, failed=told, status=outcome.status
    )


def _checked(form: Form[PersonForm]) -> Form[PersonForm]:
    """A reason is picked where one is needed, an answer is to an invitation, a mail no slip."""
    if form.value is None:
        return form
    deed = form.value.deed
    if deed in WITH_REASON and form.value.reason is None:
        field = f"reason_{deed}"
        return form.refused(FieldError(field, "admin.pick_a_reason", "Pick a reason."))
    if deed in TICK_OF and not getattr(form.value, TICK_OF[deed].field):
        return form.refused(TICK_OF[deed])
    if deed in OF_ONE_DATE and form.value.starts_at is None:
        return form.refused(FieldError("starts_at", "admin.pick_a_date", "Pick a date."))
    if deed in BY_TELEPHONE and form.value.invitation_id is None:
        return form.refused(FieldError("", "admin.not_possible", "There is no invitation."))
    return form


def _wish(
    form: Form[PersonForm],
    value: PersonForm,
    request_id: UUID,
    volunteer_id: UUID,
    staff: Staff,
) -> Command[Any]:
    common: dict[str, Any] = {
        "command_key": f"admin:{form.nonce}:{value.deed}",
        "staff_id": staff.staff_id,
    }
    if value.deed in list(Answer):
        return AnswerInvitation(
            **common,
            via=Via.PHONE,
            invitation_id=value.invitation_id,
            answer=Answer(value.deed),
        )
    if value.deed in OF_ONE_DATE:
        of_date = SkipDate if value.deed == "skip" else UnskipDate
        return of_date(
            **common,
            via=Via.PHONE,
            invitation_id=value.invitation_id,
            starts_at=value.starts_at,
        )
    common |= {"request_id": request_id, "volunteer_id": volunteer_id}
    if value.deed in {"confirm", "decline"}:
        return DecideReservation(**common, confirm=value.deed == "confirm")
    if value.deed == "readmit":
        return ReadmitVolunteer(**common)
    if value.deed == "hold_back":
        return HoldBackVolunteer(**common, days=value.days, reason=value.reason)
    common["via"] = Via.PHONE if value.reason in BY_PHONE else Via.OFFICE
    wish: Command[Any] = WITH_REASON[value.deed](**common, reason=value.reason)
    return wish


def _detail(value: PersonForm) -> str | None:
    if value.deed in list(Answer):
        return value.deed
    if value.deed in OF_ONE_DATE:
        return None
    if value.deed in {"confirm", "decline"}:
        return "confirmed" if value.deed == "confirm" else "declined"
    return value.reason


def _all_about(request_id: UUID, volunteer_id: UUID) -> ShowBoard:
    return ShowBoard(
        request_id=request_id, candidates=ALL_CANDIDATES, volunteer_id=volunteer_id
    )


async def _page(
    request: Request,
    desk: Desk,
    request_id: UUID,
    volunteer_id: UUID,
    form: Form[PersonForm],
    *,
    failed: Failed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    gaps = Gaps()
    words, people, board = await asyncio.gather(
        desk.words([request_id], gaps),
        desk.people([volunteer_id], gaps),
        desk.learn(_all_about(request_id, volunteer_id), gaps),
    )
    now = desk.clock.now()
    standing = standing_of(board, volunteer_id, now)
    fits = standing.candidate is not None
    outlook = await outlook_of(desk, request_id, volunteer_id, gaps) if fits else None
    card: Card | None = people.card(volunteer_id)
    if card is None and people.answered:
        raise Problem(HTTPStatus.NOT_FOUND, "profiles.volunteer_unknown")
    return desk.show(
        request,
        "request_person.html",
        status=status,
        gaps=gaps,
        request_id=request_id,
        volunteer_id=volunteer_id,
        words=words.get(request_id),
        people=people,
        card=card,
        standing=standing,
        outlook=outlook,
        form=form,
        failed=failed,
        now=now,
    )
