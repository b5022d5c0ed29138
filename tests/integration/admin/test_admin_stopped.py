"""Stopping the inviting: what is said before it, and that every place that tells a state says so."""

import re

import pytest

from shared.contracts import matching, requests
from shared.kernel.fields import Answer, Channel
from tests.admin_district import (
    ANDREAS,
    MARIAM,
    NAMES,
    OLENA,
    REQUEST,
    REVIEWED,
    SAMIRA,
    SCHOOL,
    VERENA,
    board,
    invitation,
    places,
    shown,
)
from tests.admin_stage import Stage, Visitor, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


def stopped(stage: Stage) -> None:
    """Of the requests, the first alone is stopped."""
    counts = places(REQUEST, stopped=True)
    stage.answers[matching.ShowBoard] = lambda _: board(state="stopped", places=counts)
    stage.answers[matching.PlacesOf] = lambda query: matching.PlacesOfMany(
        places=tuple(
            counts if one == REQUEST else places(one, stopped=False)
            for one in query.request_ids
        )
    )


def badges(page: str) -> list[str]:
    """What stands in signs of a state, in their order."""
    found = re.findall(r'<span class="kern-badge[^>]*>.*?</span></span>', page, re.DOTALL)
    return [plain(one).strip() for one in found]


@pytest.mark.parametrize(("status", "state"), [("open", "Offen"), ("filled", "Besetzt")])
async def test_the_head_of_a_request_says_that_it_is_stopped(
    stage: Stage, karin: Visitor, status: str, state: str
):
    stage.answers[requests.ShowRequest] = lambda query: shown(query.request_id, status=status)
    head = badges(await karin.open(f"/requests/{REQUEST}"))
    assert state in head
    assert "Angehalten" not in head

    stopped(stage)

    head = badges(await karin.open(f"/requests/{REQUEST}"))
    assert head[:4] == [state, "Angehalten"] * 2, "in the line, and among all that was said"


@pytest.mark.parametrize("path", ["/requests", f"/organisations/{SCHOOL}"])
async def test_a_list_says_which_request_is_stopped(stage: Stage, karin: Visitor, path: str):
    listed = tuple(shown(one, status="open") for one in (REQUEST, REVIEWED))
    stage.answers[requests.FindRequests] = lambda _: requests.RequestList(
        requests=listed, total=2
    )
    assert "Angehalten" not in badges(await karin.open(path))

    stopped(stage)

    rows = re.findall(r"<tr.*?</tr>", await karin.open(path), re.DOTALL)
    told = [badges(row) for row in rows if "Offen" in plain(row)]
    assert told == [["Offen", "Angehalten"], ["Offen"]]


async def test_before_a_stop_those_asked_by_telephone_are_named_to_be_rung(
    stage: Stage, karin: Visitor
):
    def fold(page: str) -> str:
        _, _, rest = page.partition("Anhalten oder absagen")
        return plain(rest.partition('value="cancel"')[0])

    by_phone = (
        invitation(0, ANDREAS, channel=Channel.PHONE),
        invitation(1, SAMIRA, channel=Channel.PHONE, answer=Answer.LATER),
        invitation(2, OLENA, channel=Channel.PHONE, answer=Answer.NO),
    )
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=by_phone)
    told = fold(await karin.open(f"/requests/{REQUEST}"))
    assert f"Bitte rufen Sie an: {NAMES[ANDREAS]} , {NAMES[SAMIRA]} ." in told
    assert "bekommen dann eine Mail" not in told
    assert "Die Mails lassen sich" not in told

    by_mail = (invitation(0, VERENA), invitation(1, MARIAM, state="expired"))
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=by_mail)
    assert "Bitte rufen Sie an" not in fold(await karin.open(f"/requests/{REQUEST}"))
