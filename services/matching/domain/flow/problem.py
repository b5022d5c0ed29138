"""The question that a plan answers: what is open, who can, what each pair is worth."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.flow.canonical import Canonical, arrange
from services.matching.domain.flow.checking import LARGEST, as_many, order_of, whole, within
from services.matching.domain.flow.weights import Ints

MOST_HELD = 10_000
"""Nobody holds as many tasks in 28 days: a larger number is no load but a mistake."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Open requests (R rows), volunteers (V rows) and the pairs that may be (E rows), all whole.

    Ties between equally good plans are broken by the order of the keys and by nothing else:
    with distinct keys the same requests, people and pairs give the same plan in whatever order
    they are given. A keyed hash of the ids (as in `score.tie_break`) makes that order fair;
    without keys the order of the rows counts.

    Raises ValueError, naming the entry, for a number that is missing, broken or out of range, a
    row that does not exist, arrays of unequal length, or a pair that is there twice.
    """

    places: Ints
    """(R) places left. Those that somebody holds already are not among them."""
    capacity: Ints
    """(V) how many further tasks may be planned: what a volunteer holds is taken off already."""
    held: Ints
    """(V) tasks held in these 28 days: where the costs of further ones begin."""
    request: Ints
    """(E) row of the request."""
    volunteer: Ints
    """(E) row of the volunteer. Days on which they hold a task have no pair."""
    day: Ints
    """(E) ordinal of the day: nobody gets two tasks on one."""
    weight: Ints
    """(E) what the pair is worth, in points (`pair_weights`)."""
    load_step: int = 0
    """Points that a task costs who holds one; 3, 6, 10 times as much with two, three, four."""
    request_keys: NDArray[Any] | None = None
    """(R) whole numbers or bytes that order the requests."""
    volunteer_keys: NDArray[Any] | None = None
    """(V) whole numbers or bytes that order the volunteers."""
    canonical: Canonical = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("places", "capacity", "held", "request", "volunteer", "day", "weight"):
            object.__setattr__(self, name, whole(name, getattr(self, name)))
        requests, volunteers = len(self.places), len(self.capacity)
        as_many("held", self.held, volunteers)
        for name in ("volunteer", "day", "weight"):
            as_many(name, getattr(self, name), len(self.request))
        for name, end in (("places", LARGEST), ("capacity", LARGEST), ("held", MOST_HELD)):
            within(name, getattr(self, name), end)
        within("request", self.request, requests)
        within("volunteer", self.volunteer, volunteers)
        self._look_at_load()
        arranged = arrange(
            (self.places, self.capacity, self.held),
            (self.request, self.volunteer, self.day, self.weight),
            (
                order_of("request_keys", self.request_keys, requests),
                order_of("volunteer_keys", self.volunteer_keys, volunteers),
            ),
            self.load_step,
        )
        object.__setattr__(self, "canonical", arranged)

    def _look_at_load(self) -> None:
        """The dearest task that a plan could hold must stay a number that can be added up."""
        if self.load_step < 0:
            raise ValueError(f"load_step = {self.load_step} is negative")
        pairs = np.bincount(self.volunteer, minlength=len(self.capacity))
        most = int(np.max(self.held + np.minimum(self.capacity, pairs), initial=0))
        if self.load_step * (most * (most + 1) // 2) >= LARGEST:
            raise ValueError(
                f"load_step = {self.load_step} with {most} tasks is beyond {LARGEST}"
            )
