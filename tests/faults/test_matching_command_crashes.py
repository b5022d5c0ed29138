"""Matching dies while it handles a click, an approval or a report of a mail: each acts once."""

import pytest

from services.matching.settings import MatchingSettings
from shared.contracts.matching import AnswerInvitation, ApproveWave
from shared.contracts.notifications import EmailSent
from shared.kernel.fields import Answer, Kind
from shared.kernel.ids import new_id
from shared.messaging.asking import Received
from tests.integration.matching_scene import MONDAY, a_scene
from tests.redelivery import comes_again
from tests.requests_builders import dies_at

pytestmark = pytest.mark.integration

SENT = "matching__email_sent_v1"


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


async def sent_to_who_dies(scene, sender, wish, point):
    """A wish that the broker keeps, and a matching that dies over it."""
    await scene.at_rest()
    await scene.stop()
    assert await sender.send(wish) == Received()
    await dies_at(scene.district, MatchingSettings, point)


async def runs_again(scene):
    await scene.start()
    await comes_again(await scene.district.jetstream(), "matching")
    await scene.at_rest()


@pytest.mark.parametrize(
    "point", ["matching__answer_invitation_v1.in_transaction", "command.committed_not_replied"]
)
async def test_a_click_whose_handling_dies_gives_the_place_once(scene, point):
    await scene.register(6)
    request_id = await scene.open(urgent=True)
    asked = await scene.whole_wave(request_id)
    (row, *_) = await scene.invitations(request_id)
    click = AnswerInvitation(
        command_key=f"key-{new_id()}", invitation_id=row["invitation_id"], answer=Answer.YES
    )

    await sent_to_who_dies(scene, scene.portal, click, point)
    done = int(point == "command.committed_not_replied")
    assert len(await scene.claims(request_id, "assigned")) == done
    assert len(await scene.told("answer_received")) == done
    await runs_again(scene)

    assert (await scene.do(click, scene.portal)).outcome == "assigned"
    await scene.told_once("answer_received", invitation_id=row["invitation_id"])
    await scene.told_once("volunteer_assigned", volunteer_id=row["volunteer_id"])
    await scene.told_once("request_filled", request_id=request_id)
    assert await scene.claims(request_id, "assigned") == [row["volunteer_id"]]
    assert (await scene.say(asked[1], Answer.YES)).outcome == "waitlisted"


@pytest.mark.parametrize(
    "point", ["matching__approve_wave_v1.in_transaction", "command.committed_not_replied"]
)
async def test_an_approval_whose_handling_dies_asks_each_once(scene, point):
    await scene.register(8)
    request_id = await scene.open(kind=Kind.TANDEM)
    await scene.asked(request_id, 1, state="planned")
    planned = {row["volunteer_id"] for row in await scene.invitations(request_id)}
    approval = ApproveWave(
        command_key=f"key-{new_id()}",
        staff_id=new_id(),
        request_id=request_id,
        volunteer_ids=tuple(planned),
    )

    await sent_to_who_dies(scene, scene.admin, approval, point)
    done = point == "command.committed_not_replied"
    assert len(await scene.told("invitation_issued")) == len(planned) * done
    await runs_again(scene)

    first = await scene.do(approval)
    await scene.whole_wave(request_id)
    assert await scene.do(approval) == first
    told = await scene.told("invitation_issued")
    assert sorted(event["volunteer_id"] for event in told) == sorted(map(str, planned))
    assert {row["volunteer_id"] for row in await scene.invitations(request_id)} == planned
    decided = await scene.district.sql("SELECT deed FROM matching.decisions")
    assert {row["deed"] for row in decided} == {"approve_wave"}
    assert len(decided) == len(planned)


@pytest.mark.parametrize("point", ["in_transaction", "committed_not_acked"])
async def test_a_report_of_a_mail_whose_handling_dies_starts_the_deadline_once(scene, point):
    scene.mails_leave = None
    await scene.register(3)
    request_id = await scene.open()
    await scene.asked(request_id, 1, state="issued")
    await scene.at_rest()
    (row, *_) = await scene.invitations(request_id)
    await scene.stop()
    report = EmailSent(
        email_id=new_id(),
        template="offer",
        volunteer_id=row["volunteer_id"],
        invitation_id=row["invitation_id"],
        request_id=request_id,
        occurred_at=MONDAY,
    )
    await scene.publish(scene.notifications, report)

    await dies_at(scene.district, MatchingSettings, f"{SENT}.{point}")
    state = "issued" if point == "in_transaction" else "sent"
    assert await states(scene, row["invitation_id"]) == [(state, state == "sent")]
    before = await scene.everything()
    await runs_again(scene)

    assert await states(scene, row["invitation_id"]) == [("sent", True)]
    if state == "sent":
        assert await scene.everything() == before
    assert (await scene.say(row["invitation_id"], Answer.YES)).outcome == "assigned"


async def states(scene, invitation_id):
    """The invitation's state, and whether its deadline runs."""
    rows = await scene.district.sql(
        "SELECT state, deadline FROM matching.invitations WHERE invitation_id = $1",
        invitation_id,
    )
    return [(row["state"], row["deadline"] is not None) for row in rows]
