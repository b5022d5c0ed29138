"""One district a module, furnished anew for each test, and a coordinator who is signed in."""

import pytest
import pytest_asyncio

from tests.admin_stage import Stage, Visitor
from tests.admin_stand_ins import furnish, open_stage
from tests.servers import Servers, fresh_district


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(servers: Servers, tmp_path_factory: pytest.TempPathFactory):
    """One district for all tests that leave its servers running, and somebody signed in."""
    folder = tmp_path_factory.mktemp("admin")
    async with (
        fresh_district(servers, folder) as district,
        open_stage(district) as stage,
        stage.signed_in() as visitor,
    ):
        yield stage, visitor


@pytest_asyncio.fixture(loop_scope="module")
async def stage(opened: tuple[Stage, Visitor]):
    """The district with fresh data; nothing was sent yet."""
    stage, _ = opened
    furnish(stage)
    stage.taken.clear()
    await stage.district.sql("DELETE FROM admin.deeds")
    return stage


@pytest_asyncio.fixture(loop_scope="module")
async def karin(stage: Stage, opened: tuple[Stage, Visitor]):  # noqa: ARG001
    """Somebody signed in, in the district with fresh data."""
    return opened[1]


@pytest_asyncio.fixture(loop_scope="module")
async def lone(servers: Servers, tmp_path):
    """A district of its own, for a test that stops servers or owners."""
    async with (
        fresh_district(servers, tmp_path) as district,
        open_stage(district) as stage,
        stage.signed_in() as visitor,
    ):
        yield stage, visitor
