"""Puts `portal` together."""

from pathlib import Path

from fastapi import FastAPI

from services.portal.pages import (
    absences,
    answer,
    api_people,
    api_requests,
    confirm,
    details,
    health,
    home,
    me,
    organisation,
    organisation_page,
    own_link,
    registering,
    request_pages,
    tandem,
    unsubscribe,
)
from services.portal.pages.context import Portal
from services.portal.pages.messages import MESSAGES, STATUSES
from services.portal.settings import PortalSettings
from services.portal.store import MESSAGING, Row
from shared.contracts.messages import Service
from shared.district import load_district
from shared.messaging.secrets import LINK_KEYS
from shared.service.application import Application
from shared.web.app import WebLimits, build_web_app
from shared.web.frame import PRODUCT, site_of
from shared.web.links import LinkVerifier, read_link_keys
from shared.web.static_files import StaticFiles
from shared.web.templating import Pages

HERE = Path(__file__).parent
LANGUAGES = ("de", "en")
"""In which every page comes; those for volunteers who answer come in all of our languages."""

# In this order: /organisation/register and /me/sent are no links, /requests/…/change no deed.
ROUTERS = (
    home.router,
    registering.router,
    answer.router,
    tandem.by_link,
    tandem.at_desk,
    confirm.router,
    unsubscribe.router,
    own_link.router,
    me.router,
    details.router,
    absences.router,
    organisation.router,
    request_pages.router,
    organisation_page.router,
    api_people.router,
    api_requests.router,
    health.router,
)


def create_app(settings: PortalSettings) -> Application:
    """The service, ready to run."""
    app = Application(Service.PORTAL, settings, Row.metadata, MESSAGING)
    district = load_district(settings.district)
    pages = Pages(
        site_of(district, footer=home.FOOTER),
        StaticFiles(HERE / "static"),
        templates=HERE / "templates",
        locale=HERE / "locale",
        messages=MESSAGES,
        offered=LANGUAGES,
    )
    portal = Portal(
        asker=app.asker,
        clock=app.clock,
        district=district,
        pages=pages,
        links=LinkVerifier(read_link_keys(settings.secrets / LINK_KEYS)),
    )
    app.web = build_web(portal, settings)
    app.web_port = settings.portal_port
    return app


def build_web(portal: Portal, settings: PortalSettings) -> FastAPI:
    """The portal's web application around what it works with."""
    proxies = [part.strip() for part in settings.trusted_proxies.split(",") if part.strip()]
    web = build_web_app(
        PRODUCT,
        portal.pages,
        limits=WebLimits(trusted_proxies=proxies),
        statuses=STATUSES,
        openapi_url="/api/v1/openapi.json",
    )
    web.state.portal = portal
    for router in ROUTERS:
        web.include_router(router)
    return web
