"""Taking a request by telephone, on behalf of an organisation."""

from datetime import date, time
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.admin.pages.acting import Failed, Outcome, act, after, failed, refused_as_typed
from services.admin.pages.context import Desk, Gaps, SignedIn, Staff, TheDesk
from services.admin.pages.rows import at_typed_row, without_empty
from shared.contracts.matching import Preview, PreviewMatching
from shared.contracts.network import FindOrganisations, KeepHandoverContact
from shared.contracts.requests import (
    MAX_PLACES,
    PostRequest,
    PreviewNeed,
    RequestContent,
    RequestPosted,
)
from shared.contracts.values import Dated, LanguageAsked, Times
from shared.district import in_locale
from shared.kernel.errors import Refusal
from shared.kernel.fields import Check, Gender, Kind, Via
from shared.kernel.fields import Field as FieldOfAction
from shared.kernel.languages import Level
from shared.messaging.retries import Unavailable
from shared.web.field_errors import FieldError
from shared.web.formats import at_local
from shared.web.forms import Form, read_form

router = APIRouter(include_in_schema=False)

SLOT_ROWS, WEEKLY_ROWS, LANGUAGE_ROWS = 4, 2, 2
MAX_LINE, MAX_TEXT = 300, 4000
MOST_ORGANISATIONS = 500
ANSWERS_BY = time(18)
"""The hour of the day by which answers are wanted."""
ROW_KEYS = {"slots": "on", "weekly": "from", "languages": "tag"}


class SlotRow(BaseModel):
    """One date with its hours, in the district's wall time."""

    on: date
    from_: time = Field(alias="from")
    to: time


class WeeklyRow(BaseModel):
    """Regular hours on one weekday."""

    weekday: int = Field(ge=0, le=6)
    from_: str = Field(alias="from", pattern=r"^\d{2}:\d{2}$")
    to: str = Field(pattern=r"^\d{2}:\d{2}$")


class LanguageRow(BaseModel):
    """A language that is needed, at least at this level."""

    tag: str = Field(max_length=35)
    level: Level = Level.A2


class NewRequest(BaseModel):
    """A request as somebody tells it on the telephone; `requests` checks the rest."""

    model_config = ConfigDict(hide_input_in_errors=True)

    organisation_id: UUID
    task: str | None = Field(default=None, max_length=50)
    kind: Kind | None = None
    field: FieldOfAction | None = None
    title: str | None = Field(default=None, max_length=MAX_LINE)
    description: str = Field(default="", max_length=MAX_TEXT)
    places: int = Field(ge=1, le=MAX_PLACES)
    postcode: str | None = Field(default=None, max_length=MAX_LINE)
    municipality: str | None = Field(default=None, max_length=MAX_LINE)
    meeting_point: str | None = Field(default=None, max_length=MAX_LINE)
    contact_name: str | None = Field(default=None, max_length=MAX_LINE)
    contact_phone: str | None = Field(default=None, max_length=MAX_LINE)
    remote: bool = False
    languages: Annotated[
        list[LanguageRow], BeforeValidator(lambda rows: without_empty(rows, "tag"))
    ] = []
    skills: list[str] = []
    checks: list[Check] = []
    slots: Annotated[
        list[SlotRow], BeforeValidator(lambda rows: without_empty(rows, "on"))
    ] = []
    weekly: Annotated[
        list[WeeklyRow], BeforeValidator(lambda rows: without_empty(rows, "from"))
    ] = []
    starts_on: date | None = None
    ends_on: date | None = None
    answer_by_on: date | None = None
    urgent: bool = False
    minors_present: bool = False
    wished_gender: Gender | None = None
    reimbursement: bool = False
    lift_offered: bool = False
    deed: str = "post"


@router.get("/requests/new")
async def new_request(request: Request, desk: TheDesk, organisation_id: str = "") -> Response:
    """An empty form."""
    form = Form[NewRequest].blank({"organisation_id": organisation_id, "places": "1"})
    return await _page(request, desk, form)


@router.post("/requests/new")
async def take_request(request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """Post it, or only see first who could come."""
    form = await read_form(request, NewRequest)
    value = form.value
    if value is None:
        return await _page(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if value.contact_phone and not value.contact_name:
        error = FieldError("contact_name", "admin.contact_name_missing", "Name the contact.")
        refused = form.refused(error)
        return await _page(request, desk, refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if value.deed == "preview":
        return await _preview(request, desk, form, value)
    outcome = await _post(desk, staff, form, value)
    if outcome.reply is not None:
        return after(outcome, f"/requests/{outcome.reply.request_id}", "posted")
    if outcome.went_well:
        return after(outcome, "/requests", "posted")
    told = failed(request, form, outcome)
    if outcome.refusal is not None:
        form = refused_as_typed(form, outcome.refusal, _shown_at(form))
    return await _page(request, desk, form, failed=told, status=outcome.status)


async def _post(
    desk: Desk, staff: Staff, form: Form[NewRequest], value: NewRequest
) -> Outcome[RequestPosted]:
    """The hand-over contact goes to its own home first; the request names it by id."""
    common: dict[str, Any] = {"via": Via.PHONE, "staff_id": staff.staff_id}
    contact_id = None
    if value.contact_name:
        kept = await act(
            desk,
            staff,
            KeepHandoverContact(
                **common,
                command_key=f"admin:{form.nonce}:contact",
                organisation_id=value.organisation_id,
                name=value.contact_name,
                phone=value.contact_phone,
            ),
        )
        if kept.reply is None:
            return Outcome(kept.ending, refusal=kept.refusal)
        contact_id = kept.reply.contact_id
    wish = PostRequest(
        **common,
        command_key=f"admin:{form.nonce}",
        request_id=UUID(form.nonce),
        organisation_id=value.organisation_id,
        content=content_of(value, contact_id),
    )
    return await act(desk, staff, wish)


def content_of(value: NewRequest, contact_id: UUID | None) -> RequestContent:
    """The content as `requests` takes it: dates in UTC, people by id."""
    plain = value.model_dump(
        exclude={
            "organisation_id", "contact_name", "contact_phone", "deed", "answer_by_on",
            "slots", "weekly", "languages",
        }
    )  # fmt: skip
    by = value.answer_by_on
    return RequestContent(
        **plain,
        contact_id=contact_id,
        answer_by=at_local(by, ANSWERS_BY) if by else None,
        languages=tuple(LanguageAsked(tag=row.tag, level=row.level) for row in value.languages),
        slots=tuple(
            Dated(starts_at=at_local(row.on, row.from_), ends_at=at_local(row.on, row.to))
            for row in value.slots
        ),
        weekly=tuple(
            Times(weekday=row.weekday, from_=row.from_, to=row.to) for row in value.weekly
        ),
    )


async def _preview(
    request: Request, desk: Desk, form: Form[NewRequest], value: NewRequest
) -> Response:
    """The dry run: nothing is stored and nobody is asked."""
    gaps = Gaps()
    try:
        need = await desk.asker.ask(PreviewNeed(content=content_of(value, None)))
        preview = await desk.asker.ask(PreviewMatching(need=need))
    except Refusal as refusal:
        refused = refused_as_typed(form, refusal, _shown_at(form))
        return await _page(request, desk, refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Unavailable:
        gaps.note("matching")
        return await _page(request, desk, form, gaps=gaps)
    return await _page(request, desk, form, preview=preview)


def _shown_at(form: Form[NewRequest]) -> Any:
    at_row = at_typed_row(form, **ROW_KEYS)

    def shown_at(field: str) -> str:
        shown = at_row(field)
        if shown.startswith("slots."):
            # A date and its hours are one group, which says what is wrong with it.
            return ".".join(shown.split(".")[:2])
        renamed = {
            "name": "contact_name",
            "phone": "contact_phone",
            "answer_by": "answer_by_on",
        }
        return renamed.get(shown, shown)

    return shown_at


async def _page(
    request: Request,
    desk: Desk,
    form: Form[NewRequest],
    *,
    gaps: Gaps | None = None,
    failed: Failed | None = None,
    preview: Preview | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    gaps = gaps or Gaps()
    found = await desk.learn(FindOrganisations(limit=MOST_ORGANISATIONS), gaps)
    cards = sorted(found.cards if found else (), key=lambda card: card.name.casefold())
    district = desk.district
    return desk.show(
        request,
        "request_new.html",
        status=status,
        gaps=gaps,
        form=form,
        failed=failed,
        preview=preview,
        organisations=[card for card in cards if card.state != "suspended"],
        tasks=[(code, in_locale(task.title, "de")) for code, task in district.tasks.items()],
        skills=[(code, in_locale(names, "de")) for code, names in district.skills.items()],
        fields=[(code.value, desk.sentences.field(code)) for code in FieldOfAction],
        spoken=[(one.tag, desk.sentences.language(one.tag)) for one in district.languages],
        levels=list(Level),
        kinds=list(Kind),
        checks=list(Check),
        genders=list(Gender),
        rows={"slots": SLOT_ROWS, "weekly": WEEKLY_ROWS, "languages": LANGUAGE_ROWS},
        municipalities=[place.name for place in district.municipalities],
    )
