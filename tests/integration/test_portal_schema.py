"""The API keeps to its own description, whatever is sent: tried with many made-up calls."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest

from tests.portal_scene import portal_scene
from tests.ports import free_port

pytestmark = pytest.mark.integration

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
WITHIN_S = 480


@pytest.fixture
async def site(district):
    port = free_port()
    async with portal_scene(district, port=port) as scene:
        yield scene, f"http://127.0.0.1:{port}"


async def test_the_api_does_what_its_description_says(site, tmp_path):
    scene, url = site
    ours = await scene.organisation()
    process = await asyncio.create_subprocess_exec(
        str(SCHEMATHESIS),
        *("run", f"{url}/api/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {ours.token}"),
        *("--checks", "all"),
        # The owners know more than a schema can say: that a date is over, that a task exists.
        # And the framework's `Allow` names the methods of one of an address's two views.
        *("--exclude-checks", "positive_data_acceptance,allow_header_conformance"),
        *("--phases", "examples,coverage,fuzzing,stateful"),
        *("--max-examples", "20", "--seed", "1"),
        *("--suppress-health-check", "all", "--no-shrink", "--warnings", "off"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), WITHIN_S)

    assert process.returncode == 0, output.decode()


async def test_the_description_has_examples_that_work_and_names_the_ways_to_fail(site):
    scene, url = site
    ours = await scene.organisation()
    async with httpx.AsyncClient(base_url=url) as client:
        schema = (await client.get("/api/v1/openapi.json")).json()

    for path, operations in schema["paths"].items():
        assert path.startswith("/api/v1/")
        for method, operation in operations.items():
            problems = operation["responses"]["4XX"]["content"]
            assert list(problems) == ["application/problem+json"], (path, method)
            assert ("/requests" in path) == ("security" in operation), (path, method)
    models = schema["components"]["schemas"]
    for name, where in (
        ("VolunteerInput", "/volunteers"),
        ("OrganisationInput", "/organisations"),
        ("RequestInput", "/requests"),
    ):
        [example] = models[name]["examples"]
        answer = await scene.api("POST", where, ours, json=example)
        assert answer.status_code in {201, 202}, answer.text
