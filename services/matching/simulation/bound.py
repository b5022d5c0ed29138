"""How many places a clairvoyant could fill: no way of asking fills more.

Everybody counts who says yes when nothing tires them, by the same random numbers; nobody gives more
places than they want in any of the world's blocks of 28 days. Every run keeps to more than that
(fatigue, clashes, replies that come too late, 28 days from any day on), so none does better.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow

from services.matching.simulation.crowd import MONTH
from services.matching.simulation.groups import Group, groups_of, scarce_of
from services.matching.simulation.pairs import Bools, pairs_of
from services.matching.simulation.world import TICK, World

Ints = NDArray[np.int64]

_SOURCE, _SINK, _FIRST = 0, 1, 2


@dataclass(frozen=True)
class Bounds:
    """Places that could be filled: of all requests, and of each group as if it were alone."""

    filled: int
    by_group: Mapping[Group, int]
    scarce: int
    """Of the requests that need a scarce language."""
    fits: Ints
    """How many requests each volunteer fits: chances that no policy made unequal."""


def bounds_of(world: World) -> Bounds:
    """Bound what can be filled, of all requests and of each group."""
    fits = np.zeros(world.volunteers.count, dtype=np.int64)
    found = [np.zeros((2, 0), dtype=np.int64)]
    for number in range(len(world.requests)):
        pairs = pairs_of(world, number)
        fits += pairs.fits
        rows = np.flatnonzero(pairs.would_say_yes)
        found.append(np.stack([np.full_like(rows, number), rows]))
    yeses = np.concatenate(found, axis=1)
    return Bounds(
        most_filled(world, yeses),
        {
            group: most_filled(world, _within(yeses, members))
            for group, members in groups_of(world).items()
        },
        most_filled(world, _within(yeses, scarce_of(world))),
        fits,
    )


def most_filled(world: World, yeses: Ints) -> int:
    """The most places that these yeses fill: two rows, of requests and of volunteers.

    A maximum flow (OR-Tools, push-relabel): source -> request (its places) -> yes (1) -> volunteer
    in each block in which it could be given -> sink (the places they want).
    """
    if not yeses.size:
        return 0
    request, volunteer = yeses
    asked, request = np.unique(request, return_inverse=True)
    first, blocks = _blocks(world, yeses[0])
    yes = np.arange(len(request))
    given = np.repeat(yes, blocks)
    block = first[given] + np.arange(len(given)) - np.repeat(blocks.cumsum() - blocks, blocks)
    months, month = np.unique([volunteer[given], block], axis=1, return_inverse=True)
    yes_node = _FIRST + len(asked) + yes
    month_node = _FIRST + len(asked) + len(yes) + np.arange(months.shape[1])
    flow = max_flow.SimpleMaxFlow()
    for tails, heads, capacities in (
        (np.full(len(asked), _SOURCE), _FIRST + np.arange(len(asked)), world.places[asked]),
        (_FIRST + request, yes_node, np.ones(len(yes))),
        (yes_node[given], month_node[month.ravel()], np.ones(len(given))),
        (month_node, np.full(len(month_node), _SINK), world.volunteers.places[months[0]]),
    ):
        flow.add_arcs_with_capacity(
            tails.astype(np.int32), heads.astype(np.int32), capacities.astype(np.int64)
        )
    if flow.solve(_SOURCE, _SINK) != flow.OPTIMAL:
        raise ArithmeticError("the flow has a solution")
    return int(flow.optimal_flow())


def _blocks(world: World, requests: Ints) -> tuple[Ints, Ints]:
    """The block in which each request is posted, and how many there are until its start."""
    month = MONTH // TICK
    posted = [world.ticks(one.posted_at) // month for one in world.requests]
    starts = [(world.ticks(one.starts_at) - 1) // month for one in world.requests]
    first = np.array(posted, dtype=np.int64)[requests]
    last = np.array(starts, dtype=np.int64)[requests]
    return first, last - first + 1


def _within(yeses: Ints, members: Bools) -> Ints:
    """The yeses to some of the requests."""
    return yeses[:, members[yeses[0]]]
