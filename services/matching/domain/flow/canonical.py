"""One order of rows and pairs, whoever came first: what a plan depends on."""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.flow.weights import Ints


@dataclass(frozen=True, eq=False, slots=True)
class Canonical:
    """A problem with its rows in the order of their keys and its pairs by request, volunteer.

    Every solver and every search below works on these rows, so that among equals it meets the
    same one first. Shapes as in `Problem`.
    """

    places: Ints
    capacity: Ints
    held: Ints
    request: Ints
    volunteer: Ints
    day: Ints
    weight: Ints
    load_step: int
    first_pair: Ints
    """(R + 1) where the pairs of each request begin."""
    pair_given: Ints
    """(E) pair here → pair as given; the two below likewise for rows."""
    request_given: Ints
    volunteer_given: Ints
    request_here: Ints
    """(R) row as given → row here; the one below likewise."""
    volunteer_here: Ints

    def pair(self, request: int, volunteer: int) -> int | None:
        """The pair of two rows (of here), None where there is none. O(log E)."""
        begin, end = self.first_pair[request : request + 2]
        found = int(begin + np.searchsorted(self.volunteer[begin:end], volunteer))
        return found if found < end and self.volunteer[found] == volunteer else None


def arrange(
    rows: tuple[Ints, Ints, Ints],
    pairs: tuple[Ints, Ints, Ints, Ints],
    orders: tuple[Ints, Ints],
    load_step: int,
) -> Canonical:
    """Bring places, capacity and held, and the pairs, into the orders of requests and volunteers.

    ValueError for a pair that is there twice.
    """
    places, capacity, held = rows
    request_order, volunteer_order = orders
    request_here, volunteer_here = _inverse(request_order), _inverse(volunteer_order)
    request, volunteer, day, weight = pairs
    key = request_here[request] * max(1, len(capacity)) + volunteer_here[volunteer]
    sorting = np.argsort(key)
    key = key[sorting]
    twice = np.flatnonzero(key[1:] == key[:-1])
    if twice.size:
        pair = sorting[twice[0]]
        raise ValueError(f"request {request[pair]} has volunteer {volunteer[pair]} twice")
    here = request_here[request[sorting]]
    return Canonical(
        places=places[request_order],
        capacity=capacity[volunteer_order],
        held=held[volunteer_order],
        request=here,
        volunteer=volunteer_here[volunteer[sorting]],
        day=day[sorting],
        weight=weight[sorting],
        load_step=load_step,
        first_pair=np.searchsorted(here, np.arange(len(places) + 1)),
        pair_given=sorting,
        request_given=request_order,
        volunteer_given=volunteer_order,
        request_here=request_here,
        volunteer_here=volunteer_here,
    )


def _inverse(order: Ints) -> Ints:
    here = np.empty_like(order)
    here[order] = np.arange(len(order))
    return here
