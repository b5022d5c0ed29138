"""Signing in on real servers: links, sessions, and a gate that nothing gets round."""

import asyncio
from datetime import timedelta

import pytest

from services.admin.handlers.links import SignInLinks
from services.admin.main import ROUTERS
from services.admin.pages.access import is_open
from services.admin.store.tables import SessionRow
from shared.contracts.admin import AddAccount, StaffRecipient
from shared.contracts.messages import Service
from shared.contracts.notifications import SendSignInLink
from shared.kernel.clock import MachineClock
from shared.kernel.ids import new_id
from shared.messaging.asking import WishRefused
from shared.messaging.secrets import SIGN_IN_KEYS
from shared.web.links import LinkSigner, LinkVerifier, read_link_keys
from tests.admin_stage import COORDINATOR, Stage
from tests.admin_stand_ins import open_stage

pytestmark = pytest.mark.integration


@pytest.fixture
async def stage(district):
    async with open_stage(district, Service.NOTIFICATIONS) as opened:
        yield opened


def all_routes():
    """Every route of every view, with something in the place of its parameters."""
    for router in ROUTERS:
        for route in router.routes:
            path = route.path.replace("{sequence}", "1")
            for name in ("request_id", "volunteer_id", "organisation_id", "invitation_id"):
                path = path.replace(f"{{{name}}}", str(new_id()))
            for method in route.methods:
                yield method, path.replace("{token}", "token")


async def test_every_page_but_the_open_ones_asks_for_a_session(stage: Stage):
    guarded = [(method, path) for method, path in all_routes() if not is_open(path)]
    assert len(guarded) > 30
    assert {path for _, path in all_routes() if is_open(path)} == {
        "/sign-in",
        "/sign-in/token",
        "/healthz",
        "/readyz",
    }
    async with stage.visitor() as visitor:
        for method, path in guarded:
            answer = await visitor.client.request(method, path)
            if method == "POST":
                assert answer.status_code == 401, path
            else:
                assert answer.status_code == 303, path
                assert answer.headers["Location"] == "/sign-in"
            assert answer.headers["Cache-Control"] == "no-store"


async def test_a_path_that_does_not_exist_asks_for_a_session_too(stage: Stage):
    async with stage.visitor() as visitor:
        for path in ("/anything", "/requests/", "//requests", "/sign-in-not", "/healthz/x"):
            assert (await visitor.client.get(path)).status_code == 303, path


async def test_a_link_shows_a_button_and_only_the_button_signs_in(stage: Stage):
    await stage.add_account()
    link = await stage.sign_in_link()
    async with stage.visitor() as visitor:
        for _ in range(2):
            assert "Jetzt anmelden" in await visitor.open(link)
            assert (await visitor.client.head(link)).status_code == 200
        assert (await visitor.client.get("/account")).status_code == 303

        signed_in = await visitor.client.post(link)

        assert signed_in.headers["Location"] == "/"
        cookie = signed_in.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert COORDINATOR in await visitor.open("/account")


async def test_a_link_is_good_more_than_once_within_its_half_hour(stage: Stage):
    await stage.add_account()
    link = await stage.sign_in_link()
    for _ in range(3):
        async with stage.visitor() as visitor:
            assert (await visitor.client.post(link)).status_code == 303
            await visitor.open("/account")


async def test_the_token_of_a_session_is_kept_as_a_hash(stage: Stage, district):
    async with stage.signed_in() as visitor:
        token = visitor.client.cookies["session"]

        rows = await district.sql("SELECT * FROM admin.sessions")

        assert len(rows) == 1
        assert token not in str([dict(row) for row in rows])


def links_of(stage: Stage) -> SignInLinks:
    keys = read_link_keys(stage.district.servers.secrets / SIGN_IN_KEYS)
    return SignInLinks(LinkSigner(keys), LinkVerifier(keys), stage.url)


async def test_a_link_older_than_half_an_hour_opens_nothing(stage: Stage):
    staff_id = await stage.add_account()
    now = MachineClock().now()
    old = links_of(stage).url(staff_id, 0, now - timedelta(minutes=30))
    fresh = links_of(stage).url(staff_id, 0, now - timedelta(minutes=29))
    async with stage.visitor() as visitor:
        assert "älter als eine halbe Stunde" in await visitor.open(old, 410)
        assert (await visitor.client.post(old)).status_code == 410
        assert (await visitor.client.post(fresh)).status_code == 303


async def test_a_changed_link_opens_nothing(stage: Stage):
    await stage.add_account()
    link = await stage.sign_in_link()
    async with stage.visitor() as visitor:
        head, _, signature = link.rpartition(".")
        for broken in (link[:-1], link + "A", head + signature):
            assert (await visitor.client.post(broken)).status_code == 404


async def test_signing_out_everywhere_ends_sessions_and_links(stage: Stage):
    await stage.add_account()
    link = await stage.sign_in_link()
    async with stage.visitor() as here, stage.visitor() as there:
        await here.client.post(link)
        await there.client.post(link)

        assert (await here.client.post("/account/everywhere")).status_code == 303

        for visitor in (here, there):
            assert (await visitor.client.get("/account")).status_code == 303
        assert (await here.client.post(link)).status_code == 410
        assert (await here.client.post(await stage.sign_in_link())).status_code == 303


async def test_signing_out_ends_this_session_alone(stage: Stage):
    await stage.add_account()
    link = await stage.sign_in_link()
    async with stage.visitor() as here, stage.visitor() as there:
        await here.client.post(link)
        await there.client.post(link)
        stolen = here.client.cookies["session"]

        await here.client.post("/sign-out")

        here.client.cookies.set("session", stolen)
        assert (await here.client.get("/account")).status_code == 303
        await there.open("/account")


async def test_a_session_ends_after_twelve_hours_and_is_deleted(stage: Stage, district):
    async with stage.signed_in() as visitor:
        (row,) = await district.sql("SELECT expires_at FROM admin.sessions")
        lasts = row["expires_at"] - MachineClock().now()
        assert timedelta(hours=11, minutes=59) < lasts <= timedelta(hours=12)
        await district.sql("UPDATE admin.sessions SET expires_at = now()")

        assert (await visitor.client.get("/account")).status_code == 303

        await district.stop(stage.app)
        await stage.open_admin()

        async def gone():
            return not await district.sql("SELECT * FROM admin.sessions")

        await district.until(gone)
    assert SessionRow.__tablename__ == "sessions"


async def test_a_sped_up_domain_clock_signs_nobody_out(district):
    now = MachineClock().now()
    district.clock = f"{now.isoformat()}|{(now + timedelta(days=900)).isoformat()}|3600"
    async with (
        open_stage(district, Service.NOTIFICATIONS) as stage,
        stage.signed_in() as visitor,
    ):
        await district.stop(stage.app)
        await stage.open_admin()
        visitor.client.base_url = stage.url
        await visitor.open("/account")


async def test_what_was_typed_while_the_session_ended_can_be_sent_again(stage: Stage):
    async with stage.visitor() as visitor:
        answer = await visitor.send("/requests/new", title="Fahrräder <reparieren>", places="2")

        assert answer.status_code == 401
        assert 'value="Fahrräder &lt;reparieren&gt;"' in answer.text
        assert 'action="/requests/new"' in answer.text


async def test_a_form_of_another_site_does_nothing(stage: Stage):
    async with stage.signed_in() as visitor:
        foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
        answer = await visitor.client.post("/account/everywhere", headers=foreign)

        assert answer.status_code == 403
        await visitor.open("/account")


async def ordered(stage: Stage) -> list[SendSignInLink]:
    return stage.sent(SendSignInLink)


async def test_an_address_of_the_staff_gets_a_mail_and_an_unknown_one_the_same_answer(
    stage: Stage, district
):
    staff_id = await stage.add_account()
    async with stage.visitor() as visitor:
        unknown = await visitor.send("/sign-in", email="somebody@elsewhere.example")
        known = await visitor.send("/sign-in", email=COORDINATOR.upper())

        assert unknown.status_code == known.status_code == 303
        assert unknown.headers["Location"] == known.headers["Location"]
        assert "Postfach" in await visitor.open(known.headers["Location"])

    await district.until(lambda: stage.sent(SendSignInLink))
    assert [wish.recipient_staff_id for wish in stage.sent(SendSignInLink)] == [staff_id]
    asker = await district.asker("notifications")
    mail = await asker.ask(StaffRecipient(staff_id=staff_id))
    assert mail.email == COORDINATOR
    async with stage.visitor() as visitor:
        assert (await visitor.client.post(mail.sign_in_url)).status_code == 303


async def test_a_sixth_mail_within_the_hour_is_not_sent_and_nobody_can_tell(
    stage: Stage, district
):
    await stage.add_account()
    await stage.add_account("otto@landkreis.example")
    async with stage.visitor() as visitor:
        answers = [await visitor.send("/sign-in", email=COORDINATOR) for _ in range(8)]
        answers.append(await visitor.send("/sign-in", email="otto@landkreis.example"))

    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
    await district.until(lambda: len(stage.sent(SendSignInLink)) >= 6)
    rows = await district.sql("SELECT count(*) FROM admin.link_mails")
    assert rows[0]["count"] == 6


async def test_mails_ordered_at_the_same_moment_keep_to_the_limit(stage: Stage, district):
    await stage.add_account()
    async with stage.visitor() as visitor:
        await asyncio.gather(*(visitor.send("/sign-in", email=COORDINATOR) for _ in range(9)))

    rows = await district.sql("SELECT count(*) FROM admin.link_mails")
    assert rows[0]["count"] == 5


async def test_a_mail_ordered_while_nobody_sends_mails_is_sent_later(district):
    async with open_stage(district, Service.PROFILES) as stage:
        await stage.add_account()
        async with stage.visitor() as visitor:
            answer = await visitor.send("/sign-in", email=COORDINATOR)
            assert answer.status_code == 303

        await stage.start(Service.NOTIFICATIONS)

        await district.until(lambda: stage.sent(SendSignInLink))


async def test_what_is_no_address_is_told_at_its_field(stage: Stage):
    async with stage.visitor() as visitor:
        answer = await visitor.send("/sign-in", email="karin at home")

        assert answer.status_code == 422
        assert "E-Mail-Adresse ein" in answer.text
        assert 'value="karin at home"' in answer.text


async def test_a_known_address_gets_another_role_and_an_unknown_role_is_refused(stage: Stage):
    first = await stage.add_account(COORDINATOR, "coordinator")
    assert await stage.add_account(COORDINATOR.upper(), "operator") == first
    cli = await stage.district.asker("cli")
    with pytest.raises(WishRefused) as refused:
        await cli.ask(
            AddAccount(command_key="cli:unknown-role", email=COORDINATOR, role="boss")
        )
    assert (refused.value.code, refused.value.field) == ("admin.role_unknown", "role")
    with pytest.raises(WishRefused) as refused:
        await stage.sign_in_link("nobody@landkreis.example")
    assert refused.value.code == "admin.account_unknown"


async def test_an_operator_sees_no_names_but_mails_and_dead_letters(stage: Stage):
    async with stage.signed_in("otto@landkreis.example", "operator") as visitor:
        for path in ("/volunteers", "/requests", "/organisations", "/phone", "/log"):
            assert "nur für die Technik" in await visitor.open(path, 403)
        today = await visitor.open("/")
        assert 'href="/volunteers"' not in today
        for path in ("/mails", "/dead-letters", "/account"):
            await visitor.open(path)


async def test_health_needs_no_session_and_answers_domain_time(district):
    now = MachineClock().now()
    district.clock = f"{now.isoformat()}|{(now + timedelta(days=9)).isoformat()}|1"
    async with open_stage(district, Service.NOTIFICATIONS) as stage, stage.visitor() as visitor:
        told = (await visitor.client.get("/healthz")).json()
        assert told["now"] > (now + timedelta(days=8)).isoformat()
        assert (await visitor.client.get("/readyz")).json() == {"ready": True}

        district.kill_nats()
        assert stage.app is not None
        await district.until(lambda: not stage.app.asker.is_connected)

        assert (await visitor.client.get("/readyz")).status_code == 503
        assert (await visitor.client.get("/healthz")).status_code == 200
