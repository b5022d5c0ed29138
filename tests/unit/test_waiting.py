"""The deadline of a wait holds, whatever the condition does with a cancellation."""

import asyncio

import pytest

from tests.waiting import until


async def test_a_wait_returns_what_it_waited_for():
    looks = iter([None, 0, "there"])

    async def look():
        return next(looks)

    assert await until(look, 5) == "there"


async def test_a_wait_that_is_cut_short_in_vain_ends_all_the_same():
    swallowed = 0

    async def look():
        nonlocal swallowed
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed += 1
        return swallowed > 1

    with pytest.raises(TimeoutError):
        await until(look, 0.05)
    assert swallowed == 1


async def test_a_condition_that_never_holds_is_given_up():
    with pytest.raises(TimeoutError):
        await until(lambda: False, 0.05)
