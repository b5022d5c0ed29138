"""A proposal on the page of a request: when it can be approved, and when it only stands there."""

import pytest

from shared.contracts import matching
from tests.admin_district import MARIAM, NAMES, REQUEST, board, places
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
