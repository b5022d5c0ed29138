"""The form of a request: what is typed for a new one or a change, and the content it means."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.admin.pages.acting import Outcome, act, refused_as_typed
from services.admin.pages.context import Desk, Staff
from services.admin.pages.rows import at_typed_row, typed_rows, without_empty
from shared.contracts.network import ContactKept, KeepHandoverContact
from shared.contracts.requests import MAX_PLACES, RequestContent
from shared.contracts.values import Dated, LanguageAsked, Times
from shared.district import in_locale
from shared.kernel.errors import Refusal
from shared.kernel.fields import Check, Gender, Kind, Via
from shared.kernel.fields import Field as FieldOfAction
from shared.kernel.languages import Level
from shared.web.field_errors import FieldError
from shared.web.formats import BERLIN, at_local
from shared.web.forms import Form, ModelT, Shown

LEAST_ROWS = {"slots": 4, "weekly": 2, "languages": 2}
MOST_ROWS = 120
MAX_LINE, MAX_TEXT = 300, 4000
ANSWERS_BY = time(18)
"""The hour of the day by which answers are wanted."""
NIGHT = timedelta(hours=12)
"""The longest date that may go on into the next day."""
ROW_KEYS = {"slots": "on", "weekly": "from", "languages": "tag"}

_TEXTS = ("task", "title", "description", "postcode", "municipality", "meeting_point")
_CHOICES = ("kind", "field", "wished_gender")
_FLAGS = ("remote", "urgent", "minors_present", "reimbursement", "lift_offered")
_AS_TYPED = {*_TEXTS, *_CHOICES, *_FLAGS, "places", "skills", "checks", "starts_on", "ends_on"}

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A year outside of it is a slip, and reckoning with it could fail."""


class SlotRow(BaseModel):
    """One date with its hours, in the district's wall time."""

    on: Day
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


class RequestFields(BaseModel):
    """A request as somebody tells it on the telephone; `requests` checks the rest."""

    model_config = ConfigDict(hide_input_in_errors=True)

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
    starts_on: Day | None = None
    ends_on: Day | None = None
    answer_by_on: Day | None = None
    urgent: bool = False
    minors_present: bool = False
    wished_gender: Gender | None = None
    reimbursement: bool = False
    lift_offered: bool = False


class AsShown(BaseModel):
    """What a change was typed over: what the form cannot express stays as it is.

    A date over several days or a moment for answers survives a change of something else, and so
    does a contact whose name could not be read.
    """

    organisation_id: UUID
    contact_id: UUID | None = None
    contact_name: str = ""
    contact_phone: str = ""
    slots: tuple[Dated, ...] = ()
    answer_by: AwareDatetime | None = None

    def names_the_same(self, said: RequestFields) -> bool:
        """Whether the contact in the form is the one that was shown."""
        typed = (said.contact_name or "", said.contact_phone or "")
        return typed == (self.contact_name, self.contact_phone)


def content_of(
    said: RequestFields, contact_id: UUID | None, before: AsShown | None = None
) -> RequestContent:
    """The content as `requests` takes it: dates in UTC, people by id."""
    known = {_row_of(slot): slot for slot in (before.slots if before else ())}
    return RequestContent(
        **said.model_dump(include=_AS_TYPED),
        contact_id=contact_id,
        answer_by=_answer_by(said.answer_by_on, before),
        languages=tuple(LanguageAsked(tag=row.tag, level=row.level) for row in said.languages),
        slots=tuple(
            known.get((row.on, _hhmm(row.from_), _hhmm(row.to))) or _dated(row)
            for row in said.slots
        ),
        weekly=tuple(
            Times(weekday=row.weekday, from_=row.from_, to=_to_midnight(row.to))
            for row in said.weekly
        ),
    )


def values_of(content: RequestContent, before: AsShown) -> dict[str, Shown]:
    """What stands in the form of a request that is there already."""
    values: dict[str, Shown] = {name: getattr(content, name) for name in _FLAGS}
    values |= {name: getattr(content, name) or "" for name in (*_TEXTS, *_CHOICES)}
    values |= {
        "places": str(content.places or ""),
        "skills": content.skills,
        "checks": [check.value for check in content.checks],
        "contact_name": before.contact_name,
        "contact_phone": before.contact_phone,
        "starts_on": _iso(content.starts_on if content.weekly else None),
        "ends_on": _iso(content.ends_on),
        "answer_by_on": _iso(content.answer_by and _day_of(content.answer_by)),
    }
    for number, slot in enumerate(content.slots):
        on, start, end = _row_of(slot)
        at = f"slots.{number}"
        values |= {f"{at}.on": on.isoformat(), f"{at}.from": start, f"{at}.to": end}
    for number, times in enumerate(content.weekly):
        end = "00:00" if times.to == "24:00" else times.to
        at = f"weekly.{number}"
        values |= {
            f"{at}.weekday": str(times.weekday),
            f"{at}.from": times.from_,
            f"{at}.to": end,
        }
    for number, language in enumerate(content.languages):
        at = f"languages.{number}"
        values |= {f"{at}.tag": language.tag, f"{at}.level": language.level}
    return values


def phone_without_name(form: Form[ModelT], said: RequestFields) -> Form[ModelT] | None:
    """The form with its error, if a number has nobody who answers it."""
    if not said.contact_phone or said.contact_name:
        return None
    return form.refused(
        FieldError("contact_name", "admin.contact_name_missing", "Name the contact.")
    )


async def keep_contact(
    desk: Desk, staff: Staff, nonce: str, said: RequestFields, organisation_id: UUID
) -> Outcome[ContactKept]:
    """Bring the hand-over contact to its own home; a request names it by id."""
    return await act(
        desk,
        staff,
        KeepHandoverContact(
            command_key=f"admin:{nonce}:contact",
            via=Via.PHONE,
            staff_id=staff.staff_id,
            organisation_id=organisation_id,
            name=said.contact_name or "",
            phone=said.contact_phone,
        ),
    )


def at_typed_rows(form: Form[ModelT]) -> Form[ModelT]:
    """The form with its errors at the rows that were typed, where some were left empty."""
    at_row = at_typed_row(form, **ROW_KEYS)
    errors = tuple(replace(error, field=at_row(error.field)) for error in form.errors)
    return replace(form, errors=errors)


def refused_form(form: Form[ModelT], refusal: Refusal) -> Form[ModelT]:
    """The form after a refusal by an owner, in the form's words."""
    at_row = at_typed_row(form, **ROW_KEYS)
    renamed = {
        "name": "contact_name",
        "phone": "contact_phone",
        "answer_by": "answer_by_on",
        "version": "",
    }

    def shown_at(field: str) -> str:
        shown = at_row(field)
        if shown.startswith("slots."):
            # A date and its hours are one group, which says what is wrong with it.
            return ".".join(shown.split(".")[:2])
        return renamed.get(shown, shown)

    return refused_as_typed(form, refusal, shown_at)


def options_of(desk: Desk, form: Form[Any]) -> dict[str, Any]:
    """What the form offers to choose from, and how many rows it has."""
    district, say = desk.district, desk.sentences
    tags = [one.tag for one in district.languages]
    typed = {form.text(f"languages.{row}.tag") for row in typed_rows(form, "languages", "tag")}
    tags += sorted(typed - set(tags))
    return {
        "tasks": [(code, in_locale(task.title, "de")) for code, task in district.tasks.items()],
        "skills": [(code, in_locale(names, "de")) for code, names in district.skills.items()],
        "fields": [(code.value, say.field(code)) for code in FieldOfAction],
        "spoken": [(tag, say.language(tag)) for tag in tags],
        "levels": list(Level),
        "kinds": list(Kind),
        "checks": list(Check),
        "genders": list(Gender),
        "rows": {name: _rows(form, name) for name in LEAST_ROWS},
    }


def _rows(form: Form[Any], name: str) -> int:
    """As many rows as are filled in and one more, but not fewer than usual."""
    filled = typed_rows(form, name, ROW_KEYS[name])
    return min(max(LEAST_ROWS[name], int(filled[-1]) + 2 if filled else 0), MOST_ROWS)


def _dated(row: SlotRow) -> Dated:
    """A date; an end that is not after the start is in the following night, if that is near."""
    starts, ends = at_local(row.on, row.from_), at_local(row.on, row.to)
    in_the_night = at_local(row.on + timedelta(days=1), row.to)
    if ends <= starts and in_the_night - starts <= NIGHT:
        ends = in_the_night
    return Dated(starts_at=starts, ends_at=ends)


def _row_of(slot: Dated) -> tuple[date, str, str]:
    starts, ends = slot.starts_at.astimezone(BERLIN), slot.ends_at.astimezone(BERLIN)
    return starts.date(), _hhmm(starts.time()), _hhmm(ends.time())


def _answer_by(day: date | None, before: AsShown | None) -> datetime | None:
    """The usual hour of the day, or the moment that was already agreed on that day."""
    if day is None:
        return None
    agreed = before.answer_by if before else None
    if agreed is not None and _day_of(agreed) == day:
        return agreed
    return at_local(day, ANSWERS_BY)


def _to_midnight(end: str) -> str:
    return "24:00" if end == "00:00" else end


def _day_of(moment: datetime) -> date:
    return moment.astimezone(BERLIN).date()


def _hhmm(clock: time) -> str:
    return clock.strftime("%H:%M")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
