"""Measurements that a person can repeat: each against an anchor and a physical limit.

`rows`      a row, how it is timed, and what is said of the machine.
`cases`     the one list of all cases; each module beside it adds its own.
`districts` made-up districts of any size, the same ones for the same seed.
`pools`     made-up people of any number, in columns.
`retrieval` the best of many for one request; `deciding` all pairs, a change, a wave.
`planning`  the plan of the district, with `anchors`: the solvers that it is held against.
"""
