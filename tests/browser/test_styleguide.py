"""The frame and every building block pass the page checks, in all states and languages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser import styleguide
from tests.pages import check_page, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EVERY_LANGUAGE = ("de", "ar", "de-simple", "en", "uk", "ru", "fa", "pl", "ro")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[str]:
    async with serving(styleguide.build()) as url:
        yield url


async def send_the_empty_form(page: Page) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name="Anfrage stellen").click()


async def test_every_building_block_passes(browser: Browser, site: str) -> None:
    await check_page(browser, site, name="blocks", languages=EVERY_LANGUAGE)


async def test_a_refused_form_passes(browser: Browser, site: str) -> None:
    await check_page(
        browser,
        site,
        name="refused",
        languages=("de", "ar"),
        status=422,
        prepare=send_the_empty_form,
    )


async def test_a_page_with_nothing_on_it_passes(browser: Browser, site: str) -> None:
    await check_page(browser, f"{site}/empty", name="empty", languages=("de", "ar"))


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/errors", 500)])
async def test_an_error_page_passes(
    browser: Browser, site: str, path: str, status: int
) -> None:
    await check_page(
        browser, f"{site}{path}", name=f"error-{status}", languages=("de", "ar"), status=status
    )


async def test_a_form_is_sent_without_javascript(browser: Browser, site: str) -> None:
    page = await browser.new_page(java_script_enabled=False, locale="de-DE")
    await page.goto(site)
    await page.get_by_label("Vorname").fill("Ada")
    await page.get_by_label("E-Mail").fill("ada@verein.example.org")
    await page.get_by_label("Postleitzahl").fill("04600")
    await page.get_by_label("Wie viele Menschen").fill("2")
    await page.get_by_label("Bereich", exact=True).select_option("language")
    await page.get_by_label("Regelmäßig").check()
    await page.get_by_label("Datum").fill("2026-12-02")
    await page.get_by_label("Von", exact=True).fill("18:00")
    await page.get_by_label("Bis", exact=True).fill("20:00")
    await page.get_by_label("Ich bin einverstanden").check()

    await page.get_by_role("button", name="Anfrage stellen").click()

    await expect(page.get_by_role("status").first).to_contain_text("Danke, das ist gespeichert")


async def test_a_refused_form_begins_at_its_summary_and_leads_to_the_field(
    browser: Browser, site: str
) -> None:
    page = await browser.new_page(java_script_enabled=False, locale="de-DE")
    await page.goto(site)
    await page.get_by_label("Vorname").fill("Ada")
    await send_the_empty_form(page)

    await expect(page.locator(".error-summary")).to_be_focused()
    await expect(page.get_by_label("Vorname")).to_have_value("Ada")
    await page.get_by_role("link", name="Postleitzahl:").click()
    await expect(page.get_by_label("Postleitzahl")).to_be_focused()


async def test_hint_and_error_are_read_out_with_the_field(browser: Browser, site: str) -> None:
    page = await browser.new_page(locale="de-DE")
    await page.goto(site)
    await send_the_empty_form(page)

    await expect(page.get_by_label("E-Mail")).to_have_accessible_description(
        "Dorthin schicken wir die Bestätigung. Fehler: Bitte füllen Sie dieses Feld aus."
    )
    await expect(
        page.get_by_role("group", name="Erster Termin")
    ).to_have_accessible_description("Fehler: Bitte füllen Sie dieses Feld aus.")


async def test_the_first_tab_stop_jumps_over_the_header(browser: Browser, site: str) -> None:
    page = await browser.new_page(locale="de-DE")
    await page.goto(site)
    await page.keyboard.press("Tab")

    await expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_a_language_is_chosen_and_kept(browser: Browser, site: str) -> None:
    page = await browser.new_page(java_script_enabled=False, locale="de-DE")
    await page.goto(f"{site}/empty")
    await page.locator(".languages summary").click()
    await page.get_by_role("link", name="العربية").click()
    await page.goto(f"{site}/nowhere")

    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.get_by_role("heading", level=1)).to_have_text("هذه الصفحة غير موجودة")


async def test_paper_is_light_even_at_night(browser: Browser, site: str) -> None:
    page = await browser.new_page(color_scheme="dark")
    await page.goto(site)
    await page.emulate_media(media="print")

    await expect(page.locator("body")).to_have_css("background-color", "oklch(1 0 0)")
    await expect(page.locator("h1")).to_have_css("color", "oklch(0 0 0)")
    await expect(page.locator(".languages")).to_be_hidden()
