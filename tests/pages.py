"""Checks that every page passes: accessible, quiet, ours alone, readable on a phone and at night.

`check_page` opens one address several times (wide and light, phone and dark, phone in each other
language, without JavaScript) and fails with everything that it found at once.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, ConsoleMessage, Page, Request
from playwright.async_api import Error as PageError

from shared.web.app import server_settings
from shared.web.locales import BY_TAG, LANGUAGE_COOKIE
from tests.chromium import Way, window
from tests.page_scripts import FONTS_LOADED, FRAME, NOTE_STOPS, RUN_AXE, STOPS, axe_source

Prepare = Callable[[Page], Awaitable[None]]
"""What to do after opening, to reach a state that has no address: send a form, open a menu.

It returns when that state is there (`async with page.expect_navigation()`).
"""

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_MAX_TAB_STOPS = 120
_TABS_AT_ONCE = 12
_PHONE = 320
_WIDE = 1000


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve an app on a free port, as production does; gives its address."""
    server = uvicorn.Server(server_settings(app, host="127.0.0.1", port=0))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.01)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a page."""

    name: str
    way: Way
    language: str


@dataclass(slots=True)
class _Findings:
    """What is wrong, and what is excused: an excuse that nothing needs is wrong as well."""

    excused: Mapping[str, str]
    wrong: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def excuses(self, target: str) -> bool:
        for part in self.excused:
            if part in target:
                self.used.add(part)
                return True
        return False


async def check_page(
    browser: Browser,
    url: str,
    *,
    name: str,
    languages: Sequence[str] = ("de",),
    status: int = 200,
    prepare: Prepare | None = None,
    cookies: Mapping[str, str] | None = None,
    excused: Mapping[str, str] | None = None,
) -> None:
    """Check the page at `url` and fail with all findings.

    `name` is for messages and screenshots, which go to the folder in `SCREENSHOTS`. `languages`
    are those that the page is offered in. `status` is that of the page in the end, after
    `prepare`. `excused` maps a part of an axe target, whose contrast axe cannot judge, to why.
    """
    first, *others = languages
    views = [
        View("light", Way(_WIDE, "light", script=True), first),
        View("dark-phone", Way(_PHONE, "dark", script=True), first),
        *(View(f"{tag}-phone", Way(_PHONE, "light", script=True), tag) for tag in others),
        View("no-script", Way(_PHONE, "light", script=False), first),
    ]
    findings = _Findings(excused or {})
    for view in views:
        visit = _Visit(browser, url, view, findings, f"{name}-{view.name}", status)
        await visit.run(prepare, cookies or {})
    unused = set(findings.excused) - findings.used
    findings.wrong += [f"{name}: nothing needs the excuse for {part}" for part in unused]
    assert not findings.wrong, "\n".join(findings.wrong)


@dataclass  # without slots: playwright hangs its own attributes on who listens
class _Visit:
    """One look at the page in one view."""

    browser: Browser
    url: str
    view: View
    findings: _Findings
    label: str
    status: int

    async def run(self, prepare: Prepare | None, cookies: Mapping[str, str]) -> None:
        jar = {**cookies, LANGUAGE_COOKIE: self.view.language}
        async with window(self.browser, self.view.way) as page:
            await page.context.add_cookies(
                [{"name": key, "value": value, "url": self.url} for key, value in jar.items()]
            )
            with self._listening(page):
                await page.goto(self.url)
                if prepare is not None:
                    await prepare(page)
                await page.evaluate(FONTS_LOADED)
                await self._look(page)

    @contextmanager
    def _listening(self, page: Page) -> Iterator[None]:
        listeners: dict[Any, Callable[[Any], None]] = {
            "console": self._on_console,
            "pageerror": self._on_page_error,
            "request": self._on_request,
        }
        for event, listener in listeners.items():
            page.on(event, listener)
        try:
            yield
        finally:
            for event, listener in listeners.items():
                page.remove_listener(event, listener)

    async def _look(self, page: Page) -> None:
        self._check_frame(await page.evaluate(FRAME))
        if self.view.way.script:
            await self._check_axe(page)
        await self._take_picture(page)
        if self.view.name == "light":
            await self._check_focus(page)

    def _check_frame(self, frame: Mapping[str, Any]) -> None:
        locale = BY_TAG[self.view.language]
        direction = locale.direction
        expected = {
            "status": self.status,
            "headings": 1,
            "lang": locale.tag,
            "dir": direction,
            "direction": direction,
            "stored": 0,  # nothing to ask consent for, and nothing for who comes next
        }
        for key, value in expected.items():
            if frame[key] != value:
                self._wrong(f"{key} is {frame[key]!r}, not {value!r}")
        if not frame["title"].strip(" –"):
            self._wrong("the title is empty")
        if frame["scroll"] > frame["width"]:
            self._wrong(f"scrolls sideways: {frame['scroll']} px in {frame['width']} px")
        if frame["unsendable"]:  # matters most without JavaScript
            self._wrong("a form cannot be sent")

    async def _check_axe(self, page: Page) -> None:
        await page.evaluate(axe_source())
        result = await page.evaluate(RUN_AXE, _TAGS)
        for node in result["violations"]:
            self._wrong(f"axe {node['rule']} at {node['target']}: {node['why']}")
        for node in result["incomplete"]:
            if node["rule"] == "color-contrast" and not self.findings.excuses(node["target"]):
                self._wrong(f"contrast not known at {node['target']}: {node['why']}")

    async def _check_focus(self, page: Page) -> None:
        """Walk by Tab through the page: every stop shows itself."""
        stops = await self._walk(page)
        if not stops:
            self._wrong("nothing can be reached by Tab")
        for stop in stops:
            for fault, ok in (("does not show", stop["ring"]), ("is hidden", stop["seen"])):
                if not ok:
                    self._wrong(f"focus {fault} at {stop['name']}")

    async def _walk(self, page: Page) -> list[Any]:
        """The stops from the top of the page until the focus leaves it."""
        await page.evaluate(NOTE_STOPS)
        stops: list[Any] = []
        while len(stops) < _MAX_TAB_STOPS and None not in stops:
            for _ in range(_TABS_AT_ONCE):
                await page.keyboard.press("Tab")
            stops = await page.evaluate(STOPS)
        return stops[: stops.index(None)] if None in stops else stops[:_MAX_TAB_STOPS]

    async def _take_picture(self, page: Page) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            await page.screenshot(path=Path(folder) / f"{self.label}.png", full_page=True)

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium notes a page's own status as an error; the status is checked by itself.
        own_status = self.status >= 400 and "Failed to load resource" in message.text
        if message.type == "error" and not own_status:
            self._wrong(f"console: {message.text}")

    def _on_page_error(self, error: PageError) -> None:
        self._wrong(f"script error: {error}")

    def _on_request(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme != "data" and asked.netloc != urlsplit(self.url).netloc:
            self._wrong(f"asks another host: {asked.netloc}")

    def _wrong(self, text: str) -> None:
        self.findings.wrong.append(f"{self.label}: {text}")
