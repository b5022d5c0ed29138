"""Wishes of organisations that were stored while requests was away and refused when it came back."""

import asyncio
import json

import pytest

from services.requests.main import create_app
from services.requests.settings import RequestsSettings
from shared.contracts.requests import CancelRequest, ChangeRequest, CompleteRequest
from shared.kernel.fields import Via
from shared.kernel.ids import new_id
from shared.messaging.asking import Received, WishRefused
from tests.people_builders import NOON, a_key, days_later, set_clock
from tests.requests_builders import a_content, a_date, a_post, erased, granted, happen

pytestmark = pytest.mark.integration

COMMANDS = tuple(
    f"requests__{deed}_request_v1" for deed in ("post", "change", "cancel", "complete")
)


@pytest.fixture
async def portal(district):
    set_clock(district, NOON)
    return await district.asker("portal")


async def told_late(district):
    rows = await district.sql(
        "SELECT payload::text AS body FROM requests.outbox WHERE subject = $1 ORDER BY id",
        "event.requests.request_refused_late.v1",
    )
    return [json.loads(row["body"]) for row in rows]


def on(kind, post, **more):
    values = {"command_key": a_key(), "request_id": post.request_id}
    return kind(**values, **({"organisation_id": post.organisation_id} | more))


async def test_an_organisation_is_told_once_of_each_wish_that_was_refused_unheard(
    district, portal
):
    app = await district.start(create_app, RequestsSettings)
    ours, gone = new_id(), new_id()
    ends_soon, changed = a_post(ours, slots=(a_date(1),)), a_post(ours, slots=(a_date(30),))
    for post in (ends_soon, changed):
        await granted(portal, post)
    await granted(portal, on(CancelRequest, ends_soon))
    await happen(district, "requests", erased(gone))
    await district.stop(app)

    soon = a_post(ours, slots=(a_date(2), a_date(9)), kind="series")
    newer = {"version": 7, "content": a_content(slots=(a_date(31),))}
    theirs = [
        soon,
        soon,
        on(ChangeRequest, changed, **newer),
        on(CancelRequest, changed, organisation_id=new_id()),
        on(CompleteRequest, ends_soon),
    ]
    nobodys = [
        a_post(gone),
        a_post(ours).model_copy(update={"via": Via.IMPORT}),
        a_post(ours).model_copy(update={"via": Via.PHONE, "staff_id": new_id()}),
        on(CompleteRequest, changed, organisation_id=None),
    ]
    ends = await asyncio.gather(*(portal.send(wish) for wish in [*theirs, *nobodys]))
    assert set(ends) == {Received()}
    set_clock(district, days_later(5))
    await district.start(create_app, RequestsSettings)
    await district.handled("COMMANDS", *COMMANDS)

    told = {(each["deed"], each["code"]): each for each in await told_late(district)}
    assert set(told) == {
        ("post", "requests.slot_in_the_past"),
        ("change", "requests.version_outdated"),
        ("cancel", "requests.unknown"),
        ("complete", "requests.closed"),
    }
    assert len(await told_late(district)) == len(told)
    post = told["post", "requests.slot_in_the_past"]
    assert (post["request_id"], post["organisation_id"]) == (str(soon.request_id), str(ours))
    assert post["starts_at"] == soon.content.slots[0].starts_at.isoformat().replace(
        "+00:00", "Z"
    )
    assert [each["starts_at"] for key, each in told.items() if key[0] != "post"] == [None] * 3


async def test_what_an_organisation_hears_at_once_it_is_not_mailed(district, portal):
    await district.start(create_app, RequestsSettings)

    with pytest.raises(WishRefused):
        await portal.send(a_post(new_id(), slots=(a_date(-1),)))

    await district.handled("COMMANDS", *COMMANDS)
    assert await told_late(district) == []
