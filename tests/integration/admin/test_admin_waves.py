"""A request's page: the selection to approve, whom it would ask, and what became of it."""

import re

import pytest

from shared.contracts import matching
from tests.admin_district import (
    ANDREAS,
    JONAS,
    MARIAM,
    NAMES,
    PIOTR,
    REQUEST,
    SAMIRA,
    VERENA,
    board,
    candidate,
    excluded,
    invitation,
    places,
    reason,
)
from tests.admin_stage import Stage, Visitor, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_a_part_of_a_wave_is_approved_and_never_an_empty_one(
    stage: Stage, karin: Visitor
):
    stage.answers[matching.ShowBoard] = lambda _: board(places=places(REQUEST, places=3))
    page = await karin.open(f"/requests/{REQUEST}")
    assert re.search(rf'value="{MARIAM}"[^>]* checked', page)
    url = f"/requests/{REQUEST}/deeds"
    nobody = await karin.send(url, deed="approve_wave")
    assert nobody.status_code == 422
    assert stage.taken == []

    await karin.send(url, deed="approve_wave", volunteer_ids=[str(MARIAM), str(JONAS)])

    (wish,) = stage.sent(matching.ApproveWave)
    assert wish.volunteer_ids == (MARIAM, JONAS)


async def test_a_wave_shows_whom_it_would_ask_and_what_leaving_somebody_out_means(
    stage: Stage, karin: Visitor
):
    waits = {"state": "planned", "reasons": (reason("near", km=2),)}
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=places(REQUEST, places=3),
        invitations=(
            invitation(0, JONAS, rank=2, chance=0.2, **waits),
            invitation(1, MARIAM, rank=1, chance=0.314, **waits),
        ),
    )

    page = await karin.open(f"/requests/{REQUEST}")

    wave = page.split('id="proposed"')[1].split("</form>")[0]
    told = plain(wave)
    assert "Rang 1, Chance auf ein Ja: 31 von 100 2 km entfernt" in told
    assert told.index(NAMES[MARIAM]) < told.index(NAMES[JONAS])
    for who in (MARIAM, JONAS):
        assert f'href="/requests/{REQUEST}/people/{who}"' in wave
        assert f"Mehr zu {NAMES[who]}" in told
    assert "Wen Sie abwählen, der wird für diese Anfrage auch später nicht gefragt" in told
    assert "Wieder zulassen" in told


async def test_whom_an_approval_could_not_ask_any_more_is_said_and_why(
    stage: Stage, karin: Visitor
):
    url = f"/requests/{REQUEST}"
    paused = excluded(JONAS, reason("paused"), reason("too_far"))
    gone = excluded(PIOTR)
    stage.replies[matching.ApproveWave] = lambda _: matching.WaveApproved(
        places=places(REQUEST), not_asked=(paused, gone)
    )
    chosen = {"volunteer_ids": [str(MARIAM), str(JONAS), str(PIOTR)]}

    answer = await karin.send(f"{url}/deeds", deed="approve_wave", **chosen)

    told = plain(await karin.open(answer.headers["Location"]))
    assert "Die Auswahl ist freigegeben und wird gefragt." in told
    assert "2 Menschen aus Ihrer Auswahl werden nicht gefragt" in told
    assert f"{NAMES[JONAS]} : Macht Pause" in told
    assert f"{NAMES[PIOTR]} : ist nicht mehr da" in told
    assert "nicht gefragt" not in plain(await karin.open(url)).split("Wie es steht")[0]

    chosen = {"volunteer_ids": [str(JONAS), str(PIOTR)]}
    answer = await karin.send(f"{url}/deeds", deed="approve_wave", **chosen)
    told = plain(await karin.open(answer.headers["Location"]))
    assert "Von Ihrer Auswahl kann niemand mehr gefragt werden." in told
    assert "wird gefragt." not in told.split("Stand")[0]


@pytest.mark.parametrize("made_up", ["x", "x.paused", f"{JONAS}.silly", f"{JONAS}", ".", ""])
async def test_an_address_that_somebody_made_up_says_nothing(karin: Visitor, made_up: str):
    page = await karin.open(f"/requests/{REQUEST}?not_asked={made_up}")

    assert "aus Ihrer Auswahl" not in page


async def ask_more(stage: Stage, karin: Visitor, reply: matching.MoreAsked, people: str) -> str:
    stage.replies[matching.AskMore] = lambda _: reply
    answer = await karin.send(
        f"/requests/{REQUEST}/deeds", deed="ask_more", people=people, reason_ask_more="urgent"
    )
    return plain(await karin.open(answer.headers["Location"])).split("Stand")[0]


async def test_how_many_more_are_asked_is_said_and_why_not_as_many_as_wished(
    stage: Stage, karin: Visitor
):
    held_off = {"paused": 1, "ask_budget_used_up": 2}
    one = matching.MoreAsked(places=places(REQUEST), asked=1)
    some = matching.MoreAsked(places=places(REQUEST), asked=1, not_now=held_off)
    two = matching.MoreAsked(places=places(REQUEST), asked=2)

    told = await ask_more(stage, karin, some, "2")
    assert "1 Mensch wird jetzt gefragt Gewünscht waren 2." in told
    assert "können aber jetzt nicht gefragt werden: Genug gefragt: 2 Macht Pause: 1" in told

    told = await ask_more(stage, karin, one, "5")
    assert "Gewünscht waren 5. Sonst ist niemand mehr da, der passt" in told

    told = await ask_more(stage, karin, two, "2")
    assert "2 Menschen werden jetzt gefragt" in told
    assert "Gewünscht waren" not in told


@pytest.mark.parametrize("asked", [2, None])
async def test_that_mails_wait_for_the_end_of_quiet_hours_is_said_only_while_some_do(
    stage: Stage, karin: Visitor, asked: int | None
):
    more = matching.MoreAsked(places=places(REQUEST), asked=asked)
    now = (invitation(0, JONAS), invitation(1, PIOTR))
    later = (now[0], invitation(1, PIOTR, state="approved", sent_at=None, deadline=None))

    stage.answers[matching.ShowBoard] = lambda _: board(invitations=now)
    assert "Ruhezeit" not in await ask_more(stage, karin, more, "2")

    stage.answers[matching.ShowBoard] = lambda _: board(invitations=later)
    await ask_more(stage, karin, more, "2")
    told = plain(await karin.open(f"/requests/{REQUEST}?asked=2&wished=2"))
    assert "In der Ruhezeit gehen die Mails erst danach hinaus." in told
    assert "Dazu kommt 1 Mensch, der nach der Ruhezeit gefragt wird." in told


@pytest.mark.parametrize(
    "made_up",
    ["asked=x&wished=2", "asked=1", "asked=0&wished=2", "asked=999&wished=1", "asked="],
)
async def test_an_address_with_other_figures_says_nothing(karin: Visitor, made_up: str):
    assert (
        "jetzt gefragt"
        not in plain(await karin.open(f"/requests/{REQUEST}?{made_up}")).split("Stand")[0]
    )


async def test_of_the_folded_candidates_it_says_how_many_cannot_be_asked_now(
    stage: Stage, karin: Visitor
):
    """Those who stand above the fold are not counted once more, and more may fit than are shown."""
    used_up = (reason("ask_budget_used_up", used=2, budget=2),)
    people = (JONAS, MARIAM, PIOTR, ANDREAS, VERENA, SAMIRA)
    stage.answers[matching.ShowBoard] = lambda _: board(
        candidates=tuple(
            candidate(who, rank, not_now=used_up if rank > 2 else ())
            for rank, who in enumerate(people, start=1)
        )
    )

    page = plain(await karin.open(f"/requests/{REQUEST}"))

    assert "Wer danach kommt: 1 (jetzt nicht: 1)" in page


async def test_a_refused_wish_to_ask_more_stays_open_as_it_was_typed(
    stage: Stage, karin: Visitor
):
    stage.refuse(matching.AskMore, "matching.request_stopped")
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(), places=places(REQUEST, places=3)
    )
    url = f"/requests/{REQUEST}/deeds"

    answer = await karin.send(url, deed="ask_more", people="5", reason_ask_more="urgent")

    fold = answer.text.split("Jetzt mehr Menschen fragen")[0].rpartition("<details")[2]
    assert answer.status_code == 409
    assert " open" in fold


async def test_who_was_not_asked_is_not_counted_as_asked(stage: Stage, karin: Visitor):
    """The line above counts them too, and both are to say the same."""
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=places(REQUEST, invited=1),
        invitations=(invitation(0, JONAS), invitation(1, MARIAM, state="direct", answer="yes")),
    )

    page = plain(await karin.open(f"/requests/{REQUEST}"))

    assert re.findall(r"Gefragt: (\d+)", page) == ["1"]
