"""Fixtures that every test may use, and names of tests that are the same in every worker."""

import re

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import district, servers

__all__ = ["district", "servers"]

# A busy machine is no failure; what must be fast is measured by the benchmarks.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Leave ids made at collection out of a test's name: workers would not agree on it."""
    del config, argname
    if isinstance(val, str) and _UUID.search(val):
        return _UUID.sub("id", val)
    return None
