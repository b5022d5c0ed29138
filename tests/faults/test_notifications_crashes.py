"""Senders that die at any step, servers that restart, two copies at once: each mail arrives."""

import asyncio
import itertools
import random
import signal
from collections import Counter

import pytest

from infra.provision import SERVICES, ensure_database, provision_nats
from shared.contracts.matching import InvitationWithdrawn
from shared.contracts.profiles import VolunteerRegistered
from shared.kernel.fields import Answer
from shared.messaging.secrets import make_secrets
from shared.persistence.provisioning import provision_database
from tests.example_service import KILLED
from tests.faults.test_messaging_database import OwnPostgres
from tests.mail_scenes import a_stage, about, assigned, issued
from tests.people_builders import NOON, set_clock
from tests.ports import free_port
from tests.servers import STREAM_BYTES, District, Servers

pytestmark = pytest.mark.integration

HOLDING = {"answer": Answer.YES, "holds_place": True, "hand_over": True}
_numbers = itertools.count(1)


@pytest.fixture
async def stage(district):
    set_clock(district, NOON)
    async with a_stage(district, start=False) as stage:
        yield stage


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    own = OwnPostgres(tmp_path_factory.mktemp("postgres"))
    yield own
    own.stop()


@pytest.fixture
async def own_district(postgres, tmp_path):
    """A district whose database server a test may kill."""
    secrets = tmp_path / "secrets"
    make_secrets(secrets)
    url = postgres.url.set(database=f"mails_{next(_numbers)}")
    await ensure_database(url, apply=True)
    await provision_database(url, SERVICES, secrets, apply=True)
    servers = Servers(postgres.url, secrets, tmp_path / "jetstream")
    district = District(servers, tmp_path, str(url.database), free_port())
    set_clock(district, NOON)
    await asyncio.to_thread(district.start_nats)
    try:
        await provision_nats(district.nats_url, secrets, apply=True, max_bytes=STREAM_BYTES)
        yield district
    finally:
        await district.close()


def receipt(stage):
    return assigned(stage.owners.invitation(**HOLDING))


def registrations(stage, count):
    return [
        VolunteerRegistered(volunteer_id=stage.owners.volunteer(), occurred_at=NOON)
        for _ in range(count)
    ]


async def queue(stage, *events):
    """Let events be handled while no mail can be written, so that all of them wait."""
    await stage.owners.stop()
    app = await stage.start()
    await stage.happen(*events)
    await stage.district.stop(app)
    await stage.time_passes()
    await stage.owners.start()


async def the_dead_are_found(stage):
    """The leases of a sender that died are over."""
    await stage.time_passes("lease_until")


async def all_sent(stage):
    """Whether every mail is sent, as the minutes go by that a mail in doubt waits."""
    await stage.time_passes()
    return {state for state, _ in await stage.states()} == {"sent"}


def copies(stage):
    """How often each mail arrived."""
    return Counter(mail.message["Message-ID"] for mail in stage.smtp.accepted)


@pytest.mark.parametrize(
    ("failpoint", "twice"),
    [
        ("sender.claimed", 0),
        ("sender.data_started", 0),
        ("sender.delivered_not_noted", 1),
    ],
)
async def test_a_death_at_any_step_loses_nothing_and_doubles_only_in_data(
    stage, failpoint, twice
):
    await queue(stage, *(receipt(stage) for _ in range(3)))
    async with stage.process(failpoint, senders=1) as process:
        assert await asyncio.wait_for(process.wait(), 40) == KILLED
    await the_dead_are_found(stage)
    await stage.start()
    await stage.district.until(lambda: all_sent(stage))

    arrived = copies(stage)
    assert set(arrived) == {row["message_id"] for row in await stage.rows()}
    assert sorted(arrived.values()) == [1, 1, 1 + twice]
    told = Counter(event["email_id"] for event in await stage.told("email_sent"))
    assert sorted(told.values()) == [1, 1, 1]


@pytest.mark.parametrize("failpoint", ["sender.data_started", "sender.delivered_not_noted"])
async def test_an_offer_whose_sender_died_in_data_is_left_to_a_human(stage, failpoint):
    await queue(stage, issued(stage.owners.invitation()))
    async with stage.process(failpoint, senders=1) as process:
        assert await asyncio.wait_for(process.wait(), 40) == KILLED
    await the_dead_are_found(stage)
    await stage.start()
    await stage.comes_to("offer", "unknown")

    assert max(copies(stage).values(), default=0) <= 1
    assert [event["reason"] for event in await stage.told("email_failed")] == ["parked"]


async def test_who_may_have_got_an_offer_whose_sender_died_is_told_that_it_is_withdrawn(stage):
    invitation = stage.owners.invitation()
    await queue(stage, issued(invitation))
    async with stage.process("sender.data_started", senders=1) as process:
        assert await asyncio.wait_for(process.wait(), 40) == KILLED
    stage.owners.now(invitation, state="withdrawn")
    await the_dead_are_found(stage)
    await stage.start()
    await stage.happen(InvitationWithdrawn(**about(invitation), reason="request_stopped"))
    await stage.mail("withdrawn")

    assert (await stage.comes_to("offer", "cancelled"))["last_code"] == "connection_lost"


async def test_killing_senders_at_random_loses_nothing(stage):
    chance = random.Random(11)  # noqa: S311  the same deaths in every run
    count, deaths = 40, 3
    await queue(stage, *(receipt(stage) for _ in range(count)))
    for death in range(deaths):
        goal = (death + 1) * 8 + chance.randint(0, 4)
        async with stage.process() as process:
            await stage.smtp.until(lambda goal=goal: len(stage.smtp.accepted) >= goal, 40)
            process.send_signal(signal.SIGKILL)
        await the_dead_are_found(stage)
    await stage.start()
    await stage.district.until(lambda: all_sent(stage))

    arrived = copies(stage)
    assert set(arrived) == {row["message_id"] for row in await stage.rows()}
    assert max(arrived.values()) <= 2
    assert sum(arrived.values()) - count <= 2 * deaths
    assert len(await stage.told("email_sent")) == count


async def test_two_copies_at_once_send_each_mail_exactly_once(stage):
    await asyncio.gather(stage.start(), stage.start())
    count = 50
    await stage.happen(*registrations(stage, count - 10), *(receipt(stage) for _ in range(10)))
    await stage.settled(count)

    assert {state for state, _ in await stage.states()} == {"sent"}
    assert len(copies(stage)) == len(stage.smtp.accepted) == count
    assert {row["attempt"] for row in await stage.rows()} == {1}
    assert len(await stage.told("email_sent")) == count


async def test_the_message_server_restarted_in_the_middle_loses_and_doubles_nothing(stage):
    await stage.start()
    events = registrations(stage, 30)
    await stage.happen(*events[:15])
    await stage.smtp.until(lambda: stage.smtp.accepted)
    stage.district.kill_nats()
    await asyncio.to_thread(stage.district.start_nats)
    await stage.happen(*events[15:])
    await stage.settled(30)

    assert len(copies(stage)) == len(stage.smtp.accepted) == 30
    await stage.district.until(lambda: published(stage, 30))


async def test_the_database_killed_in_the_middle_loses_and_doubles_nothing(
    own_district, postgres
):
    async with a_stage(own_district, start=False) as stage:
        await queue(stage, *registrations(stage, 40))
        await stage.start()
        await stage.smtp.until(lambda: len(stage.smtp.accepted) >= 8, 20)
        postgres.signal(signal.SIGKILL)
        await asyncio.to_thread(postgres.start)
        await stage.district.until(lambda: all_sent(stage))

        assert len(copies(stage)) == len(stage.smtp.accepted) == 40
        assert len(await stage.told("email_sent")) == 40


async def published(stage, count):
    rows = await stage.district.sql(
        "SELECT 1 FROM notifications.outbox WHERE published_at IS NOT NULL"
    )
    return len(rows) == count
