"""From the contracts' shapes to the domain's and back."""

from services.requests.domain.content import Content
from services.requests.domain.need import Need
from services.requests.store import RequestRow
from shared.contracts import requests as contract
from shared.contracts.values import Coordinates, Dated, LanguageAsked, Times
from shared.kernel.places import Point


def content_from(sent: contract.RequestContent) -> Content:
    """Return what was sent, for the domain to check."""
    return Content(
        kind=sent.kind,
        field=sent.field,
        title=sent.title,
        task=sent.task,
        description=sent.description,
        places=sent.places,
        postcode=sent.postcode,
        municipality=sent.municipality,
        meeting_point=sent.meeting_point,
        contact_id=sent.contact_id,
        remote=sent.remote,
        languages=tuple((language.tag, language.level) for language in sent.languages),
        skills=sent.skills,
        checks=sent.checks,
        slots=tuple((slot.starts_at, slot.ends_at) for slot in sent.slots),
        weekly=tuple(
            {"weekday": time.weekday, "from": time.from_, "to": time.to} for time in sent.weekly
        ),
        starts_on=sent.starts_on,
        ends_on=sent.ends_on,
        answer_by=sent.answer_by,
        urgent=sent.urgent,
        minors_present=sent.minors_present,
        wished_gender=sent.wished_gender,
        reimbursement=sent.reimbursement,
        lift_offered=sent.lift_offered,
    )


def content_to(content: Content) -> contract.RequestContent:
    """Return cleaned content as it is stored and shown."""
    return contract.RequestContent(
        kind=content.kind,
        field=content.field,
        title=content.title,
        task=content.task,
        description=content.description,
        places=content.places,
        postcode=content.postcode,
        municipality=content.municipality,
        meeting_point=content.meeting_point,
        contact_id=content.contact_id,
        remote=content.remote,
        languages=tuple(LanguageAsked(tag=t, level=level) for t, level in content.languages),
        skills=content.skills,
        checks=content.checks,
        slots=tuple(Dated(starts_at=start, ends_at=end) for start, end in content.slots),
        weekly=tuple(
            Times(weekday=time["weekday"], from_=time["from"], to=time["to"])
            for time in content.weekly
        ),
        starts_on=content.starts_on,
        ends_on=content.ends_on,
        answer_by=content.answer_by,
        urgent=content.urgent,
        minors_present=content.minors_present,
        wished_gender=content.wished_gender,
        reimbursement=content.reimbursement,
        lift_offered=content.lift_offered,
    )


def need_to(need: Need) -> contract.Need:
    """Return the need as matching may know it."""
    return contract.Need(
        kind=need.kind,
        field=need.field,
        places=need.places,
        remote=need.remote,
        point=_coordinates(need.point),
        municipality_code=need.municipality_code,
        slots=tuple(Dated(starts_at=s.starts_at, ends_at=s.ends_at) for s in need.slots),
        languages=tuple(LanguageAsked(tag=n.tag, level=n.level) for n in need.languages),
        skills=need.skills,
        checks=need.checks,
        minors_present=need.minors_present,
        wished_gender=need.wished_gender,
        urgent=need.urgent,
        reimbursement=need.reimbursement,
        lift_offered=need.lift_offered,
        answer_by=need.answer_by,
        open_ended=need.open_ended,
    )


def need_in(row: RequestRow) -> contract.Need:
    """Return the need of a stored request."""
    return contract.Need.model_validate(row.need)


def content_in(row: RequestRow) -> contract.RequestContent | None:
    """Return the content of a stored request; None once its words are gone."""
    return None if row.content is None else contract.RequestContent.model_validate(row.content)


def words_in(row: RequestRow) -> contract.Words | None:
    """Return the words of a stored request; None once they are gone."""
    content, need = content_in(row), need_in(row)
    if content is None:
        return None
    return contract.Words(
        request_id=row.request_id,
        reference=row.reference,
        organisation_id=row.organisation_id,
        version=row.version,
        state=row.state,
        kind=need.kind,
        field=need.field,
        title=content.title or "",
        description=content.description,
        postcode=content.postcode,
        municipality=content.municipality,
        remote=need.remote,
        meeting_point=content.meeting_point,
        contact_id=content.contact_id,
        slots=need.slots,
        languages=need.languages,
        places=need.places,
        reimbursement=need.reimbursement,
        lift_offered=need.lift_offered,
        minors_present=need.minors_present,
        linked_to=row.linked_to,
    )


def posted(row: RequestRow) -> contract.RequestPosted:
    """Return the state after a wish."""
    return contract.RequestPosted(
        request_id=row.request_id,
        reference=row.reference,
        status=row.state,
        version=row.version,
    )


def _coordinates(point: Point | None) -> Coordinates | None:
    return None if point is None else Coordinates(latitude=point.lat, longitude=point.lon)
