"""The page of a request and of a person in it: who is shown how, and which rules are named."""

import re

import pytest

from shared.contracts import matching
from shared.kernel.fields import Answer
from shared.kernel.ids import new_id
from tests.admin_district import (
    A_FREE_PLACE,
    ANDREAS,
    FATIMA,
    JONAS,
    NAMES,
    OLENA,
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


@pytest.mark.parametrize("path", ["", f"/people/{JONAS}", f"/people/{SAMIRA}"])
async def test_no_two_choices_of_a_page_are_called_the_same(karin: Visitor, path: str):
    page = await karin.open(f"/requests/{REQUEST}{path}")
    chosen = re.findall(r'<select[^>]* id="([^"]+)"', page)
    labels = [re.findall(rf'for="{field}">([^<]+)<', page)[0] for field in chosen]

    assert labels
    assert len(set(labels)) == len(labels)
    assert "Grund" not in labels


async def test_a_request_shows_people_reasons_and_what_happened(karin: Visitor):
    page = await karin.open(f"/requests/{REQUEST}")
    told = plain(page)

    for text in (
        "spricht Arabisch, Deutsch, 6,4 km entfernt, hat dann Zeit",
        "Wurde in sieben Tagen 2-mal gefragt oder vorgeschlagen, gewünscht sind höchstens 2.",
        "Zu weit weg: 41",
        "Der Weg ist 31 km, gewünscht sind höchstens 15 km.",
        "Verschwiegenheit gilt bis 01.11.2026, gebraucht am 02.12.2026.",
        "Arabisch auf Stufe B1, gebraucht wird C1.",
        f"{NAMES[VERENA]} sagt: Ja (im Netz).",
        "Mail verschickt: Anfrage an Freiwillige.",
        "Jana Ansprechbar",
    ):
        assert text in told, text
    assert "Schon gefragt: 4" not in told


@pytest.mark.parametrize(("assigned", "said"), [(0, True), (1, False)])
async def test_what_would_help_is_said_only_while_people_are_missing(
    stage: Stage, karin: Visitor, assigned: int, *, said: bool
):
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=places(REQUEST, reserved=1, assigned=assigned)
    )

    page = await karin.open(f"/requests/{REQUEST}")

    assert ("Sprechen Sie mit der Organisation" in page) == said


@pytest.mark.parametrize(("answer", "offered"), [(None, True), (Answer.YES, False)])
async def test_who_was_withdrawn_before_an_answer_can_be_invited_by_hand(
    stage: Stage, karin: Visitor, answer: Answer | None, *, offered: bool
):
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=A_FREE_PLACE,
        invitations=(invitation(0, PIOTR, state="withdrawn", answer=answer),),
        excluded=(excluded(PIOTR, reason("invitation_withdrawn", wave=1)),),
    )

    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")

    assert ('name="reason_invite"' in page) == offered
    assert "Die Frage an diese Person wurde zurückgezogen" in page


async def test_who_is_asked_or_holds_a_place_is_not_said_to_be_left_out(
    stage: Stage, karin: Visitor
):
    busy = reason("overlapping_place")
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(invitation(0, JONAS),),
        candidates=(),
        assigned=(VERENA,),
        excluded=tuple(
            excluded(one, reason("already_asked"), busy) for one in (JONAS, VERENA, PIOTR)
        ),
    )

    for who, told in ((JONAS, False), (VERENA, False), (PIOTR, True)):
        page = await karin.open(f"/requests/{REQUEST}/people/{who}")
        assert ("Warum diese Person nicht gefragt wird" in page) == told


async def test_who_is_proposed_is_not_said_to_have_been_asked(stage: Stage, karin: Visitor):
    near = reason("near", km=2)
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=A_FREE_PLACE,
        invitations=(invitation(0, PIOTR, state="planned", reasons=(near,), chance=0.4),),
        excluded=(excluded(PIOTR, reason("already_asked", wave=1)),),
    )

    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")

    told = plain(page)
    assert "Vorgeschlagen, noch nicht gefragt" in told
    assert "Warum diese Person vorgeschlagen ist" in told
    assert "Chance auf ein Ja: 40 von 100." in told
    assert "Warum gefragt wurde" not in told
    assert f'href="/requests/{REQUEST}#proposed"' in page
    assert 'id="proposed"' in await karin.open(f"/requests/{REQUEST}")
    assert 'value="invite"' not in page, "they are asked with the rest of the proposal"


async def test_who_was_left_out_is_said_to_be_and_how_to_let_them_in(
    stage: Stage, karin: Visitor
):
    stage.answers[matching.ShowBoard] = lambda _: board(
        excluded=(excluded(PIOTR, reason("excluded_by_coordinator")),)
    )

    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")

    told = plain(page)
    assert "Vom Büro ausgenommen Jemand im Büro hat entschieden" in told
    assert "zurückgestellt" not in told
    assert 'value="readmit"' in page
    assert "kommt sie nicht mehr, erst in die nächste" in told
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(), excluded=(excluded(PIOTR, reason("excluded_by_coordinator")),)
    )
    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")
    assert "erst in die nächste" not in page, "no selection is open"


async def test_which_rule_speaks_against_somebody_is_said_before_and_after_the_deed(
    stage: Stage, karin: Visitor
):
    certificate = reason("check_missing", check="conduct_certificate")
    german = reason("language_too_low", tag="de", stated="B1", needed="B2")
    tired = reason("ask_budget_used_up", used=2, budget=2)
    stage.answers[matching.ShowBoard] = lambda _: board(
        places=A_FREE_PLACE, excluded=(excluded(PIOTR, certificate, german, tired),)
    )
    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")
    to_invite, to_assign = (
        plain(form)
        for form in page.split('value="reason_free')[0].split("Platz geben</span></summary>")
    )
    for form in (to_invite, to_assign):
        assert (
            "Gegen die Regeln Es fehlt: Führungszeugnis. Deutsch auf Stufe B1, gebraucht wird B2."
            in form
        )
    assert "Wurde in sieben Tagen 2-mal" not in to_assign

    given = {
        "state": "direct",
        "answer": Answer.YES,
        "override_reason": "knows_them",
        "against": (certificate, german),
    }
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(
            invitation(0, PIOTR, unmet=(certificate,), **given),
            invitation(1, VERENA, **given),
        ),
        assigned=(PIOTR, VERENA),
        places=places(REQUEST, places=2, assigned=2, reserved=0, invited=0, waitlisted=0),
    )
    told = plain(await karin.open(f"/requests/{REQUEST}"))
    assert "Gefragt: 0." in told
    assert "Haben Ja gesagt" not in told  # nobody was asked, and both are among those who come
    assert told.count("Gegen die Regeln") == 1
    assert (
        "Gegen die Regeln Es fehlt: Führungszeugnis. "
        "Vom Büro so entschieden: Ich kenne die Person." in told
    )
    told = plain(await karin.open(f"/requests/{REQUEST}/people/{PIOTR}"))
    assert "Der Grund: Ich kenne die Person. Damals sprach dagegen: Es fehlt: Führ" in told
    assert "Jetzt spricht dagegen: Es fehlt: Führungszeugnis." in told
    told = plain(await karin.open(f"/requests/{REQUEST}/people/{VERENA}"))
    assert "Inzwischen spricht nichts mehr dagegen." in told


async def test_the_page_of_a_person_asks_about_that_person(stage: Stage, karin: Visitor):
    asked = []
    stage.answers[matching.ShowBoard] = lambda query: asked.append(query) or board()

    await karin.open(f"/requests/{REQUEST}/people/{ANDREAS}")

    assert [query.volunteer_id for query in asked] == [ANDREAS]


async def test_an_unknown_request_is_not_there(karin: Visitor):
    assert "Diese Anfrage gibt es nicht" in await karin.open(f"/requests/{new_id()}", 404)


@pytest.mark.parametrize(
    ("code", "offered"), [("excluded_by_coordinator", False), ("paused", True)]
)
async def test_not_to_ask_is_not_offered_a_second_time(
    stage: Stage, karin: Visitor, code: str, *, offered: bool
):
    stage.answers[matching.ShowBoard] = lambda _: board(
        excluded=(excluded(PIOTR, reason(code)),)
    )

    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")

    assert ('value="exclude"' in page) == offered


async def test_where_no_place_is_free_nobody_is_offered_one_and_what_helps_is_said(
    stage: Stage, karin: Visitor
):
    page = await karin.open(f"/requests/{REQUEST}/people/{JONAS}")
    told = plain(page)
    assert 'value="invite"' not in page
    assert 'value="assign"' not in page
    assert "Alle Plätze sind vergeben" in told
    assert "Auf der Warteliste steht 1 Mensch, der zuerst aufrückt." in told
    for help_ in ("#places", "/change"):
        assert f'href="/requests/{REQUEST}{help_}"' in page

    told = plain(await karin.open(f"/requests/{REQUEST}/people/{OLENA}"))
    assert "rückt die Warteliste von selbst auf" in told
    stage.answers[matching.ShowBoard] = lambda _: board(places=A_FREE_PLACE)
    page = await karin.open(f"/requests/{REQUEST}/people/{JONAS}")
    assert 'value="invite"' in page
    assert 'value="assign"' in page
    assert "Alle Plätze sind vergeben" not in page


@pytest.mark.parametrize(
    ("state", "told", "may_be_placed"),
    [
        ("stopped", "Das Einladen ist angehalten.", True),
        ("held", "wartet noch auf die Prüfung", True),
        ("cancelled", "Die Anfrage ist abgesagt", False),
    ],
)
async def test_an_invitation_that_would_be_refused_is_not_offered(
    stage: Stage, karin: Visitor, state: str, told: str, *, may_be_placed: bool
):
    stage.answers[matching.ShowBoard] = lambda _: board(state=state, places=A_FREE_PLACE)

    page = await karin.open(f"/requests/{REQUEST}/people/{JONAS}")

    assert 'value="invite"' not in page
    assert ('value="assign"' in page) == may_be_placed
    assert told in page


async def test_what_a_person_elsewhere_would_cost_is_told_move_by_move(karin: Visitor):
    page = await karin.open(f"/requests/{REQUEST}/people/{JONAS}")

    moves = page.split("Sie wird anderswo dringender gebraucht", 1)[1].split("</ul>", 1)[0]
    told = ["statt für", NAMES[FATIMA], "fehlt dann jemand", "Verlust im Ganzen: 0,37."]
    assert [moves.find(one) for one in told] == sorted(moves.find(one) for one in told)
    assert all(one in moves for one in told)


async def test_that_others_suit_better_is_not_said_of_who_may_not_be_asked(
    stage: Stage, karin: Visitor
):
    def told_of(*not_now):
        stage.answers[matching.ShowBoard] = lambda _: board(
            places=A_FREE_PLACE, candidates=(candidate(JONAS, 1, not_now=not_now),)
        )
        return karin.open(f"/requests/{REQUEST}/people/{JONAS}")

    stage.answers[matching.WhyNotPlanned] = lambda _: matching.WhyNotShown(answer="no_pair")
    tired = reason("ask_budget_used_up", used=2, budget=2)

    assert "passen zurzeit andere besser" in await told_of()
    assert "passen zurzeit andere besser" not in await told_of(tired)


@pytest.mark.parametrize(("rule", "told"), [("ask_budget_used_up", False), ("not_free", True)])
async def test_only_a_rule_that_is_looked_at_again_speaks_no_more_against_somebody(
    stage: Stage, karin: Visitor, rule: str, *, told: bool
):
    against = reason(rule, used=1, budget=1, missed=1, dates=1)
    asked = invitation(0, PIOTR, override_reason="knows_them", against=(against,))
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=(asked,))

    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")

    assert "Damals sprach dagegen" in page
    assert ("Inzwischen spricht nichts mehr dagegen." in page) is told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer.YES, "Die Frage wurde zurückgezogen. Die Antwort war: Ja."),
        (Answer.NO, "Die Frage wurde zurückgezogen. Die Antwort war: Nein."),
        (None, "Die Frage wurde zurückgezogen."),
    ],
)
async def test_what_somebody_said_before_their_question_was_withdrawn_is_told(
    stage: Stage, karin: Visitor, answer: Answer | None, told: str
):
    asked = invitation(0, PIOTR, state="withdrawn", answer=answer)
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=(asked,))

    page = plain(await karin.open(f"/requests/{REQUEST}/people/{PIOTR}"))

    assert told in page
    assert ("Die Antwort war" in page) is (answer is not None)
