"""From "received, we will mail you" to the one mail that says what became of it: all services real."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from services.matching.main import create_app as create_matching
from services.matching.settings import MatchingSettings
from services.notifications.main import create_app as create_notifications
from services.notifications.settings import NotificationsSettings
from services.requests.main import create_app as create_requests
from services.requests.settings import RequestsSettings
from shared.web.links import Purpose
from tests.people_builders import days_later, set_clock
from tests.portal_scene import a_body, portal_scene, text_of
from tests.scripted_smtp import ScriptedSmtp

pytestmark = pytest.mark.integration

ASKED = ("offer", "organisation_received")
"""What is mailed where the only volunteer of the district is asked."""


@pytest.fixture
async def scene(district):
    async with portal_scene(district) as scene:
        yield scene


@asynccontextmanager
async def mails_of(scene):
    """The service that mails, and what arrives."""
    async with ScriptedSmtp() as smtp:
        app = await scene.district.start(
            create_notifications,
            NotificationsSettings,
            smtp_url=smtp.url,
            mail_from="post@bruecke.example",
            public_url="https://bruecke.example",
            quiet_hours="off",
        )
        yield smtp
        await scene.district.stop(app)


async def offered(scene):
    """An organisation, its request, and the answer page of the one who was mailed an offer."""
    volunteer_id = await scene.volunteer()
    ours = await scene.organisation()
    request_id = await scene.posted(ours)
    invitations = await scene.invitations(request_id)
    await settled(scene, *ASKED)
    return ours, request_id, scene.link(Purpose.ANSWER, invitations[volunteer_id])


async def settled(scene, *wanted):
    """Wait until no mail waits and so many were sent, which must be these; return all ends."""

    async def all_ended():
        rows = await scene.district.sql(
            "SELECT template, state FROM notifications.emails ORDER BY email_id"
        )
        ends = [(row["template"], row["state"]) for row in rows]
        ended = {state for _, state in ends} <= {"sent", "cancelled"}
        return ends if ended and len(sent_of(ends)) >= len(wanted) else []

    found = await scene.district.until(all_ended)
    assert sent_of(found) == sorted(wanted)
    return found


def sent_of(ends):
    return sorted(template for template, state in ends if state == "sent")


async def nothing_on_its_way(scene):
    """Everything that was published has been read, by everybody whom a mail could follow from."""

    async def published():
        for service in ("requests", "matching"):
            table = f"{service}.outbox"
            sql = f"SELECT 1 FROM {table} WHERE published_at IS NULL"  # noqa: S608  our own words
            if await scene.district.sql(sql):
                return False
        return True

    late = ("answer_came_too_late_v1", "request_refused_late_v1", "invitation_withdrawn_v1")
    await scene.district.handled("COMMANDS", "matching__answer_invitation_v1")
    await scene.district.handled("COMMANDS", "requests__post_request_v1")
    await scene.district.until(published)
    await scene.district.handled("EVENTS", *(f"notifications__{name}" for name in late))


async def test_an_answer_and_a_request_that_were_only_received_end_in_one_mail_each(scene):
    async with mails_of(scene) as smtp:
        ours, _, answer_page = await offered(scene)
        for service in ("matching", "requests"):
            await scene.district.stop(scene.services[service])

        answered = await scene.client.post(answer_page, data={"choice": "yes"})
        posted = await scene.api("POST", "/requests", ours, json=a_body())
        assert (answered.status_code, posted.status_code) == (202, 202)
        assert "Wir schreiben Ihnen eine E-Mail" in text_of(answered)
        set_clock(scene.district, days_later(3))
        await scene.district.start(create_requests, RequestsSettings)
        await scene.district.start(create_matching, MatchingSettings, quiet_hours="off")
        await nothing_on_its_way(scene)

        await settled(
            scene,
            *ASKED,
            "organisation_expired",
            "answer_too_late",
            "organisation_refused",
        )
        assert len(smtp.accepted) == len(ASKED) + 3


async def test_who_answers_while_it_is_cancelled_gets_one_mail(scene):
    async with mails_of(scene) as smtp:
        ours, request_id, answer_page = await offered(scene)
        await scene.district.stop(scene.services["matching"])
        answered = await scene.client.post(answer_page, data={"choice": "yes"})
        cancelled = await scene.api("POST", f"/requests/{request_id}/cancel", ours)
        assert (answered.status_code, cancelled.status_code) == (202, 200)

        # The cancellation is read first: the answer is kept back so long.
        await hold(scene.district, until=datetime(2999, 1, 1, tzinfo=UTC))
        await scene.district.start(create_matching, MatchingSettings, quiet_hours="off")
        await settled(scene, *ASKED, "withdrawn")
        await hold(scene.district, until=datetime.now(UTC) - timedelta(1))  # noqa: TID251  machine time
        await nothing_on_its_way(scene)

        ends = await settled(scene, *ASKED, "withdrawn")
        assert ("answer_too_late", "cancelled") in ends
        assert len(smtp.accepted) == len(ASKED) + 1


async def hold(district, *, until):
    """Let the consumer of answers deliver nothing until then."""
    client = await district.client()
    answer = await client.request(
        "$JS.API.CONSUMER.PAUSE.COMMANDS.matching__answer_invitation_v1",
        json.dumps({"pause_until": until.isoformat().replace("+00:00", "Z")}).encode(),
        timeout=5,
    )
    assert "error" not in json.loads(answer.data), answer.data
