"""The form of a request: what an organisation types, and how it becomes content and back. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.contracts.network import HandoverShown
from shared.contracts.requests import RequestContent
from shared.contracts.values import Dated, LanguageAsked, Times
from shared.district.catalogue import Task
from shared.kernel.fields import Check, Gender, Kind
from shared.kernel.fields import Field as FieldOfAction
from shared.kernel.languages import DEFAULT_LOCALE
from shared.web.forms import Shown

MOST_DATES = 120
MOST_ROWS = 21
NIGHT = timedelta(hours=12)
"""The longest date that may go on into the next day."""

ERRORS_AT: Mapping[str, str] = {
    r"slots\.(\d+)\.(starts_at|ends_at)": r"slots.\1",
    "answer_by": "answer_by_on",
    "version": "",
}
"""Where the form shows what the owners call otherwise."""

_SKIPPED = {"slots", "weekly", "languages", "answer_by", "contact_id", "starts_on", "ends_on"}
_MIDNIGHT = time(0)


def _clock(value: object) -> object:
    """The seconds that some browsers send are none of ours."""
    return value[:5] if isinstance(value, str) else value


WallTime = Annotated[time, BeforeValidator(_clock)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A year outside of it is a slip, and reckoning with it could fail."""


class DateRow(BaseModel):
    """One date with its hours, in the district's wall time."""

    on: Day
    from_: WallTime = Field(alias="from")
    to: WallTime


class WeeklyRow(BaseModel):
    """Hours on one weekday (Monday is 0)."""

    weekday: int = Field(ge=0, le=6)
    from_: WallTime = Field(alias="from")
    to: WallTime


class NeededRow(BaseModel):
    """A language that is needed, at least at this level."""

    tag: str = ""
    level: str = ""


class RequestForm(BaseModel):
    """What is typed, in the page's order.

    Nothing is required here: `requests` says at once all that is missing.
    """

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    task: str | None = None
    title: str | None = None
    description: str = ""
    field: FieldOfAction | None = None
    kind: Kind | None = None
    places: int | None = None
    slots: tuple[DateRow, ...] = Field(default=(), max_length=MOST_DATES)
    weekly: tuple[WeeklyRow, ...] = Field(default=(), max_length=MOST_ROWS)
    starts_on: Day | None = None
    ends_on: Day | None = None
    answer_by_on: Day | None = None
    urgent: bool = False
    postcode: str | None = None
    municipality: str | None = None
    remote: bool = False
    meeting_point: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    languages: tuple[NeededRow, ...] = Field(default=(), max_length=MOST_ROWS)
    skills: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    wished_gender: Gender | None = None
    minors_present: bool = False
    reimbursement: bool = False
    lift_offered: bool = False
    version: int | None = None
    step: Literal["send", "preview"] = "send"


def content_from(
    said: RequestForm, zone: ZoneInfo, before: RequestContent | None = None
) -> RequestContent:
    """The content that a filled-in form means, without its contact.

    A row that stands as it was shown means what it was shown for: a date that the form cannot
    express (over several days, say) survives a change of something else.
    """
    known = {_row_of(slot, zone): slot for slot in (before.slots if before else ())}
    rows = [(row.on.isoformat(), _hhmm(row.from_), _hhmm(row.to)) for row in said.slots]
    slots = [
        known.get(shown) or _dated(row, zone)
        for shown, row in zip(rows, said.slots, strict=True)
    ]
    fields = said.model_dump(
        include=set(RequestContent.model_fields) - _SKIPPED, exclude_none=True
    )
    return RequestContent(
        **fields,
        starts_on=said.starts_on,
        ends_on=said.ends_on,
        languages=tuple(LanguageAsked(tag=row.tag, level=row.level) for row in said.languages),
        slots=tuple(slots),
        weekly=tuple(_times(row) for row in said.weekly),
        answer_by=_answer_by(said.answer_by_on, zone, before),
    )


def values_of(
    content: RequestContent, contact: HandoverShown, zone: ZoneInfo, version: int
) -> dict[str, Shown]:
    """What stands in the form of a request that is there already."""
    flags = ("remote", "urgent", "minors_present", "reimbursement", "lift_offered")
    texts = ("task", "title", "description", "postcode", "municipality", "meeting_point")
    values: dict[str, Shown] = {name: getattr(content, name) for name in flags}
    values |= {name: getattr(content, name) or "" for name in texts}
    values |= {
        "kind": content.kind or "",
        "field": content.field or "",
        "places": str(content.places or ""),
        "wished_gender": content.wished_gender or "",
        "skills": content.skills,
        "checks": [check.value for check in content.checks],
        "contact_name": contact.name,
        "contact_phone": contact.phone or "",
        "starts_on": _iso(content.starts_on) if content.weekly else "",
        "ends_on": _iso(content.ends_on),
        "answer_by_on": _iso(content.answer_by and content.answer_by.astimezone(zone).date()),
        "version": str(version),
    }
    return values | _row_values(content, zone)


def values_of_task(code: str, task: Task) -> dict[str, Shown]:
    """What a typical task suggests."""
    return {
        "task": code,
        "kind": task.kind.value,
        "field": task.field.value,
        "title": task.title[DEFAULT_LOCALE],
        "checks": sorted(check.value for check in task.checks),
        "skills": sorted(task.skills),
        "minors_present": task.minors_present,
    }


def _row_values(content: RequestContent, zone: ZoneInfo) -> dict[str, Shown]:
    values: dict[str, Shown] = {}
    for number, slot in enumerate(content.slots):
        on, start, end = _row_of(slot, zone)
        values |= {
            f"slots.{number}.on": on,
            f"slots.{number}.from": start,
            f"slots.{number}.to": end,
        }
    for number, times in enumerate(content.weekly):
        values |= {
            f"weekly.{number}.weekday": str(times.weekday),
            f"weekly.{number}.from": times.from_,
            f"weekly.{number}.to": "00:00" if times.to == "24:00" else times.to,
        }
    for number, language in enumerate(content.languages):
        values |= {
            f"languages.{number}.tag": language.tag,
            f"languages.{number}.level": language.level,
        }
    return values


def _dated(row: DateRow, zone: ZoneInfo) -> Dated:
    """A date; an end that is not after the start is in the following night, if that is near.

    18:00 to 17:00 is a slip, which `requests` refuses.
    """
    starts = datetime.combine(row.on, row.from_, zone)
    ends = datetime.combine(row.on, row.to, zone)
    next_day = datetime.combine(row.on + timedelta(days=1), row.to, zone)
    if ends <= starts and next_day - starts <= NIGHT:
        ends = next_day
    return Dated(starts_at=starts, ends_at=ends)


def _row_of(slot: Dated, zone: ZoneInfo) -> tuple[str, str, str]:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    return starts.date().isoformat(), _hhmm(starts.time()), _hhmm(ends.time())


def _times(row: WeeklyRow) -> Times:
    end = "24:00" if row.to == _MIDNIGHT else _hhmm(row.to)
    return Times(weekday=row.weekday, from_=_hhmm(row.from_), to=end)


def _answer_by(
    day: date | None, zone: ZoneInfo, before: RequestContent | None
) -> datetime | None:
    """The end of the day, or the moment that was already agreed on that day."""
    if day is None:
        return None
    agreed = before.answer_by if before else None
    if agreed is not None and agreed.astimezone(zone).date() == day:
        return agreed
    return datetime.combine(day, time(23, 59), zone)


def _hhmm(clock: time) -> str:
    return clock.strftime("%H:%M")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
