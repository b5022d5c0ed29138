"""Refusals that nobody hears any more: word of them, once a key; and none of those that were heard."""

import asyncio

import pytest

from shared.contracts.messages import Service
from shared.contracts.profiles import PauseVolunteer
from shared.contracts.values import Done
from shared.kernel.clock import MachineClock
from shared.kernel.errors import Refusal
from shared.messaging.asking import Received, Replied, WishRefused
from shared.messaging.envelope import STATUS
from tests.example_service import (
    ExampleService,
    a_pause,
    effects,
    make_tables,
    paused,
    running,
    stored,
)

pytestmark = pytest.mark.integration

PROFILES = Service.PROFILES
NOT_TODAY = "tests.not_today"
WEEKS_OK = 9


class NotToday(Refusal):
    code = NOT_TODAY


def refuse_and_give_word(example: ExampleService) -> None:
    """Refuse all but one length of pause; word of an unheard refusal is an event and a note."""

    async def unheard(command, refused, work):
        await work.publish(paused(command.volunteer_id))
        await example.note(work, f"{refused.code} {command.command_key}")

    @example.seam.command(PauseVolunteer, unheard=unheard)
    async def on_pause(command: PauseVolunteer, work):
        await work.publish(paused(command.volunteer_id))
        if command.weeks != WEEKS_OK:
            raise NotToday("Not today.")
        return Done(version=WEEKS_OK)


async def words_of(district):
    """Notes of the word that was given, and of as many events."""
    words = await effects(district, PROFILES)
    rows = await district.sql("SELECT count(*) AS n FROM profiles.outbox")
    assert rows[0]["n"] == len(words)
    return words


async def all_handled(district):
    async def none_left():
        return await stored(district, "COMMANDS") == []

    await district.until(none_left)


async def test_of_a_refusal_that_was_heard_no_word_is_given(district):
    async with running(district, PROFILES, refuse_and_give_word):
        portal = await district.asker("portal")
        wish = a_pause()

        for _ in range(2):
            with pytest.raises(WishRefused) as refused:
                await portal.send(wish)
            assert refused.value.code == NOT_TODAY

        await all_handled(district)
        assert await words_of(district) == []


async def test_word_is_given_once_a_key_of_what_was_refused_when_nobody_waited_any_more(
    district,
):
    portal = await district.asker("portal")
    wish, accepted = a_pause("sent-twice"), a_pause("can-be-done", weeks=WEEKS_OK)
    late = a_pause("only-until-now").model_copy(
        update={"valid_until": MachineClock().now(), "weeks": WEEKS_OK}
    )
    wishes = (wish, wish, accepted, late)
    sent = await asyncio.gather(*(portal.send(each) for each in wishes))
    last = await portal.send(a_pause("sent-last"))

    # The first may be certain by now; of the last nobody can know yet.
    assert {*sent, last} == {Received()}
    async with running(district, PROFILES, refuse_and_give_word):
        await all_handled(district)

        accepted_event = 1
        words = await effects(district, PROFILES)
        assert sorted(words) == [
            "messaging.too_late only-until-now",
            f"{NOT_TODAY} sent-last",
            f"{NOT_TODAY} sent-twice",
        ]
        rows = await district.sql("SELECT count(*) AS n FROM profiles.outbox")
        assert rows[0]["n"] == len(words) + accepted_event
        with pytest.raises(WishRefused):
            await portal.send(wish)
        assert await portal.send(accepted) == Replied(Done(version=WEEKS_OK))
        assert await effects(district, PROFILES) == words


async def test_who_sends_again_and_gives_up_gets_word_of_the_refusal_that_was_stored(district):
    portal = await district.asker("portal")
    wish, other = a_pause("heard-at-first"), a_pause("another-body")
    async with running(district, PROFILES, refuse_and_give_word):
        for each in (wish, other):
            with pytest.raises(WishRefused):
                await portal.send(each)
        await all_handled(district)
    again = other.model_copy(update={"weeks": WEEKS_OK})

    assert await asyncio.gather(portal.send(wish), portal.send(again)) == [Received()] * 2

    async with running(district, PROFILES, refuse_and_give_word):
        await all_handled(district)
        assert sorted(await words_of(district)) == [
            "messaging.key_reused another-body",
            f"{NOT_TODAY} heard-at-first",
        ]


async def test_nobody_waits_for_a_replay_and_a_second_one_gives_no_second_word(district):
    async with running(district, PROFILES, refuse_and_give_word):
        operator = await district.client("cli")
        body = a_pause("from-a-dead-letter").model_dump_json().encode()
        try:
            for _ in range(2):
                answer = await operator.request(
                    "replay.profiles__pause_volunteer_v1", body, timeout=5
                )
                assert answer.headers[STATUS] == "refused"
        finally:
            await operator.close()

        assert await words_of(district) == [f"{NOT_TODAY} from-a-dead-letter"]


async def test_word_that_cannot_be_given_leaves_the_refusal_unsaid_and_is_tried_again(district):
    tries: list[str] = []

    def stumble(example: ExampleService) -> None:
        async def unheard(command, refused, work):
            tries.append(refused.code)
            if len(tries) == 1:
                raise RuntimeError("once")
            await example.note(work, command.command_key)

        @example.seam.command(PauseVolunteer, unheard=unheard)
        async def on_pause(_command: PauseVolunteer, _work):
            raise NotToday("Not today.")

    await make_tables(district, PROFILES)
    portal = await district.asker("portal")
    await portal.send(a_pause("stumbles"))

    async with running(district, PROFILES, stumble):
        await all_handled(district)
        assert await effects(district, PROFILES) == ["stumbles"]
        assert tries == [NOT_TODAY] * 2
