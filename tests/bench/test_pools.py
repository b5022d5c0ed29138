"""What the pools of the benchmarks take of memory."""

from infra.bench.pools import random_pool

MOST_BYTES = 200
"""Of memory for a volunteer, arrays and index together."""


def test_a_volunteer_takes_no_more_memory_than_promised():
    """Not counted: `row_of`, the dictionary by which somebody's row is found."""
    size = 100_000
    pool = random_pool(size)

    assert pool.columns.nbytes + pool.index.nbytes <= MOST_BYTES * size
