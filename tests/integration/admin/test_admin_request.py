"""The page of a request and of its people: every button sends its wish once."""

import re

import pytest

from shared.contracts import matching, requests
from shared.kernel.fields import Answer, Via
from shared.kernel.ids import new_id
from tests.admin_district import (
    ANDREAS,
    INVITATIONS,
    JONAS,
    LINKED,
    MARIAM,
    NAMES,
    OLENA,
    PIOTR,
    REQUEST,
    REVIEWED,
    SAMIRA,
    VERENA,
    board,
    candidate,
    excluded,
    invitation,
    places,
    reason,
    slot,
)
from tests.admin_stage import Stage, Visitor, deeds, nonce_in, plain

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_a_button_sends_its_command_once_however_often_it_is_pressed(
    stage: Stage, karin: Visitor
):
    nonce = nonce_in(await karin.open(f"/requests/{REVIEWED}"))
    for _ in range(2):
        answer = await karin.send(f"/requests/{REVIEWED}/deeds", deed="approve", nonce=nonce)
        assert answer.headers["Location"] == f"/requests/{REVIEWED}?note=approved"

    (wish,) = stage.sent(requests.ApproveRequest)
    assert len(await deeds(stage)) == 1
    assert wish.request_id == REVIEWED
    assert wish.staff_id is not None
    assert wish.via is Via.WEB
    assert "Freigegeben" in await karin.open(answer.headers["Location"])


@pytest.mark.parametrize(
    ("deed", "wish"),
    [
        ("approve", requests.ApproveRequest),
        ("cancel", requests.CancelRequest),
        ("complete", requests.CompleteRequest),
        ("approve_wave", matching.ApproveWave),
        ("ask_more", matching.AskMore),
        ("stop", matching.StopMatching),
        ("resume", matching.ResumeMatching),
    ],
)
async def test_each_button_of_a_request_sends_its_own_wish(
    stage: Stage, karin: Visitor, deed: str, wish: type
):
    answer = await karin.send(
        f"/requests/{REQUEST}/deeds",
        deed=deed,
        reason_stop="enough_people",
        reason_ask_more="urgent",
        really="true",
        volunteer_ids=str(JONAS),
    )

    assert answer.status_code == 303
    assert [sent.request_id for sent in stage.sent(wish)] == [REQUEST]
    assert len(stage.taken) == 1
    ((name, outcome, _),) = await deeds(stage)
    assert (name, outcome) == (wish.snake_name, "done")


@pytest.mark.parametrize(
    ("deed", "wish"),
    [
        ("invite", matching.InviteVolunteer),
        ("assign", matching.AssignVolunteer),
        ("exclude", matching.ExcludeVolunteer),
        ("hold_back", matching.HoldBackVolunteer),
        ("release", matching.ReleaseVolunteer),
    ],
)
async def test_a_deed_about_somebody_needs_a_reason_and_sends_it(
    stage: Stage, karin: Visitor, deed: str, wish: type
):
    url = f"/requests/{REQUEST}/people/{JONAS}"
    without = await karin.send(url, deed=deed)
    assert without.status_code == 422
    assert "Bitte wählen Sie einen Grund" in without.text
    assert stage.taken == []

    answer = await karin.send(url, deed=deed, **{f"reason_{deed}": "other"})

    assert answer.status_code == 303
    (sent,) = stage.sent(wish)
    assert (sent.request_id, sent.volunteer_id, sent.reason) == (REQUEST, JONAS, "other")
    assert await deeds(stage) == [(wish.snake_name, "done", "other")]


async def test_more_are_asked_only_with_a_reason_and_as_many_as_chosen(
    stage: Stage, karin: Visitor
):
    url = f"/requests/{REQUEST}/deeds"
    stage.answers[matching.ShowBoard] = lambda _: board(
        invitations=(), candidates=(candidate(JONAS, 1),), places=places(REQUEST, reserved=0)
    )
    folded = re.compile(
        r"<details([^>]*)>\s*<summary[^>]*><span[^>]*>Jetzt mehr Menschen fragen"
    )
    assert folded.findall(await karin.open(f"/requests/{REQUEST}")) == [
        ' class="kern-accordion"'
    ]

    without = await karin.send(url, deed="ask_more", people="5")
    assert without.status_code == 422
    assert folded.findall(without.text) == [' class="kern-accordion" open'], "the error is seen"
    assert "Bitte wählen Sie einen Grund" in without.text
    assert stage.taken == []
    answer = await karin.send(url, deed="ask_more", people="5", reason_ask_more="few_answer")

    assert answer.headers["Location"] == f"/requests/{REQUEST}?note=asked_more"
    (sent,) = stage.sent(matching.AskMore)
    assert (sent.people, sent.reason) == (5, "few_answer")


async def test_a_stop_has_a_reason_that_somebody_chose(stage: Stage, karin: Visitor):
    page = await karin.open(f"/requests/{REQUEST}")
    (options,) = re.findall(r'<select[^>]*name="reason_stop".*?</select>', page, re.DOTALL)
    assert "selected" not in options
    assert '<option value="">Bitte wählen</option>' in options

    url = f"/requests/{REQUEST}/deeds"
    without = await karin.send(url, deed="stop", reason_stop="")
    assert without.status_code == 422
    assert "Grund fürs Anhalten: Bitte wählen Sie einen Grund." in plain(without.text)
    assert stage.taken == []
    await karin.send(url, deed="stop", reason_stop="enough_people")

    (sent,) = stage.sent(matching.StopMatching)
    assert sent.reason == "enough_people"


@pytest.mark.parametrize("path", ["", f"/people/{JONAS}", f"/people/{SAMIRA}"])
async def test_no_two_choices_of_a_page_are_called_the_same(karin: Visitor, path: str):
    page = await karin.open(f"/requests/{REQUEST}{path}")
    chosen = re.findall(r'<select[^>]* id="([^"]+)"', page)
    labels = [re.findall(rf'for="{field}">([^<]+)<', page)[0] for field in chosen]

    assert labels
    assert len(set(labels)) == len(labels)
    assert "Grund" not in labels


async def test_who_is_held_back_can_be_let_in_again(stage: Stage, karin: Visitor):
    url = f"/requests/{REQUEST}/people/{JONAS}"
    held = reason("held_back", until="2090-01-06T08:00:00+01:00")
    stage.answers[matching.ShowBoard] = lambda _: board(
        candidates=(candidate(JONAS, 1, not_now=(held,)),)
    )
    page = await karin.open(url)
    assert 'value="readmit"' in page
    assert 'value="hold_back"' not in page
    assert "06.01.2090" in page

    answer = await karin.send(url, deed="readmit")

    assert answer.headers["Location"] == f"/requests/{REQUEST}?note=readmitted"
    (sent,) = stage.sent(matching.ReadmitVolunteer)
    assert sent.volunteer_id == JONAS


async def test_for_how_long_somebody_is_held_back_is_chosen(stage: Stage, karin: Visitor):
    url = f"/requests/{REQUEST}/people/{JONAS}"
    wrong = await karin.send(url, deed="hold_back", days="900", reason_hold_back="other")
    assert wrong.status_code == 422

    await karin.send(url, deed="hold_back", days="14", reason_hold_back="kept_for_other")

    (sent,) = stage.sent(matching.HoldBackVolunteer)
    assert (sent.days, sent.reason) == (14, "kept_for_other")


async def test_a_reservation_is_confirmed_or_declined(stage: Stage, karin: Visitor):
    url = f"/requests/{REQUEST}/people/{SAMIRA}"
    await karin.send(url, deed="confirm")
    await karin.send(url, deed="decline")

    confirmed, declined = stage.sent(matching.DecideReservation)
    assert (confirmed.confirm, declined.confirm) == (True, False)
    assert confirmed.volunteer_id == SAMIRA


@pytest.mark.parametrize("answer", list(Answer))
async def test_somebody_who_rings_is_answered_for(stage: Stage, karin: Visitor, answer: Answer):
    url = f"/requests/{REQUEST}/people/{VERENA}"
    response = await karin.send(url, deed=answer.value, invitation_id=str(INVITATIONS[0]))

    assert response.headers["Location"] == f"{url}?note=answered"
    (sent,) = stage.sent(matching.AnswerInvitation)
    assert (sent.answer, sent.via, sent.invitation_id) == (answer, Via.PHONE, INVITATIONS[0])
    assert await deeds(stage) == [("answer_invitation", "done", answer.value)]


@pytest.mark.parametrize(
    ("deed", "wish"), [("skip", matching.SkipDate), ("unskip", matching.UnskipDate)]
)
async def test_somebody_who_rings_skips_a_date_or_takes_it_back(
    stage: Stage, karin: Visitor, deed: str, wish: type
):
    url = f"/requests/{REQUEST}/people/{VERENA}"
    named = {"deed": deed, "invitation_id": str(INVITATIONS[0])}
    without = await karin.send(url, **named)
    assert without.status_code == 422
    assert "Bitte wählen Sie einen Tag." in without.text
    date = slot(5).starts_at

    response = await karin.send(url, **named, starts_at=date.isoformat())

    assert response.headers["Location"] == f"{url}?note=date_{deed}ped"
    (sent,) = stage.sent(wish)
    assert (sent.starts_at, sent.via, sent.invitation_id) == (date, Via.PHONE, INVITATIONS[0])
    assert await deeds(stage) == [(wish.snake_name, "done", None)]


async def test_the_page_of_a_series_shows_who_skips_what_and_who_comes_instead(karin: Visitor):
    page = await karin.open(f"/requests/{REQUEST}")

    assert "Setzt an einem Tag aus" in page
    assert page.count(f'href="/requests/{LINKED}"') == 2
    assert "noch niemand" in page


@pytest.mark.parametrize(
    ("said", "via"),
    [("agreed_by_phone", Via.PHONE), ("agreed_in_person", Via.OFFICE), ("other", Via.OFFICE)],
)
async def test_a_place_given_by_hand_says_how_it_was_agreed(
    stage: Stage, karin: Visitor, said: str, via: Via
):
    await karin.send(f"/requests/{REQUEST}/people/{JONAS}", deed="assign", reason_assign=said)

    (sent,) = stage.sent(matching.AssignVolunteer)
    assert sent.via is via


async def test_calling_off_wants_a_tick(stage: Stage, karin: Visitor):
    answer = await karin.send(f"/requests/{REQUEST}/deeds", deed="cancel")

    assert answer.status_code == 422
    assert "wirklich absagen" in answer.text
    assert stage.taken == []


async def test_calling_off_says_how_many_get_a_mail_and_who_must_be_rung(
    stage: Stage, karin: Visitor
):
    told = plain(await karin.open(f"/requests/{REQUEST}"))
    assert "Absagen: 3 Menschen bekommen eine Mail." in told
    assert "Bitte rufen Sie an" not in told

    answer = board().model_copy(
        update={
            "reserved": (),
            "waiting": (),
            "assigned": (ANDREAS,),
            "invitations": (
                invitation(0, SAMIRA),
                invitation(1, OLENA, answer=Answer.NO),
                invitation(2, PIOTR, state="planned"),
            ),
        }
    )
    stage.answers[matching.ShowBoard] = lambda _: answer
    told = plain(await karin.open(f"/requests/{REQUEST}"))
    assert "Absagen: 1 Mensch bekommt eine Mail." in told
    assert f"Bitte rufen Sie an: {NAMES[ANDREAS]}" in told


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


async def test_a_refusal_is_told_in_german_and_what_was_chosen_stays(
    stage: Stage, karin: Visitor
):
    stage.refuse(matching.AssignVolunteer, "matching.no_free_place")
    url = f"/requests/{REQUEST}/people/{PIOTR}"

    answer = await karin.send(url, deed="assign", reason_assign="agreed_by_phone")

    assert answer.status_code == 409
    assert "Alle Plätze sind vergeben" in answer.text
    assert 'value="agreed_by_phone" selected' in answer.text
    assert await deeds(stage) == [("assign_volunteer", "refused", "agreed_by_phone")]


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


async def test_a_stop_says_beforehand_how_many_open_questions_it_withdraws(
    stage: Stage, karin: Visitor
):
    assert "zurückgezogen ist" not in await karin.open(f"/requests/{REQUEST}")
    open_ones = (
        invitation(0, VERENA),
        invitation(1, SAMIRA, answer=Answer.LATER),
        invitation(2, ANDREAS, channel="phone"),
        invitation(3, MARIAM, state="expired"),
    )
    stage.answers[matching.ShowBoard] = lambda _: board(invitations=open_ones)

    page = await karin.open(f"/requests/{REQUEST}")

    assert "2 Personen sind noch gefragt und bekommen dann eine Mail" in page
    assert "Das lässt sich nicht zurücknehmen." in page.split("Anhalten oder absagen")[1]


@pytest.mark.parametrize(("answer", "offered"), [(None, True), (Answer.YES, False)])
async def test_who_was_withdrawn_before_an_answer_can_be_invited_by_hand(
    stage: Stage, karin: Visitor, answer: Answer | None, *, offered: bool
):
    stage.answers[matching.ShowBoard] = lambda _: board(
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


async def test_which_rule_speaks_against_somebody_is_said_before_and_after_the_deed(
    stage: Stage, karin: Visitor
):
    certificate = reason("check_missing", check="conduct_certificate")
    german = reason("language_too_low", tag="de", stated="B1", needed="B2")
    tired = reason("ask_budget_used_up", used=2, budget=2)
    stage.answers[matching.ShowBoard] = lambda _: board(
        excluded=(excluded(PIOTR, certificate, german, tired),)
    )
    page = await karin.open(f"/requests/{REQUEST}/people/{PIOTR}")
    to_invite, to_assign = (
        plain(form) for form in page.split('value="reason_free')[0].split("Platz geben</h2>")
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
    )
    told = plain(await karin.open(f"/requests/{REQUEST}"))
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
