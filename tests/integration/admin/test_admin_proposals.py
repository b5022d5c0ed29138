"""What stands on the page of a request only where it is of use: a proposal to approve, a series."""

import pytest

from shared.contracts import matching, requests
from tests.admin_district import LINKED, MARIAM, NAMES, REQUEST, board, places, shown
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
