"""Checks that every page passes: accessible, quiet, ours alone, readable on a phone and at night.

`check_page` opens one address several times (wide and light, phone and dark, phone in each other
language, without JavaScript) and fails with everything that it found at once.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

from shared.web.app import server_settings
from shared.web.locales import BY_TAG, LANGUAGE_COOKIE

AXE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"

Prepare = Callable[[Page], Awaitable[None]]
"""What to do after opening, to reach a state that has no address: send a form, open a menu.

It returns when that state is there (`async with page.expect_navigation()`).
"""

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_MAX_TAB_STOPS = 120
_PHONE = 320
_WIDE = 1000

_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_RUN_AXE = """async tags => {
  const result = await axe.run(document, {
    runOnly: {type: 'tag', values: tags},
    rules: {'target-size': {enabled: true}},
    resultTypes: ['violations', 'incomplete'],
  });
  const flat = (list) => list.flatMap(rule => rule.nodes.map(node => ({
    rule: rule.id, help: rule.help, target: node.target.join(' '),
    why: [...node.any, ...node.all, ...node.none].map(check => check.message).join('; '),
  })));
  return {violations: flat(result.violations), incomplete: flat(result.incomplete)};
}"""

_FRAME = """() => ({
  headings: document.querySelectorAll('h1').length,
  lang: document.documentElement.lang,
  dir: document.documentElement.dir,
  direction: getComputedStyle(document.querySelector('main')).direction,
  title: document.title,
  scroll: document.documentElement.scrollWidth,
  width: document.documentElement.clientWidth,
})"""

# A focused control must show a ring or shadow and must not lie under something else.
_FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const ring = style.outlineStyle === 'auto'
    || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
  const box = element.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const name = element.id ? '#' + element.id : (element.getAttribute('href')
    || element.getAttribute('name') || element.className || element.tagName);
  const seen = top && (element.contains(top) || top.contains(element));
  return {name, ring: ring || style.boxShadow !== 'none', seen: Boolean(seen)};
}"""


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


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium. Where it is missing the test is skipped, except in CI."""
    executable = shutil.which("chromium")
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing: apt-get install chromium")
        pytest.skip("Chromium is missing: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=_CHROMIUM_ARGUMENTS
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a page."""

    name: str
    width: int
    scheme: Literal["light", "dark"]
    language: str
    script: bool = True


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
        View("light", _WIDE, "light", first),
        View("dark-phone", _PHONE, "dark", first),
        *(View(f"{tag}-phone", _PHONE, "light", tag) for tag in others),
        View("no-script", _PHONE, "light", first, script=False),
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
        context = await self.browser.new_context(
            viewport={"width": self.view.width, "height": 900},
            color_scheme=self.view.scheme,
            java_script_enabled=self.view.script,
            locale="de-DE",
            reduced_motion="reduce",
        )
        jar = {**cookies, LANGUAGE_COOKIE: self.view.language}
        await context.add_cookies(
            [{"name": key, "value": value, "url": self.url} for key, value in jar.items()]
        )
        page = await context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._wrong(f"script error: {error}"))
        page.on("request", self._on_request)
        await page.goto(self.url)
        if prepare is not None:
            await prepare(page)
        await page.evaluate("() => document.fonts.ready.then(() => true)")
        await self._look(page)
        await context.close()

    async def _look(self, page: Page) -> None:
        answered = await page.evaluate(
            "() => performance.getEntriesByType('navigation')[0].responseStatus"
        )
        if answered != self.status:
            self._wrong(f"status {answered}, not {self.status}")
        await self._check_frame(page)
        if self.view.script:
            await self._check_axe(page)
        await self._check_forms(page)
        await self._take_picture(page)
        if self.view.name == "light":
            await self._check_focus(page)

    async def _check_frame(self, page: Page) -> None:
        frame = await page.evaluate(_FRAME)
        locale = BY_TAG[self.view.language]
        direction = locale.direction
        expected = {"headings": 1, "lang": locale.tag, "dir": direction, "direction": direction}
        for key, value in expected.items():
            if frame[key] != value:
                self._wrong(f"{key} is {frame[key]!r}, not {value!r}")
        if not frame["title"].strip(" –"):
            self._wrong("the title is empty")
        if frame["scroll"] > frame["width"]:
            self._wrong(f"scrolls sideways: {frame['scroll']} px in {frame['width']} px")

    async def _check_axe(self, page: Page) -> None:
        await page.evaluate(_axe_source())
        result = await page.evaluate(_RUN_AXE, _TAGS)
        for node in result["violations"]:
            self._wrong(f"axe {node['rule']} at {node['target']}: {node['why']}")
        for node in result["incomplete"]:
            if node["rule"] == "color-contrast" and not self.findings.excuses(node["target"]):
                self._wrong(f"contrast not known at {node['target']}: {node['why']}")

    async def _check_forms(self, page: Page) -> None:
        """Every form can be seen and sent, which matters most without JavaScript."""
        for form in await page.locator("form").all():
            buttons = form.locator("button[type=submit], input[type=submit]")
            seen = await form.is_visible() and await buttons.count() > 0
            if not seen or not await buttons.first.is_enabled():
                self._wrong("a form cannot be sent")

    async def _check_focus(self, page: Page) -> None:
        """Walk by Tab through the page: every stop shows itself."""
        await page.evaluate("() => document.activeElement.blur()")
        await page.evaluate("() => window.scrollTo(0, 0)")
        stops: list[Any] = []
        for _ in range(_MAX_TAB_STOPS):
            await page.keyboard.press("Tab")
            stop = await page.evaluate(_FOCUSED)
            if stop is None:
                break
            stops.append(stop)
        if not stops:
            self._wrong("nothing can be reached by Tab")
        for stop in stops:
            for fault, ok in (("does not show", stop["ring"]), ("is hidden", stop["seen"])):
                if not ok:
                    self._wrong(f"focus {fault} at {stop['name']}")

    async def _take_picture(self, page: Page) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            await page.screenshot(path=Path(folder) / f"{self.label}.png", full_page=True)

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium notes a page's own status as an error; the status is checked by itself.
        own_status = self.status >= 400 and "Failed to load resource" in message.text
        if message.type == "error" and not own_status:
            self._wrong(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme != "data" and asked.netloc != urlsplit(self.url).netloc:
            self._wrong(f"asks another host: {asked.netloc}")

    def _wrong(self, text: str) -> None:
        self.findings.wrong.append(f"{self.label}: {text}")


@cache
def _axe_source() -> str:
    return AXE.read_text()
