"""Puts `admin` together."""

from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware

from services.admin.handlers import subscribe
from services.admin.handlers.links import SignInLinks
from services.admin.loops.forgetting import keep_forgetting
from services.admin.loops.link_mails import keep_handing_over
from services.admin.pages import (
    change_request,
    change_volunteer,
    dead_letters,
    figures,
    health,
    log,
    mails,
    new_request,
    new_volunteer,
    organisations,
    phone,
    request,
    request_deeds,
    request_person,
    requests,
    sign_in,
    tandem,
    today,
    volunteers,
)
from services.admin.pages.context import Desk
from services.admin.pages.gate import Gate
from services.admin.pages.wording import MESSAGES
from services.admin.settings import AdminSettings
from services.admin.store.tables import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import load_district
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.secrets import SIGN_IN_KEYS
from shared.service.application import Application
from shared.web.app import WebLimits, build_web_app
from shared.web.frame import PRODUCT, site_of
from shared.web.links import LinkSigner, LinkVerifier, read_link_keys
from shared.web.site import Link
from shared.web.static_files import StaticFiles
from shared.web.templating import Pages
from shared.web.translations import msg

HERE = Path(__file__).parent

NAVIGATION = (
    Link(msg("Heute"), "/"),
    Link(msg("Anfragen"), "/requests"),
    Link(msg("Freiwillige"), "/volunteers"),
    Link(msg("Organisationen"), "/organisations"),
    Link(msg("Telefon"), "/phone"),
    Link(msg("Mails"), "/mails"),
    Link(msg("Zahlen"), "/figures"),
    Link(msg("Technik"), "/dead-letters"),
    Link(msg("Protokoll"), "/log"),
)

# The forms for something new come before the pages of one thing: `new` is no id.
ROUTERS = (
    today.router,
    new_request.router,
    requests.router,
    request.router,
    request_deeds.router,
    change_request.router,
    request_person.router,
    tandem.router,
    new_volunteer.router,
    volunteers.router,
    change_volunteer.router,
    organisations.router,
    phone.router,
    mails.router,
    figures.router,
    dead_letters.router,
    log.router,
    sign_in.router,
    health.router,
)

STATUSES = {
    "admin.sign_in_link_over": 410,
    "links.forged": 404,
    "messaging.dead_letter_gone": 410,
}


def create_app(settings: AdminSettings) -> Application:
    """The service, ready to run."""
    app = Application(Service.ADMIN, settings, Row.metadata, MESSAGING)
    keys = read_link_keys(settings.secrets / SIGN_IN_KEYS)
    links = SignInLinks(LinkSigner(keys), LinkVerifier(keys), settings.admin_url)
    subscribe(app.seam, links, app.machine_clock)
    app.loop("forgetting", partial(keep_forgetting, app.database, app.machine_clock))
    app.loop(
        "link_mails", partial(keep_handing_over, app.database, app.asker, app.machine_clock)
    )
    district = load_district(settings.district)
    desk = Desk(
        asker=app.asker,
        clock=app.clock,
        machine_clock=app.machine_clock,
        database=app.database,
        district=district,
        pages=Pages(
            site_of(district),
            StaticFiles(HERE / "static"),
            templates=HERE / "templates",
            messages=MESSAGES,
        ),
        links=links,
        letters=DeadLetters(app.connection),
        navigation=NAVIGATION,
    )
    app.web = build_web(desk, settings)
    app.web_port = settings.admin_port
    return app


def build_web(desk: Desk, settings: AdminSettings) -> FastAPI:
    """The coordinators' web application around what it works with."""
    proxies = [part.strip() for part in settings.trusted_proxies.split(",") if part.strip()]
    web = build_web_app(
        f"{PRODUCT} admin",
        desk.pages,
        limits=WebLimits(trusted_proxies=proxies, token_paths=("/sign-in/",), private=True),
        statuses=STATUSES,
    )
    web.state.desk = desk
    # Innermost: what the gate refuses gets headers, log and error page like any answer.
    web.user_middleware.append(Middleware(Gate, desk=desk))
    for router in ROUTERS:
        web.include_router(router)
    return web
