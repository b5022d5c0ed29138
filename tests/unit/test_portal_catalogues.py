"""The portal speaks German and English everywhere, and all languages where volunteers answer."""

import pytest
from babel.messages.extract import extract_from_file

from services.portal.pages.home import FOOTER
from services.portal.pages.messages import FOR_EVERYBODY
from shared.web.locales import ALL_TAGS
from tests.unit.test_web_catalogues import (
    KEYWORDS,
    REPOSITORY,
    catalogue_of,
    texts_of,
    translations,
)

PORTAL = REPOSITORY / "services" / "portal"
IN_EVERY_LANGUAGE = (
    "home.html",
    "answer.html",
    "answer_standing.html",
    "answer_form.html",
    "answer_dates.html",
    "tandem.html",
    "received.html",
    "pause.html",
    "confirm.html",
    "portal.html",
)


def texts_in(template: str) -> set[str]:
    options = {"newstyle_gettext": "true", "silent": "false"}
    path = str(PORTAL / "templates" / template)
    return {
        message[0] if isinstance(message, tuple) else str(message)
        for _, message, _, _ in extract_from_file("jinja2", path, KEYWORDS, options=options)
    }


@pytest.mark.parametrize("tag", [tag for tag in ALL_TAGS if tag != "de"])
def test_the_pages_of_volunteers_lack_no_text_in_any_language(tag: str) -> None:
    known = translations(PORTAL, tag)
    wanted = {link.label for link in FOOTER} | set(FOR_EVERYBODY.values())
    wanted |= {text for template in IN_EVERY_LANGUAGE for text in texts_in(template)}

    assert len(wanted) > 100
    assert [text for text in sorted(wanted) if not all(known.get(text, ("",)))] == []


def test_these_are_the_pages_that_are_offered_in_every_language() -> None:
    views = (PORTAL / "pages").glob("*.py")
    offered: set[str] = set()
    for view in views:
        source = view.read_text(encoding="utf-8")
        for call in source.split("pages.render(")[1:]:
            arguments = call.split(")\n")[0]
            if "offered=EVERY_LANGUAGE" in arguments:
                offered.add(arguments.split('"')[1])

    assert offered <= set(IN_EVERY_LANGUAGE)
    assert {"home.html", "answer.html", "pause.html"} <= offered


def test_no_catalogue_keeps_a_text_that_no_page_says() -> None:
    for tag in ALL_TAGS[1:]:
        for catalogue in catalogue_of(PORTAL / "locale", tag).values():
            kept = {
                entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in catalogue
            }
            assert kept - {""} <= texts_of(PORTAL)
