"""The admin service of a district of its own, with somebody signed in and a browser to look at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser

from tests.admin_stage import Stage, Visitor
from tests.admin_stand_ins import open_stage
from tests.chromium import chromium
from tests.servers import Servers, fresh_district


@asynccontextmanager
async def open_site(
    servers: Servers, folder: Path
) -> AsyncIterator[tuple[Stage, Visitor, Browser, dict[str, str]]]:
    """Yield the stage, who is signed in there, a browser, and the cookies that sign it in too."""
    async with (
        fresh_district(servers, folder) as district,
        open_stage(district) as stage,
        stage.signed_in() as visitor,
        chromium() as browser,
    ):
        yield stage, visitor, browser, {"session": visitor.client.cookies["session"]}
