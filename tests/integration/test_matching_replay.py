"""The ninth adversarial instance: the whole log once more, in any order, ends in the same state."""

import random

import pytest

from shared.contracts.messages import Event
from shared.contracts.notifications import EmailFailed, EmailSent
from shared.contracts.profiles import (
    VolunteerActivated,
    VolunteerErased,
    VolunteerPaused,
    VolunteerResumed,
)
from shared.contracts.requests import RequestChanged, RequestHeld, RequestOpened
from shared.kernel.fields import Answer
from shared.kernel.ids import new_id
from tests.example_service import stored
from tests.integration.matching_scene import MONDAY, ORGANISATION, a_need, a_scene
from tests.requests_builders import publish

pytestmark = pytest.mark.integration

HEARD: tuple[type[Event], ...] = (
    RequestOpened,
    RequestHeld,
    RequestChanged,
    VolunteerActivated,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerErased,
    EmailSent,
    EmailFailed,
)


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def mails_of_a_wave(scene, request_id):
    """The offers of a wave: one leaves after a failure, one never does, the others leave."""
    rows = await scene.invitations(request_id)
    for number, row in enumerate(rows):
        about = {
            "email_id": new_id(),
            "template": "offer",
            "invitation_id": row["invitation_id"],
            "volunteer_id": row["volunteer_id"],
            "request_id": request_id,
            "occurred_at": MONDAY,
        }
        if number < 2:
            failed = EmailFailed(**about, reason="refused" if number else "not_sent")
            await scene.publish(scene.notifications, failed)
        if number != 1:
            await scene.publish(scene.notifications, EmailSent(**about))
    await scene.at_rest()


async def people_come_and_go(scene, paused, erased):
    """One pauses and resumes, one is erased."""
    about = {"volunteer_id": paused, "occurred_at": MONDAY}
    entry = scene.entries[paused]
    scene.entries[paused] = entry.model_copy(update={"version": 3})
    del scene.entries[erased]
    await scene.publish(
        scene.profiles,
        VolunteerPaused(**about, sequence=2),
        VolunteerResumed(**about, sequence=3),
        VolunteerErased(volunteer_id=erased, occurred_at=MONDAY),
    )
    await scene.at_rest()


async def a_filled_request(scene):
    """Held once, changed once, its places taken, somebody waiting."""
    scene.mails_leave = None
    *_, paused, erased = await scene.register(14)
    request_id = await scene.open()
    await scene.at_rest()
    await mails_of_a_wave(scene, request_id)
    scene.mails_leave = True
    await people_come_and_go(scene, paused, erased)
    about = {"request_id": request_id, "occurred_at": MONDAY}
    more = {"organisation_id": ORGANISATION, "need": a_need(places=2), "facts_sequence": 1}
    await scene.publish(
        scene.requests,
        RequestHeld(**about, sequence=2),
        RequestChanged(**about, **more, sequence=3, material=False),
    )
    await scene.at_rest()
    for invitation_id in (await scene.asked(request_id, 3))[:3]:
        await scene.say(invitation_id, Answer.YES)
    await scene.at_rest()
    assert len(await scene.claims(request_id, "assigned")) == 2
    assert len(await scene.claims(request_id, "waiting")) == 1


async def the_log(scene):
    """All that matching was told, as it was told."""
    kinds = {kind.subject: kind for kind in HEARD}
    messages = await stored(scene.district, "EVENTS")
    return [
        kinds[message.subject].model_validate_json(message.data)
        for message in messages
        if message.subject in kinds
    ]


async def test_9_the_log_again_doubled_and_in_any_order_ends_in_the_same_state(scene):
    await a_filled_request(scene)
    before = await scene.everything()
    log = await the_log(scene)
    assert {type(event) for event in log} == set(HEARD)

    under_other_ids = [event.model_copy(update={"event_id": new_id()}) for event in log]
    again = [*log, *under_other_ids]
    random.Random(9).shuffle(again)  # noqa: S311  the same order in every run
    for event in again:
        await publish(scene.district, event)
    await scene.at_rest()

    assert await scene.everything() == before
