"""The framework's and the broker's traps, each with a test that would tell if we fell into it."""

import asyncio
import json

import pytest
from faststream import AckPolicy
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from structlog.testing import capture_logs

from infra.provision import provision_nats
from shared.contracts.matching import RequestFilled
from shared.contracts.messages import Service
from shared.contracts.profiles import ExportVolunteer, PauseVolunteer, VolunteerPaused
from shared.kernel.ids import new_id
from shared.messaging.asking import Unavailable
from shared.messaging.envelope import Correlation, asked_headers
from shared.messaging.outbox import EventNotPublishable
from shared.messaging.provisioning import CannotMend
from shared.messaging.topology import durables
from shared.service.settings import ServiceSettings
from shared.service.watchdog import NotProvisioned
from tests.example_service import (
    ExampleService,
    a_pause,
    effects,
    make_tables,
    paused,
    running,
    stored,
    whole_service,
)

PROFILES, REPORTING = Service.PROFILES, Service.REPORTING
CONSUMER = "reporting__volunteer_paused_v1"


async def test_every_subscriber_states_what_the_framework_would_decide_badly(district):
    seen: set[str] = set()
    for service in Service:
        app = whole_service(service)(district.settings(ServiceSettings))
        for subscriber in app.connection.broker.subscribers:
            options = subscriber.extra_options
            if "durable" not in options:
                # A core request has nothing to acknowledge; its answer tells what happened.
                assert subscriber.subject.broker_address.startswith(
                    ("query.", "private.", "replay.")
                )
                continue
            seen.add(options["durable"])
            assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
            assert subscriber.stream.declare is False
            assert subscriber.pull_sub.batch_size <= 4
            assert options["inbox_prefix"] == f"_INBOX_{service}.".encode()
        await app.database.close()
    assert seen == {durable.name for durable in durables()}


async def test_two_handlers_of_one_message_are_a_mistake(district):
    async with running(district, PROFILES, ExampleService.take_pauses) as example:
        with pytest.raises(TypeError, match="has a handler already"):
            example.take_pauses()


@pytest.mark.parametrize("contract", [VolunteerPaused, RequestFilled])
async def test_a_service_handles_only_what_the_catalogue_gives_it(district, contract):
    async with running(district, Service.PORTAL) as example:
        with pytest.raises(TypeError, match="is not a reader"):
            example.note_every(contract)
        with pytest.raises(TypeError, match="belongs to"):
            example.take_pauses()


async def configuration(district):
    """Every stream's and consumer's configuration as the server has it."""
    jetstream = await district.jetstream()
    found = {info.config.name: info.config.as_dict() for info in await jetstream.streams_info()}
    assert set(found) == {"EVENTS", "COMMANDS", "DEAD_LETTERS", "ADVISORIES"}
    for stream in list(found):
        for info in await jetstream.consumers_info(stream):
            found[info.name] = info.config.as_dict()
    return found


async def test_starting_a_service_changes_no_stream_and_no_consumer(district):
    await make_tables(district, REPORTING)
    before = await configuration(district)

    app = await district.start(whole_service(REPORTING), ServiceSettings)
    assert app.watchdog.ready
    await district.stop(app)

    assert await configuration(district) == before


async def test_provisioning_twice_changes_nothing_and_mends_what_drifted(district):
    async def provision(**how):
        return await provision_nats(
            district.nats_url, district.servers.secrets, max_bytes=2**28, **how
        )

    assert await provision(apply=False) == []
    jetstream = await district.jetstream()
    await jetstream.delete_consumer("EVENTS", CONSUMER)
    await drift(jetstream)
    await jetstream.add_consumer("EVENTS", ConsumerConfig(durable_name="nobody__knows_v1"))

    told = [
        f"change consumer {COMMAND_CONSUMER} (ack_wait)",
        f"add consumer {CONSUMER}",
        "remove consumer nobody__knows_v1",
    ]
    assert await provision(apply=False) == told
    assert await provision(apply=True) == told
    assert await provision(apply=False) == []


async def test_provisioning_leaves_to_the_operator_what_the_server_cannot_change(district):
    jetstream = await district.jetstream()
    found = (await jetstream.consumer_info("EVENTS", CONSUMER)).config
    await jetstream.delete_consumer("EVENTS", CONSUMER)
    await jetstream.add_consumer("EVENTS", found.evolve(deliver_policy=DeliverPolicy.NEW))

    with pytest.raises(CannotMend, match=f"{CONSUMER} differs in deliver_policy"):
        await provision_nats(
            district.nats_url, district.servers.secrets, apply=True, max_bytes=2**28
        )


COMMAND_CONSUMER = "profiles__pause_volunteer_v1"


async def drift(jetstream):
    """Change what a service relies on, as a careless operator could."""
    found = (await jetstream.consumer_info("COMMANDS", COMMAND_CONSUMER)).config
    found.ack_wait = 5.0
    await jetstream.add_consumer("COMMANDS", found)


async def test_a_service_does_not_start_on_a_drifted_consumer(district):
    await make_tables(district, PROFILES)
    await drift(await district.jetstream())

    with pytest.raises(NotProvisioned, match=f"{COMMAND_CONSUMER} differs in ack_wait"):
        await district.start(whole_service(PROFILES), ServiceSettings)


async def test_a_service_does_not_start_without_its_consumer_and_does_not_make_it(district):
    await make_tables(district, REPORTING)
    jetstream = await district.jetstream()
    await jetstream.delete_consumer("EVENTS", CONSUMER)

    with pytest.raises(NotProvisioned, match=f"consumer {CONSUMER} is missing"):
        await district.start(whole_service(REPORTING), ServiceSettings)

    with pytest.raises(NotFoundError):
        await jetstream.consumer_info("EVENTS", CONSUMER)


async def test_a_service_does_not_start_without_a_handler_for_each_consumer(district):
    await make_tables(district, REPORTING)

    def forgetful(settings):
        app = whole_service(REPORTING)(settings)
        del app.seam.durables[CONSUMER]
        return app

    with pytest.raises(NotProvisioned, match=CONSUMER):
        await district.start(forgetful, ServiceSettings)


async def test_a_consumer_that_vanishes_ends_the_service(district):
    await make_tables(district, REPORTING)
    app = whole_service(REPORTING)(district.settings(ServiceSettings))
    app.watchdog.every_s = 0.05
    running_app = asyncio.create_task(app.run(asyncio.Event()))
    await district.until(app.ready.is_set)
    jetstream = await district.jetstream()

    await jetstream.delete_consumer("EVENTS", CONSUMER)

    with pytest.raises(NotProvisioned, match="is missing"):
        await asyncio.wait_for(running_app, 15)


async def test_a_forbidden_subject_is_noticed_though_its_caller_sees_a_timeout(district):
    await make_tables(district, REPORTING)
    app = await district.start(whole_service(REPORTING), ServiceSettings)
    with capture_logs() as logs:
        await app.connection.client.publish("event.matching.request_filled.v1", b"{}")
        await app.connection.client.flush()
        await district.until(lambda: app.connection.forbidden)
    assert "request_filled" in app.connection.forbidden
    assert "nats.forbidden" in {entry["event"] for entry in logs}

    await app.watchdog.look()

    assert app.watchdog.problems == {"rights": "forbidden"}
    assert not app.watchdog.ready
    assert await stored(district, "EVENTS") == []


async def unpublished(district):
    rows = await district.sql("SELECT 1 FROM profiles.outbox WHERE published_at IS NULL")
    return len(rows)


async def test_an_event_without_a_puback_waits_in_the_outbox(district):
    jetstream = await district.jetstream()
    config = (await jetstream.stream_info("EVENTS")).config
    await jetstream.delete_stream("EVENTS")
    async with running(district, PROFILES) as example:
        with capture_logs() as logs:
            async with example.work() as work:
                await work.publish(paused(new_id()), paused(new_id(), sequence=1))
            await district.until(lambda: [e for e in logs if e["event"] == "loop.failed"])
        assert await unpublished(district) == 2

        await jetstream.add_stream(config)

        await district.until(lambda: _is(unpublished(district), 0))
        bodies = [json.loads(message.data) for message in await stored(district, "EVENTS")]
        assert [body["sequence"] for body in bodies] == [0, 1]


async def _is(question, wanted):
    return await question == wanted


async def test_a_full_stream_loses_nothing(district):
    jetstream = await district.jetstream()
    config = (await jetstream.stream_info("EVENTS")).config
    await jetstream.update_stream(config.evolve(max_bytes=2000))
    async with running(district, PROFILES) as example:
        async with example.work() as work:
            await work.publish(*(paused(new_id(), sequence=n) for n in range(10)))
        await district.until(lambda: stored(district, "EVENTS"))
        assert await unpublished(district) > 0

        await jetstream.update_stream(config)

        await district.until(lambda: _is(unpublished(district), 0))
        bodies = [json.loads(message.data) for message in await stored(district, "EVENTS")]
        assert [body["sequence"] for body in bodies] == list(range(10))


async def test_an_event_published_again_under_its_id_is_dropped(district):
    async with running(district, PROFILES) as example:
        async with example.work() as work:
            await work.publish(paused(new_id()))
        await district.until(lambda: _is(unpublished(district), 0))

        await district.sql("UPDATE profiles.outbox SET published_at = NULL RETURNING 1")
        await district.until(lambda: _is(unpublished(district), 0))

        assert len(await stored(district, "EVENTS")) == 1


async def test_what_the_relay_could_never_publish_is_refused_before_it_is_stored(district):
    async with running(district, PROFILES) as example:
        foreign = RequestFilled.model_construct(event_id=new_id(), request_id=new_id())
        with pytest.raises(EventNotPublishable):
            async with example.work() as work:
                await work.publish(foreign)
        assert await district.sql("SELECT 1 FROM profiles.outbox") == []


FORGED = (
    "event.matching.request_filled.v1",
    "event.profiles.volunteer_paused.v1",
    "dead.profiles__pause_volunteer_v1",
    "_INBOX_matching.abc",
    "_INBOX_portal",
    "_INBOX_portal.>",
    "_INBOX_portal.a.*",
    "_INBOX_portal.a event.profiles.volunteer_paused.v1",
    "_INBOX_portalx.abc",
)


async def test_a_forged_reply_address_is_dropped(district):
    async with running(district, PROFILES, ExampleService.take_pauses) as example:
        owner = await district.jetstream()
        portal = await district.client("portal")
        for forged in FORGED:
            await portal.jetstream().publish(
                PauseVolunteer.subject,
                a_pause().model_dump_json().encode(),
                headers=asked_headers(Correlation.fresh(), reply_to=forged),
            )
        await portal.close()
        await district.until(lambda: _is(_count(effects(district, PROFILES)), len(FORGED)))
        await example.connection.client.flush()

        paused_events = await stored(district, "EVENTS")
        assert {message.subject for message in paused_events} == {VolunteerPaused.subject}
        assert all(b"event_id" in message.data for message in paused_events)
        assert (await owner.stream_info("DEAD_LETTERS")).state.messages == 0
        assert example.connection.forbidden is None
        assert example.connection.is_connected


async def _count(question):
    return len(await question)


async def test_asking_during_an_outage_fails_at_once(district):
    portal = await district.asker("portal")
    district.kill_nats()
    await district.until(lambda: not portal.is_connected)

    async with asyncio.timeout(0.5):
        with pytest.raises(Unavailable):
            await portal.ask(ExportVolunteer(volunteer_id=new_id()))
