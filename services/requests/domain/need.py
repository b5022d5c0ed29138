"""What a request asks of volunteers: checked field by field, in codes, beside its cleaned words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from services.requests.domain.content import Catalogue, CatalogueTask, Content
from services.requests.domain.dates import Dates, dates_of
from services.requests.domain.location import Location, located
from services.requests.domain.refusals import (
    AnswerByPast,
    AnswerByTooLate,
    FieldRequired,
    LanguageTwice,
    PlacesOutOfRange,
    SkillUnknown,
    TaskUnknown,
    TooManyEntries,
)
from services.requests.domain.words import with_clean_words
from shared.kernel.fields import Check, Field, Gender, Kind
from shared.kernel.findings import Findings
from shared.kernel.languages import (
    DEFAULT_LOCALE,
    LanguageNeed,
    normalise_tag,
    parse_level,
)
from shared.kernel.places import Point
from shared.kernel.slots import Slot, TimeZoneMissing

MAX_PLACES = 500
MAX_LIST = 10
"""Of languages, and of skills."""


@dataclass(frozen=True, slots=True)
class Need:
    """A valid need, in codes; `slots` are sorted, apart from each other, and still to come."""

    kind: Kind
    field: Field
    places: int
    slots: tuple[Slot, ...]
    remote: bool
    point: Point | None
    """Where; None when it can be done from anywhere."""
    municipality_code: str | None
    languages: tuple[LanguageNeed, ...]
    skills: tuple[str, ...]
    checks: tuple[Check, ...]
    minors_present: bool
    wished_gender: Gender | None
    urgent: bool
    reimbursement: bool
    lift_offered: bool
    answer_by: datetime | None
    open_ended: bool
    """A tandem without a last day: it ends when somebody says so."""


def need_of(
    content: Content,
    district: Catalogue,
    now: datetime,
    *,
    accepted_answer_by: datetime | None = None,
) -> tuple[Need, Content]:
    """Check a request's content; return its need, and the content cleaned and completed.

    `accepted_answer_by` was valid when the request was posted and stays so when it is sent back
    unchanged. The cleaned content gives the same need again. Raises a Refusal that names the
    field at fault, FieldsRefused with all of them for several.
    """
    found = Findings()
    task = _task(content, district, found)
    content = with_clean_words(content, task, found)
    content, location = located(content, district, found)
    kind, field = _kind_and_field(content, task, found)
    places = _places(content, found)
    languages = _languages(content, found)
    skills = _skills(content, district, found)
    dates = dates_of(content, kind, now=now, tz=district.timezone, found=found)
    _check_answer_by(content, dates, now, accepted_answer_by, found)
    found.refuse()
    cleaned = replace(
        content,
        kind=kind,
        field=field,
        languages=tuple((language.tag, language.level.value) for language in languages),
        skills=skills,
        checks=tuple(sorted(set(content.checks))),
        slots=() if content.weekly else tuple(_pairs(dates.slots)),
        starts_on=dates.starts_on,
        answer_by=content.answer_by.astimezone(UTC) if content.answer_by else None,
    )
    need = _need(
        cleaned, kind, field, places, location=location, slots=dates.slots, languages=languages
    )
    return need, cleaned


def _pairs(slots: Iterable[Slot]) -> Iterator[tuple[datetime, datetime]]:
    return ((slot.starts_at, slot.ends_at) for slot in slots)


def _need(
    cleaned: Content,
    kind: Kind,
    field: Field,
    places: int,
    *,
    location: Location,
    slots: tuple[Slot, ...],
    languages: tuple[LanguageNeed, ...],
) -> Need:
    return Need(
        kind=kind,
        field=field,
        places=places,
        slots=slots,
        remote=cleaned.remote,
        point=location.point,
        municipality_code=location.municipality_code,
        languages=languages,
        skills=cleaned.skills,
        checks=cleaned.checks,
        minors_present=cleaned.minors_present,
        wished_gender=cleaned.wished_gender,
        urgent=cleaned.urgent,
        reimbursement=cleaned.reimbursement,
        lift_offered=cleaned.lift_offered,
        answer_by=cleaned.answer_by,
        open_ended=kind is Kind.TANDEM and cleaned.ends_on is None,
    )


@dataclass(frozen=True, slots=True)
class _StandIn:
    """In place of an unknown task, so that what it would have given is not missed as well."""

    kind: Kind = Kind.TANDEM
    field: Field = Field.SOCIAL_INTEGRATION

    @property
    def title(self) -> Mapping[str, str]:
        return {DEFAULT_LOCALE: ""}


def _task(content: Content, district: Catalogue, found: Findings) -> CatalogueTask | None:
    if content.task is None:
        return None
    task = district.tasks.get(content.task)
    if task is None:
        found.add(TaskUnknown("task"))
        return _StandIn()
    return task


def _kind_and_field(
    content: Content, task: CatalogueTask | None, found: Findings
) -> tuple[Kind, Field]:
    suggested = task or _StandIn()
    if task is None:
        for name in ("kind", "field"):
            if getattr(content, name) is None:
                found.add(FieldRequired(name))
    return content.kind or suggested.kind, content.field or suggested.field


def _places(content: Content, found: Findings) -> int:
    places = content.places
    if places is None:
        found.add(FieldRequired("places"))
    elif not 1 <= places <= MAX_PLACES:
        found.add(PlacesOutOfRange("places"))
    return places or 1


def _languages(content: Content, found: Findings) -> tuple[LanguageNeed, ...]:
    if len(content.languages) > MAX_LIST:
        found.add(TooManyEntries("languages"))
        return ()
    needs: dict[str, LanguageNeed] = {}
    for position, (tag, level) in enumerate(content.languages):
        at = f"languages.{position}"
        known = found.read(partial(normalise_tag, tag, field=f"{at}.tag"), None)
        enough = found.read(partial(parse_level, level, field=f"{at}.level"), None)
        if known in needs:
            found.add(LanguageTwice(f"{at}.tag"))
        elif known is not None and enough is not None:
            needs[known] = LanguageNeed(known, enough)
    return tuple(needs.values())


def _skills(content: Content, district: Catalogue, found: Findings) -> tuple[str, ...]:
    if len(content.skills) > MAX_LIST:
        found.add(TooManyEntries("skills"))
        return ()
    for position, skill in enumerate(content.skills):
        if skill not in district.skills:
            found.add(SkillUnknown(f"skills.{position}"))
    return tuple(sorted(set(content.skills)))


def _check_answer_by(
    content: Content,
    dates: Dates,
    now: datetime,
    accepted: datetime | None,
    found: Findings,
) -> None:
    answer_by = content.answer_by
    if answer_by is None:
        return
    # A date that is over is told by itself; for the one that comes instead this may be in time.
    first = min((slot.starts_at for slot in dates.slots if slot.starts_at > now), default=None)
    if answer_by.utcoffset() is None:
        found.add(TimeZoneMissing("write the time with its time zone", field="answer_by"))
    elif answer_by <= now and answer_by != accepted:
        found.add(AnswerByPast("answer_by"))
    elif first is not None and answer_by >= first:
        found.add(AnswerByTooLate("answer_by"))
