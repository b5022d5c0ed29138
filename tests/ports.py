"""Free ports for tests: each worker has its own share, so two of them never choose the same."""

import os

from infra.local import probes

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
SHARE = probes.NEVER_GIVEN_OUT[WORKER::WORKERS]


def free_port() -> int:
    """A port that was free a moment ago and that no other worker asks for."""
    return probes.free_port(SHARE)
