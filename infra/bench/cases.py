"""All cases of `bruecke bench matching`, in the order in which they are shown.

A module of cases ends in a tuple `CASES`; it is added here and nowhere else.
"""

from infra.bench import deciding, hours, outcomes, planning, retrieval
from infra.bench.rows import Case

CASES: list[Case] = [
    *retrieval.CASES,
    *deciding.CASES,
    *planning.CASES,
    *hours.CASES,
    *outcomes.CASES,
]
