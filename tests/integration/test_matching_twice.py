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
from shared.kernel.fields import Answer, Kind
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
    lambda about: EmailFailed(**about, reason="refused"),
]


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def a_full_board(scene):
    """A request with a place taken, somebody waiting, and somebody who has not answered."""
    await scene.register(5)
    request_id = await scene.open(urgent=True)
    first, second, *_ = await scene.asked(request_id, 3)
    await scene.say(first, Answer.YES)
    await scene.say(second, Answer.YES)
    await scene.at_rest()
    return request_id


async def does_nothing_twice(scene, sender, make_event):
    """Publish an event and the same again; return whether the first did something."""
    before = await scene.everything()
    await scene.publish(sender, make_event())
    await scene.at_rest()
    once = await scene.everything()
    await scene.publish(sender, make_event())
    await scene.at_rest()
    assert await scene.everything() == once
    return once != before


@pytest.mark.parametrize("make", ABOUT_REQUESTS)
async def test_an_event_of_a_request_acts_once(scene, make):
    request_id = await a_full_board(scene)
    about = {"request_id": request_id, "sequence": 2, "occurred_at": MONDAY}

    assert await does_nothing_twice(scene, scene.requests, lambda: make(about))


@pytest.mark.parametrize("make", ABOUT_VOLUNTEERS)
async def test_an_event_of_a_volunteer_acts_once(scene, make):
    request_id = await a_full_board(scene)
    (person,) = await scene.claims(request_id, "assigned")
    entry = scene.entries[person]
    scene.entries[person] = entry.model_copy(update={"version": 2})
    about = {"volunteer_id": person, "occurred_at": MONDAY}
    if make is ABOUT_VOLUNTEERS[-1]:
        del scene.entries[person]

    assert await does_nothing_twice(scene, scene.profiles, lambda: make(about))


@pytest.mark.parametrize("make", ABOUT_MAILS)
async def test_a_report_of_a_mail_acts_once(scene, make):
    scene.mails_leave = None
    await scene.register(1)
    request_id = await scene.open(kind=Kind.SINGLE)
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

    assert await does_nothing_twice(scene, scene.notifications, lambda: make(about))


async def test_reports_of_other_mails_are_no_matter(scene):
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


@pytest.mark.parametrize("answer", Answer)
async def test_the_same_answer_twice_is_one_answer(scene, answer):
    await scene.register(2)
    request_id = await scene.open()
    (asked, *_) = await scene.asked(request_id, 2)
    first = await scene.say(asked, answer)
    await scene.at_rest()
    once = await scene.everything()

    again = await scene.say(asked, answer)
    await scene.at_rest()

    assert again.outcome == ("declined" if answer is Answer.NO else first.outcome)
    assert await scene.everything() == once
