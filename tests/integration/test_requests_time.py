"""Time passes over requests, and who asks sees what is there."""

import pytest

from services.requests.main import create_app
from services.requests.settings import RequestsSettings
from shared.contracts.matching import RequestReopened
from shared.contracts.requests import (
    CancelRequest,
    CompleteRequest,
    FindRequests,
    RequestExpired,
    WordsOf,
)
from shared.kernel.fields import Field, Kind
from shared.kernel.ids import new_id
from tests.people_builders import NOON, a_key, days_later, set_clock
from tests.requests_builders import (
    a_change,
    a_date,
    a_post,
    counts,
    granted,
    happen,
    of_kind,
    refused,
    shown,
    verified,
)

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("requests")]


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


async def later(district, app, days):
    """Start the service again at a later domain time."""
    await district.stop(app)
    set_clock(district, days_later(days))
    return await district.start(create_app, RequestsSettings)


async def test_nothing_changes_after_the_start_and_it_is_completed_then(
    district, requests, portal, known
):
    wish = a_post(known)
    await granted(portal, wish)
    complete = CompleteRequest(command_key=a_key(), request_id=wish.request_id)
    assert await refused(portal, complete) == ("requests.not_started", None)

    await later(district, requests, 2.01)

    change = a_change(wish.request_id, known, slots=(a_date(3),), places=3)
    assert await refused(portal, change) == ("requests.started", None)
    again = complete.model_copy(update={"command_key": a_key()})
    assert (await granted(portal, again)).status == "done"


async def test_nobody_assigned_at_the_end_is_expired_and_told_once(
    district, requests, portal, known
):
    wish = a_post(known)
    await granted(portal, wish)

    await later(district, requests, 2.5)

    (expired,) = await of_kind(district, RequestExpired, 1)
    assert (expired.request_id, expired.organisation_id) == (wish.request_id, known)
    assert (await shown(portal, wish.request_id)).status == "expired"


async def test_with_somebody_assigned_it_runs_and_is_done_two_weeks_later(
    district, requests, portal, known
):
    wish = a_post(known)
    await granted(portal, wish)
    await happen(district, "requests", counts(RequestReopened, wish.request_id, 1, assigned=1))

    app = await later(district, requests, 15)
    await district.until(lambda: looked_at(district, days_later(16)))
    assert (await shown(portal, wish.request_id)).status == "open"

    await later(district, app, 17)
    await district.until(lambda: has_status(portal, wish.request_id, "done"))


async def looked_at(district, due_from):
    rows = await district.sql(
        "SELECT due_at FROM requests.requests WHERE due_at < $1", due_from
    )
    return not rows


async def has_status(asker, request_id, status):
    return (await shown(asker, request_id)).status == status


async def test_a_list_has_the_next_date_first_and_one_organisation_s_own(
    district, requests, portal, known
):
    stranger = new_id()
    soon = a_post(known, kind=Kind.SERIES, slots=(a_date(1), a_date(9)))
    then = a_post(known, slots=(a_date(3),), field=Field.WORK)
    theirs = a_post(stranger)
    for wish in (then, soon, theirs):
        await granted(portal, wish)

    async def found(**wanted):
        page = await portal.ask(FindRequests(**wanted))
        return [one.request_id for one in page.requests], page.total

    assert await found(organisation_id=known) == ([soon.request_id, then.request_id], 2)
    assert await found(status=("review",)) == ([theirs.request_id], 1)
    assert await found(field=Field.WORK) == ([then.request_id], 1)
    assert await found(municipality_code="altenburg", offset=1, limit=1) == (
        [theirs.request_id],
        3,
    )
    (first, *_) = (await portal.ask(FindRequests(organisation_id=known))).requests
    assert first.words.slots == (a_date(1),)
    assert first.words.description == ""

    await later(district, requests, 1.5)
    await district.until(lambda: order_is(portal, known, [then.request_id, soon.request_id]))


async def order_is(asker, organisation_id, wanted):
    page = await asker.ask(FindRequests(organisation_id=organisation_id))
    return [one.request_id for one in page.requests] == wanted


async def test_words_come_in_the_order_asked_and_unknown_ones_are_missing(portal, known):
    contact_id = new_id()
    first, second = a_post(known, contact_id=contact_id), a_post(known, title="Zweite")
    for wish in (first, second):
        await granted(portal, wish)

    asked = (second.request_id, new_id(), first.request_id)
    words = (await portal.ask(WordsOf(request_ids=asked))).words

    assert [one.title for one in words] == ["Zweite", "Sprachcafé begleiten"]
    assert (words[1].contact_id, words[1].address) == (
        contact_id,
        "Bibliothek, 04600 Altenburg",
    )
    assert words[1].slots == (a_date(),)


async def test_the_words_of_a_closed_request_are_deleted_two_years_later(
    district, requests, portal, known
):
    closed, running = a_post(known), a_post(known, kind=Kind.TANDEM)
    for wish in (closed, running):
        await granted(portal, wish)
    await happen(
        district, "requests", counts(RequestReopened, running.request_id, 1, assigned=1)
    )
    await granted(portal, CancelRequest(command_key=a_key(), request_id=closed.request_id))

    await later(district, requests, 2 * 365 + 1)

    async def words_are_gone():
        return (await shown(portal, closed.request_id)).words is None

    await district.until(words_are_gone)
    still = await shown(portal, running.request_id)
    assert (still.status, still.words.title) == ("open", "Sprachcafé begleiten")
