"""Skipped dates of a series become linked requests: once, in any order, with the series' fate."""

from datetime import timedelta

import pytest

from services.requests.main import create_app
from services.requests.settings import RequestsSettings
from shared.contracts.matching import DateSkipped, DateUnskipped, RequestFilled
from shared.contracts.requests import (
    CancelRequest,
    FindRequests,
    RequestCancelled,
    RequestOpened,
    WordsOf,
)
from shared.kernel.fields import Kind
from shared.kernel.ids import new_id
from tests.people_builders import NOON, a_key, events, set_clock
from tests.requests_builders import (
    a_change,
    a_date,
    a_post,
    counts,
    granted,
    happen,
    of_kind,
    shown,
    suspended,
    verified,
)

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("requests")]

DATES = (a_date(2), a_date(9), a_date(16))
SERIES = {"kind": Kind.SERIES, "slots": DATES, "answer_by": NOON + timedelta(days=1)}


@pytest.fixture
async def requests(district):
    set_clock(district, NOON)
    return await district.start(create_app, RequestsSettings)


@pytest.fixture
async def portal(district):
    return await district.asker("portal")


@pytest.fixture
async def known(district):
    """An organisation that is verified."""
    organisation_id = new_id()
    await happen(district, "requests", verified(organisation_id))
    return organisation_id


@pytest.fixture
async def series(portal, known):
    """An open series of three dates, for two people."""
    wish = a_post(known, **SERIES)
    await granted(portal, wish)
    return wish.request_id


def about(series, date=DATES[1], **changes):
    values = {
        "request_id": series,
        "invitation_id": new_id(),
        "volunteer_id": new_id(),
        "assignment_id": new_id(),
        "starts_at": date.starts_at,
        "ends_at": date.ends_at,
        "linked_request_id": new_id(),
        "sequence": 1,
        "occurred_at": NOON,
    }
    return DateSkipped.model_validate(values | changes)


def back(skip):
    values = skip.model_dump(exclude={"event_id"}) | {"sequence": 2}
    return DateUnskipped.model_validate(values)


async def test_a_skipped_date_becomes_one_linked_request_with_one_place(
    district, portal, known, series
):
    skip = about(series)

    await happen(district, "requests", skip, times=2)
    again = skip.model_copy(update={"event_id": new_id()})
    await happen(district, "requests", again)

    linked = await shown(portal, skip.linked_request_id)
    first = await shown(portal, series)
    assert (linked.status, linked.places, linked.version) == ("open", 1, 1)
    assert (linked.linked_to, first.linked_to) == (series, None)
    assert linked.reference != first.reference
    assert (linked.need.kind, linked.need.slots) == (Kind.SINGLE, (DATES[1],))
    assert linked.need.answer_by is None
    assert linked.content.title == first.content.title
    assert linked.content.meeting_point == first.content.meeting_point
    opened = await of_kind(district, RequestOpened, 2)
    assert [(one.request_id, one.linked_to) for one in opened] == [
        (series, None),
        (skip.linked_request_id, series),
    ]
    assert len(await events(district, "request_received")) == 1
    (words,) = (await portal.ask(WordsOf(request_ids=(skip.linked_request_id,)))).words
    assert words.linked_to == series
    found = await portal.ask(FindRequests(organisation_id=known, linked_to=series))
    assert [one.request_id for one in found.requests] == [skip.linked_request_id]


@pytest.mark.parametrize("first", ["skip", "back"])
async def test_a_skip_taken_back_leaves_a_cancelled_request_in_either_order(
    district, portal, series, first
):
    skip = about(series)
    happened = [skip, back(skip)]

    for event in happened if first == "skip" else reversed(happened):
        await happen(district, "requests", event, times=2)

    assert (await shown(portal, skip.linked_request_id)).status == "cancelled"
    (cancelled,) = await of_kind(district, RequestCancelled, 1)
    assert (cancelled.request_id, cancelled.sequence) == (skip.linked_request_id, 2)


async def test_what_is_no_date_to_come_of_a_running_series_is_not_linked(
    district, portal, known, series
):
    single = a_post(known)
    await granted(portal, single)
    over = a_post(known, **SERIES)
    await granted(portal, over)
    await granted(
        portal,
        CancelRequest(command_key=a_key(), request_id=over.request_id, organisation_id=known),
    )
    skips = [
        about(series, a_date(3)),
        about(series, DATES[1], ends_at=DATES[1].ends_at + timedelta(hours=1)),
        about(single.request_id, a_date()),
        about(over.request_id),
        about(new_id()),
    ]

    await happen(district, "requests", *skips, *map(back, skips))

    for skip in skips:
        assert not (await shown(portal, skip.linked_request_id)).found


async def test_a_series_that_is_called_off_takes_its_linked_requests_with_it(
    district, portal, known, series
):
    skips = [about(series), about(series, DATES[2])]
    await happen(district, "requests", *skips)
    taken = counts(RequestFilled, skips[0].linked_request_id, 1, assigned=1)
    await happen(district, "requests", taken)

    await granted(
        portal,
        CancelRequest(command_key=a_key(), request_id=series, organisation_id=known),
    )

    for skip in skips:
        assert (await shown(portal, skip.linked_request_id)).status == "cancelled"
    assert len(await of_kind(district, RequestCancelled, 3)) == 3


async def test_a_linked_request_says_what_its_series_says_and_goes_with_its_date(
    district, portal, known, series
):
    stays, goes, own = about(series), about(series, DATES[2]), about(series)
    await happen(district, "requests", stays, goes, own)
    theirs = {"kind": Kind.SINGLE, "places": 1, "slots": (DATES[1],), "title": "Nur heute"}
    await granted(portal, a_change(own.linked_request_id, known, **theirs))

    newer = SERIES | {"slots": DATES[:2], "meeting_point": "Rathaus"}
    await granted(portal, a_change(series, known, **newer))

    linked = await shown(portal, stays.linked_request_id)
    assert (linked.status, linked.version) == ("open", 2)
    assert linked.content.meeting_point == "Rathaus"
    assert (linked.content.places, linked.need.slots) == (1, (DATES[1],))
    assert (await shown(portal, goes.linked_request_id)).status == "cancelled"
    unchanged = await shown(portal, own.linked_request_id)
    assert (unchanged.content.title, unchanged.content.meeting_point) == (
        "Nur heute",
        "Bibliothek",
    )


async def test_a_linked_request_waits_in_review_while_its_series_does(
    district, portal, known, series
):
    skip = about(series)
    await happen(district, "requests", suspended(known))

    await happen(district, "requests", skip)
    assert (await shown(portal, skip.linked_request_id)).status == "review"
    await happen(district, "requests", verified(known, sequence=3))

    assert (await shown(portal, skip.linked_request_id)).status == "open"
    assert (await shown(portal, series)).status == "open"
