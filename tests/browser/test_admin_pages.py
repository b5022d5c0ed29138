"""Every page of the coordinators passes the page checks, with data that look real."""

import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from shared.contracts import matching, network, profiles, requests
from shared.contracts.notifications import FindEmails, OutboxEntries
from shared.kernel.errors import FieldsRefused, Refusal
from tests.admin_busy import in_vain
from tests.admin_district import (
    A_FREE_PLACE,
    ANDREAS,
    CALL,
    CLUB,
    EMPTY,
    FATIMA,
    JONAS,
    MARIAM,
    NAMES,
    OLENA,
    PIOTR,
    REQUEST,
    REVIEWED,
    SAMIRA,
    TANDEM,
    VERENA,
    board,
    call_page,
    content,
    excluded,
    has_tandem,
    invitation,
    places,
    reason,
    shown,
    slot,
    tandem,
)
from tests.admin_figures import furnish_figures
from tests.admin_site import open_site
from tests.admin_stage import COORDINATOR, NOW, Stage
from tests.admin_stand_ins import furnish
from tests.pages import check_page
from tests.servers import Servers

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@dataclass
class Site:
    """The admin service of this module's district, and the cookie of somebody signed in."""

    stage: Stage
    browser: Browser
    cookies: dict[str, str]

    async def check(
        self,
        path: str,
        name: str,
        *,
        status: int = 200,
        signed_in: bool = True,
        prepare: Callable[[Page], Awaitable[None]] | None = None,
    ) -> None:
        await check_page(
            self.browser,
            self.stage.url + path,
            name=f"admin-{name}",
            status=status,
            cookies=self.cookies if signed_in else None,
            prepare=prepare,
        )


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
        await visitor.send("/account", display_name="Karin Amtsfrau")
        yield Site(stage, browser, cookies)


@pytest.fixture
def site(opened: Site) -> Site:
    """The same site with fresh data."""
    furnish(opened.stage)
    furnish_figures(opened.stage)
    return opened


async def open_everything(page: Page) -> None:
    """Unfold what only some readers need: it must pass as well."""
    await page.evaluate(
        "() => document.querySelectorAll('details').forEach(d => { d.open = true })"
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "today"),
        ("/requests", "requests"),
        (f"/requests/{REVIEWED}", "request-review"),
        (f"/requests/{REQUEST}/people/{JONAS}", "person-candidate"),
        (f"/requests/{REQUEST}/people/{ANDREAS}", "person-excluded"),
        (f"/requests/{REQUEST}/people/{SAMIRA}", "person-reserved"),
        (f"/requests/{REQUEST}/people/{OLENA}", "person-waiting"),
        (f"/requests/{REQUEST}/people/{VERENA}", "person-skips"),
        ("/volunteers", "volunteers"),
        (f"/volunteers/{JONAS}", "volunteer-new"),
        (f"/volunteers/{FATIMA}", "volunteer"),
        ("/organisations", "organisations"),
        (f"/organisations/{CLUB}", "organisation"),
        ("/organisations/new", "organisation-new"),
        ("/phone", "phone"),
        (f"/phone/{CALL}", "call"),
        ("/mails", "mails"),
        ("/figures", "figures"),
        ("/figures/proposals", "figures-proposals"),
        ("/dead-letters", "dead-letters-none"),
        ("/account", "account"),
    ],
)
async def test_a_page_passes(site: Site, path: str, name: str) -> None:
    await site.check(path, name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"/requests/{REQUEST}", "request"),
        ("/requests/new", "request-new"),
        (f"/requests/{REQUEST}/change", "request-change"),
        ("/volunteers/new", "volunteer-register"),
        (f"/volunteers/{FATIMA}/change", "volunteer-change"),
    ],
)
async def test_a_page_passes_with_everything_unfolded(site: Site, path: str, name: str) -> None:
    await site.check(path, name, prepare=open_everything)


@contextlib.asynccontextmanager
async def on_paper(site: Site, path: str) -> AsyncIterator[Page]:
    """A page as it is printed."""
    context = await site.browser.new_context(locale="de-DE")
    address = {"url": site.stage.url}
    await context.add_cookies(
        [{"name": key, "value": value, **address} for key, value in site.cookies.items()]
    )
    page = await context.new_page()
    await page.goto(site.stage.url + path)
    await page.emulate_media(media="print")
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        picture = f"admin-paper{path.replace('/', '-')}.png"
        await page.screenshot(path=Path(folder) / picture, full_page=True)
    yield page
    await context.close()


@pytest.mark.parametrize(
    "path",
    [
        f"/requests/{REQUEST}",
        f"/requests/{REQUEST}/people/{JONAS}",
        f"/requests/{REQUEST}/people/{VERENA}",
        f"/requests/{REQUEST}/tandems/{TANDEM}",
        f"/volunteers/{FATIMA}",
        f"/organisations/{CLUB}",
        "/requests",
    ],
)
async def test_on_paper_there_is_nothing_to_press_or_choose(site: Site, path: str) -> None:
    has_tandem(site.stage)
    async with on_paper(site, path) as page:
        pressed = page.locator("button, select, input, textarea").filter(visible=True)
        await expect(pressed).to_have_count(0)
        warned = page.get_by_text("nicht zurücknehmen").filter(visible=True)
        await expect(warned).to_have_count(0)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_on_paper_stands_who_is_proposed(site: Site) -> None:
    free = places(REQUEST, places=3)
    site.stage.answers[matching.ShowBoard] = lambda _: board(places=free)
    async with on_paper(site, f"/requests/{REQUEST}") as page:
        heading = page.get_by_role("heading", name="Vorgeschlagen, noch nicht gefragt")
        await expect(heading).to_be_visible()
        proposed = page.get_by_role("link", name=NAMES[MARIAM], exact=True)
        await expect(proposed.filter(visible=True)).to_have_count(1)


async def test_a_page_that_is_one_form_stays_on_paper(site: Site) -> None:
    async with on_paper(site, "/requests/new") as page:
        await expect(page.get_by_label("Titel")).to_be_visible()


async def test_an_empty_day_passes(site: Site) -> None:
    site.stage.answers |= {
        requests.FindRequests: lambda _: requests.RequestList(requests=()),
        network.FindOrganisations: lambda _: network.OrganisationCards(cards=()),
        matching.OpenDecisions: lambda _: matching.Decisions(decisions=()),
        matching.OpenPhoneTasks: lambda _: matching.PhoneTasks(tasks=()),
        profiles.FindVolunteers: lambda _: profiles.Cards(cards=()),
        FindEmails: lambda _: OutboxEntries(entries=()),
    }
    await site.check("/", "today-empty")
    await site.check("/requests", "requests-empty")
    await site.check("/phone", "phone-empty")


async def test_requests_that_lack_people_pass(site: Site) -> None:
    spared = matching.Decision(what="all_spared", request_id=REQUEST, people=2)
    unlikely = matching.Decision(what="unlikely", request_id=REQUEST, people=1)
    site.stage.answers[matching.OpenDecisions] = lambda _: matching.Decisions(
        decisions=(spared, unlikely), total=2
    )
    await site.check("/", "today-spared")
    await site.check("/requests?waits=all_spared", "requests-spared")


async def test_a_request_that_nobody_can_meet_passes(site: Site) -> None:
    site.stage.answers[matching.ShowBoard] = lambda _: in_vain()
    await site.check(f"/requests/{REQUEST}", "request-in-vain")


async def test_a_request_that_lacks_people_and_has_one_against_the_rules_passes(
    site: Site,
) -> None:
    certificate = reason("check_missing", check="conduct_certificate")
    german = reason("language_too_low", tag="de", stated="B1", needed="B2")
    site.stage.answers[matching.ShowBoard] = lambda _: board(
        places=places(REQUEST, reserved=0),
        reserved=(),
        assigned=(PIOTR,),
        invitations=(
            invitation(
                0,
                PIOTR,
                state="direct",
                answer="yes",
                override_reason="knows_them",
                against=(certificate, german),
                unmet=(certificate,),
            ),
        ),
    )
    await site.check(f"/requests/{REQUEST}", "request-lacking", prepare=open_everything)
    await site.check(f"/requests/{REQUEST}/people/{PIOTR}", "person-against-rules")


async def test_a_proposal_and_who_is_in_it_or_was_left_out_pass(site: Site) -> None:
    proposed = {
        "state": "planned",
        "sent_at": None,
        "deadline": None,
        "reasons": (reason("speaks", tags="ar de"), reason("near", km=6)),
    }
    site.stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(
            invitation(0, JONAS, rank=1, chance=0.41, **proposed),
            invitation(1, FATIMA, rank=2, chance=0.33, **proposed),
        ),
        candidates=(),
        excluded=(excluded(PIOTR, reason("excluded_by_coordinator")),),
    )
    await site.check(f"/requests/{REQUEST}", "request-proposal")
    changed = f"note=wave_approved&not_asked={OLENA}.paused&not_asked={PIOTR}.too_far"
    await site.check(f"/requests/{REQUEST}?{changed}", "request-not-asked")
    fewer = "asked=1&wished=3&not_now=paused.1&not_now=ask_budget_used_up.2"
    await site.check(f"/requests/{REQUEST}?{fewer}", "request-fewer-asked")
    await site.check(f"/requests/{REQUEST}/people/{JONAS}", "person-proposed")
    await site.check(f"/requests/{REQUEST}/people/{PIOTR}", "person-left-out")


async def test_calls_that_were_missed_pass(site: Site) -> None:
    due = matching.PhoneTask(
        invitation_id=CALL,
        request_id=REQUEST,
        volunteer_id=ANDREAS,
        deadline=NOW + timedelta(hours=20),
    )
    late = due.model_copy(update={"deadline": NOW - timedelta(hours=4), "missed": True})
    site.stage.answers[matching.OpenPhoneTasks] = lambda _: matching.PhoneTasks(
        tasks=(due, late)
    )
    await site.check("/", "today-missed")
    await site.check("/phone", "phone-missed")


async def test_a_page_with_gaps_passes(site: Site) -> None:
    def broken(_query: object) -> None:
        raise RuntimeError("on purpose")

    site.stage.answers[matching.ShowBoard] = broken
    site.stage.answers[profiles.VolunteerCards] = broken
    await site.check(f"/requests/{REQUEST}", "request-gaps")


async def test_a_stopped_request_and_a_filled_one_pass(site: Site) -> None:
    site.stage.answers[matching.ShowBoard] = lambda _: matching.BoardShown(
        found=True, state="stopped"
    )
    await site.check(f"/requests/{EMPTY}?note=stopped", "request-stopped")
    asked = (invitation(0, VERENA), invitation(1, SAMIRA))
    site.stage.answers[matching.ShowBoard] = lambda _: board(invitations=asked)
    await site.check(f"/requests/{REQUEST}?note=resumed", "request-before-a-stop")
    site.stage.answers[matching.ShowBoard] = lambda _: board(
        state="stopped", places=A_FREE_PLACE
    )
    await site.check(f"/requests/{REQUEST}/people/{JONAS}", "person-while-stopped")


async def test_a_call_after_a_yes_passes(site: Site) -> None:
    site.stage.answers[matching.ShowInvitation] = lambda _: call_page(
        answer="yes", holds_place=True, hand_over=True
    )
    await site.check(f"/phone/{CALL}?outcome=assigned", "call-yes")

    async def call_off(page: Page) -> None:
        await press(page, "Sagt wieder ab")

    await site.check(f"/phone/{CALL}", "call-refused", status=422, prepare=call_off)


async def press(page: Page, button: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=button, exact=True).last.click()


async def test_refused_forms_pass(site: Site) -> None:
    async def send_request(page: Page) -> None:
        await page.get_by_label("Titel").fill("Lesepatin gesucht")
        await page.get_by_label("Wie viele Menschen").fill("0")
        await press(page, "Anfrage aufnehmen")
        await open_everything(page)

    async def send_nothing(page: Page) -> None:
        await press(page, "Anfrage aufnehmen")

    def refuse(_query: requests.PreviewNeed) -> None:
        missing = {"kind": "required", "title": "required", "slots": "dates_required"}
        raise FieldsRefused(
            type("Refused", (Refusal,), {"code": f"requests.{code}"})("no", field=field)
            for field, code in missing.items()
        )

    async def send_person(page: Page) -> None:
        await press(page, "Einladen")

    async def erase(page: Page) -> None:
        await press(page, "Löschen")

    await site.check("/requests/new", "request-new-refused", status=422, prepare=send_request)
    site.stage.answers[requests.PreviewNeed] = refuse
    await site.check("/requests/new", "request-new-empty", status=422, prepare=send_nothing)
    site.stage.answers[matching.ShowBoard] = lambda _: board(places=A_FREE_PLACE)
    await site.check(
        f"/requests/{REQUEST}/people/{PIOTR}", "person-refused", status=422, prepare=send_person
    )
    await site.check(f"/volunteers/{VERENA}", "volunteer-refused", status=422, prepare=erase)


async def test_a_change_of_an_outdated_request_passes(site: Site) -> None:
    changed = content(slots=(slot(6), slot(13)), places=3)
    newer = shown(REQUEST, version=7, content=changed)
    site.stage.refuse(requests.ChangeRequest, "requests.version_outdated", "version")

    async def change(page: Page) -> None:
        await page.get_by_label("Titel").fill("Dolmetschen beim Elternabend am Donnerstag")
        site.stage.answers[requests.ShowRequest] = lambda _: newer
        await press(page, "Änderung speichern")
        await open_everything(page)

    await site.check(
        f"/requests/{REQUEST}/change", "request-change-outdated", status=422, prepare=change
    )


async def test_a_deed_that_was_not_possible_passes(site: Site) -> None:
    site.stage.refuse(requests.CancelRequest, "requests.closed")

    async def cancel(page: Page) -> None:
        await page.get_by_text("Absagen: die ganze Anfrage beenden").click()
        await page.get_by_label("Ja, wirklich absagen").check()
        await press(page, "Anfrage absagen")

    await site.check(f"/requests/{REVIEWED}", "request-refused", status=409, prepare=cancel)


async def test_dead_letters_pass(site: Site) -> None:
    jetstream = await site.stage.district.jetstream()
    headers = {
        "ce-type": "event.requests.request_opened.v1",
        "correlation_id": "01a20079-4aa6-7059-9d12-355d2e7e7006",
        "dead-consumer": "matching__request_opened_v1",
        "dead-subject": "event.requests.request_opened.v1",
        "dead-error": "IntegrityError",
        "dead-tries": "8",
    }
    body = b'{"request_id": "01a20079-4aa6-7059-9d12-355d2e7e7006", "sequence": 7, "places": 2}'
    stored = await jetstream.publish("dead.matching__request_opened_v1", body, headers=headers)
    try:
        await site.check("/dead-letters", "dead-letters")
        await site.check(f"/dead-letters/{stored.seq}", "dead-letter")
    finally:
        await jetstream.delete_msg("DEAD_LETTERS", stored.seq)


async def test_the_log_passes(site: Site) -> None:
    async with site.stage.signed_in("ulf@landkreis.example") as visitor:
        await visitor.send(
            f"/requests/{REQUEST}/people/{PIOTR}", deed="invite", reason_invite="knows_them"
        )
        await visitor.send(f"/requests/{REQUEST}/deeds", deed="stop", reason_stop="other")
    await site.check("/log", "log")


async def test_the_pages_for_everybody_pass(site: Site) -> None:
    await site.check("/sign-in", "sign-in", signed_in=False)
    await site.check("/sign-in?sent=1", "sign-in-sent", signed_in=False)
    link = await site.stage.sign_in_link()
    await site.check(link.removeprefix(site.stage.url), "sign-in-link", signed_in=False)
    await site.check("/sign-in/broken", "sign-in-broken", status=404, signed_in=False)


async def test_a_session_that_ended_passes(site: Site) -> None:
    async def leave_and_send(page: Page) -> None:
        await page.context.clear_cookies()
        await page.get_by_label("Name der Organisation").fill("Sportverein")
        await press(page, "Aufnehmen")

    await site.check("/organisations/new", "session-over", status=401, prepare=leave_and_send)


async def test_an_operators_pages_pass(site: Site) -> None:
    async with site.stage.signed_in("otto@landkreis.example", "operator") as otto:
        cookies = {"session": otto.client.cookies["session"]}
        operator = Site(site.stage, site.browser, cookies)
        await operator.check("/", "operator-today")
        await operator.check("/mails", "operator-mails")
        await operator.check("/volunteers", "operator-refused", status=403)


async def test_a_coordinator_signs_in_confirms_a_place_and_signs_out_without_javascript(
    site: Site,
) -> None:
    context = await site.browser.new_context(java_script_enabled=False, locale="de-DE")
    page = await context.new_page()
    await page.goto(site.stage.url)
    await page.get_by_label("E-Mail-Adresse").fill(COORDINATOR)
    await page.get_by_role("button", name="Link schicken").click()
    await expect(page.get_by_role("status").first).to_contain_text("Postfach")

    await page.goto(await site.stage.sign_in_link())
    await page.get_by_role("button", name="Jetzt anmelden").click()
    await page.get_by_role("link", name="Samira Al-Haddad").click()
    before = len(site.stage.sent(matching.DecideReservation))
    await page.get_by_role("button", name="Platz bestätigen").click()
    await expect(page.get_by_role("status").first).to_contain_text("Der Platz ist bestätigt")
    assert len(site.stage.sent(matching.DecideReservation)) == before + 1

    await page.get_by_role("button", name="Abmelden").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    await context.close()


async def test_the_pages_of_a_tandem_pass(site: Site) -> None:
    here = f"/requests/{REQUEST}/tandems/{TANDEM}"
    has_tandem(site.stage)
    await site.check(f"/requests/{REQUEST}", "request-tandem")
    await site.check(here, "tandem")
    has_tandem(site.stage, tandem(to_ring=True, trouble_at=None, end_wished="moved_away"))
    await site.check(here, "tandem-call")
    has_tandem(
        site.stage,
        tandem(state="ended", ended_at=NOW, reason="no_time", next_on=None, trouble_at=None),
    )
    await site.check(here, "tandem-ended")
    has_tandem(site.stage, tandem(questions=(), state="trial", trouble_at=None))

    async def end_it(page: Page) -> None:
        async with page.expect_navigation():
            await page.locator("main button[type=submit]").last.click()

    await site.check(here, "tandem-refused", status=422, prepare=end_it)
