"""The page of a request for its organisation, in front of stand-ins: what it says of how it stands."""

import pytest
import pytest_asyncio

from tests.portal_samples import REQUEST, a_shown
from tests.portal_scene import soup, text_of
from tests.portal_stand_ins import portal_stage
from tests.servers import fresh_district

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

LOOKING = "Wir fragen Freiwillige, zu denen die Aufgabe passt."
LACKING = {"invited": 3, "reserved": 0, "waitlisted": 0, "nobody_left": True}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal-request-page")
    async with fresh_district(servers, folder) as district, portal_stage(district) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def stage(opened):
    await opened.again()
    return opened


@pytest.mark.parametrize(
    ("assigned", "title", "free"),
    [
        (0, "Bisher hat sich leider niemand gefunden", "Noch sind 2 Plätze frei."),
        (1, "Es fehlt noch jemand", "Noch ist 1 Platz frei."),
    ],
)
async def test_an_organisation_reads_that_nobody_is_left_and_what_would_help(
    stage, assigned, title, free
):
    stage.cast.places = LACKING | {"assigned": assigned}
    page = stage.request  # signed anew, and another one, each second

    answer = await stage.client.get(page)

    told = text_of(answer)
    for words in (
        title,
        free,
        "Das hilft oft: ein anderer Tag, eine andere Uhrzeit oder weniger Anforderungen.",
        "Wir suchen weiter und melden uns bei Ihnen.",
    ):
        assert words in told
    assert LOOKING not in told, "it would say the contrary"
    assert len(soup(answer).select(f'.kern-alert a[href="{page}/change"]')) == 1
    stage.cast.listed = (a_shown(request_id=REQUEST),)
    listed = await stage.client.get(stage.organisation)
    assert "Es fehlt noch jemand" in text_of(listed)


@pytest.mark.parametrize("status", ["filled", "done", "cancelled"])
async def test_of_a_request_that_is_not_open_any_more_nothing_of_the_kind_is_said(
    stage, status
):
    stage.cast.places = LACKING | {"assigned": 0}
    stage.cast.shown = a_shown(status=status)
    stage.cast.listed = (a_shown(status=status),)

    for page in (stage.request, stage.organisation):
        told = text_of(await stage.client.get(page))
        assert "niemand gefunden" not in told
        assert "Es fehlt noch jemand" not in told


@pytest.mark.parametrize("nobody_left", [False, None])
async def test_while_somebody_can_be_asked_the_page_says_so(stage, nobody_left):
    stage.cast.places = LACKING | {"assigned": 0, "nobody_left": nobody_left}

    told = text_of(await stage.client.get(stage.request))

    assert LOOKING in told
    assert "niemand gefunden" not in told


@pytest.mark.parametrize("assigned", [0, 1])
async def test_while_the_office_has_stopped_the_search_nothing_is_promised(stage, assigned):
    stage.cast.places = LACKING | {"assigned": assigned, "nobody_left": False, "stopped": True}

    answer = await stage.client.get(stage.request)

    told = text_of(answer)
    assert LOOKING not in told
    assert "Sobald alle Plätze besetzt sind" not in told
    assert "Die Suche ist angehalten" in told
    assert "Unser Büro hat die Suche angehalten. Zurzeit fragen wir niemanden mehr." in told
    assert ("Wer einen Platz hat, behält ihn." in told) is bool(assigned)
    assert soup(answer).select_one('.kern-alert a[href^="tel:"]') is not None
    stage.cast.listed = (a_shown(request_id=REQUEST),)
    assert "Angehalten" in text_of(await stage.client.get(stage.organisation))


@pytest.mark.parametrize("status", ["review", "filled", "done", "cancelled"])
async def test_a_stop_is_told_only_while_somebody_would_be_looked_for(stage, status):
    stage.cast.places = LACKING | {"assigned": 0, "nobody_left": False, "stopped": True}
    stage.cast.shown = a_shown(status=status)
    stage.cast.listed = (a_shown(status=status),)

    for page in (stage.request, stage.organisation):
        assert "ngehalten" not in text_of(await stage.client.get(page))


@pytest.mark.parametrize(("assigned", "verb"), [(0, "sind"), (1, "ist"), (2, "sind")])
async def test_how_many_places_are_taken_is_a_right_sentence(stage, assigned, verb):
    stage.cast.places = LACKING | {"assigned": assigned, "nobody_left": False}

    told = text_of(await stage.client.get(stage.request))

    assert f"{assigned} von 2 Plätzen {verb} besetzt." in told


async def test_an_expired_request_says_how_it_can_be_asked_again(stage):
    stage.cast.shown = a_shown(status="expired")

    organisation = stage.organisation

    answer = await stage.client.get(f"{organisation}/requests/{REQUEST}")

    assert "Bis zum Beginn hat sich leider niemand gefunden" in text_of(answer)
    assert "rufen Sie uns bitte an" in text_of(answer)
    assert len(soup(answer).select(f'.kern-alert a[href="{organisation}/new"]')) == 1
