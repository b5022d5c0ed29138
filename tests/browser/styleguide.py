"""The living style guide: every building block of our pages, in use, in all languages.

Served by the browser checks. To look at it by hand:
`uvicorn --factory tests.browser.styleguide:build --port 8090`.
"""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import BaseModel, EmailStr, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shared.web.app import build_web_app
from shared.web.formats import OpeningHours
from shared.web.forms import Form, read_form
from shared.web.locales import ALL_TAGS
from shared.web.site import Link, Office, Site
from shared.web.static_files import StaticFiles
from shared.web.templating import Pages

TEMPLATES = Path(__file__).parent / "templates"


OFFICE = Office(
    "Koordinierungsstelle Ehrenamt und Integration",
    "+49 30 23125-447",
    (
        OpeningHours(1, time(9), time(12)),
        OpeningHours(1, time(13), time(18)),
        OpeningHours(3, time(9), time(12)),
        OpeningHours(3, time(13), time(16)),
    ),
)

SITE = Site(
    "Brücke",
    "Landkreis Altenburger Land",
    OFFICE,
    footer=(
        Link("Barrierefreiheit", "/accessibility"),
        Link("Datenschutz", "/privacy"),
        Link("Impressum", "/imprint"),
    ),
    navigation=(
        Link("Bausteine", "/"),
        Link("Leere Seite", "/empty"),
        Link("Fehler", "/errors"),
    ),
)


class Slot(BaseModel):
    on: str
    from_: Annotated[str, Field(alias="from")]
    to: str


class Sample(BaseModel):
    """One field of each sort."""

    first_name: Annotated[str, Field(min_length=1, max_length=80)]
    email: EmailStr
    phone: str | None = None
    postcode: Annotated[str, Field(pattern=r"\d{5}")]
    places: Annotated[int, Field(ge=1, le=20)]
    description: Annotated[str, Field(max_length=500)] = ""
    field: str
    kind: str
    languages: list[str] = []
    slots: list[Slot]
    consent: bool


def build() -> FastAPI:
    pages = Pages(SITE, StaticFiles(), templates=TEMPLATES, offered=ALL_TAGS)
    app = build_web_app("Style guide", pages)

    def show(
        request: Request, form: Form[Sample], status: int = 200, **more: Any
    ) -> HTMLResponse:
        starts = datetime(2026, 12, 2, 17, tzinfo=UTC)
        return pages.render(
            request,
            "styleguide.html",
            status=status,
            form=form,
            starts=starts,
            ends=starts.replace(hour=19),
            **more,
        )

    @app.get("/")
    async def blocks(request: Request) -> Response:
        return show(request, Form.blank({"languages": ["ar"], "kind": "single"}))

    @app.post("/")
    async def submit(request: Request) -> Response:
        form = await read_form(request, Sample)
        if form.errors:
            return show(request, form, status=422)
        return show(request, Form.blank(), saved=True)

    @app.get("/empty")
    async def empty(request: Request) -> Response:
        return pages.render(request, "empty.html", offered=("en", "ar"))

    @app.get("/errors")
    async def broken() -> Response:
        raise RuntimeError("on purpose")

    return app
