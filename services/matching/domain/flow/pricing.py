"""What somebody's time is worth: the loss if it went elsewhere, the gain if there were more.

All figures are points of the objective, exact, and equal to solving the changed problem anew.
They hold for one change at a time: two people's prices do not add up.
"""

import numpy as np

from services.matching.domain.flow.labels import FAR, settle
from services.matching.domain.flow.plan import Plan
from services.matching.domain.flow.weights import Ints, load_cost


def prices(plan: Plan) -> Ints:
    """(V) the loss if one more task of each volunteer, on a free day, went elsewhere.

    That is a unit forced from the volunteer to the ground: one less of capacity, one more held,
    and the load of that task itself. With OPT as the best objective and L as the tasks held,
    price = OPT - OPT(capacity - 1, held + 1) + load(L). So it is 0 for who is planned nowhere
    and holds nothing, at most the load of one more for who has room, and the load alone for who
    has no capacity. One search for all volunteers, done while solving. As they were given.
    """
    here = plan.problem.canonical.volunteer_here
    return plan.worth.people[here]


def pair_prices(plan: Plan) -> Ints:
    """(E) what a yes would cost the others: 0 for planned pairs, else the volunteer's day.

    A pair on a day for which the plan holds the volunteer elsewhere costs what leaving that
    very task loses; on a free day it costs the volunteer's price. The own request is not among
    those who gain or lose: an offer counts only if its place is still short when the yes comes,
    so nobody is set free by it; what the yes is worth there is the wave's own side of the
    scale. Equal to solving anew with that day blocked, capacity - 1 and held + 1. As given.
    """
    worth = np.where(plan.standing.used, 0, plan.worth.pairs)
    given = np.empty_like(worth)
    given[plan.problem.canonical.pair_given] = worth
    return given


def price_for(plan: Plan, request: int, volunteer: int) -> int:
    """What a yes of this volunteer to this request would cost the others (`pair_prices`).

    Rows as given. A pair that the problem does not have has no day: it costs the volunteer's
    price, the least that any day of theirs costs.
    """
    problem = plan.problem.canonical
    person = int(problem.volunteer_here[volunteer])
    pair = problem.pair(int(problem.request_here[request]), person)
    if pair is None:
        return int(plan.worth.people[person])
    return 0 if plan.standing.used[pair] else int(plan.worth.pairs[pair])


def gains(plan: Plan) -> Ints:
    """(V) the gain if each volunteer could take one task more: whom to ask for more.

    OPT(capacity + 1) - OPT, so 0 where the plan leaves capacity unused. One search from the
    ground for all volunteers. As the volunteers were given.
    """
    problem, standing = plan.problem.canonical, plan.standing
    labels = np.full(len(problem.places) + 1, FAR)
    labels[-1] = 0
    settle(plan.moves.origin, plan.moves.target, plan.moves.cost, labels)
    free = np.flatnonzero(standing.busy < 0)
    person, request = problem.volunteer[free], problem.request[free]
    load = load_cost(problem.load_step, problem.held + standing.planned)
    found = np.zeros_like(problem.capacity)
    np.maximum.at(found, person, problem.weight[free] - labels[request] - load[person])
    return found[problem.volunteer_here]
