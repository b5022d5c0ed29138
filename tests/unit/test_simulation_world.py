"""A world is made of its parameters and a seed, and of nothing else."""

from datetime import timedelta

import numpy as np
import pytest

from services.matching.simulation.parameters import FIELDS, LEVELS
from services.matching.simulation.posting import NO_LANGUAGE
from services.matching.simulation.volunteers import NOT_SPOKEN
from shared.kernel.places import Point, distance_km
from shared.kernel.slots import TIMEZONE
from tests.unit.simulation_builders import a_world

YEAR = {"calendar": {"weeks": 52}, "requests": {"per_week": 25.0}, "volunteers": {"count": 600}}


@pytest.fixture(scope="module")
def year():
    return a_world(**YEAR)


def test_the_same_seed_makes_the_same_world_and_another_seed_another():
    one, same, other = a_world(3), a_world(3), a_world(4)

    assert one.requests == same.requests
    assert np.array_equal(one.volunteers.willing, same.volunteers.willing)
    assert np.array_equal(one.volunteers.free, same.volunteers.free)
    assert one.requests != other.requests


def test_other_volunteers_leave_the_requests_as_they_are():
    base, overload = (a_world(5, volunteers={"count": count}) for count in (60, 30))

    assert base.requests == overload.requests


def test_the_chance_of_a_request_is_the_same_in_whatever_order_it_is_asked_for():
    world = a_world()
    last = world.draws(5)
    for number in (1, 5, 2):
        world.draws(number)

    again = world.draws(5)

    assert np.array_equal(last.says_yes, again.says_yes)
    assert np.array_equal(last.reply, again.reply)
    assert not np.array_equal(last.says_yes, world.draws(4).says_yes)


def test_ways_are_those_of_the_kernel():
    world = a_world()
    people = world.volunteers
    for number in (0, 3):
        ways = [
            distance_km(world.requests[number].point, Point(float(lat), float(lon)))
            for lat, lon in zip(people.latitude, people.longitude, strict=True)
        ]
        assert world.way_km(number) == pytest.approx(ways)


def test_requests_are_posted_in_order_by_day_and_their_dates_lie_in_day_parts(year):
    posted = [one.posted_at for one in year.requests]
    hours = [one.posted_at.astimezone(TIMEZONE).hour for one in year.requests]

    assert posted == sorted(posted)
    assert min(hours) >= 8
    assert max(hours) < 18
    for request in year.requests:
        assert timedelta(hours=12) <= request.lead <= timedelta(days=29)
        starts = {slot.starts_at.astimezone(TIMEZONE) for slot in request.slots}
        assert len({(one.weekday(), one.hour) for one in starts}) == 1
        (hour,) = {one.hour for one in starts}
        assert any(part <= hour <= part + 2 for part in (9, 13, 17))
        assert all(slot.duration == timedelta(hours=2) for slot in request.slots)
        assert len(request.slots) in {1, 4}


def test_the_shares_of_a_year_are_those_of_the_file(year):
    requests, people = year.requests, year.volunteers
    lead = np.median([one.lead / timedelta(days=1) for one in requests])
    needing = np.mean([one.language != NO_LANGUAGE for one in requests])

    assert len(requests) == pytest.approx(25 * 52, abs=4 * 36)
    assert lead == pytest.approx(5, abs=0.7)
    assert needing == pytest.approx(0.30, abs=0.05)
    assert year.places.mean() == pytest.approx(1.69, abs=0.2)
    assert np.mean(people.places == 1) == pytest.approx(0.35, abs=0.07)
    assert people.willing.mean() == pytest.approx(-1.2, abs=0.15)
    assert np.mean(people.levels[:, 0] != NOT_SPOKEN) == pytest.approx(0.95, abs=0.03)
    assert people.levels.max() < len(LEVELS)
    assert people.fields.shape == (600, len(FIELDS))
    assert people.fields.any(axis=1).all()
    assert (people.levels != NOT_SPOKEN).any(axis=1).all()


def test_people_are_free_for_as_many_requests_as_in_the_first_model(year):
    free = year.volunteers.free
    shares = [
        np.mean(free[:, one.weekday()] >> np.uint64(2 * one.hour) & np.uint64(1))
        for one in (request.starts_at.astimezone(TIMEZONE) for request in year.requests)
    ]

    assert np.mean(shares) == pytest.approx(0.57, abs=0.04)


def test_a_need_names_the_language_of_its_column(year):
    tags = year.parameters.languages.tags
    for request in year.requests:
        tag = None if request.need is None else request.need.tag
        assert tag == (None if request.language == NO_LANGUAGE else tags[request.language])
    needed = {request.need.tag for request in year.requests if request.need}
    assert "ti" in needed
    assert not needed & {"de", "en"}
