"""The seventh adversarial instance by night: half-hours are meant by the wall clock, also where it jumps."""

from datetime import UTC, datetime

import pytest

from shared.contracts.values import Dated, Times
from tests.integration.matching_scene import HOUR, a_scene

pytestmark = pytest.mark.integration

SATURDAY, SUNDAY = 5, 6


@pytest.fixture
async def scene(district):
    async with a_scene(district) as scene:
        yield scene


def times(*free):
    return tuple(Times(weekday=day, **{"from": start, "to": end}) for day, start, end in free)


@pytest.mark.parametrize(
    ("starts_at", "hours", "free", "not_free"),
    [
        # From 01:30 to 03:30, an hour: nobody must be free in the one that is skipped.
        pytest.param(
            datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
            1,
            [(SUNDAY, "01:30", "02:00"), (SUNDAY, "03:00", "03:30")],
            [(SUNDAY, "01:30", "03:00")],
            id="spring",
        ),
        # From 02:30 to 02:30: the hour that comes twice.
        pytest.param(
            datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
            1,
            [(SUNDAY, "02:00", "03:00")],
            [(SUNDAY, "02:30", "03:00")],
            id="autumn",
        ),
        # From 22:00 to 04:00, seven hours.
        pytest.param(
            datetime(2027, 10, 30, 20, tzinfo=UTC),
            7,
            [(SATURDAY, "22:00", "04:00")],
            [(SATURDAY, "22:00", "24:00")],
            id="past-midnight",
        ),
    ],
)
async def test_7_in_a_night_who_is_asked_is_free_by_the_wall_clock(
    scene, starts_at, hours, free, not_free
):
    (person,) = await scene.register(1, availability=times(*free))
    (other,) = await scene.register(1, availability=times(*not_free))
    request_id = await scene.open(
        slots=(Dated(starts_at=starts_at, ends_at=starts_at + hours * HOUR),)
    )

    await scene.asked(request_id)

    assert {row["volunteer_id"] for row in await scene.invitations(request_id)} == {person}
    excluded = {one.volunteer_id: one for one in (await scene.board(request_id)).excluded}
    assert [one.code for one in excluded[other].exclusions] == ["not_free"]
