"""Whatever the world and the policy: rules that hold for every year that is played."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.simulation.bound import bounds_of
from services.matching.simulation.crowd import MONTH
from services.matching.simulation.groups import groups_of, scarce_of
from services.matching.simulation.pairs import pairs_of
from services.matching.simulation.playing import Play
from services.matching.simulation.policies.catalogue import POLICIES, policy_named
from tests.unit.simulation_builders import a_world

WORLDS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**31),
        "calendar": st.fixed_dictionaries({"weeks": st.integers(1, 6)}),
        "volunteers": st.fixed_dictionaries({"count": st.integers(1, 20)}),
        "requests": st.fixed_dictionaries(
            {
                "per_week": st.floats(0.5, 6),
                "needs_language": st.sampled_from([0.0, 0.5]),
                "dates": st.sampled_from([[[1.0, 1.0]], [[1.0, 0.5], [4.0, 0.5]]]),
            }
        ),
        "answers": st.fixed_dictionaries(
            {
                "willing_mean": st.floats(-2, 3),
                "leaves": st.sampled_from([0.0, 0.0015, 0.2]),
                "fatigue": st.sampled_from([0.0, 0.3, 2.0]),
            }
        ),
    }
)


def played(sections, policy):
    world = a_world(**sections)
    return world, Play(world, policy_named(policy, "off")).run()


@settings(max_examples=40)
@given(sections=WORLDS, policy=st.sampled_from(POLICIES))
def test_no_policy_fills_more_than_the_clairvoyant(sections, policy):
    world, record = played(sections, policy)
    bounds = bounds_of(world)
    got = np.bincount(record.place_request, minlength=len(world.requests))

    assert got.sum() <= bounds.filled <= world.places.sum()
    assert got[scarce_of(world)].sum() <= bounds.scarce
    for group, members in groups_of(world).items():
        assert got[members].sum() <= bounds.by_group[group]


@settings(max_examples=40)
@given(sections=WORLDS, policy=st.sampled_from(POLICIES))
def test_every_year_keeps_the_rules(sections, policy):
    world, record = played(sections, policy)
    people, month = world.volunteers, MONTH / timedelta(hours=1)

    asked = list(zip(record.mail_request, record.mail_volunteer, strict=True))
    assert len(set(asked)) == len(asked), "nobody is asked twice for one request"
    got = np.bincount(record.place_request, minlength=len(world.requests))
    assert (got <= world.places).all(), "no place is given twice"
    for row in range(people.count):
        mine = record.place_volunteer == row
        for last in record.place_at[mine]:
            recent = (record.place_at[mine] > last - month) & (record.place_at[mine] <= last)
            assert recent.sum() <= people.places[row], "nobody takes more than they want"
        slots = sorted(
            slot
            for number in record.place_request[mine]
            for slot in world.requests[number].slots
        )
        assert not any(one.overlaps(other) for one, other in pairwise(slots)), (
            "nobody is in two places"
        )
    left = dict(zip(record.left_volunteer, record.left_at, strict=True))
    for row, at in zip(record.mail_volunteer, record.mail_at, strict=True):
        assert at <= left.get(row, np.inf), "who left is left alone"


ENDLESS = [{"share": 1.0, "places": 1000, "hours_per_week": 168.0}]


@settings(max_examples=25)
@given(sections=WORLDS, policy=st.sampled_from(POLICIES))
def test_a_pair_answers_the_same_under_every_policy(sections, policy):
    """If nothing tires, the draws decide alone; but nobody promises to be in two places."""
    sections["answers"] |= {"fatigue": 0.0, "leaves": 0.0}
    sections["volunteers"] |= {"capacity": ENDLESS}
    world, record = played(sections, policy)
    would = [pairs_of(world, number).would_say_yes for number in range(len(world.requests))]
    slots = [request.slots for request in world.requests]
    taken = set(zip(record.place_request, record.place_volunteer, strict=True))

    for number, row, said in zip(
        record.mail_request, record.mail_volunteer, record.mail_yes, strict=True
    ):
        clashes = any(
            slot.overlaps(held)
            for other, who in taken
            if who == row and other != number
            for slot in slots[number]
            for held in slots[other]
        )
        assert said == would[number][row] or (clashes and not said)
