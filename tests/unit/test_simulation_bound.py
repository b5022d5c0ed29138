"""How much could be filled at all: small networks by hand, and networkx as a second opinion."""

import networkx as nx
import numpy as np
import pytest

from services.matching.simulation.bound import bounds_of, most_filled
from services.matching.simulation.crowd import MONTH
from services.matching.simulation.groups import groups_of, scarce_of
from services.matching.simulation.pairs import pairs_of
from tests.unit.simulation_builders import a_world


def the_yeses(world):
    pairs = [
        (number, row)
        for number in range(len(world.requests))
        for row in np.flatnonzero(pairs_of(world, number).would_say_yes)
    ]
    return np.array(pairs).reshape(-1, 2).T


def by_networkx(world, yeses):
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for number, row in yeses.T.tolist():
        request = world.requests[number]
        graph.add_edge("source", ("request", number), capacity=request.places)
        graph.add_edge(("request", number), (number, row), capacity=1)
        block = (request.posted_at - world.starts_at) // MONTH
        while world.starts_at + block * MONTH < request.starts_at:
            month = ("month", row, block)
            graph.add_edge((number, row), month, capacity=1)
            graph.add_edge(month, "sink", capacity=int(world.volunteers.places[row]))
            block += 1
    return nx.maximum_flow_value(graph, "source", "sink")


@pytest.mark.parametrize("seed", range(4))
def test_another_solver_finds_the_same_bound(seed):
    scarce_people = [{"share": 1.0, "places": 1, "hours_per_week": 2.0}]
    world = a_world(
        seed,
        calendar={"weeks": 9},
        volunteers={"count": 12, "capacity": scarce_people},
        answers={"willing_mean": 1.0},
    )
    yeses = the_yeses(world)

    assert most_filled(world, yeses) == by_networkx(world, yeses)
    assert bounds_of(world).filled == most_filled(world, yeses)
    assert most_filled(world, yeses) < world.places.sum()


def test_without_a_yes_nothing_is_filled():
    world = a_world(answers={"willing_mean": -60.0})

    assert bounds_of(world).filled == 0


def test_a_volunteer_who_wants_one_place_a_month_gives_one_in_each_block():
    one = [{"share": 1.0, "places": 1, "hours_per_week": 40.0}]
    world = a_world(calendar={"weeks": 8}, volunteers={"count": 1, "capacity": one})
    months = [
        {
            (request.posted_at - world.starts_at) // MONTH,
            (request.starts_at - world.starts_at) // MONTH,
        }
        for request in world.requests
    ]
    everything = np.array([(number, 0) for number in range(len(months))]).T

    assert most_filled(world, everything) == len(set.union(*months))


def test_nobody_takes_two_places_of_one_request():
    many = [{"share": 1.0, "places": 9, "hours_per_week": 40.0}]
    world = a_world(
        volunteers={"count": 2, "capacity": many}, requests={"places": [[5.0, 1.0]]}
    )

    assert most_filled(world, np.array([[0, 0], [0, 1]])) == 2


def test_groups_are_bound_as_if_they_were_alone():
    world = a_world(
        volunteers={"count": 80},
        requests={"needs_language": 0.7},
        answers={"willing_mean": 1.0},
    )
    yeses, bounds, groups = the_yeses(world), bounds_of(world), groups_of(world)

    assert set(bounds.by_group) == set(groups)
    for group, members in groups.items():
        assert bounds.by_group[group] == most_filled(world, yeses[:, members[yeses[0]]])
    for kind in ("field", "language"):
        shared = [members for (of, _), members in groups.items() if of == kind]
        assert (np.sum(shared, axis=0) == 1).all()
        alone = sum(bound for (of, _), bound in bounds.by_group.items() if of == kind)
        assert alone >= bounds.filled
    assert bounds.scarce == most_filled(world, yeses[:, scarce_of(world)[yeses[0]]])
    assert bounds.fits.sum() == sum(
        pairs_of(world, number).fits.sum() for number in range(len(world.requests))
    )
