"""Every page of the portal, in every state, passes the page checks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from shared.contracts.matching import SkippedDate
from shared.contracts.messages import Refused, Service
from shared.contracts.profiles import ContactShown
from shared.kernel.errors import FieldsRefused, Refusal
from shared.kernel.fields import Kind, Side
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from shared.web.links import Purpose
from shared.web.locales import ALL_TAGS
from tests.pages import check_page
from tests.people_builders import NOON
from tests.portal_samples import (
    REQUEST,
    TANDEM,
    a_document,
    a_shown,
    a_slot,
    a_tandem,
    an_invitation,
    some_words,
)
from tests.portal_stand_ins import Stage, portal_stage
from tests.ports import free_port
from tests.servers import fresh_district

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
]

GERMAN = ("de",)
ENGLISH = ("de", "en")
ARABIC = ("de", "ar")


@dataclass
class Site:
    """The served portal."""

    stage: Stage
    url: str

    async def check(self, browser: Browser, path: str, name: str, **more: Any) -> None:
        await check_page(browser, f"{self.url}{path}", name=f"portal-{name}", **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(servers, tmp_path_factory) -> AsyncIterator[Site]:
    port = free_port()
    async with (
        fresh_district(servers, tmp_path_factory.mktemp("portal")) as district,
        portal_stage(district, port=port) as stage,
    ):
        yield Site(stage, f"http://127.0.0.1:{port}")


@pytest_asyncio.fixture(loop_scope="module")
async def site(opened: Site) -> Site:
    """The same site; its owners answer as if nothing had been."""
    await opened.stage.again()
    return opened


def refusal(code: str, field: str | None = None) -> Refusal:
    return WishRefused(Refused(code=code, message="No.", field=field))


Prepare = Callable[[Page], Awaitable[None]]


def press(*names: str) -> Prepare:
    """Press the first button that is there of these, in whatever language the page is."""

    async def prepare(page: Page) -> None:
        async with page.expect_navigation():
            await page.locator(", ".join(names)).first.click()

    return prepare


SUBMIT = "main button[type=submit]"


FOR_EVERYBODY = [
    ("/", "home", ("de", "ar", "uk")),
    ("/help", "help", ENGLISH),
    ("/help/received", "help-received", GERMAN),
    ("/help/received?by=phone", "help-phone", GERMAN),
    ("/me", "own-link", ENGLISH),
    ("/me/sent", "own-link-sent", GERMAN),
    ("/organisation", "organisation-entry", GERMAN),
    ("/organisation/register", "organisation-register", ENGLISH),
    ("/organisation/sent", "organisation-sent", GERMAN),
    ("/organisation/sent?what=registration", "organisation-registered", GERMAN),
    ("/accessibility", "accessibility", GERMAN),
    ("/privacy", "privacy", ENGLISH),
    ("/imprint", "imprint", GERMAN),
]


async def test_the_pages_for_everybody_pass(browser, site):
    for path, name, languages in FOR_EVERYBODY:
        await site.check(browser, path, name, languages=languages)


LINKED = UUID(int=77)
"""The request for a date that somebody skips."""
SERIES = some_words(slots=tuple(a_slot(2 + 7 * week) for week in range(14)), remote=True)
DATES = tuple(a_slot(2 + 7 * week) for week in range(14))
SKIPPED = tuple(
    SkippedDate(**DATES[n].model_dump(), linked_request_id=LINKED, taken=n == 1) for n in (1, 2)
)
STATES = [
    (
        "dates",
        an_invitation(answer="yes", holds_place=True, hand_over=True, skipped=SKIPPED),
        some_words(kind=Kind.SERIES, slots=DATES),
    ),
    ("full", an_invitation(free_places=0), some_words()),
    ("later", an_invitation(answer="later"), some_words()),
    ("declined", an_invitation(answer="no"), some_words()),
    ("waiting", an_invitation(answer="yes", free_places=0, waiting_position=2), some_words()),
    ("reserved", an_invitation(answer="yes", reserved=True), some_words()),
    ("not-known", an_invitation(answer="yes", holds_place=True), some_words()),
    (
        "changed",
        an_invitation(answer="yes", holds_place=True, hand_over=True, purpose="changed"),
        some_words(),
    ),
    ("move-up", an_invitation(purpose="move_up"), some_words()),
    ("series", an_invitation(clashes=(a_slot(9), a_slot(16))), SERIES),
    ("withdrawn", an_invitation(state="withdrawn"), some_words()),
    ("stopped", an_invitation(state="withdrawn", only_stopped=True), some_words()),
    ("no-place", an_invitation(state="withdrawn", answer="yes"), some_words()),
    ("cancelled", an_invitation(state="withdrawn"), some_words(state="cancelled")),
    ("expired", an_invitation(), some_words(state="expired")),
    ("over", an_invitation(), some_words(slots=(a_slot(-3),))),
    ("started", an_invitation(), some_words(slots=(a_slot(-0.2, 9),))),
]


async def test_the_answer_page_passes_in_every_language(browser, site):
    await site.check(browser, site.stage.answer, "answer-open", languages=ALL_TAGS)
    site.stage.cast.invitation = an_invitation(answer="yes", holds_place=True, hand_over=True)
    await site.check(browser, site.stage.answer, "answer-assigned", languages=ARABIC)


async def test_the_language_menu_opens_inside_a_phone(browser, site):
    for tag in ("de", "de-simple", "ar", "ro"):
        page = await browser.new_page(viewport={"width": 320, "height": 800})
        await page.goto(f"{site.url}{site.stage.answer}?lang={tag}")
        await page.locator(".languages summary").click()
        box = await page.locator(".languages__list").bounding_box()
        name = await page.locator(".site-name__product").bounding_box()
        assert box is not None
        assert name is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 320, tag
        assert name["height"] < 30, f"{tag}: the product's name is broken"
        await page.close()


async def test_the_answer_page_passes_in_every_state(browser, site):
    for name, invitation, words in STATES:
        languages = (
            ARABIC if name in {"dates", "waiting", "series", "withdrawn", "stopped"} else GERMAN
        )
        site.stage.cast.invitation, site.stage.cast.words = invitation, words
        await site.check(browser, site.stage.answer, f"answer-{name}", languages=languages)


async def test_a_refused_answer_passes_and_asks_again(browser, site):
    site.stage.cast.refuses = refusal("matching.request_changed")

    await site.check(
        browser,
        site.stage.answer,
        "answer-refused",
        languages=ARABIC,
        status=409,
        prepare=press(SUBMIT),
    )


async def test_an_answer_that_is_only_stored_passes(browser, site):
    site.stage.cast.may_answer.clear()
    await site.check(
        browser,
        site.stage.answer,
        "answer-received",
        status=202,
        prepare=press(SUBMIT),
    )
    site.stage.cast.may_answer.set()


async def test_pausing_passes(browser, site):
    await site.check(browser, site.stage.pause, "pause", languages=ARABIC)
    await site.check(
        browser,
        site.stage.pause,
        "paused",
        prepare=press("button[value=weeks]"),
    )


async def test_confirming_passes(browser, site):
    token = site.stage.signer.sign(Purpose.CONFIRM_VOLUNTEER, str(new_id()))
    await site.check(browser, f"/help/confirm/{token}", "confirm", languages=ARABIC)
    await site.check(
        browser,
        f"/help/confirm/{token}",
        "confirmed",
        prepare=press(SUBMIT),
    )


async def test_a_forged_link_passes(browser, site):
    await site.check(
        browser, f"{site.stage.answer}x", "link-forged", languages=ARABIC, status=404
    )


async def test_a_refused_registration_passes(browser, site):
    site.stage.cast.refuses = FieldsRefused(
        [
            refusal("people.email_unclear", "email"),
            refusal("people.phone_unclear", "phone"),
            refusal("requests.required", "consent_version"),
        ]
    )
    await site.check(browser, "/help", "help-refused", status=422, prepare=press(SUBMIT))


async def test_the_volunteers_own_page_passes(browser, site):
    stage = site.stage
    await site.check(browser, stage.me, "me", languages=ENGLISH)
    stage.cast.document = a_document(
        state="paused",
        paused_until=str(NOON + timedelta(days=20)),
        email_suspended_at=str(NOON),
        last_name=None,
        phone=None,
        absences=None,
        known_since=None,
        profile={},
    )
    await stage.leaves(Service.MATCHING)
    await site.check(browser, stage.me, "me-paused")
    await site.check(browser, f"{stage.me}/erase", "erase")
    await site.check(
        browser,
        f"{stage.me}/erase",
        "erase-refused",
        status=422,
        prepare=press(SUBMIT),
    )

    async def erase(page: Page) -> None:
        await page.locator("input[name=sure]").check()
        await press(SUBMIT)(page)

    await site.check(browser, f"{stage.me}/erase", "erased", prepare=erase)


async def test_changing_the_own_details_passes(browser, site):
    stage = site.stage
    details, away = f"{stage.me}/details", f"{stage.me}/absences"
    await site.check(browser, details, "details", languages=ENGLISH)
    await site.check(browser, f"{stage.me}?saved=details", "details-saved")
    await site.check(browser, away, "away", languages=ENGLISH)
    await site.check(browser, away, "away-refused", status=422, prepare=press(SUBMIT))
    stage.cast.refuses = FieldsRefused(
        [
            refusal("people.phone_unclear", "phone"),
            refusal("languages.level_unknown", "languages.1.level"),
            refusal("profiles.address_missing", "email"),
            refusal("weeks.unclear", "availability.0.from"),
            refusal("profiles.skill_unknown", "skills.0"),
        ]
    )
    await site.check(browser, details, "details-refused", status=422, prepare=press(SUBMIT))
    stage.cast.refuses = refusal("profiles.version_outdated", "version")
    await site.check(browser, details, "details-outdated", status=409, prepare=press(SUBMIT))


async def test_an_organisations_requests_pass(browser, site):
    stage = site.stage
    await site.check(browser, stage.organisation, "organisation-empty")
    stage.cast.organisation_state = "unverified"
    stage.cast.listed = tuple(
        a_shown(status=status, request_id=new_id())
        for status in ("review", "open", "filled", "done", "cancelled", "expired")
    )
    stage.cast.total = 45
    await site.check(
        browser, f"{stage.organisation}?page=2", "organisation-list", languages=ENGLISH
    )


async def test_one_request_passes(browser, site):
    stage = site.stage
    await site.check(browser, f"{stage.request}?done=posted", "request", languages=ENGLISH)
    await site.check(browser, f"{stage.request}/cancel", "request-cancel")
    stage.cast.places = stage.cast.places | {"nobody_left": True}
    await site.check(browser, stage.request, "request-lacking", languages=ENGLISH)
    stage.cast.listed = (a_shown(),)
    await site.check(browser, stage.organisation, "organisation-lacking")
    stage.cast.shown = a_shown(status="expired")
    await site.check(browser, stage.request, "request-expired", languages=ENGLISH)
    stage.cast.shown = a_shown(
        status="filled", words=some_words(slots=(a_slot(-0.2, 9),), remote=True)
    )
    stage.cast.shared = ContactShown(
        found=True, first_name="Amira", email="amira@freiwillige.example"
    )
    await site.check(browser, stage.request, "request-running")
    await stage.leaves(Service.MATCHING)
    stage.cast.shown = a_shown(status="review")
    await site.check(browser, stage.request, "request-without-counts")


A_CHECK_IN = {"question": 2, "what": "check_in"}
TANDEMS = [
    ("trial-answered", Side.VOLUNTEER, {"answer": "fits"}, GERMAN),
    ("trial-trouble", Side.VOLUNTEER, {"answer": "does_not_fit"}, ARABIC),
    ("before", Side.VOLUNTEER, {"question": None, "what": None, "state": "trial"}, ARABIC),
    ("check-in", Side.VOLUNTEER, A_CHECK_IN | {"answer": "goes_well", "hours": 12}, ARABIC),
    ("organisation", Side.ORGANISATION, A_CHECK_IN, ARABIC),
    ("wished", Side.ORGANISATION, {"end_wished": "moved_away"}, GERMAN),
    ("ended", Side.VOLUNTEER, {"state": "ended", "next_on": None}, ARABIC),
]


async def test_the_tandem_page_passes_in_every_language(browser, site):
    await site.check(browser, site.stage.tandem(), "tandem", languages=ALL_TAGS)


async def test_the_tandem_page_passes_in_every_state(browser, site):
    for name, side, page, languages in TANDEMS:
        site.stage.cast.tandem = a_tandem(**page)
        await site.check(
            browser, site.stage.tandem(side), f"tandem-{name}", languages=languages
        )


async def test_a_refused_word_about_a_tandem_passes(browser, site):
    stage = site.stage
    stage.cast.tandem = a_tandem(**A_CHECK_IN)

    async def type_nonsense(page: Page) -> None:
        await page.locator("#field-hours").fill("viele")
        await press(SUBMIT)(page)

    await site.check(
        browser,
        stage.tandem(),
        "tandem-refused",
        languages=ARABIC,
        status=422,
        prepare=type_nonsense,
    )

    async def end_without_a_reason(page: Page) -> None:
        async with page.expect_navigation():
            await page.locator(SUBMIT).last.click()

    await site.check(
        browser,
        stage.tandem(),
        "tandem-end-refused",
        languages=ARABIC,
        status=422,
        prepare=end_without_a_reason,
    )


async def test_an_organisation_finds_its_tandem_on_its_own_pages(browser, site):
    stage = site.stage
    stage.cast.shown = a_shown(status="filled", words=some_words(kind=Kind.TANDEM, slots=DATES))
    await site.check(browser, stage.request, "request-tandem", languages=ENGLISH)
    desk = f"{stage.organisation}/tandems/{TANDEM}"
    await site.check(browser, desk, "tandem-at-desk")


async def test_a_series_and_its_skipped_dates_pass(browser, site):
    stage = site.stage
    stage.cast.shown = a_shown(words=some_words(kind=Kind.SERIES, slots=DATES))
    stage.cast.listed = (a_shown(request_id=LINKED, linked_to=REQUEST),)
    await site.check(browser, stage.request, "request-series", languages=ENGLISH)
    stage.cast.shown = a_shown(linked_to=LINKED)
    await site.check(browser, stage.request, "request-linked", languages=ENGLISH)


async def test_the_form_of_a_request_passes(browser, site):
    stage = site.stage
    new = f"{stage.organisation}/new"
    await site.check(browser, new, "tasks")
    await site.check(browser, f"{new}?task=homework_help", "request-form")
    await site.check(browser, f"{stage.request}/change", "request-change")

    await site.check(
        browser,
        f"{stage.request}/change",
        "request-tried",
        prepare=press("button[value=preview]"),
    )


async def test_a_refused_request_passes(browser, site):
    site.stage.cast.refuses = FieldsRefused(
        [
            refusal("requests.required", "places"),
            refusal("requests.required", "kind"),
            refusal("requests.slot_in_the_past", "slots.0.starts_at"),
            refusal("requests.slot_in_the_past", "weekly.0"),
            refusal("requests.required", "starts_on"),
            refusal("requests.required", "languages.0.tag"),
        ]
    )
    await site.check(
        browser,
        f"{site.stage.organisation}/new?task=",
        "request-refused",
        status=422,
        prepare=press("button[value=send]"),
    )
