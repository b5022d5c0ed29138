"""What volunteers do when they are asked, against the formulas of the world's file."""

from dataclasses import replace
from datetime import timedelta
from math import exp

import numpy as np
import pytest

from services.matching.simulation.crowd import MONTH, Crowd
from services.matching.simulation.pairs import Pairs, pairs_of
from services.matching.simulation.world import Draws
from shared.kernel.fields import Answer
from tests.unit.simulation_builders import a_world

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def world():
    return a_world(
        volunteers={
            "count": 3,
            "capacity": [{"share": 1.0, "places": 2, "hours_per_week": 2.0}],
        }
    )


def pairs(world, *, willing=0.0, says_yes=0.5, says_no=0.5, leaves=0.5, reply=0.0) -> Pairs:
    """A request to which everybody has this logit and draws these numbers."""
    count = world.volunteers.count
    drawn = Draws(*(np.full(count, one) for one in (says_yes, says_no, leaves, reply)))
    return replace(pairs_of(world, 0), willing=np.full(count, willing), draws=drawn)


def test_a_yes_comes_if_the_chance_is_higher_than_the_draw(world):
    now = world.starts_at
    even = Crowd(world).react(pairs(world, says_yes=0.49), 0, now)
    uneven = Crowd(world).react(pairs(world, says_yes=0.51), 0, now)

    assert even.says is Answer.YES
    assert uneven.says is not Answer.YES
    assert even.after == 5 * HOUR


def test_replies_are_lognormal_around_five_hours(world):
    early = Crowd(world).react(pairs(world, says_yes=0.1, reply=-1.0), 0, world.starts_at)

    assert early.after / HOUR == pytest.approx(5 * exp(-1.3))


def test_two_of_five_noes_are_said_and_the_others_are_silence(world):
    said = Crowd(world).react(pairs(world, says_yes=0.9, says_no=0.39), 0, world.starts_at)
    silent = Crowd(world).react(pairs(world, says_yes=0.9, says_no=0.41), 0, world.starts_at)

    assert said.says is Answer.NO
    assert silent.says is None


def test_each_mail_tires_and_is_forgotten_in_weeks(world):
    crowd = Crowd(world)
    crowd.react(pairs(world), 1, world.starts_at)
    crowd.react(pairs(world), 1, world.starts_at + 21 * DAY)

    tired = crowd.fatigue(world.starts_at + 21 * DAY)

    assert tired == pytest.approx([0, 1 + exp(-1), 0])
    later = crowd.fatigue(world.starts_at + 42 * DAY)
    assert later[1] == pytest.approx((1 + exp(-1)) * exp(-1))


def test_who_is_tired_says_yes_less_often(world):
    crowd, now = Crowd(world), world.starts_at
    assert crowd.react(pairs(world, says_yes=0.49), 0, now).says is Answer.YES

    # One mail of a moment ago: 1/(1+e^0.3) is 0.4256.
    assert crowd.react(pairs(world, says_yes=0.43), 0, now).says is not Answer.YES
    assert crowd.react(pairs(world, says_yes=0.34), 0, now).says is Answer.YES


def test_a_yes_that_comes_too_late_tires_like_a_mail(world):
    crowd = Crowd(world)
    crowd.disappoint(2, world.starts_at)

    assert crowd.fatigue(world.starts_at) == pytest.approx([0, 0, 1])


def test_tired_people_leave_more_easily(world):
    crowd, now = Crowd(world), world.starts_at
    almost = pairs(world, leaves=0.0016)
    assert not crowd.react(almost, 0, now).leaves
    assert crowd.react(almost, 0, now).leaves  # 0.0015 * 2^1.3 is 0.0037
    assert Crowd(world).react(pairs(world, leaves=0.0014), 0, now).leaves


def test_who_has_taken_enough_pauses_until_the_oldest_place_is_a_month_old(world):
    crowd, start = Crowd(world), world.starts_at

    assert crowd.take(0, start) is None
    assert crowd.has_room(0, start + DAY)
    assert crowd.take(0, start + DAY) == start + MONTH
    assert not crowd.has_room(0, start + MONTH - HOUR)
    assert crowd.has_room(0, start + MONTH)
    assert crowd.take(0, start + MONTH) == start + DAY + MONTH


def test_the_same_pair_reacts_the_same_whatever_happened_before_if_nothing_tires():
    tireless = {"fatigue": 0.0, "leaves_power": 0.0}
    world = a_world(volunteers={"count": 60}, answers=tireless)
    fresh, busy = Crowd(world), Crowd(world)
    for number in (1, 2, 3):
        for row in range(0, 60, 2):
            busy.react(pairs_of(world, number), row, world.starts_at)

    now = world.starts_at + DAY
    pair = pairs_of(world, 0)
    both = [(fresh.react(pair, row, now), busy.react(pair, row, now)) for row in range(60)]

    assert all(one == other for one, other in both)
    assert {one.says for one, _ in both} == {Answer.YES, Answer.NO, None}
