"""The page checks themselves: each kind of fault is found, and an excuse must be needed."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import Browser

from tests.pages import check_page, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FAULTY = """<!doctype html>
<html lang="en" dir="ltr"><head><title>Faulty</title><style>
  body { background: #fff } a { color: #bbb; outline: none }
  .wide { width: 1200px } .cover { position: fixed; inset: 0; z-index: 9 }
  .picture { background: linear-gradient(#fff, #000); color: #777 }
</style></head><body><main>
  <h1>One</h1><h1>Two</h1><p class="wide">Too wide</p>
  <p class="picture">On a picture</p>
  <a href="/elsewhere">faint</a>
  <img src="http://elsewhere.invalid/pixel.png">
  <form method="post"><input name="unnamed"></form>
  <div class="cover"></div>
</main><script>console.error("noise"); throw new Error("accident")</script></body></html>"""

SOUND = """<!doctype html>
<html lang="de" dir="ltr"><head><title>Sound</title></head>
<body><main><h1>One</h1><a href="/elsewhere">a link</a></main></body></html>"""

FOLDED = SOUND.replace(
    "</main>",
    """<details style="margin-top: 3rem"><summary>More</summary><details><summary>Still more</summary>
<form method="post"><button type="submit">Send</button></form></details></details></main>""",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[str]:
    app = FastAPI()

    @app.get("/faulty", response_class=HTMLResponse)
    async def faulty() -> str:
        return FAULTY

    @app.get("/sound", response_class=HTMLResponse)
    async def sound() -> str:
        return SOUND

    @app.get("/folded", response_class=HTMLResponse)
    async def folded() -> str:
        return FOLDED

    @app.get("/folded-away", response_class=HTMLResponse)
    async def folded_away() -> str:
        return FOLDED.replace("<summary>Still", "<summary hidden>Still")

    @app.get("/favicon.ico", response_class=HTMLResponse)
    async def icon() -> str:
        return ""

    async with serving(app) as url:
        yield url


async def test_every_fault_is_found_at_once(browser: Browser, site: str) -> None:
    with pytest.raises(AssertionError) as failure:
        await check_page(browser, f"{site}/faulty", name="faulty", status=201)

    found = str(failure.value)
    for fault in (
        "status is 200, not 201",
        "headings is 2, not 1",
        "lang is 'en', not 'de'",
        "scrolls sideways",
        "axe color-contrast at a",
        "axe image-alt at img",
        "axe label at input",
        "contrast not known at .picture",
        "console: noise",
        "script error: accident",
        "asks another host: elsewhere.invalid",
        "a form cannot be sent",
        "focus does not show at /elsewhere",
        "focus is hidden at /elsewhere",
    ):
        assert fault in found, found


async def test_a_sound_page_passes(browser: Browser, site: str) -> None:
    await check_page(browser, f"{site}/sound", name="sound")


async def test_a_form_may_be_folded_where_it_can_be_unfolded(
    browser: Browser, site: str
) -> None:
    await check_page(browser, f"{site}/folded", name="folded")
    with pytest.raises(AssertionError, match="a form cannot be sent"):
        await check_page(browser, f"{site}/folded-away", name="folded-away")


async def test_an_excuse_that_nothing_needs_is_a_fault(browser: Browser, site: str) -> None:
    with pytest.raises(AssertionError, match=r"nothing needs the excuse for \.map"):
        await check_page(browser, f"{site}/sound", name="sound", excused={".map": "an image"})
