"""A district's year, played against matching's own rules, to see what a way of asking does in it.

Knows of the product only its domain: the rules, ranks, waves, boards and answers are those that
the service runs; the world alone is invented. Never part of the running service: nothing in it
imports this package.

What a world is    `parameters`, `reading`; `world` makes it: `volunteers`, `posting`.
What people do     `crowd`; `pairs` and `diary` say on columns who may be asked (as the rules do).
Who is asked when  `asking` (the protocol), `policies`.
Playing it         `playing`, with the product behind `product`; `record` is what happened.
What came of it    `bound`, `figures`, `spread`, `groups`, `curves`; `runs`, `results`, `pictures`,
                   `drawing`.
A known bound      `toy`.
"""
