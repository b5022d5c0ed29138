"""Who is planned where, who could move, and what a task of theirs is worth elsewhere."""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.flow.canonical import Canonical
from services.matching.domain.flow.labels import FAR
from services.matching.domain.flow.weights import Bools, Ints, load_cost


@dataclass(frozen=True, eq=False, slots=True)
class Standing:
    """A choice of pairs as seen by each volunteer (V), request (R), pair (E) and task (K).

    A task is a planned pair; a move (M) is a volunteer who would leave one for another pair.
    """

    problem: Canonical
    used: Bools
    """(E) planned or not."""
    filled: Ints
    """(R) places filled."""
    planned: Ints
    """(V) tasks planned."""
    tasks: Ints
    """(K) the planned pairs, by volunteer."""
    first_task: Ints
    """(V) where each volunteer's tasks begin."""
    busy: Ints
    """(E) the task that holds the pair's volunteer on its day, -1 on a free day."""
    joins: Ints
    """(M) the pair that a move begins: on a free day, or on the day of the task it leaves."""
    leaves: Ints
    """(M) the task that it leaves."""
    one_more: Ints
    """(V) points that one more task costs; FAR where there is no capacity left."""
    one_less: Ints
    """(V) points that the last task cost, saved by one less; 0 without a task."""

    def tasks_of(self, volunteer: int) -> Ints:
        """The tasks of one volunteer."""
        begin = self.first_task[volunteer]
        return self.tasks[begin : begin + self.planned[volunteer]]

    def worth(self, to_ground: Ints) -> "Worth":
        """What the plan loses if one more task of somebody went elsewhere.

        `to_ground` (R + 1) is the distance of each request to the ground: the loss if a task
        were pushed into it. Somebody has room and only the load costs, or they leave the task
        where that costs least; on the day of a task they leave that very one.
        """
        problem, tasks = self.problem, self.tasks
        left = problem.weight[tasks] + to_ground[problem.request[tasks]]
        people = self.one_more.copy()
        some = np.flatnonzero(self.planned)
        if len(some):
            cheapest = np.minimum.reduceat(left, self.first_task[some])
            people[some] = np.minimum(people[some], cheapest)
        # Without any capacity nothing of the plan is at stake: the load alone is the price.
        none = people >= FAR
        people[none] = load_cost(problem.load_step, problem.held[none])
        pairs = people[problem.volunteer]
        busy = np.flatnonzero(self.busy >= 0)
        task = self.busy[busy]
        pairs[busy] = problem.weight[task] + to_ground[problem.request[task]]
        return Worth(people, pairs)


@dataclass(frozen=True, eq=False, slots=True)
class Worth:
    """What somebody's time is worth to a plan, in points of its objective."""

    people: Ints
    """(V) on a free day."""
    pairs: Ints
    """(E) on the day of each pair."""


def stand(problem: Canonical, used: Bools) -> Standing:
    """Look at a choice of pairs that keeps all capacities. O(E + M)."""
    chosen = np.flatnonzero(used)
    planned = np.bincount(problem.volunteer[chosen], minlength=len(problem.capacity))
    tasks = chosen[np.argsort(problem.volunteer[chosen], kind="stable")]
    first_task = np.cumsum(planned) - planned

    could = np.flatnonzero(~used & (planned > 0)[problem.volunteer])
    choices = planned[problem.volunteer[could]]
    joins = np.repeat(could, choices)
    nth = np.arange(len(joins)) - np.repeat(np.cumsum(choices) - choices, choices)
    leaves = tasks[first_task[problem.volunteer[joins]] + nth]
    same_day = problem.day[joins] == problem.day[leaves]
    busy = np.full(len(used), -1)
    busy[joins[same_day]] = leaves[same_day]
    busy[tasks] = tasks
    may = same_day | (busy[joins] < 0)

    load = problem.held + planned
    more = load_cost(problem.load_step, load)
    less = load_cost(problem.load_step, np.maximum(load - 1, 0))
    return Standing(
        problem=problem,
        used=used,
        filled=np.bincount(problem.request[chosen], minlength=len(problem.places)),
        planned=planned,
        tasks=tasks,
        first_task=first_task,
        busy=busy,
        joins=joins[may],
        leaves=leaves[may],
        one_more=np.where(planned < problem.capacity, more, FAR),
        one_less=np.where(planned > 0, less, 0),
    )
