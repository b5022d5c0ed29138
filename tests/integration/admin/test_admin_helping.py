"""What would help a request that lacks people, or what the district lacks for it, on its page."""

import pytest

from shared.contracts import matching
from tests.admin_busy import in_vain
from tests.admin_district import REQUEST, board, places, reason
from tests.admin_stage import Stage, Visitor, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

PAGE = f"/requests/{REQUEST}"
FREE = places(REQUEST, places=9)


def what_helps(page: str) -> str:
    _, _, rest = page.partition('id="reliefs"')
    return plain(rest.partition("<h2")[0])


async def test_what_no_single_change_brings_is_said_with_what_is_lacking(
    stage: Stage, karin: Visitor
):
    stage.answers[matching.ShowBoard] = lambda _: in_vain()

    told = what_helps(await karin.open(PAGE))

    assert "Niemand spricht laut Angaben Tigrinya. Gewinnen Sie Menschen, die es" in told
    assert "Bei niemandem liegt das gültig vor: Schulung." in told
    assert "Eine Änderung allein bringt niemanden." in told
    assert (
        "ohne Tigrinya (mit Dolmetschen), Nachweis nachholen: Schulung und an einem anderen Tag: "
        "Dienstag +3"
    ) in told
    assert "hilft hier nicht" not in told


async def test_where_nothing_helps_the_page_says_what_the_district_lacks(
    stage: Stage, karin: Visitor
):
    lacks = (reason("language", tag="ti", needed="C2"), reason("first_talk"))
    stage.answers[matching.ShowBoard] = lambda _: in_vain(reliefs=(), lacks=lacks)

    told = what_helps(await karin.open(PAGE))

    assert "Niemand spricht laut Angaben Tigrinya." in told
    assert "Mit niemandem ist ein Erstgespräch geführt." in told
    assert "Die Anfrage anders zu stellen, hilft hier nicht." in told
    assert "könnten so viele Menschen mehr" not in told


async def test_single_changes_are_told_as_before(stage: Stage, karin: Visitor):
    stage.answers[matching.ShowBoard] = lambda _: board(places=FREE)

    told = what_helps(await karin.open(PAGE))

    assert "So viele Menschen mehr könnten gefragt werden." in told
    assert "Arabisch ab Stufe B1 statt B2 +7" in told
    assert "Daran fehlt es" not in told


@pytest.mark.parametrize("counts", [{"places": 9}, {}])
async def test_what_helps_is_said_only_while_places_are_free(
    stage: Stage, karin: Visitor, counts: dict[str, int]
):
    stage.answers[matching.ShowBoard] = lambda _: in_vain(places=places(REQUEST, **counts))

    page = await karin.open(PAGE)

    assert ('id="reliefs"' in page) == bool(counts)


@pytest.mark.parametrize("what", ["nobody_left", "unlikely"])
async def test_what_today_promises_is_on_the_page_of_the_request(
    stage: Stage, karin: Visitor, what: str
):
    """Nothing helps: then it is said what is lacking."""
    decision = matching.Decision(what=what, request_id=REQUEST, people=2)
    stage.answers[matching.OpenDecisions] = lambda _: matching.Decisions(
        decisions=(decision,), total=1
    )
    stage.answers[matching.ShowBoard] = lambda _: in_vain(
        reliefs=(), lacks=(reason("all_asked"),)
    )

    today = plain(await karin.open("/"))

    assert "Was helfen würde oder woran es fehlt, steht auf der Seite der Anfrage." in today
    assert "Jetzt helfen nur neue Freiwillige." in what_helps(await karin.open(PAGE))
