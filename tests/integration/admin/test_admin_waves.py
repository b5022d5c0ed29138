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
    RECORD,
    REQUEST,
    SAMIRA,
    VERENA,
    WEIGHED,
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


PARTS = tuple(
    matching.ScorePart(name=name, points=points, at_most=most)
    for name, points, most in (("fit", 250, 300), ("nearness", 140, 200), ("rest", 100, 200))
)


def folded(page: str) -> list[str]:
    """The figures of a page, of each person."""
    found = re.findall(r'<details class="score-details[^>]*>.*?</details>', page, re.DOTALL)
    return list(map(plain, found))


@pytest.mark.parametrize("reasons", [(), (reason("near", km=2),)])
@pytest.mark.parametrize("state", ["planned", "sent"])
async def test_what_decided_about_asking_somebody_is_told_in_figures_folded(
    stage: Stage, karin: Visitor, state: str, reasons: tuple[matching.Reason, ...]
):
    why = {"parts": PARTS, "reasons": reasons, "rank": 2, "chance": 0.4123}
    one = invitation(0, JONAS, state=state, **why, record=RECORD, weighed=WEIGHED)
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=places(REQUEST, places=3), invitations=(one,), candidates=()
    )
    paths = [f"/requests/{REQUEST}/people/{JONAS}"]
    if state == "sent":
        paths.append(f"/requests/{REQUEST}")

    for path in paths:
        (told,) = folded(await karin.open(path))
        for text in (
            "Genauer",
            "Rang 2 unter denen, die zugleich ausgewählt wurden",
            "Chance auf ein Ja: 41 von 100",
            "Von 4,8 Anfragen 2,9 bejaht, Älteres zählt weniger: Das allein ergäbe 41 von 100.",
            "In letzter Zeit gefragt: zählt wie 1,6 Anfragen von heute.",
            "Wird anderswo gebraucht: Ein Ja hier kostet dort 0,12",
            "Wie gut es passt, zählt 0,049",
            "Wert: 0,146. Der höchste kommt zuerst; geteilt ist er durch 2,86",
            "Chance, dass ohne diese Anfrage ein Platz frei bleibt: 62 von 100",
            "Die Anfrage kostet 0,315, ein Ja zu viel 0,3",
            "Bleibt als Gewinn: 0,031. Gefragt wird nur, wo er über 0 liegt",
            "Wie gut es passt: 490 von 1000 Punkten",
            "Wohnt in der Nähe: 140 von 200",
        ):
            assert text in told, text


async def test_who_has_answered_nothing_and_is_missed_nowhere_is_told_so_in_words(
    stage: Stage, karin: Visitor
):
    nothing = matching.Record(asked=0.01, yes=0, chance=0.25, fatigue=0.004)
    cheap = WEIGHED.model_copy(update={"lost": 0.001})
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(
            invitation(0, JONAS, parts=PARTS, chance=0.25, record=nothing, weighed=cheap),
        ),
        candidates=(candidate(PIOTR, 1, record=nothing),),
        excluded=(),
    )

    page = plain(await karin.open(f"/requests/{REQUEST}"))

    assert page.count("Noch ohne Antworten: Angenommen werden 25 von 100.") == 2, "both of them"
    assert page.count("In letzter Zeit nicht gefragt.") == 2
    assert page.count("Wird anderswo nicht dringender gebraucht") == 1


async def test_what_was_kept_without_these_figures_is_shown_as_far_as_it_goes(
    stage: Stage, karin: Visitor
):
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(
            invitation(0, JONAS, parts=PARTS, chance=0.25, rank=1),
            invitation(1, MARIAM),
        ),
        candidates=(candidate(PIOTR, 1, record=None),),
        excluded=(),
    )

    page = await karin.open(f"/requests/{REQUEST}")
    assert "bejaht" not in page

    (told,) = folded(page)  # of whom nothing was kept, nothing more is told
    assert "Chance auf ein Ja: 25 von 100" in told
    assert "490 von 1000 Punkten" in told
    assert "bejaht" not in told
    assert "Ausschlag" not in told


async def test_of_a_place_that_was_given_directly_no_chance_is_told(
    stage: Stage, karin: Visitor
):
    why = {"parts": PARTS, "reasons": (reason("near", km=2),), "chance": 0.66}
    one = invitation(0, SAMIRA, state="direct", **why, record=RECORD)
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=(one,))

    (told,) = folded(await karin.open(f"/requests/{REQUEST}/people/{SAMIRA}"))

    assert "490 von 1000 Punkten" in told
    assert "66" not in told, "nobody was asked"
    assert "bejaht" not in told


async def test_who_stands_last_for_want_of_what_they_said_is_told_with_it(
    stage: Stage, karin: Visitor
):
    silent = (
        reason("chosen_field"),
        reason("languages_unstated", tags="ar de"),
        reason("skills_unstated", skills="first_aid"),
    )
    stage.answers[matching.ShowBoard] = lambda _: board(
        candidates=(candidate(PIOTR, 1, reasons=silent),)
    )

    page = plain(await karin.open(f"/requests/{REQUEST}"))

    assert (
        "mag diesen Bereich, steht hinten, weil Angaben zu Sprachen fehlen"
        " (gebraucht: Arabisch, Deutsch), steht hinten, weil Angaben zu Fähigkeiten fehlen"
        " (gebraucht: Erste Hilfe)"
    ) in page
