"""What stands on the page of a request only where it is of use: a proposal to approve, a series."""

import pytest

from shared.contracts import matching, requests
from tests.admin_district import (
    JONAS,
    LINKED,
    MARIAM,
    NAMES,
    OLENA,
    PIOTR,
    REQUEST,
    board,
    invitation,
    places,
    shown,
)
from tests.admin_stage import Stage, Visitor, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

FULL = "Alle Plätze sind vergeben, deshalb wird im Moment niemand gefragt."


async def test_a_proposal_cannot_be_approved_while_all_places_are_given(
    stage: Stage, karin: Visitor
):
    page = await karin.open(f"/requests/{REQUEST}")
    assert 'value="approve_wave"' not in page
    told = plain(page.split('id="proposed"')[1].split("</ul>")[0])
    assert FULL in told
    assert NAMES[MARIAM] in told

    stage.answers[matching.ShowBoard] = lambda _: board(places=places(REQUEST, places=3))
    page = await karin.open(f"/requests/{REQUEST}")
    assert 'value="approve_wave"' in page
    assert page.count('id="proposed"') == 1
    assert FULL not in plain(page)


async def test_only_a_request_out_of_a_series_says_to_which_it_belongs(
    stage: Stage, karin: Visitor
):
    assert "Gehört zu" not in await karin.open(f"/requests/{REQUEST}")

    linked = shown(REQUEST).model_copy(update={"linked_to": LINKED})
    stage.answers[requests.ShowRequest] = lambda _: linked
    page = await karin.open(f"/requests/{REQUEST}")
    assert "Gehört zu" in page
    assert "Reihe, bei der an diesem Tag jemand aussetzt" in page


async def test_going_on_with_a_full_request_does_not_say_that_somebody_is_asked(
    stage: Stage, karin: Visitor
):
    stage.answers[matching.ShowBoard] = lambda _: board(state="stopped")
    told = plain(await karin.open(f"/requests/{REQUEST}"))
    assert "wird erst jemand gefragt, wenn ein Platz frei wird" in told
    stage.replies[matching.ResumeMatching] = lambda _: matching.Changed(places=places(REQUEST))

    answer = await karin.send(f"/requests/{REQUEST}/deeds", deed="resume")

    told = plain(await karin.open(answer.headers["Location"]))
    assert "Nicht mehr angehalten. Alle Plätze sind vergeben." in told
    assert "Es geht weiter mit dem Einladen." not in told


async def test_going_on_where_a_place_is_free_says_so(stage: Stage, karin: Visitor):
    free = places(REQUEST, places=3)
    stage.answers[matching.ShowBoard] = lambda _: board(state="stopped", places=free)
    assert "wenn ein Platz frei wird" not in plain(await karin.open(f"/requests/{REQUEST}"))
    stage.replies[matching.ResumeMatching] = lambda _: matching.Changed(places=free)

    answer = await karin.send(f"/requests/{REQUEST}/deeds", deed="resume")

    told = plain(await karin.open(answer.headers["Location"]))
    assert "Es geht weiter mit dem Einladen." in told


async def test_who_is_asked_after_the_quiet_hours_is_said_beside_who_is_awaited(
    stage: Stage, karin: Visitor
):
    later = {"state": "approved", "sent_at": None, "deadline": None}
    asked = (invitation(0, JONAS), invitation(1, PIOTR, **later), invitation(2, OLENA, **later))
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=asked)

    page = await karin.open(f"/requests/{REQUEST}")

    told = plain(page)
    assert "Dazu kommen 2 Menschen, die nach der Ruhezeit gefragt werden." in told
    assert "Antwort steht noch aus: 3" in told
    assert f"{NAMES[PIOTR]} freigegeben" in told
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=asked[:1])
    assert "nach der Ruhezeit" not in plain(await karin.open(f"/requests/{REQUEST}"))
