"""Commands on real servers: three ends for the sender, one effect for the owner."""

import asyncio
import signal

import pytest

from shared.contracts.messages import Service
from shared.contracts.profiles import PauseVolunteer
from shared.contracts.values import Done
from shared.kernel.clock import MachineClock
from shared.kernel.errors import Refusal
from shared.messaging.asking import NotSaved, Received, Replied, WishRefused
from tests.example_service import ExampleService, a_pause, effects, running, stored

PROFILES = Service.PROFILES
PAUSE = PauseVolunteer.subject


async def test_a_command_is_answered_and_gone_from_the_stream(district):
    async with running(district, PROFILES, ExampleService.take_pauses):
        portal = await district.asker("portal")
        wish = a_pause(weeks=3)

        answered = await portal.send(wish)

        assert answered == Replied(Done(version=3))
        assert await effects(district, PROFILES) == [str(wish.volunteer_id)]
        await district.until(lambda: _none_left(district))


async def _none_left(district):
    return await stored(district, "COMMANDS") == []


async def test_a_command_without_its_handler_is_received_and_acts_once_the_handler_is_there(
    district,
):
    portal = await district.asker("portal")
    wish = a_pause()

    assert await portal.send(wish) == Received()

    async with running(district, PROFILES, ExampleService.take_pauses):
        await district.until(lambda: _effects_are(district, [str(wish.volunteer_id)]))
        assert await portal.send(wish) == Replied(Done(version=1))
        assert await effects(district, PROFILES) == [str(wish.volunteer_id)]


async def _effects_are(district, wanted):
    return await effects(district, PROFILES) == wanted


async def test_nothing_is_saved_while_the_server_is_down(district):
    portal = await district.asker("portal")
    district.kill_nats()
    await district.until(lambda: not portal.is_connected)

    async with asyncio.timeout(1):
        assert await portal.send(a_pause()) == NotSaved()


async def test_a_frozen_server_saves_nothing_and_the_repeat_acts_once(district):
    async with running(district, PROFILES, ExampleService.take_pauses):
        portal = await district.asker("portal")
        await portal.send(a_pause())
        wish = a_pause("the-same-key")
        district.kill_nats(signal.SIGSTOP)
        try:
            async with asyncio.timeout(5):
                assert await portal.send(wish) == NotSaved()
        finally:
            district.kill_nats(signal.SIGCONT)

        assert await portal.send(wish) == Replied(Done(version=1))
        await district.until(lambda: _none_left(district))
        assert (await effects(district, PROFILES)).count(str(wish.volunteer_id)) == 1


async def test_the_same_key_and_body_get_the_stored_reply_in_a_new_message(district):
    async with running(district, PROFILES, ExampleService.take_pauses):
        portal, admin = await district.asker("portal"), await district.asker("admin")
        wish = a_pause(weeks=2)

        first = await portal.send(wish)
        again = await admin.send(wish)

        assert first == again == Replied(Done(version=2))
        assert len(await effects(district, PROFILES)) == 1


async def test_the_same_key_with_another_body_is_refused_and_the_first_reply_stays(district):
    async with running(district, PROFILES, ExampleService.take_pauses):
        portal = await district.asker("portal")
        wish = a_pause("one-key-for-two")
        await portal.send(wish)

        with pytest.raises(WishRefused) as refused:
            await portal.send(a_pause("one-key-for-two"))

        assert refused.value.code == "messaging.key_reused"
        assert await portal.send(wish) == Replied(Done(version=1))
        assert len(await effects(district, PROFILES)) == 1


async def test_twenty_senders_of_one_key_cause_one_effect_and_get_one_reply(district):
    async with running(district, PROFILES, ExampleService.take_pauses):
        portal = await district.asker("portal")
        wish = a_pause(weeks=4)

        answers = await asyncio.gather(*(portal.send(wish) for _ in range(20)))

        assert answers == [Replied(Done(version=4))] * 20
        assert len(await effects(district, PROFILES)) == 1


class NotToday(Refusal):
    code = "tests.not_today"


def refuse_after_an_effect(example: ExampleService) -> None:
    """Say no once; a handler that is asked again would say yes."""
    said: list[None] = []

    @example.seam.command(PauseVolunteer)
    async def on_pause(command: PauseVolunteer, work):
        await example.note(work, command.volunteer_id)
        if not said:
            said.append(None)
            raise NotToday("Not today.", field="weeks")
        return Done(version=9)


async def test_a_refusal_takes_back_the_effect_and_is_repeated_word_for_word(district):
    async with running(district, PROFILES, refuse_after_an_effect):
        portal = await district.asker("portal")
        wish = a_pause()

        for _ in range(2):
            with pytest.raises(WishRefused) as refused:
                await portal.send(wish)
            assert (refused.value.code, refused.value.field) == ("tests.not_today", "weeks")

        assert await effects(district, PROFILES) == []
        assert await portal.send(a_pause()) == Replied(Done(version=9))


async def test_a_command_whose_time_is_over_has_no_effect(district):
    async with running(district, PROFILES, ExampleService.take_pauses):
        portal = await district.asker("portal")
        late = a_pause().model_copy(update={"valid_until": MachineClock().now()})

        with pytest.raises(WishRefused) as refused:
            await portal.send(late)

        assert refused.value.code == "messaging.too_late"
        assert await effects(district, PROFILES) == []


async def test_an_unreadable_reply_counts_as_received_since_the_wish_was_done(district):
    portal = await district.asker("portal")
    owner = await district.client("profiles")

    async def answer_nonsense():
        durable = "profiles__pause_volunteer_v1"
        puller = await owner.jetstream().pull_subscribe_bind(durable, stream="COMMANDS")
        (message,) = await puller.fetch(1, timeout=5)
        await owner.publish(
            message.headers["bruecke-reply-to"], b"?", headers={"bruecke-status": "ok"}
        )

    try:
        async with asyncio.timeout(2):
            sent, _ = await asyncio.gather(portal.send(a_pause()), answer_nonsense())
    finally:
        await owner.close()
    assert sent == Received()
