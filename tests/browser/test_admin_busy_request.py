"""The page of a request with much going on: short on a phone, and nothing of it lost."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.admin_busy import (
    ASKED,
    AWAITED,
    FITTING,
    LEFT_OUT,
    PLACED,
    RESERVED,
    WAITING,
    busy_board,
    is_busy,
    name,
)
from tests.admin_district import REQUEST, has_tandem, places
from tests.admin_site import open_site
from tests.admin_stage import Stage
from tests.admin_stand_ins import furnish
from tests.pages import check_page
from tests.servers import Servers

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGE = f"/requests/{REQUEST}"
DEEDS = 12
SEEN = 5
"""The newest four of the history that are no mails, and when the request was opened."""
UNFOLD = "() => document.querySelectorAll('details').forEach(d => { d.open = true })"
HEIGHT = "() => document.documentElement.scrollHeight"
SHORT, SHORT_OF_A_PERSON = 6200, 2900
"""In pixels, on the smallest phone; unfolded it is four times as much."""


@dataclass
class Site:
    stage: Stage
    browser: Browser
    cookies: dict[str, str]

    @asynccontextmanager
    async def opened(
        self, path: str, *, media: Literal["screen", "print"] = "screen"
    ) -> AsyncIterator[Page]:
        """On the smallest phone, or on paper; without JavaScript."""
        context = await self.browser.new_context(
            viewport={"width": 320, "height": 640}, java_script_enabled=False, locale="de-DE"
        )
        address = {"url": self.stage.url}
        await context.add_cookies(
            [{"name": key, "value": value, **address} for key, value in self.cookies.items()]
        )
        page = await context.new_page()
        await page.emulate_media(media=media)
        await page.goto(self.stage.url + path)
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            picture = f"admin-busy-{media}{path.partition('#')[0].replace('/', '-')}.png"
            await page.screenshot(path=Path(folder) / picture, full_page=True)
        yield page
        await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    async with open_site(servers, tmp_path_factory.mktemp("admin")) as (
        stage,
        visitor,
        browser,
        cookies,
    ):
        for _ in range(DEEDS):
            await visitor.send(
                f"{PAGE}/deeds", deed="ask_more", people="3", reason_ask_more="urgent"
            )
        yield Site(stage, browser, cookies)


@pytest.fixture
def site(opened: Site) -> Site:
    """The same site with fresh data."""
    furnish(opened.stage)
    is_busy(opened.stage)
    return opened


def person(page: Page, who: UUID) -> Locator:
    return page.locator(f'details:has(> summary:has-text("{name(who)}"))')


async def test_it_is_short_on_a_phone_and_passes_folded_and_unfolded(site: Site) -> None:
    async with site.opened(PAGE) as page:
        assert await page.evaluate(HEIGHT) < SHORT

    async def unfold(page: Page) -> None:
        await page.evaluate(UNFOLD)

    url = site.stage.url + PAGE
    await check_page(site.browser, url, name="admin-busy", cookies=site.cookies)
    await check_page(
        site.browser, url, name="admin-busy-unfolded", cookies=site.cookies, prepare=unfold
    )


async def test_the_page_of_somebody_is_short_too(site: Site) -> None:
    for who in (FITTING[0], RESERVED[0], AWAITED[0]):
        async with site.opened(f"{PAGE}/people/{who}") as page:
            assert await page.evaluate(HEIGHT) < SHORT_OF_A_PERSON


async def test_nothing_is_lost_and_every_fold_says_how_much_is_in_it(site: Site) -> None:
    async with site.opened(PAGE) as page:
        told = await page.locator("main").inner_text()
        for said in (
            "Zugesagt, bitte bestätigen: 2",
            "Dabei: 4",
            "Warteliste: 6",
            "Wer danach kommt: 3",
            "Gefragt: 24",
            "Antwort steht noch aus: 6",
            "Alle anderen, deren Antwort aussteht: 2",
            "Haben Ja gesagt: 6",
            "Nein, keine Antwort oder zurückgezogen: 12",
            "Wer danach kommt: 25 (jetzt nicht: 5)",
            "74 Menschen, nach Gründen",
            "Alles der Reihe nach, auch die Mails: 60",
            f"Was es davor getan hat: {DEEDS - 3}",
        ):
            assert said in told, said
        whole = await page.locator("main").text_content() or ""
        assert "Frist vorbei" in whole
        assert "Frist vorbei, Frist:" not in whole
        for who in (*ASKED, *WAITING, *FITTING, *LEFT_OUT):
            assert name(who) in whole
            assert await page.locator(f'a[href="{PAGE}/people/{who}"]').count() > 0
        assert await page.locator("main .score-bar").count() == len(FITTING)
        assert await page.locator("main .timeline__entry").count() == SEEN + 60 + DEEDS


async def test_who_waits_for_a_decision_is_seen_with_the_buttons(site: Site) -> None:
    async with site.opened(PAGE) as page:
        button = page.get_by_role("button", name="Platz bestätigen")
        await expect(button.filter(visible=True)).to_have_count(len(RESERVED))
        for who in (*RESERVED, *PLACED):
            await expect(page.get_by_role("link", name=name(who)).first).to_be_visible()


async def test_a_line_unfolds_what_it_stands_for_without_javascript(site: Site) -> None:
    async with site.opened(PAGE) as page:
        line = person(page, FITTING[0])
        await expect(line.locator("summary")).to_contain_text("spricht Arabisch, Deutsch")
        await expect(line.locator(".score-bar")).to_be_hidden()

        await line.locator("summary").click()

        await expect(line.locator(".score-bar")).to_be_visible()
        await expect(line).to_contain_text("von 1000 Punkten")
        await line.get_by_role("link").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(name(FITTING[0]))


async def test_nothing_is_pressed_within_what_unfolds(site: Site) -> None:
    async with site.opened(PAGE) as page:
        within = page.locator("summary").locator("a, button, input, select, summary")
        await expect(within).to_have_count(0)


@pytest.mark.parametrize("target", ["places", "proposed", "candidates", "reliefs", "tandems"])
async def test_what_a_link_points_to_is_seen_where_it_leads(site: Site, target: str) -> None:
    if target == "tandems":
        has_tandem(site.stage)
    if target == "proposed":
        planned = [
            one.model_copy(update={"state": "planned", "answer": None})
            for one in busy_board().invitations
        ]
        free = places(REQUEST, places=9)
        is_busy(site.stage, invitations=tuple(planned), places=free)
    async with site.opened(f"{PAGE}#{target}") as page:
        await expect(page.locator(f"#{target}")).to_be_in_viewport()
        folded = page.locator(f"details #{target}")
        await expect(folded, "not every browser unfolds for an address").to_have_count(0)


async def test_the_way_to_not_confirming_leads_to_the_form(site: Site) -> None:
    async with site.opened(PAGE) as page:
        await page.get_by_role("link", name=f"{name(RESERVED[0])} nicht bestätigen").click()
        await expect(page.get_by_role("button", name="Nicht bestätigen")).to_be_in_viewport()
        await expect(page.locator("details #decline")).to_have_count(0)


@pytest.mark.parametrize(
    ("fold", "button", "field"),
    [
        ("Jetzt mehr Menschen fragen", "Jetzt fragen", "field-reason_ask_more"),
        ("Anhalten: niemanden mehr fragen", "Anhalten", "field-reason_stop"),
        ("Absagen: die ganze Anfrage beenden", "Anfrage absagen", "field-really"),
    ],
)
async def test_what_was_refused_is_unfolded_again(
    site: Site, fold: str, button: str, field: str
) -> None:
    async with site.opened(PAGE) as page:
        await expect(page.locator(f"#{field}")).to_be_hidden()
        await page.locator("summary").get_by_text(fold).click()
        await page.get_by_role("button", name=button, exact=True).click()

        await expect(page.locator(f"#{field}")).to_be_visible()
        await page.locator(f'.error-summary a[href="#{field}"]').click()
        await expect(page.locator(f"#{field}")).to_be_in_viewport()


async def test_a_refused_deed_about_somebody_is_unfolded_again(site: Site) -> None:
    async with site.opened(f"{PAGE}/people/{FITTING[0]}") as page:
        await page.locator("summary").get_by_text("Nicht fragen").click()
        await page.get_by_role("button", name="Nicht fragen").click()

        await expect(page.locator("#field-reason_exclude")).to_be_visible()
        await expect(page.locator("#field-reason_assign")).to_be_hidden()


async def test_paper_tells_what_is_folded(site: Site) -> None:
    async with site.opened(PAGE, media="print") as page:
        for who in (*ASKED, *FITTING, *LEFT_OUT, *WAITING):
            await expect(page.get_by_text(name(who)).first).to_be_visible()
        figures = page.get_by_text("von 1000 Punkten").filter(visible=True)
        await expect(figures).to_have_count(len(FITTING))
        await expect(page.locator("main .timeline__entry").last).to_be_visible()
