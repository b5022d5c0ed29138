"""What is done with a request that is there: changes, counts, an early end."""

import asyncio
from datetime import timedelta

import pytest

from services.requests.main import create_app
from services.requests.settings import RequestsSettings
from shared.contracts.matching import RequestFilled, RequestReopened
from shared.contracts.requests import (
    ApproveRequest,
    CancelRequest,
    CompleteRequest,
    RequestChanged,
    ShowRequest,
)
from shared.kernel.fields import Check, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from tests.people_builders import NOON, a_key, events, set_clock
from tests.requests_builders import (
    a_change,
    a_post,
    counts,
    granted,
    happen,
    of_kind,
    refused,
    shown,
    tandem_ended,
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


async def test_words_change_without_a_fuss_and_facts_are_material(district, portal, known):
    wish = a_post(known)
    await granted(portal, wish)

    words = await granted(
        portal, a_change(wish.request_id, known, version=1, description="Mit Kuchen.")
    )
    check = await granted(
        portal,
        a_change(wish.request_id, known, version=2, checks=(Check.FIRST_TALK,)),
    )
    same = await granted(
        portal,
        a_change(wish.request_id, known, version=3, checks=(Check.FIRST_TALK,)),
    )

    assert [words.version, check.version, same.version] == [2, 3, 3]
    first, second = await of_kind(district, RequestChanged, 2)
    assert (first.material, first.facts_sequence) == (False, 1)
    assert (second.material, second.facts_sequence) == (True, 3)
    assert second.need.checks == (Check.FIRST_TALK,)


async def test_the_same_change_twice_is_one_change(district, portal, known):
    wish = a_post(known)
    await granted(portal, wish)
    change = a_change(wish.request_id, known, places=3)

    assert await granted(portal, change) == await granted(portal, change)
    await of_kind(district, RequestChanged, 1)


async def test_of_two_changes_at_once_one_is_told_to_look_again(portal, known):
    wish = a_post(known)
    await granted(portal, wish)

    results = await asyncio.gather(
        *(portal.send(a_change(wish.request_id, known, places=n)) for n in (3, 4)),
        return_exceptions=True,
    )

    failed = [result for result in results if isinstance(result, WishRefused)]
    assert [(error.code, error.field) for error in failed] == [
        ("requests.version_outdated", "version")
    ]


async def test_what_was_shown_can_be_sent_back_as_it_is(portal, known):
    wish = a_post(known, kind=Kind.SERIES, answer_by=NOON + timedelta(days=1))
    await granted(portal, wish)
    content = (await shown(portal, wish.request_id)).content

    reply = await granted(
        portal, a_change(wish.request_id, known).model_copy(update={"content": content})
    )

    assert reply.version == 1


async def test_another_organisation_s_request_looks_like_none_at_all(portal, known):
    wish = a_post(known)
    await granted(portal, wish)
    stranger = new_id()

    for request_id in (wish.request_id, new_id()):
        assert await refused(portal, a_change(request_id, stranger)) == (
            "requests.unknown",
            None,
        )
        for contract in (CancelRequest, CompleteRequest):
            command = contract(
                command_key=a_key(), request_id=request_id, organisation_id=stranger
            )
            assert await refused(portal, command) == ("requests.unknown", None)
        answer = await portal.ask(ShowRequest(request_id=request_id, organisation_id=stranger))
        assert not answer.found
        assert answer.words is None


async def test_fewer_places_than_people_are_refused(district, portal, known):
    wish = a_post(known)
    await granted(portal, wish)
    taken = counts(RequestReopened, wish.request_id, 1, assigned=1, reserved=1)
    await happen(district, "requests", taken)

    assert await refused(portal, a_change(wish.request_id, known, places=1)) == (
        "requests.release_first",
        "places",
    )


async def test_the_newest_counts_hold_in_any_order(district, portal, known):
    wish = a_post(known)
    await granted(portal, wish)
    full = counts(RequestFilled, wish.request_id, 3, assigned=2)
    earlier = counts(RequestReopened, wish.request_id, 2, assigned=1)

    await happen(district, "requests", full, times=2)
    await happen(district, "requests", earlier, times=2)

    found = await shown(portal, wish.request_id)
    assert (found.status, found.assigned, found.version) == ("filled", 2, 1)
    await happen(district, "requests", counts(RequestReopened, wish.request_id, 4, assigned=1))
    assert (await shown(portal, wish.request_id)).status == "open"


async def test_counts_of_an_unknown_request_hurt_nobody(district, portal, known):
    await happen(district, "requests", counts(RequestFilled, new_id(), 1, assigned=2))

    assert (await granted(portal, a_post(known))).status == "open"


async def test_cancelling_again_under_another_key_changes_nothing(portal, known):
    wish = a_post(known)
    await granted(portal, wish)

    replies = [
        await granted(
            portal,
            CancelRequest(
                command_key=a_key(), request_id=wish.request_id, organisation_id=known
            ),
        )
        for _ in range(2)
    ]

    assert [(reply.status, reply.version) for reply in replies] == [("cancelled", 2)] * 2
    assert await refused(portal, a_change(wish.request_id, known, version=2, places=3)) == (
        "requests.closed",
        None,
    )


async def test_a_coordinator_lets_a_request_out_of_review(district, portal):
    admin = await district.asker("admin")
    wish = a_post(new_id())
    await granted(portal, wish)

    replies = [
        await granted(admin, ApproveRequest(command_key=a_key(), request_id=wish.request_id))
        for _ in range(2)
    ]

    assert [(reply.status, reply.version) for reply in replies] == [("open", 2)] * 2


async def test_a_request_is_done_with_its_last_tandem_once(district, portal, known):
    wish = a_post(known, kind=Kind.TANDEM)
    await granted(portal, wish)
    begun_not = tandem_ended(wish.request_id, begun=False)
    one_left = tandem_ended(wish.request_id, left=1)
    await happen(district, "requests", begun_not, one_left, times=2)
    assert (await shown(portal, wish.request_id)).status == "open"

    last = tandem_ended(wish.request_id)
    await happen(district, "requests", last, tandem_ended(new_id()), times=2)

    assert (await shown(portal, wish.request_id)).status == "done"
    told = [one["name"] for one in await events(district)]
    assert told.count("request_completed") == 1
    assert "request_expired" not in told


async def test_the_need_says_whether_a_tandem_has_a_last_day(portal, known):
    weekly = {"weekly": ({"weekday": 1, "from": "17:00", "to": "18:00"},), "slots": ()}
    days = {"starts_on": (NOON + timedelta(days=3)).date()}
    wish = a_post(known, kind=Kind.TANDEM, **weekly, **days)
    await granted(portal, wish)

    need = (await shown(portal, wish.request_id)).need

    assert need is not None
    assert need.open_ended
    assert len(need.slots) > 20
