"""The table of requests, with filters, and how many are asked, expected and waiting."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.admin.pages.context import Desk, Gaps, TheDesk
from services.admin.pages.wording.labels import REQUEST_STATES
from shared.contracts.matching import OpenDecisions, PlacesOf, PlacesShown
from shared.contracts.requests import FindRequests, RequestList, RequestShown
from shared.kernel.fields import Field
from shared.web.forms import Form
from shared.web.translations import msg

router = APIRouter(include_in_schema=False)

PER_PAGE = 25
LAST_PAGE = 10_000
RUNNING = ("review", "open", "filled")
ALL = "all"
MOST_DECISIONS = 500
WAITS = {
    "decide_reservation": msg("Zusagen bestätigen"),
    "approve_wave": msg("Auswahl freigeben"),
    "all_spared": msg("Alle, die passen, werden geschont"),
    "unlikely": msg("Alle sind gefragt, und es wird kaum reichen"),
    "nobody_left": msg("Niemand mehr da, den man fragen kann"),
    "stopped": msg("Angehalten, mit freien Plätzen"),
    "tandem_trouble": msg("Mit beiden Seiten eines Tandems sprechen"),
}
"""What a request may wait for, as the lists on Heute lead here."""


@router.get("/requests")
async def list_requests(
    request: Request,
    desk: TheDesk,
    status: str = "",
    field: str = "",
    page: int = 1,
) -> Response:
    """One page of the table, the next date first."""
    gaps = Gaps()
    page = min(max(1, page), LAST_PAGE)
    chosen = Form.blank({"status": status, "field": field})  # type: ignore[var-annotated]
    waits = request.query_params.get("waits", "")
    if waits in WAITS:
        found = await _waiting(desk, waits, page, gaps)
    else:
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
        waits=WAITS.get(waits),
        found=found,
        organisations=organisations,
        counts=await counts_of(desk, found, gaps),
        page=page,
        pages=-(-found.total // PER_PAGE) if found else 1,
        states=list(REQUEST_STATES),
        fields=[(code.value, desk.sentences.field(code)) for code in Field],
    )


async def _waiting(desk: Desk, what: str, page: int, gaps: Gaps) -> RequestList | None:
    """Requests that wait for one kind of decision, the most urgent first."""
    open_ones = await desk.learn(OpenDecisions(limit=MOST_DECISIONS), gaps)
    if open_ones is None:
        return None
    waiting = [one.request_id for one in open_ones.decisions if one.what == what]
    ids = list(dict.fromkeys(waiting))
    here = ids[(page - 1) * PER_PAGE : page * PER_PAGE]
    words = await desk.words(here, gaps)
    shown = tuple(
        RequestShown(
            found=True,
            request_id=one,
            organisation_id=words[one].organisation_id,
            reference=words[one].reference,
            status=words[one].state,
            places=words[one].places,
            words=words[one],
        )
        for one in here
        if one in words
    )
    return RequestList(requests=shown, total=len(ids))


def _states(status: str) -> tuple[str, ...]:
    """The states of a filter: one, all, or (nothing chosen) those that go on."""
    if status in REQUEST_STATES:
        return (status,)
    return () if status == ALL else RUNNING


async def counts_of(
    desk: Desk, found: RequestList | None, gaps: Gaps
) -> Mapping[UUID, PlacesShown]:
    """How the requests of a list stand with matching; empty while it does not answer."""
    ids = (
        tuple(entry.request_id for entry in found.requests if entry.request_id) if found else ()
    )
    if not ids:
        return {}
    places = await desk.learn(PlacesOf(request_ids=ids), gaps)
    return {counts.request_id: counts for counts in places.places} if places else {}
