"""Debian's Chromium for page checks: how it is started, and windows that stay open between looks.

A renderer of its own for every look, with cold fonts, styles and scripts, is half of what a check
costs. So a browser keeps one window for each way to look at pages, and `window` lends it without
the cookies of whoever had it before; our pages store nothing else in a browser.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

import pytest
from playwright.async_api import Browser, Page, async_playwright

# The shell draws, lays out and runs scripts as the browser does, without the browser's own windows.
PROGRAMS = ("chromium-headless-shell", "chromium")
HEIGHT = 900
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Way(NamedTuple):
    """What distinguishes windows: all else (language, cookies) is of the page in it."""

    width: int
    scheme: Literal["light", "dark"]
    script: bool


_open: "WeakKeyDictionary[Browser, dict[Way, Page]]" = WeakKeyDictionary()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Chromium. Where it is missing the test is skipped, except in CI."""
    executable = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if executable is None:
        missing = f"Chromium is missing: apt-get install {PROGRAMS[0]}"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(browser: Browser, way: Way) -> AsyncIterator[Page]:
    """Lend the browser's window for this way to look; afterwards it is empty again."""
    windows = _open.setdefault(browser, {})
    if way not in windows:
        context = await browser.new_context(
            viewport={"width": way.width, "height": HEIGHT},
            color_scheme=way.scheme,
            java_script_enabled=way.script,
            locale="de-DE",
            reduced_motion="reduce",
        )
        windows[way] = await context.new_page()
    page = windows[way]
    try:
        yield page
    finally:
        # The page before stays until the next is opened: an empty one would end the renderer.
        await page.context.clear_cookies()
