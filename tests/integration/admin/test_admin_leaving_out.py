"""Leaving somebody out of a request: what they hear of it is said before."""

import pytest

from shared.contracts import matching
from shared.kernel.fields import Answer
from tests.admin_district import ANDREAS, OLENA, PIOTR, REQUEST, SAMIRA, board, invitation
from tests.admin_stage import Stage, Visitor, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

MAIL = "Die Person bekommt eine Mail, dass die Anfrage für sie nicht mehr gilt."
RING = "bitte rufen Sie an, wenn Sie schon darüber gesprochen haben"
NOTHING = "Gilt nur für diese Anfrage. Die Person erfährt nichts davon."


async def test_who_was_asked_or_waits_hears_of_it_when_they_are_left_out(
    stage: Stage, karin: Visitor
):
    stage.answers[matching.ShowBoard] = lambda _: board(
        assigned=(),
        reserved=(),
        waiting=(SAMIRA,),
        invitations=(
            invitation(0, PIOTR),
            invitation(1, ANDREAS),
            invitation(2, SAMIRA, answer=Answer.YES),
            invitation(3, OLENA, answer=Answer.NO),
        ),
    )

    for who, said in ((PIOTR, MAIL), (SAMIRA, MAIL), (ANDREAS, RING), (OLENA, NOTHING)):
        told = plain(await karin.open(f"/requests/{REQUEST}/people/{who}"))
        assert [words for words in (MAIL, RING, NOTHING) if words in told] == [said]
