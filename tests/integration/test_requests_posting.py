"""Posting on real servers: what is stored, what waits in review, and what is refused."""

import asyncio
from datetime import timedelta

import pytest

from services.requests.main import create_app
from services.requests.settings import RequestsSettings
from shared.contracts.requests import PreviewNeed, RequestOpened, RequestReceived
from shared.kernel.fields import Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.example_service import answered
from tests.people_builders import NOON, events, set_clock
from tests.requests_builders import (
    a_content,
    a_date,
    a_post,
    erased,
    granted,
    happen,
    shown,
    suspended,
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


async def stored(district):
    return await district.sql("SELECT * FROM requests.requests ORDER BY reference")


async def told(district, count):
    """The events of `requests`, once there are this many."""
    own = {"request_received", "request_opened", "request_held", "request_cancelled"}

    async def all_out():
        found = await events(district, *own)
        return found if len(found) >= count else None

    found = await district.until(all_out)
    assert len(found) == count
    return found


async def test_a_verified_organisation_s_request_is_open_and_matching_gets_its_need(
    district, portal, known
):
    wish = a_post(known, languages=({"tag": "AR_sy", "level": "b2"},))

    reply = await granted(portal, wish)

    assert (reply.request_id, reply.status, reply.version) == (wish.request_id, "open", 1)
    assert reply.reference == "AL-2026-0001"
    received, opened = await told(district, 2)
    assert RequestReceived.model_validate(received).in_review is False
    need = RequestOpened.model_validate(opened).need
    assert need.languages[0].tag == "ar-SY"
    assert need.municipality_code == "altenburg"
    assert need.slots == (a_date(),)
    assert "Bibliothek" not in str(opened)
    assert "Sprachcafé" not in str(opened)


async def test_another_organisation_s_request_waits_and_opens_by_itself(district, portal):
    organisation_id = new_id()
    reply = await granted(portal, a_post(organisation_id))
    assert reply.status == "review"

    await happen(district, "requests", verified(organisation_id), times=2)

    assert (await shown(portal, reply.request_id)).status == "open"
    received, opened = await told(district, 2)
    assert received["in_review"] is True
    assert opened["sequence"] == 2


async def test_an_older_standing_changes_nothing(district, portal):
    organisation_id = new_id()
    reply = await granted(portal, a_post(organisation_id))

    await happen(district, "requests", suspended(organisation_id, sequence=2))
    await happen(district, "requests", verified(organisation_id, sequence=1))

    assert (await shown(portal, reply.request_id)).status == "review"
    assert (await granted(portal, a_post(organisation_id))).status == "review"


async def test_a_suspended_organisation_s_requests_are_held_and_opened_again(
    district, portal, known
):
    reply = await granted(portal, a_post(known))

    await happen(district, "requests", suspended(known, sequence=2), times=2)
    assert (await shown(portal, reply.request_id)).status == "review"
    await happen(district, "requests", verified(known, sequence=3))

    assert (await shown(portal, reply.request_id)).status == "open"
    names = [event["name"] for event in await told(district, 4)]
    assert names == ["request_received", "request_opened", "request_held", "request_opened"]


async def test_nothing_is_left_in_review_when_verifying_and_posting_meet(district, portal):
    organisation_id = new_id()
    wishes = [a_post(organisation_id) for _ in range(12)]

    await asyncio.gather(
        *(granted(portal, wish) for wish in wishes),
        happen(district, "requests", verified(organisation_id)),
    )

    rows = await stored(district)
    assert {row["state"] for row in rows} == {"open"}
    assert len({row["reference"] for row in rows}) == len(wishes)


async def test_the_same_wish_twice_is_one_request(district, portal, known):
    wish = a_post(known)

    first = await granted(portal, wish)
    again = await granted(portal, wish)
    under_a_new_key = await granted(
        portal, wish.model_copy(update={"command_key": "another-key"})
    )

    assert first == again == under_a_new_key
    assert len(await stored(district)) == 1
    await told(district, 2)


async def test_another_organisation_cannot_post_under_a_known_id(portal, known):
    wish = a_post(known)
    await granted(portal, wish)

    with pytest.raises(WishRefused) as refused:
        await answered(
            portal, a_post(new_id()).model_copy(update={"request_id": wish.request_id})
        )

    assert refused.value.code == "requests.unknown"


async def test_every_field_at_fault_is_told_at_once_and_nothing_is_stored(
    district, portal, known
):
    bad = a_post(
        known,
        title="ruf an 0171 2345678",
        description="x" * 500_000,
        places=10_000,
        postcode="80331",
        languages=({"tag": "xx", "level": "Z9"},),
        skills=("flying",),
        slots=(a_date(-1), a_date(3, hours=-1)),
    )

    with pytest.raises(WishRefused) as refused:
        await answered(portal, bad)

    assert {error.field: error.code for error in refused.value.errors} == {
        "title": "requests.contact_details",
        "description": "text.too_long",
        "places": "requests.places_out_of_range",
        "postcode": "district.postcode_unknown",
        "languages.0.tag": "languages.unknown",
        "languages.0.level": "languages.level_unknown",
        "skills.0": "requests.skill_unknown",
        "slots.0.starts_at": "requests.slot_in_the_past",
        "slots.1.ends_at": "slots.ends_before_it_starts",
    }
    assert await stored(district) == []
    assert await district.sql("SELECT 1 FROM requests.reference_years") == []
    assert await district.sql("SELECT 1 FROM requests.outbox") == []


async def test_a_refusal_is_given_again_for_the_same_key(portal, known):
    wish = a_post(known, places=0)

    codes = []
    for _ in range(2):
        with pytest.raises(WishRefused) as refused:
            await answered(portal, wish)
        codes.append((refused.value.code, refused.value.field))

    assert codes == [("requests.places_out_of_range", "places")] * 2


async def test_a_refused_request_takes_no_number(portal, known):
    with pytest.raises(WishRefused):
        await answered(portal, a_post(known, places=0))

    assert (await granted(portal, a_post(known))).reference == "AL-2026-0001"
    assert (await granted(portal, a_post(known))).reference == "AL-2026-0002"


async def test_an_erased_organisation_s_words_are_gone_and_it_posts_nothing_more(
    district, portal, known
):
    wish = a_post(known)
    await granted(portal, wish)

    await happen(district, "requests", erased(known), times=2)
    await happen(district, "requests", verified(known, sequence=9))

    found = await shown(portal, wish.request_id)
    assert (found.status, found.words, found.content) == ("cancelled", None, None)
    rows = await district.sql("SELECT r::text AS line FROM requests.requests r")
    assert "Sprachcafé" not in str(rows)
    with pytest.raises(WishRefused) as refused:
        await answered(portal, a_post(known))
    assert refused.value.code == "requests.organisation_gone"
    assert [e["name"] for e in await told(district, 3)][-1] == "request_cancelled"


async def test_a_preview_is_the_need_of_a_posted_request_and_stores_nothing(
    district, portal, known
):
    content = a_content(kind=Kind.SERIES, slots=(a_date(3), a_date(2)))

    need = await portal.ask(PreviewNeed(content=content))

    wish = a_post(known, kind=Kind.SERIES, slots=(a_date(3), a_date(2)))
    await granted(portal, wish)
    assert (await shown(portal, wish.request_id)).need == need
    assert len(await stored(district)) == 1


async def test_a_preview_of_nonsense_names_the_field(portal):
    with pytest.raises(WishRefused) as refused:
        await portal.ask(PreviewNeed(content=a_content(answer_by=NOON + timedelta(days=9))))

    assert refused.value.field == "answer_by"
