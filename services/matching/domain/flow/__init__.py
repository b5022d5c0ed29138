"""The plan of the district: all open requests and all volunteers at once, by min-cost flow.

`weights`   what a pair is worth and what one more task costs, in whole points.
`problem`   the question: places, capacities, loads and pairs as arrays; `checking` refuses wrong ones.
`canonical` the same question in an order that does not depend on who came first.
`network`   the flow itself, solved by OR-Tools.
`standing`  who is planned where, and what a task of theirs is worth elsewhere.
`exchange`  the residual graph, folded to the requests: an arc is one volunteer's move.
`labels`    shortest distances in it, by sweeps over arrays.
`plan`      `solve`: the optimum, with a proof that it is one.
`pricing`   `prices`, `gains`, `price_for`: what somebody's time is worth, exactly.
`forcing`   `why_not`: what a pair outside the plan would cost, and who would have to move.

A plan is advice: it asks nobody and moves nobody. Who is confirmed is not in it; they enter as
fewer places, less capacity and pairs left out. Requests that are only expected (phantoms) are
rows like all others: their prices keep people free for tomorrow.
"""
