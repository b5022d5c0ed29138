"""`bruecke up --demo`: filled in once, also when it is killed in the middle, and lively by itself."""

import contextlib
import subprocess
from pathlib import Path
from time import monotonic

import pytest

from infra.demo.generate import ORGANISATIONS, REQUESTS, VOLUNTEERS
from tests.e2e.environment import Environment, running, start

pytestmark = pytest.mark.e2e

FILLED_WITHIN_S = 180.0
LIVELY_WITHIN_S = 120.0
SIZES = {
    "network.organisations": ORGANISATIONS,
    "profiles.volunteers": VOLUNTEERS,
    "requests.requests": REQUESTS,
}


async def sizes(env: Environment) -> dict[str, int]:
    return {
        table: (await env.sql(f"SELECT count(*) FROM {table}"))[0][0]  # noqa: S608  our names
        for table in SIZES
    }


def kill_in_the_middle(data: Path) -> None:
    """Start, and kill everything once a part of the district is there."""
    process = start(data, data.parent / "killed.json", "--demo")
    log = data.parent / f"{data.name}.log"
    deadline = monotonic() + FILLED_WITHIN_S
    while "demo district: 100 of" not in log.read_text():
        assert monotonic() < deadline, log.read_text()
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"ended with {process.wait(0.05)}: {log.read_text()}")
    process.kill()
    process.wait()
    assert not (data / "demo.done").exists()


async def test_the_demo_district_is_filled_in_once_and_comes_alive(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    kill_in_the_middle(data)

    async with running(data, "--demo", "--speed", "1200", within_s=FILLED_WITHIN_S) as env:
        assert await sizes(env) == SIZES

        async def somebody_has_a_place() -> int:
            found = await env.sql(
                "SELECT count(*) FROM reporting.timeline WHERE what = 'volunteer_assigned'"
            )
            return int(found[0][0])

        assert await env.until(somebody_has_a_place, within_s=LIVELY_WITHIN_S)
        states = await env.sql("SELECT DISTINCT state FROM requests.requests")
        assert "open" in {row[0] for row in states}
        refused = await env.sql(
            "SELECT count(*) FROM requests.replies WHERE status = 'refused'"
        )
        assert refused[0][0] == 0
        answered = (data / "demo.answered").read_text().split()
        assert answered

    async with running(data, "--demo", within_s=FILLED_WITHIN_S) as env:
        assert await sizes(env) == SIZES, "not filled in twice"
    assert (data / "demo.answered").read_text().split()[: len(answered)] == answered
    assert len(set(answered)) == len(answered), "nobody answers a mail twice"
