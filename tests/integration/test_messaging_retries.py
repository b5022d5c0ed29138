"""What becomes of a message whose handling fails: paced tries, then DEAD_LETTERS; never lost."""

import asyncio
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from shared.contracts.messages import Service
from shared.contracts.profiles import PauseVolunteer, VolunteerPaused
from shared.contracts.values import Done
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.messaging.asking import Received, Unavailable
from shared.messaging.retries import MAX_TRIES, Pace, TooEarly
from tests.example_service import (
    QUICK,
    ExampleService,
    a_pause,
    effects,
    paused,
    running,
    stored,
)

PROFILES, REPORTING = Service.PROFILES, Service.REPORTING
CONSUMER = "reporting__volunteer_paused_v1"
PRIVATE = "Frau Muster, 03447 1234"


class Failing:
    """A handler that fails as told, notes when, and at last does its work."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.called_at = []

    def __call__(self, example: ExampleService) -> None:
        @example.seam.event(VolunteerPaused)
        async def on_paused(event: VolunteerPaused, work):
            self.called_at.append(asyncio.get_running_loop().time())
            await example.note(work, event.volunteer_id)
            if self.errors:
                raise self.errors.pop(0)

    @property
    def gaps(self):
        return [later - earlier for earlier, later in pairwise(self.called_at)]


async def publish_paused(district, **more):
    event = paused(new_id())
    client = await district.client("profiles")
    await client.jetstream().publish(
        event.subject, event.model_dump_json().encode(), headers=more or None
    )
    await client.close()
    return event


async def dead_letter(district):
    async def found():
        return await stored(district, "DEAD_LETTERS")

    (letter,) = await district.until(found)
    return letter


async def settled(district, stream="EVENTS", consumer=CONSUMER):
    """Wait until a consumer has nothing left to deliver or to be acknowledged."""
    await district.handled(stream, consumer)


async def test_a_failing_handler_is_tried_again_in_growing_steps_and_acts_once(district):
    failing = Failing(*[RuntimeError(PRIVATE)] * 4)
    async with running(district, REPORTING, failing):
        event = await publish_paused(district)
        await settled(district)

        assert await effects(district, REPORTING) == [str(event.volunteer_id)]
        assert len(failing.gaps) == 4
        for gap, planned in zip(failing.gaps, (0.05, 0.1, 0.2, 0.2), strict=True):
            assert gap >= 0.8 * planned
        assert await stored(district, "DEAD_LETTERS") == []


async def test_what_fails_eight_times_becomes_a_dead_letter_with_a_code_and_no_text(district):
    failing = Failing(*[RuntimeError(PRIVATE)] * 20)
    async with running(district, REPORTING, failing):
        with capture_logs() as logs:
            event = await publish_paused(district, correlation_id="chain-1")
            letter = await dead_letter(district)
            await settled(district)

        assert len(failing.called_at) == MAX_TRIES
        assert letter.subject == f"dead.{CONSUMER}"
        assert letter.data == event.model_dump_json().encode()
        assert letter.headers["dead-error"] == "RuntimeError"
        assert letter.headers["dead-tries"] == str(MAX_TRIES)
        assert letter.headers["dead-subject"] == event.subject
        assert letter.headers["correlation_id"] == "chain-1"
        assert PRIVATE not in repr((letter.headers, logs))
        assert await effects(district, REPORTING) == []


async def test_an_unreadable_body_is_buried_at_once_and_its_handler_never_called(district):
    failing = Failing()
    async with running(district, REPORTING, failing):
        client = await district.client("profiles")
        jetstream = client.jetstream()
        for body in (b"\xff not json", b'{"volunteer_id": "Frau Muster"}', b""):
            await jetstream.publish(VolunteerPaused.subject, body)
        await client.close()

        async def three():
            letters = await stored(district, "DEAD_LETTERS")
            return letters if len(letters) == 3 else None

        letters = await district.until(three)
        await settled(district)

        assert {letter.headers["dead-error"] for letter in letters} == {"messaging.unreadable"}
        assert {letter.headers["dead-tries"] for letter in letters} == {"1"}
        assert failing.called_at == []


class NeverPossible(Refusal):
    code = "tests.never_possible"


async def test_an_event_that_is_refused_for_good_is_buried_at_once(district):
    failing = Failing(NeverPossible(PRIVATE))
    async with running(district, REPORTING, failing):
        await publish_paused(district)
        letter = await dead_letter(district)

        assert letter.headers["dead-error"] == "tests.never_possible"
        assert len(failing.called_at) == 1


async def test_an_outage_is_waited_out_and_uses_up_no_tries(district):
    outages = [Unavailable("away"), ConnectionRefusedError(), TimeoutError()] * 5
    failing = Failing(*outages, *[RuntimeError()] * (MAX_TRIES - 1))
    async with running(district, REPORTING, failing, pace=Pace((0.02,), outage=0.02)):
        event = await publish_paused(district)
        await settled(district)

        assert len(failing.called_at) == len(outages) + MAX_TRIES
        assert await effects(district, REPORTING) == [str(event.volunteer_id)]
        assert await stored(district, "DEAD_LETTERS") == []


async def test_what_comes_too_early_outlives_the_tries_of_a_failure(district):
    failing = Failing(*[TooEarly("not known yet")] * (MAX_TRIES + 2))
    async with running(district, REPORTING, failing, pace=Pace((0.02, 0.02))):
        event = await publish_paused(district)
        await settled(district)

        assert await effects(district, REPORTING) == [str(event.volunteer_id)]
        assert await stored(district, "DEAD_LETTERS") == []


def test_too_early_is_tried_for_a_day_at_the_pace_of_the_service():
    pace = Pace()
    latest = sum(pace.delay_after(tries, 0.5) for tries in range(1, pace.too_early_tries))

    assert 24 * 3600 <= latest <= 25 * 3600


async def test_a_dead_letter_that_cannot_be_stored_keeps_its_message(district):
    failing = Failing(NeverPossible("no"), NeverPossible("no"))
    jetstream = await district.jetstream()
    await jetstream.delete_stream("DEAD_LETTERS")
    async with running(district, REPORTING, failing, pace=Pace((0.02,), outage=0.02)):
        event = await publish_paused(district)
        await settled(district)

        assert await effects(district, REPORTING) == [str(event.volunteer_id)]


def fail_always(example: ExampleService) -> None:
    @example.seam.command(PauseVolunteer)
    async def on_pause(_command: PauseVolunteer, _work) -> Done:
        raise ZeroDivisionError(PRIVATE)


async def test_a_command_that_fails_eight_times_leaves_the_work_queue_for_the_dead_letters(
    district,
):
    async with running(district, PROFILES, fail_always, pace=QUICK):
        portal = await district.asker("portal")
        wish = a_pause()

        assert await portal.send(wish) == Received()
        letter = await dead_letter(district)

        assert letter.headers["dead-error"] == "ZeroDivisionError"
        assert PRIVATE not in repr(letter.headers)
        assert letter.data == wish.model_dump_json().encode()
        await settled(district, "COMMANDS", "profiles__pause_volunteer_v1")
        assert await stored(district, "COMMANDS") == []


@pytest.mark.parametrize(
    ("reader", "user", "may"),
    [("reporting", "cli", True), ("reporting", "admin", True), ("reporting", "portal", False)],
)
async def test_a_dead_letter_is_replayed_to_its_consumer_alone_by_the_operator_alone(
    district, reader, user, may
):
    failing = Failing(NeverPossible("not yet"))
    async with (
        running(district, REPORTING, failing),
        running(
            district, Service.MATCHING, lambda example: example.note_every(VolunteerPaused)
        ),
    ):
        event = await publish_paused(district)
        letter = await dead_letter(district)
        await settled(district, consumer="matching__volunteer_paused_v1")
        operator = await district.client(user)

        replay = operator.request(
            f"replay.{reader}__volunteer_paused_v1", letter.data, timeout=0.5
        )
        try:
            if may:
                assert (await replay).headers["bruecke-status"] == "ok"
            else:
                with pytest.raises(TimeoutError):
                    await replay
        finally:
            await operator.close()

        acted = [str(event.volunteer_id)] if may else []
        assert await effects(district, REPORTING) == acted
        assert await effects(district, Service.MATCHING) == [str(event.volunteer_id)]


async def test_a_replay_tells_the_operator_what_went_wrong_and_acts_once(district):
    failing = Failing(NeverPossible("no"), NeverPossible("still not"))
    async with running(district, REPORTING, failing):
        event = await publish_paused(district)
        letter = await dead_letter(district)
        operator = await district.client("cli")

        async def replay():
            return await operator.request(f"replay.{CONSUMER}", letter.data, timeout=2)

        refused, done, again = await replay(), await replay(), await replay()
        await operator.close()

        assert b"tests.never_possible" in refused.data
        assert refused.headers["bruecke-status"] == "refused"
        assert done.headers["bruecke-status"] == again.headers["bruecke-status"] == "ok"
        assert await effects(district, REPORTING) == [str(event.volunteer_id)]
