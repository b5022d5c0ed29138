"""The first page (what this is, for whom, whom to ring), and the pages that the law asks for."""

from fastapi import APIRouter, Request, Response

from services.portal.pages.context import EVERY_LANGUAGE, Context
from services.portal.pages.registering import CONSENT_VERSION
from shared.district import in_locale
from shared.web.site import Link
from shared.web.translations import msg

router = APIRouter(include_in_schema=False)

FOOTER = (
    Link(msg("Barrierefreiheit"), "/accessibility"),
    Link(msg("Datenschutz"), "/privacy"),
    Link(msg("Impressum"), "/imprint"),
)


@router.get("/")
async def home(request: Request, portal: Context) -> Response:
    """What this is, in the visitor's language."""
    locale = portal.pages.locale(request, EVERY_LANGUAGE)
    fields = [in_locale(names, locale.tag) for names in portal.district.fields.values()]
    return portal.pages.render(request, "home.html", offered=EVERY_LANGUAGE, fields=fields)


@router.get("/accessibility")
async def accessibility(request: Request, portal: Context) -> Response:
    """The declaration of accessibility."""
    return portal.pages.render(request, "accessibility.html", office=portal.district.office)


@router.get("/privacy")
async def privacy(request: Request, portal: Context) -> Response:
    """What is kept of whom, why, for how long, and what one can do about it."""
    return portal.pages.render(
        request, "privacy.html", office=portal.district.office, version=CONSENT_VERSION
    )


@router.get("/imprint")
async def imprint(request: Request, portal: Context) -> Response:
    """Who is responsible."""
    return portal.pages.render(request, "imprint.html", office=portal.district.office)
