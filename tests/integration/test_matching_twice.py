"""Each event once more, under another id so that no inbox helps: the second time nothing happens."""

import pytest

from shared.contracts.notifications import EmailFailed, EmailSent
from shared.contracts.profiles import (
    VolunteerActivated,
    VolunteerErased,
    VolunteerPaused,
    VolunteerProfileChanged,
    VolunteerResumed,
)
from shared.contracts.requests import (
    RequestCancelled,
    RequestChanged,
    RequestCompleted,
    RequestExpired,
    RequestHeld,
    RequestOpened,
)
from shared.kernel.fields import Answer
from shared.kernel.ids import new_id
from tests.integration.matching_scene import MONDAY, ORGANISATION, a_need, a_scene, a_slot

pytestmark = pytest.mark.integration

ABOUT_REQUESTS = [
    lambda about: RequestOpened(
        **about, organisation_id=ORGANISATION, need=a_need(), facts_sequence=1
    ),
    lambda about: RequestChanged(
        **about,
        organisation_id=ORGANISATION,
        need=a_need(places=2, slots=(a_slot(9),)),
        material=True,
        facts_sequence=2,
    ),
    lambda about: RequestHeld(**about),
    lambda about: RequestCompleted(**about),
    lambda about: RequestCancelled(**about),
    lambda about: RequestExpired(**about, organisation_id=ORGANISATION),
]
ABOUT_VOLUNTEERS = [
    lambda about: VolunteerActivated(**about, sequence=2),
    lambda about: VolunteerProfileChanged(**about, sequence=2),
    lambda about: VolunteerPaused(**about, sequence=2),
    lambda about: VolunteerResumed(**about, sequence=2),
    lambda about: VolunteerErased(**about),
]
ABOUT_MAILS = [
    lambda about: EmailSent(**about),
    lambda about: EmailFailed(**about, reason="not_sent"),
    lambda about: EmailFailed(**about, reason="stale"),
    lambda about: EmailFailed(**about, reason="refused"),
]


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def a_full_board(scene, day=7):
    """A request with a place taken, somebody waiting, and somebody who has not answered."""
    request_id = await scene.open(urgent=True, slots=(a_slot(day),))
    first, second, *_ = await scene.asked(request_id, 3)
    await scene.say(first, Answer.YES)
    await scene.say(second, Answer.YES)
    await scene.at_rest()
    return request_id


async def acts_once(scene, sender, make, about):
    """Publish an event and the same again; say whether the first did something."""
    before = await scene.everything()
    await scene.publish(sender, make(about))
    await scene.at_rest()
    once = await scene.everything()
    await scene.publish(sender, make(about))
    await scene.at_rest()
    assert await scene.everything() == once
    return once != before


async def test_each_event_of_a_request_acts_once(scene):
    await scene.register(15)
    for day, make in enumerate(ABOUT_REQUESTS, start=7):
        request_id = await a_full_board(scene, day)
        about = {"request_id": request_id, "sequence": 2, "occurred_at": MONDAY}

        assert await acts_once(scene, scene.requests, make, about)


async def test_each_event_of_a_volunteer_acts_once(scene):
    people = await scene.register(5)
    await a_full_board(scene)
    for make, person in zip(ABOUT_VOLUNTEERS, people, strict=True):
        entry = scene.entries.pop(person)
        if make is not ABOUT_VOLUNTEERS[-1]:
            scene.entries[person] = entry.model_copy(update={"version": 2})
        about = {"volunteer_id": person, "occurred_at": MONDAY}

        assert await acts_once(scene, scene.profiles, make, about)


async def test_each_report_of_a_mail_acts_once(scene):
    scene.mails_leave = None
    await scene.register(1)
    for day, make in enumerate(ABOUT_MAILS, start=7):
        request_id = await scene.open(slots=(a_slot(day),))
        (invitation_id,) = await scene.asked(request_id, 1, state="issued")
        (row,) = await scene.invitations(request_id)
        about = {
            "email_id": new_id(),
            "template": "offer",
            "invitation_id": invitation_id,
            "volunteer_id": row["volunteer_id"],
            "request_id": request_id,
            "occurred_at": MONDAY,
        }

        assert await acts_once(scene, scene.notifications, make, about)


async def test_reports_of_other_mails_are_no_matter(scene):
    await scene.register(3)
    request_id = await a_full_board(scene)
    (row, *_) = await scene.invitations(request_id)
    about = {
        "email_id": new_id(),
        "template": "receipt",
        "invitation_id": row["invitation_id"],
        "occurred_at": MONDAY,
    }
    before = await scene.everything()

    await scene.publish(scene.notifications, EmailFailed(**about, reason="refused"))
    await scene.at_rest()

    assert await scene.everything() == before


async def test_the_same_answer_twice_is_one_answer(scene):
    await scene.register(4)
    request_id = await scene.open(places=2)
    for asked, said in zip(await scene.asked(request_id, 3), Answer, strict=False):
        first = await scene.say(asked, said)
        await scene.at_rest()
        once = await scene.everything()

        again = await scene.say(asked, said)
        await scene.at_rest()

        assert again == first
        assert await scene.everything() == once
