"""Crashes and outages in the middle: everything or nothing, and once in the end."""

import asyncio

import pytest

from services.requests.main import create_app
from services.requests.settings import RequestsSettings
from shared.contracts.matching import RequestFilled
from shared.kernel.ids import new_id
from shared.messaging.asking import Received, Replied
from tests.people_builders import NOON, days_later, events, set_clock
from tests.requests_builders import (
    a_post,
    counts,
    dies_at,
    erased,
    granted,
    happen,
    publish,
    shown,
    suspended,
    tandem_ended,
    verified,
)

pytestmark = pytest.mark.integration


@pytest.fixture
async def portal(district):
    set_clock(district, NOON)
    return await district.asker("portal")


async def start(district):
    return await district.start(create_app, RequestsSettings)


async def rows_of(district, table):
    return await district.sql(f"SELECT * FROM requests.{table}")  # noqa: S608  a test's own word


async def stream_has(district, *names):
    """Wait until the service's events are these, and no others."""

    async def there():
        own = [e["name"] for e in await events(district) if e["name"].startswith("request_")]
        return own if len(own) >= len(names) else None

    assert await district.until(there) == list(names)


async def test_a_crash_before_the_commit_leaves_nothing_and_the_repeat_posts_once(
    district, portal
):
    wish = a_post(new_id())
    assert await portal.send(wish) == Received()

    await dies_at(district, RequestsSettings, "requests__post_request_v1.in_transaction")

    for table in ("requests", "outbox", "replies", "reference_years", "organisations"):
        assert await rows_of(district, table) == []
    await start(district)
    reply = await granted(portal, wish)
    assert (reply.reference, reply.request_id) == ("AL-2026-0001", wish.request_id)
    assert len(await rows_of(district, "requests")) == 1
    await stream_has(district, "request_received")


async def test_a_crash_before_the_reply_posts_once_and_the_repeat_gets_the_reply(
    district, portal
):
    wish = a_post(new_id())
    assert await portal.send(wish) == Received()

    await dies_at(district, RequestsSettings, "command.committed_not_replied")

    (row,) = await rows_of(district, "requests")
    await start(district)
    assert (await granted(portal, wish)).reference == row["reference"]
    assert len(await rows_of(district, "requests")) == 1
    await stream_has(district, "request_received")


@pytest.mark.parametrize("point", ["in_transaction", "committed_not_acked"])
@pytest.mark.parametrize("happening", [suspended, erased])
async def test_an_event_acts_once_whatever_the_crash(district, portal, point, happening):
    status, told = {
        suspended: ("review", "request_held"),
        erased: ("cancelled", "request_cancelled"),
    }[happening]
    organisation_id = new_id()
    app = await start(district)
    await happen(district, "requests", verified(organisation_id))
    wish = a_post(organisation_id)
    await granted(portal, wish)
    await district.stop(app)
    event = happening(organisation_id)
    await publish(district, event)

    await dies_at(district, RequestsSettings, f"requests__{event.snake_name}_v1.{point}")
    (row,) = await rows_of(district, "requests")
    assert row["state"] == ("open" if point == "in_transaction" else status)
    assert (row["content"] is None) == (point != "in_transaction" and happening is erased)

    await start(district)
    await publish(district, event)
    await stream_has(district, "request_received", "request_opened", told)
    assert (await shown(portal, wish.request_id)).status == status


async def test_counts_are_kept_once_whatever_the_crash(district, portal):
    app = await start(district)
    wish = a_post(new_id())
    await granted(portal, wish)
    await district.stop(app)
    event = counts(RequestFilled, wish.request_id, 1, assigned=2)
    await publish(district, event)

    await dies_at(district, RequestsSettings, "requests__request_filled_v1.in_transaction")
    (row,) = await rows_of(district, "requests")
    assert row["assigned"] == 0

    await start(district)
    await publish(district, event)

    async def counted():
        return (await shown(portal, wish.request_id)).assigned == 2

    await district.until(counted)


@pytest.mark.parametrize("point", ["in_transaction", "committed_not_acked"])
async def test_an_ended_tandem_completes_its_request_once_whatever_the_crash(
    district, portal, point
):
    app = await start(district)
    wish = a_post(new_id())
    await granted(portal, wish)
    await district.stop(app)
    event = tandem_ended(wish.request_id)
    await publish(district, event)

    await dies_at(district, RequestsSettings, f"requests__tandem_ended_v1.{point}")
    (row,) = await rows_of(district, "requests")
    assert row["took_place"] == (point != "in_transaction")

    await start(district)
    await publish(district, event)
    await stream_has(district, "request_received", "request_completed")


async def test_a_crash_while_time_passes_expires_once(district, portal):
    app = await start(district)
    wish = a_post(new_id())
    await granted(portal, wish)
    await district.stop(app)
    set_clock(district, days_later(3))

    await dies_at(district, RequestsSettings, "requests.elapsed_not_committed")
    (row,) = await rows_of(district, "requests")
    assert row["state"] == "review"

    await start(district)
    await stream_has(district, "request_received", "request_expired")


async def test_two_copies_of_the_service_expire_a_request_once(district, portal):
    app = await start(district)
    wishes = [a_post(new_id()) for _ in range(8)]
    for wish in wishes:
        await granted(portal, wish)
    await district.stop(app)
    set_clock(district, days_later(3))

    await asyncio.gather(start(district), start(district))

    async def all_expired():
        rows = await rows_of(district, "requests")
        return {row["state"] for row in rows} == {"expired"}

    await district.until(all_expired)
    await stream_has(district, *["request_received"] * 8, *["request_expired"] * 8)


async def test_what_was_posted_reaches_the_stream_once_after_an_outage(district, portal):
    organisation_id = new_id()
    await start(district)
    await happen(district, "requests", verified(organisation_id))
    answer = await portal.send(a_post(organisation_id))
    district.kill_nats()
    assert isinstance(answer, Replied)
    assert len(await rows_of(district, "outbox")) == 2

    await asyncio.to_thread(district.start_nats)

    async def all_published():
        rows = await rows_of(district, "outbox")
        return all(row["published_at"] for row in rows)

    await district.until(all_published, within_s=30)
    await stream_has(district, "request_received", "request_opened")
