"""Registering a volunteer who rings: what they tell, and that they agree."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.admin.pages.acting import Failed, act, after, failed, refused_as_typed
from services.admin.pages.context import Desk, SignedIn, Staff, TheDesk
from services.admin.pages.rows import at_typed_row, without_empty
from shared.contracts.profiles import RegisterVolunteer
from shared.contracts.values import LanguageOf, Times
from shared.district import in_locale
from shared.kernel.errors import Refusal
from shared.kernel.fields import Channel, Gender, Share, Travel, Via
from shared.kernel.fields import Field as FieldOfAction
from shared.kernel.languages import Level, Mode
from shared.kernel.weeks import Week
from shared.web.field_errors import FieldError
from shared.web.forms import Form, read_form
from shared.web.locales import LOCALES

router = APIRouter(include_in_schema=False)

LANGUAGE_ROWS = 4
MAX_LINE = 200
MAX_TIMES = 1000
CONSENT_VERSION = "phone-2026-11"
"""Names the words that the page asks a coordinator to read out."""
PLAIN = {
    "first_name",
    "last_name",
    "phone",
    "email",
    "channel",
    "locale",
    "postcode",
    "municipality",
    "radius_km",
    "travel",
    "fields",
    "skills",
    "asks_per_week",
    "hours_per_week",
    "gender",
    "shares",
}
"""Of a description: what the form and the message write the same."""


class SpokenRow(BaseModel):
    """A language that somebody speaks."""

    tag: str = Field(max_length=35)
    level: Level = Level.NATIVE
    interprets: bool = False


class ToldVolunteer(BaseModel):
    """A volunteer as they describe themselves on the telephone; `profiles` checks the rest."""

    model_config = ConfigDict(hide_input_in_errors=True)

    first_name: str = Field(max_length=MAX_LINE)
    last_name: str | None = Field(default=None, max_length=MAX_LINE)
    phone: str | None = Field(default=None, max_length=MAX_LINE)
    email: str | None = Field(default=None, max_length=MAX_LINE)
    channel: Channel | None = None
    locale: str = Field(default="de", max_length=20)
    postcode: str = Field(max_length=MAX_LINE)
    municipality: str | None = Field(default=None, max_length=MAX_LINE)
    radius_km: int | None = Field(default=None, ge=1, le=200)
    travel: list[Travel] = []
    languages: Annotated[
        list[SpokenRow], BeforeValidator(lambda rows: without_empty(rows, "tag"))
    ] = []
    fields: list[FieldOfAction] = []
    skills: list[str] = []
    availability: str | None = Field(default=None, max_length=MAX_TIMES)
    asks_per_week: int | None = Field(default=None, ge=0, le=14)
    hours_per_week: int | None = Field(default=None, ge=1, le=60)
    gender: Gender | None = None
    shares: Share | None = None


class NewVolunteer(ToldVolunteer):
    """Somebody new, who agrees to what is read out."""

    consent: bool = False


@router.get("/volunteers/new")
async def new_volunteer(request: Request, desk: TheDesk) -> Response:
    """An empty form; whoever rings is mostly rung back."""
    form = Form[NewVolunteer].blank({"channel": Channel.PHONE.value, "locale": "de"})
    return _page(request, desk, form)


@router.post("/volunteers/new")
async def add_volunteer(request: Request, desk: TheDesk, staff: SignedIn) -> Response:
    """Register; active and known at once, for a coordinator has talked with them."""
    form = await read_form(request, NewVolunteer)
    if form.value is not None and not form.value.consent:
        form = form.refused(FieldError("consent", "admin.consent_missing", "Ask for consent."))
    if form.value is None:
        return _page(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        wish = _wish(desk, staff, form, form.value)
    except Refusal as refusal:
        form = refused_as_typed(form, refusal, shown_at_of(form))
        return _page(request, desk, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    outcome = await act(desk, staff, wish)
    if outcome.reply is None:
        told = failed(request, form, outcome)
        if outcome.refusal is not None:
            form = refused_as_typed(form, outcome.refusal, shown_at_of(form))
        return _page(request, desk, form, failed=told, status=outcome.status)
    note = "volunteer_known" if outcome.reply.status == "known" else "volunteer_added"
    return after(outcome, f"/volunteers/{outcome.reply.volunteer_id}", note)


def _wish(
    desk: Desk, staff: Staff, form: Form[NewVolunteer], value: NewVolunteer
) -> RegisterVolunteer:
    """What was typed, as `profiles` takes it. Raises WeeklyTimesUnclear."""
    return RegisterVolunteer(
        **description_of(value),
        command_key=f"admin:{form.nonce}",
        via=Via.PHONE,
        staff_id=staff.staff_id,
        consent_version=CONSENT_VERSION,
        consented_on=desk.clock.now().astimezone(desk.district.timezone).date(),
    )


def description_of(
    value: ToldVolunteer, before: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> dict[str, Any]:
    """The description that was typed; `before`: what for each language was known, by its tag.

    Raises WeeklyTimesUnclear.
    """
    plain: dict[str, Any] = value.model_dump(include=PLAIN)
    times = None
    if value.availability:
        week = Week.parse(value.availability)
        times = tuple(Times.model_validate(entry) for entry in week.entries())
    languages = tuple(_language(row, before.get(row.tag, ())) for row in value.languages)
    return plain | {"languages": languages, "availability": times}


def _language(row: SpokenRow, before: tuple[str, ...]) -> LanguageOf:
    modes = before
    if row.interprets and Mode.INTERPRET not in before:
        modes = (*before, Mode.TALK, Mode.INTERPRET)
    elif not row.interprets:
        modes = tuple(mode for mode in before if mode != Mode.INTERPRET)
    return LanguageOf(tag=row.tag, level=row.level, modes=modes)


def shown_at_of(form: Form[Any]) -> Callable[[str], str]:
    """Where the form shows what is wrong with a field of the description."""
    at_row = at_typed_row(form, languages="tag", absences="from_on")

    def shown_at(field: str) -> str:
        if field == "version":
            return ""  # of the description as a whole
        whole = field.partition(".")[0]
        return whole if whole in {"availability", "skills"} else at_row(field)

    return shown_at


def _page(
    request: Request,
    desk: Desk,
    form: Form[NewVolunteer],
    *,
    failed: Failed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    return desk.show(
        request,
        "volunteer_new.html",
        status=status,
        form=form,
        failed=failed,
        rows=LANGUAGE_ROWS,
        **offered_by(desk),
    )


def offered_by(desk: Desk) -> dict[str, Any]:
    """What the fields of a description offer to choose from."""
    district = desk.district
    return {
        "locales": [(locale.tag, locale.own_name) for locale in LOCALES],
        "spoken": [(one.tag, desk.sentences.language(one.tag)) for one in district.languages],
        "levels": list(Level),
        "fields": [(code.value, desk.sentences.field(code)) for code in FieldOfAction],
        "skills": [(code, in_locale(names, "de")) for code, names in district.skills.items()],
        "travels": list(Travel),
        "channels": list(Channel),
        "shares": list(Share),
        "genders": list(Gender),
    }
