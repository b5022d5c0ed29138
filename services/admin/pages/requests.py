"""The table of requests, with filters, and how many are asked, expected and waiting."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.admin.pages.context import Desk, Gaps, TheDesk
from services.admin.pages.wording.labels import REQUEST_STATES
from shared.contracts.matching import PlacesOf, PlacesShown
from shared.contracts.requests import FindRequests, RequestList
from shared.kernel.fields import Field
from shared.web.forms import Form

router = APIRouter(include_in_schema=False)

PER_PAGE = 25
LAST_PAGE = 10_000
RUNNING = ("review", "open", "filled")
ALL = "all"


@router.get("/requests")
async def list_requests(
    request: Request, desk: TheDesk, status: str = "", field: str = "", page: int = 1
) -> Response:
    """One page of the table, the next date first."""
    gaps = Gaps()
    page = min(max(1, page), LAST_PAGE)
    chosen = Form.blank({"status": status, "field": field})  # type: ignore[var-annotated]
    found = await desk.learn(
        FindRequests(
            status=_states(status),
            field=Field(field) if field in list(Field) else None,
            offset=(page - 1) * PER_PAGE,
            limit=PER_PAGE,
        ),
        gaps,
    )
    shown = found.requests if found else ()
    organisations = await desk.organisations([entry.organisation_id for entry in shown], gaps)
    return desk.show(
        request,
        "requests.html",
        gaps=gaps,
        form=chosen,
        found=found,
        organisations=organisations,
        counts=await _counts(desk, found, gaps),
        page=page,
        pages=-(-found.total // PER_PAGE) if found else 1,
        states=list(REQUEST_STATES),
        fields=[(code.value, desk.sentences.field(code)) for code in Field],
    )


def _states(status: str) -> tuple[str, ...]:
    """The states of a filter: one, all, or (nothing chosen) those that go on."""
    if status in REQUEST_STATES:
        return (status,)
    return () if status == ALL else RUNNING


async def _counts(
    desk: Desk, found: RequestList | None, gaps: Gaps
) -> Mapping[UUID, PlacesShown]:
    ids = (
        tuple(entry.request_id for entry in found.requests if entry.request_id) if found else ()
    )
    if not ids:
        return {}
    places = await desk.learn(PlacesOf(request_ids=ids), gaps)
    return {counts.request_id: counts for counts in places.places} if places else {}
